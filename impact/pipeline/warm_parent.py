"""The process that the notebooks of a run are forked from, with what they need imported once.

Interpreters, imports and their first use cost more than most notebooks compute. Here they are paid once; still every notebook
has a process of its own, fresh from this one, with no memory, folder or environment in common, which papermill and its cells
are executed in. Notebooks of a lane are executed in turn::

    impact run -- warm parent -+- lane -+- notebook
                               |        +- notebook
                               +- lane --- notebook

Forking is safe because this process has neither threads nor sockets of its own libraries: it imports, then waits. Each process
watches the connection to the one above and ends when that hangs up. POSIX only, as the reports folder's lock is.
"""

import gc
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from impact.pipeline.first_uses import use_once
from impact.pipeline.hang_up import ending_with

IMPORTED_ONCE = (
    "impact.pipeline.lane",
    "impact.pipeline.notebook",
    "linearmodels.panel",
    "matplotlib.figure",
    "impact.reporting.svg_canvas",
    "babel.dates",
    "babel.numbers",
    "threadpoolctl",
    # what the first cell, and the first exhibit, of each notebook load
    "IPython.core.logger",
    "font_source_sans_pro",
    "markdown_it",
    "mdit_py_plugins.dollarmath",
    "matplotlib.style.core",
    "pandas.core.methods.to_dict",
    "pandas.core.reshape.reshape",
    "pandas.io.formats.csvs",
    "pandas.io.formats.html",
    "pandas.io.formats.string",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
    "statsmodels.stats.multitest",
    "typst",
)
KEPT_OUT = ("rfc3987_syntax", "debugpy", "polars")
"""What libraries import if it is there, and do without if not: a grammar by which nbformat checks addresses (1.5 s), of which
notebooks have none, a kernel's debugger (0.6 s), and frames of another kind, which begin threads."""


def main() -> None:
    """Entry of the process: the number of the connection to the run, and a folder for what kernels need."""
    run, sockets = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])
    with ending_with(run):
        import_once(IMPORTED_ONCE)
    execute_notebooks(run, sockets)


def import_once(names: Iterable[str], *and_do: Callable[[], object]) -> None:
    """Import what children share, do what each would do again, and leave it where no collection in a child copies it."""
    gc.disable()  # what is imported stays: to look it through again and again costs a tenth of importing it
    for name in KEPT_OUT:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    for name in names:
        import_module(name)
    for do in (use_once, *and_do):
        do()
    gc.collect()
    gc.freeze()
    gc.enable()


def execute_notebooks(run: socket.socket, sockets: Path) -> None:
    """Fork for each lane of a run, whose notebooks the forked process executes; return once the run has hung up."""
    lane = next_child(run)
    if lane is None:
        shutil.rmtree(sockets, ignore_errors=True)
        return
    from impact.pipeline.lane import execute

    execute(lane, sockets=sockets)


def next_child(run: socket.socket) -> socket.socket | None:
    """Fork once for each connection that whoever asks sends.

    Returns
    -------
    socket or None
        In a forked process its connection to who asked; here none, after that one has hung up and every process is gone.
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
