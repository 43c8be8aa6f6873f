"""Differences of means between treated and untreated units, many at once: what Callaway-Sant'Anna and its relatives share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.estimators.linear import TINY
from impact.moments import CellGroups, PathMoments, Scores
from impact.moments.features import Features
from impact.terms import ControlsWithin


@dataclass(frozen=True)
class Contrasts:
    """k comparisons of one feature's mean between cohorts.

    Attributes
    ----------
    code, period : ndarray of int, (k,)
        The treated cohort (its place in `PathMoments.every_cohort`) and the period that each is about.
    feature : ndarray of int, (k,)
        Which of the U features is compared; feature U + u says who has it.
    control : ndarray of bool, (k, C)
        The cohorts on the other side.
    """

    code: Integers
    period: Integers
    feature: Integers
    control: Mask

    @classmethod
    def of_rows(cls, rows: Sequence[tuple[int, int, int, Mask]], *, n_cohorts: int) -> "Contrasts":
        """Make comparisons of (cohort code, period, feature, controls) rows."""
        code, period, feature = (
            np.array([row[i] for row in rows], dtype=np.int64) for i in (0, 1, 2)
        )
        control = np.array([row[3] for row in rows], dtype=bool).reshape(len(rows), n_cohorts)
        return cls(code, period, feature, control)

    def of(self, kept: Mask) -> "Contrasts":
        """Return the comparisons marked True (k,)."""
        return Contrasts(self.code[kept], self.period[kept], self.feature[kept], self.control[kept])

    def and_also(self, other: "Contrasts") -> "Contrasts":
        """Return these comparisons, then the other ones."""
        return Contrasts(
            *(
                np.concatenate([mine, theirs])
                for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True)
            )
        )


@dataclass(frozen=True)
class Contrasted:
    """Values (k,), scores, counts of units, weights and means by side (2, k) of the comparisons that could be made."""

    contrasts: Contrasts
    values: Floats
    scores: Scores
    n_treated: Floats
    n_control: Floats
    weight: Floats
    mean: Floats


def contrast_means(
    moments: PathMoments,
    features: Features,
    contrasts: Contrasts,
    *,
    within: ControlsWithin = "all",
    stratum: int | None = None,
) -> Contrasted:
    """Compare means, among all units or within strata weighted by their treated units, or in one ``stratum`` alone.

    A treated unit's score is its own value less its controls' mean less the effect, over the treated weight; a control's is its
    deviation from the controls' mean, over the controls' weight.

    Parameters
    ----------
    features : Features
        U values and then U indicators of who has them.
    """
    sums = _Sums.of(moments, features, _groups(moments, within, stratum), stratum)
    groups = sums.groups
    contrasts = contrasts.of(_Sides.of(sums, contrasts).usable())
    sides = _Sides.of(sums, contrasts)
    share = sides.weight[0] / np.maximum(sides.weight[0].sum(axis=0), TINY)
    values = (share * (sides.mean[0] - sides.mean[1])).sum(axis=0)
    scores = Scores.of(
        moments, features.with_constant(), sides.loading(values, share), groups=groups
    )
    units = sums.units[:, contrasts.feature].T
    n_treated, n_control = ((side * units).sum(axis=1) for side in (sides.treated, sides.control))
    weight = sides.weight.sum(axis=1)
    mean = (sides.weight * sides.mean).sum(axis=1) / np.maximum(weight, TINY)
    return Contrasted(contrasts, values, scores, n_treated, n_control, weight, mean)


def comparable(
    moments: PathMoments,
    features: Features,
    contrasts: Contrasts,
    *,
    within: ControlsWithin = "all",
    stratum: int | None = None,
) -> Mask:
    """Return which comparisons have units on both sides (in every stratum with treated ones), (k,)."""
    groups = _groups(moments, within, stratum)
    return _Sides.of(_Sums.of(moments, features, groups, stratum), contrasts).usable()


def _groups(moments: PathMoments, within: ControlsWithin, stratum: int | None) -> CellGroups:
    by_stratum = within == "strata" or stratum is not None
    return moments.stratum_groups if by_stratum else moments.cohort_groups


@dataclass(frozen=True)
class _Sums:
    """Weighted totals of the U features, weights and numbers of units that have them (G, U), and who counts (G,)."""

    groups: CellGroups
    total: Floats
    weight: Floats
    units: Floats
    inside: Floats

    @classmethod
    def of(
        cls, moments: PathMoments, features: Features, groups: CellGroups, stratum: int | None
    ) -> "_Sums":
        mean = features.evaluate(moments.mean_paths)
        half = mean.shape[1] // 2
        inside = np.ones(len(groups.cohort))
        if stratum is not None:
            inside = (groups.stratum == stratum).astype(float)
            mean = mean * inside[groups.of_cell][:, None]
        sums = groups.sums(mean * moments.weight[:, None])
        units = groups.sums(mean[:, half:] * moments.n[:, None])
        return cls(groups, sums[:, :half], sums[:, half:], units, inside)


@dataclass(frozen=True)
class _Sides:
    """Who is on each side of k comparisons (k, G), and both sides' weights and means by stratum, (2, S, k)."""

    sums: _Sums
    feature: Integers
    treated: Floats
    control: Floats
    weight: Floats
    mean: Floats

    @classmethod
    def of(cls, sums: _Sums, contrasts: Contrasts) -> "_Sides":
        groups, feature = sums.groups, contrasts.feature
        treated = (groups.cohort == contrasts.code[:, None]) * sums.inside
        control = contrasts.control[:, groups.cohort] * sums.inside
        sides = np.stack([treated, control])
        stratum = (np.unique(groups.stratum)[:, None] == groups.stratum).astype(float)
        weight, total = (
            np.swapaxes((sides * part[:, feature].T) @ stratum.T, 1, 2)
            for part in (sums.weight, sums.total)
        )
        return cls(sums, feature, treated, control, weight, total / np.where(weight > 0, weight, 1))

    def usable(self) -> Mask:
        """Which comparisons have treated units, and controls in every stratum that has treated ones."""
        some = self.weight[0] > 0
        return np.asarray(some.any(axis=0) & (~some | (self.weight[1] > 0)).all(axis=0))

    def loading(self, values: Floats, share: Floats) -> Floats:
        """Coefficients of the scores on the features, their indicators and the constant, (G, k, 2U + 1)."""
        groups, k = self.sums.groups, len(values)
        n_features = self.sums.total.shape[1]
        stratum = np.searchsorted(np.unique(groups.stratum), groups.stratum)
        all_treated = np.maximum(self.weight[0].sum(axis=0), TINY)
        on_treated = self.treated.T / all_treated
        per_control = np.where(
            self.weight[1] > 0, share / np.where(self.weight[1] > 0, self.weight[1], 1), 0
        )
        on_control = self.control.T * per_control[stratum]
        of_controls = self.mean[1][stratum]
        loading = np.zeros((len(stratum), k, 2 * n_features + 1))
        row = np.arange(k)
        loading[:, row, self.feature] = on_treated - on_control
        loading[:, row, n_features + self.feature] = on_control * of_controls - on_treated * (
            of_controls + values
        )
        return loading
