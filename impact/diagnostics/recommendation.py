"""Which inference to believe: what holds on simulated panels, and the smallest effect that a test finds."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from impact.inference.named import InferenceName
from impact.terms import POWER

Recommendation = Literal["default_holds", "holds_and_shortest", "holds_within_error", "none_holds"]
BELOW = 0.01  # an inference whose simulated coverage is further under the level does not hold
DEFAULT: InferenceName = "permutation"
SHORTER = 0.9  # of the default's median length: an inference must be this short to be taken instead
MONTE_CARLO = 2.0  # standard errors of a simulated share that are put down to chance
BISECTIONS = 18


def recommend(
    rows: pd.DataFrame, candidates: Sequence[str]
) -> tuple[str, Recommendation, tuple[str, ...]]:
    """Return the inference to believe, why, and all candidates that hold in every counted process.

    Randomization inference, unless another candidate holds and is at least a tenth shorter at the median, in the process
    where it is longest, or holds where randomization inference does not.

    Parameters
    ----------
    rows : DataFrame
        As `DesignCheck.table`, of the headline's estimator in the counted processes.
    candidates : sequence of str
        Inferences that may be recommended.
    """
    rows = rows[rows["inference"].isin(candidates)]
    worst = rows.groupby("inference", sort=False)["holds"].min().astype(bool)
    length = rows.groupby("inference", sort=False)["median_length"].max()
    holding = tuple(str(name) for name in worst.index[worst])
    fine = length[worst & np.isfinite(length)]
    default = rows[rows["inference"] == DEFAULT]
    default_fits = not default.empty and bool(default["holds_within_error"].all())
    limit = SHORTER * float(length[DEFAULT]) if default_fits else np.inf
    shorter = fine[fine.index != DEFAULT]
    shorter = shorter[shorter <= limit]
    if not shorter.empty:
        return str(shorter.idxmin()), "holds_and_shortest", holding
    if DEFAULT in holding:
        return DEFAULT, "default_holds", holding
    return DEFAULT, "holds_within_error" if default_fits else "none_holds", holding


def holding(size: float, *, level: float, draws: int) -> dict[str, bool]:
    """Whether a simulated size is close enough to the nominal one, and whether it is but for the simulation's error."""
    coverage, limit = 1 - size, level - BELOW
    error = np.sqrt(level * (1 - level) / draws)
    return {
        "holds": bool(coverage >= limit),
        "holds_within_error": bool(coverage >= limit - MONTE_CARLO * error),
    }


def smallest_detectable(
    rejected: Callable[[float], float], spread: float, *, power: float = POWER
) -> float:
    """Return the constant effect found with the given power; infinite where even forty standard deviations are not.

    Parameters
    ----------
    rejected : callable
        Share of rejections as a function of the effect.
    spread : float
        Standard deviation of the estimate, the unit of the search.
    power : float
        Share of studies that should find the effect.
    """
    low, high = 0.0, 40 * spread
    if rejected(high) < power:
        return float(np.inf)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if rejected(middle) >= power else (middle, high)
    return high
