"""The counterfactual is the actual mean less the effect, over the same weights."""

import numpy as np
import pytest
from evaluation.facts import firms, study_of

from impact.evaluation.counterfactual import counterfactual


@pytest.fixture
def study(tmp_path):
    return study_of(tmp_path, firms())


def made(study):
    panel = study.panel()
    cells = study.estimator(base_period="universal").fit(panel)
    overall = study.estimator().fit(panel).aggregate(by="overall")
    return counterfactual(cells, overall), overall, cells


def test_actual_less_without_is_the_headline(study):
    found, overall, _ = made(study)
    assert found.gain == overall.params.iloc[0]
    assert found.actual - found.without == pytest.approx(found.gain, rel=1e-12)
    observed = overall.percent().spec["observed_mean"][0]
    assert found.actual == pytest.approx(observed, rel=1e-12)


def test_the_gap_at_each_event_time_is_the_event_study(study):
    found, _, cells = made(study)
    events = cells.aggregate(by="event_time").table.set_index("event_time").estimate
    path = found.path.set_index("event_time")
    assert np.allclose(path.actual - path.without, events.loc[path.index], rtol=1e-9)
    assert path.loc[-1, "actual"] == path.loc[-1, "without"]


def test_at_the_start_the_actual_mean_is_that_of_all_treated_in_their_first_period(study):
    found, _, _ = made(study)
    frame = study.frame.astype({"g": float})
    first = frame[frame.g == frame.t]
    row = found.path.set_index("event_time").loc[0]
    assert row.actual == pytest.approx(first.y.astype(float).mean())
    assert row.n_treated == len(first)


def test_event_times_with_fewer_than_ten_treated_are_left_out(tmp_path):
    frame = firms()
    late = frame.g.eq(4).fillna(False) & (
        frame.id >= 6
    )  # six firms alone reach the longest event times
    study = study_of(tmp_path, frame[~late])
    found, _, cells = made(study)
    events = np.asarray(cells.aggregate(by="event_time").rows.event_time)
    assert events.max() == 4
    assert found.path.event_time.max() == 2
    assert (found.path.n_treated >= 10).all()
