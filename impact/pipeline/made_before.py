"""What runs leave for the next beside their reports: the maker's alone, a bounded number, of one code and its libraries.

What is kept there is found by the content of what it was made of, so that a run has the same bytes with it and without.
"""

import json
import os
import platform
import shutil
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import impact
from impact.pipeline.plan import sha256_of
from impact.pipeline.store import INSIDE, MADE

CODES, FILES = 2, 300  # that are kept: those used last
COMPUTED_BY = ("numpy", "pandas", "scipy", "statsmodels", "linearmodels", "fonttools")


def made_before(reports: Path) -> Path | None:
    """Return the folder of what runs of this code have made; None where nothing can be kept."""
    folder = own_folder(reports / MADE, computed_by(), most=CODES)
    if folder is not None:
        with suppress(OSError):
            for one in _older(folder, than=FILES):
                one.unlink(missing_ok=True)
    return folder


def own_folder(parent: Path, name: str, *, most: int) -> Path | None:
    """Make a folder in one that is the maker's alone, and forget those in it that were used longest ago.

    Parameters
    ----------
    parent : Path
        Its own folder is there.
    name : str
    most : int
        How many stay.

    Returns
    -------
    Path or None
        None where it cannot be made, or a link stands in its place.
    """
    folder = parent / name
    try:
        for one in (parent, folder):
            one.mkdir(mode=INSIDE, exist_ok=True)
            if one.is_symlink():
                return None
        folder.touch()
        for one in _older(parent, than=most):
            shutil.rmtree(one, ignore_errors=True)
    except OSError:
        return None
    return folder


def _older(folder: Path, *, than: int) -> list[Path]:
    """Return what is in a folder but the so many that were used last."""
    found = [one for one in os.scandir(folder) if not one.is_symlink()]
    found.sort(key=lambda one: one.stat(follow_symlinks=False).st_mtime_ns, reverse=True)
    return [Path(one.path) for one in found[than:]]


@cache
def computed_by() -> str:
    """Return a name for all that results follow from beside plan and data: code, libraries, interpreter and machine."""
    package, found = Path(impact.__file__).resolve().parent, sha256()
    versions = {name: version(name) for name in COMPUTED_BY}
    found.update(json.dumps([versions, platform.python_version(), platform.machine()]).encode())
    for path in sorted(package.rglob("*.py")):
        found.update(f"{path.relative_to(package)}\0{sha256_of(path)}\n".encode())
    return found.hexdigest()[:16]
