"""The reports folder: a run is built aside, certified by its run.json, and moved into place whole."""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from impact.errors import StorageError
from impact.pipeline.plan import sha256_of

CERTIFICATE = "run.json"
INSIDE, RELEASED = 0o700, 0o755
"""Modes of folders: a run is its maker's alone, a release is everybody's."""
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_AT_FDCWD = -100


@contextmanager
def building(reports: Path, name: str, *, mode: int = INSIDE) -> Iterator[Path]:
    """Give a folder to build a run in; publish it as ``reports/name`` if nothing went wrong, else remove it.

    Parameters
    ----------
    reports : Path
    name : str
    mode : int
        Of the folder.

    Raises
    ------
    StorageError
        When another run of the same name is under way, or nothing can be written.
    """
    try:
        reports.mkdir(parents=True, exist_ok=True)
        with locked(reports, name):
            _sweep(reports, name)
            folder = Path(tempfile.mkdtemp(prefix=f".{name}.", suffix=".partial", dir=reports))
            try:
                folder.chmod(mode)
                yield folder
                _publish(folder, reports / name)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as problem:
        raise StorageError(
            f"{name}: the report could not be written ({problem.strerror or type(problem).__name__}); check space and "
            "permissions of the reports folder; an earlier report is untouched"
        ) from problem


@contextmanager
def locked(reports: Path, name: str) -> Iterator[None]:
    """Hold the lock of a name in a folder.

    Raises
    ------
    StorageError
        When another process holds it.
    """
    with (reports / f".{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StorageError(
                f"{name}: another run of this name is under way; wait for it or name the plan anew"
            ) from None
        yield


def _sweep(reports: Path, name: str) -> None:
    """Remove what killed runs of this name left behind; the lock is held, so nobody works there."""
    for stale in reports.glob(f".{name}.*.partial"):
        shutil.rmtree(stale, ignore_errors=True)


def _publish(folder: Path, final: Path) -> None:
    """Put the new folder in place of the old one in a single step."""
    if not final.exists():
        folder.rename(final)
        return
    if not _exchange(folder, final):
        backup = folder.with_suffix(".old.partial")
        final.rename(backup)
        folder.rename(final)
        shutil.rmtree(backup, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders atomically where the system can."""
    import ctypes

    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    done: int = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE)
    return done == 0


def certify(folder: Path, facts: dict[str, Any]) -> None:
    """Write run.json, with the hash of every output, as the very last file."""
    outputs = {str(path.relative_to(folder)): sha256_of(path) for path in files_of(folder)}
    text = json.dumps({**facts, "outputs": outputs}, indent=1, sort_keys=True, ensure_ascii=False)
    aside = folder / f".{CERTIFICATE}"
    with aside.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(folder / CERTIFICATE)


def files_of(folder: Path) -> list[Path]:
    """Return every file of a run but its certificate, sorted."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != CERTIFICATE)


def read_run(folder: Path) -> dict[str, Any]:
    """Return a run's certificate after checking every output against it.

    Raises
    ------
    StorageError
        When the certificate is missing or damaged, or an output is missing, changed, or not listed.
    """
    path = folder / CERTIFICATE
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        outputs = dict(facts["outputs"])
    except FileNotFoundError:
        raise StorageError(
            f"{folder.name}: no {CERTIFICATE}, so the run is not complete; run it again"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise StorageError(f"{folder.name}: {CERTIFICATE} is damaged; run it again") from None
    present = {str(found.relative_to(folder)): found for found in files_of(folder)}
    for name, digest in outputs.items():
        if name not in present:
            raise StorageError(f"{folder.name}: {name} is missing; run it again")
        if sha256_of(present[name]) != digest:
            raise StorageError(f"{folder.name}: {name} was changed after the run; run it again")
    if extra := sorted(set(present) - set(outputs)):
        raise StorageError(f"{folder.name}: {extra[0]} does not belong to the run")
    return facts
