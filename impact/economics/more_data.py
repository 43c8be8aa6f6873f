"""What one more round of data is worth: how often it would change the decision, and what that would save."""

from dataclasses import dataclass

import numpy as np

from impact.errors import NotAvailableError


@dataclass(frozen=True)
class MoreData:
    """What is known of a further round before it is collected.

    Attributes
    ----------
    goes_ahead : bool
        Whether the expected net present value is above zero today.
    changes : float
        Probability that the estimate with the further round lies on the other side of the break-even effect.
    worth : float
        Expected gain in net present value from being able to change one's mind; what the round may cost at most.
    """

    goes_ahead: bool
    changes: float
    worth: float


def one_more_round(
    effect: float, std_error: float, *, rounds: int, benefit_per_effect: float, cost: float
) -> MoreData:
    """Look ahead to the decision with one more round after the start.

    Parameters
    ----------
    effect, std_error : float
        As estimated today, from ``rounds`` rounds after the start.
    rounds : int
    benefit_per_effect, cost : float
        Expected present benefits of an effect of one, and expected present costs.

    Raises
    ------
    NotAvailableError
        Without a standard error above zero, or without benefits whatever the effect.

    Assumes
    -------
    Nothing but today's estimate is known of the effect; each round tells as much as the others and errs on its own, so that
    one more divides the variance by (rounds + 1) / rounds; whoever decides goes by the expected net present value.

    References
    ----------
    Raiffa and Schlaifer (1961), Applied Statistical Decision Theory, section 5.4: the preposterior distribution of a normal
    mean, and the linear loss integral.
    """
    from scipy.special import ndtr

    if not (std_error > 0 and benefit_per_effect > 0 and rounds >= 1):
        raise NotAvailableError(
            "one_more_round: needs a standard error above zero, a round after the start and a benefit per effect; give them"
        )
    distance = effect - cost / benefit_per_effect
    moved = std_error / np.sqrt(
        rounds + 1
    )  # standard deviation of tomorrow's estimate around today's
    away = abs(distance) / moved
    density = np.exp(-(away**2) / 2) / np.sqrt(2 * np.pi)
    beyond = float(ndtr(-away))
    return MoreData(
        goes_ahead=distance > 0,
        changes=beyond,
        worth=float(benefit_per_effect * moved * (density - away * beyond)),
    )
