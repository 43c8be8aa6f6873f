"""The documentation site: ``python -m sphinx -b html -W docs build/docs``, without network at build or in the pages."""  # noqa: INP001 (a folder of pages)

import sys
from pathlib import Path

import impact

sys.path.insert(0, str(Path(__file__).resolve().parent / "sphinx"))

project = "impact"
author = "The impact developers"
copyright = "The impact developers. MIT licence"  # noqa: A001 (Sphinx's name for it)
release = version = impact.__version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "public_names",
    "pages_as_read",
    "for_keyboards",
]
exclude_patterns = ["sphinx"]
default_role = (
    "py:obj"  # `Panel.from_frame` in a docstring; what has no place of its own stays words in code
)

myst_enable_extensions = []  # what a code host shows as well
myst_heading_anchors = 4

toc_object_entries_show_parents = "hide"
autodoc_typehints = "none"  # the docstring says of every argument what it is
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_custom_sections = ["Assumes"]

html_theme = "furo"
html_title = f"impact {release}"
html_static_path = ["sphinx/static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_search_summary = (
    False  # it would fetch pages, which a browser refuses to a folder on disk
)
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
