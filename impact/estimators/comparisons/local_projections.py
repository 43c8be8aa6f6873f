"""Local projections: for each horizon, long differences of newly treated units against those of units still untreated."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Floats, Mask
from impact.covariance.small_sample import cluster_df, counted, crv1_factor
from impact.data.panel import Panel
from impact.data.times import step_advice
from impact.errors import NotIdentifiedError
from impact.estimate import Estimate
from impact.estimators.linear import (
    LinearParts,
    as_moments,
    average_event_times,
    few_treated_notes,
)
from impact.moments import PathMoments, Scores
from impact.moments.features import Span, spans
from impact.origin import remembered
from impact.parameters import Rows
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices


@dataclass(frozen=True)
class LocalProjectionsDiD(CheckedChoices):
    """Effect by event time from one regression a horizon, with clean controls and period effects.

    Differences run over calendar distances, from the period before treatment to the horizon; a gap is a gap.

    Parameters
    ----------
    weighting : {"variance", "equal"}
        Least squares weighs a period's comparison by n1 n0 / (n1 + n0); "equal" weighs it by its treated units, which makes the
        number an average effect on the treated.
    base : {"last", "mean"}
        The period before treatment, or the mean of all observed periods before it.
    composition : {"changing", "fixed"}
        Fixed: the same treated and controls (untreated until the last horizon) for all horizons after treatment.
    before, after : int, optional
        Horizons; by default as far as the data reach.
    pooled : bool
        One number: the mean outcome over all horizons after treatment against the base.
    level : float

    Assumes
    -------
    Parallel trends between units treated in a period and those still untreated at the horizon; no anticipation.

    References
    ----------
    Dube, Girardi, Jorda and Taylor (2025), Journal of Applied Econometrics 40(7), eqs. 8-12.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.LocalProjectionsDiD(weighting="equal", before=2, after=1).fit(panel)
    >>> effects.params.round(2).to_dict()
    {'event_time=-2': 0.07, 'event_time=0': 1.14, 'event_time=1': 1.72}
    """

    weighting: Literal["variance", "equal"] = "variance"
    base: Literal["last", "mean"] = "last"
    composition: Literal["changing", "fixed"] = "changing"
    before: int | None = None
    after: int | None = None
    pooled: bool = False
    level: float = CONFIDENCE_LEVEL

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel or its moments: one row a horizon (or one, pooled).

        Raises
        ------
        NotIdentifiedError
            When no horizon has newly treated units beside clean controls.
        """
        moments = as_moments(data)
        rounds = [_Horizon.of(self, moments, horizon) for horizon in self._horizons(moments)]
        shared = _Spans.of([span for each in rounds for span in each.spans])
        if not shared.wanted:
            raise _nobody_compared(moments)
        features = spans(moments, shared.wanted)
        at_mean = features.evaluate(moments.mean_paths)
        fitted = [each.fit(self, moments, at_mean, shared) for each in rounds]
        kept = [(each, found) for each, found in zip(rounds, fitted, strict=True) if found]
        if not kept:
            raise _nobody_compared(moments)
        values = np.array([found.value for _, found in kept])
        loading = np.stack([found.loading for _, found in kept], axis=1)
        return self._estimate(moments, kept, values, Scores.of(moments, features, loading))

    def _horizons(self, moments: PathMoments) -> list[tuple[int, ...]]:
        """Distances from treatment of each regression; a pooled one has all after treatment."""
        event = moments.event_time[np.isfinite(moments.event_time)]
        if not event.size:
            raise _nobody_compared(moments)
        last = int(event.max()) if self.after is None else self.after
        first = int(-event.min()) if self.before is None else self.before
        if self.pooled:
            return [tuple(range(last + 1))]
        return [(h,) for h in range(-first, last + 1) if h != -1]

    def _estimate(
        self,
        moments: PathMoments,
        kept: "list[tuple[_Horizon, _Fitted]]",
        values: Floats,
        linear: Scores,
    ) -> Estimate:
        scores = linear.mix(np.diag(np.sqrt([found.factor for _, found in kept])))
        events = np.array([each.distances[0] for each, _ in kept], dtype=float)
        exposed = np.array([found.exposed for _, found in kept])
        parts = LinearParts(
            moments=moments,
            values=values,
            scores=scores,
            exposed_weights=exposed * (events >= 0)[:, None, None],
            linear=linear,
            averager=None if self.pooled else average_event_times,
            detail=events,
        )
        weights = {"variance": "variance-weighted", "equal": "weighted by treated units"}
        base = {"last": "period before treatment", "mean": "mean before treatment"}
        return Estimate(
            self._rows(kept, events),
            values,
            parts.vcov(),
            estimand=f"Effect on {moments.outcome} by periods since treatment",
            method=(
                f"Local projections; {weights[self.weighting]}; base {base[self.base]}; clean controls, "
                f"{self.composition} composition; CRV1 clustered, t(G-1)"
            ),
            sample=moments.sample,
            spec={
                "estimator": "LocalProjectionsDiD",
                "weighting": self.weighting,
                "base": self.base,
                "composition": self.composition,
                "before": self.before,
                "after": self.after,
                "pooled": self.pooled,
                "level": self.level,
            },
            notes=(
                *few_treated_notes(moments),
                *(
                    f"no_degrees_of_freedom_at:{each.distances[0]}"
                    for each, found in kept
                    if found.factor == 0
                ),
            ),
            source="Dube, Girardi, Jorda and Taylor (2025), eqs. 8-12",
            parts=parts,
        )

    def _rows(self, kept: "list[tuple[_Horizon, _Fitted]]", events: Floats) -> Rows:
        found = [each for _, each in kept]
        return Rows(
            term=["pooled"] if self.pooled else [f"event_time={value:g}" for value in events],
            event_time=None if self.pooled else events,
            n_treated=[each.n_treated for each in found],
            n_control=[each.n_control for each in found],
            n_clusters=[each.n_clusters for each in found],
            df=[cluster_df(max(each.n_clusters, 2)) for each in found],
        )


def _nobody_compared(moments: PathMoments) -> NotIdentifiedError:
    return NotIdentifiedError(
        f"{moments.outcome}: no unit is seen before and after treatment beside an untreated one"
        + step_advice(moments.times)
    )


@dataclass(frozen=True)
class _Spans:
    """Distinct spans; a change from one period to another and the change back are one, with opposite signs."""

    wanted: list[Span]
    place: dict[Span, tuple[int, float]]

    @classmethod
    def of(cls, several: list[Span]) -> "_Spans":
        wanted: list[Span] = []
        place: dict[Span, tuple[int, float]] = {}
        for span in several:
            back = Span(span.early, span.late)
            if span in place:
                continue
            if not span.early_may_miss and back in place:
                place[span] = (place[back][0], -1.0)
                continue
            place[span] = (len(wanted), 1.0)
            wanted.append(span)
        return cls(wanted, place)


@dataclass(frozen=True)
class _Fitted:
    """One horizon's coefficient, its scores' coefficients (C, 2U), small-sample factor and clusters, and who was compared.

    The factor is zero, so that there is no standard error, where the regression leaves no degrees of freedom for one.
    """

    value: float
    loading: Floats
    factor: float
    n_clusters: float
    exposed: Floats
    n_treated: float
    n_control: float


@dataclass(frozen=True)
class _Horizon:
    """One regression: a span for each base period t, and which cohorts are newly treated and clean there, (U, C)."""

    distances: tuple[int, ...]
    start: tuple[int, ...]
    spans: tuple[Span, ...]
    treated: Mask
    clean: Mask

    @classmethod
    def of(
        cls, choice: LocalProjectionsDiD, moments: PathMoments, distances: tuple[int, ...]
    ) -> "_Horizon":
        times, every = moments.times, moments.every_cohort
        place = {value: number for number, value in enumerate(times.tolist())}
        fixed = choice.composition == "fixed" and distances[0] >= 0
        event = moments.event_time[np.isfinite(moments.event_time)]
        until = choice.after if choice.after is not None else int(event.max())
        farthest = until if fixed else max(*distances, 0)
        found = []
        for number, time in enumerate(times.tolist()):
            late = [place[at] for at in (time + d for d in distances) if at in place]
            last = [place[time - 1]] if time - 1 in place else []
            early = last if choice.base == "last" else list(range(number))
            if len(late) < len(distances) or not early or (fixed and time + farthest not in place):
                continue
            span = Span(tuple(late), tuple(early), early_may_miss=choice.base == "mean")
            found.append((number, span, every == time, every > time + farthest))
        starts, kept, treated, clean = zip(*found, strict=True) if found else ((), (), (), ())
        shape = (len(found), len(every))
        return cls(
            distances,
            tuple(starts),
            tuple(kept),
            np.array(treated, dtype=bool).reshape(shape),
            np.array(clean, dtype=bool).reshape(shape),
        )

    def fit(
        self,
        choice: LocalProjectionsDiD,
        moments: PathMoments,
        at_mean: Floats,
        shared: _Spans,
    ) -> "_Fitted | None":
        """Regress the long differences on being newly treated, with an effect for each base period."""
        n_features = len(shared.wanted)
        own, sign = (np.array([shared.place[span][i] for span in self.spans]) for i in (0, 1))
        own = own.astype(int)
        has = n_features + own
        total = moments.by_cohort(at_mean[:, own] * sign * moments.weight[:, None]).T
        weight = moments.by_cohort(at_mean[:, has] * moments.weight[:, None]).T
        units = moments.by_cohort(at_mean[:, has] * moments.n[:, None]).T
        w1, w0 = (weight * self.treated).sum(1), (weight * self.clean).sum(1)
        usable = (w1 > 0) & (w0 > 0)
        if not usable.any():
            return None
        share = w1 / np.where(w1 + w0 > 0, w1 + w0, 1)
        row_weight = np.where(
            usable,
            1.0 if choice.weighting == "variance" else 1 / np.where(usable, 1 - share, 1),
            0.0,
        )
        mean1 = (total * self.treated).sum(1) / np.where(w1 > 0, w1, 1)
        mean0 = (total * self.clean).sum(1) / np.where(w0 > 0, w0, 1)
        information = row_weight * w1 * (1 - share)
        value = float(information @ (mean1 - mean0) / information.sum())
        level = share * (mean1 - value) + (1 - share) * mean0
        residualised = (self.treated * (1 - share)[:, None] - self.clean * share[:, None]) * (
            row_weight / information.sum()
        )[:, None]
        loading = np.zeros((len(moments.every_cohort), 2 * n_features))
        loading[:, own] = (residualised * sign[:, None]).T
        loading[:, has] = -(residualised * (level[:, None] + value * self.treated)).T
        exposed = np.zeros(moments.weight_seen.shape)
        for number, first in enumerate(self.start):
            for distance in self.distances:
                late = int(np.searchsorted(moments.times, moments.times[first] + distance))
                mine = weight[number] * self.treated[number] * usable[number]
                exposed[:, late] += mine / len(self.distances)
        entering = np.ones(len(usable), dtype=bool) if choice.weighting == "variance" else usable
        n_rows, n_clusters, n_effects = self._counts(moments, units, at_mean[:, has], entering)
        n_counted = counted(1, levels=[n_effects])
        enough = n_clusters > 1 and n_rows > n_counted
        return _Fitted(
            value,
            loading,
            crv1_factor(n_clusters, n_obs=n_rows, n_counted=n_counted) if enough else 0.0,
            n_clusters,
            exposed,
            float((units * self.treated)[usable].sum()),
            float((units * self.clean)[usable].sum()),
        )

    def _counts(
        self, moments: PathMoments, units: Floats, has: Floats, entering: Mask
    ) -> tuple[float, float, int]:
        """Rows, clusters and base periods of this regression; ``units`` (U, C) and ``has`` (P, U) say where there are any.

        Base periods without newly treated units have rows of weight zero in the equal weighting: they do not count there.
        """
        member = (self.treated | self.clean) & (units > 0) & entering[:, None]
        n_rows = float((units * member).sum())
        present = (has > 0) & member[:, moments.cohort_index].T
        inside = np.asarray(present.any(axis=1))
        if moments.clusters is None:
            n_clusters = float(moments.n[inside].sum())
        else:
            n_clusters = float(
                len(np.unique(moments.clusters.cluster[inside[moments.clusters.cell]]))
            )
        return n_rows, n_clusters, int(member.any(axis=1).sum())
