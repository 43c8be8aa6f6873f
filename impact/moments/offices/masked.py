"""An office's sums under masks that cancel in the total of all offices, and the file in which they travel.

For offices i < j in the alphabet and their shared stream m_ij, office i sends s_i + sum_{j > i} m_ij - sum_{j < i} m_ji modulo
2^128. One file alone, or any number of them short of all, is as good as random; the sum of all is the sum of the s_i.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impact.data.whole_file import whole_file
from impact.errors import MomentsError, SourceError
from impact.moments.offices.grid import BITS, SumGrid, grid_of
from impact.moments.offices.integer_sums import IntegerSums, n_numbers, refuse_overflow
from impact.moments.offices.pair_keys import fingerprint, mask_stream

FORMAT = "impact masked sums"
VERSION = 1
MODULUS = 1 << BITS
SIZE = BITS // 8  # bytes of a number
LARGEST_FILE = 1_000_000_000  # bytes; beyond it the grid has more cells than offices have firms


@dataclass(frozen=True)
class MaskedSums:
    """One office's file.

    Attributes
    ----------
    grid : SumGrid
    site : str
    fingerprints : dict
        Of the secret shared with each other office.
    numbers : list of int
        Below 2^128, in the order of `IntegerSums.numbers`.
    """

    grid: SumGrid
    site: str
    fingerprints: Mapping[str, str]
    numbers: list[int]

    @classmethod
    def of(
        cls, sums: IntegerSums, grid: SumGrid, *, site: str, keys: Mapping[str, bytes]
    ) -> "MaskedSums":
        """Mask an office's sums with the secrets it shares.

        Raises
        ------
        MomentsError
            When the sums have too many digits.
        """
        numbers = sums.numbers()
        refuse_overflow(grid, numbers)
        for other, key in keys.items():
            sign = 1 if site < other else -1
            masks = mask_stream(key, grid, len(numbers))
            numbers = [one + sign * mask for one, mask in zip(numbers, masks, strict=True)]
        shown = {other: fingerprint(key, grid) for other, key in keys.items()}
        return cls(grid, site, shown, [one % MODULUS for one in numbers])

    @property
    def packed(self) -> bytes:
        """The numbers as they travel."""
        return b"".join(one.to_bytes(SIZE, "little") for one in self.numbers)

    def save(self, path: Path) -> None:
        """Write the file; nothing is left half-written.

        Raises
        ------
        StorageError
        """
        content = {
            "format": FORMAT,
            "version": VERSION,
            "site": self.site,
            "grid": self.grid.model_dump(mode="json"),
            "fingerprints": dict(self.fingerprints),
            "numbers": base64.b64encode(self.packed).decode(),
        }
        with whole_file(path) as file:
            file.write(json.dumps(content, indent=1).encode())


def read_masked(path: Path) -> MaskedSums:
    """Read an office's file.

    Raises
    ------
    SourceError
        When it is missing, no such file, damaged, or of another version.
    """
    if not path.is_file():
        raise SourceError(f"{path.name}: no such file; give the files that the offices sent")
    if path.stat().st_size > LARGEST_FILE:
        raise SourceError(f"{path.name}: larger than 1 GB; it holds no masked sums")
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        known = content["format"] == FORMAT
    except (ValueError, TypeError, KeyError, OSError, RecursionError):
        known = False
    if not known:
        raise SourceError(f"{path.name}: damaged, or no masked sums; ask its office for it again")
    if content.get("version") != VERSION:
        raise SourceError(
            f"{path.name}: written in version {content.get('version')} of the format, this package reads {VERSION}; "
            "have all offices use one version"
        )
    return _masked(content, path.name)


def _masked(content: Mapping[str, Any], name: str) -> MaskedSums:
    try:
        grid = grid_of(content["grid"], name=name)
        packed = base64.b64decode(content["numbers"], validate=True)
        shown = {str(one): str(other) for one, other in content["fingerprints"].items()}
        site = str(content["site"])
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error):
        raise SourceError(
            f"{name}: its parts do not fit together; ask its office for it again"
        ) from None
    if len(packed) != SIZE * n_numbers(grid) or site not in grid.sites:
        raise SourceError(f"{name}: its parts do not fit together; ask its office for it again")
    numbers = [
        int.from_bytes(packed[at : at + SIZE], "little") for at in range(0, len(packed), SIZE)
    ]
    return MaskedSums(grid, site, shown, numbers)


def added(files: Iterable[MaskedSums]) -> IntegerSums:
    """Add up the offices' files, all of them or nothing.

    Raises
    ------
    MomentsError
        When an office is missing, sent two files, agreed on another grid, or holds another secret than its partner; by name.
    """
    sent = list(files)
    _refuse_different(sent)
    _refuse_incomplete(sent)
    _refuse_other_secrets(sent)
    grid = sent[0].grid
    columns = zip(*(one.numbers for one in sent), strict=True)
    numbers = [_signed(sum(column) % MODULUS) for column in columns]
    return IntegerSums.of_numbers(numbers, grid)


def _signed(number: int) -> int:
    return number - MODULUS if number >= MODULUS // 2 else number


def _refuse_different(sent: list[MaskedSums]) -> None:
    if not sent:
        raise MomentsError("add: name the offices' files")
    first = sent[0]
    agreed = first.grid.model_dump(mode="json")
    for one in sent[1:]:
        own = one.grid.model_dump(mode="json")
        other = [key for key, value in own.items() if value != agreed[key]]
        if other:
            raise MomentsError(
                f"{one.site}: its file is of another agreement than that of {first.site} ({', '.join(other)} differ); send one "
                "grid to all offices and mask again"
            )


def _refuse_incomplete(sent: list[MaskedSums]) -> None:
    names = [one.site for one in sent]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise MomentsError(
            f"{', '.join(twice)}: more than one file; two files of an office show how its numbers differ: delete them all and "
            "agree on a new round"
        )
    missing = [name for name in sent[0].grid.sites if name not in names]
    if missing:
        raise MomentsError(
            f"{', '.join(missing)}: no file yet; without every office's file the sum is random numbers. Wait for it, or "
            "agree on a new round without this office"
        )


def _refuse_other_secrets(sent: list[MaskedSums]) -> None:
    shown = {one.site: one.fingerprints for one in sent}
    for one in sent:
        for other in one.grid.sites:
            if other > one.site and shown[one.site].get(other) != shown[other].get(one.site):
                raise MomentsError(
                    f"{one.site}, {other}: they hold different secrets, so that their masks do not cancel; the first hands "
                    "its key to the second again, and both mask in a new round"
                )
