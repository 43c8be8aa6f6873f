"""Design checks kept by what they were asked of, so that runs of one code simulate the same panels once."""

import json
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from impact.data.kept_text import keep_text, kept_text
from impact.diagnostics.design import DesignCheck

DESIGNS = "designs"
"""Name among a run's results of the folder that runs of one code share; it holds what parts hold, and is never published."""


def remembered(
    folder: Path | None, asked: tuple[Any, ...], make: Callable[[], DesignCheck]
) -> DesignCheck:
    """Return the design check of what is asked, made once for all who look in one folder; errors are not kept.

    Parameters
    ----------
    folder : Path, optional
        None, or one that is not there: nothing is kept.
    asked : tuple
        All that the check depends on: panel, estimator and options.
    make : callable
    """
    if folder is None or not folder.is_dir():
        return make()
    path = folder / f"{digest_of(asked)}.json"
    if (kept := kept_text(path)) is not None:
        return _read(json.loads(kept))
    made = make()
    keep_text(path, json.dumps(_written(made)))
    return made


def _written(made: DesignCheck) -> dict[str, Any]:
    """Write a check's fields, frames with the types of their columns."""
    written: dict[str, Any] = {}
    for field in fields(made):
        value = getattr(made, field.name)
        if isinstance(value, pd.DataFrame):
            dtypes = value.dtypes.astype(str).to_dict()
            value = {"dtypes": dtypes, "cells": value.to_dict(orient="list")}
        written[field.name] = value
    return written


def _read(written: dict[str, Any]) -> DesignCheck:
    """Undo `_written`."""
    for name, value in written.items():
        if isinstance(value, dict):
            written[name] = pd.DataFrame(value["cells"]).astype(value["dtypes"])
        elif isinstance(value, list):
            written[name] = tuple(value)
    return DesignCheck(**written)


def digest_of(asked: Any) -> str:
    """Return a SHA-256 of the content of panels, arrays, frames and options, whichever process holds them."""
    found = sha256()
    for piece in _pieces(asked):
        found.update(len(piece).to_bytes(8))
        found.update(piece)
    return found.hexdigest()


def _pieces(value: Any) -> Iterator[bytes]:
    yield type(value).__name__.encode()
    if isinstance(value, pd.DataFrame):
        yield from _pieces({str(name): value[name] for name in value.columns})
    elif isinstance(value, pd.Series):
        yield from _pieces((value.index.to_numpy(), value.to_numpy()))
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype} {value.shape}".encode()
        yield (
            repr(value.tolist()).encode()
            if value.dtype.hasobject
            else np.ascontiguousarray(value).tobytes()
        )
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _pieces({field.name: getattr(value, field.name) for field in fields(value)})
    elif isinstance(value, dict):
        yield from _pieces(tuple(value.items()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _pieces(item)
    else:
        yield repr(value).encode()
