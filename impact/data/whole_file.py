"""Files that are there whole or not at all: written aside, on the disk, then put in their place."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from impact.errors import StorageError


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a new file beside ``path`` that takes its place when all is written; when something fails, nothing is changed.

    Raises
    ------
    StorageError
        When the file cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise StorageError(
            f"{path.name}: {problem.strerror or 'cannot be written'}; check the folder, space and permissions"
        ) from None
