"""How long a period is, in the words that sentences need of it."""

from impact.reporting.words.catalogue import t

FREQUENCIES = {
    "every:integer": t("By wave"),
    "every:year": t("Yearly"),
    "every:quarter": t("Quarterly"),
    "every:month": t("Monthly"),
}

EACH = {
    "every:integer": t("per period and firm"),
    "every:year": t("per year and firm"),
    "every:quarter": t("per quarter and firm"),
    "every:month": t("per month and firm"),
}
"""What effects are averages over."""

LENGTHS = {
    "every:integer": t("a period"),
    "every:year": t("a year"),
    "every:quarter": t("a quarter"),
    "every:month": t("a month"),
}
