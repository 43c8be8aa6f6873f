"""Effects by level of exposure: fair, domestic event, none; one fair, two, three."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from impact.data.panel import Panel
from impact.errors import NotIdentifiedError, UnknownNameError, UsageError, VaryingCohortError
from impact.estimate import Estimate
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.estimators.dose.joined import Group, joined_effects, without_set_aside
from impact.estimators.linear import as_panel
from impact.estimators.many import AnyEstimator
from impact.moments import PathMoments
from impact.origin import remembered
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices, nearest


@dataclass(frozen=True)
class ExposureLevels(CheckedChoices):
    """Overall effect on the units of each level of exposure, all against the same comparison group.

    Levels that differ are units that differ: what one level gained more than another is not what a unit would gain by moving
    from one to the other, which takes the stronger assumption of `ContinuousDose`.

    Parameters
    ----------
    exposure : str
        Column of ``panel.covariates``. Words must be the same in all periods of a unit; of numbers, such as fairs so far, the
        largest counts.
    reference : str or float, optional
        The level of the comparison group, which is its never-treated units; all never-treated units otherwise. Never-treated
        units of other levels are left out.
    cuts : sequence of float
        Upper ends of groups of numbers: ``[1, 2]`` makes up to 1, more up to 2, and more. Each number by itself otherwise.
    estimator : Estimator
        Whose overall effect is given; it must have scores of units, as `CallawaySantAnna` does.
    level : float

    Assumes
    -------
    For each level, what the estimator assumes: parallel trends of its units and the comparison group; no effect on that group.

    References
    ----------
    Callaway, Goodman-Bacon and Sant'Anna (2024), NBER working paper 32117, sec. 3: level effects ATT(d|d).

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> impact.ExposureLevels("workers", cuts=[5]).fit(panel).params.round(2).to_dict()
    {'workers=up to 5': 1.71, 'workers=more than 5': 1.4}
    """

    exposure: str
    reference: str | float | None = None
    cuts: Sequence[float] = ()
    estimator: AnyEstimator = field(default_factory=CallawaySantAnna)
    level: float = CONFIDENCE_LEVEL

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel: one row a level.

        Raises
        ------
        UnknownNameError
            When the exposure, or its reference, is not there.
        VaryingCohortError
            When a unit has several words.
        NotIdentifiedError
            When no level can be compared.
        """
        panel = without_set_aside(
            as_panel(data, who="ExposureLevels", needs="each unit's exposure")
        )
        exposure = unit_values(panel, self.exposure)
        never = np.isinf(panel.cohort)
        controls = never
        if self.reference is not None:
            controls = np.asarray(never & (exposure == self.reference))
            if not controls.any():
                raise UnknownNameError(
                    f"reference={self.reference!r}: no never-treated unit has this {self.exposure}; name the level of the "
                    "comparison group"
                )
        groups = [
            Group(f"{self.exposure}={name}", np.asarray(mine & ~never), panel.cohort)
            for name, mine in self._levels(exposure, ~never).items()
        ]
        return joined_effects(
            panel,
            groups,
            controls,
            self.estimator,
            estimand=f"Effect on {panel.outcome} of treatment on the treated, by {self.exposure}",
            spec={
                "estimator": "ExposureLevels",
                "exposure": self.exposure,
                "reference": self.reference,
                "cuts": list(self.cuts),
                "level": self.level,
            },
            source="Callaway, Goodman-Bacon and Sant'Anna (2024), sec. 3",
        )

    def _levels(self, exposure: Any, treated: Any) -> dict[str, Any]:
        """Levels of treated units by name, each with who has it."""
        if not len(self.cuts):
            known = sorted({value for value in exposure[treated] if not pd.isna(value)})
            return {_named(value): exposure == value for value in known}
        if exposure.dtype == object:
            raise UsageError(
                f"cuts: {self.exposure} holds words, which have no order; leave them out"
            )
        ends = [-np.inf, *sorted(self.cuts), np.inf]
        names = [f"up to {ends[1]:g}"]
        names += [f"{low:g} to {high:g}" for low, high in pairwise(ends[1:-1])]
        names += [f"more than {ends[-2]:g}"]
        sides = zip(names, pairwise(ends), strict=True)
        found = {name: (exposure > low) & (exposure <= high) for name, (low, high) in sides}
        return {name: mine for name, mine in found.items() if (mine & treated).any()}


def _named(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float, np.number)) else str(value)


def unit_values(panel: Panel, name: str) -> Any:
    """Return each unit's exposure, (N,): its one word, or its largest number; missing where it has none.

    Raises
    ------
    UnknownNameError
        When the panel has no such covariate.
    VaryingCohortError
        When a unit has several words.
    NotIdentifiedError
        When no unit has one.
    """
    if name not in panel.covariates:
        known = [str(column) for column in panel.covariates.columns]
        raise UnknownNameError(
            f"{name}: not among the panel's covariates; {nearest(name, known)}pass it to Panel.from_frame(covariates=...)"
        )
    column = panel.covariates[name]
    by_unit = column.groupby(panel.unit_index)
    if pd.api.types.is_numeric_dtype(column):
        found = by_unit.max().reindex(range(panel.n_units)).to_numpy(dtype=float, na_value=np.nan)
    else:
        first = by_unit.transform("first")
        several = panel.unit_index[(column != first) & column.notna() & first.notna()]
        if several.size:
            raise VaryingCohortError(
                f"{name}: {len(set(several.tolist()))} units have several words; give each unit the one that counts, such "
                "as its strongest exposure"
            )
        found = by_unit.first().reindex(range(panel.n_units)).to_numpy(dtype=object)
    if pd.isna(found).all():
        raise NotIdentifiedError(f"{name}: missing for all units; check the column")
    return found
