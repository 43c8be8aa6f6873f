"""Shared by all tests: where the reference data are, when they are there at all."""

from pathlib import Path

import pytest
from shared_reference import REFERENCE


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of the reference data sets and golden numbers, or a skip."""
    if not REFERENCE.is_dir():
        pytest.skip("needs the reference folder (shared/reference) beside the repository")
    return REFERENCE


ON_ONE_WORKER = {"test_parts.py", "test_parts_of_the_book.py"}
"""Files that ask for the same costly study (`embedded.quick`). Of all others each file is a group of its own."""


@pytest.hookimpl(tryfirst=True)  # before marks are read off
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests run on one worker, where there are several (``--dist loadgroup``)."""
    for item in items:
        file = item.path
        name = "quick" if file.name in ON_ONE_WORKER else f"{file.parent.name}/{file.stem}"
        item.add_marker(pytest.mark.xdist_group(name))
