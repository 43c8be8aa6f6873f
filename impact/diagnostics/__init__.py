"""Data quality, balance, attrition, trends before treatment, the design's own size and power, sensitivity."""

from importlib import import_module
from typing import Any

_ROOMS = {
    "HonestBounds": "impact.diagnostics.honest",
    "PlannedStudy": "impact.diagnostics.power",
    "design_check": "impact.diagnostics.design",
    "equivalence": "impact.diagnostics.pretrend_power",
}

__all__ = ["HonestBounds", "PlannedStudy", "design_check", "equivalence"]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'impact.diagnostics' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)
