"""The panel: validated once, sorted by (unit, time), never changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.arrays import Floats, Integers, Mask
from impact.data import checks
from impact.data.keyed_rows import KeyedRows
from impact.data.panel_summary import panel_lines
from impact.data.sample import Sample
from impact.data.summary import as_html, as_text
from impact.data.tidy import tidy
from impact.data.times import TimeAxis
from impact.terms import Assignment, Frequency, MissingOutcome, Waves, one_of


@dataclass(frozen=True, eq=False, repr=False)
class Panel:
    """N units observed at some of T periods.

    Attributes
    ----------
    units : ndarray, (N,)
        Labels, sorted.
    times : ndarray, (T,)
        Calendar numbers of the observed periods, in steps, ascending.
    time_axis : TimeAxis
        What they count, and their labels.
    unit_index, time_index : ndarray of int, (n,)
        Unit and period of each observation, sorted by (unit, time).
    y : ndarray, (n,)
        Outcome, in its own unit (MAD for revenue).
    cohort : ndarray, (N,)
        Calendar number of the first treated period; infinity for never treated.
    cluster, stratum : ndarray of int, (N,)
        Codes from 0; the unit itself and a single stratum by default.
    weight : ndarray, (N,)
    covariates : DataFrame, n rows
        Further columns, one row an observation.
    outcome : str
    names : dict
        Columns of the data that unit, time, cohort, cluster and strata came from.
    sample : Sample
    stratum_labels : tuple of str
        By code; empty without strata.
    waves : {"panel", "repeated_cross_sections"}
        Whether units are followed, or each period has its own and nobody is seen twice.
    assignment : {"chosen", "by_rule", "randomised"}
        How cohorts came about: of a lot, what the permutation test exchanges is what was drawn, within the strata alone.
    complete : Panel, optional
        Where units are treated from the first period on, the panel with them in it: designs that compare cohorts set them
        aside, estimators that need no period before treatment take them from here.

    Examples
    --------
    >>> import impact, pandas as pd
    >>> sales = pd.DataFrame({"firm": ["a", "a", "b", "b"], "year": [2001, 2002] * 2, "sales": [9.0, 14.0, 8.0, 9.0]})
    >>> sales["first_fair"] = [2002, 2002, None, None]  # the second firm never went
    >>> panel = impact.Panel.from_frame(sales, unit="firm", time="year", outcome="sales", cohort="first_fair")
    >>> panel
    Panel of sales
    units          2
    periods        2, 2001 to 2002
    observations   4 (all of units by periods)
    treated        1
      from 2002    1
    never treated  1
    clusters       the units
    """

    units: NDArray[Any]
    times: Floats
    time_axis: TimeAxis
    unit_index: Integers
    time_index: Integers
    y: Floats
    cohort: Floats
    cluster: Integers
    weight: Floats
    stratum: Integers
    covariates: pd.DataFrame
    outcome: str
    names: dict[str, Any]
    sample: Sample
    stratum_labels: tuple[str, ...] = ()
    assignment: Assignment = "chosen"
    complete: "Panel | None" = None
    waves: Waves = "panel"

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        unit: str | None = None,
        time: str,
        outcome: str,
        cohort: str | None = None,
        cluster: str | None = None,
        weight: str | None = None,
        covariates: Sequence[str] = (),
        strata: Sequence[str] = (),
        frequency: Frequency = "integer",
        step: int = 1,
        never: Sequence[Any] = (),
        missing_outcome: MissingOutcome = "refuse",
        absorbing_treatment: str | None = None,
        waves: Waves = "panel",
        assignment: Assignment = "chosen",
    ) -> Self:
        """Validate a long table and make a panel of it.

        Parameters
        ----------
        frame : DataFrame
            One row a (unit, time). Not changed.
        unit, time, outcome : str
            Columns; repeated cross-sections need no ``unit``: each row is then somebody else.
        cohort : str, optional
            First treated period in the units of ``time``; missing means never treated.
        cluster, weight, strata : str, optional
            Columns constant within a unit: cluster above the unit, weight, strata of the assignment.
        covariates : sequence of str
            Further columns to carry along.
        frequency : {"integer", "year", "quarter", "month"}
            What ``time`` and ``cohort`` count.
        step : int
            How many of them lie between periods by design: 4 for a panel of every fourth year. Event time counts steps.
        never : sequence
            Codes in ``cohort`` that also mean never treated, such as 0 or 9999.
        missing_outcome : {"refuse", "drop"}
            What to do with rows without an outcome; dropped ones are counted in ``sample``.
        absorbing_treatment : str, optional
            A 0/1 column that must never switch off and must agree with ``cohort``.
        waves : {"panel", "repeated_cross_sections"}
            Declare a survey that asks other people in each period; whoever is then seen twice is refused.
        assignment : {"chosen", "by_rule", "randomised"}
            How cohorts came about. Of a lot, units stay that nobody saw before their treatment, where this holds for all.

        Raises
        ------
        DataError
            One of its branches, with column, rule, data rows (1 is the first) and remedy.
        """
        named = (unit, time, outcome, cohort, cluster, weight, absorbing_treatment)
        checks.known_columns(frame, [n for n in (*named, *covariates, *strata) if n is not None])
        one_of(missing_outcome, MissingOutcome, name="missing_outcome")
        one_of(waves, Waves, name="waves")
        one_of(assignment, Assignment, name="assignment")
        frame, unit = checks.with_units(frame, unit, waves=waves)
        of = KeyedRows.of(
            frame,
            names=(unit, time, outcome),
            axis=TimeAxis(frequency, step),
            missing_outcome=missing_outcome,
            waves=waves,
        )
        first, n_units = of.first_treated(cohort, never=never), len(of.units)
        if absorbing_treatment is not None:
            of.refuse_reversals(absorbing_treatment, first)
        by_unit, of_strata = of.by_unit(), of.frame[list(strata)]
        stratum = by_unit.codes(of_strata) if strata else np.zeros(n_units, dtype=np.int64)
        names = {"unit": unit, "time": time, "cohort": cohort, "cluster": cluster}
        panel = cls(
            units=of.units,
            times=of.times,
            time_axis=of.time_axis,
            unit_index=of.unit_index,
            time_index=of.time_index,
            y=of.y,
            cohort=first,
            cluster=np.arange(n_units) if cluster is None else by_unit.codes(of.frame[[cluster]]),
            weight=np.ones(n_units) if weight is None else by_unit.weight(of.frame[weight]),
            stratum=stratum,
            stratum_labels=by_unit.labels(of_strata, stratum) if strata else (),
            covariates=of.frame[list(covariates)].reset_index(drop=True),
            outcome=outcome,
            names={**names, "strata": tuple(strata)},
            sample=Sample(0, 0, 0, 0, 0),
            waves=waves,
            assignment=assignment,
        )._counted({"missing_outcome": of.n_without_outcome})
        return panel if cohort is None else panel._comparable()

    def _counted(self, dropped: dict[str, int]) -> Self:
        """Return the panel with its counts brought up to date and reasons for dropping added."""
        sample = Sample(
            n_obs=len(self.y),
            n_units=len(self.units),
            n_treated=int(np.isfinite(self.cohort).sum()),
            n_never=int(np.isinf(self.cohort).sum()),
            n_clusters=int(np.count_nonzero(np.bincount(self.cluster))),
            dropped=self.sample.dropped,
        )
        for reason, count in dropped.items():
            sample = sample.with_dropped(reason, count)
        return replace(self, sample=sample)

    def _comparable(self) -> Self:
        """Set units aside that are treated from the first period on; refuse a panel with nobody to compare.

        Of an endline alone nobody is, nor of a lot where nobody was seen before: the arms are what is compared.
        """
        beyond = np.isfinite(self.cohort) & (self.cohort > self.times[-1])
        panel = self
        if beyond.any():
            later = replace(self, cohort=np.where(beyond, np.inf, self.cohort))
            panel = later._counted(
                {"treated_after_last_period_counted_as_untreated": int(beyond.sum())}
            )
        always = self.cohort <= self.times[0]
        drawn = self.assignment == "randomised" and not (panel.cohorts > self.times[0]).any()
        if always.any() and self.n_periods > 1 and not drawn:
            panel = replace(panel.subset(~always, reason="always_treated"), complete=panel)
        checks.comparison(panel.cohort, str(self.names["cohort"]))
        return panel

    def with_always_treated(self) -> "Panel":
        """Return the panel with the units in it that were set aside because they are treated from the first period on."""
        return self.complete or self

    def subset(self, units: Mask, *, reason: str) -> Self:
        """Return the panel of the units (N,) marked True; the others are counted under ``reason``.

        Units that were set aside are not marked, and so not in it; start from `with_always_treated` to choose among all.
        """
        if units.all():
            return self
        rows = units[self.unit_index]
        times, time_index = np.unique(self.time_index[rows], return_inverse=True)
        cluster = np.unique(self.cluster[units], return_inverse=True)[1]
        smaller = replace(
            self,
            units=self.units[units],
            times=self.times[times],
            unit_index=(np.cumsum(units) - 1)[self.unit_index[rows]],
            time_index=time_index.astype(np.int64),
            y=self.y[rows],
            cohort=self.cohort[units],
            cluster=cluster.astype(np.int64),
            weight=self.weight[units],
            stratum=self.stratum[units],
            covariates=self.covariates.loc[rows].reset_index(drop=True),
            complete=None,
        )
        return smaller._counted({reason: int((~units).sum())})

    def where(self, rows: Mask, *, reason: str) -> Self:
        """Return the observations (n,) marked True; units that lose all of theirs are counted, as in `subset`."""
        if rows.all():
            return self
        present = np.zeros(len(self.units), dtype=bool)
        present[self.unit_index[rows]] = True
        times, time_index = np.unique(self.time_index[rows], return_inverse=True)
        cut = replace(
            self,
            times=self.times[times],
            unit_index=self.unit_index[rows],
            time_index=time_index.astype(np.int64),
            y=self.y[rows],
            covariates=self.covariates.loc[rows].reset_index(drop=True),
            complete=None,
        )
        return cut.subset(present, reason=reason)._counted({})

    def with_cohort(self, cohort: Floats) -> Self:
        """Return the panel with other first treated periods (N,), as placebo tests and permutations need."""
        cohort = np.asarray(cohort, dtype=float)
        complete = self.complete
        if complete is not None:
            every = complete.cohort.copy()
            every[np.searchsorted(complete.units, self.units)] = cohort
            complete = complete.with_cohort(every)
        return replace(self, cohort=cohort, complete=complete)._counted({})

    def with_cluster(self, cluster: Integers, name: str) -> Self:
        """Return the panel with other clusters, codes from 0 on of each unit (N,); units set aside are left out."""
        names = {**self.names, "cluster": name}
        return replace(self, cluster=cluster, names=names, complete=None)._counted({})

    def with_weight(self, weight: Floats) -> Self:
        """Return the panel with other weights (N,), all above zero; units set aside are left out."""
        return replace(self, weight=checks.positive(weight), complete=None)

    def with_outcome(self, y: Floats, name: str) -> Self:
        """Return the panel with another outcome (n,), such as a transformed one.

        Units that were set aside stay with it where the outcome is a covariate, as theirs is then known.
        """
        y = np.asarray(y, dtype=float)
        complete = self.complete
        if complete is not None:
            known = complete._own(name)
            same = np.array_equal(y, self._own(name), equal_nan=True)
            complete = complete.with_outcome(known, name) if same else None
        return replace(self, y=y, outcome=name, complete=complete)

    def _own(self, name: str) -> Floats:
        """The outcome or a covariate as numbers (n,); empty without such a column of numbers."""
        if name == self.outcome:
            return self.y
        if name not in self.covariates or not pd.api.types.is_numeric_dtype(self.covariates[name]):
            return np.zeros(0)
        return np.asarray(self.covariates[name], dtype=float)

    @cached_property
    def wide(self) -> Floats:
        """Outcomes as an N x T matrix, NaN where a unit was not observed."""
        n_units, n_periods = len(self.units), len(self.times)
        if self.balanced:
            return self.y.reshape(n_units, n_periods)
        matrix = np.full((n_units, n_periods), np.nan)
        matrix[self.unit_index, self.time_index] = self.y
        return matrix

    @property
    def n_units(self) -> int:
        """N."""
        return len(self.units)

    @property
    def n_periods(self) -> int:
        """T, the number of observed periods."""
        return len(self.times)

    @property
    def balanced(self) -> bool:
        """Whether every unit is observed in every period."""
        return len(self.y) == len(self.units) * len(self.times)

    @property
    def cohorts(self) -> Floats:
        """Calendar numbers of the treated cohorts, ascending."""
        return np.unique(self.cohort[np.isfinite(self.cohort)])

    @property
    def event_time(self) -> Floats:
        """Periods since treatment of each observation, (n,); minus infinity for never treated."""
        return np.asarray(self.times[self.time_index] - self.cohort[self.unit_index])

    @property
    def exposed(self) -> Mask:
        """Whether each observation is under treatment, (n,)."""
        return np.asarray(self.event_time >= 0)

    def summary(self) -> str:
        """Return counts of units, periods and cohorts as plain text; no id and no value."""
        return as_text(f"Panel of {self.outcome}", self._lines())

    def _lines(self) -> list[tuple[str, str]]:
        return panel_lines(self.time_axis, self.times, self.cohort, self.sample)

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return as_html(f"Panel of {self.outcome}", self._lines())

    def frame(self) -> pd.DataFrame:
        """Return a tidy copy: ``unit, time, cohort, exposed`` and the outcome, then the covariates."""
        return tidy(self)
