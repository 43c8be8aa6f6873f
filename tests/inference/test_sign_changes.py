"""Sign changes of group effects: exact by hand, exact in level whatever the variances of groups."""

import numpy as np
import pandas as pd
import pytest
from panels import long_frame, panel

import impact
from impact.inference.sign_changes import SignChanges


def fairs(n_fairs, *, seed=1, effect=0.0, spread=1.0):
    """Eight firms a fair and sixty others; the firms of a fair share a shock whose size grows with the fair's number."""
    generator = np.random.default_rng(seed)
    n = 8 * n_fairs + 60
    frame = long_frame(n=n, periods=3, cohorts=(3,), share=0.0, effect=0.0, seed=seed)
    treated = frame.id < 8 * n_fairs
    frame["g"] = np.where(treated, 3.0, np.nan)
    shock = spread * generator.standard_normal(n_fairs) * (1 + np.arange(n_fairs))
    hit = (treated & (frame.t == 3)).to_numpy()
    frame.loc[hit, "y"] += effect + shock[frame.id[hit] // 8]
    made = panel(frame)
    return made, pd.Series(made.units // 8, index=made.units).where(np.isfinite(made.cohort))


def asked(made, group, **choices):
    overall = impact.CallawaySantAnna().fit(made).aggregate(by="overall")
    return overall.under(SignChanges(group=group, **choices))


def test_the_p_value_is_the_share_of_sign_changes_as_far_from_zero():
    made, group = fairs(6, effect=3.0)
    found = asked(made, group)
    wide = made.wide
    change = wide[:, 2] - wide[:, 1]
    own = np.array([change[group.to_numpy() == g].mean() for g in range(6)])
    effects = own - change[np.isinf(made.cohort)].mean()
    signs = np.array(np.meshgrid(*[[1, -1]] * 6)).reshape(6, -1).T
    by_hand = (np.abs(signs @ effects) >= abs(effects.sum()) * (1 - 1e-9)).mean()
    assert found.p_value == pytest.approx(by_hand)
    assert found.estimate == pytest.approx(effects.mean(), rel=1e-9)
    error = effects.std(ddof=1) / np.sqrt(6)
    assert found.std_error == pytest.approx(error, rel=1e-9)


def test_the_interval_holds_exactly_what_is_not_rejected():
    made, group = fairs(7, effect=2.0)
    found = asked(made, group)
    exposed = made.exposed.astype(float)

    def p_value(effect):
        return asked(made.with_outcome(made.y - effect * exposed, "y"), group).p_value

    inside = 0.01 * (found.conf_high - found.conf_low)
    assert p_value(found.conf_low + inside) > 0.05 >= p_value(found.conf_low - inside)
    assert p_value(found.conf_high - inside) > 0.05 >= p_value(found.conf_high + inside)


def test_five_fairs_cannot_reject_at_five_percent_and_the_interval_says_so():
    found = asked(*fairs(5, effect=50.0))
    assert found.p_value == pytest.approx(2 / 2**5)
    assert (found.conf_low, found.conf_high) == (-np.inf, np.inf)
    assert np.isfinite(asked(*fairs(5, effect=50.0), level=0.9).conf_low)


def test_one_group_or_too_many_are_refused_with_another_way():
    for n_fairs in (1, 15):
        refused = asked(*fairs(n_fairs))
        assert isinstance(refused, impact.Refused)
        assert "Permutation" in refused.why


@pytest.mark.longer
def test_groups_of_unlike_variance_do_not_upset_the_level():
    """300 true nulls with shocks of six sizes: three Monte Carlo errors about the nominal .0625 (2 of 32 pairs of signs)."""
    rejected = np.mean(
        [asked(*fairs(6, seed=seed, spread=4.0)).p_value <= 0.0626 for seed in range(300)]
    )
    assert rejected == pytest.approx(0.0625, abs=3 * np.sqrt(0.0625 * 0.9375 / 300))
