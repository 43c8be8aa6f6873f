"""A lot drawn again in thousands of simulated studies, at the price of a few: one critical value for all of them."""

import numpy as np

from impact.arrays import Floats, Integers
from impact.diagnostics.simulated_tests import Simulated
from impact.estimators.many import Many
from impact.inference.exchange import Exchange
from impact.inference.situation import Intervals
from impact.simulate.untreated_paths import Process

STUDIES = 20  # in which the lot is drawn again; their studentised statistics together give the critical value


def lot_redrawn(
    asked: Many,
    exchange: Exchange,
    outcomes: Floats,
    *,
    permutations: int,
    level: float,
    process: Process,
    name: str,
    generator: np.random.Generator,
) -> Simulated:
    """Return the permutation test's intervals on S outcomes (N, S, T).

    The lot is drawn again in the first of the studies only: where an estimate compares arms given a baseline, every draw of
    every study would be a regression.

    Assumes
    -------
    The distribution of the studentised statistic over draws of the lot is the same in each study, as it is in large ones.

    References
    ----------
    Wu and Ding (2021), Journal of the American Statistical Association 116(536), on studentised permutation tests.
    """
    labels: Integers = asked.labels[None]
    observed = asked.evaluate(labels, outcomes)
    others = exchange.drawn(permutations, generator, most=permutations)
    permuted = asked.evaluate(others.labels, outcomes[:, :STUDIES])
    critical = float(np.nanquantile(np.abs(permuted.t()), level))
    estimate, error = observed.effect[:, 0], np.sqrt(observed.variance[:, 0])
    p = (np.abs(permuted.t()).ravel() >= np.abs(observed.t())).mean(axis=1)
    interval = Intervals(
        estimate, error, estimate - critical * error, estimate + critical * error, p
    )
    return Simulated(
        process,
        name,
        "permutation",
        interval,
        float(np.std(estimate)),
        1 - level,
        added=others.added,
    )
