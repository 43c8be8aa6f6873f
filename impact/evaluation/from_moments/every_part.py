"""How each part of an evaluation is made where moments stand in place of data."""

from collections.abc import Callable, Mapping
from typing import Any

from impact.evaluation.certainty import Certainty
from impact.evaluation.from_moments.described import quality_of, sample_of
from impact.evaluation.from_moments.effects import impact_of
from impact.evaluation.from_moments.sureness import certainty_of, panel_models_of, robustness_of
from impact.evaluation.parts import DataQuality, Impact, SampleAndComparability
from impact.evaluation.robustness import PanelModels, Robustness
from impact.evaluation.study import Study

OF_MOMENTS: Mapping[str, Callable[[Study], Any]] = {
    DataQuality.name: quality_of,
    SampleAndComparability.name: sample_of,
    Impact.name: impact_of,
    Certainty.name: certainty_of,
    PanelModels.name: panel_models_of,
    Robustness.name: robustness_of,
}
"""The appraisal needs other parts only, and is made from them as always."""
