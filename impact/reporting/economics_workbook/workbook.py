"""The workbook of the appraisal: eight tabs, from assumptions to the rate of return, that follow when a cell is changed."""

import io
from datetime import UTC, datetime
from pathlib import Path

from impact.reporting.economics_workbook.assumptions import assumptions_tab
from impact.reporting.economics_workbook.beneficiaries import beneficiaries_tab
from impact.reporting.economics_workbook.benefits import benefits_tab
from impact.reporting.economics_workbook.costs import costs_tab
from impact.reporting.economics_workbook.description import description_tab
from impact.reporting.economics_workbook.page import Book
from impact.reporting.economics_workbook.sensitivity import sensitivity_tab
from impact.reporting.economics_workbook.stream import stream_tab
from impact.reporting.economics_workbook.subject import Subject
from impact.reporting.economics_workbook.summary import summary_tab
from impact.reporting.render.pandoc import EPOCH, publish

ECONOMICS = "economics.xlsx"
TABS = (
    description_tab,
    summary_tab,
    assumptions_tab,
    costs_tab,
    benefits_tab,
    stream_tab,
    sensitivity_tab,
    beneficiaries_tab,
)


def render_economics(subject: Subject, output: Path) -> None:
    """Write the workbook: the same bytes for the same subject.

    Notes
    -----
    Each formula is written with the value that the appraisal has for it, so that a viewer that does not calculate shows the
    report's numbers; a spreadsheet recalculates as it opens.
    """
    from xlsxwriter.workbook import Workbook

    whole = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = Workbook(whole, options)
    created = datetime.fromtimestamp(int(EPOCH), UTC).replace(tzinfo=None)
    title = f"{subject.cover.title}: {subject.t('costs and benefits')}"
    workbook.set_properties({"title": title, "created": created})
    book = Book(workbook, subject)
    for tab in TABS:
        tab(book)
    workbook.close()
    publish(whole.getvalue(), output)
