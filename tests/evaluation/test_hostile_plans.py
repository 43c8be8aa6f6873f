"""Whatever is accepted before a run is answered by every part of it; whatever is not is refused by name, and soon."""

import re
import time
from collections import Counter

import pytest
from evaluation.hostile_plans import hostile

from impact.errors import ImpactError
from impact.evaluation.plan import Plan
from impact.evaluation.plan_check import check_study
from impact.evaluation.preflight import Preflight
from impact.evaluation.store import PARTS, every_part
from impact.reporting.preflight import preflight_sheet
from impact.reporting.voice import Voice

SEEDS = 320
FELL = {72, 85, 136}  # accepted and not answered when they were first drawn
AT_ONCE = sorted({*range(0, SEEDS, 16), *FELL})
SECONDS = 2.0  # of processor time; a refusal takes a tenth of one


def accepted(seed, folder):
    """The study of a seed, or None where it is refused, by what it names, and soon."""
    folder.mkdir()
    started, refused = time.process_time(), ""
    try:
        study = hostile(seed, folder)()
        check_study(study)
    except ImpactError as problem:
        refused = str(problem)
    assert time.process_time() - started < SECONDS, seed
    assert not refused or names_something(refused), (seed, refused)
    return None if refused else study


def names_something(words):
    """Whether a message begins with a key of the plan, a parameter or a column of the data."""
    columns = "id t g planned village w y other zeros flat holes log sex trade fair met dose"
    known = {*Plan.keys(), "outcome", "outcom", *columns.split()}
    return re.split(r"[:.,]", words)[0] in known


@pytest.mark.slow
def test_every_accepted_plan_is_shown_before_its_run(tmp_path):
    kept = Counter()
    for seed in range(SEEDS):
        study = accepted(seed, tmp_path / str(seed))
        kept["accepted" if study else "refused"] += 1
        if study is not None and seed % 4 == 0:
            preflight_sheet(Voice(study), Preflight.of(study))
    assert min(kept.values()) > SEEDS / 4, kept


@pytest.mark.parametrize("seed", AT_ONCE)
def test_every_accepted_plan_is_answered_by_every_part(tmp_path, seed):
    study = accepted(seed, tmp_path / "firms")
    if study is not None:
        assert every_part(study).keys() == PARTS.keys()


@pytest.mark.slow
@pytest.mark.parametrize("seed", sorted(set(range(SEEDS)) - set(AT_ONCE)))
def test_all_accepted_plans_are_answered_by_every_part(tmp_path, seed):
    test_every_accepted_plan_is_answered_by_every_part(tmp_path, seed)
