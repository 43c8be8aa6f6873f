"""What the process that `apart` starts does: it reads the files it is told of, one after the other."""

import json
import math
import os
import resource
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

from impact.data.sources.columnar import read_duckdb, read_parquet
from impact.data.sources.first_rows import read_first_rows
from impact.data.sources.source import Layout
from impact.data.sources.statistical import read_spss, read_stata
from impact.data.sources.wire import packed
from impact.data.sources.workbook import read_workbook
from impact.errors import SourceError

READERS = {
    "parquet": read_parquet,
    "duckdb": read_duckdb,
    "stata": read_stata,
    "spss": read_spss,
    "workbook": read_workbook,
    "first_rows": read_first_rows,
}
MEMORY = 3 << 30  # bytes of address space for a small file; libraries map a good part of it
MEMORY_A_MEGABYTE = 100 << 20


def answer_requests() -> None:
    """Answer requests from standard input; libraries that print find standard output closed to them."""
    answers = os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _limit(request["seconds"], request["megabytes"])
        _send(answers, _answered(request))


def _answered(request: dict[str, Any]) -> bytes:
    path = Path(request["path"])
    try:
        table = READERS[request["reader"]](path, layout=Layout(**request["layout"]))
        return b"T" + packed(table)
    except SourceError as refused:
        return b"E" + str(refused).encode()
    except BaseException as problem:  # noqa: BLE001 (Rust's panics are no Exception)
        kind = type(problem).__name__
        words = f"damaged or not a {path.suffix} file ({kind}); export it again"
        return f"E{path.name}: {words}".encode()


def _send(answers: BinaryIO, body: bytes) -> None:
    answers.write(struct.pack("<q", len(body)))
    answers.write(body)
    answers.flush()


def _limit(seconds: float, megabytes: float) -> None:
    """Let the system end this process when a file takes more than its due."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _soft_limit(resource.RLIMIT_CPU, until)
    if sys.platform == "linux":  # elsewhere address space is not held to its limit
        _soft_limit(resource.RLIMIT_AS, int(MEMORY + MEMORY_A_MEGABYTE * megabytes))


def _soft_limit(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (value if hard < 0 else min(value, hard), hard))
