"""What a sample says of a population: the total or the mean of the outcome, with the variance of the survey's design."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from impact.covariance.clusters import groups_of
from impact.covariance.small_sample import residual_df
from impact.covariance.survey_design import SurveyDesign, linearised
from impact.data.panel import Panel
from impact.estimate import Estimate
from impact.estimators.linear import as_panel
from impact.moments import PathMoments
from impact.origin import remembered
from impact.parameters import Rows
from impact.terms import CONFIDENCE_LEVEL, CheckedChoices


@dataclass(frozen=True)
class PopulationTotal(CheckedChoices):
    """Total or mean of the outcome in the population that the panel's weights stand for, over all observations.

    Parameters
    ----------
    of : {"total", "mean"}
    design : SurveyDesign
        Sampling units, strata and how many units there are.
    level : float

    Assumes
    -------
    Weights are inverse chances of being drawn (times what non-response took away).

    References
    ----------
    Lumley (2004), Journal of Statistical Software 9(8), sec. 3.1.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> impact.PopulationTotal(of="mean").fit(panel).confint().round(2)
       term   low  high
    0  mean  6.7  7.32
    """

    of: Literal["total", "mean"] = "total"
    design: SurveyDesign = field(default_factory=SurveyDesign)
    level: float = CONFIDENCE_LEVEL

    @remembered
    def fit(self, data: Panel | PathMoments) -> Estimate:
        """Estimate from a panel.

        Raises
        ------
        NotIdentifiedError
            When a stratum has one sampling unit, unless the design says what to do.
        NotAvailableError
            From moments, which hold no sampling units.
        """
        panel = as_panel(data, who="PopulationTotal", needs="sampling units and weights")
        panel = panel.with_always_treated()
        weight = panel.weight[panel.unit_index]
        value = float(weight @ panel.y)
        scores = weight * panel.y
        if self.of == "mean":
            value /= weight.sum()
            scores = weight * (panel.y - value) / weight.sum()
        groups = groups_of(panel, self.design, np.arange(len(panel.y)))
        found = linearised(scores[:, None], groups, lonely=self.design.lonely)
        df = residual_df(found.n_units, n_counted=found.n_strata)
        return Estimate(
            Rows(term=[self.of], n_clusters=[found.n_units]),
            np.array([value]),
            found.vcov,
            estimand=f"{self.of.capitalize()} of {panel.outcome} in the population",
            method=f"Weighted {self.of}; {self.design.convention.removesuffix(' + 1 - k)')})",
            sample=panel.sample,
            spec={"estimator": "PopulationTotal", "of": self.of, "level": self.level, "df": df},
            source="Lumley (2004), sec. 3.1",
        )
