"""Entry of the process that `apart` starts: it ends with its parent, also while it imports or waits for a reader."""

import os
import select
import sys
from threading import Thread


def main() -> None:
    """Answer requests until the parent closes the pipe or is no more."""
    Thread(target=_end_with_parent, daemon=True).start()
    from impact.data.sources.child import answer_requests

    answer_requests()


def _end_with_parent() -> None:
    poll = select.poll()
    poll.register(sys.stdin.fileno(), 0)  # no event asked for: a hang-up alone is told
    poll.poll()
    os._exit(0)


if __name__ == "__main__":
    main()
