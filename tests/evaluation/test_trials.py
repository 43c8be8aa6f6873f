"""Two real trials by a plan each: what was drawn, the main estimator that follows, and its numbers."""

import numpy as np
import pandas as pd
import pytest
from evaluation.facts import firms, study_of
from evaluation.trials import crepon, nsw

from impact.evaluation.certainty import Certainty
from impact.evaluation.drawn_arms import counterfactual_of_arms, estimators_of_arms
from impact.evaluation.participation import effect_on_participants
from impact.evaluation.parts import Impact
from impact.evaluation.plan_check import check_study
from impact.evaluation.preflight import Preflight
from impact.evaluation.robustness import PanelModels, Robustness
from impact.evaluation.side_by_side import side_by_side
from impact.evaluation.store import decode, encode
from impact.interval import Refused

LALONDE = 886.0  # difference in 1978 earnings of the drawn and the others: LaLonde (1986), table 5, column 4, first row
BY_VILLAGE = 1966.015645  # profit in MAD on treatment, by village: pyfixest 0.60, as ../shared/reference/replications.json has it
EXACT = 1e-7  # relative; both are least squares in floats


def least_squares(y, *columns):
    X = np.column_stack([np.ones(len(y)), *columns]).astype(float)
    return np.linalg.lstsq(X, np.asarray(y, dtype=float), rcond=None)[0]


def test_a_lot_with_a_baseline_has_means_given_it_as_its_main_estimator(tmp_path):
    study = nsw(tmp_path)
    check_study(study)
    assert study.main == "ancova"
    found = study.estimator().fit(study.panel()).params.iloc[0]
    wide = study.frame.pivot_table(index="id", columns="year", values="re")
    drawn = study.frame.groupby("id")["drawn"].max()
    assert found == pytest.approx(least_squares(wide[1978], drawn, wide[1975])[1], rel=EXACT)
    rows = side_by_side(study, study.panel()).set_index("name")["estimate"]
    assert round(rows["difference_in_means"]) == LALONDE
    assert rows["changes_compared"] == pytest.approx(
        847, abs=1
    )  # LaLonde's differences in differences: same table, 847


def test_an_endline_of_villages_drawn_has_the_difference_in_means_with_strata(tmp_path):
    study = crepon(tmp_path)
    check_study(study)
    assert (study.main, study.cluster) == ("difference_in_means", "cluster_id")
    found = study.estimator().fit(study.panel())
    assert found.sample.n_clusters == 229
    frame = study.frame
    districts = pd.get_dummies(frame["district"], drop_first=True)
    assert found.params.iloc[0] == pytest.approx(least_squares(frame["profit"], frame["treatment"], districts)[1], rel=EXACT)  # fmt: skip
    plain = estimators_of_arms(study)["difference_in_means_plain"].fit(study.panel())
    assert plain.params.iloc[0] == pytest.approx(BY_VILLAGE, rel=1e-8)


def test_the_effect_on_participants_is_that_of_the_lot_over_the_participation_that_it_made(
    tmp_path,
):
    study = crepon(tmp_path)
    found = effect_on_participants(study, study.panel())
    frame = study.frame
    districts = pd.get_dummies(frame["district"], drop_first=True)
    lot, came = (least_squares(frame[name], frame["treatment"], districts)[1] for name in ("profit", "takeup"))  # fmt: skip
    assert found.estimate == pytest.approx(lot / came, rel=1e-6)
    assert found.strength.status == "pass"
    assert found.kind == "interval"
    assert found.pieces[0][0] < found.estimate < found.pieces[0][1]
    assert decode(encode(found)) == found


def test_participation_of_everyone_drawn_and_nobody_else_leaves_the_effect_as_it_is(tmp_path):
    frame = one_start()
    frame["told"] = frame["g"].notna()
    study = study_of(tmp_path, frame, assignment="randomised", participation="told")
    found = effect_on_participants(study, study.panel())
    assert found.estimate == pytest.approx(study.estimator(strata="ignored").fit(study.panel()).params.iloc[0], rel=1e-6)  # fmt: skip
    nobody = study_of(tmp_path, frame.assign(told=False), assignment="randomised", participation="told")  # fmt: skip
    assert isinstance(effect_on_participants(nobody, nobody.panel()), Refused)


def test_what_a_run_meets_is_known_before(tmp_path):
    found = Preflight.of(crepon(tmp_path))
    assert [one.estimator for one in found.abilities if one.outcome == "profit"] == ["difference_in_means", "difference_in_means_plain"]  # fmt: skip
    assert all(one.refused is None for one in found.abilities)
    assert {one.inference for one in found.inferences} == {"permutation", "crv2_satterthwaite", "crv3_t"}  # fmt: skip
    assert not found.remarks


def one_start(seed=5):
    """The firms of `facts`, all of the treated from period 6 on."""
    frame = firms(effects=(0.0, 10.0), seed=seed)
    return frame[frame["g"].ne(4).fillna(True)]


def test_every_part_of_a_lot_follows_from_the_lot(tmp_path):
    study = study_of(tmp_path, one_start(), assignment="randomised")
    assert study.main == "ancova"
    part = Impact.of(study)
    effect = part.effects[0]
    assert effect.verdict.believed == "permutation"
    assert effect.verdict.why == "as_drawn:199"
    assert effect.verdict.conf_low < 10 < effect.verdict.conf_high
    assert effect.design is None
    assert (part.event_study, part.by_cohort, part.weights, part.before_trends) == (None, None, None, None)  # fmt: skip
    assert part.counterfactual.gain == pytest.approx(effect.verdict.estimate)
    curve = Certainty.of(study).curve
    assert set(curve.table["estimator"]) == {
        "ancova",
        "ancova_by_arm",
        "difference_in_means",
        "changes_compared",
    }
    assert curve.share_same_sign == 1
    names = Robustness.of(study).alternatives["name"]
    assert list(names[:5]) == ["ancova", "ancova_by_arm", "difference_in_means", "changes_compared", "last_round"]  # fmt: skip


def test_a_lot_that_decided_who_starts_when_compares_cohorts(tmp_path):
    assert study_of(tmp_path, firms(), assignment="randomised").main == "callaway_santanna"
    assert study_of(tmp_path, one_start()).main == "callaway_santanna"


def test_the_outcome_without_the_programme_is_that_of_those_who_were_not_drawn(tmp_path):
    study = study_of(tmp_path, one_start(), assignment="randomised")
    panel = study.panel()
    overall = study.estimator().fit(panel)
    found = counterfactual_of_arms(panel, overall)
    others = panel.wide[np.isinf(panel.cohort)].mean(axis=0)
    assert found.path["without"].to_numpy() == pytest.approx(others)
    assert found.actual - found.without == pytest.approx(overall.params.iloc[0])


def test_models_of_panels_are_not_asked_of_an_endline(tmp_path):
    assert PanelModels.of(crepon(tmp_path)).models == ()
