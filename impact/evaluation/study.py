"""A study: the data, the question, and the choices that were written down before."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from impact.data.kept import kept_frame
from impact.data.panel import Panel
from impact.data.readers import declared_outcome, panel_of, read_frame
from impact.data.schema import Column, Schema, read_schema
from impact.errors import NotInMomentsError
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.estimators.experiments.ancova import Ancova
from impact.estimators.experiments.difference_in_means import DifferenceInMeans
from impact.evaluation.answerable import refuse_unanswerable
from impact.evaluation.arms import DrawnArms, rows_of_arms
from impact.evaluation.blind import Blinding, blinded, refuse_other_blindness
from impact.evaluation.departure_reasons import Reasons
from impact.evaluation.economics_file import EconomicsFile, read_economics
from impact.evaluation.elsewhere import PublishedEffect, read_evidence
from impact.evaluation.excluded import without_excluded
from impact.evaluation.indicators import Indicators, read_indicators
from impact.evaluation.part_of_firms import part_of
from impact.evaluation.plan import Plan
from impact.evaluation.plan_lock import Locked
from impact.evaluation.programme import Event, Programme, read_programme
from impact.evaluation.rehearsal.mark import Rehearsed
from impact.evaluation.truth import Truth, read_truth
from impact.evaluation.winsorised import winsorised
from impact.inference.named import InferenceName
from impact.moments import PathMoments
from impact.terms import Waves

MainEstimator = Literal["callaway_santanna", "ancova", "difference_in_means"]


@dataclass(frozen=True)
class Study:
    """A plan and the data it names; everything a part of the evaluation needs to know.

    Attributes
    ----------
    plan : Plan
        The choices.
    folder : Path
        The plan's own: what its paths are relative to.
    kept : Path, optional
        Folder in which a run keeps the data as it read them, for all that belongs to it; without one they are read here.
    written : Plan, optional
        The plan as its file has it, before a run was told otherwise.
    locked : Locked, optional
        The lock of the plan, where it has one.
    blinding : Blinding, optional
        The log of its blind runs: until it is signed off, nobody's treatment is their own.
    reasons : Reasons
        What the evaluator writes of departures from the plan.
    """

    plan: Plan
    folder: Path
    kept: Path | None = None
    written: Plan | None = None
    locked: Locked | None = None
    blinding: Blinding | None = None
    reasons: Reasons = field(default_factory=Reasons)
    _panels: dict[tuple[str, str | None, float, tuple[str, str] | None], Panel] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def changed(self, **choices: Any) -> "Study":
        """Return the study with some choices of its plan changed."""
        return replace(self, plan=self.plan.changed(**choices))

    def on(self, frame: pd.DataFrame) -> "Study":
        """Return the study on other data, such as fewer rows of its own."""
        other = replace(self)
        vars(other)["data"] = frame  # where the cached property keeps what it read
        return other

    @property
    def planned(self) -> Plan:
        """The plan that the study is held to: as it was locked, else as its file has it."""
        if self.locked is not None:
            return self.locked.lock.known.written
        return self.written or self.plan

    @property
    def blind(self) -> bool:
        """Whether cleaning is not signed off yet, so that treatment is exchanged at random."""
        return self.blinding is not None and self.blinding.on

    @property
    def outcome(self) -> str:
        """The headline outcome."""
        return self.plan.outcomes[0]

    @property
    def measured(self) -> tuple[str, ...]:
        """The secondary outcomes that the data have."""
        return tuple(name for name in self.plan.secondary if name in self.schema.columns)

    @property
    def level(self) -> float:
        """Confidence level."""
        return 1 - self.plan.alpha

    @cached_property
    def schema(self) -> Schema:
        """The declared schema."""
        return read_schema(self.folder / self.plan.data_schema)

    @property
    def by_lot(self) -> bool:
        """Whether the plan says that those treated were drawn."""
        return self.plan.assignment == "randomised"

    @property
    def follows_units(self) -> bool:
        """Whether the same units are asked each time."""
        return self.plan.waves == "panel"

    @property
    def cluster(self) -> str | None:
        """Column of what was assigned as a whole; None where units were, one by one."""
        above = None if self.schema.cluster == self.schema.unit else self.schema.cluster
        return None if self.plan.assigned_by == "unit" else above

    @property
    def from_moments(self) -> bool:
        """Whether moments are all that is known of the units."""
        return self.plan.from_moments

    @cached_property
    def moments(self) -> PathMoments:
        """The moments that the plan names in place of data.

        Raises
        ------
        SourceError
            When they are no moments file.
        """
        return PathMoments.load(self.folder / self.plan.data)

    @cached_property
    def data(self) -> pd.DataFrame:
        """The data, or the part of them that the plan keeps, read once."""
        if self.from_moments:
            raise NotInMomentsError
        return part_of(self._read(), self.plan.only, unit=self.schema.unit)

    def _read(self) -> pd.DataFrame:
        kept = None if self.kept is None else kept_frame(self.kept)
        if kept is not None:
            refuse_other_blindness(kept, blind=self.blind)
            return kept
        data = self.plan.data
        if self.rehearsal is not None and self.rehearsal.data is not None:
            data = self.rehearsal.data
        frame = read_frame(
            data if data.startswith("package:") else self.folder / data, schema=self.schema
        )
        frame = without_excluded(frame, self.plan)
        if self.blinding is None or not self.blind:
            return frame
        return blinded(frame, plan=self.plan, schema=self.schema, seed=self.blinding.log.seed)

    @cached_property
    def arms(self) -> DrawnArms | None:
        """Who was drawn to which of several arms; None where the plan names none."""
        planned = self.plan.arms
        if planned is None:
            return None
        return DrawnArms.of(
            planned, self._panel_of(self.outcome, self.plan.cohort, (planned.column,))
        )

    @property
    def frame(self) -> pd.DataFrame:
        """The data of what is compared: of several arms the first and the control, else all."""
        return self.data if self.plan.arms is None else self._of_headline

    @cached_property
    def _of_headline(self) -> pd.DataFrame:
        if self.plan.arms is None or self.arms is None:
            return self.data
        kept = rows_of_arms(self.data[self.plan.arms.column], self.arms.labels[:2])
        return self.data[kept]

    def panel(
        self,
        outcome: str | None = None,
        *,
        winsorise: float | None = None,
        cohort: str | None = None,
        arms: tuple[str, str] | None = None,
    ) -> Panel:
        """Return the panel of an outcome (the headline by default), capped as the plan or the caller says; made once.

        Where the plan names arms it has two of them: the first and the control by default.

        Raises
        ------
        DataError
            As `Panel.from_frame`.
        ImpactError
            As `refuse_unanswerable`.
        """
        share = self.plan.winsorise if winsorise is None else winsorise
        if arms is None and self.arms is not None:
            arms = self.arms.labels[1], self.arms.labels[0]
        key = (outcome or self.outcome, cohort or self.plan.cohort, share, arms)
        if key not in self._panels:
            made = self._made(*key)
            if share in {
                0.0,
                self.plan.winsorise,
            }:  # others are shown beside, and may leave nothing
                refuse_unanswerable(made, control_group=self.plan.comparison_group)
            self._panels[key] = made
        return self._panels[key]

    def _made(
        self, outcome: str, cohort: str | None, share: float, arms: tuple[str, str] | None
    ) -> Panel:
        if share:
            return winsorised(self.panel(outcome, cohort=cohort, winsorise=0.0, arms=arms), share)
        if self.plan.arms is None or arms is None:
            return self._panel_of(outcome, cohort, self._compared)
        column = self.plan.arms.column
        everyone = self._panel_of(outcome, cohort, tuple(dict.fromkeys((*self._compared, column))))
        drawn = DrawnArms.of(self.plan.arms, everyone)
        own = everyone.covariates[list(self._compared)]
        return drawn.compared(replace(everyone, covariates=own, complete=None), *arms)

    @property
    def ledger(self) -> list[dict[str, Any]]:
        """What the rules of an intake did, a line each; nothing where the data are a file, or moments."""
        return [] if self.from_moments else list(self.frame.attrs["intake"])

    @property
    def _compared(self) -> tuple[str, ...]:
        """Columns that are compared before treatment or by which effects are split."""
        return tuple(dict.fromkeys((*self.plan.characteristics, *self.plan.subgroups)))

    def panel_of_all(self, covariates: tuple[str, ...] = ()) -> Panel:
        """Return the headline's panel of all units, of every arm, whether or not their outcomes tell them apart."""
        return self._panel_of(self.outcome, self.plan.cohort, covariates)

    def _panel_of(
        self,
        outcome: str,
        cohort: str | None,
        covariates: tuple[str, ...],
        *,
        frame: pd.DataFrame | None = None,
    ) -> Panel:
        """Return the panel of all units in the data, or of those in some of its rows."""
        declared_outcome(self.schema, outcome)
        waves: Waves = "panel"
        if self.plan.waves == "repeated_cross_sections":
            waves = "repeated_cross_sections"
        return panel_of(
            self.data if frame is None else frame,
            schema=self.schema.model_copy(update={"cluster": self.cluster}),
            outcome=outcome,
            cohort=cohort,
            covariates=covariates,
            strata=self.plan.strata,
            assignment=self.plan.assignment,
            waves=waves,
        )

    @cached_property
    def main(self) -> MainEstimator:
        """Word of the main estimator: of a lot its arms' means, given a baseline where there is one; else cohorts compared.

        A lot that decided who starts when has cohorts, which are compared as such.
        """
        if not self.by_lot or self.from_moments:
            return "callaway_santanna"
        panel = self.panel()
        if len(panel.cohorts) > 1 or np.isfinite(panel.cohort).all():
            return "callaway_santanna"
        return "ancova" if self.plan.waves == "panel" else "difference_in_means"

    @property
    def compares_arms(self) -> bool:
        """Whether the main estimator compares arms as a whole, not cohorts and periods."""
        return self.main != "callaway_santanna"

    @property
    def inferences(self) -> tuple[InferenceName, ...] | None:
        """What the headline is asked for: of arms the lot drawn again, and what has their units' errors; None for all."""
        return ("permutation", "crv2_satterthwaite", "crv3_t") if self.compares_arms else None

    @cached_property
    def covariates(self) -> pd.DataFrame:
        """The plan's covariates, one row an observation of the headline's panel."""
        return self._panel_of(
            self.outcome, self.plan.cohort, self.plan.covariates, frame=self.frame
        ).covariates

    def estimator(self, **changes: Any) -> Any:
        """Return the study's main estimator with some of its choices changed."""
        if self.main == "ancova":
            return replace(Ancova(level=self.level), **changes)
        if self.main == "difference_in_means":
            return replace(DifferenceInMeans(strata="effects", level=self.level), **changes)
        return self.cohort_estimator(**changes)

    def cohort_estimator(self, **changes: Any) -> CallawaySantAnna:
        """Return the estimator that compares cohorts, with the study's choices and some of them changed."""
        main = CallawaySantAnna(
            control_group=self.plan.comparison_group,
            anticipation=self.plan.anticipation,
            level=self.level,
        )
        return replace(main, **changes)

    @cached_property
    def groups(self) -> "pd.Series | None":
        """Group through which each unit was treated, indexed by its label; none without a column for it."""
        if self.plan.treatment_group is None or self.from_moments:
            return None
        return self.frame.groupby(self.schema.unit)[self.plan.treatment_group].first()

    def column(self, name: str) -> Column:
        """Return a column's declaration."""
        return self.schema.columns[name]

    def label(self, name: str) -> str:
        """Return a column's label in the study's language."""
        if name not in self.schema.columns:
            asked = self.plan.secondary_labels.get(name)
            return name if asked is None else asked.in_language(self.plan.language)
        return self.schema.columns[name].label.in_language(self.plan.language)

    def usual_size(self, name: str) -> float:
        """Return the mean absolute value of a numeric column in the data; NaN without any."""
        if self.from_moments:
            return self.moments.usual_size if name == self.outcome else float(np.nan)
        cells = self.frame[name].to_numpy(dtype=float, na_value=np.nan)
        known = np.abs(cells[~np.isnan(cells)])
        return float(known.mean()) if len(known) else float(np.nan)

    def unit(self, name: str) -> str:
        """Return a column's unit in the study's language."""
        return self.schema.columns[name].unit_in(self.plan.language)

    @cached_property
    def programme(self) -> Programme | None:
        """What is known of the programme; None without a programme file."""
        name = self.plan.programme
        return None if name is None else read_programme(self.folder / name)

    @property
    def events(self) -> tuple[Event, ...]:
        """The programme's events; none without a programme file."""
        return () if self.programme is None else self.programme.events

    @cached_property
    def indicators(self) -> Indicators | None:
        """Indicators of the monitoring plan; None without a file of them."""
        name = self.plan.indicators
        return None if name is None else read_indicators(self.folder / name)

    @cached_property
    def truth(self) -> Truth | None:
        """What a simulated programme truly did; None of real data, and of a blind run, which must not tell."""
        if self.blind:
            return None
        if self.rehearsal is not None:
            return self.rehearsal.truth
        return None if self.plan.truth is None else read_truth(self.folder / self.plan.truth)

    @cached_property
    def rehearsal(self) -> Rehearsed | None:
        """What the folder says of itself where it is a rehearsal; None of a study in earnest."""
        return Rehearsed.of(self.folder)

    @cached_property
    def economics(self) -> EconomicsFile | None:
        """Costs, beneficiaries and assumptions; None without an economics file, and of a part of the firms."""
        name, plan = self.plan.economics, self.plan
        if name is None or plan.only:  # costs and beneficiaries are the whole programme's
            return None
        return read_economics(self.folder / name, currency=plan.currency, language=plan.language)

    @cached_property
    def elsewhere(self) -> list[PublishedEffect]:
        """Published effects of like programmes; none without a file of them."""
        name = self.plan.evidence
        return [] if name is None else read_evidence(self.folder / name)
