"""What a run computes, in one process: no notebook, no kernel, nothing read back that was just made; the floor under a run of a batch.

    python -m benchmarks.one_process PLAN RUN SEED,SEED

One process that has imported all forks one for each seed, as a batch does. That one reads the data, computes every part, shows every
section that the notebooks show, and makes every page. What is not computed but carried out is left out: papermill and kernels, copies
on the disk, the certificate. Pages are made of executed notebooks, which a made RUN of the same plan lends. Says CPU seconds a seed.
"""

import json
import os
import re
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from impact.evaluation.store import PARTS
from impact.pipeline.host import OF_RUNS
from impact.pipeline.run import STAGES, names_of, notebooks_folder
from impact.pipeline.warm_parent import IMPORTED_ONCE, import_once

LENT = ("notebooks", "figures", "tables")  # by the made run, for pages


def sections():
    """What the notebooks of a run show, in the order of its stages."""
    for name in names_of(STAGES):
        cells = json.loads((notebooks_folder() / f"{name}.ipynb").read_text())["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        yield from re.findall(r"^study\.(\w+)\(\)$", text, re.MULTILINE)


def computed(plan, made, seed, folder):
    """Compute a run of a plan in this process, into an empty folder."""
    from impact.pipeline.notebook import NotebookStudy
    from impact.pipeline.pages import LEFT, Told, write_pages
    from impact.pipeline.run import _identified
    from impact.pipeline.snapshot import Snapshot
    from impact.pipeline.timings import Timings

    changes = {"seed": seed}
    snapshot = Snapshot.of(plan, folder / "inputs")
    study = snapshot.study(changes, checked=True)
    told = Told.of(
        study, snapshot.plan, _identified(study, snapshot, {"plan": plan.name, **changes})
    )
    left = folder / LEFT
    left.mkdir()
    snapshot.keep(study, left)
    shown = NotebookStudy(study=replace(study, kept=left), results=left)
    for part in PARTS:
        shown.part(part)
    for section in sections():
        getattr(shown, section)().bundles()
    for name in LENT:
        shutil.copytree(made / name, folder / name, dirs_exist_ok=True)
    write_pages(folder, told, Timings(lambda _: None))


def spent(plan, made, seed):
    """Processor seconds of a forked process that computes one run."""
    child = os.fork()
    if child == 0:
        try:
            with tempfile.TemporaryDirectory() as folder:
                computed(plan, made, seed, Path(folder))
            os._exit(0)
        finally:
            os._exit(1)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"seed {seed} failed")
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    plan, made = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    import_once((*IMPORTED_ONCE, *OF_RUNS))
    from impact.reporting.render.fonts import css

    css()  # cut once, as runs of a batch share letters
    print(json.dumps([round(spent(plan, made, int(seed)), 2) for seed in sys.argv[3].split(",")]))
