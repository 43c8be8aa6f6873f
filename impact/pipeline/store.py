"""The reports folder: a run is built aside, certified by its run.json, and moved into place whole.

What is replaced is the folder itself, in one step of the system, instead of a pointer to one of several versions: a run stays
one folder that any program opens, copies and deletes, also where there are no symbolic links. Only what bears our certificate
is ever replaced; everything is on the disk before its name is.
"""

import fcntl
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from impact.errors import StorageError
from impact.pipeline.plan import sha256_of

CERTIFICATE = "run.json"
RELEASES = "releases"
"""Folder beside runs with the logs of what releases told."""
MADE = ".made"
"""Folder beside runs with what they leave for the next."""
INSIDE, RELEASED = 0o700, 0o755
"""Modes of folders: a run is its maker's alone, a release is everybody's."""
LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""What systems leave in folders that are looked at: nobody's work."""
ASK_AGAIN_S = 0.2  # for a lock that is waited for
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_AT_FDCWD = -100


@contextmanager
def building(
    reports: Path, name: str, *, mode: int = INSIDE, patience_s: float = 0.0
) -> Iterator[Path]:
    """Give a folder to build a run in; publish it as ``reports/name`` if nothing went wrong, else remove it.

    Parameters
    ----------
    reports : Path
    name : str
    mode : int
        Of the folder.
    patience_s : float
        How long to wait for another run of the same name.

    Raises
    ------
    StorageError
        When another run of the same name is under way, something that no run wrote stands in its place, or nothing can be
        written.
    """
    try:
        new = not reports.exists()
        if not new and not reports.is_dir():
            raise StorageError(f"{reports.name}: a file, not a folder of reports; name another")
        reports.mkdir(parents=True, exist_ok=True)
        with locked(reports, name, patience_s=patience_s), _unmade(reports, name, new=new):
            _sweep(reports, name)
            refuse_foreign(reports / name)
            folder = Path(tempfile.mkdtemp(prefix=f".{name}.", suffix=".partial", dir=reports))
            try:
                folder.chmod(mode)
                yield folder
                _settle(folder)
                _publish(folder, reports / name)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as problem:
        raise StorageError(
            f"{name}: the report could not be written ({problem.strerror or type(problem).__name__}); check space and "
            "permissions of the reports folder; an earlier report is untouched"
        ) from problem


@contextmanager
def _unmade(reports: Path, name: str, *, new: bool) -> Iterator[None]:
    """Take a new reports folder away again when what was to be the first run in it is refused or fails."""
    try:
        yield
    except BaseException:
        lock = lock_of(reports / name)
        if new and {one.name for one in reports.iterdir()} <= {lock.name, MADE}:
            shutil.rmtree(reports / MADE, ignore_errors=True)
            lock.unlink()
            reports.rmdir()
        raise


@contextmanager
def locked(reports: Path, name: str, *, patience_s: float = 0.0) -> Iterator[None]:
    """Hold the lock of a name in a folder.

    Raises
    ------
    StorageError
        When another process holds it, and still does after ``patience_s`` seconds.
    """
    last = time.monotonic() + patience_s
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC  # a link there is not ours
    file = os.open(lock_of(reports / name), flags, 0o600)
    try:
        while not _held(file):
            if time.monotonic() >= last:
                raise StorageError(
                    f"{name}: another run of this name is under way; wait for it or name the plan anew"
                )
            time.sleep(ASK_AGAIN_S)
        yield
    finally:
        os.close(file)


def lock_of(final: Path) -> Path:
    """Return the file whose lock whoever makes a folder holds."""
    return final.with_name(f".{final.name}.lock")


def _held(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def refuse_foreign(final: Path) -> None:
    """Refuse to replace what no run wrote: a link, a folder without a certificate, a file that was added or changed.

    Raises
    ------
    StorageError
    """
    if not os.path.lexists(final):
        return
    name = final.name
    if final.is_symlink() or not final.is_dir():
        raise StorageError(
            f"{name}: something else of this name is in the reports folder, and stays; move it, or name the plan anew"
        )
    try:
        outputs = dict(json.loads((final / CERTIFICATE).read_text(encoding="utf-8"))["outputs"])
    except (OSError, ValueError, KeyError, TypeError):
        raise StorageError(
            f"{name}: a folder of this name without a whole {CERTIFICATE} is in the reports folder, and stays; move or remove "
            "it, or name the plan anew"
        ) from None
    for path in files_of(final):
        inside = str(path.relative_to(final))
        if path.name not in LITTER and (
            path.is_symlink() or outputs.get(inside) != sha256_of(path)
        ):
            raise StorageError(
                f"{name}: {inside} was added or changed after the run, and would be lost; move it elsewhere"
            )


def sweep(reports: Path, name: str, *, patience_s: float) -> None:
    """Put back or remove what a run that was killed left behind, unless another run of its name is under way.

    Parameters
    ----------
    reports : Path
    name : str
    patience_s : float
        How long to wait for the processes of the killed run, which hold its lock or still write, to be gone.
    """
    last = time.monotonic() + patience_s
    with suppress(StorageError, OSError):  # what stays is swept by the next run of this name
        while _left_behind(reports, name) and (left_s := last - time.monotonic()) > 0:
            with locked(reports, name, patience_s=left_s):
                _sweep(reports, name)
                if _left_behind(reports, name):  # a process wrote meanwhile
                    time.sleep(ASK_AGAIN_S)


def _left_behind(reports: Path, name: str) -> list[Path]:
    """Return the folders in which runs of a name are built, or were when they were killed."""
    return [
        aside
        for aside in reports.glob(f".{name}.*")
        if re.fullmatch(r"[a-z0-9_]{8}\.(partial|old)", aside.name[len(name) + 2 :])
        and not aside.is_symlink()
    ]


def _sweep(reports: Path, name: str) -> None:
    """Put back or remove what killed runs of this name left behind; the lock is held, so nobody works there."""
    for aside in _left_behind(reports, name):
        if aside.suffix == ".old" and not os.path.lexists(reports / name):
            aside.rename(reports / name)
        else:
            shutil.rmtree(aside, ignore_errors=True)


def _settle(folder: Path) -> None:
    """Have files and folders written to the disk, not only to the system's memory, before they get their name."""
    for path in [*folder.rglob("*"), folder]:
        if not path.is_symlink():
            _written(path)


def _written(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _publish(folder: Path, final: Path) -> None:
    """Put the new folder in place of the old one in a single step, or where the system has none, in two that `_sweep` mends."""
    refuse_foreign(final)
    if not final.exists():
        folder.rename(final)
    elif not _exchange(folder, final):
        old = folder.with_suffix(".old")
        final.rename(old)
        folder.rename(final)
        shutil.rmtree(old, ignore_errors=True)
    _written(final.parent)


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
    if not folder.is_dir():
        raise StorageError(f"{folder.name}: no such folder of a run; name one under reports/")
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        outputs = dict(facts["outputs"])
    except FileNotFoundError:
        raise StorageError(
            f"{folder.name}: no {CERTIFICATE}, so it is no run, or not a complete one; name a run's folder, or run it again"
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
