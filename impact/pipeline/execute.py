"""Execute one notebook with papermill in a process of its own, and say truthfully how it ended.

papermill's own marks cannot certify a run: a killed kernel can leave a notebook that looks complete. So the child process
writes a status file as its last act; no status file means that it did not finish.
"""

import builtins
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from impact import errors
from impact.errors import ImpactError, KernelDiedError, NotebookError, RunError, StorageError

CELL_TIMEOUT_S = 1200
NOTEBOOK_TIMEOUT_S = 3600
_PR_SET_PDEATHSIG = 1  # prctl(2)
GRACE_S = 3.0  # after a polite request to stop, before it is made to
SINGLE_THREADED = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}  # fmt: skip
"""One BLAS thread a kernel: two notebooks run side by side, and sums must not depend on the machine."""


class Execution:
    """A notebook being executed by a child process; `wait` returns or raises, `stop` ends it with its kernel."""

    def __init__(
        self, notebook: Path, output: Path, parameters: Mapping[str, Any], *, folder: Path
    ) -> None:
        self.notebook = notebook
        self._status = output.with_suffix(".status")
        order = {"notebook": str(notebook), "output": str(output), "parameters": dict(parameters)}
        self._child = subprocess.Popen(  # noqa: S603 (our own module)
            [sys.executable, "-m", "impact.pipeline.execute", json.dumps(order)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, **SINGLE_THREADED},
        )

    def wait(self) -> None:
        """Wait for the end.

        Raises
        ------
        NotebookError, KernelDiedError, RunError, StorageError
        """
        try:
            _, complaint = self._child.communicate(timeout=NOTEBOOK_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.stop()
            raise RunError(
                f"{self.notebook.stem}: not finished after {NOTEBOOK_TIMEOUT_S} s; it was stopped"
            ) from None
        if not self._status.is_file():
            reason = (complaint or "").strip().splitlines()
            tail = reason[-1].split(":")[0] if reason else f"exit code {self._child.returncode}"
            raise RunError(f"{self.notebook.stem}: its process ended without a word ({tail})")
        status = json.loads(self._status.read_text(encoding="utf-8"))
        self._status.unlink()
        if status["outcome"] != "done":
            raise _error_of(self.notebook.stem, status)

    def stop(self) -> None:
        """Ask the child to stop, then make it; its kernel goes with it."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if self._child.poll() is not None:
                return
            os.killpg(self._child.pid, sign)
            end = time.monotonic() + GRACE_S
            while self._child.poll() is None and time.monotonic() < end:
                time.sleep(0.02)


def _error_of(stem: str, status: Mapping[str, Any]) -> ImpactError:
    if status["outcome"] == "kernel_died":
        return KernelDiedError(
            f"{stem}: the kernel died, most likely for want of memory; close other programs or use a smaller sample"
        )
    if status["outcome"] == "storage":
        return StorageError(
            f"{stem}: its output could not be written ({status['name']}); check space and permissions"
        )
    if issubclass(getattr(builtins, status["name"], type), OSError):
        return StorageError(
            f"{stem}: a file could not be written ({status['name']}); check space and permissions"
        )
    kind = getattr(errors, status["name"], None)
    if isinstance(kind, type) and issubclass(kind, ImpactError):
        return kind(f"{stem}, cell {status['cell']}: {status['words']}")
    return NotebookError(
        f"{stem}, cell {status['cell']}: {status['name']}; run the notebook in JupyterLab to see more"
    )


def run_order(order: Mapping[str, Any]) -> dict[str, Any]:
    """Execute in this process; return the status. Our own errors keep their words, other texts may hold data values."""
    # papermill, nbformat and nbconvert import a grammar for URI checks that costs 1.5 s and that notebooks do not need
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from traitlets.config import Config

    try:
        # sockets as files in a folder of this kernel's own: no open port, no clash with a kernel beside it
        with tempfile.TemporaryDirectory(prefix="impact-kernel-") as sockets:
            papermill.execute_notebook(
                _as_written(order["notebook"]),
                _as_written(order["output"]),
                parameters=order["parameters"],
                progress_bar=False,
                log_output=False,
                execution_timeout=CELL_TIMEOUT_S,
                config=Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}}),
            )
    except papermill.PapermillExecutionError as problem:
        words = problem.evalue if hasattr(errors, problem.ename) else ""
        return {
            "outcome": "failed",
            "cell": problem.cell_index,
            "name": problem.ename,
            "words": words,
        }
    except DeadKernelError:
        return {"outcome": "kernel_died"}
    except CellTimeoutError:
        return {"outcome": "failed", "cell": "?", "name": "CellTimeoutError", "words": ""}
    except OSError as problem:
        return {"outcome": "storage", "name": type(problem).__name__}
    except RuntimeError as problem:
        if "Kernel" in str(problem):
            return {"outcome": "kernel_died"}
        raise
    return {"outcome": "done"}


def _as_written(path: str) -> str:
    """Have papermill take a path as it is: it fills what stands in braces with parameters."""
    return path.replace("{", "{{").replace("}", "}}")


def _end_with_parent() -> None:
    """Have the system stop this process when the run that started it is killed (Linux; elsewhere the kernel's own watch)."""
    import ctypes

    parent = os.getppid()
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            raise SystemExit(1)


def main() -> None:
    """Entry of the child process: an order in JSON is the only argument."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    _end_with_parent()
    order = json.loads(sys.argv[1])
    status = Path(order["output"]).with_suffix(".status")
    aside = status.with_suffix(".writing")
    aside.write_text(json.dumps(run_order(order)), encoding="utf-8")
    aside.replace(status)


if __name__ == "__main__":
    main()
