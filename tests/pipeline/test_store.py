"""The reports folder: one winner, nothing torn, nothing of anybody else's touched, nothing named before it is on the disk."""

import os
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from impact.errors import StorageError
from impact.pipeline import store
from impact.pipeline.store import building, certify, locked, read_run


def published(reports, content, *, name="x"):
    with building(reports, name) as folder:
        (folder / "in").mkdir()
        for part in ("a", "b", "in/c"):
            (folder / part).write_text(content)
        certify(folder, {})
    return reports / name


def contents(folder):
    return {(folder / part).read_text() for part in ("a", "b", "in/c")}


def test_of_two_runs_at_once_one_wins_and_the_other_is_told(tmp_path):
    with building(tmp_path, "x") as folder:
        (folder / "a").write_text("1")
        with pytest.raises(StorageError, match="another run"), building(tmp_path, "x"):
            pass
    assert (tmp_path / "x" / "a").read_text() == "1"


def test_a_file_in_place_of_the_folder_of_reports_is_named_and_stays(tmp_path):
    (tmp_path / "plan.yml").write_text("mine")
    refused = pytest.raises(StorageError, match=r"plan\.yml: a file, not a folder of reports")
    with refused, building(tmp_path / "plan.yml", "x"):
        pass
    assert (tmp_path / "plan.yml").read_text() == "mine"


def test_twenty_pairs_of_runs_at_once_never_mix(tmp_path):
    for pair in range(20):
        start = threading.Barrier(2)

        def attempt(content, start=start):
            start.wait()
            try:
                published(tmp_path, content)
            except StorageError as problem:
                return str(problem)
            return content

        with ThreadPoolExecutor(2) as pool:
            ends = list(pool.map(attempt, (f"{pair} one", f"{pair} other")))
        told = [end for end in ends if "another run of this name" in end]
        won = [end for end in ends if end not in told]
        assert len(won) >= 1
        (found,) = contents(tmp_path / "x")
        assert found in won
        read_run(tmp_path / "x")


def test_a_run_that_waits_for_another_of_its_name_gets_its_turn(tmp_path):
    with ThreadPoolExecutor(1) as pool:
        with locked(tmp_path, "x"):
            waiting = pool.submit(lambda: locked(tmp_path, "x", patience_s=20).__enter__())
            assert not waiting.done()
        waiting.result(timeout=20)


def test_a_new_run_replaces_the_old_one_whole(tmp_path):
    for content in ("1", "2"):
        published(tmp_path, content)
    assert contents(tmp_path / "x") == {"2"}
    with pytest.raises(RuntimeError), building(tmp_path, "x") as folder:
        (folder / "3").write_text("3")
        raise RuntimeError
    assert contents(tmp_path / "x") == {"2"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [".x.lock", "x"]


def a_folder(final, _):
    final.mkdir()
    (final / "thesis.docx").write_text("mine")


def a_folder_with_a_certificate_of_another_program(final, elsewhere):
    a_folder(final, elsewhere)
    (final / "run.json").write_text('{"outputs": 3}')


def a_file(final, _):
    final.write_text("mine")


def a_link_to_a_folder(final, elsewhere):
    final.symlink_to(published(elsewhere, "1"))


def a_broken_link(final, elsewhere):
    final.symlink_to(elsewhere / "nowhere")


def a_note_added_to_a_run(final, _):
    published(final.parent, "1")
    (final / "note.txt").write_text("mine")


def a_report_edited_in_a_run(final, _):
    published(final.parent, "1")
    (final / "a").write_text("mine")


FOREIGN = (
    a_folder, a_folder_with_a_certificate_of_another_program, a_file, a_link_to_a_folder, a_broken_link,
    a_note_added_to_a_run, a_report_edited_in_a_run,
)  # fmt: skip


def everything_in(folder):
    return {
        path.relative_to(folder): path.read_bytes() if path.is_file() else path.is_symlink()
        for path in folder.rglob("*")
        if path.name != ".x.lock"
    }


@pytest.mark.parametrize("place", FOREIGN, ids=lambda place: place.__name__)
@pytest.mark.parametrize("when", ["before", "while it is built"])
def test_what_no_run_wrote_stays_and_is_named(place, when, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    reports = tmp_path / "reports"
    reports.mkdir()
    if when == "before":
        place(reports / "x", tmp_path / "elsewhere")
        before = everything_in(tmp_path)
        with pytest.raises(StorageError, match=r"^x: "), building(reports, "x"):
            pytest.fail("it must be told before an hour's work")
    else:
        aside = tmp_path / "aside"
        aside.mkdir()
        place(aside / "x", tmp_path / "elsewhere")
        with pytest.raises(StorageError, match=r"^x: "), building(reports, "x"):
            (aside / "x").rename(reports / "x")
            before = everything_in(tmp_path)
            before = {path: found for path, found in before.items() if ".partial" not in str(path)}
    assert everything_in(tmp_path) == before


def test_what_a_system_leaves_in_a_folder_is_nobodys_work(tmp_path):
    (published(tmp_path, "1") / ".DS_Store").write_text("")
    assert contents(published(tmp_path, "2")) == {"2"}


def test_a_link_in_place_of_the_lock_or_of_a_folder_aside_is_not_followed(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis").write_text("mine")
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / ".x.abcdefgh.partial").symlink_to(mine)
    (reports / ".x.my-own.partial").mkdir()
    published(reports, "1")
    assert (reports / ".x.my-own.partial").is_dir()
    assert (mine / "thesis").read_text() == "mine"
    (reports / ".y.lock").symlink_to(mine / "thesis")
    with pytest.raises(StorageError):
        published(reports, "1", name="y")
    assert (mine / "thesis").read_text() == "mine"


def test_a_kill_between_the_two_steps_of_a_system_without_an_exchange_loses_nothing(
    tmp_path, monkeypatch
):
    published(tmp_path, "1")
    monkeypatch.setattr(store, "_exchange", lambda *_: False)
    assert contents(published(tmp_path, "2")) == {"2"}
    (tmp_path / "x").rename(tmp_path / ".x.abcdefgh.old")
    with pytest.raises(RuntimeError), building(tmp_path, "x"):
        raise RuntimeError
    assert contents(tmp_path / "x") == {"2"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [".x.lock", "x"]


def test_everything_is_on_the_disk_before_it_has_its_name_and_then_the_name_is(
    tmp_path, monkeypatch
):
    order = []
    monkeypatch.setattr(
        os, "fsync", lambda file: order.append(str(Path(f"/proc/self/fd/{file}").readlink()))
    )
    publish = store._publish
    monkeypatch.setattr(store, "_publish", lambda *ends: (order.append("named"), publish(*ends)))
    published(tmp_path, "1")
    before, after = order[: order.index("named")], order[order.index("named") + 1 :]
    ends = {path.rsplit(".partial", 1)[-1] for path in before}
    assert {"", "/a", "/b", "/in", "/in/c", "/run.json"} <= ends
    assert after == [str(tmp_path)]


@contextmanager
def small_disk(folder, size):
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True
    )
    if done.returncode != 0:
        pytest.skip("a disk of its own needs root and the right to mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="a disk of its own needs root")
def test_a_full_disk_leaves_the_earlier_report_and_no_other(tmp_path):
    with small_disk(tmp_path, "200k"):
        published(tmp_path, "1")
        with pytest.raises(StorageError, match="No space left on device"):
            published(tmp_path, "2" * 100_000)
        assert contents(tmp_path / "x") == {"1"}
        read_run(tmp_path / "x")
        assert sorted(path.name for path in tmp_path.iterdir()) == [".x.lock", "x"]


@pytest.mark.parametrize("name", ["no_such", "a_plan.yml"])
def test_what_is_no_folder_is_no_run_and_said_to_be_none(tmp_path, name):
    (tmp_path / "a_plan.yml").write_text("name: x", encoding="utf-8")
    with pytest.raises(StorageError, match=f"^{name}: no such folder of a run"):
        read_run(tmp_path / name)
