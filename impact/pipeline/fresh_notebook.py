"""The process of one notebook where nothing is forked: a new interpreter for papermill, an ordinary new kernel."""

import json
import socket
import sys
from pathlib import Path

from impact.pipeline.hang_up import ending_with
from impact.pipeline.notebook_process import answered, run_order


def main() -> None:
    """Take the order from the run, execute it, send the status."""
    run, sockets = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])
    with ending_with(run), answered(run) as status:
        status.update(run_order(json.loads(run.makefile().readline()), sockets=sockets))


if __name__ == "__main__":
    main()
