"""A figure of a run is drawn once: the same bytes and the same notes for the ledger, and never another figure's."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact.evaluation.study import Study
from impact.pipeline.plan import read_plan
from impact.reporting.drawings import KEPT, Drawing
from impact.reporting.figures.canvas import exhibit, headed, sheet
from impact.reporting.voice import Voice

ROOT = Path(__file__).resolve().parents[2]
WORDS = {"label": "fig-a", "title": "Means", "how": "From the left.", "alt": "A line."}


@pytest.fixture
def voice(tmp_path):
    return Voice(Study(read_plan(ROOT / "evaluation.yml"), ROOT), drawings=tmp_path)


@pytest.fixture
def drawn(monkeypatch):
    """Widths at which the figure below was drawn."""
    widths = []
    monkeypatch.setattr(f"{__name__}._noted", widths.append)
    return widths


def _noted(_):
    raise AssertionError("set by the fixture")


def _line(voice, frame, shift, width):
    _noted(width)
    canvas, axes = sheet(width, 1.5)
    headed(canvas, width, voice.f.number(1234.5, 1))
    axes.plot(frame["x"] + shift)
    return canvas


FRAME = pd.DataFrame({"x": [1.0, 3.0, 2.0]})


def test_a_figure_of_two_notebooks_is_drawn_once(voice, drawn):
    first = exhibit(_line, voice, FRAME, 0.0, **WORDS)
    assert len(drawn) == 2  # for the page and for a phone
    another = replace(voice)  # of another notebook: nothing was noted in it yet
    again = exhibit(_line, another, FRAME.copy(), 0.0, **{**WORDS, "title": "Means again"})
    assert len(drawn) == 2
    assert (again.svg, again.png, again.narrow_svg) == (first.svg, first.png, first.narrow_svg)
    assert again.caption == "Means again"  # words are of who shows it
    assert another.f.written.behind("1,234.5") == voice.f.written.behind("1,234.5")
    assert another.f.written.behind("1,234.5")


@pytest.mark.parametrize(
    ("frame", "shift", "small"),
    [
        (FRAME.assign(x=[1.0, 3.0, 2.0 + 1e-12]), 0.0, False),
        (FRAME.set_axis([1, 2, 3]), 0.0, False),
        (FRAME.assign(x=[1, 3, 2]), 0.0, False),
        (FRAME, None, False),
        (FRAME, 0.0, True),
    ],
)
def test_whatever_differs_makes_another_drawing(voice, frame, shift, small):
    one = Drawing.of(_line, (voice, FRAME, 0.0), 6.7)
    assert Drawing.of(_line, (voice, FRAME.copy(), 0.0), 6.7) == one
    other = Drawing.of(_line, (voice, frame, shift), 3.45 if small else 6.7)
    assert other.path != one.path


def test_outside_a_run_and_of_what_no_text_tells_apart_nothing_is_kept(voice, tmp_path):
    assert Drawing.of(_line, (replace(voice, drawings=None), FRAME, 0.0), 6.7) is None
    assert Drawing.of(_line, (FRAME, 0.0), 6.7) is None
    assert Drawing.of(_line, (voice, object()), 6.7) is None
    assert not list(tmp_path.glob(f"*{KEPT}"))


def test_arrays_are_told_apart_by_value_and_type(voice):
    paths = {
        Drawing.of(_line, (voice, values), 6.7).path
        for values in (np.arange(3), np.arange(3.0), np.arange(4))
    }
    assert len(paths) == 3
