"""Who counts as a control and who as treated: the sample itself, placebos, samples without a cluster, bootstrap samples."""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers
from impact.errors import NotAvailableError
from impact.streams import stream

MOST_REDRAWS = 100  # times as many bootstrap samples as are wanted


@dataclass(frozen=True)
class Draws:
    """R choices of groups.

    Attributes
    ----------
    controls : ndarray, (R, N)
        How often each unit counts as a control.
    treated : ndarray, (G, R, N)
        How often each unit counts as treated, by cohort.
    """

    controls: Floats
    treated: Floats

    @classmethod
    def of_labels(cls, labels: Integers, n_cohorts: int) -> "Draws":
        """Take groups from labels (R, N), places among the cohorts; ``n_cohorts`` is a control, more counts nowhere."""
        treated = labels == np.arange(n_cohorts)[:, None, None]
        return cls((labels == n_cohorts).astype(float), treated.astype(float))

    def __len__(self) -> int:
        return len(self.controls)

    def some(self, rows: Integers) -> "Draws":
        """Return some of the choices."""
        return Draws(self.controls[rows], self.treated[:, rows])

    @property
    def possible(self) -> Floats:
        """Whether there is a control, and a treated unit of every cohort, (R,)."""
        every = (self.treated.sum(axis=2) > 0).all(axis=0)
        return np.asarray(every & (self.controls.sum(axis=1) > 0))


def placebos(labels: Integers, n_cohorts: int, *, replications: int, seed: int) -> Draws:
    """Draw controls in the place of the treated, as many of them as each cohort has.

    Raises
    ------
    NotAvailableError
        When there are no more controls than treated units.

    References
    ----------
    Arkhangelsky and others (2021), algorithm 4.
    """
    controls = np.flatnonzero(labels == n_cohorts)
    sizes = np.bincount(labels[labels < n_cohorts], minlength=n_cohorts)
    if len(controls) <= sizes.sum():
        raise NotAvailableError(
            f"variance='placebo': puts as many controls as there are treated units ({int(sizes.sum())}) in their place, and "
            f"has {len(controls)} controls; take variance='bootstrap'"
        )
    generator = stream(seed, "placebo_units")
    order = np.argsort(generator.random((replications, len(controls))), axis=1)
    place = np.append(np.repeat(np.arange(n_cohorts), sizes), n_cohorts)
    drawn = np.full((replications, len(labels)), n_cohorts + 1)
    given = np.full(len(controls), n_cohorts)
    given[: len(place) - 1] = place[:-1]
    np.put_along_axis(drawn, controls[order], np.broadcast_to(given, order.shape), axis=1)
    return Draws.of_labels(drawn, n_cohorts)


def without_each(labels: Integers, cluster: Integers, n_cohorts: int) -> Draws:
    """Leave each cluster out once.

    Raises
    ------
    NotAvailableError
        When a cohort, or the controls, are one cluster.
    """
    n_clusters = int(cluster.max()) + 1
    left = cluster != np.arange(n_clusters)[:, None]
    draws = Draws.of_labels(np.where(left, labels, n_cohorts + 1), n_cohorts)
    if not draws.possible.all():
        raise NotAvailableError(
            "variance='jackknife': leaves every unit (cluster) out once, and a cohort, or the controls, are a single one; "
            "take variance='placebo'"
        )
    return draws


def bootstrap(
    labels: Integers, cluster: Integers, n_cohorts: int, *, replications: int, seed: int
) -> Draws:
    """Draw clusters with replacement, again where a cohort or the controls are not drawn.

    Raises
    ------
    NotAvailableError
        When a cohort is one cluster, which has no spread.

    References
    ----------
    Arkhangelsky and others (2021), algorithm 2.
    """
    for code in range(n_cohorts + 1):
        if len(np.unique(cluster[labels == code])) < 2:
            raise NotAvailableError(
                "variance='bootstrap': draws units (clusters), and a cohort, or the controls, are a single one, which has no "
                "spread of its own; take variance='placebo'"
            )
    generator = stream(seed, "resampled_units")
    n_clusters = int(cluster.max()) + 1
    own = Draws.of_labels(labels[None], n_cohorts)
    kept: list[Draws] = []
    for _ in range(MOST_REDRAWS):
        picked = generator.integers(n_clusters, size=(replications, n_clusters))
        times = np.apply_along_axis(np.bincount, 1, picked, minlength=n_clusters)[:, cluster]
        drawn = Draws(own.controls * times, own.treated * times)
        kept.append(drawn.some(np.flatnonzero(drawn.possible)))
        if sum(map(len, kept)) >= replications:
            break
    else:
        raise NotAvailableError(
            "variance='bootstrap': almost no draw has every cohort in it; take variance='placebo'"
        )
    controls = np.concatenate([each.controls for each in kept])[:replications]
    return Draws(
        controls, np.concatenate([each.treated for each in kept], axis=1)[:, :replications]
    )
