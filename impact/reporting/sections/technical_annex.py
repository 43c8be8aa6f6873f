"""Part 11: method and tables in full, glossary, departures from the plan, what was withheld, and how to check any number."""

from impact.reporting import figures
from impact.reporting.exhibits import Chapter, Exhibit, Exhibits, Text
from impact.reporting.sections import frame
from impact.reporting.sections.arrival import arrived_in_full
from impact.reporting.sections.blind_cleaning import blind_cleaning
from impact.reporting.sections.certainty import certainty_in_full
from impact.reporting.sections.departures import departures, withheld
from impact.reporting.sections.evidence import unmade
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.from_moments import not_available
from impact.reporting.sections.headings import one_level_down
from impact.reporting.sections.impact import impact_in_full
from impact.reporting.sections.panel_models import panel_models
from impact.reporting.sections.quality import data_quality
from impact.reporting.sections.references import references
from impact.reporting.sections.robustness import robustness
from impact.reporting.sections.worth_it import in_full
from impact.reporting.voice import Voice


def technical_annex(voice: Voice, findings: Findings) -> Exhibits:
    """Show what the parts before leave out, and how to check all of it."""
    t = voice.t
    opening = " ".join(unmade(voice, findings.evidence.checks))
    axis = figures.EffectAxis.of_impact(voice, findings.impact)
    kept: list[Exhibit] = [
        Chapter(11, t("Technical annex"), "annex"),
        *([Text(opening)] if opening else []),
        *not_available(voice),
        *one_level_down(frame.design(voice, findings).items),
        *one_level_down(data_quality(voice, findings.quality).items),
        *arrived_in_full(voice, findings.sample.arrival, findings.sample.counted),
        *one_level_down(impact_in_full(voice, findings.impact)),
        *one_level_down(certainty_in_full(voice, findings.evidence)),
        *one_level_down(panel_models(voice, findings.panel_models).items),
        *one_level_down(robustness(voice, findings.robustness, axis).items),
        *_appraisal(voice, findings),
        *one_level_down(frame.limitations(voice, findings).items),
        Text(f"### {t('Glossary')}\n\n" + "\n".join(map(voice.about, _glossary(voice)))),
        Text(f"### {t('References')}\n\n" + "\n".join(references(voice, findings))),
        *departures(voice, findings),
        *blind_cleaning(voice),
        *withheld(voice, findings),
        *one_level_down(frame.annex(voice).items),
    ]
    return Exhibits(tuple(kept))


def _appraisal(voice: Voice, findings: Findings) -> list[Exhibit]:
    worth = findings.economics.worth
    return [] if worth is None else in_full(voice, worth)


def _glossary(voice: Voice) -> list[str]:
    t = voice.t
    return [
        t("- **Cohort:** the firms that started in the same period."),
        t("- **Counterfactual:** what would have been without {treatment}; never seen, always estimated."),
        t("- **Interval:** values that the data do not contradict at the level stated."),
        t("- **Smallest detectable effect:** one that four studies of this size in five would find."),
        t("- **Specification:** one combination of defensible choices of method."),
    ]  # fmt: skip
