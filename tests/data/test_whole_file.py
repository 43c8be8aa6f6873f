"""A file is there whole or as it was before."""

import pytest

from impact.data.whole_file import whole_file
from impact.errors import StorageError


def test_a_file_takes_its_place_when_all_is_written(tmp_path):
    path = tmp_path / "new.bin"
    with whole_file(path) as file:
        file.write(b"all of it")
        assert not path.exists()
    assert path.read_bytes() == b"all of it"
    assert [one.name for one in tmp_path.iterdir()] == ["new.bin"]


def test_what_fails_halfway_changes_nothing(tmp_path):
    path = tmp_path / "kept.bin"
    path.write_bytes(b"before")

    def interrupted():
        with whole_file(path) as file:
            file.write(b"half of")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_bytes() == b"before"
    assert [one.name for one in tmp_path.iterdir()] == ["kept.bin"]


def test_a_folder_that_is_not_there_is_named_by_the_file_alone(tmp_path):
    with (
        pytest.raises(StorageError, match=r"^x\.bin: No such file or directory"),
        whole_file(tmp_path / "missing" / "x.bin"),
    ):
        pass
