"""The process of one notebook where nothing is forked: a new interpreter for papermill, an ordinary new kernel."""

import json
import socket
import sys
from pathlib import Path

from impact.pipeline.hang_up import ending_with


def main() -> None:
    """Take the order from the run, execute it, send the status; end with the run even while papermill is imported."""
    run, sockets = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])
    with ending_with(run):
        from impact.pipeline import fresh_kernel, notebook_process
    fresh_kernel.provide()
    with (
        ending_with(run, and_end=fresh_kernel.end_all),
        notebook_process.answered(run) as status,
    ):
        status.update(
            notebook_process.run_order(json.loads(run.makefile().readline()), sockets=sockets)
        )


if __name__ == "__main__":
    main()
