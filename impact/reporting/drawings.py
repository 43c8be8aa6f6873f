"""Drawings that a run has made, kept under what they show: a figure that stands in two notebooks is drawn once.

A figure costs a sixth of a second in three formats, and half of the report's stand in an earlier notebook too. What is kept
lies with what notebooks leave to one another, which is taken away before the run is published.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from impact.data.whole_file import whole_file
from impact.evaluation.store import encode
from impact.reporting.drawing import base64_of
from impact.reporting.exhibits import Figure
from impact.reporting.voice import Voice

KEPT = ".drawing.json"


@dataclass(frozen=True)
class Drawing:
    """One drawing of a run.

    Attributes
    ----------
    path : Path
        Where it is kept, or will be.
    voice : Voice
        Whose numbers it writes: what they were written for is kept with it, for the ledger of the report.
    """

    path: Path
    voice: Voice

    @classmethod
    def of(cls, draw: Callable[..., Any], what: Sequence[Any], width: float) -> "Drawing | None":
        """Return the drawing that a function makes of what it is told; None outside a run, or of what no text can tell apart.

        Plan, language and code are the same in a whole run: what is told to the function tells its drawings apart.
        """
        voices = [one for one in what if isinstance(one, Voice)]
        if not voices or voices[0].drawings is None:
            return None
        told = [_content(one) for one in what if not isinstance(one, Voice)]
        try:
            text = json.dumps([draw.__module__, draw.__qualname__, width, told], default=_listed)
        except TypeError:
            return None
        digest = sha256(text.encode()).hexdigest()[:32]
        return cls(voices[0].drawings / f"{digest}{KEPT}", voices[0])

    def shown(self, **words: Any) -> Figure | None:
        """Return the figure with its words, where it was drawn before."""
        if not self.path.is_file():
            return None
        kept = json.loads(self.path.read_text(encoding="utf-8"))
        for text, raw in kept["notes"]:
            self.voice.f.written.note(text, raw)
        return Figure(
            svg=kept["svg"].encode(),
            png=b64decode(kept["png"]),
            narrow_svg=kept["narrow"] and kept["narrow"].encode(),
            **words,
        )

    def keep(self, made: Callable[[], Figure]) -> Figure:
        """Have the figure drawn, and keep it."""
        with self.voice.f.written.overheard() as notes:
            figure = made()
        kept = {
            "svg": figure.svg.decode(),
            "png": base64_of(figure.png),
            "narrow": figure.narrow_svg and figure.narrow_svg.decode(),
            "notes": notes,
        }
        with whole_file(self.path) as file:
            file.write(json.dumps(kept, ensure_ascii=False).encode())
        return figure


def _content(told: Any) -> Any:
    """Return plain values; a frame's index too, which parts that were stored do not have but frames made of them may."""
    if isinstance(told, pd.DataFrame):
        return [encode(told), list(told.index)]
    return encode(told)


def _listed(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [value.dtype.str, value.tolist()]
    raise TypeError(type(value).__name__)
