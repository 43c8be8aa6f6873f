"""Notebooks as people use them: as text in a review, in JupyterLab, and as tours that must not mislead."""

import json
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

import jupytext
import nbformat
import pytest
from websocket import create_connection

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TOURS = [path for path in NOTEBOOKS if path.stem.startswith("00_")]
each_tour = pytest.mark.parametrize("tour", TOURS, ids=lambda path: path.stem)
NAMES = {
    "00_tour": ("exhibitors less others", "estimate", "interval from", "interval to", "truth"),
    "00_visite": (
        "exposants moins autres",
        "estimation",
        "intervalle de",
        "intervalle à",
        "vérité",
    ),
}
TIMEOUT_S = 120


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_notebook_has_its_text_twin_so_that_a_review_sees_what_changed(path):
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = {"jupytext": {"notebook_metadata_filter": "-all"}}
    written = jupytext.writes(notebook, fmt="py:percent")
    twin = path.parent / "text" / f"{path.stem}.py"
    assert twin.read_text(encoding="utf-8") == written, "run: make twins"


def test_there_is_no_twin_of_a_notebook_that_is_gone():
    twins = {path.stem for path in (ROOT / "notebooks" / "text").glob("*.py")}
    assert twins == {path.stem for path in NOTEBOOKS}


def code_of(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def reference(tour):
    return ROOT / "tests" / "notebooks" / tour.name


@each_tour
def test_the_tour_whose_outputs_are_compared_is_the_tour_that_ships(tour):
    assert code_of(reference(tour)) == code_of(tour)


def text_of(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return "\n".join(texts).splitlines()


def test_both_languages_take_the_same_steps():
    """Cell by cell the same code; only its texts differ."""
    steps = {
        tour: [re.sub(r"\"[^\"]*\"", "text", code) for code in code_of(tour)] for tour in TOURS
    }
    assert len(TOURS) == 2
    assert steps[TOURS[0]] == steps[TOURS[1]]
    headings = [sum(line.startswith("## ") for line in text_of(tour)) for tour in TOURS]
    assert headings == [6, 6]


def shown(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return "\n".join("".join(o.get("data", {}).get("text/plain", "")) for o in outputs)


@each_tour
def test_the_tour_shows_a_comparison_that_is_wrong_and_an_interval_that_holds_the_truth(tour):
    """What the text between the cells says of the numbers: nearly four times the truth; an interval on zero and on the truth."""
    rows = {}
    for line in shown(reference(tour)).splitlines():
        name, _, number = line.rpartition(" ")
        if name.strip() in NAMES[tour.stem]:
            rows[name.strip()] = float(number)
    naive, estimate, low, high, truth = (rows[name] for name in NAMES[tour.stem])
    assert 3.5 < naive / truth < 4
    assert low < 0 < truth < high
    assert estimate < 0


@contextmanager
def jupyterlab(folder):
    """Start JupyterLab on the notebooks as `make lab` does, on a free port, with nothing of this user's settings."""
    rooms = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("RUNTIME", "CONFIG")}
    words = [
        "--no-browser",
        "--allow-root",
        "--port=0",
        "--ServerApp.token=key",
        "--notebook-dir",
        ROOT / "notebooks",
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *map(str, words)],
        env={**os.environ, **rooms, "IPYTHONDIR": str(folder / "ipython")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            yield address_of(folder / "runtime", server)
        finally:
            server.terminate()


def address_of(runtime, server):
    until = time.monotonic() + TIMEOUT_S
    while time.monotonic() < until:
        assert server.poll() is None, "JupyterLab stopped"
        for path in runtime.glob("jpserver-*.json"):
            return f"127.0.0.1:{json.loads(path.read_text())['port']}"
        time.sleep(0.2)
    return pytest.fail("JupyterLab did not start")


def asked(address, path, content=None):
    data = None if content is None else json.dumps(content).encode()
    request = Request(f"http://{address}/{path}", data=data, headers={"Authorization": "token key"})
    with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 (this machine's own server)
        return answer.read().decode()


def executed(channel, code):
    """Execute a cell as the page does, and return the reply and what was displayed."""
    header = {
        "msg_id": uuid4().hex,
        "msg_type": "execute_request",
        "session": "test",
        "username": "",
        "version": "5.3",
    }
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
    channel.send(
        json.dumps(
            {
                "header": header,
                "parent_header": {},
                "metadata": {},
                "content": content,
                "channel": "shell",
            }
        )
    )
    displayed, reply, idle = [], None, False
    while reply is None or not idle:
        message = json.loads(channel.recv())
        if message["parent_header"].get("msg_id") != header["msg_id"]:
            continue
        kind, content = message["msg_type"], message["content"]
        displayed += [content["data"]] if kind in {"execute_result", "display_data"} else []
        reply = content if kind == "execute_reply" else reply
        idle = idle or (kind == "status" and content["execution_state"] == "idle")
    return reply, displayed


@pytest.mark.longer
def test_jupyterlab_starts_and_runs_a_notebook_through_its_own_door(tmp_path):
    with jupyterlab(tmp_path) as address:
        assert "JupyterLab" in asked(address, "lab/tree/00_tour.ipynb")
        notebook = json.loads(asked(address, "api/contents/01_data_quality.ipynb"))["content"]
        session = {
            "path": "01_data_quality.ipynb",
            "name": "",
            "type": "notebook",
            "kernel": {"name": "python3"},
        }
        kernel = json.loads(asked(address, "api/sessions", session))["kernel"]["id"]
        channel = create_connection(
            f"ws://{address}/api/kernels/{kernel}/channels?token=key", timeout=TIMEOUT_S
        )
        cells = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
        results = [executed(channel, source) for source in cells]
        channel.close()
    assert [reply["status"] for reply, _ in results] == ["ok"] * len(cells)
    last = results[-1][1]
    assert any("<table" in data.get("text/html", "") for data in last)
