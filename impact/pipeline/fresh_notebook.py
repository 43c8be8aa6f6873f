"""The process of some notebooks where nothing is forked: a new interpreter for papermill, an ordinary new kernel for each."""

import socket
import sys
from pathlib import Path

from impact.pipeline.hang_up import ending_with


def main() -> None:
    """Take orders from the run, execute them, send statuses; end with the run even while papermill is imported."""
    run, sockets = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])
    with ending_with(run):
        from impact.pipeline import fresh_kernel, notebook_process
        from impact.pipeline.parent_process import order_from
    fresh_kernel.provide()
    with ending_with(run, and_end=fresh_kernel.end_all):
        notebooks = order_from(run)["notebooks"]
        notebook_process.execute_in_turn(notebooks, run, sockets=sockets)


if __name__ == "__main__":
    main()
