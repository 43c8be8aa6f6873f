"""For pytest's ``-p``: kernels talk through files, not ports, which two processes may choose at the same moment."""

import tempfile
from itertools import count
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager

_FOLDER = tempfile.TemporaryDirectory(prefix="kernels-")  # removed when the process ends
_with_ports, _number = KernelManager.__init__, count()


def _with_files(self: KernelManager, *args: Any, **choices: Any) -> None:
    own = str(Path(_FOLDER.name) / str(next(_number)))
    _with_ports(self, *args, **{"transport": "ipc", "ip": own, **choices})


KernelManager.__init__ = _with_files  # type: ignore[method-assign]
