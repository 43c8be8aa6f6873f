"""One reading process for all tests of this room: starting one takes longer than reading a small file."""

from contextlib import contextmanager

import pytest

from impact.data.proposal import propose
from impact.data.sources import door
from impact.data.sources.apart import Apart


@pytest.fixture(scope="session")
def kept_apart():
    with Apart() as apart:
        yield apart


@pytest.fixture(autouse=True)
def one_reading_process(kept_apart, monkeypatch, request):
    @contextmanager
    def kept():
        yield kept_apart

    if "own_process" not in request.fixturenames:
        monkeypatch.setattr(door, "Apart", kept)


@pytest.fixture
def own_process():
    """Ask for a reading process as a user gets it."""


@pytest.fixture
def proposals_in_one_process(kept_apart, monkeypatch):
    """Let proposals read with the tests' own process."""

    @contextmanager
    def kept():
        yield kept_apart

    monkeypatch.setattr(propose, "Apart", kept)
