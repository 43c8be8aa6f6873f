"""Who is chosen, where it is not by lot: larger firms, or those whose last round before the start was unusual."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from impact.arrays import Floats


@dataclass(frozen=True)
class Chosen:
    """How firms come to be treated.

    A firm, or a cluster of firms, of which something is one standard deviation above the mean has exp(weight) times the odds of
    being chosen next (Plackett and Luce): 0.4 makes them one and a half times as high.

    Attributes
    ----------
    on_level : float
        Weight of the mean outcome over all rounds, without treatment: of lasting size.
    on_growth : float
        Weight of how far the last round before the start lies above the mean of those before it; below zero firms are chosen
        after a dip. What is passing recedes, so that these firms' outcomes move back after the start (Ashenfelter 1978).
    """

    on_level: float = 0.0
    on_growth: float = 0.0

    @property
    def alike(self) -> bool:
        """Whether those chosen are like the others."""
        return not (self.on_level or self.on_growth)

    def placed(
        self, paths: Floats, *, before: int, treated: int, size: int, generator: np.random.Generator
    ) -> Floats:
        """Give the paths of those chosen to the treated, which stand first.

        Parameters
        ----------
        paths : ndarray, (N, S, T)
            Outcomes without treatment of S studies; firms of one cluster stand together.
        before : int
            Rounds before the start.
        treated : int
            Clusters that are treated; firms, where these are treated one by one.
        size : int
            Firms of a cluster.
        generator : Generator

        Returns
        -------
        ndarray, (N, S, T)
            The same paths, by whole clusters in another order.

        References
        ----------
        Ashenfelter (1978), Review of Economics and Statistics 60(1), on the dip in earnings before training.
        """
        if self.alike or not before:
            return paths
        clustered = paths.reshape(-1, size, *paths.shape[1:])
        of_cluster = clustered.mean(axis=1)
        known = of_cluster[:, :, :before]
        index = self.on_level * _standard(of_cluster.mean(axis=2))
        if before > 1:
            index = index + self.on_growth * _standard(
                known[:, :, -1] - known[:, :, :-1].mean(axis=2)
            )
        order = np.argsort(-(index + generator.gumbel(size=index.shape)), axis=0, kind="stable")
        order[:treated] = generator.permuted(order[:treated], axis=0)  # who starts first is by lot
        placed = np.take_along_axis(clustered, order[:, None, :, None], axis=0)
        return np.asarray(placed.reshape(paths.shape))


def _standard(values: Floats) -> Floats:
    """Return standardised ranks of each column, (N, S): outcomes have long tails, and many zeros."""
    ranks = np.asarray(rankdata(values, axis=0))
    spread = ranks.std(axis=0)
    return np.asarray((ranks - ranks.mean(axis=0)) / np.where(spread > 0, spread, 1.0))
