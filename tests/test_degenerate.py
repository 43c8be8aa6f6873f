"""Whatever the data, every verb answers or says by name why not, and soon: no bare Python error, no warning, no endless loop."""

import signal

import numpy as np
import pytest
from degenerate import PANELS, panel_named
from diagnostics.surveys import every_check
from estimators.test_contract import DIFFERENCES, MODELS

import impact
from impact.diagnostics import equivalence
from impact.diagnostics.balance import attrition, balance_check, baseline_table, joint_balance
from impact.diagnostics.before_trends import before_trend_test, placebo_date
from impact.diagnostics.decomposition import negative_weights
from impact.diagnostics.quality import describe, quality_checks
from impact.diagnostics.recent_change import recent_change
from impact.errors import ImpactError, NotAvailableError, NotIdentifiedError, RangeError
from impact.estimators.many import labels_of
from impact.estimators.many_of import many, overall
from impact.inference.choose import headline_intervals
from impact.inference.named import NAMED

SECONDS = 10  # of the processor, so that a busy machine changes nothing; none takes one
SAME = 1e-9  # relative; the same sums in another order
ESTIMATORS = {**DIFFERENCES, **MODELS, "random_timing": impact.EfficientDiD()}
HEADLINE = impact.CallawaySantAnna()
EVENTS = impact.CallawaySantAnna(base_period="universal")


def fit(estimator):
    """Fit, show, and ask for all that an estimate answers."""

    def verb(made):
        found = estimator.fit(made)
        assert found.table.shape[0]
        assert repr(found)
        assert found._repr_html_()
        for ask in (
            lambda: found.aggregate(by="event_time").table,
            lambda: found.aggregate(by="cohort").table,
            lambda: found.aggregate(by="time").table,
            lambda: found.aggregate(by="overall").percent().table,
            lambda: found.aggregate(by="overall", average="event_time").table,
            lambda: found.percent().table,
            lambda: found.wald(list(found.rows.term)),
            found.weights,
            lambda: found.confint(0.9, kind="simultaneous"),
        ):
            answered(ask)

    return verb


def under(estimator, inference):
    return lambda made: overall(made, estimator).under(inference)


def events(made):
    return EVENTS.fit(made).aggregate(by="event_time")


FEW = {
    "permutation": impact.Permutation(permutations=19),
    "wild_bootstrap": impact.WildBootstrap(draws=99),
}
INFERENCES = {**NAMED, **FEW, **{kind: impact.Clustered(kind) for kind in ("CRV1", "CRV2", "CRV3")}}
ASKED = ("cs", "sun_abraham", "did")  # by a kernel, by weights, fitted anew
OTHERS = ("twfe", "lpdid", "imputation")


def asked_of(names):
    """Every inference of some estimators."""
    return {
        f"{name}.under({word})": under(ESTIMATORS[name], inference)
        for name in names
        for word, inference in INFERENCES.items()
    }


ROOMS = {
    "estimators": {name: fit(estimator) for name, estimator in ESTIMATORS.items()},
    "inference": {
        **asked_of(ASKED),
        "headline_intervals": lambda made: headline_intervals(made, permutations=39),
        "RandomizationInference": FEW["permutation"].test,
        "family_test": lambda made: impact.family_test({"a": made, "b": made}, permutations=19),
    },
    "inference of others": asked_of(OTHERS),
    "diagnostics": {
        "design_check": lambda made: impact.design_check(made, draws=40, permutations=19).checks(),
        "leave_one_out": lambda made: impact.leave_one_out(made).check(),
        "specification_curve": lambda made: impact.specification_curve(made, permutations=9),
        "relative_magnitudes": lambda made: impact.HonestBounds().of(events(made)).check(),
        "smoothness": lambda made: impact.HonestBounds(restriction="smoothness").of(events(made)),
        "pretrend_power": lambda made: impact.pretrend_power(events(made)).check(),
        "equivalence": lambda made: equivalence(events(made)),
        "before_trend_test": lambda made: before_trend_test(made, HEADLINE, permutations=99),
        "placebo_date": lambda made: placebo_date(made, HEADLINE, periods=1),
        "recent_change": lambda made: recent_change(made, permutations=99),
        "GoodmanBacon": lambda made: repr(impact.GoodmanBacon().fit(made)),
        "negative_weights": negative_weights,
        "quality": lambda made: (quality_checks(made), describe(made)),
        "survey": every_check,
        "balance": lambda made: (balance_check(baseline_table(made)), joint_balance(made)),
        "attrition": attrition,
        "hausman": lambda made: impact.hausman(
            impact.FixedEffects().fit(made), impact.RandomEffects().fit(made)
        ),
    },
}

MARKS = {"inference": pytest.mark.longer, "inference of others": pytest.mark.slow}


@pytest.fixture(autouse=True)
def bounded():
    """A test fails where a verb does not end."""

    def endless(*_):
        raise AssertionError("did not end")

    before = signal.signal(signal.SIGVTALRM, endless)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


def answered(verb, *arguments):
    """Return an answer, or the message of a refusal by name."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        return verb(*arguments)
    except ImpactError as refused:
        return f"refused: {refused}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


@pytest.mark.parametrize(
    "room",
    [pytest.param(room, marks=MARKS.get(room, ())) for room in ROOMS],
)
@pytest.mark.parametrize("name", PANELS)
def test_every_verb_answers_or_refuses_by_name(name, room):
    made = answered(panel_named, name)
    if isinstance(made, str):
        return
    for verb, ask in ROOMS[room].items():
        try:
            answered(ask, made)
        except Exception as unnamed:
            unnamed.add_note(f"{verb} on {name}")
            raise


@pytest.mark.parametrize("name", ["everybody_at_once", "nobody_treated", "treated_from_the_first"])
def test_a_panel_without_two_sides_is_refused_with_its_column(name):
    with pytest.raises(impact.errors.NoComparisonError, match=r"^g: "):
        panel_named(name)


@pytest.mark.parametrize(
    "name", ["all_zero", "constant", "constant_within_units", "same_path_of_all"]
)
@pytest.mark.parametrize("inference", NAMED)
def test_no_inference_judges_an_outcome_that_does_not_vary(name, inference):
    found = overall(panel_named(name), HEADLINE).under(NAMED[inference])
    assert isinstance(found, impact.Refused)
    assert found.why.startswith("y: constant, or changing alike")


def test_a_cohort_that_cannot_be_compared_is_left_out_the_same_by_every_path():
    made = panel_named("cohort_of_one_without_base")
    estimate = HEADLINE.fit(made)
    assert "cohort_without_comparison:3" in estimate.notes
    number = float(estimate.aggregate(by="overall").values[0])
    without = made.subset(made.cohort != 3, reason="left_out")
    asked = many(made, HEADLINE)
    outcomes = np.nan_to_num(made.wide)[:, None, :]
    labels = labels_of(made)[0]
    every = {
        "without_the_cohort": HEADLINE.fit(without).aggregate(by="overall").values[0],
        "kernel": asked.evaluate(labels[None], outcomes).effect[0, 0],
        "units": asked.unit_effects(outcomes).overall[0],
        "weights": (asked.weights(labels[None])[0] * outcomes[:, 0]).sum(),
    }
    assert every == pytest.approx(dict.fromkeys(every, number), rel=SAME)
    assert (made.cohort[asked.unit_effects(outcomes).treated] == 2).all()


@pytest.mark.parametrize("inference", ["conley_taber", "ferman_pinto", "group_t", "permutation"])
def test_a_cohort_that_is_left_out_does_not_take_the_others_inference_away(inference):
    made = panel_named("cohort_of_one_without_base")
    found = overall(made, HEADLINE).under(NAMED[inference])
    assert np.isfinite([found.conf_low, found.conf_high]).all() or inference == "group_t"


def test_who_cannot_be_compared_at_all_is_refused_by_the_kernel_as_by_the_average():
    made = panel_named("one_treated_without_base")
    with pytest.raises(NotIdentifiedError, match=r"^y: no cohort is observed before and after"):
        many(made, HEADLINE)
    with pytest.raises(NotAvailableError, match=r"^y: by=overall: no effect after treatment"):
        HEADLINE.fit(made).aggregate(by="overall")


@pytest.mark.parametrize(("name", "rows"), [("huge", "rows 1, 2"), ("one_huge_value", "row 8;")])
def test_outcomes_whose_squares_overflow_are_refused_with_their_rows(name, rows):
    with pytest.raises(RangeError, match=rf"^y: beyond 1e\+100 on {rows}"):
        panel_named(name)


def test_one_number_of_few_clusters_has_no_degrees_of_freedom_instead_of_a_warning():
    made = panel_named("two_clusters")
    found = overall(made, HEADLINE).under(NAMED["crv2_satterthwaite"])
    assert (found.conf_low, found.conf_high, found.p_value) == (-np.inf, np.inf, 1.0)


def test_as_many_new_fits_are_made_as_were_asked_for():
    made = panel_named("two_treated")  # 190 assignments in all
    found = FEW["permutation"].test(made, impact.DifferenceInDifferences())
    assert (found.permutations, found.enumerated) == (19, False)
    assert impact.Permutation(permutations=199).test(made).enumerated  # the kernel makes them all


def test_a_study_of_the_last_cohort_alone_has_weights_over_the_periods_before_it():
    made = panel_named("nobody_never_treated")
    number = impact.SunAbraham().fit(made).aggregate(by="overall")
    weights = number.parts.unit_weights(made)[0]
    assert (weights * made.wide).sum() == pytest.approx(number.values[0], rel=SAME)
    assert not weights[:, made.times >= 3].any()
