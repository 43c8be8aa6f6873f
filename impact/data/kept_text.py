"""Texts that are kept for other processes: whole and as they were written, or not there."""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from impact.data.whole_file import whole_file
from impact.errors import StorageError


def keep_text(path: Path, text: str) -> None:
    """Keep a text in a file that `kept_text` reads; where it cannot be written nothing is kept."""
    content = text.encode()
    with suppress(StorageError), whole_file(path) as file:
        file.write(f"{sha256(content).hexdigest()}\n".encode() + content)


def kept_text(path: Path) -> str | None:
    """Return a kept text; none where there is none, it is torn or was changed, or a link stands in its place."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            digest, _, content = file.read().partition(b"\n")
        if digest.decode("ascii", "replace") != sha256(content).hexdigest():
            return None
        os.utime(path, follow_symlinks=False)  # read last, forgotten last
        return content.decode()
    except OSError:
        return None
