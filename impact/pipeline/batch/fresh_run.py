"""The process of one run of a batch where nothing is forked: a new interpreter, and new ones for its notebooks."""

import socket
import sys

from impact.pipeline.hang_up import ending_with


def main() -> None:
    """Take the order from the batch and carry it out; end with the batch even while what a run needs is imported."""
    asked = socket.socket(fileno=int(sys.argv[1]))
    with ending_with(asked):
        from impact.pipeline.batch.one_run import answer
        from impact.pipeline.execute import FreshNotebooks
        from impact.pipeline.parent_process import order_from
    answer(order_from(asked), asked, executing=lambda folder: FreshNotebooks(folder=folder))


if __name__ == "__main__":
    main()
