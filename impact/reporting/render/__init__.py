"""The executed report notebook becomes a page, a tagged PDF, a Word document, a brief of four pages, and a workbook."""

from impact.reporting.render.brief import render_brief
from impact.reporting.render.cover import Cover
from impact.reporting.render.origins import Trail
from impact.reporting.render.page import render_html
from impact.reporting.render.paper import render_pdf
from impact.reporting.render.word import render_docx
from impact.reporting.render.workbook import render_xlsx

__all__ = [
    "Cover",
    "Trail",
    "render_brief",
    "render_docx",
    "render_html",
    "render_pdf",
    "render_xlsx",
]
