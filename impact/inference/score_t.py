"""t intervals from cluster scores: which correction of the scores, and how many degrees of freedom."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from impact.arrays import Floats
from impact.estimators.many import Errors, ScoreKind
from impact.inference.situation import Intervals, OneNumber, Situation


@dataclass(frozen=True)
class ScoreT(OneNumber):
    """t interval from the scores of units, or of clusters.

    Parameters
    ----------
    level : float, optional
        The estimate's own by default.
    """

    level: float | None = None
    kind: ClassVar[ScoreKind] = "CRV1"

    def df(self, situation: Situation, errors: Errors) -> float:
        """Degrees of freedom: the standard error's own."""
        del situation
        return errors.df

    def intervals(
        self, situation: Situation, outcomes: Floats, generator: np.random.Generator
    ) -> Intervals:
        """As `Answering.intervals`."""
        del generator
        errors = situation.many.errors(outcomes, self.kind)
        df = self.df(situation, errors)
        return Intervals.of_t(errors.effect, errors.std_error, df, situation.level)


@dataclass(frozen=True)
class ClusteredT(ScoreT):
    """Clustered standard errors, t with one degree of freedom less than clusters."""

    code: ClassVar[str] = "clustered_t"


@dataclass(frozen=True)
class ClusteredNormal(ScoreT):
    """Clustered standard errors, normal: right for many treated clusters only."""

    code: ClassVar[str] = "clustered"

    def df(self, situation: Situation, errors: Errors) -> float:
        """Infinite."""
        del situation, errors
        return np.inf


@dataclass(frozen=True)
class SatterthwaiteT(ScoreT):
    """Bias-reduced standard errors (CRV2) with Satterthwaite's degrees of freedom.

    References
    ----------
    Bell and McCaffrey (2002), Survey Methodology 28(2).
    """

    code: ClassVar[str] = "crv2_satterthwaite"
    kind: ClassVar[ScoreKind] = "CRV2"


@dataclass(frozen=True)
class LeaveOneOutT(ScoreT):
    """Standard errors from leaving each cluster out (CRV3), t with one degree of freedom less than clusters."""

    code: ClassVar[str] = "crv3_t"
    kind: ClassVar[ScoreKind] = "CRV3"


@dataclass(frozen=True)
class TreatedT(ScoreT):
    """Bias-reduced standard errors with one degree of freedom a treated unit, less one a cohort."""

    code: ClassVar[str] = "treated_t"
    kind: ClassVar[ScoreKind] = "CRV2"

    def df(self, situation: Situation, errors: Errors) -> float:
        """Treated clusters less cohorts."""
        if errors.df <= 0:
            return 0.0
        return float(situation.n_treated - (len(situation.many.cohorts) - 1))
