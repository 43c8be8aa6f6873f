"""The process that the notebooks of a run are forked from, with what they need imported once.

Interpreters, imports and their first use cost more than most notebooks compute. Here they are paid once; still every notebook
has a papermill process and a kernel of its own, fresh from this one, with no memory, folder, environment or socket in common::

    impact run -- warm parent -+- notebook (papermill) -- kernel
                               +- notebook (papermill) -- kernel

Forking is safe because this process has neither threads nor sockets of its own libraries: it imports, then waits. Each process
watches the connection to the one above and ends when that hangs up. POSIX only, as the reports folder's lock is.
"""

import gc
import os
import shutil
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from impact.pipeline.hang_up import ending_with

IMPORTED_ONCE = (
    "impact.pipeline.notebook_process",
    "ipykernel.kernelapp",
    "ipykernel.debugger",  # loaded by every kernel
    "impact.pipeline.notebook",
    "linearmodels.panel",
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "babel.dates",
    "babel.numbers",
    "threadpoolctl",
)
KEPT_OUT = ("rfc3987_syntax", "debugpy")
"""What libraries import if it is there, and do without if not: a grammar by which nbformat checks addresses (1.5 s), of which
notebooks have none, and the debugger of a kernel (0.6 s) that nobody steps through."""


def main() -> None:
    """Entry of the process: the number of the connection to the run, and the folder for kernels' sockets."""
    run, sockets = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])
    with ending_with(run):
        for name in KEPT_OUT:
            sys.modules.setdefault(name, None)  # type: ignore[arg-type]
        for name in IMPORTED_ONCE:
            import_module(name)
    gc.collect()
    gc.freeze()  # so that no collection in a child walks over, and copies, what all of them share
    notebook = next_notebook(run)
    if notebook is None:
        shutil.rmtree(sockets, ignore_errors=True)
        return
    from impact.pipeline.notebook_process import execute

    execute(notebook, sockets=sockets)


def next_notebook(run: socket.socket) -> socket.socket | None:
    """Fork once for each connection that the run sends.

    Returns
    -------
    socket or None
        In a forked process its connection to the run; here none, after the run has hung up and every process is gone.
    """
    children = []
    while descriptors := socket.recv_fds(run, 1, 1)[1]:
        child = os.fork()
        if child == 0:
            os.setsid()
            run.close()
            return socket.socket(fileno=descriptors[0])
        children.append(child)
        os.close(descriptors[0])
    for child in children:  # none was waited for before, so that no number has gone to a stranger
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
    for child in children:
        os.waitpid(child, 0)
    return None


if __name__ == "__main__":
    main()
