"""Parts that notebooks opened by hand have computed, kept beside the reports for the next until anything they rest on changes.

A notebook of a run reads what the run has left. One opened in JupyterLab has no run: without this, each of them computes the
effect again, half a minute a notebook. What is kept is what a run's folder holds, for the maker's eyes alone.
"""

import fcntl
import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import impact
from impact.data.whole_file import whole_file
from impact.errors import StorageError
from impact.evaluation.store import part_text, read_part
from impact.evaluation.study import Study
from impact.pipeline.plan import inputs_of, sha256_of

FOLDER = ".answers"
MOST = 6  # studies of which answers are kept: those asked last
COMPUTED_BY = ("numpy", "pandas", "scipy", "statsmodels", "linearmodels")


@dataclass(frozen=True)
class Answers:
    """The folder of one study's parts."""

    folder: Path

    @classmethod
    def of(cls, study: Study) -> "Answers | None":
        """Return where the parts of a study are kept; None where there is no folder of reports that can be written to."""
        reports = study.folder / "reports"
        if not reports.is_dir() or reports.is_symlink():
            return None
        folder = reports / FOLDER / _identity(study)
        try:
            (reports / FOLDER).mkdir(mode=0o700, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.touch()
        except OSError:
            return None
        _forget(reports / FOLDER)
        return cls(folder)

    def part(self, name: str, make: Callable[[], Any]) -> Any:
        """Return a part: read where it is kept, else made and kept. Whoever asks meanwhile waits instead of making it too."""
        path = self.folder / f"{name}.json"
        try:
            with path.with_suffix(".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                with suppress(FileNotFoundError, StorageError):  # a damaged one is made again
                    return read_part(path)
                made = make()
                with whole_file(path) as file:
                    file.write(part_text(made).encode())
                return made
        except (
            OSError,
            StorageError,
        ):  # no room, a damaged file, a folder that was taken away: nothing is kept
            return make()


def _identity(study: Study) -> str:
    """Return a name for all that parts follow from: choices, files, code and what computes."""
    files = {
        name: sha256_of(path)
        for name, path in sorted(inputs_of(study.plan, study.folder).items())
        if path.is_file()
    }
    versions = {name: version(name) for name in COMPUTED_BY}
    choices = study.plan.model_dump(mode="json", by_alias=True)
    whole = [choices, files, versions, repr(study.blind), _code()]
    return sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:16]


@cache
def _code() -> str:
    package, found = Path(impact.__file__).resolve().parent, sha256()
    for path in sorted(package.rglob("*.py")):
        found.update(f"{path.relative_to(package)}\0{sha256_of(path)}\n".encode())
    return found.hexdigest()


def _forget(folder: Path) -> None:
    """Delete the answers that were asked for longest ago."""
    kept = sorted(
        (one for one in folder.iterdir() if one.is_dir() and not one.is_symlink()),
        key=lambda one: one.stat().st_mtime,
        reverse=True,
    )
    for one in kept[MOST:]:
        shutil.rmtree(one, ignore_errors=True)
