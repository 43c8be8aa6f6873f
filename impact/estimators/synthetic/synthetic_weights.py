"""What a synthetic comparison is made of, as tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.check_result import Shown, text_of
from impact.estimators.synthetic.cohort_fits import CohortFit
from impact.estimators.synthetic.sample import SyntheticSample


@dataclass(frozen=True, repr=False)
class SyntheticWeights(Shown):
    """Weights behind the effects of each cohort.

    Attributes
    ----------
    units : DataFrame
        ``cohort``, ``unit`` (a control), ``weight`` (omega; they sum to one by cohort). Units are named here: not for a report.
    periods : DataFrame
        ``cohort``, ``time`` (before treatment), ``weight`` (lambda; all zero in synthetic control), ``gap`` (treated less
        weighted controls, from the weighted mean of these periods).
    coefficients : DataFrame
        ``cohort``, ``covariate``, ``coefficient``.
    table : DataFrame
        By cohort: ``n_controls``, ``effective_controls`` (one over the sum of squared weights), ``rmspe`` (root of the mean
        squared gap before treatment, its mean taken out but in synthetic control), in the outcome's unit.
    """

    units: pd.DataFrame
    periods: pd.DataFrame
    coefficients: pd.DataFrame
    table: pd.DataFrame

    @classmethod
    def of(
        cls, sample: SyntheticSample, fits: Sequence[CohortFit], names: Sequence[str] = ()
    ) -> "SyntheticWeights":
        """Collect the weights of a sample's fits."""
        panel, label = sample.panel, sample.panel.time_axis.label
        controls = np.flatnonzero(sample.labels == sample.n_cohorts)
        units, periods, coefficients, rows = [], [], [], []
        for cohort, fit in zip(sample.cohorts, fits, strict=True):
            name = label(cohort)
            omega, gap = fit.weights.unit[0][controls], fit.before[0]
            units.append(
                pd.DataFrame({"cohort": name, "unit": panel.units[controls], "weight": omega})
            )
            time = [label(t) for t in panel.times[: len(gap)]]
            columns = {"cohort": name, "time": time, "weight": fit.weights.period[0], "gap": gap}
            periods.append(pd.DataFrame(columns))
            coefficients += [
                (name, covariate, value)
                for covariate, value in zip(names, fit.coefficients[0], strict=True)
            ]
            left = gap - gap.mean() if sample.design.kind.differences else gap
            rows.append((name, len(controls), 1 / (omega**2).sum(), np.sqrt((left**2).mean())))
        return cls(
            pd.concat(units, ignore_index=True),
            pd.concat(periods, ignore_index=True),
            pd.DataFrame(coefficients, columns=["cohort", "covariate", "coefficient"]),
            pd.DataFrame(rows, columns=["cohort", "n_controls", "effective_controls", "rmspe"]),
        )

    def summary(self) -> str:
        """Return counts and fit by cohort as plain text; no unit."""
        return text_of(self.table)
