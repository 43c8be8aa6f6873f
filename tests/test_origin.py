"""An estimate knows where it came from, and can be made again from other data."""

import numpy as np
import pytest
from panels import long_frame, panel

import impact
from impact.errors import NotAvailableError, UnknownNameError
from impact.estimate import Estimate
from impact.estimators.panel.models import PanelModel

ESTIMATORS = [
    kind
    for name in impact.__all__
    if hasattr(kind := getattr(impact, name), "fit") and kind is not impact.GoodmanBacon
]


OPTIONS = {
    impact.TripleDifferences: {"third_dimension": "half"},
    impact.TwoStageLeastSquares: {"instruments": ["met"]},
    impact.ContinuousDose: {"dose": "dose"},
    impact.ExposureLevels: {"exposure": "level"},
    impact.Spillovers: {"within": ["village"]},
    impact.MatchedDifference: {"matching": impact.NearestNeighbours(["x"])},
}
"""What an estimator cannot do without."""


def with_options(kind):
    return kind(**OPTIONS.get(kind, {}))


def strata_panel(**choices):
    """Firms in strata and villages, with invitations that some did not follow, doses, levels of exposure."""
    frame = long_frame(**choices)
    frame["s"], treated = frame["id"] % 2, frame["g"].notna()
    frame["y"] = np.exp(frame["y"] / 10)
    frame["met"] = (
        (frame["t"] >= frame["g"]) | ((frame["id"] % 10 == 0) & (frame["t"] > 4))
    ).astype(float)
    frame["dose"] = np.where(treated, 1.0 + frame["id"] % 7 / 3, 0.0)
    frame["level"] = np.where(treated, np.where(frame["id"] % 3, "fair", "event"), "none")
    return panel(frame, strata=["s"], covariates=["x", "met", "dose", "level", "village"])


@pytest.mark.parametrize("kind", ESTIMATORS, ids=lambda kind: kind.__name__)
def test_every_estimators_estimate_is_made_again_from_its_origin(kind):
    data, other = strata_panel(n=60), strata_panel(n=60, seed=2)
    estimate = with_options(kind).fit(data)
    assert type(estimate.origin.estimator) is kind
    assert estimate.origin.panel is data
    assert estimate.spec["estimator"] == kind.__name__
    again = estimate.origin.again(other)
    np.testing.assert_array_equal(again.values, with_options(kind).fit(other).values)
    assert again.origin.panel is other


def test_the_verbs_since_are_made_again_too():
    data, other = panel(), panel(long_frame(seed=2))
    cells = impact.CallawaySantAnna().fit(data)
    events = cells.aggregate(by="event_time", balance=1)
    percent = events.select(["event_time=0", "event_time=1"]).percent()
    again = percent.origin.again(other)
    expected = impact.CallawaySantAnna().fit(other).aggregate(by="event_time", balance=1)
    expected = expected.select(["event_time=0", "event_time=1"]).percent()
    assert list(again.rows.term) == ["event_time=0", "event_time=1"]
    np.testing.assert_array_equal(again.values, expected.values)
    assert (again.values != percent.values).all()
    one = impact.DifferenceInDifferences().fit(data).aggregate(by="overall")
    np.testing.assert_array_equal(
        one.origin.again(other).values, impact.DifferenceInDifferences().fit(other).values
    )


def test_a_selected_row_that_other_data_do_not_have_is_refused():
    cells = impact.CallawaySantAnna().fit(panel())
    some = cells.select(["att(4,5)"])
    with pytest.raises(UnknownNameError, match="no such parameter"):
        some.origin.again(panel(long_frame(cohorts=(5,))))


def test_an_estimate_read_from_a_file_says_that_it_has_no_origin():
    back = Estimate.from_json(impact.CallawaySantAnna().fit(panel()).to_json())
    for ask in (
        lambda: back.origin.panel,
        lambda: back.origin.again(panel()),
        lambda: back.select([back.rows.term[0]]).origin.panel,
    ):
        with pytest.raises(NotAvailableError, match="read from a file"):
            ask()


def test_an_estimate_of_moments_has_no_units_but_can_be_made_again_from_a_panel():
    data = panel()
    estimate = impact.CallawaySantAnna().fit(impact.PathMoments.from_panel(data))
    with pytest.raises(NotAvailableError, match="fitted on moments"):
        estimate.origin.panel  # noqa: B018 (reading is the point)
    np.testing.assert_array_equal(estimate.origin.again(data).values, estimate.values)


def test_another_inference_is_asked_for_the_estimate():
    class Twice:
        def on(self, estimate):
            return 2 * float(estimate.values[0])

    overall = impact.CallawaySantAnna().fit(panel()).aggregate(by="overall")
    assert overall.under(Twice()) == 2 * overall.params["overall"]


def test_origins_take_no_part_in_print_or_comparison():
    estimate = impact.TwoWayFixedEffects().fit(panel())
    assert "Origin" not in repr(estimate)
    assert PanelModel.fit.__doc__.startswith("Estimate from a panel.")
