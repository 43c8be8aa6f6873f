"""Words of codes that de-identification emits."""

from collections.abc import Mapping

from impact.disclosure.public_use.deidentified import Change
from impact.disclosure.public_use.utility import SummaryName, Verdict
from impact.reporting.words.catalogue import t

CHANGES: Mapping[Change, str] = {
    "new_ids": t("New ids, in random order"),
    "dropped": t("Stays inside"),
    "recoded": t("Categories joined"),
    "banded": t("Numbers in bands"),
    "year_only": t("Only the year left"),
    "top_coded": t("Largest values replaced"),
    "bottom_coded": t("Smallest values replaced"),
    "rounded": t("Rounded"),
    "withheld": t("Withheld of single firms"),
    "start_moved": t("Start moved to the next one"),
    "unit_left_out": t("Firms left out"),
}
VERDICTS: Mapping[Verdict, str] = {
    "survives": t("the same"),
    "weakened": t("less clear"),
    "lost": t("lost"),
}
SUMMARIES: Mapping[SummaryName, str] = {
    "units": t("Firms"),
    "observations": t("Observations"),
    "treated": t("Firms treated"),
    "mean": t("Mean"),
    "sd": t("Standard deviation"),
    "zeros": t("Share of zeros"),
}
