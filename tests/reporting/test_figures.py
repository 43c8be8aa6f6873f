"""Figures: the same bytes twice, words that can be read and do not collide, French without decimal points, sense in grey."""

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from io import BytesIO
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from embedded import study_of
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from PIL import Image
from reporting.test_worth import worth_of

from impact.diagnostics.honest.bounds import VALUES
from impact.diagnostics.honest.restrictions import TrendRestriction
from impact.diagnostics.leave_one_out import LeaveOneOut, WithoutEach
from impact.errors import RenderError
from impact.evaluation.counterfactual import Counterfactual
from impact.evaluation.elsewhere import PublishedEffect
from impact.reporting import figures, style
from impact.reporting.drawing import PNG_DPI, png_of
from impact.reporting.exhibits import NARROW_WIDTH, Figure
from impact.reporting.figures import canvas, certainty, event_times
from impact.reporting.figures.event_times import EffectAxis, pools
from impact.reporting.formats import Formats
from impact.reporting.voice import Voice

PLANS = ("evaluation.yml", "evaluation-jobtraining.yml")
LANGUAGES = ("en", "fr")
OVERLAP = 1.0  # points that boxes of two texts may share: the height of a box counts ascenders that no letter uses


def voice_of(plan, language):
    return Voice(study_of(plan, language=language))


def path(gain):
    times = np.arange(-3.0, 4.0)
    without = 48_083 + 900.5 * np.sin(times)
    actual = without + np.where(times >= 0, gain, 0.0)
    return pd.DataFrame(
        {"event_time": times, "actual": actual, "without": without, "n_treated": 40}
    )


AMOUNTS = {"actual": "57,000 MAD", "without": "48,000 MAD", "gain": "9,000 MAD"}


def counterfactual(gain=8958.2):
    return Counterfactual(path=path(gain), actual=48_083 + gain, without=48_083.0, gain=gain)


def rows():
    frame = pd.DataFrame({"words": ["Main", "Another estimator, which has a long name", "A third"]})
    return frame.assign(
        estimate=[8958.2, -2000.5, 11_000.0],
        conf_low=[959.2, -9000.1, 2e3],
        conf_high=[16957.2, 5e3, 2e5],
    )


def answering():
    times = [f"{year}Q{quarter}" for year in (2010, 2011, 2012) for quarter in (1, 2, 3, 4)]
    gone = np.linspace(0, 0.2, len(times))
    return pd.DataFrame({"time": times, "treated": 1 - gone, "comparison": 0.99 - 0.8 * gone})


def flow():
    stages = [
        "in_file",
        "in_analysis",
        "seen_before",
        "seen_before_and_after",
        "seen_in_last_period",
    ]
    return pd.DataFrame(
        {"stage": stages, "units": [350, 350, 350, 326, 278], "treated": [None, 48, 48, 46, 36], "comparison": [None, 302, 302, 280, 242]}
    )  # fmt: skip


def baseline(voice):
    name = voice.study.outcome
    return pd.DataFrame(
        {"characteristic": [name, name], "level": ["", ""], "normalised_difference": [0.57, -0.12]}
    )


def published():
    words = {"en": "Fairs, somewhere", "fr": "Salons, quelque part"}
    return [
        PublishedEffect.model_validate(
            {"name": words, "outcome": words, "design": words, "low": 2.5, "estimate": 12.5, "high": 31.0, "reference": "A", "source": "B"}
        )
    ]  # fmt: skip


def weights():
    times, cohorts = ["2012Q4", "2013Q1", "2013Q2"], ["2013Q1", None]
    frame = pd.DataFrame([(g, at) for g in cohorts for at in times], columns=["cohort", "time"])
    return frame.assign(
        event_time=[-1.0, 0, 1, np.nan, np.nan, np.nan], weight=[-1.0, 0.5, 0.5, 1.0, -0.5, -0.5]
    )


def drawn(voice):
    """Every figure that needs no run: made of frames and of what the plan's own files say."""
    axis = EffectAxis.of(voice, (8958.2, 959.2, 16957.2), rows())
    programme = voice.study.programme
    return [
        figures.actual_against_counterfactual(voice, counterfactual(), **AMOUNTS),
        figures.estimators(voice, rows(), axis),
        figures.effects_elsewhere(voice, (18.6, -0.1, 42.9), published()),
        figures.flow(voice, flow()),
        figures.attrition(voice, flow()),
        figures.response(voice, answering()),
        figures.love_plot(voice, baseline(voice)),
        figures.estimators(voice, rows(), axis, small=True),
        figures.attrition(voice, flow(), small=True),
        figures.love_plot(voice, baseline(voice), small=True),
        figures.weights(voice, weights()),
        *(_of_the_appraisal(voice) if voice.study.economics else []),
        *(
            [figures.theory_of_change(voice, programme), figures.timeline(voice, programme)]
            if programme
            else []
        ),
    ]


def _of_the_appraisal(voice):
    """Figures of appraisals far below the hurdle, around it, and without a bounded interval."""
    ranged = voice.study.economics.beliefs()
    appraised = [
        worth_of(35_000.0, error=17_000.0, believed=ranged),
        worth_of(900_000.0, error=500_000.0, believed=ranged),
        worth_of(900_000.0, bounded=False, believed=ranged),
    ]
    made = [
        draw(voice, worth)
        for worth in appraised
        for draw in (figures.tornado, figures.return_over_persistence, figures.simulated_returns)
    ]
    return [one for one in made if one is not None]


@cache
def on_canvases(plan, language):
    """All figures of a plan, drawn once, and canvases as they were when the pictures were made, with the width of each."""
    canvases = []

    def keep(draw, **words):
        for width in (words["width"], NARROW_WIDTH):
            one = draw(width)
            FigureCanvasAgg(one).draw()
            canvases.append((words["label"], width, one))
        told = {name: words[name] for name in ("label", "caption", "alt", "how_to_read")}
        return Figure(**told, svg=b"", png=b"")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canvas.Figure, "from_matplotlib", keep)
        return drawn(voice_of(plan, language)), canvases


def shown(one):
    return [
        text
        for text in one.findobj(Text)
        if text.get_visible() and text.get_text().strip() and in_view(text)
    ]


def in_view(text):
    """Whether a text is drawn: those of ticks beyond an axis are not."""
    axes = text.axes
    if axes is None or not axes.axison:
        return True
    ticks = [
        t
        for axis in (axes.xaxis, axes.yaxis)
        for t in axis.get_major_ticks()
        if text in (t.label1, t.label2)
    ]
    return all(text is tick.label1 and tick.label1.get_visible() for tick in ticks)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("plan", PLANS)
def test_words_are_large_enough_inside_the_picture_and_apart(plan, language):
    _, canvases = on_canvases(plan, language)
    assert len(canvases) >= 20
    for label, width, one in canvases:
        renderer = one.canvas.get_renderer()
        least = style.SMALLEST_ON_PHONE if style.on_phone(width) else style.SMALLEST
        boxes = [(text, text.get_window_extent(renderer)) for text in shown(one)]
        for text, box in boxes:
            assert text.get_fontsize() >= least, (label, text.get_text())
            assert min(box.x0, box.y0) >= -1, (label, width, text.get_text())
            assert box.x1 <= one.bbox.width + 1, (label, width, text.get_text())
            assert box.y1 <= one.bbox.height + 1, (label, width, text.get_text())
        refuse_collisions(one, label, width)


def refuse_collisions(one, *where):
    renderer = one.canvas.get_renderer()
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in shown(one)]
    for (a, box), (b, other) in combinations(boxes, 2):
        apart = (
            min(box.x1, other.x1) - max(box.x0, other.x0),
            min(box.y1, other.y1) - max(box.y0, other.y0),
        )
        assert min(apart) <= OVERLAP * one.dpi / 72, (*where, a, b)


@pytest.mark.parametrize("small", [True, False])
@pytest.mark.parametrize("of_smallest", [0.1, 0.8, 0.95, 1.0, 1.05, 1.2, 1.6])
def test_marks_of_the_power_curve_that_are_near_each_other_keep_their_words_apart(
    of_smallest, small, monkeypatch
):
    """The estimate's power, and the smallest effect that is found, stand on one curve."""
    effects = np.linspace(0, 40_000, 9)
    smallest = 25_000.0
    power = 1 - 0.95 * np.exp(-np.log(0.95 / 0.2) * (effects / smallest) ** 2)
    design = SimpleNamespace(
        estimator="main", recommended="permutation", chosen={"smallest_detectable": smallest},
        power=pd.DataFrame({"estimator": "main", "inference": "permutation", "effect": effects, "power": power}),
        power_at=lambda effect: float(np.interp(effect, effects, power)),
    )  # fmt: skip
    canvases = []

    def keep(draw, **words):
        for width in (words["width"], NARROW_WIDTH):
            canvases.append((width, draw(width)))
            FigureCanvasAgg(canvases[-1][1]).draw()

    monkeypatch.setattr(canvas.Figure, "from_matplotlib", keep)
    figures.power_curve(voice_of(PLANS[0], "en"), design, of_smallest * smallest, small=small)
    assert len(canvases) == 2
    for width, one in canvases:
        refuse_collisions(one, width)


@pytest.mark.parametrize("plan", PLANS)
def test_french_figures_have_no_decimal_point(plan):
    made, canvases = on_canvases(plan, "fr")
    words = [text.get_text() for _, _, one in canvases for text in shown(one)]
    for text in [
        *words,
        *(part for one in made for part in (one.caption, one.how_to_read, one.alt)),
    ]:
        assert not re.search(r"\d\.\d", text), text


def test_titles_say_what_to_see_in_ten_words():
    for plan in PLANS:
        for one in on_canvases(plan, "en")[0]:
            assert len(one.caption.split()) <= 10, one.caption


def test_a_figure_is_the_same_bytes_twice_and_leaves_settings_and_fonts_alone():
    import matplotlib as mpl
    from matplotlib.font_manager import fontManager

    settings, fonts = dict(mpl.rcParams), len(fontManager.ttflist)
    voice = voice_of(PLANS[0], "en")
    once, again = (
        figures.actual_against_counterfactual(voice, counterfactual(), **AMOUNTS) for _ in range(2)
    )
    assert (once.svg, once.narrow_svg, once.png) == (again.svg, again.narrow_svg, again.png)
    assert once.svg != once.narrow_svg
    left = dict(mpl.rcParams)
    backend = {"backend"}  # resolved once, by whoever draws first
    assert {k: left[k] for k in left.keys() - backend} == {
        k: settings[k] for k in settings.keys() - backend
    }
    assert len(fontManager.ttflist) == fonts


def test_a_png_is_its_svg_on_white_and_as_large_on_paper():
    figure = figures.response(voice_of(PLANS[0], "en"), answering())
    width, height = map(
        float, re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', figure.svg.decode()).groups()
    )
    png = Image.open(BytesIO(figure.png))
    assert png.size == pytest.approx((2 * width, 2 * height), abs=1)  # pixels: 144 to the inch
    assert png.info["dpi"] == pytest.approx((PNG_DPI, PNG_DPI), abs=0.01)
    assert png.getextrema()[3] == (255, 255)  # nothing shines through
    assert png.getpixel((1, png.height - 2)) == (255, 255, 255, 255)
    marks = Counter(png.convert("RGB").get_flattened_data())
    assert marks[tuple(round(255 * part) for part in to_rgb(style.TREATED))] > width


def test_what_is_no_drawing_is_refused_without_its_text():
    with pytest.raises(RenderError, match="Typst refused its SVG") as refused:
        png_of(b"<svg xmlns='http://www.w3.org/2000/svg'>57 000 MAD")
    assert "57 000" not in str(refused.value)


def test_an_axis_in_steps_of_two_and_a_half_says_so():
    write = Formats("en").ticks()
    assert [write(one, None) for one in (50.0, 52.5, 0.0025, -0.05)] == [
        "50",
        "52.5",
        "0.0025",
        "−0.05",
    ]


def test_a_period_that_is_withheld_takes_neither_names_nor_unit_from_the_others():
    voice, found = voice_of(PLANS[0], "en"), counterfactual()
    path = found.path.astype(float)
    path.loc[path.index[-1], ["actual", "without"]] = np.nan
    figure = figures.actual_against_counterfactual(voice, replace(found, path=path), **AMOUNTS)
    assert figure is not None
    said = figure.svg.decode("utf-8")
    assert "thousand MAD" in said
    assert "Exhibitors" in said
    assert "nan" not in said


def test_where_all_periods_are_withheld_there_is_no_figure_with_and_without():
    voice, found = voice_of(PLANS[0], "en"), counterfactual()
    path = found.path.assign(actual=np.nan, without=np.nan)
    assert (
        figures.actual_against_counterfactual(voice, replace(found, path=path), **AMOUNTS) is None
    )


def test_periods_that_are_withheld_count_for_neither_side_in_the_title():
    voice, found = voice_of(PLANS[0], "en"), counterfactual()
    path = found.path.astype(float)
    after = path.index[path["event_time"] >= 0]
    path.loc[after[-1:], ["actual", "without"]] = np.nan
    figure = figures.actual_against_counterfactual(voice, replace(found, path=path), **AMOUNTS)
    assert "above" in figure.caption


def luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def lightness(colour):
    """CIE L*, of 100."""
    return 116 * luminance(colour) ** (1 / 3) - 16


def test_groups_are_told_apart_in_grey():
    """Programme's and comparison's marks differ by 30 of 100 in lightness, dashes or not, and both can be seen on white."""
    assert abs(lightness(style.TREATED) - lightness(style.COMPARISON)) >= 30
    assert abs(lightness(style.TREATED) - lightness(style.BAND)) >= 30
    assert style.DASHES != "-"
    for colour in (style.TREATED, style.COMPARISON, style.GREY):
        assert 1.05 / (luminance(colour) + 0.05) >= 3, colour  # contrast that marks need


@pytest.mark.parametrize("plan", PLANS)
def test_marks_have_no_colour_but_the_palettes_and_no_figure_a_legend(plan):
    names = ("TREATED", "COMPARISON", "BAND", "INK", "GREY", "PALE", "GRID")
    palette = {to_rgb(getattr(style, name)) for name in names} | {to_rgb("white")}
    for label, _, one in on_canvases(plan, "en")[1]:
        for axes in one.axes:
            assert axes.get_legend() is None, label
            marks = [(line.get_color(), line.get_markerfacecolor()) for line in axes.lines]
            marks += [(patch.get_facecolor(),) for patch in axes.patches]
            marks += [
                tuple(many.get_colors()) for many in axes.collections if hasattr(many, "get_colors")
            ]
            for colour in (each for mark in marks for each in mark):
                assert to_rgb(colour) in palette, (label, colour)


def test_the_figure_of_page_one_tells_the_amounts_that_the_page_tells():
    voice = voice_of(PLANS[0], "en")
    figure = figures.actual_against_counterfactual(voice, counterfactual(), **AMOUNTS)
    said = figure.svg.decode("utf-8")
    for amount in (AMOUNTS["actual"], AMOUNTS["without"], f"+{AMOUNTS['gain']}"):
        assert amount in said
    assert "average 57,000 MAD" in figure.alt


@pytest.mark.parametrize(("gain", "word"), [(9000.0, "above"), (-9000.0, "below")])
def test_the_title_follows_the_sign_of_the_gap(gain, word):
    found = figures.actual_against_counterfactual(
        voice_of(PLANS[0], "en"), counterfactual(gain), **AMOUNTS
    )
    assert word in found.caption


def test_an_axis_of_effects_has_zero_inside_and_does_not_follow_one_wild_interval():
    axis = EffectAxis.of(voice_of(PLANS[0], "en"), (8958.2, 959.2, 16957.2), rows())
    assert axis.low < 0 < axis.high < 5e4
    assert axis.unit.words.startswith("thousand MAD")


def events(estimate, error):
    times = np.arange(0.0, 8.0)
    table = pd.DataFrame({"event_time": times, "estimate": estimate})
    table = table.assign(
        conf_low=table["estimate"] - 1.96 * error, conf_high=table["estimate"] + 1.96 * error
    )

    class Study:
        vcov = np.eye(8) * error**2
        critical_value = 1.96

    found = Study()
    found.table = table
    return found


def test_periods_are_pooled_by_four_only_where_single_ones_say_nothing():
    found = pools(events(10.0, 8.0))
    assert [(one.first, one.last, one.estimate) for one in found] == [
        (0.0, 3.0, 10.0),
        (4.0, 7.0, 10.0),
    ]
    assert found[0].half == pytest.approx(1.96 * 8 / 2)
    assert pools(events(10.0, 1.0)) == []


def two_sided(estimate, conf, band):
    """Effects at four times, the reference among them, with half-lengths of their intervals and of their band."""
    times, estimate = [-2.0, -1.0, 0.0, 1.0], np.asarray(estimate)
    ends = {"conf": np.asarray(conf), "band": np.asarray(band)}
    cells = {
        f"{kind}_{end}": estimate + sign * half
        for kind, half in ends.items()
        for end, sign in (("low", -1), ("high", 1))
    }
    return SimpleNamespace(
        table=pd.DataFrame({"event_time": times, "estimate": estimate, **cells}), notes=()
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_leaves_the_axis_of_an_event_study_ends_in_arrows_that_are_explained(
    monkeypatch, language
):
    """At +1 the interval leaves both ends of -10 to 10, at -2 the band alone leaves the upper; the reference has neither."""
    marked = {}
    plain = event_times.arrowheads

    def watched(axes, at, ends, limits, **how):
        before = len(axes.lines)
        plain(axes, at, ends, limits, **how)
        for line in axes.lines[before:]:
            key = (line.get_marker(), line.get_markerfacecolor() == "white")
            marked.setdefault(key, set()).update(zip(*line.get_data(), strict=True))

    monkeypatch.setattr(event_times, "arrowheads", watched)
    voice, axis = voice_of(PLANS[0], language), EffectAxis(-10.0, 10.0, canvas.Unit(1.0, "u"))
    cut = two_sided([4.0, 0.0, 3.0, 1.0], [3.0, np.nan, 2.0, 12.0], [7.0, np.nan, 4.0, 15.0])
    how = figures.event_study(voice, cut, axis).how_to_read
    assert marked == {
        ("v", False): {(1.0, -10.0)},
        ("^", False): {(1.0, 10.0)},
        ("v", True): {(1.0, -10.0)},
        ("^", True): {(-2.0, 10.0), (1.0, 10.0)},
    }
    solid, hollow = {
        "en": ("Arrows: the interval goes on", "Hollow arrows: the dotted line goes on"),
        "fr": ("Flèches : l'intervalle se poursuit", "Flèches creuses : les pointillés"),
    }[language]
    assert solid in how.replace("’", "'").replace("\u202f", " ").replace("\xa0", " ")
    assert hollow in how.replace("\u202f", " ").replace("\xa0", " ")
    whole = two_sided([4.0, 0.0, 3.0, 1.0], [3.0, np.nan, 2.0, 2.0], [5.0, np.nan, 4.0, 4.0])
    how = figures.event_study(voice, whole, axis).how_to_read
    assert "rrow" not in how
    assert "lèche" not in how


def test_no_effect_over_time_lies_beyond_the_axis_however_far_it_is_from_the_headline():
    far = two_sided([-1.0, 0.0, 1.0, 90.0], [2.0, np.nan, 2.0, 300.0], [3.0, np.nan, 3.0, 400.0])
    none = pd.DataFrame(columns=["estimate", "conf_low", "conf_high"], dtype=float)
    verdict = SimpleNamespace(estimate=1.0, conf_low=-1.0, conf_high=3.0)
    impact = SimpleNamespace(
        effects=[SimpleNamespace(verdict=verdict, intervals=None)],
        event_study=far,
        estimators=none,
        subgroups=none,
    )
    axis = EffectAxis.of_impact(voice_of(PLANS[0], "en"), impact)
    assert 90 < axis.high < 100
    assert list(axis.cuts(far.table)) == [False, False, False, True]


def test_intervals_that_end_within_their_axis_add_nothing_to_the_layout():
    from matplotlib.figure import Figure as Canvas

    axes = Canvas().subplots()
    whole = (np.array([-1.0, np.nan]), np.array([1.0, np.nan]))
    canvas.arrowheads(axes, np.arange(2.0), whole, (-2.0, 2.0), colour="k", along="y")
    assert not axes.lines


def bounds(kind, values, *, half=6000.0):
    """Bounds that widen by ``half`` a value around an effect of 9,000."""
    wider = half * np.arange(1, len(values) + 1)
    table = pd.DataFrame(
        {"value": values, "conf_low": 9000 - wider, "conf_high": 9000 + 1.4 * wider}
    )
    return SimpleNamespace(
        restriction=TrendRestriction(kind=kind), table=table, original=(5000.0, 13_000.0), breakdown=0.5
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["relative_magnitudes", "relative_smoothness"])
def test_words_of_honest_bounds_stand_apart_inside_the_picture(monkeypatch, kind, language):
    """One panel and two, beside a question's text, on a page and on a phone."""
    both = [bounds(one, VALUES[one]) for one in (kind, "smoothness")]
    seen = []

    def keep(draw, **words):
        wide = words["width"]
        for width in [wide] if style.beside(wide) else [wide, NARROW_WIDTH]:
            one = draw(width)
            FigureCanvasAgg(one).draw()
            seen.append(width)
            refuse_collisions(one, width)
            boxes = [text.get_window_extent(one.canvas.get_renderer()) for text in shown(one)]
            assert min(min(box.x0, box.y0) for box in boxes) >= -1, width
            assert max(box.x1 for box in boxes) <= one.bbox.width + 1, width

    monkeypatch.setattr(canvas.Figure, "from_matplotlib", keep)
    voice = voice_of(PLANS[0], language)
    for results in (both[:1], both):
        for small in (True, False):
            figures.honest_bounds(voice, results, small=small)
    assert set(seen) == {style.BESIDE, style.FULL_WIDTH, NARROW_WIDTH}


def test_honest_bounds_say_what_arrows_mean_only_where_they_have_some():
    voice, words = voice_of(PLANS[0], "en"), "Arrows: the interval goes on"
    for half, cut in ((6000.0, True), (600.0, False)):
        found = bounds("relative_magnitudes", VALUES["relative_magnitudes"], half=half)
        assert (words in figures.honest_bounds(voice, [found], small=True).how_to_read) is cut


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Arrows: the range goes on"), ("fr", "Flèches : l'étendue se poursuit")],
)
def test_a_range_without_one_firm_that_leaves_the_axis_ends_in_an_arrow_that_is_explained(
    monkeypatch, language, words
):
    marked = []
    plain = certainty.arrowheads

    def watched(axes, *what, **how):
        before = len(axes.lines)
        plain(axes, *what, **how)
        marked.extend((line.get_marker(), *line.get_xdata()) for line in axes.lines[before:])

    monkeypatch.setattr(certainty, "arrowheads", watched)
    voice, axis = voice_of(PLANS[0], language), EffectAxis(-10.0, 20.0, canvas.Unit(1.0, "u"))
    found = LeaveOneOut(
        9.0, -2.0, 30.0, 0.2, WithoutEach(3, 5.0, 12.0, 0), WithoutEach(3, -40.0, 12.0, 1), pd.DataFrame()
    )  # fmt: skip
    how = figures.without_one(voice, found, axis).how_to_read
    assert set(marked) == {(">", 20.0), ("<", -10.0)}
    assert words in how.replace("’", "'").replace("\u202f", " ").replace("\xa0", " ")
    marked.clear()
    whole = replace(found, unit_high=20.0, groups=found.cohorts)
    how = figures.without_one(voice, whole, axis).how_to_read
    assert not marked
    assert words[:5] not in how


def test_a_forest_says_what_its_arrows_mean_only_where_it_has_some():
    voice = voice_of(PLANS[0], "en")
    main = (8958.2, 959.2, 16957.2)
    words = "Arrows: the interval goes on"
    assert (
        words in figures.estimators(voice, rows(), EffectAxis.of(voice, main, rows())).how_to_read
    )
    tame = rows()[:2]
    assert (
        words not in figures.estimators(voice, tame, EffectAxis.of(voice, main, tame)).how_to_read
    )


def test_no_comma_stands_before_a_unit_that_is_none():
    from matplotlib.figure import Figure as Canvas

    written = Canvas()
    canvas.headed(written, 6.0, "Effect, ")
    assert written.get_suptitle() == "Effect"


def test_a_title_of_page_one_follows_the_periods_that_are_told():
    """With early gaps withheld the line is above at all of its dots, and the page says that the others are not shown."""
    voice, found = voice_of(PLANS[0], "en"), counterfactual()
    path = found.path.astype(float)
    path.loc[path["event_time"].isin([-1, 0]), ["actual", "without"]] = np.nan
    figure = figures.actual_against_counterfactual(voice, replace(found, path=path), **AMOUNTS)
    assert "above" in figure.caption
    assert "A period without a dot is not shown" in figure.how_to_read


def test_page_one_draws_no_line_of_which_most_is_withheld():
    found = counterfactual()
    path = found.path.astype(float)
    after = path.index[path["event_time"] >= 0]
    path.loc[after[1:], ["actual", "without"]] = np.nan
    assert (
        figures.actual_against_counterfactual(
            voice_of(PLANS[0], "en"), replace(found, path=path), **AMOUNTS
        )
        is None
    )
    voice = voice_of(PLANS[0], "en")
    assert "is not drawn" in figures.not_drawn_in_words(voice, path)
    assert figures.not_drawn_in_words(voice, found.path) == ""


def test_both_groups_means_give_way_to_one_where_a_release_tells_little_of_the_other():
    voice = voice_of(PLANS[0], "en")
    times = [f"{year}Q{quarter}" for year in (2010, 2011) for quarter in (1, 2, 3, 4)]
    mean = pd.DataFrame({"time": times, "treated": 40_000.0, "comparison": 17_000.0})
    mean = mean.assign(treated_std_error=900.0, comparison_std_error=300.0)
    both = figures.raw_paths(voice, mean, starts=[])
    assert "both groups" in both.caption
    mean.loc[2:, ["treated", "treated_std_error"]] = np.nan
    one = figures.raw_paths(voice, mean, starts=[])
    assert "comparison group" in one.caption
    assert "withheld" in one.how_to_read
    assert "Exhibitors" not in one.svg.decode("utf-8")
    assert figures.raw_paths(voice, mean.assign(comparison=np.nan), starts=[]) is None
