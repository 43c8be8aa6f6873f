"""What `impact init` is unsure of, what a person must decide, and what cells break of a type."""

from impact.reporting.words.catalogue import t

DOUBTS = {
    "no_cell_filled": t("no cell is filled"),
    "stored_as_moments": t(
        "stored as moments, days with a time; write it as text, as numbers or as a date"
    ),
    "stored_otherwise": t(
        "stored as bytes, lists or a mixture of kinds; write it as text, as numbers or as a date"
    ),
    "read_as_text": t("read as text: {fault}"),
    "cannot_be_read": t("cannot be read: {fault}"),
    "rare_texts": t(
        "{n} different texts, {rare} of them on fewer than {fewest} rows: correct them, or list its categories yourself"
    ),
    "word_for_nothing": t("{codes}: a code for nothing?"),
    "number_for_nothing": t("{codes}: a code for nothing, or a number?"),
    "read_by_codes": t(
        "labelled in the file: read by its codes, since there are many labels or two are the same"
    ),
    "labels_or_codes": t(
        "labelled in the file: by its labels, or by codes (labelled: codes, type: integer)?"
    ),
    "missing_in_file": t("{codes}: missing in the file; {example} says why"),
    "not_as_asked": t("not as the questionnaire has it ({type}): {fault}"),
    "asked_of_some": t("asked of some only: blank where it was not"),
    "made_long": t(
        "columns of one name and several periods become rows; periods of which nothing is known are left out"
    ),
    "century_guessed": t("years in two digits: the century is guessed"),
    "identifying_by_name": t("could tell who a person is ({what}, by its name)"),
    "identifying_by_content": t("could tell who a person is ({what}, by its content)"),
    "under_pseudonyms": t("ids under pseudonyms: `impact key new` makes their key"),
    "moved_rows": t(
        "cells look moved by one column ({rows}), and are refused until they are corrected, or until `moved_rows: keep` says "
        "that they are right"
    ),
    "two_rows_of_names": t(
        "two rows of column names: the upper one seems to continue to the right"
    ),
    "notes_at_the_end": t("rows at the end that look like notes, not data: {n}"),
    "several_sheets": t("{n} sheets: the one with most cells is taken"),
    "thousands_or_decimals": t(
        "every number with a `{mark}` could have it before thousands or before decimals: taken as thousands"
    ),
    "day_or_month_first": t(
        "dates could have the day or the month first: no day is above 12, or both orders occur"
    ),
    "encoding": t("encoding guessed from the letters that it gives: look at a word with an accent"),
    "identifying_left_out": t(
        "{columns} could tell who a person is and are left out: docs/privacy.md; --unit takes one as the unit, under pseudonyms"
    ),
    "of_file": t("{file}: {doubt}"),
    "columns_guessed": t("columns guessed in part: {n}; each has a line `{mark}` above it"),
    "labels_in_one_language": t(
        "labels stand in one language: write the other, where the report is to be in both"
    ),
    "which_outcome": t(
        "the outcome: {column} is only the likeliest column (--outcome names another)"
    ),
    "no_outcome": t(
        "no column of numbers varies from period to period: name the outcome in the place of {name} (--outcome)"
    ),
    "blank_outcome": t(
        "{columns} is blank on some rows: those are left out and counted; `refuse` asks for all"
    ),
    "no_unit_and_time": t(
        "no two columns name each row once, one of them a time in which units come back: name the columns of units and periods "
        "(--unit, --time) in the place of {unit} and {time}, or the data are no panel"
    ),
    "rows_repeat": t(
        "{unit} and {time} stand together on more than one row ({n} rows do): a report needs one row of each; {remedy}"
    ),
    "parted_by": t(
        "{column} parts them: keep one of its values by a rule `keep` of an intake plan"
    ),
    "not_parted": t("correct the file, or name other columns (--unit, --time)"),
    "other_units": t("{columns} would name units as well"),
    "periods_apart": t("periods are {n} apart: by design, or are some missing?"),
    "start_by": t("treatment starts as {column} says{never}{marks}{others}{option}"),
    "start_never": t(", where {codes} means never"),
    "start_marked": t(", whose 1 marks the start alone, since it goes back to 0"),
    "start_by_others": t("; {columns} could say so too"),
    "start_may_be_told": t(" (--cohort names another column)"),
    "no_start": t("no column says from when a unit is treated: {example}"),
    "goes_back": t(
        "{column} goes back to 0 after a 1 for some units: its first 1 is taken as the start of treatment for good (marks: "
        "start); if treatment ends, effects by time since the start mix the two"
    ),
    "no_treatment": t(
        "from when units are treated: no column seems to say so; name one (--cohort), or add it to the data"
    ),
    "treated_without_start": t(
        "from when units are treated: {columns} says who, never from when; add a column of the first treated period, empty for "
        "others (--cohort)"
    ),
    "wave_by_name": t("which wave a file is, by its name"),
    "not_in_every_file": t("columns that are not in every file, and missing there: {n}"),
    "no_shared_key": t("{other}: no column that {table} has too; say how they belong together"),
    "belongs_by": t(
        "{other}: seems to belong to {table} by `{key}`, which {share} of its rows find there{repeats}"
    ),
    "key_repeats": t("; but the key repeats in it: keep one row of each first"),
    "stands_for_a_column": t(
        "stands for a column that was not found: write that column's name here and where it is named above"
    ),
    "ids_not_listed": t("ids are not listed as categories"),
    "texts_of_few_units": t(
        "some of its texts are of fewer than {fewest} units: list its categories yourself"
    ),
    "logarithm_of": t("the logarithm of {column}? Effects are then given in percent too"),
    "logarithm_by_name": t("a logarithm, as its name says? Effects are then given in percent too"),
}

FAULTS = {
    "no_number": t("not every cell is a number ({rows})"),
    "marks_mixed": t("points stand beside decimal commas ({rows})"),
    "marks_ambiguous": t("every point could stand before thousands or decimals ({rows})"),
    "too_many_decimals": t("more decimals than declared ({rows})"),
    "may_be_thousands": t(
        "three digits after the decimal mark where others have fewer, which may mean thousands ({rows}): write these numbers "
        "without marks, or declare decimals: 3"
    ),
    "too_long": t("more digits than a number keeps ({rows})"),
    "no_whole_number": t("not every cell is a whole number ({rows})"),
    "no_truth": t("not every cell is 0 or 1, true or false ({rows})"),
    "no_category": t("not every cell is one of the listed answers ({rows})"),
    "no_period": t("not every cell is a period ({rows})"),
    "no_day": t("not every cell is a day ({rows})"),
    "no_label": t("codes without a label ({rows})"),
    "outside_range": t("outside the declared range ({rows})"),
    "infinite": t("infinite numbers ({rows})"),
    "unfit": t("its cells or their value labels are of another kind"),
}

IDENTIFIERS = {
    "name of a person or firm": t("name of a person or firm"),
    "national identity number": t("national identity number"),
    "telephone number": t("telephone number"),
    "e-mail address": t("e-mail address"),
    "address or place below the city": t("address or place below the city"),
    "place on the map": t("place on the map"),
    "bank account": t("bank account"),
    "number in a register of firms": t("number in a register of firms"),
    "day of birth": t("day of birth"),
    "photograph, voice or fingerprint": t("photograph, voice or fingerprint"),
    "account or device on a network": t("account or device on a network"),
}
"""What a column could be by which a person is known."""
