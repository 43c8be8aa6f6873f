"""Pseudonyms under a secret key: the same id has the same one in every file, and nobody without the key finds the id.

HMAC-SHA-256 (RFC 2104) of the id, its first 80 bits in base 32: sixteen letters and digits. Ids are few and can all be
tried, so that without a key a hash would hide nothing; the key therefore never lies inside the project.
"""

import base64
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from impact.data.sources.lookalikes import as_seen
from impact.errors import PrivacyError, StorageError, UnparsableValueError, rows_named

KEY_FILE = "IMPACT_KEY_FILE"
"""Environment variable that names the file of the key."""
KEY_BYTES = 32  # as many as the hash has: RFC 2104, section 3
PSEUDONYM_BYTES = 10  # 80 bits: a collision among a million ids has probability 4e-13
_OTHERS = 0o077  # permissions of the group and of everybody
_LARGEST_PLAN = 1_000_000  # bytes; the longest intake plan of the tests has 30,000
_KEY = re.compile(r"^(\w+):", re.MULTILINE)
_KEYS_OF_PROJECTS = ({"outcomes", "schema"}, {"unit", "time", "columns"}, {"sources", "rules"})
"""Keys that a plan, a schema and an intake plan have."""


@dataclass(frozen=True)
class Pseudonyms:
    """Pseudonyms under one key; ids that only look alike are refused over all columns that were asked.

    Attributes
    ----------
    key : bytes
        It is never shown.
    """

    key: bytes = field(repr=False)
    _ids: dict[str, str] = field(default_factory=dict, repr=False)

    def of(self, cells: Any, *, name: str) -> NDArray[Any]:
        """Return the pseudonyms of ids, (n,), None where missing.

        Parameters
        ----------
        cells : array-like of str, (n,)
            Spaces around an id, and composed or decomposed accents, make no other id.
        name : str
            Of the column, for messages.

        Raises
        ------
        UnparsableValueError
            Ids look alike, here or in a column before, and are not the same; with their rows.
        PrivacyError
            Two ids have one pseudonym.
        """
        codes, values = pd.factorize(pd.Series(cells, dtype=object), use_na_sentinel=True)
        ids = [unicodedata.normalize("NFC", str(value)).strip() for value in values]
        alike = [self._ids.setdefault(as_seen(one), one) != one for one in ids]
        if any(alike):
            rows = np.flatnonzero(np.isin(codes, np.flatnonzero(alike))) + 1
            raise UnparsableValueError(
                f"{name}: ids on {rows_named(rows)} look like others, here or in another file, and are not the same (case, "
                "spaces, invisible characters, letters of another script); write each id in one way"
            )
        made = [self._of_one(one) for one in ids]
        if len(set(made)) < len(set(ids)):
            raise PrivacyError(f"{name}: two ids have one pseudonym; make another key")
        replaced: NDArray[Any] = np.array([*made, None], dtype=object)
        return np.asarray(replaced[codes])

    def _of_one(self, text: str) -> str:
        code = hmac.digest(self.key, text.encode(), "sha256")[:PSEUDONYM_BYTES]
        return base64.b32encode(code).decode()


def pseudonyms_for(project: Path) -> Pseudonyms:
    """Return pseudonyms under the key that the environment names, for the data of a project.

    Parameters
    ----------
    project : Path
        A folder of it, such as the plan's.

    Raises
    ------
    PrivacyError
        No key is named, it is not there, lies inside the project, may be read by others, or is too short.
    """
    named = os.environ.get(KEY_FILE)
    if not named:
        raise PrivacyError(
            f"pseudonyms need a secret key: make one outside the project (impact key new PATH) and name it in {KEY_FILE}"
        )
    refuse_key_inside(project)
    path = Path(named).resolve()
    try:
        mode, key = path.stat().st_mode, path.read_bytes()
    except OSError:
        raise PrivacyError(f"{KEY_FILE}: no such file, or you may not read it") from None
    if mode & _OTHERS:
        raise PrivacyError(f"{KEY_FILE}: others may read the key; take that from them (chmod 600)")
    if len(key) < KEY_BYTES:
        raise PrivacyError(
            f"{KEY_FILE}: the key is shorter than {KEY_BYTES} bytes; make one with impact key new"
        )
    return Pseudonyms(key)


def refuse_key_inside(project: Path) -> None:
    """Refuse a key that the environment names inside a project, whose folder is handed on, or copied, with it.

    Raises
    ------
    PrivacyError
    """
    named = os.environ.get(KEY_FILE)
    if named and any(Path(named).resolve().is_relative_to(root) for root in _roots(project)):
        raise PrivacyError(
            f"{KEY_FILE}: the key lies inside the project, with which it would be handed on; move it elsewhere"
        )


def new_key(path: Path) -> Path:
    """Write a new key that only its owner may read.

    Raises
    ------
    PrivacyError
        The place is in a project, which is what git keeps and what a plan, a schema, an intake plan or a folder of runs stands
        in; or it is taken.
    StorageError
    """
    path = path.resolve()
    if any(_projects_above(path.parent)):
        raise PrivacyError(
            f"{path.name}: a key inside a project would be handed on with it; choose a place outside, such as your home folder"
        )
    try:
        place = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(place, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
    except FileExistsError:
        raise PrivacyError(
            f"{path.name}: there is a file; a key that is written over takes its pseudonyms with it"
        ) from None
    except OSError as problem:
        raise StorageError(
            f"{path.name}: cannot be written ({problem.strerror or type(problem).__name__}); check the folder"
        ) from None
    return path


def _roots(project: Path) -> Iterator[Path]:
    project = project.resolve()
    yield project
    yield from _under_git(project)


def _projects_above(folder: Path) -> Iterator[Path]:
    """Yield the folders above (and the folder itself) in which something of a project stands."""
    yield from _under_git(folder)
    for above in (folder, *folder.parents):
        runs = above.glob("reports/*/run.json")
        if any(runs) or any(map(_is_of_a_project, above.glob("*.y*ml"))):
            yield above


def _is_of_a_project(file: Path) -> bool:
    """Whether a file has the keys of a plan, a schema or an intake plan; one that cannot be read has none."""
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST_PLAN:
            return False
        keys = set(_KEY.findall(file.read_text(encoding="utf-8", errors="replace")))
    except OSError:
        return False
    return any(told <= keys for told in _KEYS_OF_PROJECTS)


def _under_git(folder: Path) -> Iterator[Path]:
    """Yield the folders above (and the folder itself) that git keeps."""
    for above in (folder, *folder.parents):
        if (above / ".git").exists():
            yield above
