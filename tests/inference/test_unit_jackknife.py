"""Leaving each unit out of moments is leaving each unit out of the data."""

import numpy as np
import pytest
from panels import long_frame, panel

import impact
from impact.errors import NotAvailableError
from impact.interval import Refused

SAME = 1e-9  # differences of fits on the panel against the same fits on moments


@pytest.mark.parametrize(("gaps", "by"), [(0.0, "overall"), (0.15, "event_time")])
def test_crv3_from_moments_is_that_of_leaving_each_unit_out_of_the_panel(gaps, by):
    data = panel(long_frame(n=30, periods=5, cohorts=(3, 4), gaps=gaps))
    moments = impact.PathMoments.from_panel(data)
    estimator = impact.CallawaySantAnna(base_period="universal")
    whole, reduced = (estimator.fit(one).aggregate(by=by) for one in (data, moments))
    ours, theirs = (one.under(impact.Clustered("CRV3")) for one in (reduced, whole))
    scale = np.nanmax(np.abs(theirs.vcov))
    np.testing.assert_allclose(ours.vcov, theirs.vcov, rtol=SAME, atol=SAME * scale)
    assert ours.spec["df"] == theirs.spec["df"]


def test_crv3_from_a_loaded_file_needs_no_unit(tmp_path):
    data = panel(long_frame(n=40, periods=5, cohorts=(3, 4)))
    path = tmp_path / "a.moments"
    impact.PathMoments.from_panel(data).save(path, small_cells="include")
    estimator = impact.CallawaySantAnna()
    ours = estimator.fit(impact.PathMoments.load(path)).aggregate(by="overall")
    theirs = estimator.fit(data).aggregate(by="overall")
    one, other = (
        each.under(impact.Clustered("CRV3")).std_errors.iloc[0] for each in (ours, theirs)
    )
    assert one == pytest.approx(other, rel=1e-8)


def test_clusters_above_the_unit_are_left_out_one_by_one():
    data = panel(long_frame(n=40, periods=4, cohorts=(3, 4)), cluster="village")
    moments = impact.PathMoments.from_panel(data)
    ours, theirs = (
        impact.CallawaySantAnna().fit(one).aggregate(by="overall").under(impact.Clustered("CRV3"))
        for one in (moments, data)
    )
    np.testing.assert_allclose(ours.vcov, theirs.vcov, rtol=SAME)
    assert ours.spec["df"] == theirs.spec["df"] == 9


def test_weights_are_refused_by_name():
    moments = impact.PathMoments.from_panel(panel(weight="w"))
    found = impact.CallawaySantAnna().fit(moments).aggregate(by="overall")
    assert isinstance(found.under(impact.Clustered("CRV3")), Refused)


def test_crv2_from_moments_says_that_it_needs_the_units():
    moments = impact.PathMoments.from_panel(panel())
    found = impact.CallawaySantAnna().fit(moments).aggregate(by="overall")
    refused = found.under(impact.Clustered("CRV2"))
    assert isinstance(refused, Refused)
    assert "moments" in str(refused)
    with pytest.raises(NotAvailableError):
        _ = found.origin.panel
