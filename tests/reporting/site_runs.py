"""Small invented runs for tests of the site: what the index reads of them, and no more."""

import json

TITLE = {"en": "Effect of fairs on artisans", "fr": "Effet des salons sur les artisans"}


def facts(**changes):
    plan = {"title": TITLE, "language": "en", "alpha": 0.05, "truth": None} | changes.pop(
        "plan", {}
    )
    return {
        "run_id": "4df4f6a40f92",
        "finished": "2026-11-28T23:12:18+00:00",
        "plan": plan,
    } | changes


def results(
    estimate=9000.0, low=1000.0, high=17000.0, *, steps=3, verb="probably", p=0.03, **headline
):
    return {
        "headline": {
            "outcome": "revenue_mad",
            "label": "Revenue",
            "unit": headline.pop("unit", "MAD per quarter"),
            "estimate": estimate,
            "conf_low": low,
            "conf_high": high,
            "p_value": p,
            "percent": [estimate / 500, low / 500, high / 500],
        }
        | headline,
        "rating": {
            "type": "Rating",
            "values": {"steps": steps, "verb": verb, "direction": "higher" if low > 0 else None},
        },
        "parts": {},
    }


def write_run(folder, *, told=None, found=None, files=("report.html",)):
    """Write a run of which nothing is certified but its being there."""
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps(facts() if told is None else told))
    (folder / "results.json").write_text(json.dumps(results() if found is None else found))
    for name in files:
        (folder / name).write_text(f"<title>{name}</title>")
    return folder


def many_runs(reports):
    """Write a dozen: four cities' sectors, two outcomes, one released, one in French, one of invented data."""
    for at, (city, sector) in enumerate(
        (c, s) for c in ("Fès", "Marrakech") for s in ("Leather", "Pottery", "Weaving")
    ):
        for outcome, label in (("revenue_mad", "Revenue"), ("employment", "Employment")):
            low = (-8000.0, 500.0)[at == 2]
            told = facts(
                plan={"only": {"city": [city], "sector": [sector]}, "language": "fr" if at == 1 else "en", "truth": "truth.json" if at == 4 else None},
                **({"released": "2026-11-29T01:00:00+00:00"} if at == 5 else {}),
            )  # fmt: skip
            found = results(
                4000.0 + 900 * at, low, 17000.0 + at, steps=at % 6, verb="cannot_tell" if low < 0 else "may_have", outcome=outcome, label=label,
                p=0.02 if low > 0 else 0.4,
            )  # fmt: skip
            write_run(reports / f"artisans-{at}-{outcome[:3]}", told=told, found=found)
    return reports
