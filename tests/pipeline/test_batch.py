"""A batch around its runs: which are started, which are left, what one file says of all of them, and how it ends."""

import json
import re
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from impact.errors import ImpactError, StorageError
from impact.pipeline.batch import batch as batches
from impact.pipeline.batch.batch import Options, orders_of, run_batch
from impact.pipeline.batch.execute import failed
from impact.pipeline.batch.held_to_data import hold_plan_to_data
from impact.pipeline.batch.record import Batch, read_batch
from impact.pipeline.beside_plan import facts_beside
from impact.pipeline.snapshot import Snapshot
from impact.pipeline.store import building, certify, read_run

SCHEMA = """
version: 1
title: {en: Crafts}
source: {en: Simulated}
unit: firm
time: {column: year, frequency: year}
cohort: {column: first}
columns:
  firm: {type: string, label: {en: Firm}}
  year: {type: period, label: {en: Year}}
  city: {type: category, categories: [Fes, Rabat, Tanger], label: {en: City}}
  first: {type: period, label: {en: First fair}}
  sales: {type: number, label: {en: Sales}}
"""
PLAN = """
name: crafts
title: {en: Fairs, fr: Salons}
data: data/firms.csv
schema: firms.yml
outcomes: [sales]
"""
GRID = ["city=*"]
NAMES = ["crafts-fes", "crafts-rabat", "crafts-tanger"]


@pytest.fixture
def project(tmp_path):
    """A small plan in a folder with an accent, a space and a brace."""
    folder = tmp_path / "été {plan}"
    (folder / "data").mkdir(parents=True)
    (folder / "plan.yml").write_text(PLAN, encoding="utf-8")
    (folder / "firms.yml").write_text(SCHEMA.replace("{en: ", "{fr: x, en: "), encoding="utf-8")
    rows = [
        f"f{i},{year},{city},{'2003' if i % 2 else ''},{i + year}"
        for i, city in enumerate(["Fes", "Rabat", "Tanger"] * 4)
        for year in (2001, 2002, 2003)
    ]
    text = "\n".join(["firm,year,city,first,sales", *rows])
    (folder / "data" / "firms.csv").write_text(text + "\n", encoding="utf-8")
    (folder / "notebooks").mkdir()
    return folder


class Pretended:
    """Executes nothing: writes what a run would leave, or fails as it is told to."""

    def __init__(self, ends=None):
        self.ends, self.made, self.most, self._now = ends or {}, [], 0, 0
        self._lock = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def carry_out(self, order, *, timeout_s):
        del timeout_s
        name = order["told"]["name"]
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            return self._carried_out(order, name)
        finally:
            with self._lock:
                self._now -= 1

    def _carried_out(self, order, name):
        end = self.ends.get(name)
        if isinstance(end, BaseException):
            raise end
        if end is not None:
            return end
        with building(Path(order["reports"]), name) as folder:
            left(folder, order)
        self.made.append(name)
        return {"status": "done", "exit_code": 0}


def left(folder, order):
    headline = {
        "outcome": "sales", "unit": "MAD", "believed": "permutation", "estimate": 1.0, "conf_low": 0.5, "conf_high": None, "p_value": 0.01,
    }  # fmt: skip
    (folder / "results.json").write_text(
        json.dumps({"headline": headline, "rating": {"values": {"steps": 3}}})
    )
    facts = {
        "inputs": order["snapshot"]["hashes"],
        "parameters": {"plan": Path(order["snapshot"]["plan"]).name, **order["told"]},
        "code": order["code"],
        **facts_beside(Snapshot.from_told(order["snapshot"]).study(order["told"])),
        "plan": {"alpha": 0.05, "language": "en"},
        "durations_s": {"total": 2.5},
        "cpu_s": {"total": 3.5},
    }
    certify(folder, facts)


@contextmanager
def pretending(monkeypatch, ends=None):
    runs = Pretended(ends)
    monkeypatch.setattr(batches, "_executing", lambda *_: runs)
    yield runs


def run(project, *, grid=GRID, told=None, **options):
    plan = project / "plan.yml"
    return run_batch(
        plan,
        orders_of(plan, grid=grid, table=None),
        reports=project / "reports",
        notebooks=project / "notebooks",
        options=Options(**options),
        tell=(told.append if told is not None else lambda _: None),
    )


def statuses(batch):
    return {one.name: one.status for one in batch.runs}


def test_every_run_is_made_and_told_in_one_file(project, monkeypatch):
    told = []
    with pretending(monkeypatch) as runs:
        done = run(project, told=told, jobs=2)
    assert sorted(runs.made) == NAMES
    assert runs.most <= 2
    assert statuses(done) == dict.fromkeys(NAMES, "done")
    assert done.exit_code == 0
    assert read_batch(project / "reports" / "crafts-batch") == done
    first = done.runs[0]
    assert first.parameters == {"only": {"city": ["Fes"]}, "name": "crafts-fes"}
    assert (first.headline.estimate, first.headline.conf_high, first.rating) == (1.0, None, 3)
    assert first.headline.p_holm == pytest.approx(0.03)
    assert done.family.tests == 3
    assert told[-1].startswith("3 of 3: ")
    assert told[-2].endswith(" left")
    assert told[-1].endswith(": done")
    left_over = [path.name for path in (project / "reports").iterdir() if path.suffix == ".work"]
    assert left_over == []


def test_what_is_done_is_not_made_again_until_something_is_other(project, monkeypatch):
    with pretending(monkeypatch):
        run(project)
    told = []
    with pretending(monkeypatch) as runs:
        again = run(project, told=told)
    assert runs.made == []
    assert [one.resumed for one in again.runs] == [True] * 3
    assert told == ["kept 3 of 3: made before of the same data, plan, parameters and code"]
    with pretending(monkeypatch) as runs:
        run(project, force=True)
    assert runs.made == NAMES
    data = project / "data" / "firms.csv"
    for change in (
        lambda: data.write_text(data.read_text() + "f99,2001,Fes,,7\n"),
        lambda: (project / "plan.yml").write_text(PLAN + "seed: 3\n", encoding="utf-8"),
        lambda: (project / "notebooks" / "new.ipynb").write_text("{}"),
    ):
        change()
        batches.code_hash.cache_clear()
        with pretending(monkeypatch) as runs:
            run(project)
        assert runs.made == NAMES


def test_a_run_that_is_not_whole_is_made_again_only_where_nothing_of_it_is_anybodys(
    project, monkeypatch
):
    with pretending(monkeypatch):
        run(project)
    results = project / "reports" / "crafts-rabat" / "results.json"
    results.unlink()
    told = []
    with pretending(monkeypatch) as runs:
        run(project, told=told)
    assert runs.made == ["crafts-rabat"]
    assert told[0].startswith("kept 2 of 3: ")


class Killed(Pretended):
    """Runs that end as `end` says, and leave the folder that they were building in."""

    def __init__(self, end):
        super().__init__(dict.fromkeys(NAMES, end))

    def _carried_out(self, order, name):
        (Path(order["reports"]) / f".{name}.abcdefgh.partial" / "notebooks").mkdir(parents=True)
        return super()._carried_out(order, name)


@pytest.mark.parametrize(
    "end", [KeyboardInterrupt(), failed("TimeLimit", "late"), failed("Lost", "no memory")]
)
def test_a_batch_clears_away_what_its_killed_runs_were_building(project, monkeypatch, end):
    monkeypatch.setattr(batches, "_executing", lambda *_: Killed(end))
    run(project, keep_going=True)
    assert [path.name for path in (project / "reports").iterdir() if path.is_dir()] == [
        "crafts-batch"
    ]


def test_a_batch_that_is_stopped_leaves_the_run_that_another_command_has_under_way(
    project, monkeypatch
):
    monkeypatch.setattr(batches, "GRACE_S", 0.1)
    monkeypatch.setattr(batches, "_executing", lambda *_: Killed(KeyboardInterrupt()))
    with building(project / "reports", "crafts-fes") as folder:
        run(project, grid=["city=Fes"])
        assert folder.is_dir()
        certify(folder, {})
    assert (project / "reports" / "crafts-fes").is_dir()


NO_MEMORY = {"status": "failed", "exit_code": 5, "error": "KernelDiedError", "reason": "no memory"}
NO_ROOM = {"status": "failed", "exit_code": 6, "error": "StorageError", "reason": "no room"}


@pytest.mark.parametrize(
    ("ends", "options", "expected"),
    [
        ({}, {}, ["about 5 s", "about 2 s", None]),
        ({"crafts-fes": NO_MEMORY}, {"keep_going": True}, [None, "about 2 s", None]),
        ({"crafts-rabat": NO_MEMORY}, {"keep_going": True}, ["about 5 s", "about 2 s", None]),
        ({"crafts-rabat": NO_MEMORY}, {}, ["about 5 s", None]),
    ],
)  # fmt: skip
def test_the_time_left_is_that_of_runs_that_were_done(
    project, monkeypatch, ends, options, expected
):
    """Each run that is done took 2.5 s; after a failure that ends the batch no time is left."""
    told = []
    with pretending(monkeypatch, ends):
        run(project, told=told, **options)
    lines = [line for line in told if re.match(r"\d of 3: ", line)]
    left = [re.search(r"; (about .*) left$", line) for line in lines]
    assert [found and found[1] for found in left] == expected


@pytest.mark.parametrize(
    ("ends", "keep_going", "expected", "code"),
    [
        ({"crafts-fes": NO_MEMORY}, False, ["failed", "not_started", "not_started"], 5),
        ({"crafts-fes": NO_MEMORY}, True, ["failed", "done", "done"], 5),
        ({"crafts-fes": NO_MEMORY, "crafts-tanger": NO_ROOM}, True, ["failed", "done", "failed"], 1),
        ({"crafts-rabat": NO_ROOM}, False, ["done", "failed", "not_started"], 6),
        ({"crafts-rabat": KeyboardInterrupt()}, False, ["done", "stopped", "not_started"], 130),
    ],
)  # fmt: skip
def test_a_failure_has_its_cause_and_the_batch_its_exit_code(
    project, monkeypatch, ends, keep_going, expected, code
):
    told = []
    with pretending(monkeypatch, ends):
        done = run(project, keep_going=keep_going, told=told)
    assert list(statuses(done).values()) == expected
    n = expected.count("done")
    assert told[-1] == f"{n} of 3 are done; the same command goes on with the others"
    assert done.exit_code == code
    known = {one.name: (one.exit_code, one.reason) for one in done.runs if one.status == "failed"}
    assert known == {
        name: (end["exit_code"], end["reason"])
        for name, end in ends.items()
        if isinstance(end, dict) and statuses(done)[name] == "failed"
    }
    assert done.summary()["not_done"]
    with pretending(monkeypatch) as runs:
        again = run(project)
    assert statuses(again) == dict.fromkeys(NAMES, "done")
    assert runs.made == [name for name, end in zip(NAMES, expected, strict=True) if end != "done"]


def test_all_runs_are_of_the_data_as_they_were_when_the_batch_began(project, monkeypatch):
    seen = []

    class Changing(Pretended):
        def _carried_out(self, order, name):
            (project / "data" / "firms.csv").write_text("changed meanwhile")
            copy = Path(order["snapshot"]["plan"]).parent / "data" / "firms.csv"
            seen.append(
                (copy.read_text(), (Path(order["snapshot"]["kept"]) / "data.parquet").is_file())
            )
            return super()._carried_out(order, name)

    before = (project / "data" / "firms.csv").read_text()
    monkeypatch.setattr(batches, "_executing", lambda *_: Changing())
    run(project)
    assert seen == [(before, True)] * 3


def test_two_batches_of_one_name_at_once_are_one_too_many(project, monkeypatch):
    class Second(Pretended):
        def _carried_out(self, order, name):
            with pytest.raises(StorageError, match="another run of this name"):
                run(project)
            return super()._carried_out(order, name)

    monkeypatch.setattr(batches, "_executing", lambda *_: Second())
    assert run(project, grid=["city=Fes"]).exit_code == 0


def test_a_folder_that_is_no_batch_stays(project, monkeypatch):
    mine = project / "reports" / "crafts-batch"
    mine.mkdir(parents=True)
    (mine / "thesis").write_text("mine")
    with (
        pretending(monkeypatch) as runs,
        pytest.raises(StorageError, match="crafts-batch: something"),
    ):
        run(project)
    assert runs.made == []
    assert (mine / "thesis").read_text() == "mine"


def test_what_a_killed_batch_left_is_swept_by_the_next(project, monkeypatch):
    stale = project / "reports" / ".crafts-batch.abcdefgh.work"
    stale.mkdir(parents=True)
    (stale / "data.parquet").write_text("microdata")
    with pretending(monkeypatch):
        run(project)
    assert not stale.exists()


def test_a_lost_process_is_a_cause_of_its_own():
    assert failed("Lost", "its process ended without a word")["exit_code"] == 5


def test_the_page_on_batches_says_what_each_key_of_the_file_is():
    page = (Path(__file__).resolve().parents[2] / "docs" / "batches.md").read_text(encoding="utf-8")
    for key, meaning in keys_of(Batch):
        assert f"| `{key}` | {meaning} |" in page, key


def keys_of(model, prefix=""):
    """Each key of batch.json with its meaning, those within another after it."""
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}", field.description
        inner = {"runs": "RunRecord", "family": "Family", "headline": "Headline"}.get(name)
        if inner is not None:
            from impact.pipeline.batch import record

            yield from keys_of(getattr(record, inner), f"{prefix}{name}.")


def test_a_run_of_a_batch_is_a_run_like_any_other(project, monkeypatch):
    with pretending(monkeypatch):
        run(project)
    assert read_run(project / "reports" / "crafts-fes")["plan"]["alpha"] == 0.05


def test_a_batch_is_listed_before_there_are_data_but_not_run(project, monkeypatch):
    (project / "data" / "firms.csv").unlink()
    plan = project / "plan.yml"
    assert not hold_plan_to_data(plan, orders_of(plan, grid=GRID, table=None))
    with pretending(monkeypatch) as made, pytest.raises(ImpactError, match=r"firms\.csv"):
        run(project)
    assert made.made == []


NOT_IN_THE_DATA = {
    "a label that no firm has": ("town=Fes,Fez", "only.town: no row has Fez"),
    "neither true nor false": ("south=maybe", "only.south: maybe is none of its categories"),
    "starts that are none": ("cohort=first,town", "town: rows 1, 2, 3"),
    "a column that changes within a firm": ("sales_band=high", "only.sales_band: changes within"),
}


@pytest.mark.parametrize("case", NOT_IN_THE_DATA)
def test_what_the_data_do_not_have_is_refused_before_a_run_and_leaves_nothing(
    project, monkeypatch, case
):
    grid, words = NOT_IN_THE_DATA[case]
    more = (
        "  town: {type: string, label: {fr: x, en: Town}}\n  south: {type: boolean, label: {fr: x, en: South}}\n"
        "  sales_band: {type: string, label: {fr: x, en: Band}}\n"
    )
    with (project / "firms.yml").open("a", encoding="utf-8") as schema:
        schema.write(more)
    data = project / "data" / "firms.csv"
    head, *rows = data.read_text(encoding="utf-8").splitlines()
    written = [
        f"{row},{row.split(',')[2]},true,{'high' if '2001' in row else 'low'}" for row in rows
    ]
    data.write_text("\n".join([f"{head},town,south,sales_band", *written]) + "\n", encoding="utf-8")
    with pytest.raises(ImpactError, match=words):
        hold_plan_to_data(
            project / "plan.yml", orders_of(project / "plan.yml", grid=[grid], table=None)
        )
    with pretending(monkeypatch) as made, pytest.raises(ImpactError, match=words):
        run(project, grid=[grid])
    assert made.made == []
    assert not [path for path in project.glob("reports/*") if path.is_dir()]
    with pretending(monkeypatch):
        assert run(project, grid=["town=Fes"]).exit_code == 0  # nothing is in its way
