"""What the command is told of a run that it no longer wants."""

import json
import socket

import pytest

from impact.pipeline.ask import _stopped

BROKEN = {"status": "failed", "error": "OSError", "exit_code": 6, "reason": "Connection reset"}


@pytest.mark.parametrize(
    ("lines", "ending"),
    [
        ([json.dumps(BROKEN)], {"status": "failed", "error": "KeyboardInterrupt"}),
        (['{"status": "do'], {"status": "failed", "error": "KeyboardInterrupt"}),
        ([], {"status": "failed", "error": "KeyboardInterrupt"}),
        (['{"status": "done", "said": ["all"]}'], {"status": "done", "said": ["all"]}),
    ],
    ids=["connections between its processes broke", "torn", "gone", "done just then"],
)
def test_a_run_that_is_stopped_is_told_as_stopped_unless_it_was_done(lines, ending):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert _stopped(ours, lines, {}) == ending
        assert theirs.recv(1), "the run is told to stop"
