"""Hausman's test: the classical form against plm, the auxiliary regression against plm and by hand."""

import numpy as np
import pandas as pd
import pytest
from linearmodels.panel import RandomEffects
from panels import long_frame, panel

import impact
from impact.errors import NotAvailableError, UnknownNameError, UsageError
from impact.estimate import Estimate

EXACT = {"rtol": 1e-6}  # the reference's own tolerance for exact results

# plm 2.6-2 on its Grunfeld (inv ~ value + capital) and Wages (lwage ~ wks + exp + I(exp^2) + union + married), Swamy-Arora:
# phtest(formula, data), phtest(formula, data, method = "aux"), phtest(formula, data, method = "aux", vcov = vcovHC), where vcovHC
# is Arellano's, HC0: clustered by unit without a factor
PLM = {
    ("grunfeld", "classic", "iid"): (2.3303668936754631, 0.31186544605488559),
    ("grunfeld", "auxiliary", "iid"): (2.1313662254075285, 0.34449244720438993),
    ("grunfeld", "auxiliary", "CRV0"): (8.2998366168350906, 0.01576570435758708),
    ("wages", "auxiliary", "iid"): (2476.0019045714125, 0.0),
    ("wages", "auxiliary", "CRV0"): (2089.6543787222104, 0.0),
}


def data_of(reference, name):
    frame = pd.read_csv(reference / "data" / "r" / f"plm_{name}.csv")
    if name == "grunfeld":
        regressors = ["value", "capital"]
        names = {"unit": "firm", "time": "year", "outcome": "inv"}
    else:
        regressors = ["wks", "exp", "exp2", "union", "married"]
        names = {"unit": "id", "time": "t", "outcome": "lwage"}
        yes = {column: (frame[column] == "yes").astype(float) for column in ("union", "married")}
        row = np.arange(len(frame))
        frame = frame.assign(exp2=frame.exp**2, id=row // 7, t=row % 7, **yes)
    return impact.Panel.from_frame(frame, **names, covariates=regressors), regressors


def dummy_columns(frame):
    """Dummies of every period but the first, for rows indexed by unit and time."""
    dummies = pd.get_dummies(frame.time, dtype=float).iloc[:, 1:]
    return {f"t{name}": column.to_numpy() for name, column in dummies.items()}


def fitted(made, regressors=(), *, vcov="iid", time_effects=False):
    options = {"regressors": regressors, "time_effects": time_effects, "vcov": vcov}
    return [kind(**options).fit(made) for kind in (impact.FixedEffects, impact.RandomEffects)]


@pytest.mark.parametrize("case", PLM)
def test_both_forms_equal_plm(reference, case):
    name, method, vcov = case
    statistic, p_value = PLM[case]
    result = impact.hausman(*fitted(*data_of(reference, name), vcov=vcov), method=method)
    np.testing.assert_allclose(result.statistic, statistic, **EXACT)
    np.testing.assert_allclose(result.p_value, p_value, **EXACT, atol=1e-300)


def test_the_auxiliary_form_by_hand_with_gaps_and_period_effects():
    """One regressor beside period dummies: the t of its within part, clustered, from stacked columns."""
    made = panel(long_frame(n=50, gaps=0.2))
    fixed, random = fitted(made, ["x"], vcov="CRV0", time_effects=True)
    result = impact.hausman(fixed, random, method="auxiliary")
    frame = made.frame().sort_values(["unit", "time"])
    dummies = pd.get_dummies(frame.time).to_numpy(float)[:, 1:]
    columns = np.column_stack([frame.y, np.ones(len(frame)), frame.x, dummies])
    means = pd.DataFrame(columns).groupby(frame.unit.to_numpy()).transform("mean").to_numpy()
    indexed = frame.set_index(["unit", "time"])
    model = RandomEffects(indexed.y, indexed[["x"]].assign(one=1.0, **dummy_columns(frame)))
    share = model.fit(small_sample=True).theta.theta  # small_sample: Baltagi and Chang's, with gaps
    theta = share.loc[frame.unit].to_numpy()
    quasi = columns - theta[:, None] * means
    X = np.column_stack([quasi[:, 1:], (columns - means)[:, 2]])
    bread = np.linalg.inv(X.T @ X)
    beta = bread @ X.T @ quasi[:, 0]
    scores = X * (quasi[:, 0] - X @ beta)[:, None]
    by_unit = pd.DataFrame(scores).groupby(frame.unit.to_numpy()).sum().to_numpy()
    variance = (bread @ by_unit.T @ by_unit @ bread)[-1, -1]
    assert result.statistic == pytest.approx(beta[-1] ** 2 / variance, rel=1e-8)
    assert result.why == "coefficients_compared_by_regression:1"


def test_the_auxiliary_form_stands_where_the_classical_is_refused():
    made = panel(long_frame(n=40, seed=5))
    refused = impact.hausman(*fitted(made, vcov="clustered"))
    assert (refused.status, refused.why) == ("not_applicable", "needs_homoskedastic_covariances")
    offered = impact.hausman(*fitted(made, vcov="clustered"), method="auxiliary")
    assert offered.why == "coefficients_compared_by_regression:1"
    assert 0 < offered.p_value < 1


def test_only_coefficients_asked_for_are_tested():
    frame = long_frame(n=60).assign(z=lambda f: f.x**2 + f.id % 3, size=lambda f: f.id % 5)
    made = panel(frame, covariates=["x", "z", "size"])
    fixed = impact.FixedEffects(regressors=["x", "z"]).fit(made)
    random = impact.RandomEffects(regressors=["x", "z", "size"]).fit(made)
    assert impact.hausman(fixed, random, method="auxiliary").why.endswith(":2")
    one = impact.hausman(fixed.select(["z"]), random, method="auxiliary")
    assert one.why.endswith(":1")


def test_what_the_auxiliary_form_cannot_answer_is_said():
    frame = long_frame(n=20).assign(trend=lambda f: f.t**2 * 1.0)
    made = panel(frame, covariates=["x", "trend"])
    same = impact.hausman(*fitted(made, ["trend"]), method="auxiliary")
    assert (same.status, same.why) == ("not_applicable", "regressors_do_not_vary_between_units")
    fixed, random = fitted(made, ["x"])
    with pytest.raises(UsageError, match="RandomEffects"):
        impact.hausman(fixed, fixed, method="auxiliary")
    with pytest.raises(UnknownNameError, match="did you mean auxiliary"):
        impact.hausman(fixed, random, method="auxilary")
    with pytest.raises(NotAvailableError, match="read from a file"):
        impact.hausman(fixed, Estimate.from_json(random.to_json()), method="auxiliary")
