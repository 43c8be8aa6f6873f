"""An attack on figures and files: what rests on fewer than ten units is in no coordinate, word or exported value."""

import numpy as np
import pandas as pd
import pytest
from evaluation.facts import firms_with_few, study_of
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from impact.evaluation.store import encode, part_of
from impact.evaluation.subgroups import subgroups
from impact.reporting import figures
from impact.reporting.exhibits import NARROW_WIDTH, Figure, Table
from impact.reporting.figures import canvas
from impact.reporting.sections.impact import impact, impact_in_full
from impact.reporting.voice import Voice

SCALES = (1.0, 1e-3, 1e2)  # values are drawn in their unit, in thousands, or in percent


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("few"), firms_with_few())


@pytest.fixture(scope="module")
def part(study):
    return part_of(study, "impact")


@pytest.fixture
def shown(study, part, monkeypatch):
    """Every coordinate and word that figures are drawn from, at both widths, and every value of the tables."""
    numbers, words = [], []

    def keep(draw, **said):
        for width in (said["width"], NARROW_WIDTH):
            drawn = draw(width)
            FigureCanvasAgg(drawn).draw()
            numbers.extend(coordinates(drawn))
            words.extend(text.get_text() for text in drawn.findobj(Text))
        kept = {name: said[name] for name in ("label", "caption", "alt", "how_to_read")}
        words.extend(kept.values())
        return Figure(svg=b"", png=b"", **kept)

    monkeypatch.setattr(canvas.Figure, "from_matplotlib", keep)
    voice = Voice(study)
    axis = figures.EffectAxis.of_impact(voice, part)
    items = [
        *impact(voice, part).items,
        *impact_in_full(voice, part),
        figures.actual_against_counterfactual(
            voice, part.counterfactual, actual="", without="", gain=""
        ),
        figures.forest_of_subgroups(voice, part.subgroups, axis),
    ]
    for item in items:
        if isinstance(item, Table):
            numeric = item.frame.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
            numbers.extend(numeric.ravel())
    assert sum(isinstance(item, Figure) for item in items) >= 2
    return np.array([n for n in numbers if np.isfinite(n)]), words


def coordinates(drawn):
    for axes in drawn.axes:
        for line in axes.lines:
            yield from np.asarray(line.get_xydata(), dtype=float).ravel()
        for patch in axes.patches:
            yield from patch.get_path().transformed(patch.get_patch_transform()).vertices.ravel()
        for group in axes.collections:
            yield from np.asarray(group.get_offsets(), dtype=float).ravel()
            for path in group.get_paths():
                yield from path.vertices.ravel()


def told(value, numbers):
    return any(np.isclose(numbers, scale * value, rtol=1e-6, atol=0).any() for scale in SCALES)


def test_a_level_of_few_is_at_no_place_of_a_figure_nor_in_a_table(study, part, shown):
    numbers, _ = shown
    believed = part.effects[0].verdict.believed
    every = subgroups(study, study.panel(), inference=believed).set_index("level")
    for name in ("estimate", "std_error", "conf_low", "conf_high"):
        assert not told(every.loc["b", name], numbers), name
    assert told(every.loc["a", "estimate"], numbers), "the attack finds what is shown"


def test_event_times_of_few_are_at_no_place_of_a_figure(study, shown):
    numbers, _ = shown
    cells = study.estimator(base_period="universal").fit(study.panel())
    table = cells.aggregate(by="event_time").table.set_index("event_time")
    hidden, seen = table.loc[[3, 4]], table.loc[[0, 1, 2]]
    for value in hidden[["estimate", "std_error"]].to_numpy().ravel():
        assert not told(value, numbers)
    assert all(told(value, numbers) for value in seen["estimate"])


def test_weights_that_tell_how_many_a_small_cohort_has_are_neither_drawn_nor_stored(part, shown):
    _, words = shown
    assert part.weights.empty
    assert encode(part)["values"]["weights"]["values"]["weight"] == []
    assert not any("weight" in word.lower() for word in words)
