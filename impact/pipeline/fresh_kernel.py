"""A notebook's kernel where nothing is forked: started as jupyter_client does, in a session of its own, and never forgotten."""

import os
import signal
from contextlib import suppress
from typing import Any, ClassVar

from jupyter_client.provisioning import LocalProvisioner

from impact.pipeline.kernel_provider import provide_by


class FreshProvisioner(LocalProvisioner):  # type: ignore[misc]  # its package says nothing of types
    """Starts a kernel and knows it until it was waited for."""

    begun: ClassVar[list["FreshProvisioner"]] = []

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        """Start the kernel of this command."""
        told = await super().launch_kernel(cmd, **options)
        self.begun.append(self)
        return told


def end_all() -> None:
    """Kill each kernel that runs, with what it started; asked to, it would end only once it has imported all it needs."""
    for kernel in FreshProvisioner.begun:
        if kernel.process is not None:  # else it was waited for, and its number may be a stranger's
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(kernel.pid, signal.SIGKILL)


def provide() -> None:
    """Have jupyter_client take its kernels from here."""
    provide_by(FreshProvisioner, name="impact-fresh")
