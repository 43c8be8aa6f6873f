"""The process that runs of a batch are forked from, as `impact.pipeline.host`, which keeps account of what they compute.

Of each run, whatever process does it: processor seconds of the cells of its notebooks, of reading its data and telling what they are,
and of making its pages.
Whatever else a run costs is what carrying it out costs: forks, papermill, shells, copies, certificate.
"""

import functools
import os
from importlib import import_module
from pathlib import Path

from impact.pipeline import host
from impact.pipeline.timings import cpu_seconds

ACCOUNT = "IMPACT_BENCHMARK_ACCOUNT"  # names the file that seconds are added to, a line each
COMPUTING = (
    ("impact.pipeline.inprocess_kernel", "Client.execute_cell"),
    ("impact.pipeline.lane", "read_for_all"),
    ("impact.pipeline.snapshot", "Snapshot.study"),
    ("impact.pipeline.run", "Told.of"),
    ("impact.pipeline.run", "fonts.share_in"),
    ("impact.pipeline.run", "write_pages"),
)


def counted(work):
    """Have a function add to the account what it spends, itself and in processes that it waits for."""

    @functools.wraps(work)
    def counting(*arguments, **choices):
        before = cpu_seconds()
        try:
            return work(*arguments, **choices)
        finally:
            with Path(os.environ[ACCOUNT]).open("a") as account:
                account.write(f"{cpu_seconds() - before}\n")

    return counting


def keep_account(as_ever=host.hash_code):
    """Have all that computes counted, once it is imported."""
    as_ever()
    for module, path in COMPUTING:
        *owner, name = path.split(".")
        holder = functools.reduce(getattr, owner, import_module(module))
        work = counted(getattr(holder, name))
        of_class = isinstance(vars(holder)[name], classmethod)
        setattr(holder, name, staticmethod(work) if of_class else work)


if __name__ == "__main__":
    host.hash_code = keep_account
    host.main()
