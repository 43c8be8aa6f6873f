"""Copies of a plan and of all that it names, made once: what a run reads, and what its certificate is of."""

import errno
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from impact.data.kept import KEPT, keep_frame
from impact.data.privacy.pseudonyms import refuse_key_inside
from impact.errors import SourceError, StorageError
from impact.evaluation.study import Study
from impact.pipeline.plan import (
    BESIDE,
    checked_study,
    inputs_of,
    read_plan,
    sha256_of,
    study_of,
)

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
LOG_OF_DATABASE = ".wal"  # beside a DuckDB file: what was written to it last


@dataclass(frozen=True)
class Snapshot:
    """A plan and its files as they were at one moment.

    Attributes
    ----------
    plan : Path
        The copy; what it names stands around it as around the original.
    origin : Path
        The original's folder.
    hashes : Mapping
        SHA-256 of the plan and of each file, by the name under which a run certifies it.
    apart : Mapping
        Name to path of files that the plan names by an absolute path: no copy can stand in their place, so they are read
        where they are, and `refuse_changed` holds them to their hashes at the end.
    kept : Path, optional
        Folder with the data as they were read.
    """

    plan: Path
    origin: Path
    hashes: Mapping[str, str]
    apart: Mapping[str, Path]
    kept: Path | None = None

    @classmethod
    def of(cls, plan_path: Path, to: Path) -> Self:
        """Copy a plan and its files into a new folder.

        Raises
        ------
        SourceError, PlanError, SchemaError
            A file that cannot be read, or names none.
        StorageError
            No room for the copies.
        """
        origin = plan_path.resolve().parent
        refuse_key_inside(origin)
        to.mkdir(mode=0o700)
        try:
            return cls._copied(plan_path, origin, to)
        except OSError as problem:
            words = problem.strerror or type(problem).__name__
            if problem.errno in NO_ROOM:
                raise StorageError(
                    f"{plan_path.name}: no room for the copies that a run reads ({words}); check space"
                ) from None
            raise SourceError(
                f"{plan_path.name}: it or a file that it names cannot be read ({words}); check paths and permissions"
            ) from None

    @classmethod
    def _copied(cls, plan_path: Path, origin: Path, to: Path) -> Self:
        named = inputs_of(read_plan(plan_path), origin)
        relative = {
            name: os.path.normpath(name)
            for name, path in named.items()
            if not Path(name).is_absolute() and origin / name == path
        }
        home = to.joinpath(*["above"] * max(map(_steps_up, relative.values()), default=0))
        home.mkdir(parents=True, exist_ok=True)
        copy = _copy(plan_path, home / plan_path.name)
        for of in BESIDE:
            _copy(of(plan_path), of(copy))
        for name, place in relative.items():
            target = Path(os.path.normpath(home / place))
            _copy(named[name], target)
            _copy(
                named[name].with_name(named[name].name + LOG_OF_DATABASE),
                target.with_name(target.name + LOG_OF_DATABASE),
            )
        found = inputs_of(read_plan(copy), home)  # of the copies: whatever was changed meanwhile
        read = {plan_path.name: copy, **found}
        return cls(
            plan=copy,
            origin=origin,
            hashes={name: sha256_of(path) for name, path in read.items() if path.is_file()},
            apart={name: path for name, path in found.items() if name not in relative},
        )

    def to_told(self) -> dict[str, Any]:
        """Return it as plain values, for another process on the same files."""
        return {
            "plan": str(self.plan),
            "origin": str(self.origin),
            "hashes": dict(self.hashes),
            "apart": {name: str(path) for name, path in self.apart.items()},
            "kept": None if self.kept is None else str(self.kept),
        }

    @classmethod
    def from_told(cls, told: Mapping[str, Any]) -> Self:
        """Undo `to_told`."""
        return cls(
            plan=Path(told["plan"]),
            origin=Path(told["origin"]),
            hashes=dict(told["hashes"]),
            apart={name: Path(path) for name, path in told["apart"].items()},
            kept=None if told["kept"] is None else Path(told["kept"]),
        )

    def study(self, told: Mapping[str, Any], *, checked: bool = False) -> Study:
        """Return the study of the copies as parameters change it; ``checked`` as `checked_study`."""
        return (checked_study if checked else study_of)(self.plan, told, kept=self.kept)

    def keep(self, study: Study, folder: Path) -> None:
        """Leave the data as they were read in a folder of results, for all processes of a run."""
        if study.from_moments:
            return
        if self.kept is None or study.plan.only:
            keep_frame(study.data, folder)
        else:
            os.link(self.kept / KEPT, folder / KEPT)

    def refuse_changed(self) -> None:
        """Refuse to certify a run if a file that was not copied is not what it was.

        Raises
        ------
        StorageError
        """
        for name, path in self.apart.items():
            if name in self.hashes and sha256_of(path) != self.hashes[name]:
                raise StorageError(f"{name}: was changed while the run read it; run again")


def _steps_up(path: str) -> int:
    return Path(path).parts.count("..")


def _copy(source: Path, target: Path) -> Path:
    """Copy a file where there is one; who reads the copy says what is wrong with its absence."""
    if source.is_file():  # a device or a pipe might never end
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return target
