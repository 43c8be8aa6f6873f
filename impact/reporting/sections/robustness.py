"""Section on robustness: other estimators, other choices, placebo dates, other firms drawn by chance."""

import pandas as pd

from impact.evaluation.robustness import Robustness
from impact.reporting import figures
from impact.reporting.exhibits import Exhibit, Exhibits, Table, Text
from impact.reporting.formats import Words
from impact.reporting.sections.checks import checks_table
from impact.reporting.voice import Voice


def robustness(voice: Voice, part: Robustness) -> Exhibits:
    """Show the alternatives side by side, the permutation test and the placebos."""
    t, f, outcome = voice.t, voice.f, voice.study.outcome
    rows = part.alternatives.assign(words=[choice(t, name) for name in part.alternatives["name"]])
    estimated = rows["estimate"].notna()
    same = int((rows.loc[estimated, "estimate"] * rows.loc[0, "estimate"] > 0).sum())
    shown: list[Exhibit] = [
        Text(
            f"## {t('Robustness')}\n\n"
            + t(
                "{n} ways to estimate the same effect, the main one first. {same} of them point in its direction; the estimates "
                "reach from {low} to {high}.",
                n=f.number(int(estimated.sum())),
                same=f.number(same),
                low=voice.amount(outcome, float(rows["estimate"].min())),
                high=voice.amount(outcome, float(rows["estimate"].max())),
            )
        ),
        figures.forest(
            voice,
            rows,
            label="fig-side-by-side",
            caption=t(
                "Estimators and choices side by side, with clustered {level} intervals.",
                level=voice.confidence,
            ),
        ),
        _table(voice, rows),
    ]
    if part.randomization is not None:
        shown.append(Text(_permutation(voice, part)))
    shown.append(
        checks_table(
            voice,
            part.checks,
            label="tab-placebo",
            caption=t("Placebo dates: effects of a start that was not"),
        )
    )
    return Exhibits(tuple(shown))


def _permutation(voice: Voice, part: Robustness) -> str:
    t, f = voice.t, voice.f
    result = part.randomization
    assert result is not None  # noqa: S101 (narrowing for mypy; the caller checked)
    how = t("all possible assignments") if result.enumerated else t("random assignments")
    return t(
        "Randomization inference: the cohorts were given to other firms of the same strata ({strata} strata) in {draws} {how}. "
        "A result as strong as the actual one came up with probability {p}. Effects from {span} are not rejected, assuming "
        "one constant effect.",
        strata=f.number(result.n_strata),
        draws=f.number(result.draws),
        how=how,
        p=f.p_value(result.p_value),
        span=voice.span(voice.study.outcome, result.conf_low, result.conf_high),
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
    )


def choice(t: Words, name: str) -> str:
    """Return the words for an alternative."""
    words = {
        "callaway_santanna": t("Main: Callaway-Sant'Anna, by cohort size"),
        "difference_in_differences": t("Difference-in-differences, before and after pooled"),
        "two_way_fixed_effects": t("Two-way fixed effects"),
        "event_study": t("Event study by least squares, averaged"),
        "average_of_cohorts": t("Average of cohort effects"),
        "average_of_event_times": t("Average of event-time effects"),
        "control_never_treated": t("Compared with firms never treated"),
        "control_not_yet_treated": t("Compared with firms not yet treated"),
        "anticipation_one_more": t("One more period of anticipation"),
        "seen_in_all_periods": t("Only firms seen in all periods"),
        "raw_values": t("Raw values, not capped"),
        "capped_at_99": t("Capped at the 99th percentile"),
        "capped_at_95": t("Capped at the 95th percentile"),
        "as_planned": t("As planned: invited firms, planned start"),
    }
    return words[name]
