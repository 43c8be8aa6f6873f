"""Rules of an intake plan: what each did, as a row of the table that begins the sample flow."""

from impact.reporting.words.catalogue import t

RULES = {
    "read": t("Read, without sums and totals"),
    "append": t("Put below one another"),
    "wide_to_long": t("Columns of periods made rows"),
    "keep": t("Kept where a condition holds; others left out"),
    "exclude": t("Left out by the plan"),
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
    "deflate": t("Amounts at the prices of one period, in a new column"),
    "exchange": t("Amounts in another currency, in a new column"),
    "recall": t("Amounts of one length of time, in a new column"),
    "period_of": t("Period of a day or of a shorter period"),
    "read_period": t("Periods read as they are written"),
    "fiscal_year": t("Fiscal year of a day or a period"),
    "first_period": t("First treated period of each unit"),
    "muslim_calendar": t("Ramadan and Eids beside the periods"),
    "pseudonymise": t("Ids replaced by pseudonyms"),
    "forget": t("Columns left out"),
}

MISSING_REASONS = {
    "blank": t("blank"),
    "one_of_several": t("for one of several reasons"),
    "unmatched": t("not in the other table"),
    "recoded": t("a code that stands for nothing"),
    "not_recoded": t("a code of no stated meaning"),
    "recall_unknown": t("over how many months, not known"),
    "zero_over_zero": t("nothing divided by nothing"),
    "never": t("never treated"),
    "refused": t("refused"),
    "absent": t("absent"),
    "does_not_know": t("the firm does not know"),
    "not_declared": t("not declared"),
    "not_applicable": t("not applicable"),
    "not_asked": t("not asked"),
    "not_found": t("not found"),
}
"""Reasons that rules of an intake give, and usual ones of surveys; a plan's own stand as the plan writes them."""

COUNTED = {
    "asked_over_months": t("Amounts by how many months were asked about: {n}"),
    "columns": t("Columns left out"),
    "columns_lacking": t("Columns that a table lacked"),
    "correction": t("Rows that correction {n} changed"),
    "drawn_down": t("Values drawn down to the limit"),
    "drawn_up": t("Values drawn up to the limit"),
    "keys": t("Keys that were repeated"),
    "never": t("Rows of firms never treated"),
    "nothing_known": t("Rows in which nothing was known"),
    "others_kept": t("Other codes, kept as they were"),
    "others_missing": t("Other codes, made missing"),
    "part_missing": t("Sums of which a part was missing"),
    "recall_unknown": t("Amounts asked over an unknown number of months"),
    "zero_over_zero": t("Nothing divided by nothing, made missing"),
}
"""What rules count besides the rows that they touch; what they count of a merge are columns of its own table."""
