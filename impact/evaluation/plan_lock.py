"""The lock of a plan: what it said and what was known on the day it was locked, sealed beside it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from impact.data.strict import Strict
from impact.errors import LockError, PlanError
from impact.evaluation.plan import Plan
from impact.evaluation.rehearsal.mark import MARK, copied_names

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+00:00$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
RulesFile = Literal["schema", "intake"]


class Known(Strict):
    """A plan, the rules by which its data are made, and the files there are, all at one moment.

    Attributes
    ----------
    plan_sha256 : str
        Of the bytes of its file.
    plan : dict
        All its keys, defaults written out.
    rules : dict
        Schema and intake plan likewise, where they are there.
    files : dict
        Files that the plan names, by name: SHA-256, or None where there is none yet.
    """

    plan_sha256: Sha256
    plan: dict[str, Any]
    rules: dict[RulesFile, dict[str, Any]]
    files: dict[str, Sha256 | None]

    @property
    def written(self) -> Plan:
        """The plan as it was.

        Raises
        ------
        LockError
            When this version has no such plan.
        """
        try:
            return Plan.of(self.plan)
        except PlanError as problem:
            raise LockError(
                f"the lock holds a plan that this version cannot read ({problem}); use the version that locked it"
            ) from None


class EarlierRun(Strict):
    """A finished run that showed results of a plan, or of its data, before the plan was locked or cleaning was blind.

    Attributes
    ----------
    name, run_id, finished : str
        As its certificate has them.
    certificate : str
        SHA-256 of the certificate, which holds the hash of each file of the run.
    same_plan : bool
        Whether it is a run of this plan, in whatever state; else it read files that this plan reads.
    """

    name: str
    run_id: str
    finished: Moment
    certificate: Sha256
    same_plan: bool


EarlierRuns = Annotated[tuple[EarlierRun, ...], Field(strict=False)]  # a list in JSON


class PlanLock(Strict):
    """A locked plan: by whom, when, with which version, and what was known then.

    ``earlier`` are the runs that had shown results; None where the version that locked did not look for any.
    """

    version: Literal[1] = 1
    locked_at: Moment
    by: Name
    impact: Name
    known: Known
    earlier: EarlierRuns | None = None

    @property
    def day(self) -> str:
        """The day of the lock."""
        return self.locked_at[:10]


@dataclass(frozen=True)
class Locked:
    """A lock beside its plan, and what is known now.

    Attributes
    ----------
    lock : PlanLock
    now : Known
        The same of today's files; its plan is that of the file, whatever a run was told beside.
    """

    lock: PlanLock
    now: Known

    @property
    def same_bytes(self) -> bool:
        """Whether the plan's file is byte for byte what was locked."""
        return self.lock.known.plan_sha256 == self.now.plan_sha256

    @property
    def rehearsed(self) -> bool:
        """Whether the lock is the copy of a rehearsal, whose data and true effect are simulated."""
        return MARK in self.now.files

    @property
    def there(self) -> tuple[str, ...]:
        """Names of the files that were there on the day of the lock; of a rehearsal those that it copies."""
        there = tuple(name for name, digest in self.lock.known.files.items() if digest)
        if not self.rehearsed:
            return there
        copied = copied_names(self.now.written)
        return tuple(name for name in there if name in copied)

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of those that are not as they were."""
        then, now = self.lock.known.files, self.now.files
        return tuple(name for name in self.there if then[name] != now.get(name))


def canonical(plan: Plan) -> dict[str, Any]:
    """Return every key of a plan with its value, defaults written out, as plain values."""
    return plan.model_dump(mode="json", by_alias=True)


def sealed(record: Strict) -> str:
    """Write a record with a seal over all that it says, by which damage is seen."""
    content = record.model_dump(mode="json")
    told = {**content, "seal": _seal(content)}
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def unsealed(text: str, *, name: str) -> dict[str, Any]:
    """Return what a sealed record says.

    Raises
    ------
    LockError
        When it is damaged or was edited.
    """
    try:
        content = json.loads(text)
        seal = content.pop("seal")
    except (ValueError, KeyError, AttributeError, TypeError):
        raise LockError(f"{name}: damaged: it is no sealed record; restore it") from None
    if seal != _seal(content):
        raise LockError(
            f"{name}: damaged or edited: its seal is not that of what it says; restore it"
        )
    return dict(content)


def lock_of(text: str, *, name: str) -> PlanLock:
    """Read a lock.

    Raises
    ------
    LockError
        As `unsealed`, or when another version wrote it.
    """
    try:
        return PlanLock.model_validate(unsealed(text, name=name))
    except ValidationError:
        raise LockError(
            f"{name}: its keys are not those of a lock; another version wrote it"
        ) from None


def _seal(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
