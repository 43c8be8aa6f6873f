"""Section on robustness: other estimators, other choices, placebo dates, other firms drawn by chance."""

import pandas as pd

from impact.evaluation.robustness import Robustness
from impact.reporting import figures
from impact.reporting.exhibits import Exhibit, Exhibits, Table, Text
from impact.reporting.sections.adjustment import adjustment
from impact.reporting.sections.checks import checks_table
from impact.reporting.sections.outcomes import zeros_and_silence
from impact.reporting.voice import Voice
from impact.reporting.words.register import said, said_why_not


def robustness(voice: Voice, part: Robustness, axis: figures.EffectAxis | None = None) -> Exhibits:
    """Show the alternatives side by side, the permutation test, and the checks of what was before the start."""
    t, f, outcome = voice.t, voice.f, voice.study.outcome
    rows = part.alternatives.assign(
        words=[said(t, "alternative", name) for name in part.alternatives["name"]]
    )
    estimated = rows["estimate"].notna()
    others = rows.loc[estimated, "estimate"].iloc[1:]
    same = int((others * rows.loc[0, "estimate"] > 0).sum())
    shown: list[Exhibit] = [
        Text(
            f"## {t('Robustness')}\n\n"
            + t(
                "Other ways to estimate the same effect: {n}; in the direction of the main one: {same}. All together the estimates "
                "reach from {low} to {high}.",
                n=f.number(len(others)),
                same=f.number(same),
                low=voice.amount(outcome, float(rows["estimate"].min())),
                high=voice.amount(outcome, float(rows["estimate"].max())),
            )
        ),
        figures.estimators(voice, rows, axis or _axis(voice, rows), choices=True),
        _table(voice, rows),
        *adjustment(voice, part),
    ]
    if part.randomization is not None:
        shown.append(Text(_permutation(voice, part)))
    if part.checks:
        shown.append(
            checks_table(
                voice,
                part.checks,
                label="tab-placebo",
                caption=t(
                    "Before the start: effects of a start that was not, and the last period against earlier ones"
                ),
            )
        )
    return Exhibits((*shown, *zeros_and_silence(voice, part)))


def _axis(voice: Voice, rows: pd.DataFrame) -> figures.EffectAxis:
    estimate, low, high = (
        float(rows[name].iloc[0]) for name in ("estimate", "conf_low", "conf_high")
    )
    return figures.EffectAxis.of(voice, (estimate, low, high), rows)


def _permutation(voice: Voice, part: Robustness) -> str:
    t, f = voice.t, voice.f
    result = part.randomization
    assert result is not None  # noqa: S101 (narrowing for mypy; the caller checked)
    n = f.number(result.permutations)
    found = {
        "strata": f.number(result.n_strata),
        "assignments": t("all {n} possible assignments", n=n)
        if result.enumerated
        else t("{n} random assignments", n=n),
        "p": f.p_value(result.p_value),
        "span": voice.span(voice.study.outcome, result.conf_low, result.conf_high),
    }
    if voice.study.by_lot:
        return t(
            "Randomization inference: the lot was drawn again as it was ({what}: {units}, strata: {strata}), in {assignments}. "
            "A result as strong as the actual one came up with probability {p}. Effects not rejected, if one constant effect is "
            "assumed: {span}.",
            units=f.number(result.n_assigned),
            what=t("whole clusters") if voice.in_clusters else t("single firms"),
            **found,
        )
    return t(
        "Randomization inference: the cohorts were given to {others} of the same strata ({strata} strata) in {assignments}. "
        "A result as strong as the actual one came up with probability {p}. Effects not rejected, if one constant effect is "
        "assumed: {span}.",
        others=t("other whole clusters") if voice.in_clusters else t("other firms"),
        **found,
    )


def _table(voice: Voice, rows: pd.DataFrame) -> Table:
    t, f = voice.t, voice.f
    plain = voice.plain(voice.study.outcome)
    return Table(
        label="tab-side-by-side",
        caption=t(
            "Estimators and choices side by side ({unit})",
            unit=voice.study.unit(voice.study.outcome),
        ),
        frame=rows,
        headings={
            "words": t("Estimator or choice"),
            "estimate": t("Effect"),
            "std_error": t("Standard error"),
            "conf_low": t("Interval from"),
            "conf_high": t("to"),
            "n_units": t("Firms"),
            "n_treated": t("Beneficiaries"),
        },
        formats={
            **dict.fromkeys(("estimate", "std_error", "conf_low", "conf_high"), plain),
            "n_units": f.number,
            "n_treated": f.number,
        },
        notes=missing(voice, rows),
    )


def missing(voice: Voice, rows: pd.DataFrame) -> tuple[str, ...]:
    """Say of rows (``words, estimate, why_not``) without a number why they have none, those of one reason together."""
    t, unknown = voice.t, rows[rows["estimate"].isna()]
    return tuple(
        t("{what}: {why}.", what=voice.f.listed(list(some["words"])), why=said_why_not(t, name))
        for name, some in unknown.groupby("why_not", sort=False)
    )
