"""From a written plan to a finished run: the only floor that knows papermill and the reports folder."""

from impact.pipeline.notebook import NotebookStudy, open_study

__all__ = ["NotebookStudy", "open_study"]
