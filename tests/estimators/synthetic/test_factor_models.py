"""Interactive effects, generalised synthetic control, matrix completion: R's fect, what must follow, every inference."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel
from shared_reference import REFERENCE

import impact
from impact.errors import NotAvailableError, NotIdentifiedError, UsageError
from impact.estimators.many_of import many, overall

FECT = {
    "rtol": 1e-5,
    "atol": 1e-4,
}  # fect ends its steps at 1e-8 of the fit: outcomes are about 60 and 10
BOOTSTRAP = 0.12  # of two bootstraps, 500 and 200 samples


@cache
def golden():
    if not REFERENCE.is_dir():
        pytest.skip("needs the reference folder (shared/reference) beside the repository")
    return pd.read_csv(REFERENCE / "golden" / "fect.csv.gz")


@cache
def data(name):
    golden()
    if name == "mpdta":
        frame = pd.read_csv(REFERENCE / "data" / "mpdta" / "mpdta.csv")
        frame = frame.rename(columns={"first.treat": "g", "first_treat": "g"})
        names = {"unit": "countyreal", "time": "year", "outcome": "lemp", "never": [0]}
        return impact.Panel.from_frame(frame, cohort="g", **names)
    frame = pd.read_csv(REFERENCE / "data" / "r" / f"{name}.csv")
    names, treated = {
        "turnout": (
            {
                "unit": "abb",
                "time": "year",
                "outcome": "turnout",
                "covariates": ["policy_mail_in", "policy_motor"],
                "step": 4,
            },
            "policy_edr",
        ),
        "simgsynth": (
            {"unit": "id", "time": "time", "outcome": "Y", "covariates": ["X1", "X2"]},
            "D",
        ),
    }[name]
    first = frame[frame[treated] == 1].groupby(names["unit"])[names["time"]].min()
    frame["g"] = frame[names["unit"]].map(first)
    return impact.Panel.from_frame(frame, cohort="g", **names)


BOTH = {"turnout": ["policy_mail_in", "policy_motor"], "simgsynth": ["X1", "X2"]}
CASES = {
    "mpdta/fe": impact.InteractiveFixedEffects(rank=0, variance="none"),
    "turnout/ife_r1": impact.InteractiveFixedEffects(
        rank=1, covariates=BOTH["turnout"], variance="none"
    ),
    **{
        f"simgsynth/{method}_r{rank}": impact.InteractiveFixedEffects(
            rank=rank, covariates=BOTH["simgsynth"], variance="none", factors_from=source
        )
        for method, source in (("ife", "untreated"), ("gsynth", "never_treated"))
        for rank in (1, 2)
    },
    "turnout/mc_.01": impact.MatrixCompletion(penalty=0.01, variance="none"),
}


@pytest.mark.parametrize("case", CASES)
def test_effects_and_what_is_left_before_are_those_of_fect(case):
    made = data(case.split("/")[0])
    found = CASES[case].fit(made)
    rows = golden()[golden().case == f"fect/{case}"]
    average = rows[rows.term == "att.avg"].estimate.iloc[0]
    np.testing.assert_allclose(found.aggregate(by="overall").params.iloc[0], average, **FECT)
    events = rows[rows.rel.notna() & rows.method.str.endswith("_att")]
    own = found.aggregate(by="event_time").table.set_index("event_time").estimate
    np.testing.assert_allclose(own.loc[events.rel - 1], events.estimate, **FECT)


@pytest.mark.slow
def test_the_bootstrap_is_that_of_fect_up_to_simulation():
    found = impact.InteractiveFixedEffects(rank=0).fit(data("mpdta")).aggregate(by="overall")
    rows = golden()[(golden().case == "fect/mpdta/fe_boot") & (golden().term == "att.avg")]
    assert found.std_errors.iloc[0] == pytest.approx(rows.se.iloc[0], rel=BOOTSTRAP)


def with_factor(*, n=40, periods=14, effect=2.0, noise=0.1, seed=3):
    """Firms whose loading on a common factor is larger where they are treated, so that trends are not parallel."""
    generator = np.random.default_rng(seed)
    treated = np.arange(n) < n // 4
    loading = generator.normal(size=n) + treated
    factor = np.cumsum(generator.normal(size=periods)) + 0.5 * np.arange(periods)
    y = generator.normal(size=(n, 1)) + np.outer(loading, factor)
    y = y + effect * np.outer(treated, np.arange(periods) >= 10)
    y = y + noise * generator.normal(size=y.shape)
    unit, time = np.repeat(np.arange(n), periods), np.tile(np.arange(periods), n)
    return pd.DataFrame(
        {
            "id": unit,
            "t": time,
            "y": y.ravel(),
            "g": np.where(treated, 10.0, np.nan)[unit],
            "x": generator.normal(size=len(unit)),
            "village": unit // 4,
        }
    )


@pytest.mark.parametrize("source", ["untreated", "never_treated"])
def test_a_factor_that_bends_trends_is_found_and_two_way_effects_are_misled(source):
    made = panel(with_factor())
    found = impact.InteractiveFixedEffects(factors_from=source, variance="none").fit(made)
    assert found.spec["rank"] == 1
    assert found.aggregate(by="overall").params.iloc[0] == pytest.approx(2.0, abs=0.15)
    plain = impact.Imputation().fit(made).aggregate(by="overall").params.iloc[0]
    assert abs(plain - 2.0) > 1


def test_matrix_completion_chooses_a_penalty_that_helps():
    made = panel(with_factor())
    found = impact.MatrixCompletion(variance="none").fit(made).aggregate(by="overall")
    plain = impact.Imputation().fit(made).aggregate(by="overall").params.iloc[0]
    assert abs(found.params.iloc[0] - 2.0) < abs(plain - 2.0) / 2


@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_without_factors_effects_are_those_of_imputation(gaps):
    made = panel(long_frame(gaps=gaps))
    for estimator in (
        impact.InteractiveFixedEffects(rank=0, variance="none"),
        impact.MatrixCompletion(penalty=1e6, variance="none"),
    ):
        found = estimator.fit(made).aggregate(by="overall").params.iloc[0]
        theirs = impact.Imputation().fit(made).aggregate(by="overall").params.iloc[0]
        assert found == pytest.approx(theirs, rel=1e-6)


def test_outcomes_that_never_change_have_no_effect():
    frame = long_frame(n=20, periods=5, cohorts=(4,)).assign(y=7.3)
    for estimator in (
        impact.InteractiveFixedEffects(variance="units"),
        impact.MatrixCompletion(variance="units"),
    ):
        found = estimator.fit(panel(frame)).aggregate(by="overall")
        assert found.params.iloc[0] == pytest.approx(0, abs=1e-9)


def test_the_jackknife_is_a_fit_without_each_cluster():
    made = panel(with_factor(n=12, periods=12), cluster="village")
    estimator = impact.InteractiveFixedEffects(rank=1, variance="none")
    with pytest.raises(NotAvailableError, match="single unit"):
        impact.InteractiveFixedEffects(rank=1, variance="jackknife").fit(made)
    made = panel(with_factor(n=12, periods=12))
    found = overall(made, impact.InteractiveFixedEffects(rank=1, variance="jackknife"))
    without = np.array(
        [
            overall(made.subset(np.arange(12) != unit, reason="left_out"), estimator).params.iloc[0]
            for unit in range(12)
        ]
    )
    by_hand = np.sqrt(11 / 12 * ((without - without.mean()) ** 2).sum())
    assert found.std_errors.iloc[0] == pytest.approx(by_hand, rel=1e-5)


def test_permutation_leave_one_out_and_percent_take_interactive_effects():
    made = panel(with_factor(n=16, periods=12))
    estimator = impact.InteractiveFixedEffects(rank=1, variance="units")
    found = overall(made, estimator).under(impact.Permutation(permutations=39, within="none"))
    assert found.p_value <= 0.05
    assert "at no effect" in found.why
    without = many(made, estimator).without_each_cluster()
    part = made.subset(np.arange(16) > 0, reason="left_out")
    assert without[0] == pytest.approx(overall(part, estimator).params.iloc[0], rel=1e-6)
    one = overall(made, estimator)
    percent = one.percent().params.iloc[0]
    observed = np.mean(made.y[made.exposed])
    assert percent == pytest.approx(100 * one.params.iloc[0] / (observed - one.params.iloc[0]))


def test_what_cannot_be_fitted_is_refused_by_name():
    with pytest.raises(UsageError, match="rank"):
        impact.InteractiveFixedEffects(rank=-1)
    with pytest.raises(UsageError, match="penalty"):
        impact.MatrixCompletion(penalty=-0.1)
    with pytest.raises(NotAvailableError, match="no weights of units"):
        impact.MatrixCompletion().fit(panel(weight="w"))
    with pytest.raises(NotIdentifiedError, match="never-treated"):
        frame = long_frame()
        impact.InteractiveFixedEffects(rank=1).fit(panel(frame[frame.g.notna()]))
    with pytest.raises(NotIdentifiedError, match="treated units with 5 untreated"):
        impact.InteractiveFixedEffects(rank=4).fit(panel(long_frame(cohorts=(3,))))
    short = panel(long_frame(cohorts=(2, 5)))
    found = impact.InteractiveFixedEffects(rank=1, variance="none").fit(short)
    assert found.sample.dropped["too_few_untreated_periods"] > 0
    frame = long_frame().assign(size=3.0)
    with pytest.raises(NotIdentifiedError, match="size: follows from unit and period effects"):
        impact.MatrixCompletion(covariates=["size"]).fit(panel(frame, covariates=["size"]))
