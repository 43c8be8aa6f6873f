"""Measure what a promotion programme did to artisans' revenue, and report it so that a funder can check."""

import ast
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# Every public name, once: type checkers take these imports as they stand, and `_rooms` reads from them where each name lives,
# so that `import impact` loads a room when one of its names is first used.
if TYPE_CHECKING:
    from impact.check_result import CheckResult as CheckResult
    from impact.covariance.panel_choice import BeckKatz as BeckKatz
    from impact.covariance.panel_choice import DriscollKraay as DriscollKraay
    from impact.covariance.panel_choice import NeweyWest as NeweyWest
    from impact.covariance.panel_choice import PanelRobust as PanelRobust
    from impact.covariance.survey_design import SurveyDesign as SurveyDesign
    from impact.data.panel import Panel as Panel
    from impact.data.readers import read_panel as read_panel
    from impact.diagnostics.decomposition import GoodmanBacon as GoodmanBacon
    from impact.diagnostics.design import design_check as design_check
    from impact.diagnostics.group_balance import balance as balance
    from impact.diagnostics.honest import HonestBounds as HonestBounds
    from impact.diagnostics.leave_one_out import leave_one_out as leave_one_out
    from impact.diagnostics.outcomes.attrition import attrition_bounds as attrition_bounds
    from impact.diagnostics.outcomes.exit_durations import exit_durations as exit_durations
    from impact.diagnostics.outcomes.lee import lee_bounds as lee_bounds
    from impact.diagnostics.outcomes.margins import margins as margins
    from impact.diagnostics.overlap import overlap as overlap
    from impact.diagnostics.pretrend_power import pretrend_power as pretrend_power
    from impact.diagnostics.sensitivity.selection import (
        selection_sensitivity as selection_sensitivity,
    )
    from impact.diagnostics.specification_curve import specification_curve as specification_curve
    from impact.estimate import Estimate as Estimate
    from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna as CallawaySantAnna
    from impact.estimators.comparisons.de_chaisemartin_dhaultfoeuille import (
        DeChaisemartinDHaultfoeuille as DeChaisemartinDHaultfoeuille,
    )
    from impact.estimators.comparisons.difference_in_differences import (
        DifferenceInDifferences as DifferenceInDifferences,
    )
    from impact.estimators.comparisons.lee_wooldridge import LeeWooldridge as LeeWooldridge
    from impact.estimators.comparisons.local_projections import (
        LocalProjectionsDiD as LocalProjectionsDiD,
    )
    from impact.estimators.comparisons.long_difference import LongDifference as LongDifference
    from impact.estimators.comparisons.stacked import StackedDiD as StackedDiD
    from impact.estimators.comparisons.triple_differences import (
        TripleDifferences as TripleDifferences,
    )
    from impact.estimators.distribution import ChangesInChanges as ChangesInChanges
    from impact.estimators.distribution import QuantileDiD as QuantileDiD
    from impact.estimators.dose.continuous_dose import ContinuousDose as ContinuousDose
    from impact.estimators.dose.exposure_levels import ExposureLevels as ExposureLevels
    from impact.estimators.dose.spillovers import Spillovers as Spillovers
    from impact.estimators.efficient.random_timing import EfficientDiD as EfficientDiD
    from impact.estimators.experiments.ancova import Ancova as Ancova
    from impact.estimators.experiments.difference_in_means import (
        DifferenceInMeans as DifferenceInMeans,
    )
    from impact.estimators.experiments.participation import participation as participation
    from impact.estimators.experiments.two_stage_least_squares import (
        TwoStageLeastSquares as TwoStageLeastSquares,
    )
    from impact.estimators.imputation.imputation import Imputation as Imputation
    from impact.estimators.imputation.two_stage import TwoStage as TwoStage
    from impact.estimators.panel import (
        BetweenEffects as BetweenEffects,
    )
    from impact.estimators.panel import (
        CorrelatedRandomEffects as CorrelatedRandomEffects,
    )
    from impact.estimators.panel import (
        FirstDifferences as FirstDifferences,
    )
    from impact.estimators.panel import (
        FixedEffects as FixedEffects,
    )
    from impact.estimators.panel import (
        PooledOLS as PooledOLS,
    )
    from impact.estimators.panel import (
        RandomEffects as RandomEffects,
    )
    from impact.estimators.panel import (
        hausman as hausman,
    )
    from impact.estimators.panel import (
        mundlak_test as mundlak_test,
    )
    from impact.estimators.panel.population_total import PopulationTotal as PopulationTotal
    from impact.estimators.regressions.event_study import EventStudy as EventStudy
    from impact.estimators.regressions.extended_twfe import ExtendedTWFE as ExtendedTWFE
    from impact.estimators.regressions.poisson_fixed_effects import (
        PoissonFixedEffects as PoissonFixedEffects,
    )
    from impact.estimators.regressions.sun_abraham import SunAbraham as SunAbraham
    from impact.estimators.regressions.two_way_fixed_effects import (
        TwoWayFixedEffects as TwoWayFixedEffects,
    )
    from impact.estimators.selection.coarsened_exact import CoarsenedExact as CoarsenedExact
    from impact.estimators.selection.common_support import CommonSupport as CommonSupport
    from impact.estimators.selection.entropy_balancing import EntropyBalancing as EntropyBalancing
    from impact.estimators.selection.inverse_probability import (
        InverseProbability as InverseProbability,
    )
    from impact.estimators.selection.matched_difference import (
        MatchedDifference as MatchedDifference,
    )
    from impact.estimators.selection.nearest_neighbours import (
        NearestNeighbours as NearestNeighbours,
    )
    from impact.estimators.synthetic.factor_models import (
        InteractiveFixedEffects as InteractiveFixedEffects,
    )
    from impact.estimators.synthetic.factor_models import MatrixCompletion as MatrixCompletion
    from impact.estimators.synthetic.synthetic_did import SyntheticControl as SyntheticControl
    from impact.estimators.synthetic.synthetic_did import SyntheticDiD as SyntheticDiD
    from impact.inference.clustered import Clustered as Clustered
    from impact.inference.families import family_test as family_test
    from impact.inference.few_treated import ConleyTaber as ConleyTaber
    from impact.inference.few_treated import FermanPinto as FermanPinto
    from impact.inference.few_treated import GroupT as GroupT
    from impact.inference.randomization import Permutation as Permutation
    from impact.inference.randomization import RandomizationInference as RandomizationInference
    from impact.inference.sign_changes import SignChanges as SignChanges
    from impact.inference.wild_bootstrap import WildBootstrap as WildBootstrap
    from impact.inference.wild_bootstrap import WildClusterBootstrap as WildClusterBootstrap
    from impact.interval import Interval as Interval
    from impact.interval import Refused as Refused
    from impact.model_table import compare as compare
    from impact.moments import PathMoments as PathMoments
    from impact.simulate.example import example_panel as example_panel


def _rooms() -> dict[str, str]:
    """Public name to module, from the source of the imports above."""
    loader: Any = __spec__.loader
    parsed = ast.parse(loader.get_source(__name__))
    blocks = [node.body for node in parsed.body if isinstance(node, ast.If)]
    imports = [node for block in blocks for node in block if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in imports for alias in node.names}


_ROOMS = _rooms()
__all__ = ["__version__", *_ROOMS]  # noqa: PLE0604 (the names are words of the source above)


if not TYPE_CHECKING:  # to a type checker, a name that is not above is a mistake

    def __getattr__(name: str) -> Any:
        if name not in _ROOMS:
            raise AttributeError(f"module 'impact' has no attribute {name!r}")
        return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
