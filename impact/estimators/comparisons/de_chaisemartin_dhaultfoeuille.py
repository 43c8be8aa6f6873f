"""De Chaisemartin and D'Haultfoeuille: effects of having been treated for one, two, ... periods, and placebos."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from impact.arrays import Floats, Integers
from impact.covariance.small_sample import cluster_factor
from impact.data.panel import Panel
from impact.errors import (
    MissingValueError,
    NotAvailableError,
    NotIdentifiedError,
    UsageError,
)
from impact.estimate import Estimate
from impact.estimators.comparisons.by_cell import Contrasted, Contrasts, comparable, contrast_means
from impact.estimators.comparisons.dose_estimate import dose_estimate
from impact.estimators.comparisons.dose_paths import DosePaths, switcher_effects
from impact.estimators.linear import (
    Average,
    LinearParts,
    as_moments,
    as_panel,
    few_treated_notes,
)
from impact.estimators.selection.covariates import Covariates
from impact.moments import PathMoments, Scores
from impact.moments.features import changes
from impact.origin import remembered
from impact.parameters import Rows
from impact.terms import CONFIDENCE_LEVEL, Averaging, CheckedChoices, Grouping

SingleCohorts = Literal["pooled", "ignored"]
Switchers = Literal["all", "same"]
EffectScale = Literal["level", "per_dose"]


@dataclass(frozen=True)
class DeChaisemartinDHaultfoeuille(CheckedChoices):
    """Effects of l periods of treatment: change since before the switch, less that of units which have not switched yet.

    For a treatment that switches on and stays, or, with ``dose``, for any path of doses that may go up and down: units that
    leave their first dose are compared with those that still have it. Effect l is at event time l - 1; placebo l compares as
    many periods backwards, with the controls and cohorts of effect l. Cohort shares are taken as fixed.

    Parameters
    ----------
    effects, placebos : int, optional
        How many; by default as many as the data have.
    dose : str, optional
        Column of ``panel.covariates`` with the dose of each unit in each period, such as the number of fairs. The panel's
        cohorts play no part then. ``aggregate(by="overall")`` is the average total effect per unit of dose.
    scale : {"level", "per_dose"}
        Effect l over the dose that switchers have had beyond their first one until then (normalised effects), or not.
    switchers : {"all", "same"}
        Whoever has effect l, or those alone who have all ``effects`` effects.
    single_cohorts : {"pooled", "ignored"}
        In the variance a cohort of one unit deviates from the mean of itself and its controls, or counts nothing: the authors'
        package does the latter, which makes such a cohort look exact.
    level : float

    Assumes
    -------
    Parallel trends between units that switch and those that have not switched yet (with the same first dose); no anticipation.
    An average per unit of dose is a weighted average of the effects of doses, current and earlier ones.

    References
    ----------
    de Chaisemartin and D'Haultfoeuille (2024), Review of Economics and Statistics, eqs. 4-6; web appendix for the variance,
    in which each deviation is multiplied by sqrt(n/(n-1)).

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.DeChaisemartinDHaultfoeuille(effects=2, placebos=1).fit(panel)
    >>> effects.params.round(2).to_dict()
    {'placebo_1': 0.07, 'effect_1': 1.14, 'effect_2': 1.72}
    """

    effects: int | None = None
    placebos: int | None = None
    dose: str | None = None
    scale: EffectScale = "level"
    switchers: Switchers = "all"
    single_cohorts: SingleCohorts = "pooled"
    level: float = CONFIDENCE_LEVEL

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.switchers == "same" and self.effects is None:
            raise UsageError("switchers='same': say how many effects they must all have, effects=2")
        if self.scale == "per_dose" and self.dose is None:
            raise UsageError(
                "scale='per_dose': names no dose; a treatment that switches on and stays is one column of dose too, dose=..."
            )

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments: one row an effect or placebo; their average by ``aggregate(by="overall")``.

        Raises
        ------
        NotIdentifiedError
            When no cohort has a period before and an untreated control after.
        """
        if self.dose is not None:
            return self._of_doses(as_panel(data, who="dose", needs="each unit's path of doses"))
        moments = as_moments(data)
        pairs, contrasts, label = self._compared(moments)
        if not pairs:
            raise NotIdentifiedError(
                f"{moments.outcome}: no cohort is seen before and after its switch beside units that have not switched"
            )
        features = changes(moments, pairs)
        usable = comparable(moments, features, contrasts)
        if not usable.any():
            raise NotIdentifiedError(
                f"{moments.outcome}: no cohort is seen before and after its switch beside units that have not switched"
            )
        found = contrast_means(moments, features, contrasts.of(usable))
        kept = label[usable]
        lengths = np.unique(kept)
        size = (lengths[:, None] == kept) * found.weight[0]
        mix = size / size.sum(axis=1, keepdims=True)
        return self._estimate(moments, found, lengths, mix)

    def _compared(self, moments: PathMoments) -> tuple[list[tuple[int, int]], Contrasts, Integers]:
        """Pairs of periods, who is compared, and each comparison's number: l for effects, -l for placebos."""
        times, every = moments.times, moments.every_cohort
        pairs: dict[tuple[int, int], int] = {}
        rows, numbers = [], []
        for code in np.flatnonzero(np.isfinite(every)):
            before = np.flatnonzero(times < every[code])
            if not before.size:
                continue
            base = int(before[-1])
            if self.switchers == "same" and not self._has_all(every, times, base, self.effects):
                continue
            for period in np.flatnonzero(times >= every[code]):
                length = int(period) - base
                control = every > times[period]
                mirrored = base - length
                for number, at in ((length, int(period)), (-length, mirrored)):
                    most = self.effects if number > 0 else self.placebos
                    if at < 0 or not control.any() or (most is not None and length > most):
                        continue
                    feature = pairs.setdefault((at, base), len(pairs))
                    rows.append((int(code), at, feature, control))
                    numbers.append(number)
        contrasts = Contrasts.of_rows(rows, n_cohorts=len(every))
        return list(pairs), contrasts, np.array(numbers, dtype=np.int64)

    @staticmethod
    def _has_all(every: Floats, times: Floats, base: int, effects: int | None) -> bool:
        """Whether a cohort is seen, beside others that have not switched, as long as the last effect asks."""
        last = base + (effects or 0)
        return last < len(times) and bool((every > times[last]).any())

    def _of_doses(self, data: Panel) -> Estimate:
        """Estimate from a path of doses."""
        panel, dose = _with_doses(data.with_always_treated(), str(self.dose))
        paths = DosePaths.of(dose)
        found = switcher_effects(
            panel.wide,
            paths,
            panel.weight,
            effects=self.effects,
            placebos=self.placebos,
            same=self.switchers == "same",
            ignore_single=self.single_cohorts == "ignored",
        )
        if found is None:
            raise NotIdentifiedError(
                f"{self.dose}: no unit leaves its first dose beside units that keep the same one, both observed before and "
                "after; group doses more coarsely"
            )
        return dose_estimate(
            panel,
            found,
            dose=str(self.dose),
            per_dose=self.scale == "per_dose",
            n_switchers=int((paths.first_switch < panel.n_periods).sum()),
            spec=self._spec(),
        )

    def _spec(self) -> dict[str, Any]:
        return {
            "estimator": "DeChaisemartinDHaultfoeuille",
            "effects": self.effects,
            "placebos": self.placebos,
            "dose": self.dose,
            "scale": self.scale,
            "switchers": self.switchers,
            "single_cohorts": self.single_cohorts,
            "level": self.level,
            "df": None,
        }

    def _estimate(
        self, moments: PathMoments, found: Contrasted, lengths: Integers, mix: Floats
    ) -> Estimate:
        scores = _with_degrees_of_freedom(found, self.single_cohorts).mix(mix)
        exposed = np.zeros((len(found.values), *moments.weight_seen.shape))
        row = np.arange(len(found.values))
        exposed[row, found.contrasts.code, found.contrasts.period] = found.weight[0]
        parts = LinearParts(
            moments=moments,
            values=mix @ found.values,
            scores=scores,
            exposed_weights=np.tensordot(mix * (lengths > 0)[:, None], exposed, axes=1),
            averager=_average_total,
            detail=(lengths, (mix > 0) @ found.weight[0]),
            linear=found.scores.mix(mix),
        )
        return Estimate(
            Rows(
                term=[f"{'effect' if n > 0 else 'placebo'}_{abs(n)}" for n in lengths],
                event_time=np.asarray(lengths - 1, dtype=float),
                n_treated=(mix > 0) @ found.n_treated,
                n_control=(mix > 0) @ found.n_control,
            ),
            parts.values,
            parts.vcov(),
            estimand=f"Effect on {moments.outcome} of having been treated for l periods; placebos before",
            method=(
                "de Chaisemartin-D'Haultfoeuille; base the period before the switch; control not yet switched; "
                "clustered, cohort-centred, normal"
            ),
            sample=moments.sample,
            spec=self._spec(),
            notes=few_treated_notes(moments),
            source="de Chaisemartin and D'Haultfoeuille (2024), eqs. 4-6",
            parts=parts,
        )


def _with_doses(panel: Panel, name: str) -> tuple[Panel, Floats]:
    """Units observed in every period, as a path needs every dose, and their doses (N, T).

    Raises
    ------
    MissingValueError
        When a dose is missing where the outcome is not.
    """
    given = Covariates.of(panel, [name]).by_period[:, 0].T
    unknown = np.isnan(given) & ~np.isnan(panel.wide)
    if unknown.any():
        raise MissingValueError(
            f"{name}: missing in {int(unknown.sum())} observations; complete it, or leave these units out"
        )
    whole = np.asarray(~np.isnan(panel.wide).any(axis=1))
    if not whole.any():
        raise NotIdentifiedError(
            f"{name}: no unit is observed in all periods, which a path of doses needs"
        )
    return panel.subset(whole, reason="not_observed_in_all_periods"), given[whole]


def _with_degrees_of_freedom(found: Contrasted, single_cohorts: SingleCohorts) -> Scores:
    """Scale deviations by sqrt(n/(n-1)); a side of one unit deviates from the mean of both, or counts nothing."""
    scores, contrasts = found.scores, found.contrasts
    loading = scores.loading.copy()
    half = (loading.shape[2] - 1) // 2
    pooled = (found.weight * found.mean).sum(axis=0) / found.weight.sum(axis=0)
    both = found.n_treated + found.n_control
    codes = np.arange(len(loading))[:, None]
    sides = (codes == contrasts.code, contrasts.control.T)
    for n, mean, side in zip((found.n_treated, found.n_control), found.mean, sides, strict=True):
        centre = np.where(n > 1, mean, pooled)
        count = np.where(n > 1, n, both)
        scale = np.sqrt(cluster_factor(np.maximum(count, 2.0)))
        scale = np.where((n > 1) | (single_cohorts == "pooled"), scale, 0.0)
        row = np.arange(len(n))
        slope = loading[:, row, contrasts.feature]
        loading[:, row, contrasts.feature] = np.where(side, slope * scale, slope)
        constant = loading[:, row, half + contrasts.feature]
        loading[:, row, half + contrasts.feature] = np.where(
            side, -slope * scale * centre, constant
        )
    return Scores(scores.features, loading, scores.products, scores.groups)


def _average_total(
    parts: LinearParts, *, by: Grouping, average: Averaging, balance: int | None
) -> Average:
    """Average the effects, each by its switchers."""
    if by != "overall" or average != "cells" or balance is not None:
        raise NotAvailableError(
            "effects by length of treatment average overall only, by their switchers"
        )
    lengths, size = parts.detail
    weights = np.where(lengths > 0, size, 0.0)
    if not weights.any():
        raise NotAvailableError(
            f"{parts.moments.outcome}: no effect after treatment to average; check outcome and cohort"
        )
    return Average(
        weights=(weights / weights.sum())[None],
        constant=np.zeros((len(parts.moments.every_cohort), 1)),
        rows=Rows(term=["overall"]),
        label="average total effect by switchers",
    )
