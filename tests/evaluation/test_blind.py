"""A blind study has the cohorts, outcomes and blanks of the data, and nobody's own treatment."""

import numpy as np
import pandas as pd
import pytest

from impact.data.kept import keep_frame
from impact.data.schema import schema_of
from impact.errors import LockError
from impact.evaluation.blind import (
    Blinding,
    BlindLog,
    blind_log_of,
    blinded,
    treatment_columns,
)
from impact.evaluation.plan import Plan
from impact.evaluation.plan_lock import Known, canonical, sealed
from impact.evaluation.study import Study

NOW = "2013-01-31T10:00:00+00:00"
LABEL = {"en": "x", "fr": "x"}
SCHEMA = schema_of(
    {
        "version": 1,
        "title": LABEL,
        "source": "made here",
        "unit": "id",
        "time": {"column": "wave", "frequency": "integer"},
        "cohort": {"column": "start"},
        "missing_outcome": "drop",
        "columns": {
            "id": {"type": "string", "label": LABEL},
            "wave": {"type": "period", "label": LABEL},
            "start": {"type": "period", "label": LABEL},
            "sales": {"type": "number", "label": LABEL},
            "dose": {"type": "number", "label": LABEL},
            "city": {"type": "string", "label": LABEL},
            "village": {"type": "string", "label": LABEL},
        },
    },
    name="schema.yml",
)
PLAN = Plan.of(
    {
        "name": "blind",
        "title": LABEL,
        "data": "data.csv",
        "schema": "schema.yml",
        "outcomes": ["sales"],
        "strata": ["city"],
        "dose": "dose",
        "truth": "truth.json",
    }
)


def frame(n=60, *, waves=4):
    """Firms in two cities, a third of them treated from the third wave on, whose sales then rise by 50."""
    generator = np.random.default_rng(1)
    rows = pd.DataFrame(
        [(firm, wave) for firm in range(n) for wave in range(1, waves + 1)],
        columns=["firm", "wave"],
    )
    treated = rows["firm"] % 3 == 0
    made = pd.DataFrame(
        {
            "id": rows["firm"].map("F{:03d}".format),
            "wave": rows["wave"].astype("Int64"),
            "start": pd.array(np.where(treated, 3, 0), dtype="Int64"),
            "sales": generator.normal(100, 5, len(rows)) + 50 * (treated & (rows["wave"] >= 3)),
            "dose": np.where(treated & (rows["wave"] >= 3), 1.0 + rows["firm"] % 2, 0.0),
            "city": np.where(rows["firm"] < n // 2, "Fes", "Marrakech"),
            "village": "V" + (rows["firm"] // 6).astype(str),
        }
    )
    made["start"] = made["start"].mask(~treated)
    made.loc[5, "sales"] = np.nan
    made.attrs = {"missing": {"sales": {"blank": 1}}, "intake": []}
    return made


def blind(data, *, plan=PLAN, schema=SCHEMA, seed=7):
    return blinded(data, plan=plan, schema=schema, seed=seed)


def effect(data):
    after, treated = data["wave"] >= 3, data["start"].notna()
    mean = data.groupby([treated, after])["sales"].mean()
    return mean[True, True] - mean[True, False] - mean[False, True] + mean[False, False]


def log(**changes):
    known = Known(plan_sha256="0" * 64, plan=canonical(PLAN), rules={}, files={})
    return BlindLog(began_at=NOW, impact="0", seed=7, known=known, **changes)


def test_the_effect_is_not_to_be_seen_and_everything_that_is_cleaned_stays():
    data = frame()
    other = blind(data)
    assert effect(data) > 45
    assert abs(effect(other)) < 20
    kept = [name for name in data if name not in treatment_columns(PLAN, SCHEMA)]
    pd.testing.assert_frame_equal(other[kept], data[kept])
    assert other.attrs == {**data.attrs, "blind": True}
    assert "blind" not in data.attrs


def test_cohorts_keep_their_sizes_in_every_stratum_and_dose_goes_with_its_cohort():
    data, other = frame(), blind(frame())
    count = {"start": "count", "dose": "sum"}
    pd.testing.assert_frame_equal(data.groupby("city").agg(count), other.groupby("city").agg(count))
    assert (other.loc[other["dose"] > 0, "start"] == 3).all()
    assert other.groupby("id")["start"].nunique(dropna=False).max() == 1
    assert dict(other.dtypes) == dict(data.dtypes)


def test_the_exchange_is_the_same_in_every_run_whatever_the_order_of_rows_and_another_for_another_seed():
    shuffled = frame().sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(blind(shuffled).sort_index(), blind(frame()))
    assert not blind(frame(), seed=8)["start"].equals(blind(frame())["start"])


def test_a_unit_that_was_not_asked_lends_its_first_row():
    data = frame().drop(index=[0, 9, 10, 21]).reset_index(drop=True)
    other = blind(data)
    assert other.groupby("id")["start"].nunique(dropna=False).max() == 1
    assert other["dose"].notna().all()


def test_whole_clusters_are_exchanged_where_whole_clusters_were_treated():
    schema = SCHEMA.model_copy(update={"cluster": "village"})
    data = frame()
    data["start"] = pd.array(
        np.where(data["village"].isin(["V0", "V3", "V7"]), 3, 0), dtype="Int64"
    )
    data["start"] = data["start"].mask(data["start"] == 0)
    other = blind(data, schema=schema)
    assert other.groupby("village")["start"].nunique(dropna=False).max() == 1
    assert (other["start"].notna().groupby(other["village"]).first()).sum() == 3
    assert not other["start"].equals(data["start"])


def test_a_stratum_in_which_all_are_treated_alike_does_not_show_who_they_were():
    data = frame()
    data.loc[data["city"] == "Fes", "start"] = 3
    data.loc[data["city"] != "Fes", "start"] = pd.NA
    other = blind(data)
    assert other.loc[data["city"] == "Fes", "start"].isna().any()


def test_data_in_which_all_are_treated_alike_cannot_be_blinded():
    data = frame()
    data["start"] = pd.array(np.full(len(data), 3), dtype="Int64")
    with pytest.raises(LockError, match="nothing can be hidden"):
        blind(data)


def opened(folder, *, blinding=None):
    """A study of a folder in which a run kept its data."""
    study = Study(PLAN, folder, folder, blinding=blinding)
    vars(study)["schema"] = SCHEMA
    return study


def test_a_blind_study_opens_no_data_that_a_run_kept_unblinded_nor_the_other_way_round(tmp_path):
    blinding = Blinding(log(), log().known)
    keep_frame(frame(), tmp_path)
    with pytest.raises(LockError, match="run again"):
        _ = opened(tmp_path, blinding=blinding).data
    keep_frame(blind(frame()), tmp_path)
    assert opened(tmp_path, blinding=blinding).data.attrs["blind"]
    with pytest.raises(LockError, match="run again"):
        _ = opened(tmp_path).data


def test_a_blind_study_does_not_tell_the_truth_of_simulated_data(tmp_path):
    study = Study(PLAN, tmp_path, blinding=Blinding(log(), log().known))
    assert study.blind
    assert study.changed(alpha=0.1).blind
    assert study.truth is None


def test_a_damaged_log_is_a_named_error():
    text = sealed(log())
    assert blind_log_of(text, name="x.blind.json") == log()
    for damaged in (text[:-9], text.replace('"seed": 7', '"seed": 8'), "{}"):
        with pytest.raises(LockError, match=r"x\.blind\.json: damaged"):
            blind_log_of(damaged, name="x.blind.json")
