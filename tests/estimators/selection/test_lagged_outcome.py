"""The outcome before as covariates: what they are, when they are known, and what they are for."""

import numpy as np
import pytest
from panels import long_frame, panel

import impact
from impact.errors import MissingValueError, NotAvailableError, UsageError
from impact.estimators.selection.lagged_outcome import LAGGED, with_lagged_outcome


def chosen_after_a_dip(*, by, n=400, seed=0):
    """No effect; firms with a bad last quarter are likelier to be chosen, and recover as passing shocks do.

    The choice is by outcomes (the last below the mean of four before), or by the shock itself, which no outcome shows.
    """
    generator = np.random.default_rng(seed)
    frame = long_frame(n=n, periods=8, cohorts=(), effect=0.0, seed=seed)
    shock = generator.normal(size=(n, 8))
    for t in range(1, 8):
        shock[:, t] += 0.5 * shock[:, t - 1]
    lasting = generator.normal(0, 2, n)
    frame["y"] = (lasting[:, None] + shock).ravel()
    wide = lasting[:, None] + shock
    dip = shock[:, 4] if by == "shock" else wide[:, 4] - wide[:, :4].mean(axis=1)
    odds = -2.0 - dip
    frame["g"] = np.where(generator.random(n) < 1 / (1 + np.exp(-odds)), 6.0, np.nan)[frame.id]
    return panel(frame)


def test_the_columns_are_the_outcome_and_its_mean_before_by_the_calendar():
    frame = long_frame(gaps=0.2)
    made = with_lagged_outcome(panel(frame), periods=3)
    rows = made.covariates.assign(id=made.units[made.unit_index], t=made.times[made.time_index])
    assert rows.t.min() == 2
    by_unit = frame.set_index(["id", "t"]).y
    for row in rows.iloc[::37].itertuples():
        unit, own = by_unit.loc[row.id], frame.g[frame.id == row.id].iloc[0]
        earlier = unit[(unit.index < row.t) & (unit.index >= row.t - 3)]
        if row.t >= own:
            assert np.isnan(row.outcome_last)
            assert np.isnan(row.outcome_earlier)
        else:
            assert row.outcome_last == unit.loc[row.t]
            assert row.outcome_earlier == pytest.approx(earlier.mean())


def test_no_outcome_under_treatment_is_ever_read():
    frame = long_frame(n=200)
    far = frame.assign(y=frame.y + 1e3 * ((frame.t >= frame.g) & (frame.t > frame.g)))
    one, other = (
        impact.CallawaySantAnna(covariates=LAGGED, base_period="universal").fit(
            with_lagged_outcome(panel(each), periods=2)
        )
        for each in (frame, far)
    )
    at_start = [term for term, e in zip(one.rows.term, one.rows.event_time, strict=True) if e <= 0]
    np.testing.assert_allclose(
        one.select(at_start).params, other.select(at_start).params, rtol=1e-9
    )


@pytest.mark.parametrize(("by", "left"), [("outcomes", 0.15), ("shock", 0.5)])
def test_where_a_recent_dip_chose_the_adjusted_effect_is_none_or_much_less(by, left):
    """Mean over 20 panels, as a share of the plain one: nothing (within four Monte Carlo errors) where outcomes chose, else half."""
    plain, adjusted = [], []
    for seed in range(20):
        made = chosen_after_a_dip(by=by, seed=seed)
        main = impact.CallawaySantAnna().fit(made).aggregate(by="overall")
        given = impact.CallawaySantAnna(covariates=LAGGED).fit(with_lagged_outcome(made))
        plain.append(main.params.iloc[0])
        adjusted.append(given.aggregate(by="overall").params.iloc[0])
    assert np.mean(plain) > 0.4
    assert abs(np.mean(adjusted)) < left * np.mean(plain)


def test_estimators_that_would_take_them_under_treatment_are_refused():
    made = with_lagged_outcome(panel(long_frame(n=100)))
    for estimator in (impact.TwoWayFixedEffects, impact.Imputation, impact.ExtendedTWFE):
        with pytest.raises(MissingValueError, match="outcome_last: missing in"):
            estimator(covariates=LAGGED).fit(made)


def test_what_cannot_be_adjusted_for_is_refused():
    with pytest.raises(UsageError, match="whole number from one on"):
        with_lagged_outcome(panel(), periods=0)
    early = long_frame(cohorts=(2,))
    with pytest.raises(NotAvailableError, match="no cohort has two periods before its start"):
        with_lagged_outcome(panel(early))


def test_firms_that_no_earlier_outcome_is_known_of_are_counted():
    frame = long_frame(n=60)
    frame = frame[(frame.id != 3) | (frame.t == 1)]
    made = with_lagged_outcome(panel(frame))
    assert made.sample.dropped["no_earlier_outcome"] == 1
