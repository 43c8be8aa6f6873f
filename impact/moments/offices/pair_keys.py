"""Secrets that two offices share and nobody else has: of each pair one makes it and hands it to the other.

An office's masks are streams under these secrets. Who adds up has none of them; that it never gets one is for the offices to
see to (docs/offices.md).
"""

import hmac
import json
import os
from hashlib import sha256, shake_256
from pathlib import Path

from impact.data.privacy.pseudonyms import KEY_BYTES, new_key
from impact.errors import MomentsError, PrivacyError, StorageError
from impact.moments.offices.grid import BITS, SumGrid

OTHERS = 0o077  # permissions of the group and of everybody
FINGERPRINT = 8  # bytes by which two offices' secrets are seen to be the same
LEDGER = "sent.json"


def pair_file(one: str, other: str) -> str:
    """Name the file of a pair's secret, the same at both."""
    first, second = sorted((one, other))
    return f"{first}--{second}.key"


def partners(grid: SumGrid, site: str) -> list[str]:
    """Return the other offices.

    Raises
    ------
    MomentsError
        When the grid has no such office.
    """
    if site not in grid.sites:
        raise MomentsError(
            f"{site}: no such office on the grid; its offices are {', '.join(grid.sites)}"
        )
    return sorted(set(grid.sites) - {site})


def make_keys(grid: SumGrid, site: str, folder: Path) -> list[Path]:
    """Make the secrets that this office shares with those after it in the alphabet; the others are made there.

    Raises
    ------
    PrivacyError
        When one is there already, or the folder is under git.
    """
    return [
        new_key(folder / pair_file(site, other)) for other in partners(grid, site) if site < other
    ]


def read_keys(grid: SumGrid, site: str, folder: Path) -> dict[str, bytes]:
    """Return the secret shared with each other office.

    Raises
    ------
    PrivacyError
        When one is missing, may be read by others or is too short; all that are missing are named.
    """
    files = {other: folder / pair_file(site, other) for other in partners(grid, site)}
    missing = [path.name for path in files.values() if not path.is_file()]
    if missing:
        raise PrivacyError(
            f"{', '.join(missing)}: not in the folder of keys; the office that comes first in the name makes it "
            "(impact moments keys) and hands it over"
        )
    return {other: _read(path) for other, path in files.items()}


def _read(path: Path) -> bytes:
    try:
        mode, key = path.stat().st_mode, path.read_bytes()
    except OSError:
        raise PrivacyError(f"{path.name}: you may not read it; check its permissions") from None
    if mode & OTHERS:
        raise PrivacyError(f"{path.name}: others may read it; take that from them (chmod 600)")
    if len(key) != KEY_BYTES:
        raise PrivacyError(f"{path.name}: not {KEY_BYTES} bytes long; ask for it again")
    return key


def mask_stream(key: bytes, grid: SumGrid, n: int) -> list[int]:
    """Return n numbers below 2^128 that only the pair knows, others for every agreement.

    References
    ----------
    Bonawitz et al. (2017), Practical secure aggregation, section 4, with the secrets handed over instead of agreed upon.
    """
    seed = hmac.digest(key, b"mask " + bytes.fromhex(grid.digest), "sha256")
    size = BITS // 8
    stream = shake_256(seed).digest(size * n)
    return [int.from_bytes(stream[at : at + size], "little") for at in range(0, size * n, size)]


def fingerprint(key: bytes, grid: SumGrid) -> str:
    """Return what shows that two offices hold the same secret, and nothing of it."""
    return hmac.digest(key, b"pair " + bytes.fromhex(grid.digest), "sha256")[:FINGERPRINT].hex()


def refuse_second_file(grid: SumGrid, site: str, values: bytes, folder: Path) -> None:
    """Note what was masked under an agreement; other numbers under the same masks would show their difference.

    Raises
    ------
    MomentsError
        When other numbers were masked under this agreement before.
    StorageError
    """
    path, digest = folder / LEDGER, sha256(values).hexdigest()
    try:
        sent = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if sent.setdefault(f"{site} {grid.digest}", digest) != digest:
            raise MomentsError(
                f"{grid.study}, round {grid.round}: this office has masked other numbers in this round, and two files under "
                "the same masks show how they differ; agree on a new round with all offices"
            )
        place = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(place, "w", encoding="utf-8") as file:
            json.dump(sent, file, indent=1)
    except (OSError, ValueError):
        raise StorageError(
            f"{LEDGER}: cannot be read or written beside the keys; check the folder and the file"
        ) from None
