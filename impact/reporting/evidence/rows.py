"""Rows of the evidence record, from the parts of a run: outcomes, subgroups, and other estimators of the headline."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from impact.data.sample import Sample
from impact.data.strict import Words
from impact.evaluation.parts import NotMeasured, OutcomeEffect
from impact.evaluation.study import Study
from impact.reporting.evidence.fields import (
    EMPTY,
    NOT_RATED,
    PERCENT,
    STANDARDISED,
    WITHHELD,
    by_method,
    counted,
    known,
    reasons_not_given,
)
from impact.reporting.evidence.record import EffectRecord
from impact.reporting.evidence.standardised import hedges_g
from impact.reporting.evidence.tables import rows_of_tables
from impact.reporting.exhibits import Table
from impact.reporting.sections.departures import departures
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.plan_departures import all_departures, table_of
from impact.reporting.voice import Voice
from impact.terms import Language

PRICES = re.compile(r"\b((?:19|20)\d\d) prices\b")
"""How a unit in English names the year of its prices."""
OF_RESULTS = "tab-departures"
"""Label of the report's table of what was planned and has no answer, and of events."""


@dataclass(frozen=True)
class RecordedRun:
    """What a run knows, for its record.

    Attributes
    ----------
    study : Study
        For its plan, schema and programme; its data are not read.
    findings : Findings
        The parts of results.json.
    rating : mapping
        As results.json has it.
    facts : mapping
        The run's certificate.
    """

    study: Study
    findings: Findings
    rating: Mapping[str, Any]
    facts: Mapping[str, Any]

    def records(self) -> list[EffectRecord]:
        """Return all rows, the headline first."""
        return [EffectRecord.model_validate(row) for row in self._rows()]

    def _rows(self) -> Iterator[dict[str, Any]]:
        of_study, impact = self._of_study(), self.findings.impact
        named = [one.outcome for one in impact.effects]
        for at, effect in enumerate(impact.effects):
            role = "primary" if at else "headline"
            yield {**of_study, **self._of_outcome(effect.outcome), **self._of_effect(effect, role)}
        for one in impact.secondary:
            if isinstance(one, NotMeasured):
                yield {**of_study, **self._of_outcome(one.outcome), **_unmeasured(one)}
            elif one.outcome not in named:
                told = self._of_effect(one, "secondary")
                yield {**of_study, **self._of_outcome(one.outcome), **told}
        headline = {**of_study, **self._of_outcome(named[0])}
        yield from ({**headline, **row} for row in rows_of_tables(self.findings))

    def _of_study(self) -> dict[str, Any]:
        """Return what all rows share."""
        study, plan = self.study, self.study.plan
        schema, facts = study.schema, self.facts
        source = schema.source
        words = {
            "title": plan.title,
            "data_source": Words(en=source, fr=source) if isinstance(source, str) else source,
            "unit_of_observation": Words(
                en=plan.words.unit.one("en"), fr=plan.words.unit.one("fr")
            ),
        }
        periods = [str(time) for time in self.findings.sample.paths.get("time", ())]
        return {
            **_in_both(words),
            **_in_both(self._programme()),
            "study": plan.name,
            "run": facts["run_id"],
            "status": "released" if "released" in facts else "internal",
            "software": f"impact {facts['impact']}",
            "simulated": plan.truth is not None,
            "first_period": periods[0] if periods else None,
            "last_period": periods[-1] if periods else None,
            "frequency": schema.time.frequency,
            "programme_began": study.programme.began if study.programme else None,
            "programme_ended": study.programme.ended if study.programme else None,
            **self._design(),
            "plan_sha256": facts["inputs"][facts["parameters"]["plan"]],
            "plan_locked_on": (facts.get("lock") or {}).get("day"),
            "seed": plan.seed,
            "level": study.level,
        }

    def _programme(self) -> dict[str, Words | None]:
        told = self.study.programme
        return {
            field: None if told is None or (one := getattr(told, name)) is None else one.text
            for field, name in {
                "programme_aim": "aim",
                "funder": "funded_by",
                "implementer": "run_by",
                "places": "places",
            }.items()
        }

    def _design(self) -> dict[str, Any]:
        plan, headline = self.study.plan, self.findings.headline
        cohorts = "control_group" in headline.overall.spec
        return {
            "assignment": plan.assignment,
            "waves": plan.waves,
            "comparison_group": headline.overall.spec["control_group"] if cohorts else None,
            "anticipation": plan.anticipation,
            "covariates": tuple(plan.covariates),
            "estimand": "effect_of_being_assigned"
            if plan.assignment == "randomised"
            else "effect_of_taking_part",
            "deviations_en": _departed(self.study, self.findings, "en"),
            "deviations_fr": _departed(self.study, self.findings, "fr"),
        }

    def _of_outcome(self, name: str) -> dict[str, Any]:
        """Return what the schema, or the plan of one that was not measured, says of an outcome."""
        column = self.study.schema.columns.get(name)
        asked = self.study.plan.secondary_labels.get(name, Words(en=name, fr=name))
        unit = Words(en="", fr="")
        if column is not None:
            unit = Words(en=column.unit_in("en"), fr=column.unit_in("fr"))
        currency, year = self.study.plan.currency, PRICES.search(unit.en)
        return {
            "outcome": name,
            **_in_both({"outcome_label": asked if column is None else column.label, "unit": unit}),
            "currency": currency if unit.en.startswith(currency) else None,
            "prices": int(year.group(1)) if year else None,
            "scale": None if column is None else column.scale,
            **dict.fromkeys(("arm", "compared_arm", "subgroup", "subgroup_level")),
        }

    def _of_effect(self, effect: OutcomeEffect, role: str) -> dict[str, Any]:
        overall, verdict = effect.overall, effect.verdict
        row = {
            **by_method(overall.spec.get("estimator", ""), overall.method, overall.source),
            **_counts(overall.sample),
            **NOT_RATED,
            **(self._rated() if role == "headline" else {}),
            "role": role,
            "effect": known(verdict.estimate),
            "std_error": known(float(overall.std_errors.iloc[0])),
            "conf_low": known(verdict.conf_low),
            "conf_high": known(verdict.conf_high),
            "p_value": known(verdict.p_value),
            "inference": verdict.believed,
            "smallest_detectable": known(verdict.smallest_detectable),
            **_percent(effect),
            **self._standardised(effect),
        }
        return {**row, "not_given": tuple(reasons_not_given(row))}

    def _rated(self) -> dict[str, Any]:
        rated = self.rating["values"]
        taken = [step["values"] for step in rated["taken"]]
        return {
            "rating": rated["steps"],
            "rating_start": rated["start"],
            "rating_verb": rated["verb"],
            "rating_direction": rated["direction"],
            "rating_reasons": tuple(f"{step['reason']}:{step['state']}" for step in taken),
            "rating_not_asked": tuple(rated["not_asked"]),
        }

    def _standardised(self, effect: OutcomeEffect) -> dict[str, Any]:
        """Put an effect in standard deviations before the start, where the balance table has them."""
        rows = self.findings.sample.baseline
        own = rows[(rows["characteristic"] == effect.outcome) & (rows["level"] == "")]
        sample = effect.overall.sample
        units = (sample.n_treated, sample.n_never) if sample else (0, 0)
        sds = own[["sd_treated", "sd_comparison"]].to_numpy(dtype=float).ravel()
        error = float(effect.overall.std_errors.iloc[0])
        known = [*sds, effect.verdict.estimate, error]
        if len(sds) < 2 or not all(map(isfinite, known)) or min(units) < 2 or not sds.any():
            return dict.fromkeys(STANDARDISED)
        found = hedges_g(
            effect.verdict.estimate, error, sds=(float(sds[0]), float(sds[1])), units=units
        )
        return dict(zip(STANDARDISED, (found.g, found.std_error, found.sd, found.df), strict=True))


def _in_both(words: Mapping[str, Words | None]) -> dict[str, str | None]:
    """Return a field in each language."""
    return {
        f"{name}_{language}": None if one is None else one.in_language(language)
        for name, one in words.items()
        for language in ("en", "fr")
    }


def _counts(sample: Sample | None) -> dict[str, int | None]:
    names = {"n_units": "n_units", "n_treated": "n_treated", "n_comparison": "n_never"}
    names |= {"n_observations": "n_obs", "n_clusters": "n_clusters"}
    return {name: counted(getattr(sample, of, None)) for name, of in names.items()}


def _percent(effect: OutcomeEffect) -> dict[str, float | None]:
    shown = effect.verdict_percent or (None, None, None)
    estimate = effect.percent
    error = None if estimate is None else known(float(estimate.std_errors.iloc[0]))
    mean = None if estimate is None else estimate.spec.get("counterfactual_mean")
    without = known(mean[0]) if mean is not None and len(mean) else None
    return dict(zip(PERCENT, (*map(known, shown), error, without), strict=True))


def _unmeasured(one: NotMeasured) -> dict[str, Any]:
    return {**EMPTY, "role": "not_measured", "not_given": (f"effect:{one.why}",)}


def _departed(study: Study, findings: Findings, language: Language) -> tuple[str, ...]:
    """Return the rows of the report's tables of departures in one language; what a release withholds is none."""
    impact, others = findings.impact, findings.robustness.alternatives
    # held to itself, so that being told in another language is no departure
    spoken = replace(study.changed(language=language), written=None, locked=None)
    named = tuple(
        replace(one, label=spoken.label(one.outcome)) if isinstance(one, NotMeasured) else one
        for one in impact.secondary
    )
    shown = replace(
        findings,
        impact=replace(impact, secondary=named),
        robustness=replace(findings.robustness, alternatives=others[others["why_not"] != WITHHELD]),
    )
    voice = Voice(spoken)
    by_key = [
        one for one in table_of(voice, all_departures(study, findings)) if isinstance(one, Table)
    ]
    told = [one for one in departures(voice, shown) if isinstance(one, Table)]
    tables = [*by_key, *(one for one in told if one.label == OF_RESULTS)]
    return tuple("; ".join(map(str, row)) for one in tables for row in one.frame.to_numpy())
