"""Words of the public API: a word that is none of the known ones is refused at once, with the nearest."""

import dataclasses
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from panels import long_frame, panel

import impact
from impact.errors import UnknownNameError, UsageError
from impact.terms import Grouping, nearest, one_of

CLASSES = [
    kind
    for kind in (getattr(impact, name) for name in impact.__all__)
    if dataclasses.is_dataclass(kind) and any(hasattr(kind, verb) for verb in ("fit", "of"))
]


def words_of(kind):
    options = {field.name for field in dataclasses.fields(kind)}
    for name, hint in get_type_hints(kind).items():
        if name not in options:  # what a class says of itself
            continue
        for part in (hint, *get_args(hint)):
            if get_origin(part) is Literal:
                yield name


OPTIONS = [(kind, name) for kind in CLASSES for name in words_of(kind)]


@pytest.mark.parametrize(
    ("kind", "name"), OPTIONS, ids=lambda value: getattr(value, "__name__", value)
)
def test_every_option_that_is_a_word_is_checked_when_the_object_is_made(kind, name):
    required = {
        field.name: "x"
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    with pytest.raises(UnknownNameError, match=f"{name}='no such word'.*choose among '"):
        kind(**{**required, name: "no such word"})


def test_many_options_are_covered():
    assert len(OPTIONS) >= 30


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: impact.CallawaySantAnna(control_group="nevertreated"), "mean never_treated"),
        (lambda: impact.TwoWayFixedEffects(vcov="crv3"), "mean CRV3"),
        (lambda: impact.HonestBounds(restriction="smooth"), "mean smoothness"),
        (lambda: panel(long_frame(), frequency="quarterly"), "mean quarter"),
        (lambda: panel(long_frame(), missing_outcome="dropped"), "mean drop"),
        (
            lambda: impact.PathMoments.from_panel(panel()).save("x", small_cells="incl"),
            "small_cells",
        ),
    ],
)
def test_the_nearest_word_is_offered(make, message):
    with pytest.raises(UnknownNameError, match=message):
        make()


@pytest.mark.parametrize("asked", [{"by": "dynamic"}, {"by": "overall", "average": "simple"}])
def test_an_unknown_average_is_refused_before_anything_is_averaged(asked):
    estimate = impact.CallawaySantAnna().fit(panel())
    with pytest.raises(UnknownNameError, match="choose among"):
        estimate.aggregate(**asked)
    with pytest.raises(UnknownNameError, match="'simultaneous'"):
        estimate.confint(kind="uniform")


def test_words_of_other_packages_lead_to_ours():
    assert nearest("dynamic", get_args(Grouping)) == "did you mean event_time? "
    with pytest.raises(UnknownNameError, match="did you mean cohort"):
        one_of("group", Grouping, name="by")


@pytest.mark.parametrize("options", [{"level": 95}, {"level": 0.0}, {"anticipation": -1}])
def test_levels_and_counts_out_of_range_are_refused(options):
    with pytest.raises(UsageError, match=next(iter(options))):
        impact.CallawaySantAnna(**options)


def test_a_stack_needs_a_period_before_treatment():
    with pytest.raises(UsageError, match="before"):
        impact.StackedDiD(before=0)
