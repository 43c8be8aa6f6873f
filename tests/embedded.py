"""The project's own plans as studies whose data are read once a process: reading the raw files of the main one takes two seconds."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from impact.data.kept import keep_frame
from impact.evaluation.store import every_part
from impact.evaluation.study import Study
from impact.pipeline.plan import read_plan

ROOT = Path(__file__).resolve().parents[1]


@cache
def kept(plan):
    """Folder that holds the data of a plan, as a run keeps them for its notebooks."""
    folder = Path(tempfile.mkdtemp(prefix="kept-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    keep_frame(Study(read_plan(ROOT / plan), ROOT).data, folder)
    return folder


def study_of(plan="evaluation.yml", **changes):
    """A study of one of the project's plans, with what is told to differ; nothing of it is computed yet."""
    return Study(read_plan(ROOT / plan), ROOT, kept(plan)).changed(**changes)


@cache
def quick(plan="evaluation.yml"):
    """A study with few permutations and draws, and all its parts. Nobody changes them."""
    study = study_of(plan, permutations=99, design_draws=200)
    return study, every_part(study)
