"""Tests of panel models: effects, equal slopes, serial correlation, cross-dependence. Each takes a panel and regressors."""

from impact.diagnostics.panel_tests.cross_dependence import cross_dependence
from impact.diagnostics.panel_tests.effects import (
    effects_test,
    lagrange_multiplier,
    poolability,
    unobserved_effects,
)
from impact.diagnostics.panel_tests.serial_correlation import (
    baltagi_li,
    breusch_godfrey,
    wooldridge_differences,
    wooldridge_within,
)

__all__ = [
    "baltagi_li",
    "breusch_godfrey",
    "cross_dependence",
    "effects_test",
    "lagrange_multiplier",
    "poolability",
    "unobserved_effects",
    "wooldridge_differences",
    "wooldridge_within",
]
