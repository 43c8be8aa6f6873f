"""What surrounds the findings in the annex: the design, its limits, and how to check it all."""

import pandas as pd

from impact.reporting.amounts import percent
from impact.reporting.exhibits import Exhibits, Table, Text
from impact.reporting.formats import escape
from impact.reporting.sections.assigned import control_group, how_assigned
from impact.reporting.sections.findings import Findings
from impact.reporting.voice import Voice
from impact.reporting.words.register import said


def design(voice: Voice, findings: Findings) -> Exhibits:
    """Say what is compared with what, and what must be true for the answer to hold."""
    t, study, before = voice.t, voice.study, findings.impact.before_trends
    if study.by_lot:
        return drawn(voice)
    examined = before is not None and before.status != "not_applicable"
    others = r"G > t" if study.plan.comparison_group == "not_yet_treated" else r"G = \infty"
    equation = (  # in two lines: one would be wider than a phone
        r"$$\begin{aligned}\mathrm{ATT}(g,t) = {} & \mathbb{E}[Y_t - Y_{g-1} \mid G = g] \\"
        rf" & {{}} - \mathbb{{E}}[Y_t - Y_{{g-1}} \mid {others}]\end{{aligned}}$$"
    )
    points = [
        t(
            "**Parallel trends.** Without {treatment}, the outcome of beneficiaries would have changed by as much as the comparison group's. It cannot be proved; the periods before treatment and the placebo dates show whether it is credible."
        )
        if examined
        else t(
            "**Parallel trends.** Without {treatment}, the outcome of beneficiaries would have changed by as much as the comparison group's. It cannot be proved, and with one period before treatment it cannot be examined either."
        ),
        t(
            "**No anticipation.** Outcomes before the start do not respond to what is to come; one row of the robustness section allows one period more."
        ),
        t(
            "**No spillover.** The comparison group is untouched by {treatment}. Where it is not, the effect is understated if others gain and overstated if they lose."
        ),
        _who_answers(voice),
    ]
    text = (
        f"## {t('Design and assumptions')}\n\n"
        + t(
            "For each cohort, the change since the last period before its start is compared with the change of firms that have not started:"
        )
        + f"\n\n{equation}\n\n"
        + t(
            "Here G is a firm's first treated period. The effect reported averages over cohorts and periods after the start, weighted by cohort size. It rests on:"
        )
        + "\n\n"
        + "\n".join(f"- {voice.about(point)}" for point in points)
    )
    return Exhibits((Text(text),))


def _who_answers(voice: Voice) -> str:
    """Say what must be true of who answers: of those followed, or of those asked anew each time."""
    t = voice.t
    if voice.study.follows_units:
        return t(
            "**Attrition alike.** Who stops answering does so for the same reasons in both groups."
        )
    return t(
        "**One population.** Whoever was asked in a period stands for the same population in every period, in both groups: the "
        "programme moved nobody from one to the other."
    )


def drawn(voice: Voice) -> Exhibits:
    """Say of a lot what is compared with what, and what must be true for the answer to hold."""
    t = voice.t
    points = [
        t("**The lot was kept.** Nobody was moved between the groups after it; the test of balance shows whether it looks so."),
        t(
            "**No spillover.** The comparison group is untouched by {treatment}. Where it is not, the effect is understated if others gain and overstated if they lose."
        ),
        _who_answers(voice),
    ]  # fmt: skip
    text = (
        f"## {t('Design and assumptions')}\n\n"
        + t(
            "As a lot decided, the groups differ by chance alone, and chance is what intervals and tests account for: they ask how far apart other draws of the same lot would have put the groups."
        )
        + "\n\n"
        + t("No trends need to be parallel. What it rests on:")
        + "\n\n"
        + "\n".join(f"- {voice.about(point)}" for point in points)
    )
    return Exhibits((Text(text),))


def limitations(voice: Voice, findings: Findings) -> Exhibits:
    """Say what this evaluation cannot tell."""
    t = voice.t
    points = [
        said(t, "limit_of_selection", voice.study.plan.assignment),
        t(
            "Treated: {assigned}. Effects below the smallest detectable one may well be missed.",
            assigned=voice.assigned(
                findings.quality.sample.n_treated, findings.sample.treated_clusters
            ),
        ),
        t(
            "Outcomes are declared, not audited; recall errors and rounding add noise, and beneficiaries may declare differently after treatment."
        ),
        t(
            "The outcome is not income or value added. Whether the results justify the resources is a further question."
        )
        if findings.economics.worth is None
        else t(
            "The outcome is not income or value added: what it is worth rests on the assumptions of part 8."
        ),
        t("Outcomes are known to the last period of the data; nothing is said about later years."),
    ]
    return Exhibits(
        (Text(f"## {t('Limitations')}\n\n" + "\n".join(f"- {point}" for point in points)),)
    )


def annex(voice: Voice) -> Exhibits:
    """Show the plan's choices and how to reproduce every figure."""
    t, f, study = voice.t, voice.f, voice.study
    rows = [
        (t("Data"), study.schema.title.in_language(study.plan.language)),
        (t("Source"), study.schema.source_in(study.plan.language)),
        (t("Outcomes"), ", ".join(study.label(name) for name in study.plan.outcomes)),
        (
            t("Cohort column"),
            study.plan.cohort or (study.schema.cohort.column if study.schema.cohort else ""),
        ),
        (t("Assignment"), how_assigned(voice)),
        (t("Comparison group"), control_group(voice)),
        (t("Periods of anticipation"), f.number(study.plan.anticipation)),
        (
            t("Cap on outcomes"),
            t("{q} percentile", q=f.ordinal(100 * study.plan.winsorise))
            if study.plan.winsorise
            else t("none"),
        ),
        (
            t("Strata of the lot") if study.by_lot else t("Strata of the permutation test"),
            ", ".join(study.label(name) for name in study.plan.strata) or t("none"),
        ),
        (
            t("Smallest effect that would matter"),
            t("none")
            if (relevant := study.plan.relevant_effect) is None
            else percent(voice, relevant),
        ),
        (t("Permutations"), f.number(study.plan.permutations)),
        (t("Confidence level"), voice.confidence),
        (t("Seed"), str(study.plan.seed)),
    ]
    table = Table(
        label="tab-choices",
        caption=t("Choices of the plan"),
        frame=pd.DataFrame(rows, columns=["what", "value"]),
        headings={"what": t("Choice"), "value": t("Value")},
    )
    text = Text(
        f"## {t('Annex: how to check this report')}\n\n"
        + t(
            "Every table is a CSV file in the folder `tables`, every figure an SVG file in `figures`, every number is in "
            "`results.json`. The file `run.json` lists the parameters, versions and the SHA-256 of every input and output; the "
            "same plan and data give the same bytes. Columns are described below."
        )
    )
    codebook = Text(f"### {t('Codebook')}\n\n" + _codebook(voice))
    return Exhibits((text, table, codebook))


def _codebook(voice: Voice) -> str:
    schema, language = voice.study.schema, voice.study.plan.language
    lines = []
    for name, column in schema.columns.items():
        unit = f" ({escape(column.unit_in(language))})" if column.unit else ""
        lines.append(f"- `{name}`{voice.colon} {escape(column.label.in_language(language))}{unit}")
    return "\n".join(lines)
