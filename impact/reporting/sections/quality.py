"""Section on the data: what they are, what is missing, what is unusual."""

import pandas as pd

from impact.evaluation.parts import DataQuality
from impact.reporting import figures
from impact.reporting.exhibits import Exhibits, Table, Text
from impact.reporting.formats import escape
from impact.reporting.sections.arrival import absences
from impact.reporting.sections.survey import details, grouped, how_checked, not_made
from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def data_quality(voice: Voice, part: DataQuality) -> Exhibits:
    """Show counts, distribution, response, checks, and in full what calls for a closer look."""
    t, f, study = voice.t, voice.f, voice.study
    sample = part.sample
    lost = sample.dropped.get("missing_outcome", 0)
    told = (
        t(
            "{source}. The moments are sums over {used} observations of {units} firms, {treated} of them beneficiaries; {lost} "
            "rows without an outcome were left out.",
            source=escape(study.schema.source_in(study.plan.language)),
            used=f.number(sample.n_obs),
            units=f.number(sample.n_units),
            treated=f.number(sample.n_treated),
            lost=f.number(lost),
        )
        if study.from_moments
        else t(
            "{source}. The file holds {rows} rows; {used} observations of {units} firms have an outcome, {treated} of these "
            "firms are beneficiaries. {lost} rows have none and were left out ({share}).",
            source=escape(study.schema.source_in(study.plan.language)),
            rows=f.number(part.n_rows),
            used=f.number(sample.n_obs),
            units=f.number(sample.n_units),
            treated=f.number(sample.n_treated),
            lost=f.number(lost),
            share=f.percent(100 * lost / max(part.n_rows, 1)),
        )
    )
    text = Text(f"## {t('Data')}\n\n{told}")
    made = [check for check in part.checks if check.status != "not_applicable"]
    dropped = _dropped(voice, part)
    return Exhibits(
        (
            text,
            _distribution(voice, part.distribution),
            *figures.drawn(figures.response(voice, part.coverage)),
            grouped(voice, made),
            Text(how_checked(voice, made)),
            *details(voice, made),
            *not_made(voice, part.checks),
            *([] if dropped is None else [dropped]),
            *absences(voice, part.absences),
        )
    )


def _distribution(voice: Voice, distribution: pd.DataFrame) -> Table:
    t, f, study = voice.t, voice.f, voice.study
    groups = {"treated": t("Beneficiaries"), "comparison": t("Comparison group")}
    frame = distribution.assign(group=distribution["group"].map(groups))
    plain = voice.plain(study.outcome)
    share = lambda value: f.percent(100 * value)  # noqa: E731 (a format, not a function)
    return Table(
        label="tab-distribution",
        caption=t(
            "{outcome} by group ({unit})",
            outcome=study.label(study.outcome),
            unit=study.unit(study.outcome),
        ),
        frame=frame,
        headings={
            "group": t("Group"),
            "n_units": t("Firms"),
            "mean": t("Mean"),
            "sd": t("Standard deviation"),
            "p50": t("Median"),
            "p90": t("90th percentile"),
            "zeros": t("Zeros"),
        },
        formats={
            "n_units": f.number,
            **dict.fromkeys(("mean", "sd", "p50", "p90"), plain),
            "zeros": share,
        },
        notes=(t("Medians, high percentiles and zeros are not available from moments."),)
        if study.from_moments
        else (),
    )


def _dropped(voice: Voice, part: DataQuality) -> Table | None:
    t, f = voice.t, voice.f
    if not part.sample.dropped:
        return None
    rows = [(said(t, "dropped", why), count) for why, count in part.sample.dropped.items()]
    frame = pd.DataFrame(rows, columns=["reason", "count"])
    return Table(
        label="tab-dropped",
        caption=t("What was left out, and why"),
        frame=frame,
        headings={"reason": t("Reason"), "count": t("Number")},
        formats={"count": f.number},
    )
