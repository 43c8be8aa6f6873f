"""A survey that asks other people in each period: declared, never guessed; mixtures and what needs the same people are refused."""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame

import impact
from impact.errors import DuplicateKeyError, NotAvailableError, UnknownNameError, UsageError
from impact.inference.clustered import Clustered


def people(**choices):
    """One row a person: the rows of a panel, each somebody else."""
    return long_frame(n=120, **choices).drop(columns="id")


def surveyed(frame=None, **choices):
    return impact.Panel.from_frame(
        people() if frame is None else frame,
        **{
            "time": "t",
            "outcome": "y",
            "cohort": "g",
            "covariates": ["x"],
            "waves": "repeated_cross_sections",
            **choices,
        },
    )


def test_each_row_is_somebody_without_ids_and_with_them():
    frame = people(periods=6)
    plain, named = surveyed(frame), surveyed(frame.assign(id=range(len(frame))), unit="id")
    assert plain.waves == "repeated_cross_sections"
    assert plain.n_units == len(plain.y) <= len(frame)
    one, other = (impact.CallawaySantAnna().fit(each).table for each in (plain, named))
    pd.testing.assert_frame_equal(one, other)


def test_the_frame_is_not_changed():
    frame = people()
    before = frame.copy()
    surveyed(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_a_mixture_of_panel_and_cross_sections_is_refused_with_its_rows():
    frame = people().assign(id=lambda f: range(len(f)))
    frame.loc[3, "id"] = 1
    with pytest.raises(DuplicateKeyError, match="id: repeats on rows 2 and 4, but waves="):
        surveyed(frame, unit="id")


def test_a_panel_needs_its_column_of_ids():
    with pytest.raises(UsageError, match="unit: no column named"):
        surveyed(waves="panel")
    with pytest.raises(UnknownNameError, match="waves="):
        surveyed(waves="cross_sections")


def test_a_panel_whose_units_are_seen_once_is_not_guessed_to_be_cross_sections():
    frame = people().assign(id=lambda f: range(len(f)))
    made = impact.Panel.from_frame(frame, unit="id", time="t", outcome="y", cohort="g")
    assert made.waves == "panel"
    with pytest.raises(impact.errors.NotIdentifiedError):
        impact.CallawaySantAnna().fit(made)


@pytest.mark.parametrize(
    "estimator",
    [
        impact.TwoWayFixedEffects(),
        impact.EventStudy(),
        impact.SunAbraham(),
        impact.Imputation(),
        impact.TwoStage(),
        impact.ExtendedTWFE(),
        impact.LocalProjectionsDiD(),
        impact.LongDifference(),
        impact.LeeWooldridge(),
        impact.DeChaisemartinDHaultfoeuille(),
        impact.EfficientDiD(),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_needs_the_same_people_is_refused_by_name(estimator):
    with pytest.raises(NotAvailableError, match="y: waves='repeated_cross_sections': nobody"):
        estimator.fit(surveyed())


def test_balanced_has_no_meaning_and_strata_are_compared_within():
    with pytest.raises(UsageError, match="missing='balanced'"):
        impact.CallawaySantAnna(missing="balanced").fit(surveyed())
    city = people().assign(city=lambda f: f.index % 2)
    found = impact.CallawaySantAnna(controls="strata").fit(surveyed(city, strata=["city"]))
    assert found.spec["missing"] == "cross_sections"
    assert "periods as cross-sections" in found.method


@pytest.mark.parametrize("covariates", [(), ("x",)])
def test_it_equals_each_periods_own_mean_on_the_panel_but_for_who_is_whose_cluster(covariates):
    """Rows of a panel as people, their old ids as clusters, are the panel taken as cross-sections."""
    frame = long_frame(n=120, gaps=0.1)
    as_panel = impact.Panel.from_frame(
        frame, unit="id", time="t", outcome="y", cohort="g", weight="w", covariates=["x"]
    )
    as_people = surveyed(frame, weight="w", cluster="id")
    one = impact.CallawaySantAnna(missing="cross_sections", covariates=covariates).fit(as_panel)
    other = impact.CallawaySantAnna(covariates=covariates).fit(as_people)
    np.testing.assert_allclose(other.values, one.values, rtol=1e-9)
    np.testing.assert_allclose(other.vcov, one.vcov, rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("covariates", [(), ("x",)])
def test_inference_and_comparison_take_it(covariates):
    made = surveyed(long_frame(n=30, periods=3, cohorts=(2,), share=0.4).drop(columns="id"))
    estimate = impact.CallawaySantAnna(covariates=covariates).fit(made).aggregate(by="overall")
    found = estimate.under(impact.Permutation(permutations=19))
    assert found.conf_low < found.estimate < found.conf_high
    jackknife = estimate.under(Clustered("CRV3"))
    assert jackknife.std_errors.iloc[0] == pytest.approx(estimate.std_errors.iloc[0], rel=0.4)
    assert "overall" in repr(impact.compare([estimate, jackknife]))


def test_parts_of_it_stay_what_they_are():
    made = surveyed()
    some = made.subset(np.arange(made.n_units) % 3 > 0, reason="left_out")
    assert some.waves == made.waves
    assert made.with_outcome(made.y * 2, "double").waves == made.waves
