"""Write a part to JSON and read it back to the last digit."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from impact.check_result import CheckResult
from impact.data.sample import Sample
from impact.diagnostics.design import DesignCheck
from impact.diagnostics.exaggeration import Exaggeration
from impact.diagnostics.honest import HonestResult
from impact.diagnostics.honest.restrictions import TrendRestriction
from impact.diagnostics.leave_one_out import LeaveOneOut, WithoutEach
from impact.diagnostics.outcomes.attrition import AttritionBounds
from impact.diagnostics.outcomes.margins import Margins
from impact.diagnostics.pretrend_power import PretrendPower
from impact.diagnostics.scales import Scales
from impact.diagnostics.sensitivity.proportional_selection import ProportionalSelection
from impact.diagnostics.sensitivity.selection import SelectionSensitivity
from impact.diagnostics.specification_curve import SpecificationCurve
from impact.economics.appraisal import Appraisal
from impact.economics.assumption import Assumption, Assumptions, Beneficiaries
from impact.economics.costs import CostStream
from impact.economics.figure import Figure
from impact.economics.more_data import MoreData
from impact.economics.simulation import Simulated
from impact.economics.yearly_effect import YearlyEffect
from impact.errors import StorageError
from impact.estimate import Estimate
from impact.evaluation.appraised import Economics, Worth
from impact.evaluation.certainty import Certainty
from impact.evaluation.contamination import Contamination, UnexposedEffect
from impact.evaluation.counterfactual import Counterfactual
from impact.evaluation.from_moments.every_part import OF_MOMENTS
from impact.evaluation.participation import EffectOnParticipants
from impact.evaluation.parts import (
    DataQuality,
    Impact,
    NotMeasured,
    OutcomeEffect,
    SampleAndComparability,
)
from impact.evaluation.released import released
from impact.evaluation.robustness import PanelModels, Robustness
from impact.evaluation.study import Study
from impact.inference.choose import Verdict
from impact.inference.families import FamilyResult
from impact.inference.randomization import RandomizationResult
from impact.interval import Refused

PARTS = {
    part.name: part
    for part in (
        DataQuality,
        SampleAndComparability,
        Impact,
        Certainty,
        PanelModels,
        Robustness,
        Economics,
    )
}
NEEDS = {Economics.name: (Impact.name,)}
"""Parts that are made from others, and which."""
_TYPES: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        *PARTS.values(),
        OutcomeEffect,
        NotMeasured,
        Contamination,
        EffectOnParticipants,
        UnexposedEffect,
        Counterfactual,
        Worth,
        Appraisal,
        Assumption,
        Assumptions,
        Beneficiaries,
        CostStream,
        Figure,
        MoreData,
        Simulated,
        YearlyEffect,
        Exaggeration,
        Scales,
        DesignCheck,
        LeaveOneOut,
        WithoutEach,
        AttritionBounds,
        Margins,
        SpecificationCurve,
        SelectionSensitivity,
        ProportionalSelection,
        HonestResult,
        TrendRestriction,
        PretrendPower,
        FamilyResult,
        Estimate,
        CheckResult,
        Sample,
        RandomizationResult,
        Refused,
        Verdict,
    )
}
_KIND = "type"


def part_of(
    study: Study, name: str, *, results: Path | None = None, known: Mapping[str, Any] | None = None
) -> Any:
    """Return what may leave of a part: read from ``results`` where it is there, else computed from data and ``known`` parts."""
    if results is not None and (path := results / f"{name}.json").is_file():
        return read_part(path)
    needed = {
        other: (known or {}).get(other) or part_of(study, other, results=results)
        for other in NEEDS.get(name, ())
    }
    return released(_made(study, name, needed))


def every_part(study: Study) -> dict[str, Any]:
    """Compute every part of a study, each once, as it is before what may leave of it is chosen."""
    made: dict[str, Any] = {}
    for name in PARTS:  # a part stands after those that it needs
        made[name] = _made(study, name, {other: made[other] for other in NEEDS.get(name, ())})
    return made


def _made(study: Study, name: str, needed: Mapping[str, Any]) -> Any:
    if study.from_moments and name in OF_MOMENTS:
        return OF_MOMENTS[name](study)
    return PARTS[name].of(study, **needed)


def write_part(part: Any, folder: Path) -> Path:
    """Write what may leave of a part as ``<name>.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{part.name}.json"
    path.write_text(part_text(part), encoding="utf-8", newline="\n")
    return path


def part_text(part: Any) -> str:
    """Return what may leave of a part as text that `read_part` reads."""
    return (
        json.dumps(
            encode(released(part)), ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True
        )
        + "\n"
    )


def read_part(path: Path) -> Any:
    """Read what `write_part` wrote."""
    try:
        return decode(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as problem:
        raise StorageError(
            f"{path.name}: damaged or written by another version; run the evaluation again"
        ) from problem


def type_named(name: str) -> type:
    """Return the class of a part, or of what is in one, by the name under which it is stored."""
    return _TYPES[name]  # type: ignore[no-any-return]


def types_stored() -> tuple[str, ...]:
    """Return the names of all classes that parts are stored as."""
    return tuple(_TYPES)


def encode(value: Any) -> Any:
    """Turn parts, estimates, frames and numbers into plain JSON with their type's name."""
    if isinstance(value, pd.DataFrame):
        columns = {str(name): [encode(item) for item in value[name]] for name in value.columns}
        floats = [str(name) for name in value.columns if value[name].dtype.kind == "f"]
        names = list(map(str, value.columns))
        return {_KIND: "frame", "columns": names, "floats": floats, "values": columns}
    if hasattr(type(value), "from_dict"):
        return {_KIND: type(value).__name__, "values": value.to_dict()}
    if is_dataclass(value) and not isinstance(value, type):
        content = {field.name: encode(getattr(value, field.name)) for field in fields(value)}
        return {_KIND: type(value).__name__, "values": content}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None if np.isnan(value) else {_KIND: "infinity", "values": "+" if value > 0 else "-"}
    return value


def decode(value: Any) -> Any:
    """Undo `encode`."""
    if isinstance(value, list):
        return tuple(decode(item) for item in value)
    if not isinstance(value, dict):
        return value
    kind, content = value[_KIND], value["values"]
    if kind == "infinity":
        return float(f"{content}inf")
    if kind == "frame":
        return _frame({name: decode(content[name]) for name in value["columns"]}, value["floats"])
    if hasattr(_TYPES[kind], "from_dict"):
        return _TYPES[kind].from_dict(content)
    return _TYPES[kind](**{name: decode(item) for name, item in content.items()})


def _frame(cells: Mapping[str, tuple[Any, ...]], floats: Sequence[str]) -> pd.DataFrame:
    """Return a frame whose columns are floats where they are named, else of the type that pandas finds."""
    # a column gets its type as it is made: to change it afterwards costs as much as all the rest of a frame
    return pd.DataFrame(
        {
            name: np.array(column, dtype=float if name in floats else object)
            if name in floats or not column  # pandas takes columns without a value for floats
            else list(column)
            for name, column in cells.items()
        }
    )
