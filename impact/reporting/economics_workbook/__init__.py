"""The appraisal as a workbook that recalculates: eight tabs of formulas from the assumptions to the rate of return."""

from impact.reporting.economics_workbook.subject import Subject
from impact.reporting.economics_workbook.workbook import ECONOMICS, render_economics

__all__ = ["ECONOMICS", "Subject", "render_economics"]
