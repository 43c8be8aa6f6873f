"""Endline less baseline, against means by hand and against estimators that are the same with two periods."""

import numpy as np
import pytest
from panels import long_frame, panel

import impact
from impact.errors import NotIdentifiedError, UsageError

SAME = 1e-10  # relative; the same sums in another order


@pytest.mark.parametrize(("before", "after"), [(0, 1), (2, 1), (1, 2)])
@pytest.mark.parametrize("gaps", [0.0, 0.15])
def test_each_cohorts_number_and_error_are_those_of_mean_changes_by_hand(before, after, gaps):
    frame = long_frame(gaps=gaps, cohorts=(4, 6))
    wide = frame.pivot(index="id", columns="t", values="y")
    cohort = frame.groupby("id").g.first()
    found = impact.LongDifference(before=before, after=after).fit(panel(frame)).table
    for row in found.itertuples():
        early = [t for t in wide.columns if t < row.cohort][-before:]
        late = wide[list(wide.columns)[-after:]]
        change = (late.mean(axis=1, skipna=False) - wide[early].mean(axis=1)).dropna()
        side = cohort.loc[change.index]
        treated, never = change[side == row.cohort], change[side.isna()]
        assert row.estimate == pytest.approx(treated.mean() - never.mean(), rel=SAME)
        variance = treated.var(ddof=0) / len(treated) + never.var(ddof=0) / len(never)
        assert row.std_error == pytest.approx(np.sqrt(variance), rel=SAME)
        assert (row.n_treated, row.n_control) == (len(treated), len(never))


def test_with_two_periods_it_is_callaway_and_santanna():
    made = panel(long_frame(periods=2, cohorts=(2,)))
    one, two = (kind().fit(made) for kind in (impact.LongDifference, impact.CallawaySantAnna))
    assert one.params.iloc[0] == pytest.approx(two.params.iloc[-1], rel=SAME)
    assert one.std_errors.iloc[0] == pytest.approx(two.std_errors.iloc[-1], rel=SAME)


def test_it_has_every_verb_and_every_inference_without_a_line_of_its_own():
    made = panel(long_frame(), weight="w")
    cells = impact.LongDifference().fit(made)
    moments = impact.LongDifference().fit(impact.PathMoments.from_panel(made))
    np.testing.assert_allclose(moments.params, cells.params, rtol=SAME)
    overall = cells.aggregate(by="overall")
    for asked in (
        impact.Permutation(permutations=99),
        impact.ConleyTaber(),
        impact.WildBootstrap(draws=99),
    ):
        assert overall.under(asked).estimate == pytest.approx(overall.params.iloc[0], rel=1e-8)
    assert overall.under(impact.Clustered("CRV3")).df == 59
    check = impact.design_check(panel(), impact.LongDifference(), draws=200, permutations=19)
    assert set(check.headline["estimator"]) == {"long_difference"}
    assert {"permutation", "crv3_t", "ferman_pinto"} <= set(check.headline["inference"])


def test_what_it_cannot_compare_is_named():
    everybody = long_frame(cohorts=(4, 6), share=0.5)
    with pytest.raises(NotIdentifiedError, match="never-treated"):
        impact.LongDifference().fit(panel(everybody[everybody.g.notna()]))
    with pytest.raises(UsageError, match="after"):
        impact.LongDifference(after=0)
