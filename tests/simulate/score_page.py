"""The page docs/first-pages.md: page one, scored over draws whose truth is known.

``PYTHONPATH=.:tests python -m simulate.score_page`` measures, which takes about twenty minutes of one core, and writes cells and page.
"""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
from simulate.first_pages import DESIGN_DRAWS, FIRST_SEED, PERMUTATIONS, page_of

from impact.evaluation.reasons import ASKED_BY_THE_PLAN, CHECKS_OF

DOCS = Path(__file__).resolve().parents[2] / "docs"
CELLS = DOCS / "first-pages" / "cells.csv"
SEEDS = 200
SCENARIOS = {
    "three_arms_null": "no effect",
    "three_arms_dip": "no effect, chosen on a dip",
    "three_arms": "main case: modest effect",
    "three_arms_clear": "clear effect",
    "persistent": "modest effect, chosen by level alone",
}
NO_EFFECT = {"three_arms_null", "three_arms_dip"}
HEAD = f"""# What page one says of simulated programmes

Written by tests/simulate/score_page.py: {{draws}} draws of each process (of the {SEEDS} seeds from {FIRST_SEED} on), each evaluated by the plan that ships for
it: the headline's estimator, the interval that the design check recommends (made once for each process, {DESIGN_DRAWS} simulated panels, and
shared by its draws), {PERMUTATIONS} permutations, and as much of the rating as can change the title. A share of {{draws}} draws has a Monte Carlo error
of at most {{error:.1%}}, one near 5% of {{error_5:.1%}}. Figures: [cells.csv](first-pages/cells.csv).

Processes (`impact/simulate/programme.py`): *no effect*, the *main case* and *clear effect* are the programme in three arms, with everything that real
ones have: firms chosen for what lasts and for a spurt that passes, shocks shared by city, trade and fair, a quarter of all quarters idle, selective exit and
silence, orders before the fair, sales taken from others, a quarter of revenue not declared. *Chosen on a dip*: those chosen had just lost sales
instead, and more so. *Chosen by level alone*: none of these difficulties but a choice of larger firms. Firms at events at home are left out, as no comparison for fairs.
"""
IN_SHORT = """- What fell short: of the clear effect {clear[title_gain]:.0%} of titles tell it and {clear[title_cannot_tell]:.0%} cannot, though the interval
  excludes zero in {clear[interval_above]:.0%} of draws; {clear[title_very_uncertain]:.0%} of all titles tell it as very uncertain. The modest effect is told by {modest:.0%}.
- At most {false_title:.1%} of a process's titles are false; a wrong sign is told in {wrong:.1%} of draws.
- Titles are guarded because intervals are not enough: where those chosen had just dipped, the interval excludes the truth of no effect in
  {dip[false_interval]:.1%} of draws, and the check of the last period before the start warns of {warned} of these. The sentence below
  the title follows its verb: under one that cannot tell it speaks of a difference, never of a gain.
- Until November 2026 no title told anything: none of 163 draws of any process, as a title needed two steps of the rating. What changed,
  and why, is in [the rating](rating.md); the rules were written after a look at six draws of the clear effect, and not changed once the others were scored.
- Where revenue is not declared in full and orders come before the fair, the interval in MAD holds the clear effect in
  {clear[coverage_true_mad]:.1%} of draws, the one in percent in {clear[coverage_percent]:.1%}.
"""
NUMBERS = """## Bias and coverage

Bias: mean of estimates less the true effect, in MAD a quarter, against revenue and against revenue as declared (Monte Carlo error). Coverage:
share of 95% intervals that hold the true effect on revenue, on declared revenue, and in percent of revenue without the fairs.

| process | true effect | bias | bias, declared | median estimate | coverage | coverage, declared | coverage, percent |
|---|---:|---:|---:|---:|---:|---:|---:|
"""
STATEMENTS = """## What page one says

*Title*: tells a gain (did, probably, may have; of these *very uncertain*: may have, with next to no evidence), a loss, or cannot tell; the
sentence below it follows. *Interval*: lies above or below zero, whatever the evidence is worth. *False*: any telling where there is no effect,
a loss where there is a gain; of intervals, one beyond zero in such a place. *Warned*: of the false intervals, those of draws in which the check
of the last period before the start warns.

| process | title: gain | very uncertain | loss | cannot tell | interval: above | below | false title | false interval | warned |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"""
PICTURES = """## Four of them

Page one of the cases that ship: a clear effect (`evaluation-clear.yml`) and none (`evaluation-null.yml`).

![Page one of the clear case: the interval lies above zero, and how far the title goes](images/report-clear.png)
![Page one of the case without effect: the title cannot tell, the interval holds zero](images/report-null.png)

Page one of two published trials, from their data: workers drawn by lot (National Supported Work; LaLonde 1986), and villages drawn within
districts (microcredit in rural Morocco; Crépon, Devoto, Duflo and Parienté 2015).

![Page one of a trial with an earlier round: drawn by lot, the interval holds zero](images/report-lot.png)
![Page one of a trial seen at its end alone: clusters drawn by lot, take-up of 16%](images/report-clusters.png)
"""
REASONS = """## Why titles are careful

Of the draws whose interval excludes zero: shares in which a reason takes a step of the rating, which starts at three, and in which it contests the
direction, so that a title with fewer than two steps cannot tell (*step / contests*; [the rating](rating.md) explains both). A dash: no interval excludes zero.

| reason | {processes} |
|---|{columns}
"""
LOST = [reason for reason in CHECKS_OF if reason != "compliance"]
LOST += ["assignment_inference", "other_estimators"]
LOST += sorted(ASKED_BY_THE_PLAN - {"compliance", *LOST})


def measured(seeds=SEEDS):
    """Return one row a scenario and seed: all scenarios of a seed before the next one."""
    return pd.DataFrame(
        [asdict(page_of(name, FIRST_SEED + place)) for place in range(seeds) for name in SCENARIOS]
    )


def scored(pages):
    """Return one row a scenario: bias, coverage, and shares of what page one says."""
    rows = {name: _score(of) for name, of in pages.groupby("scenario", sort=False)}
    return pd.DataFrame(rows).T.reindex([name for name in SCENARIOS if name in rows])


def _score(pages):
    above, below = pages["conf_low"] > 0, pages["conf_high"] < 0
    says = pages["verb"] != "cannot_tell"
    up, down = says & (pages["direction"] == "higher"), says & (pages["direction"] == "lower")
    effect = pages["scenario"].iloc[0] not in NO_EFFECT
    false_interval = below if effect else above | below
    error = pages["estimate"] - pages["declared"]
    held = {
        unit: (pages[low] <= pages[true]) & (pages[true] <= pages[high])
        for unit, low, true, high in (
            ("true_mad", "conf_low", "effect", "conf_high"),
            ("declared_mad", "conf_low", "declared", "conf_high"),
            ("percent", "low_percent", "percent", "high_percent"),
        )
    }
    return {
        "draws": len(pages),
        "true_percent": pages["percent"].mean(),
        "true_mad": pages["effect"].mean(),
        "bias_true_mad": (pages["estimate"] - pages["effect"]).mean(),
        "bias_declared_mad": error.mean(),
        "bias_error": error.std() / len(pages) ** 0.5,
        "median_percent": pages["estimate_percent"].median(),
        **{f"coverage_{unit}": share.mean() for unit, share in held.items()},
        "interval_above": above.mean(),
        "interval_below": below.mean(),
        "title_gain": up.mean(),
        "title_very_uncertain": (pages["verb"] == "very_uncertain").mean(),
        "title_loss": down.mean(),
        "title_cannot_tell": (~says).mean(),
        "false_interval": false_interval.mean(),
        "false_title": (down if effect else up | down).mean(),
        "wrong_sign": down.mean() if effect else 0.0,
        "dip_warns_of_false": _share(pages["recent_change"], false_interval),
        **{
            f"{column}_{reason}": _share(_named(pages[words], reason), above | below)
            for column, words in (("lost", "reasons"), ("contested", "contested"))
            for reason in LOST
        },
    }


def _named(words, reason):
    return words.str.split().map(lambda each: reason in each)


def _share(what, among):
    return float(what[among].mean()) if among.any() else np.nan


def page_from(cells):
    """Put scores on the page."""
    draws = int(cells["draws"].min())
    head = HEAD.format(draws=draws, error=0.5 / draws**0.5, error_5=(0.05 * 0.95 / draws) ** 0.5)
    return "\n".join(
        [head, _in_short(cells), _numbers(cells), _statements(cells), _reasons(cells), PICTURES]
    )


def _in_short(cells):
    """Say what the tables show, worst first."""
    clear, dip = cells.loc["three_arms_clear"], cells.loc["three_arms_dip"]
    return IN_SHORT.format(
        false_title=cells["false_title"].max(),
        wrong=cells["wrong_sign"].max(),
        modest=cells.loc["three_arms", "title_gain"],
        warned=_warned(dip["dip_warns_of_false"]),
        clear=clear,
        dip=dip,
    )


def _numbers(cells):
    rows = [
        [
            SCENARIOS[name],
            f"{row.true_mad:,.0f} ({row.true_percent:+.0f}%)",
            f"{row.bias_true_mad:+,.0f}",
            f"{row.bias_declared_mad:+,.0f} ({row.bias_error:,.0f})",
            f"{row.median_percent:+.0f}%",
            f"{row.coverage_true_mad:.1%}",
            f"{row.coverage_declared_mad:.1%}",
            f"{row.coverage_percent:.1%}",
        ]
        for name, row in cells.iterrows()
    ]
    return NUMBERS + _table(rows)


def _statements(cells):
    shares = [
        "title_gain", "title_very_uncertain", "title_loss", "title_cannot_tell", "interval_above", "interval_below", "false_title", "false_interval"
    ]  # fmt: skip
    rows = [
        [SCENARIOS[name], *(f"{row[one]:.1%}" for one in shares), _warned(row.dip_warns_of_false)]
        for name, row in cells.iterrows()
    ]
    return STATEMENTS + _table(rows)


def _reasons(cells):
    head = REASONS.format(
        processes=" | ".join(SCENARIOS[name] for name in cells.index), columns="---:|" * len(cells)
    )
    rows = [
        [f"`{reason}`", *(_step_and_contests(row, reason) for _, row in cells.iterrows())]
        for reason in LOST
        if (cells[f"lost_{reason}"].fillna(0) > 0).any()
    ]
    return head + _table(rows)


def _step_and_contests(row, reason):
    took = row[f"lost_{reason}"]
    return "–" if np.isnan(took) else f"{took:.0%} / {row[f'contested_{reason}']:.0%}"


def _table(rows):
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _warned(share):
    return "–" if np.isnan(share) else f"{share:.0%}"


def write(pages):
    """Keep the scores as a CSV file and put them on the page."""
    CELLS.parent.mkdir(exist_ok=True)
    scored(pages).astype(float).round(4).to_csv(CELLS, index_label="scenario", lineterminator="\n")
    kept = pd.read_csv(CELLS, index_col="scenario")
    (DOCS / "first-pages.md").write_text(page_from(kept), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(measured())
