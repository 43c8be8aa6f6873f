"""Shared by all tests: where the reference data are, when they are there at all."""

from pathlib import Path

import pytest
from hypothesis import settings
from shared_reference import REFERENCE

# the same examples each time, so that a red run is a change's and not a draw's; `make test-slow` draws others
settings.register_profile("seeded", derandomize=True)
settings.register_profile("searching", derandomize=False, print_blob=True)
settings.load_profile("seeded")


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of the reference data sets and golden numbers, or a skip."""
    if not REFERENCE.is_dir():
        pytest.skip("needs the reference folder (shared/reference) beside the repository")
    return REFERENCE
