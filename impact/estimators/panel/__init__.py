"""The panel models of the textbooks, through linearmodels, with our panel and our result."""

from impact.estimators.panel.hausman import hausman, mundlak_test
from impact.estimators.panel.models import (
    BetweenEffects,
    FirstDifferences,
    FixedEffects,
    PooledOLS,
)
from impact.estimators.panel.random_effects import CorrelatedRandomEffects, RandomEffects

__all__ = [
    "BetweenEffects",
    "CorrelatedRandomEffects",
    "FirstDifferences",
    "FixedEffects",
    "PooledOLS",
    "RandomEffects",
    "hausman",
    "mundlak_test",
]
