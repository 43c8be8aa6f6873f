"""The executed report notebook becomes page, tagged PDF, Word document, brief and workbook; the indicators become a table."""

from impact.reporting.render.brief import render_brief
from impact.reporting.render.cover import Cover
from impact.reporting.render.indicator_table import INDICATORS, render_indicators
from impact.reporting.render.origins import Trail
from impact.reporting.render.page import render_html
from impact.reporting.render.paper import render_pdf
from impact.reporting.render.word import render_docx
from impact.reporting.render.workbook import render_xlsx

__all__ = [
    "INDICATORS",
    "Cover",
    "Trail",
    "render_brief",
    "render_docx",
    "render_html",
    "render_indicators",
    "render_pdf",
    "render_xlsx",
]
