"""Notebooks forked from one process: each alone with its kernel, and none alive once the run is gone."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from impact.data.kept import KEPT
from impact.errors import KernelDiedError, NotebookError, RunError
from impact.pipeline import execute
from impact.pipeline.execute import WarmParent
from impact.pipeline.snapshot import Snapshot

ROOT = Path(__file__).parents[2]
SOON_S = 3.0  # within which no process of a run that is gone may be alive


def write_notebook(folder, name, *cells):
    code = {"cell_type": "code", "execution_count": None, "outputs": []}
    tagged = [(["parameters"], "given = 0"), *(([], cell) for cell in cells)]
    content = {
        "cells": [
            {**code, "id": f"c{i}", "metadata": {"tags": tags}, "source": source}
            for i, (tags, source) in enumerate(tagged)
        ],
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def outputs(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [output for cell in cells for output in cell["outputs"]]


def printed(path):
    return "".join("".join(output.get("text", "")) for output in outputs(path))


def ran(warm, folder, name, *cells):
    path = write_notebook(folder, name, *cells)
    warm.begin(1).execute(path, folder / f"{name}.out.ipynb", {"given": 7})
    return folder / f"{name}.out.ipynb"


def alive(folder):
    """Processes that work in ``folder``."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if (path / "cwd").readlink() == folder:
                found.append(int(path.name))
        except OSError:
            continue
    return found


def until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    with WarmParent(folder=tmp_path_factory.mktemp("plan")) as parent:
        yield parent


def test_nothing_passes_from_one_notebook_to_the_next(warm, tmp_path):
    leave = (
        "import os, random, sys, numpy as np, pandas as pd\n"
        "print(os.getpid(), os.getppid(), random.random(), np.random.rand())"
    )
    look = "print(hash('seed'), given, hasattr(pd, 'left'), os.environ.get('LEFT'), os.getcwd())"
    spoil = "pd.left = 1; os.environ['LEFT'] = '1'; os.chdir('/')"
    first, second = (printed(ran(warm, tmp_path, n, leave, look, spoil)) for n in ("a", "b"))
    numbers, seen = (set(text.splitlines()[0].split()) for text in (first, second))
    assert not numbers & seen
    assert first.splitlines()[1] == second.splitlines()[1]
    assert first.splitlines()[1].split()[1:4] == ["7", "False", "None"]


def test_notebooks_that_one_process_executes_in_turn_share_no_kernel(warm, tmp_path):
    spoil = write_notebook(
        tmp_path, "f", "import pandas as pd, os\npd.left = 1; os.chdir('/')\nprint(os.getpid())"
    )
    look = write_notebook(
        tmp_path,
        "g",
        "import pandas as pd, os\nprint(os.getpid(), hasattr(pd, 'left'), os.getcwd())",
    )
    lane = warm.begin(2)
    outs = [tmp_path / f"{path.stem}.out.ipynb" for path in (spoil, look)]
    used = [lane.execute(path, out, {}) for path, out in zip((spoil, look), outs, strict=True)]
    first, (second, left, folder) = printed(outs[0]).split(), printed(outs[1]).split()
    assert first != [second]
    assert (left, folder) == ("False", str(warm._folder))
    assert all(0 < seconds < 60 for seconds in used)


def test_a_study_is_read_once_for_all_notebooks_of_a_process_and_is_each_notebooks_own(tmp_path):
    snapshot = Snapshot.of(ROOT / "evaluation-jobtraining.yml", tmp_path / "inputs")
    results = tmp_path / "results"
    results.mkdir()
    snapshot.keep(snapshot.study({}), results)
    told = {"plan": snapshot.plan.name, "results": str(results), "seed": 3}
    opened = (
        "from impact.pipeline import open_study\n"
        "study = open_study(plan=given['plan'], results=given['results'], seed=given['seed'], alpha=None)\n"
        "print(study.study.plan.seed, len(study.study.data), hasattr(study.panel(), 'spoilt'))\n"
        "vars(study.panel())['spoilt'] = 1"
    )
    of_another = opened.replace("given['seed']", "4")

    def shown(lane, name, cell):
        path, out = write_notebook(tmp_path, name, cell), tmp_path / f"{name}.out.ipynb"
        lane.execute(path, out, {"given": told})
        return printed(out)

    with WarmParent(folder=snapshot.plan.parent) as warm:
        lane = warm.begin(3, told=told)
        first = shown(lane, "a", opened)
        (results / KEPT).write_bytes(b"torn")
        assert shown(lane, "b", opened) == first
        assert first.split() == ["3", str(len(snapshot.study({}).data)), "False"]
        with pytest.raises(NotebookError, match="c, cell 2: ArrowInvalid"):
            shown(lane, "c", of_another)


@pytest.mark.parametrize("executing", ["WarmParent", "FreshNotebooks"])
def test_the_users_own_settings_of_ipython_are_not_run_nor_their_history_written(
    executing, tmp_path, monkeypatch
):
    profile = tmp_path / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "00.py").write_text("spoilt = 1")
    (profile / "ipython_config.py").write_text("c.InteractiveShellApp.exec_lines = ['spoilt = 1']")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    before = sorted(profile.rglob("*"))
    with getattr(execute, executing)(folder=tmp_path) as notebooks:
        assert printed(ran(notebooks, tmp_path, "s", "print('spoilt' in globals())")) == "False\n"
    assert sorted(profile.rglob("*")) == before


SHOWN = """
import sys, warnings
print("first"); print("warned", file=sys.stderr); print("second")
display({"text/plain": "a", "text/html": "<b>a</b>"}, raw=True)
warnings.warn("look")
print("after")
---
import pandas as pd
pd.DataFrame({"é": [1.5, None]})
---
handle = display("before", display_id="one")
handle.update("since")
---
from IPython.display import clear_output, Image, Markdown
print("gone")
clear_output(wait=True)
Markdown("**kept**")
---
%matplotlib inline
import matplotlib.pyplot as plt
plt.plot([1, 2]); plt.show()
print("under it")
plt.plot([2, 1]);
---
%%capture caught
print("nothing")
---
import asyncio
await asyncio.sleep(0)
__, In[1][:5], len(Out), get_ipython().execution_count, __name__
---
#raises
1 / 0
---
!echo from outside
---
assert given == 7
class Shy:
    def _repr_html_(self): raise ValueError("shy")
    def __repr__(self): return "shy"
Shy()
---
print("not reached")
"""


def test_what_cells_show_is_what_they_show_in_an_ordinary_kernel(tmp_path):
    texts = [text.strip() for text in SHOWN.split("---")]
    path = write_notebook(tmp_path, "o", *texts)
    content = json.loads(path.read_text())
    for cell in content["cells"]:
        if cell["source"].startswith("#raises"):
            cell["metadata"]["tags"] = ["raises-exception"]
    path.write_text(json.dumps(content))
    shown = []
    for executing in (WarmParent, execute.FreshNotebooks):
        out = tmp_path / f"{executing.__name__}.ipynb"
        with executing(folder=tmp_path) as notebooks, suppress(NotebookError):
            notebooks.begin(1).execute(path, out, {"given": 7})
        # names of files that cells are compiled as have the process's number, cells that papermill adds one by lot
        made = json.loads(re.sub(r"ipykernel_\d+", "ipykernel", out.read_text()))
        for noted in (made, *made["cells"]):
            noted["metadata"].pop("papermill", None)
            noted.pop("id", None)
        shown.append(made)
    assert sum(len(cell.get("outputs", [])) for cell in shown[0]["cells"]) > 12
    for here, there in zip(*(one.pop("cells") for one in shown), strict=True):
        assert here == there
    assert shown[0] == shown[1]


@pytest.mark.parametrize("executing", ["WarmParent", "FreshNotebooks"])
def test_a_cell_that_fails_without_an_error_shown_fails_the_notebook(executing, tmp_path):
    cells = "%no_such_magic", "open('reached', 'w')"
    with (
        getattr(execute, executing)(folder=tmp_path) as notebooks,
        pytest.raises(NotebookError, match="m, cell 2: CellExecutionError"),
    ):
        ran(notebooks, tmp_path, "m", *cells)
    assert not (tmp_path / "reached").exists()


def test_a_cell_that_takes_too_long_ends_its_notebook_whatever_it_computes(tmp_path, monkeypatch):
    (tmp_path / "of_short_cells.py").write_text(
        "from impact.pipeline import notebook_process, warm_parent\n"
        "notebook_process.CELL_TIMEOUT_S = 1\n"
        "warm_parent.main()"
    )
    paths = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    monkeypatch.setenv("PYTHONPATH", paths)
    monkeypatch.setattr(WarmParent, "module", "of_short_cells")
    with WarmParent(folder=tmp_path) as notebooks:
        assert printed(ran(notebooks, tmp_path, "y", "print('in time')")) == "in time\n"
        with pytest.raises(NotebookError, match=r"z, cell \?: CellTimeoutError"):
            ran(notebooks, tmp_path, "z", "import re\nre.match('(a+)+$', 'a' * 60 + 'b')")


def test_pictures_of_pyplot_are_shown_inline_as_in_any_kernel(warm, tmp_path):
    out = ran(warm, tmp_path, "p", "import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert any("image/png" in output.get("data", {}) for output in outputs(out))


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc")
def test_the_process_that_forks_has_a_single_thread(warm, tmp_path):
    ran(warm, tmp_path, "t", "pass")
    assert len(list(Path(f"/proc/{warm._process.pid}/task").iterdir())) == 1


def test_a_kernel_that_dies_has_its_own_error_and_the_next_notebook_runs(warm, tmp_path):
    with pytest.raises(KernelDiedError, match="d: the kernel died"):
        ran(warm, tmp_path, "d", "import os\nos.kill(os.getpid(), 9)")
    assert printed(ran(warm, tmp_path, "e", "print('well')")) == "well\n"


def test_a_kernel_that_dies_before_a_process_of_its_own_is_told_of_and_that_ends_with_the_run(
    tmp_path,
):
    other = tmp_path / "other"
    fork = (
        "import os, time\nchild = os.fork()\nif child == 0:\n    time.sleep(60)\n"
        f"with open({str(other)!r}, 'w') as file:\n    file.write(str(child))\nos.kill(os.getpid(), 9)"
    )
    with WarmParent(folder=tmp_path) as warm:
        with pytest.raises(KernelDiedError, match="x: the kernel died"):
            ran(warm, tmp_path, "x", fork)
        assert int(other.read_text()) in alive(tmp_path)
    assert until(lambda: not alive(tmp_path), SOON_S)


def test_a_notebook_whose_process_is_killed_is_told_and_its_kernel_goes_too(warm, tmp_path):
    kill = "import os, time\nprint(os.chdir(str(given)))\nos.kill(os.getppid(), 9)\ntime.sleep(60)"
    path = write_notebook(tmp_path, "k", kill)
    (tmp_path / "there").mkdir()
    with pytest.raises(RunError, match="k: its process ended without a word"):
        warm.begin(1).execute(path, tmp_path / "out.ipynb", {"given": str(tmp_path / "there")})
    assert until(lambda: not alive(tmp_path / "there"), SOON_S)


def test_a_notebook_that_takes_too_long_is_stopped_with_its_kernel(warm, tmp_path, monkeypatch):
    monkeypatch.setattr(execute, "NOTEBOOK_TIMEOUT_S", 2)
    path = write_notebook(tmp_path, "l", "import os, time\nos.chdir(given)\ntime.sleep(60)")
    with pytest.raises(RunError, match="l: not finished after 2 s"):
        warm.begin(1).execute(path, tmp_path / "out.ipynb", {"given": str(tmp_path)})
    assert until(lambda: not alive(tmp_path), SOON_S)


def test_a_warm_parent_that_is_killed_is_told_of(tmp_path):
    with WarmParent(folder=tmp_path) as warm:
        os.kill(warm._process.pid, signal.SIGKILL)
        with pytest.raises(RunError, match="ended without a word"):
            ran(warm, tmp_path, "w", "pass")
    assert until(lambda: not alive(tmp_path), SOON_S)


RUN = """
import sys, time
from pathlib import Path
from impact.pipeline import execute
folder = Path(sys.argv[1])
with getattr(execute, sys.argv[2])(folder=folder) as warm:
    lane = warm.begin(1)
    print("started", flush=True)
    lane.execute(folder / "n.ipynb", folder / "out.ipynb", {})
"""
STATES = {
    "the warm parent imports": ("pass", 0),
    "a kernel waits": ("open('busy', 'w')\nimport time\ntime.sleep(60)", 60),
    "a kernel computes and holds the interpreter": (
        "open('busy', 'w')\nimport re\nre.match('(a+)+$', 'a' * 60 + 'b')",
        60,
    ),
}


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="processes are found in /proc")
@pytest.mark.parametrize("state", STATES)
def test_a_run_that_is_killed_leaves_no_process_after_three_seconds_while(state, tmp_path):
    cell, patience = STATES[state]
    write_notebook(tmp_path, "n", cell)
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, tmp_path, "WarmParent"], stdout=subprocess.PIPE
    )
    assert run.stdout.readline() == b"started\n"
    assert until(lambda: (tmp_path / "busy").exists() or not patience, patience)
    assert until(lambda: alive(tmp_path), 1)
    run.kill()
    run.communicate()
    assert until(lambda: not alive(tmp_path), SOON_S)


SLOW = {"papermill is imported": "papermill", "the kernel imports": "ipykernel_launcher"}


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="processes are found in /proc")
@pytest.mark.parametrize("state", [*SLOW, "a kernel computes and holds the interpreter"])
def test_a_run_of_new_interpreters_that_is_killed_leaves_none_either_while(state, tmp_path):
    (tmp_path / "slow").mkdir()
    folder = tmp_path / "plan"
    folder.mkdir()
    if state in SLOW:
        content = f"import time\nopen({str(folder / 'busy')!r}, 'w')\ntime.sleep(60)"
        (tmp_path / "slow" / f"{SLOW[state]}.py").write_text(content)
    cell, patience = STATES.get(state, ("pass", 60))
    write_notebook(folder, "n", cell)
    paths = os.pathsep.join([str(tmp_path / "slow"), os.environ.get("PYTHONPATH", "")])
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, folder, "FreshNotebooks"], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": paths}
    )  # fmt: skip
    assert run.stdout.readline() == b"started\n"
    assert until(lambda: (folder / "busy").exists() or not patience, patience)
    assert until(lambda: alive(folder), 1)
    run.kill()
    run.communicate()
    assert until(lambda: not alive(folder), SOON_S)
