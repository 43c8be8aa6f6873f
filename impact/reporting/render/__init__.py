"""From an executed notebook to a web page and a PDF."""

from impact.reporting.render.pages import Cover, render_html, render_pdf

__all__ = ["Cover", "render_html", "render_pdf"]
