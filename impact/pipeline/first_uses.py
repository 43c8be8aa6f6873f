"""What every process of a run does when it first uses a library, done once before they are forked.

None of it begins a thread or opens a connection: whoever forks must have neither.
"""

from typing import get_args

from impact.terms import Language


def use_once() -> None:
    """Use each library once."""
    for use in (compile_schema, find_pools, write_numbers):
        use()


def compile_schema() -> None:
    """Have nbformat compile the schema by which it checks notebooks (0.1 s)."""
    from nbformat import current_nbformat, current_nbformat_minor, validate
    from nbformat.v4 import new_notebook

    validate(new_notebook(), version=current_nbformat, version_minor=current_nbformat_minor)


def find_pools() -> None:
    """Have the pools of linear algebra found."""
    from impact.one_thread import one_thread

    with one_thread():
        pass


def write_numbers() -> None:
    """Have each language's way to write numbers read."""
    from impact.reporting.formats import Formats

    for language in get_args(Language):
        Formats(language).number(1234.5, 1)
