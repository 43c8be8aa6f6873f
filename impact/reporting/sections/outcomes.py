"""Section on outcomes as they are: quarters without a sale, and firms that no longer answer."""

from functools import partial

import pandas as pd

from impact.diagnostics.outcomes.attrition import AttritionBounds
from impact.diagnostics.outcomes.margins import Margins
from impact.evaluation.robustness import Robustness
from impact.interval import Refused
from impact.reporting.exhibits import Exhibit, Table, Text
from impact.reporting.sections.checks import checks_table
from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def zeros_and_silence(voice: Voice, part: Robustness) -> list[Exhibit]:
    """Show the effect margin by margin and under assumptions on who went silent; nothing of what the data do not have."""
    t = voice.t
    shown: list[Exhibit] = []
    if not isinstance(part.margins, Refused) and part.margins.share_zero > 0:
        shown += _zeros(voice, part.margins)
    if not isinstance(part.silence, Refused) and part.silence.n_lost > 0:
        shown += _silence(voice, part.silence)
    if shown:
        shown.append(
            checks_table(
                voice,
                part.outcome_checks,
                label="tab-outcomes",
                caption=t("Zeros and silence: what they leave of the result"),
            )
        )
    return [*shown, *_quantiles(voice, part.quantiles), *_measures(voice, part.measures)]


def _quantiles(voice: Voice, rows: pd.DataFrame | Refused) -> list[Exhibit]:
    """Show where in the outcome the effect lies; nothing where no quantile may be shown."""
    if isinstance(rows, Refused) or rows["estimate"].isna().all():
        return []
    t, plain = voice.t, voice.plain(voice.study.outcome)
    return [
        Table(
            label="tab-quantiles",
            caption=t(
                "The effect at quartiles of the outcome of beneficiaries ({unit})",
                unit=voice.study.unit(voice.study.outcome),
            ),
            frame=rows.assign(
                words=[said(t, "quantile", f"{share:g}") for share in rows["quantile"]]
            ),
            headings={
                "words": t("Quantile"),
                "estimate": t("Effect"),
                "conf_low": t("Interval from"),
                "conf_high": t("to"),
            },
            formats=dict.fromkeys(("estimate", "conf_low", "conf_high"), plain),
            notes=(
                t(
                    "By changes-in-changes (Athey and Imbens 2006), intervals by bootstrap: a beneficiary is taken to have moved "
                    "as the comparison group did at its level of the outcome. The quantile of the group, not of any one firm, "
                    "changes by so much. Rounded; quantiles with fewer than ten beneficiaries beyond are left out."
                ),
            ),
        )
    ]


def _measures(voice: Voice, rows: pd.DataFrame) -> list[Exhibit]:
    """Compare the measures of one thing, where the plan names several."""
    if rows.empty:
        return []
    t, f = voice.t, voice.f
    return [
        Table(
            label="tab-measures",
            caption=t("Several measures of the headline: how they agree, and the effect on each"),
            frame=rows.assign(words=[voice.study.label(name) for name in rows["measure"]]),
            headings={
                "words": t("Measure"),
                "n_obs": t("Observations with both"),
                "median_ratio": t("Over the headline (median)"),
                "rank_correlation": t("Rank correlation"),
                "percent": t("Effect, %"),
                "percent_low": t("Interval from"),
                "percent_high": t("to"),
            },
            formats={
                "n_obs": f.number,
                **dict.fromkeys(("median_ratio", "rank_correlation"), partial(f.number, digits=2)),
                **dict.fromkeys(
                    ("percent", "percent_low", "percent_high"), partial(f.number, digits=1)
                ),
            },
        )
    ]


def _zeros(voice: Voice, found: Margins) -> list[Exhibit]:
    t, f = voice.t, voice.f
    text = t(
        "Of the outcomes {share} are zero. Of nothing there is no percentage, so the margins stand apart; "
        "logarithm-like functions are shown to be judged, not believed: what they say depends on the unit.",
        share=f.percent(100 * found.share_zero),
    )
    return [
        Text(f"### {t('Zeros')}\n\n{text}"),
        Table(
            label="tab-margins",
            caption=t("The effect margin by margin"),
            frame=_in_words(voice, found.table),
            headings={
                "words": t("Margin"),
                "estimate": t("Effect"),
                "conf_low": t("Interval from"),
                "conf_high": t("to"),
            },
            formats=dict.fromkeys(
                ("estimate", "conf_low", "conf_high"), partial(f.number, digits=1)
            ),
            notes=(
                t("Bounds have one interval, for what lies between them, and are rounded outward."),
            ),
        ),
        Table(
            label="tab-units",
            caption=t(
                "What logarithm-like functions say of one outcome, by the unit it is counted in"
            ),
            frame=_by_unit(voice, found),
            headings={
                "words": t("Function"),
                "unit_words": t("Counted in"),
                "estimate": t("Effect"),
                "std_error": t("Standard error"),
            },
            formats=dict.fromkeys(("estimate", "std_error"), partial(f.number, digits=2)),
        ),
    ]


def _in_words(voice: Voice, table: pd.DataFrame) -> pd.DataFrame:
    keys = table["margin"] + ":" + table["measure"]
    rows = table.assign(words=[said(voice.t, "margin", key) for key in keys])
    return rows[rows["estimate"].notna()]


def _by_unit(voice: Voice, found: Margins) -> pd.DataFrame:
    f, outcome, rows = voice.f, voice.study.outcome, found.by_unit
    unit = voice.study.plan.currency if voice.in_currency(outcome) else voice.study.unit(outcome)
    return rows.assign(
        words=[said(voice.t, "function", name) for name in rows["function"]],
        unit_words=[f"{f.number(size)}\u00a0{unit}" for size in rows["unit"]],
    )


def _silence(voice: Voice, found: AttritionBounds) -> list[Exhibit]:
    t, f, outcome = voice.t, voice.f, voice.study.outcome
    text = t(
        "After the last start {treated} of beneficiaries and {comparison} of the firms never treated still answered, of those "
        "seen before. The effect is here the change from before the first start to after the last, of beneficiaries less others.",
        treated=f.percent(100 * found.answered_treated),
        comparison=f.percent(100 * found.answered_comparison),
    )
    rows = found.table.assign(
        words=[said(t, "silence", name) for name in found.table["assumption"]]
    )
    plain = voice.plain(outcome)
    return [
        Text(f"### {t('Firms that no longer answer')}\n\n{text}"),
        Table(
            label="tab-silence",
            caption=t(
                "The effect under assumptions on firms that went silent ({unit})",
                unit=voice.study.unit(outcome),
            ),
            frame=rows[rows["low"].notna()],
            headings={
                "words": t("Assumption"),
                "low": t("Effect from"),
                "high": t("to"),
                "conf_low": t("Interval from"),
                "conf_high": t("to"),
            },
            formats=dict.fromkeys(("low", "high", "conf_low", "conf_high"), plain),
            notes=(t("Bounds that leave out a few firms are rounded outward."),),
        ),
    ]
