"""Measure what a promotion programme did to artisans' revenue, and report it so that a funder can check."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from impact.check_result import CheckResult
    from impact.data.panel import Panel
    from impact.data.readers import read_panel
    from impact.diagnostics.decomposition import GoodmanBacon
    from impact.diagnostics.design import design_check
    from impact.diagnostics.honest import HonestBounds
    from impact.diagnostics.leave_one_out import leave_one_out
    from impact.diagnostics.pretrend_power import pretrend_power
    from impact.diagnostics.specification_curve import specification_curve
    from impact.estimate import Estimate
    from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
    from impact.estimators.comparisons.de_chaisemartin_dhaultfoeuille import (
        DeChaisemartinDHaultfoeuille,
    )
    from impact.estimators.comparisons.difference_in_differences import DifferenceInDifferences
    from impact.estimators.comparisons.lee_wooldridge import LeeWooldridge
    from impact.estimators.comparisons.local_projections import LocalProjectionsDiD
    from impact.estimators.comparisons.stacked import StackedDiD
    from impact.estimators.comparisons.triple_differences import TripleDifferences
    from impact.estimators.efficient.random_timing import EfficientDiD
    from impact.estimators.imputation.imputation import Imputation
    from impact.estimators.imputation.two_stage import TwoStage
    from impact.estimators.panel import (
        BetweenEffects,
        FirstDifferences,
        FixedEffects,
        PooledOLS,
        RandomEffects,
        hausman,
    )
    from impact.estimators.regressions.event_study import EventStudy
    from impact.estimators.regressions.extended_twfe import ExtendedTWFE
    from impact.estimators.regressions.sun_abraham import SunAbraham
    from impact.estimators.regressions.two_way_fixed_effects import TwoWayFixedEffects
    from impact.inference.families import family_test
    from impact.inference.randomization import RandomizationInference
    from impact.inference.wild_bootstrap import WildClusterBootstrap
    from impact.moments import PathMoments

__version__ = "0.1.0"

# Public name -> module. Loaded on first use: `import impact` costs no more than its own few lines.
_ROOMS = {
    "BetweenEffects": "impact.estimators.panel",
    "CallawaySantAnna": "impact.estimators.comparisons.callaway_santanna",
    "CheckResult": "impact.check_result",
    "DeChaisemartinDHaultfoeuille": "impact.estimators.comparisons.de_chaisemartin_dhaultfoeuille",
    "DifferenceInDifferences": "impact.estimators.comparisons.difference_in_differences",
    "EfficientDiD": "impact.estimators.efficient.random_timing",
    "Estimate": "impact.estimate",
    "EventStudy": "impact.estimators.regressions.event_study",
    "ExtendedTWFE": "impact.estimators.regressions.extended_twfe",
    "FirstDifferences": "impact.estimators.panel",
    "FixedEffects": "impact.estimators.panel",
    "HonestBounds": "impact.diagnostics.honest",
    "GoodmanBacon": "impact.diagnostics.decomposition",
    "Imputation": "impact.estimators.imputation.imputation",
    "LeeWooldridge": "impact.estimators.comparisons.lee_wooldridge",
    "LocalProjectionsDiD": "impact.estimators.comparisons.local_projections",
    "Panel": "impact.data.panel",
    "PathMoments": "impact.moments",
    "PooledOLS": "impact.estimators.panel",
    "RandomEffects": "impact.estimators.panel",
    "RandomizationInference": "impact.inference.randomization",
    "StackedDiD": "impact.estimators.comparisons.stacked",
    "SunAbraham": "impact.estimators.regressions.sun_abraham",
    "TripleDifferences": "impact.estimators.comparisons.triple_differences",
    "TwoStage": "impact.estimators.imputation.two_stage",
    "TwoWayFixedEffects": "impact.estimators.regressions.two_way_fixed_effects",
    "WildClusterBootstrap": "impact.inference.wild_bootstrap",
    "design_check": "impact.diagnostics.design",
    "family_test": "impact.inference.families",
    "hausman": "impact.estimators.panel",
    "leave_one_out": "impact.diagnostics.leave_one_out",
    "pretrend_power": "impact.diagnostics.pretrend_power",
    "read_panel": "impact.data.readers",
    "specification_curve": "impact.diagnostics.specification_curve",
}

__all__ = [
    "BetweenEffects",
    "CallawaySantAnna",
    "CheckResult",
    "DeChaisemartinDHaultfoeuille",
    "DifferenceInDifferences",
    "EfficientDiD",
    "Estimate",
    "EventStudy",
    "ExtendedTWFE",
    "FirstDifferences",
    "FixedEffects",
    "GoodmanBacon",
    "HonestBounds",
    "Imputation",
    "LeeWooldridge",
    "LocalProjectionsDiD",
    "Panel",
    "PathMoments",
    "PooledOLS",
    "RandomEffects",
    "RandomizationInference",
    "StackedDiD",
    "SunAbraham",
    "TripleDifferences",
    "TwoStage",
    "TwoWayFixedEffects",
    "WildClusterBootstrap",
    "__version__",
    "design_check",
    "family_test",
    "hausman",
    "leave_one_out",
    "pretrend_power",
    "read_panel",
    "specification_curve",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'impact' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
