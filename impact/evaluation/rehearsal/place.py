"""Where the files of a rehearsal go: as they lie around the plan, and all of them inside the rehearsal's own folder."""

import os
from pathlib import Path

from impact.data.intake.arrive import is_intake
from impact.data.intake.plan import read_intake_plan
from impact.errors import PlanError
from impact.evaluation.rehearsal.mark import copied_names
from impact.evaluation.study import Study


def home_of(study: Study) -> Path:
    """Return where the plan stands inside the rehearsal's folder.

    A plan that reads ``../../data/firms.csv`` stands two folders down, by the names of its own ones, so that its bytes
    find the simulated file inside and never one that was there before.

    Raises
    ------
    PlanError
        For a file that the plan names by its place on the machine: its bytes would find the real one.
    """
    up = max(map(_up, _named(study)), default=0)
    own = study.folder.resolve().parts[1:]
    # a name that climbs beyond the machine's root stays there
    above = ["root"] * max(up - len(own), 0)
    return Path(*above, *own[len(own) - up + len(above) :])


def _up(name: str) -> int:
    """Return how many folders a relative name climbs."""
    if Path(name).is_absolute():
        raise PlanError(
            f"{Path(name).name}: named by its place on this machine, where a rehearsal must not write; name it from the "
            "plan's folder, as ../data/firms.csv"
        )
    return Path(os.path.normpath(name)).parts.count("..")


def _named(study: Study) -> list[str]:
    """Return every file that the plan or its intake plan names, from the plan's folder."""
    plan = study.plan
    data = None if plan.data.startswith("package:") else plan.data
    files = [*copied_names(plan), *filter(None, (plan.truth, data))]
    if is_intake(plan.data):
        intake = read_intake_plan(study.folder / plan.data)
        files += [str(Path(plan.data).parent / name) for name in intake.files]
    return files
