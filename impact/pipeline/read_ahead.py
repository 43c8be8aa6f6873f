"""A run's study, read once by the process that its notebooks are forked from, in place of once by each.

Nothing is told to a notebook but what it would read itself: of another plan, folder or choice it reads its own.
"""

import gc
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from impact.errors import ImpactError
from impact.evaluation.study import Study
from impact.pipeline.plan import study_of

_read: list[tuple[tuple[Any, ...], Study]] = []


def read_ahead(plan: Path, results: Path, choices: Mapping[str, Any]) -> None:
    """Read a study and its panel for the notebooks to come; what cannot be read is left to them, who say so in their cell."""
    with suppress(ImpactError, OSError):
        study = replace(study_of(plan, choices), kept=results)
        if not study.from_moments:
            study.panel()
        _read.append((_key(plan, results, choices), study))
    gc.freeze()  # no collection in a notebook's process copies what is shared


def study_in(plan: Path, results: Path | None, choices: Mapping[str, Any]) -> Study:
    """Return the study of a plan as choices change it: the one read ahead, else read now."""
    key = _key(plan, results, choices)
    found = next((study for known, study in _read if known == key), None)
    return found or replace(study_of(plan, choices), kept=results)


def _key(plan: Path, results: Path | None, choices: Mapping[str, Any]) -> tuple[Any, ...]:
    chosen = {name: value for name, value in choices.items() if value is not None}
    return plan.resolve(), results, chosen
