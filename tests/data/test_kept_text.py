"""What is kept for other processes is read whole and as it was written, or not at all."""

import os

import pytest

from impact.data.kept_text import keep_text, kept_text


def test_a_kept_text_is_read_as_it_was_written(tmp_path):
    keep_text(tmp_path / "one", "été\n\n{}\n")
    assert kept_text(tmp_path / "one") == "été\n\n{}\n"
    assert (tmp_path / "one").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "spoil", [lambda kept: kept[:-3], lambda kept: kept.replace(b"1", b"7"), lambda kept: kept[:0]]
)
def test_a_torn_or_changed_text_is_not_there(tmp_path, spoil):
    path = tmp_path / "one"
    keep_text(path, '{"p": 0.0123}')
    path.write_bytes(spoil(path.read_bytes()))
    assert kept_text(path) is None


def test_a_link_is_neither_read_nor_written_through(tmp_path):
    (tmp_path / "other").mkdir()
    keep_text(tmp_path / "other" / "one", "theirs")
    (tmp_path / "one").symlink_to(tmp_path / "other" / "one")
    assert kept_text(tmp_path / "one") is None
    keep_text(tmp_path / "one", "ours")
    assert kept_text(tmp_path / "other" / "one") == "theirs"
    assert kept_text(tmp_path / "one") == "ours"


def test_where_nothing_can_be_written_nothing_is_kept_and_nothing_fails(tmp_path):
    keep_text(tmp_path / "nowhere" / "one", "text")
    assert kept_text(tmp_path / "nowhere" / "one") is None


def test_reading_says_that_it_was_used(tmp_path):
    keep_text(tmp_path / "one", "text")
    os.utime(tmp_path / "one", (0, 0))
    kept_text(tmp_path / "one")
    assert (tmp_path / "one").stat().st_mtime > 0
