"""Effects on units that were not treated but are near those who were: of the same trade and city, or within some distance."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from impact.arrays import Floats, Mask
from impact.data.panel import Panel
from impact.errors import MissingValueError, NotIdentifiedError, UsageError
from impact.estimate import Estimate
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.estimators.dose.exposure_levels import unit_values
from impact.estimators.dose.joined import Group, joined_effects, without_set_aside
from impact.estimators.linear import as_panel
from impact.estimators.many import AnyEstimator
from impact.moments import PathMoments
from impact.origin import remembered
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices

EARTH_KM = 6371.0088  # mean radius (IUGG)


@dataclass(frozen=True)
class Spillovers(CheckedChoices):
    """Effects on the treated and on untreated units near them, both against untreated units elsewhere.

    An untreated unit is near from the time on that the first treated unit near it is treated. If being near matters, it is no
    control: the row ``treated`` compares with units elsewhere alone.

    Parameters
    ----------
    within : sequence of str
        Columns of ``panel.covariates``, constant in a unit: untreated units that share all of them with a treated unit are
        near, such as ``["trade", "city"]``.
    coordinates : sequence of str
        Instead of ``within``: the columns of latitude and longitude, in degrees.
    rings : sequence of float
        With coordinates: outer ends of rings around treated units, in km, such as ``[5, 20]``; a unit is in the ring of the
        nearest of them, and elsewhere beyond the last.
    estimator : Estimator
        Whose overall effect is given; it must have scores of units, as `CallawaySantAnna` does.
    level : float

    Assumes
    -------
    Parallel trends of the treated, of untreated units near them, and of untreated units elsewhere; no effect reaches elsewhere.

    References
    ----------
    Butts (2021), arXiv 2105.03737, secs. 3-4; Clarke (2017), on bandwidths of exposure.

    Examples
    --------
    >>> import impact, pandas as pd
    >>> sales = pd.DataFrame({"firm": list("abcdef") * 2, "year": [2001] * 6 + [2002] * 6})
    >>> sales["sales"] = [9.0, 8, 7, 6, 5, 4, 12, 11, 8, 7, 5.5, 4.5]
    >>> sales["city"] = ["Fes", "Fes", "Fes", "Fes", "Safi", "Safi"] * 2
    >>> sales["fair"] = [2002, 2002, None, None, None, None] * 2  # two firms of Fes
    >>> names = {"unit": "firm", "time": "year", "outcome": "sales", "cohort": "fair"}
    >>> panel = impact.Panel.from_frame(sales, covariates=["city"], **names)
    >>> impact.Spillovers(within=["city"]).fit(panel).params.round(2).to_dict()
    {'treated': 2.5, 'same city': 0.5}
    """

    within: Sequence[str] = ()
    coordinates: Sequence[str] = ()
    rings: Sequence[float] = ()
    estimator: AnyEstimator = field(default_factory=CallawaySantAnna)
    level: float = CONFIDENCE_LEVEL

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.within) == bool(self.coordinates):
            raise UsageError(
                "Spillovers: say who is near by within=[...] or by coordinates=[...] and rings=[...]"
            )
        if isinstance(self.within, str) or isinstance(self.coordinates, str):
            raise UsageError("within, coordinates: give a list of names, such as ['trade', 'city']")
        if self.coordinates and (len(self.coordinates) != 2 or not self.rings):
            raise UsageError("coordinates: latitude and longitude, and rings=[...] in km")
        if any(end <= 0 for end in self.rings):
            raise UsageError("rings: outer ends in km, above zero")

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel: the treated, then each kind of near.

        Raises
        ------
        NotIdentifiedError
            When no untreated unit is elsewhere, or none is near.
        UnknownNameError, VaryingCohortError
            For columns that are not there, or vary within units.
        """
        panel = without_set_aside(as_panel(data, who="Spillovers", needs="where each unit is"))
        near = self._in_rings(panel) if self.coordinates else self._together(panel)
        never = np.isinf(panel.cohort)
        reached = np.any([np.isfinite(since) for since in near.values()], axis=0)
        elsewhere = np.asarray(never & ~reached)
        if not elsewhere.any() or not (never & reached).any():
            what = "elsewhere" if not elsewhere.any() else "near a treated one"
            raise NotIdentifiedError(
                f"{panel.outcome}: no untreated unit is {what}; name narrower or wider neighbourhoods"
            )
        groups = [Group("treated", ~never, panel.cohort)]
        groups += [
            Group(term, np.asarray(never & np.isfinite(since)), since)
            for term, since in near.items()
            if (never & np.isfinite(since)).any()
        ]
        return joined_effects(
            panel,
            groups,
            elsewhere,
            self.estimator,
            estimand=f"Effect on {panel.outcome} of treatment, on the treated and on untreated units near them",
            spec={
                "estimator": "Spillovers",
                "within": list(self.within),
                "coordinates": list(self.coordinates),
                "rings": list(self.rings),
                "level": self.level,
            },
            source="Butts (2021), secs. 3-4",
        )

    def _together(self, panel: Panel) -> dict[str, Floats]:
        """From when on each unit shares all columns with a treated one, (N,); infinity for never."""
        values = [unit_values(panel, name) for name in self.within]
        keys = [tuple(row) for row in zip(*values, strict=True)]
        first: dict[tuple[object, ...], float] = {}
        for key, cohort in zip(keys, panel.cohort, strict=True):
            first[key] = min(first.get(key, np.inf), float(cohort))
        return {f"same {' and '.join(self.within)}": np.array([first[key] for key in keys])}

    def _in_rings(self, panel: Panel) -> dict[str, Floats]:
        """From when on a treated unit lies within each ring of those whose nearest one does, (N,) a ring."""
        latitude, longitude = (unit_values(panel, name) for name in self.coordinates)
        for name, values in zip(self.coordinates, (latitude, longitude), strict=True):
            if np.isnan(values.astype(float)).any():
                raise MissingValueError(
                    f"{name}: missing for {int(np.isnan(values.astype(float)).sum())} units; complete it, or leave these out"
                )
        treated: Mask = np.isfinite(panel.cohort)
        away = kilometres(latitude, longitude, latitude[treated], longitude[treated])
        nearest = away.min(axis=1)
        found, inner = {}, -1.0
        for outer in sorted(self.rings):
            inside = np.where(away <= outer, panel.cohort[treated], np.inf).min(axis=1)
            mine = (nearest > inner) & (nearest <= outer)
            found[f"{max(inner, 0):g} to {outer:g} km"] = np.where(mine, inside, np.inf)
            inner = outer
        return found


def kilometres(
    latitude: Floats, longitude: Floats, to_latitude: Floats, to_longitude: Floats
) -> Floats:
    """Return great-circle distances in km (N, M), from degrees, by the haversine formula."""
    one, other = np.radians(latitude.astype(float))[:, None], np.radians(to_latitude.astype(float))
    across = np.radians(longitude.astype(float))[:, None] - np.radians(to_longitude.astype(float))
    half = np.sin((one - other) / 2) ** 2 + np.cos(one) * np.cos(other) * np.sin(across / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1))))
