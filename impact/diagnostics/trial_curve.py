"""Other choices of a lot's evaluation: every estimator, cap and scale, each against the other draws of the same lot."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.data.panel import Panel
from impact.diagnostics.specification_curve import (
    Choices,
    Scale,
    SpecificationCurve,
    scaled,
    summarised,
)
from impact.errors import EstimationError, NotIdentifiedError
from impact.estimators.many import AnyEstimator
from impact.estimators.many_of import many
from impact.inference.exchange import Exchange
from impact.inference.randomization import in_blocks
from impact.one_thread import one_thread
from impact.streams import stream


@one_thread()
def trial_curve(
    panel: Panel,
    estimators: Mapping[str, AnyEstimator],
    *,
    permutations: int = 199,
    seed: int = 2012,
) -> SpecificationCurve:
    """Estimate every combination of estimator, cap and scale, for the lot as it fell and as it could have fallen.

    Parameters
    ----------
    panel : Panel
        Raw outcome; its assignment says how the lot is drawn again.
    estimators : Mapping
        By their word; those that fit anew to each assignment are left out.
    permutations : int
    seed : int

    Raises
    ------
    NotIdentifiedError
        When no specification can be estimated.

    References
    ----------
    Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4.
    """
    names, wides = _outcomes(panel)
    rows: list[dict[str, Any]] = []
    found: list[Floats] = []
    for word, estimator in estimators.items():
        try:
            asked = many(panel, estimator)
            if asked.refits:
                continue
            exchange = Exchange.of(asked.panel, asked.labels)
        except EstimationError:
            continue
        others = exchange.drawn(permutations, stream(seed, "specification_permutations"), most=0)
        for name, wide in zip(names, wides, strict=True):
            outcome = np.nan_to_num(wide)[:, None, :]
            observed = asked.evaluate(asked.labels[None], outcome)
            permuted = in_blocks(asked, others, outcome)
            rows.append(_row(word, **name) | {"estimate": float(observed.effect[0, 0])})
            found.append(np.concatenate([observed.t()[0], permuted.t()[0]]))
    if not rows or not np.isfinite([one[0] for one in found]).all():
        raise NotIdentifiedError(
            f"{panel.outcome}: no specification has an effect and an error; check the column"
        )
    return summarised(pd.DataFrame(rows), np.stack(found))


def _outcomes(panel: Panel) -> tuple[list[dict[str, Any]], list[Floats]]:
    """Variants of the outcome (N, T), NaN where not observed; ranks do not depend on the cap."""
    scales: tuple[Scale, ...] = ("level", "rank") if (panel.y < 0).any() else Choices().scales
    names, wides = [], []
    for scale, share in product(scales, Choices().winsorise):
        if scale == "rank" and share:
            continue
        wide = panel.wide
        capped = np.minimum(wide, np.nanquantile(wide, share, axis=0)) if share else wide
        names.append({"winsorise": share, "scale": scale})
        wides.append(scaled(capped, scale))
    return names, wides


def _row(estimator: str, **choices: Any) -> dict[str, Any]:
    """The choices of one specification; what a lot does not vary is the same for all."""
    fixed = {"controls": "all", "window": -1, "sample": "all", "adjustment": "none"}
    return {"estimator": estimator, **fixed, **choices}
