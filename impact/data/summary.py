"""A title and lines of what a thing says of itself, as plain text and as a table."""

from html import escape


def as_text(title: str, lines: list[tuple[str, str]]) -> str:
    """Set the lines below a title."""
    width = max(len(label) for label, _ in lines)
    return "\n".join([title, *(f"{label:<{width}}  {text}" for label, text in lines)])


def as_html(title: str, lines: list[tuple[str, str]]) -> str:
    """Set the lines as a table."""
    rows = "".join(
        f"<tr><th scope='row'>{escape(label)}</th><td>{escape(text)}</td></tr>"
        for label, text in lines
    )
    return f"<p><b>{escape(title)}</b></p><table>{rows}</table>"
