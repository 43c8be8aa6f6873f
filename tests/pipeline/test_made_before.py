"""What runs leave for the next is theirs alone, of one code, bounded in number, and nothing that a link leads to."""

import os

import pytest

from impact.evaluation.design_store import remembered
from impact.pipeline import made_before as room
from impact.pipeline.made_before import made_before, own_folder
from impact.pipeline.store import MADE, building
from impact.reporting.render import fonts


def test_the_folder_is_the_makers_alone(tmp_path):
    folder = made_before(tmp_path)
    assert folder.parent == tmp_path / MADE
    assert {one.stat().st_mode & 0o777 for one in (folder, folder.parent)} == {0o700}


def test_another_code_or_library_finds_nothing(tmp_path, monkeypatch):
    (made_before(tmp_path) / "check").touch()
    for what, value in (("version", lambda _: "0"), ("sha256_of", lambda _: "0")):
        room.computed_by.cache_clear()
        with monkeypatch.context() as changed:
            changed.setattr(room, what, value)
            assert list(made_before(tmp_path).iterdir()) == []
    room.computed_by.cache_clear()


def test_what_was_used_longest_ago_is_forgotten(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "FILES", 2)
    folder = made_before(tmp_path)
    for at, name in enumerate("cab"):
        (folder / name).touch()
        os.utime(folder / name, (at, at))
    assert {one.name for one in made_before(tmp_path).iterdir()} == {"a", "b"}
    for name in "dcba":
        own_folder(tmp_path / "those", name, most=2)
    assert {one.name for one in (tmp_path / "those").iterdir()} == {"a", "b"}


@pytest.mark.parametrize("at", [MADE, f"{MADE}/code"])
def test_a_link_or_a_file_in_its_place_stays_and_nothing_is_kept(tmp_path, monkeypatch, at):
    monkeypatch.setattr(room, "computed_by", lambda: "code")
    reports, elsewhere = tmp_path / "reports", tmp_path / "elsewhere"
    elsewhere.mkdir()
    for put in (lambda path: path.symlink_to(elsewhere), lambda path: path.write_text("mine")):
        path = reports / at
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        put(path)
        assert made_before(reports) is None
        assert path.is_symlink() or path.read_text() == "mine"
    assert list(elsewhere.iterdir()) == []


def test_where_nothing_can_be_written_a_run_makes_all_itself(tmp_path):
    assert made_before(tmp_path / "nowhere") is None
    assert remembered(None, (), lambda: "made") == "made"


def test_a_first_run_that_fails_leaves_no_folder_of_reports(tmp_path):
    def fails():
        with building(tmp_path / "reports", "one"):
            (made_before(tmp_path / "reports") / "check").touch()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert not (tmp_path / "reports").exists()


def test_letters_that_another_process_cut_are_those_this_one_would_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "_FACES", fonts._FACES[-1:])
    monkeypatch.setattr(fonts, "_cut", {})
    fonts.share_in(tmp_path)
    own = fonts.css("Ω")
    (kept,) = tmp_path.iterdir()
    for content in (kept.read_bytes(), kept.read_bytes()[:-9]):
        kept.write_bytes(content)
        monkeypatch.setattr(fonts, "_cut", {})
        fonts.share_in(tmp_path)
        assert fonts.css("Ω") == own
    monkeypatch.setattr(fonts, "_woff", lambda *_: pytest.fail("cut again"))
    monkeypatch.setattr(fonts, "_cut", {})
    fonts.share_in(tmp_path)
    assert fonts.css() in own
