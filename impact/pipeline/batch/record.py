"""batch.json: what each run of a batch was told, how it ended, and what its headline says beside all others."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from impact.errors import StorageError
from impact.evaluation.key_classes import tested_by
from impact.evaluation.plan import Plan
from impact.reporting.site.multiplicity import holm, strictest
from impact.terms import Language

BATCH = "batch.json"
Status = Literal["done", "failed", "not_started", "stopped"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Headline(_Strict):
    """What a run's first page says of its headline outcome."""

    outcome: str
    """column of the outcome"""
    unit: str
    """of the outcome, in the report's language"""
    estimate: float | None
    """effect, in the outcome's unit"""
    conf_low: float | None
    """lower end of the believed interval; none where it has no bound"""
    conf_high: float | None
    """upper end"""
    believed: str
    """inference whose interval it is"""
    p_value: float | None
    """of the believed inference"""
    alpha: float
    """size of the run's test"""
    p_holm: float | None = None
    """adjusted by Holm for all tests of the batch that are done; the same for runs of one hypothesis"""


class RunRecord(_Strict):
    """One run of a batch."""

    name: str
    """its folder under the reports folder"""
    parameters: dict[str, Any]
    """what it was told beside the plan"""
    status: Status
    """`done`, `failed`, `not_started` (after a failure, or Ctrl-C) or `stopped` (under way at Ctrl-C)"""
    exit_code: int | None = None
    """0 when done, else that of `impact run` for the same cause; none when not started"""
    reason: str | None = None
    """of a failure, in words that hold no data value"""
    error: str | None = None
    """class of the error"""
    resumed: bool = False
    """whether it was done already, by the same data, plan, parameters and code"""
    seconds: float | None = None
    """by the clock; of a resumed run those of the time it was made"""
    cpu_seconds: float | None = None
    """of the processor, all its processes together"""
    language: Language | None = None
    """of its report"""
    headline: Headline | None = None
    """of a run that is done"""
    rating: int | None = None
    """of the evidence, 0 to 5"""
    log: str | None = None
    """its log, from the batch's folder"""


class Family(_Strict):
    """All tests of a batch together: how many were made, and what is left of them when that is counted."""

    tests: int
    """hypotheses with a p-value; runs that differ by language, alpha, seed or permutations alone are one, of the largest"""
    below_alpha: int
    """p-value at most alpha (of one hypothesis at several: the smallest), each test by itself"""
    expected_by_chance: float
    """how many of so many would be below alpha if no effect were real: the sum of the alphas"""
    below_alpha_holm: int
    """p-value at most alpha after Holm's adjustment for all of them"""


class Batch(_Strict):
    """A batch: its plan, its runs in their order, and its family of tests."""

    version: Literal[1] = 1
    """of this file's form"""
    name: str
    """its folder under the reports folder"""
    plan: str
    """file of the plan"""
    inputs: dict[str, str]
    """SHA-256 of plan and data, by name"""
    code: str
    """SHA-256 of package and notebooks"""
    started: str
    """when the batch, or its last resumption, began"""
    finished: str | None = None
    """when it ended; none while it runs, or after a kill"""
    exit_code: int | None = None
    """0 when every run is done; the common code of all failures; 1 of several causes; 130 after Ctrl-C"""
    jobs: int = Field(ge=1)
    """runs side by side"""
    executed_by: str
    """`warm`, `fresh`, or the scheduler's address"""
    family: Family
    """over all runs that are done"""
    runs: tuple[RunRecord, ...]
    """in the order of the grid or table"""

    def summary(self) -> dict[str, Any]:
        """Return what the command prints: how many ended how, the family, and each run that is not done."""
        ended: dict[str, int] = {}
        for run in self.runs:
            ended[run.status] = ended.get(run.status, 0) + 1
        return {
            "batch": self.name,
            "exit_code": self.exit_code,
            "runs": len(self.runs),
            **ended,
            "resumed": sum(run.resumed for run in self.runs),
            "family": self.family.model_dump(),
            "not_done": [
                run.model_dump(
                    include={"name", "status", "exit_code", "reason", "log"}, exclude_none=True
                )
                for run in self.runs
                if run.status != "done"
            ],
        }

    def write(self, folder: Path) -> None:
        """Write the file, whole or not at all."""
        aside = folder / f".{BATCH}"
        text = json.dumps(
            self.model_dump(mode="json"), indent=1, ensure_ascii=False, allow_nan=False
        )
        with aside.open("w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        aside.replace(folder / BATCH)


def read_batch(folder: Path) -> Batch:
    """Read what `Batch.write` wrote.

    Raises
    ------
    StorageError
        Where it is damaged, or not there.
    """
    try:
        return Batch.model_validate_json((folder / BATCH).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        raise StorageError(f"{folder.name}: no whole {BATCH}; run the batch again") from None


def together(runs: Sequence[RunRecord], plan: Plan) -> tuple[tuple[RunRecord, ...], Family]:
    """Return the runs of a plan with Holm's p-values over all that are done, and their family.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70.
    """
    asked = {run.name: _hypothesis(run, plan) for run in runs if run.headline is not None}
    tests = strictest(
        (asked[run.name], run.headline.p_value, run.headline.alpha)
        for run in runs
        if run.headline is not None and run.headline.p_value is not None
    )
    adjusted = dict(zip(tests, holm([p_value for p_value, _ in tests.values()]), strict=True))
    known = tuple(
        run
        if run.headline is None
        else run.model_copy(
            update={
                "headline": run.headline.model_copy(
                    update={"p_holm": adjusted.get(asked[run.name])}
                )
            }
        )
        for run in runs
    )
    family = Family(
        tests=len(tests),
        below_alpha=sum(p_value <= alpha for p_value, alpha in tests.values()),
        expected_by_chance=round(sum(alpha for _, alpha in tests.values()), 6),
        below_alpha_holm=sum(adjusted[asked] <= alpha for asked, (_, alpha) in tests.items()),
    )
    return known, family


def _hypothesis(run: RunRecord, plan: Plan) -> str:
    """Write which hypothesis a run tests, by the plan as it was told it."""
    told = plan.told(run.parameters).model_dump(mode="json", by_alias=True)
    return json.dumps(tested_by(told), sort_keys=True)
