"""What the site says of runs: how they ended, what two of them share."""

from impact.reporting.words.catalogue import t

RUN_STATUSES = {
    "released": t("released"),
    "internal": t("internal"),
    "failed": t("failed"),
    "stopped": t("stopped"),
    "not_started": t("not started"),
    "incomplete": t("not complete"),
    "damaged": t("damaged"),
    "foreign": t("not a run"),
}
"""Of a folder, or of what a batch tried."""

STATUSES_IN_FULL = {
    "released": t("Every figure passed the disclosure gate."),
    "internal": t("Finished; only what a release makes of it may leave."),
    "failed": t("Its batch says why it did not finish."),
    "stopped": t("It was under way when its batch was stopped."),
    "not_started": t("Its batch ended before its turn."),
    "incomplete": t("No certificate (run.json): run it again."),
    "damaged": t("What a run writes cannot be read here: run it again."),
    "foreign": t("Not made by a run; left as it is."),
}

DIFFERENCES = {
    "same": t("the same"),
    "changed": t("changed"),
    "only_first": t("only in the first"),
    "only_second": t("only in the second"),
}
"""Of what two runs hold."""

FILES = {
    "report.html": t("Report"),
    "report.pdf": t("PDF"),
    "report.docx": t("Word"),
    "brief.pdf": t("Brief"),
    "tables.xlsx": t("Tables"),
    "explorer.html": t("Specifications"),
    "results.json": t("Results"),
    "run.json": t("Certificate"),
}
"""Files of a run that the index leads to, in its order."""

DIMENSIONS = {
    "estimator": t("Estimator"),
    "controls": t("Comparison group"),
    "window": t("Window before the start"),
    "sample": t("Sample"),
    "adjustment": t("Adjustment"),
    "winsorise": t("Cap on outcomes"),
    "scale": t("Scale"),
}
"""What specifications are told apart by."""
