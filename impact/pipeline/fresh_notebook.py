"""The process of some notebooks where nothing is forked: a new interpreter for papermill, an ordinary new kernel for each."""

import os
import socket
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from impact.pipeline.hang_up import ending_with


def main() -> None:
    """Take orders from the run, execute them, send statuses; end with the run even while papermill is imported."""
    run, sockets = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])
    with ending_with(run):
        from impact.pipeline import fresh_kernel
        from impact.pipeline.notebook_process import execute_next
        from impact.pipeline.parent_process import order_from
    fresh_kernel.provide()
    with ending_with(run, and_end=fresh_kernel.end_all):
        notebooks = order_from(run)["notebooks"]
        with run.makefile() as orders:
            for _ in range(notebooks):
                execute_next(orders, run, partial(in_new_kernel, sockets=sockets))


def in_new_kernel(order: Mapping[str, Any], *, sockets: Path) -> dict[str, Any]:
    """Have papermill start a kernel as it always does, and execute a notebook there; return the status."""
    from traitlets.config import Config

    from impact.pipeline.notebook_process import run_order

    # sockets as files in a folder of this kernel's own: no open port, no clash with a kernel beside it
    own = tempfile.mkdtemp(dir=sockets)
    # and settings too: the user's own would run in it, and it would write into their history
    os.environ["IPYTHONDIR"] = f"{own}/ipython"
    reached_by = {
        "transport": "ipc",
        "ip": f"{own}/kernel",
        "connection_file": f"{own}/kernel.json",
    }
    return run_order(
        order,
        extra_arguments=["--HistoryManager.enabled=False"],
        config=Config({"KernelManager": reached_by}),
    )


if __name__ == "__main__":
    main()
