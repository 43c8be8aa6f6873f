"""Rules of an intake plan: what each did, as a row of the table that begins the sample flow."""

from impact.reporting.words.catalogue import t

RULES = {
    "read": t("Read; sums and totals left out"),
    "append": t("Put below one another"),
    "wide_to_long": t("Columns of periods made rows"),
    "keep": t("Kept where a condition holds; others left out"),
    "drop": t("Left out where a condition holds"),
    "duplicates": t("Repeated rows left out"),
    "summarise": t("Made one row a key"),
    "merge": t("Columns taken from another table by a key"),
    "sort": t("Put in order"),
    "recode": t("Codes made other codes or categories"),
    "arms": t("Starts of treatment taken from the codes of arms"),
    "sum": t("Columns added up"),
    "subtract": t("One column taken from another"),
    "share": t("One column divided by another"),
    "log": t("Logarithm taken"),
    "constant": t("One value written into every row"),
    "join_texts": t("Texts joined into one"),
    "correct": t("Known errors corrected, in a new column"),
    "round": t("Rounded, beside the original"),
    "winsorise": t("Outliers drawn in, in a new column"),
    "period_of": t("Period of a day or of a shorter period"),
    "read_period": t("Periods read as they are written"),
    "fiscal_year": t("Fiscal year of a day or a period"),
    "first_period": t("First treated period of each unit"),
    "muslim_calendar": t("Ramadan and Eids beside the periods"),
    "pseudonymise": t("Ids replaced by pseudonyms"),
    "forget": t("Columns left out"),
}
