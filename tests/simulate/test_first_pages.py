"""What page one says of draws whose truth is known; over many seeds on docs/first-pages.md (score_page.py writes it)."""

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from simulate.first_pages import (
    FIRST_SEED,
    page_of,
    rating_of,
    shared_design,
    study_of,
    verdict_of,
)
from simulate.score_page import CELLS, page_from, scored

from impact.evaluation.certainty import Certainty
from impact.evaluation.grounds import grounds_of
from impact.evaluation.parts import Impact, SampleAndComparability
from impact.evaluation.rating import rating
from impact.evaluation.robustness import Robustness

PAGE = CELLS.parent.parent / "first-pages.md"


def page(**changes):
    """A page of a draw without effect that says nothing."""
    quiet = {
        "scenario": "three_arms_null", "seed": 1, "effect": 0.0, "declared": 0.0, "percent": 0.0, "estimate": 10.0,
        "conf_low": -5.0, "conf_high": 25.0, "estimate_percent": 1.0, "low_percent": -0.5, "high_percent": 2.5,
        "verb": "cannot_tell", "direction": "", "reasons": "", "contested": "", "recent_change": False,
    }  # fmt: skip
    return {**quiet, **changes}


def test_a_gain_told_where_there_is_none_is_false_in_title_or_sentence():
    pages = pd.DataFrame(
        [
            page(),
            page(conf_low=1.0, direction="higher"),
            page(conf_low=1.0, direction="higher", verb="may_have", recent_change=True),
            page(conf_high=-1.0, direction="lower", estimate=-10.0),
        ]
    )
    score = scored(pages).loc["three_arms_null"]
    assert (score["interval_above"], score["interval_below"]) == (0.5, 0.25)
    assert (score["title_gain"], score["title_loss"], score["title_cannot_tell"]) == (0.25, 0, 0.75)
    assert (score["false_interval"], score["false_title"]) == (0.75, 0.25)
    assert score["dip_warns_of_false"] == pytest.approx(1 / 3)
    assert score["coverage_percent"] == 0.25 + 0.75  # 0 lies in -0.5 to 2.5 on each


def test_where_there_is_an_effect_only_the_wrong_sign_is_false():
    real = {"scenario": "three_arms_clear", "effect": 40.0, "declared": 30.0, "percent": 3.0}
    pages = pd.DataFrame(
        [
            page(**real, conf_low=1.0, conf_high=50.0, direction="higher"),
            page(**real, conf_high=-1.0, direction="lower"),
        ]
    )
    score = scored(pages).loc["three_arms_clear"]
    assert score["false_interval"] == 0.5
    assert score["coverage_true_mad"] == score["coverage_declared_mad"] == 0.5
    assert score["coverage_percent"] == 0.0
    assert score["bias_true_mad"] == -30.0
    assert score["bias_declared_mad"] == -20.0


def test_the_page_of_the_docs_is_that_of_its_cells():
    cells = pd.read_csv(CELLS, index_col="scenario")
    assert page_from(cells) == PAGE.read_text(encoding="utf-8")
    assert (cells["draws"] >= 100).all()


@pytest.mark.slow
def test_a_page_is_that_of_a_run_whose_parts_are_all_made():
    name, seed = "three_arms_clear", FIRST_SEED
    design = shared_design(name)
    with TemporaryDirectory() as folder:
        study, _ = study_of(name, seed=seed, folder=Path(folder))
        short = rating_of(study, design, *verdict_of(study, design)[1:])
        parts = [part.of(study) for part in (SampleAndComparability, Impact, Certainty, Robustness)]
    whole = rating(grounds_of(study.plan, **{part.name: part for part in parts}))
    drawn = page_of(name, seed)
    assert (short.verb, short.direction) == (whole.verb, whole.direction)
    assert (drawn.verb, drawn.direction) == (whole.verb, whole.direction)
    assert set(drawn.reasons.split()) <= {step.reason for step in whole.taken}


@pytest.mark.slow
def test_no_title_is_false_and_intervals_of_the_null_hold_zero_in_a_dozen_draws():
    seeds = range(FIRST_SEED, FIRST_SEED + 12)
    pages = pd.DataFrame(
        [
            asdict(page_of(n, seed))
            for seed in seeds
            for n in ("three_arms_null", "three_arms_clear")
        ]
    )
    score = scored(pages)
    assert (score["false_title"] == 0).all()
    assert score.loc["three_arms_null", "coverage_percent"] >= 0.75
    assert score.loc["three_arms_clear", "interval_above"] >= 0.5
    assert np.isfinite(score["bias_true_mad"].astype(float)).all()
