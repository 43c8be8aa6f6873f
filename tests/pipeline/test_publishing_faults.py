"""A report that is published while the system kills, has no room or fails, at every one of its calls: old or new, and whole."""

import os
import re
import select
import shutil
import signal
import subprocess
from collections import Counter
from dataclasses import dataclass

import pytest

from impact.errors import StorageError
from impact.pipeline.store import building, certify, lock_of, read_run

STRACE = shutil.which("strace")
pytestmark = pytest.mark.skipif(
    STRACE is None, reason="needs strace, which has the system fail where it is told to"
)
NIGHT = bool(os.environ.get("IMPACT_NIGHT"))
EACH = 1 if NIGHT else 12  # of so many places one is tried
FILES = [f"{folder}part-{i}" for folder in ("", "tables/", "figures/") for i in range(4)]
CALL = re.compile(r"^(\w+)\(", re.MULTILINE)
NOT_OF_PUBLISHING = {
    "select",
    "pselect6",
    "restart_syscall",
    "exit_group",
}  # waiting for strace, and the end
NO_ROOM_AT = {"openat", "write", "mkdir", "rename", "renameat2", "fsync"}
BROKEN_AT = {"read", "write", "fsync", "close", "openat", "getdents64", "newfstatat", "renameat2"}


def publish(reports, content):
    with building(reports, "x") as folder:
        for name in FILES:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(content)
        certify(folder, {"content": content})


@dataclass(frozen=True)
class Ended:
    """How a process ended in which publishing was disturbed: its exit code, 0 done, 6 refused, and what it called."""

    code: int
    calls: tuple[str, ...]
    trace: str


def published_under(reports, *words):
    """Publish "new" in a process that strace holds; the fork has imported everything, so that its calls are publishing's alone."""
    go, tell = os.pipe()
    child = os.fork()
    if child == 0:
        code = 70  # of an error that is none of ours
        try:
            select.select([go], [], [])
            publish(reports, "new")
            code = 0
        except StorageError:
            code = StorageError.exit_code
        finally:
            os._exit(code)
    out = reports.parent / "trace"
    tracing = subprocess.Popen(
        [STRACE, "-p", str(child), "-o", out, *words], stderr=subprocess.PIPE, text=True
    )
    attached = tracing.stderr.readline()
    os.write(tell, b".")
    _, status = os.waitpid(child, 0)
    tracing.communicate(timeout=60)
    os.close(go)
    os.close(tell)
    if "attached" not in attached:
        pytest.skip(f"strace may hold no process here ({attached.strip()})")
    trace = out.read_text()
    return Ended(os.waitstatus_to_exitcode(status), tuple(CALL.findall(trace)), trace)


def new_reports(tmp_path, *, earlier):
    reports = tmp_path / "reports"
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir()
    if earlier:
        publish(reports, "old")
    return reports


def content_of(reports):
    """What is published: "old", "new" or nothing; whatever is there is whole and of one run."""
    folder = reports / "x"
    if not folder.exists():
        return None
    facts = read_run(folder)
    assert set(facts["outputs"]) == set(FILES)
    (content,) = {(folder / name).read_text() for name in FILES}
    assert facts["content"] == content
    return content


def assert_the_next_run_mends(reports):
    publish(reports, "next")
    assert content_of(reports) == "next"
    assert {path.name for path in reports.iterdir()} == {"x", lock_of(reports / "x").name}


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    """Calls of a report that is published undisturbed over an earlier one."""
    reports = new_reports(tmp_path_factory.mktemp("undisturbed"), earlier=True)
    done = published_under(reports)
    assert done.code == 0
    assert content_of(reports) == "new"
    return done


def places(calls, names=None):
    """Each call of publishing by its name and number, such as the third ``write``."""
    seen, found = Counter(), []
    for name in calls.calls:
        seen[name] += 1
        if name not in NOT_OF_PUBLISHING and (names is None or name in names):
            found.append((name, seen[name]))
    return found


def test_there_are_enough_places_to_fail_at(calls):
    assert len(places(calls)) >= 400
    assert len(places(calls, NO_ROOM_AT)) >= 50
    assert len(places(calls, BROKEN_AT)) >= 15


def test_everything_reaches_the_disk_before_its_name_and_nobody_is_called(calls):
    before, after = calls.trace.split("RENAME_EXCHANGE", 1)
    assert before.count("fsync(") >= len(FILES) + 4  # the certificate, the folder and two in it
    assert "fsync(" in after.split("unlink", 1)[0]
    assert not {"socket", "connect", "sendto"} & set(calls.calls)


@pytest.mark.slow
@pytest.mark.parametrize("earlier", [True, False], ids=["over another", "the first"])
def test_a_kill_at_any_call_leaves_a_whole_report_or_none(
    tmp_path, calls, earlier, record_property
):
    tried = places(calls)[:: EACH if earlier else 4 * EACH]
    for name, number in tried:
        reports = new_reports(tmp_path, earlier=earlier)
        done = published_under(reports, "-e", f"trace={name}", "-e", f"inject={name}:signal=SIGKILL:when={number}")  # fmt: skip
        assert done.code == -signal.SIGKILL or not earlier, (name, number)
        assert content_of(reports) in ({"old", "new"} if earlier else {None, "new"}), (name, number)
        assert_the_next_run_mends(reports)
    assert len(tried) >= (400 if NIGHT and earlier else 8)
    record_property("kills", len(tried))


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "names"), [("ENOSPC", NO_ROOM_AT), ("EIO", BROKEN_AT)])
def test_no_room_and_a_broken_disk_are_told_and_leave_a_whole_report(
    tmp_path, calls, fault, names, record_property
):
    tried = places(calls, names)[::EACH]
    ends = Counter()
    for name, number in tried:
        reports = new_reports(tmp_path, earlier=True)
        done = published_under(reports, "-e", f"trace={name}", "-e", f"inject={name}:error={fault}:when={number}")  # fmt: skip
        content = content_of(reports)
        assert done.code in {0, StorageError.exit_code}, (name, number, done.code)
        assert content == "new" if done.code == 0 else content in {"old", "new"}, (name, number)
        ends[done.code, content] += 1
        assert_the_next_run_mends(reports)
    assert ends[StorageError.exit_code, "old"] > 0
    for (code, content), times in ends.items():
        record_property(f"{fault}: exit {code}, {content}", times)
