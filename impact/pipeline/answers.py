"""Parts that notebooks opened by hand have computed, kept beside the reports for the next until anything they rest on changes.

A notebook of a run reads what the run has left. One opened in JupyterLab has no run: without this, each of them computes the
effect again, half a minute a notebook. What is kept is what a run's folder holds, for the maker's eyes alone.
"""

import fcntl
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from impact.data.whole_file import whole_file
from impact.errors import StorageError
from impact.evaluation.store import part_text, read_part
from impact.evaluation.study import Study
from impact.pipeline.made_before import computed_by, own_folder
from impact.pipeline.plan import inputs_of, sha256_of

FOLDER = ".answers"
MOST = 6  # studies of which answers are kept: those asked last


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
        folder = own_folder(reports / FOLDER, _identity(study), most=MOST)
        return None if folder is None else cls(folder)

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
    choices = study.plan.model_dump(mode="json", by_alias=True)
    whole = [choices, files, repr(study.blind), computed_by()]
    return sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:16]
