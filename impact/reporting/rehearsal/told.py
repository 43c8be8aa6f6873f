"""What a rehearsal's pages are told: the designs, the numbers behind them, and in what cost is counted."""

from dataclasses import dataclass

from impact.diagnostics.redesign_grid import Grid
from impact.evaluation.rehearsal.beliefs import Beliefs
from impact.evaluation.truth import Truth


@dataclass(frozen=True)
class Told:
    """Everything that the pages show.

    Attributes
    ----------
    grid : Grid
    beliefs : Beliefs
    shown : tuple of str
        Names of the beliefs that the design uses.
    truth : Truth
        The effect in the one draw that was run to a report.
    in_money : bool
        Whether costs were given; interviews are counted otherwise.
    from_baseline : bool
    cap : float
        Quantile at which the plan cuts outcomes off; 0 for none.
    """

    grid: Grid
    beliefs: Beliefs
    shown: tuple[str, ...]
    truth: Truth
    in_money: bool
    from_baseline: bool
    cap: float
