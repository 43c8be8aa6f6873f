"""Damaged files are read as they say or refused by name: no raw error, no hang, nothing wrong without a word."""

import time
import warnings

import pytest
from mutations import (
    FORMATS,
    FRAME,
    SCHEMA,
    UnreadableError,
    base,
    mutated,
    rows_of,
    second_reading,
)

from impact.data.readers import read_frame
from impact.errors import ImpactError

HANG = 2.0  # seconds
SECRETS = [*FRAME.id.unique(), *(f"{value:.2f}".rstrip("0") for value in FRAME.revenue.dropna())]


def verdict(path, good):
    """What became of a file: read, refused, or one of the three faults."""
    start = time.perf_counter()
    try:
        rows = rows_of(read_frame(path, schema=SCHEMA))
    except ImpactError as refused:
        words = str(refused)
        told = [secret for secret in SECRETS if len(secret) > 4 and secret in words]
        rows = None
        fault = f"tells a cell: {words}" if told else None
    except BaseException as raw:  # noqa: BLE001 (that is what is tested)
        return f"raw {type(raw).__name__}: {raw}"
    else:
        fault = None
    if time.perf_counter() - start > HANG:
        return "hangs"
    if rows is None or rows == good:
        return fault or ("refused" if rows is None else "read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other = second_reading(path)
    except UnreadableError:
        return "wrong: read, and the second reader does not"
    return "read" if other == rows else "wrong: the second reader reads other cells"


def counted(kind, folder, seeds):
    path = folder / f"data.{kind}"
    content = base(path)
    good = rows_of(read_frame(path, schema=SCHEMA))
    assert second_reading(path) == good
    faults, refused = [], 0
    for seed in seeds:
        path.write_bytes(mutated(content, kind, seed))
        found = verdict(path, good)
        refused += found == "refused"
        if found not in {"read", "refused"}:
            faults.append((seed, found))
    return faults, refused


@pytest.mark.parametrize("kind", FORMATS)
def test_a_hundred_damaged_files_are_read_as_they_say_or_refused(tmp_path, kind):
    seeds = range(30) if kind == "duckdb" else range(100)  # half a megabyte each
    faults, refused = counted(kind, tmp_path, seeds)
    assert faults == []
    assert 0 < refused < len(seeds) or (kind == "duckdb" and refused)


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
def test_a_thousand_damaged_files_are_read_as_they_say_or_refused(tmp_path, kind):
    faults, _ = counted(kind, tmp_path, range(1000, 2000))
    assert faults == []
