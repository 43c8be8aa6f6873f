"""A directive that shows the public names of a room from their docstrings, so that no list of them has to be kept.

``{public-names} impact.moments`` in a page of docs/reference/ is every name of `impact.__all__` that lives there.
"""  # noqa: INP001 (a folder of pages)

import inspect
from typing import Any

from docutils.nodes import Node
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import impact


def public_names() -> dict[str, str]:
    """Public name to the module that it is imported from, in the order of the package."""
    return {name: impact._ROOMS[name] for name in impact.__all__ if name in impact._ROOMS}


def names_in(room: str) -> list[str]:
    """Return the public names of a module, or of all modules of a folder."""
    return [name for name, home in public_names().items() if f"{home}.".startswith(f"{room}.")]


def autodoc_of(name: str) -> str:
    """Return the directive that shows one name; a second name of one class says which."""
    thing = getattr(impact, name)
    if thing.__name__ != name:
        return f".. data:: impact.{name}\n\n   Another name of `impact.{thing.__name__}`.\n"
    if inspect.isclass(thing):
        return f".. autoclass:: impact.{name}\n   :members:\n   :inherited-members:\n"
    return f".. autofunction:: impact.{name}\n"


class PublicNames(SphinxDirective):
    """Every public name of a room."""

    required_arguments = 1

    def run(self) -> list[Node]:
        """Parse the directives of autodoc in the place of this one."""
        found = names_in(self.arguments[0])
        if not found:
            raise self.error(f"no public name lives in {self.arguments[0]}")
        made = "\n".join(map(autodoc_of, found))
        return self.parse_text_to_nodes(
            f"```{{eval-rst}}\n{made}\n```", allow_section_headings=True
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known."""
    app.add_directive("public-names", PublicNames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
