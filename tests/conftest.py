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
