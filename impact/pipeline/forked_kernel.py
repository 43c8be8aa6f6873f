"""A notebook's kernel, forked instead of started: to jupyter_client one more way to provide a kernel."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from jupyter_client.provisioning import LocalProvisioner

from impact.pipeline.hang_up import ending_with
from impact.pipeline.kernel_provider import provide_by
from impact.pipeline.parent_process import order_from

LOOK_AGAIN_S = 0.01  # for the end of a process that is waited for with patience


class ForkedKernel:
    """A kernel's process, with the verbs of `subprocess.Popen` that jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, orders: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.orders = orders

    def begin(self, command: list[str], *, folder: str, environment: dict[str, str]) -> None:
        """Tell the waiting process which kernel to become."""
        order = {"command": command, "folder": folder, "environment": environment}
        self.orders.sendall(json.dumps(order).encode() + b"\n")

    def poll(self, options: int = os.WNOHANG) -> int | None:
        """Return how the process ended, or none while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Return how the process ended, once it has; `subprocess.TimeoutExpired` after so many seconds."""
        if timeout is None:
            return self.poll(0)
        last = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > last:
                raise subprocess.TimeoutExpired("forked", timeout)
            time.sleep(LOOK_AGAIN_S)
        return self.returncode

    def send_signal(self, sign: int) -> None:
        """Send a signal to a process that runs."""
        if self.poll() is None:
            os.kill(self.pid, sign)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)


class ForkedProvisioner(LocalProvisioner):  # type: ignore[misc]  # its package says nothing of types
    """Provides kernels that were forked when the notebooks' process began, before it had a thread or a socket."""

    waiting: ClassVar[list[ForkedKernel]] = []

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        """Let a waiting process become the kernel of this command."""
        self.process = self.waiting.pop(0)
        self.pid = self.process.pid
        self.process.begin(
            cmd, folder=str(options.get("cwd") or Path.cwd()), environment=options["env"]
        )
        return self.connection_info


def provide() -> None:
    """Have jupyter_client take its kernels from here, in this process and in those forked from it."""
    provide_by(ForkedProvisioner, name="impact-forked")


def fork_kernels(number: int, run: socket.socket) -> None:
    """Fork the processes that will be the kernels of as many notebooks; there, be one, and return never."""
    for _ in range(number):
        here, there = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            # held here too, a connection would hide its end from who is at the other
            for connection in (here, run, *(kernel.orders for kernel in ForkedProvisioner.waiting)):
                connection.close()
            _wait_to_be_kernel(there)
        there.close()
        ForkedProvisioner.waiting.append(ForkedKernel(pid, here))


def _wait_to_be_kernel(orders: socket.socket) -> NoReturn:
    with ending_with(orders):
        _be_kernel(**order_from(orders))
    sys.exit()


def leave() -> NoReturn:
    """End this forked process after its exit functions alone.

    An interpreter that ends takes leave of every object, and so copies every page that it shares with its parent.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)


def _be_kernel(command: list[str], folder: str, environment: dict[str, str]) -> None:
    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    np.random.seed()  # noqa: NPY002 (else every kernel of a run would draw the same unseeded numbers)
    sys.argv = command[command.index("ipykernel_launcher") :]
    IPKernelApp.launch_instance(argv=sys.argv[1:])
    leave()
