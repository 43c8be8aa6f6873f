"""Which interval to believe, and the smallest effect the design could have detected."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from impact.critical_values import quantile
from impact.estimate import Estimate
from impact.inference.randomization import RandomizationResult

SAFE_COHORT = 25  # treated units; clustered intervals covered .936 of a nominal .95 with 25, .908 with 10, .763 with 3
POWER = 0.8  # the share of studies that would detect the smallest detectable effect


@dataclass(frozen=True)
class Verdict:
    """The headline's interval: which of the two, why, and what the design could detect.

    ``smallest_detectable`` is in the outcome's unit: the effect that the believed test finds in 80% of such studies.
    """

    believed: Literal["clustered", "randomization"]
    why: str
    estimate: float
    conf_low: float
    conf_high: float
    p_value: float
    smallest_detectable: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; an infinite end is None."""
        return {
            name: None if isinstance(value, float) and not np.isfinite(value) else value
            for name, value in vars(self).items()
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Verdict":
        """Read what `to_dict` wrote."""
        ends: dict[str, Any] = {"conf_low": -np.inf, "conf_high": np.inf}
        complete: dict[str, Any] = {k: ends.get(k) if v is None else v for k, v in values.items()}
        return cls(**complete)


def believe(
    overall: Estimate, randomization: RandomizationResult | None, *, smallest_cohort: int
) -> Verdict:
    """Choose between the clustered and the randomization interval by the size of the smallest cohort.

    References
    ----------
    MacKinnon and Webb (2018), Econometrics Journal 21(2), on few treated clusters.
    """
    row = overall.table.iloc[0]
    few = smallest_cohort < SAFE_COHORT
    if few and randomization is not None:
        critical = randomization.critical_value
        return Verdict(
            believed="randomization",
            why=f"smallest_cohort:{smallest_cohort}",
            estimate=float(row["estimate"]),
            conf_low=randomization.conf_low,
            conf_high=randomization.conf_high,
            p_value=randomization.p_value,
            smallest_detectable=(critical + quantile(POWER, np.inf)) * float(row["std_error"]),
        )
    critical = quantile((1 + overall.spec["level"]) / 2, overall.df)
    return Verdict(
        believed="clustered",
        why=f"smallest_cohort:{smallest_cohort}" if not few else "randomization_not_available",
        estimate=float(row["estimate"]),
        conf_low=float(row["conf_low"]),
        conf_high=float(row["conf_high"]),
        p_value=float(row["p_value"]),
        smallest_detectable=(critical + quantile(POWER, np.inf)) * float(row["std_error"]),
    )
