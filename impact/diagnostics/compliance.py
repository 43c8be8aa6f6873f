"""Did those who were drawn take part, and the others not?"""

import pandas as pd

from impact.arrays import Mask
from impact.check_result import CheckResult, pass_or_warn

ENOUGH = 0.5  # difference in participation: with less, most of those drawn met what the others met


def compliance(drawn: Mask, took_part: Mask, *, enough: float = ENOUGH) -> CheckResult:
    """Compare the share that took part between those drawn and the others.

    Parameters
    ----------
    drawn, took_part : ndarray of bool, (N,)
    enough : float
        Smallest difference in shares that passes.

    Returns
    -------
    CheckResult
        ``statistic``: that difference, by which the effect of having been drawn falls short of that of taking part;
        ``table``: ``group, took_part``.

    References
    ----------
    Angrist, Imbens and Rubin (1996), Journal of the American Statistical Association 91(434).
    """
    shares = float(took_part[drawn].mean()), float(took_part[~drawn].mean())
    return CheckResult(
        "compliance",
        pass_or_warn(shares[0] - shares[1] >= enough),
        f"participation_of_those_drawn:{shares[0]:.4f}",
        statistic=shares[0] - shares[1],
        table=pd.DataFrame({"group": ["treated", "comparison"], "took_part": shares}),
    )
