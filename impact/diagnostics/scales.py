"""Does the answer hold on every scale: in levels, in logarithms, in ranks?"""

from dataclasses import dataclass

import pandas as pd

from impact.check_result import SMALL_P, CheckResult, not_applicable, pass_or_warn
from impact.diagnostics.specification_curve import SpecificationCurve

HOLDS = (
    0.5  # of a scale's specifications that must be beyond chance for the scale to show an effect
)


def beyond_chance(specifications: pd.DataFrame) -> "pd.Series[bool]":
    """Return which specifications of a scale are beyond chance one by one, in the direction of the scale's median."""
    statistic = specifications["statistic"]
    beyond: pd.Series[bool] = (specifications["p_value"] <= SMALL_P) & (
        statistic * float(statistic.median()) > 0
    )
    return beyond


@dataclass(frozen=True)
class Scales:
    """What the specifications of each scale say.

    Attributes
    ----------
    shares : DataFrame
        ``scale, n, beyond_chance, median_statistic``: specifications, the share of them that are beyond chance one by one in
        the direction of the scale's median, and that median's t.
    agree : bool
        Whether all scales show an effect of one sign, or none does.
    """

    shares: pd.DataFrame
    agree: bool

    @classmethod
    def of(cls, curve: SpecificationCurve) -> "Scales":
        """Collect from a specification curve."""
        rows = []
        for scale, own in curve.table.groupby("scale", sort=False):
            median = float(own["statistic"].median())
            rows.append(
                {
                    "scale": scale,
                    "n": len(own),
                    "beyond_chance": float(beyond_chance(own).mean()),
                    "median_statistic": median,
                }
            )
        shares = pd.DataFrame(rows)
        showing = shares[shares["beyond_chance"] >= HOLDS]
        one_sign = len(set(showing["median_statistic"] > 0)) <= 1
        return cls(shares, bool(one_sign and len(showing) in {0, len(shares)}))

    def check(self) -> CheckResult:
        """Warn where one scale shows an effect that another does not, or of another sign; nothing to compare with one scale."""
        if len(self.shares) < 2:
            return not_applicable("scales", "one_scale")
        n = int((self.shares["beyond_chance"] >= HOLDS).sum())
        return CheckResult(
            "scales",
            pass_or_warn(self.agree),
            f"scales_that_show_an_effect:{n}",
            statistic=float(len(self.shares)),
        )
