"""One call from a programme and a seed to data and truth."""

from dataclasses import dataclass

import pandas as pd

from impact.simulate.process import Draw, draw
from impact.simulate.programme import Programme
from impact.simulate.survey import Survey, frame_of, survey
from impact.simulate.truth import Truth, truth_of


@dataclass(frozen=True)
class Simulation:
    """What an evaluator would see (``frame``), what is so (``truth``), and all that was drawn (``sample``, ``recorded``)."""

    frame: pd.DataFrame
    truth: Truth
    sample: Draw
    recorded: Survey


def simulate(design: Programme, *, seed: int) -> Simulation:
    """Simulate a programme.

    Parameters
    ----------
    design : Programme
        From `scenario`, or with your own choices.
    seed : int
        Not negative. The same seed gives the same firms, shocks and silences in every scenario with equal selection.

    Returns
    -------
    Simulation
        ``frame`` has one row a firm and quarter, with the columns of ``data/artisans.yml``.
    """
    sample = draw(design, seed=seed)
    recorded = survey(sample, seed=seed)
    return Simulation(
        frame=frame_of(sample, recorded),
        truth=truth_of(sample, answered=recorded.answered),
        sample=sample,
        recorded=recorded,
    )
