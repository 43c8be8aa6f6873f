"""From a written plan to a finished run: the only floor that knows papermill and the reports folder."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from impact.pipeline.notebook import NotebookStudy as NotebookStudy
    from impact.pipeline.notebook import open_study as open_study

__all__ = ["NotebookStudy", "open_study"]


def __getattr__(name: str) -> Any:
    """Load a notebook's names when they are first used: the processes of a run start before what they need is imported."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from impact.pipeline import notebook

    return getattr(notebook, name)
