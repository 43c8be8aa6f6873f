"""Checks of how a survey was answered: their names, what they found, and the rows of their tables."""

from impact.reporting.words.catalogue import t
from impact.reporting.words.found import Found

SURVEY_CHECKS = {
    "never_answered": t("Firms without any answer"),
    "response": t("Equal response of both groups"),
    "dropout": t("Not seen again"),
    "exits": t("Closed for good"),
    "unexplained_blanks": t("Blanks without a reason"),
    "zeros_change": t("Zeros before and after"),
    "heaping": t("Round answers"),
    "heaping_change": t("Round answers before and after"),
    "last_digits": t("Last digits"),
    "first_digits": t("First digits (Benford)"),
    "outliers": t("Distant answers"),
    "jumps": t("Jumps of one firm"),
    "largest_unit": t("Weight of the largest firm"),
    "answers_after_exit": t("Amounts after closing"),
    "revenue_without_staff": t("Amounts with nobody at work"),
    "answers_before_entry": t("Answers before a firm existed"),
    "copied_forward": t("The same amount again and again"),
    "parts_of_a_sum": t("Parts and their sum"),
    "repeated_codes": t("Amounts that look like codes"),
    "planned_starts": t("Planned and actual starts"),
    "enumerators": t("Differences between enumerators"),
    "one_arm_enumerators": t("Enumerators who met one group only"),
    "short_interviews": t("Short interviews"),
    "duration_by_arm": t("Length of interviews by group"),
    "back_check": t("Second visits"),
}

SURVEY_REASONS = {
    # who answered
    "share_never_answered": Found(
        t("{figure} of the firms in the data never gave the outcome; no figure is about them."),
        "share",
    ),
    "everybody_answered": Found(t("Every firm answered in every period.")),
    "difference_in_response": Found(
        t("Periods answered from the first start on, beneficiaries less others: {figure}."),
        "points",
    ),
    "nobody_dropped_out": Found(t("No firm stopped answering for good.")),
    "difference_in_dropout": Found(
        t("Firms that stopped answering for good, beneficiaries less others: {figure}."), "points"
    ),
    "nobody_closed": Found(t("No firm closed for good.")),
    "difference_in_exit": Found(
        t("Firms that closed for good, beneficiaries less others: {figure}."), "points"
    ),
    "share_of_unexplained_blanks": Found(
        t("{figure} of firm-periods have no answer and no reason for it."), "share"
    ),
    "too_few_in_an_arm": Found(t("One of the groups has too few firms to compare.")),
    # how they answered
    "no_answer_is_zero": Found(t("No answer is zero.")),
    "difference_in_change_of_zeros": Found(
        t("Change of the share of zeros, beneficiaries less others: {figure}."), "points"
    ),
    "share_of_round_answers": Found(
        t("{figure} of answers are round: multiples of 500 where they have five digits."), "share"
    ),
    "difference_in_change_of_round_answers": Found(
        t("Change of the share of round answers, beneficiaries less others: {figure}."), "points"
    ),
    "answers_are_not_whole_numbers": Found(
        t("Answers are no whole numbers, as amounts that were converted: digits say nothing.")
    ),
    "too_few_answers_to_judge_digits": Found(t("There are too few answers to judge digits.")),
    "digits_tested": Found(t("Last digits 1 to 9 held against equal shares; statistic {figure}.")),
    "amounts_do_not_spread_enough": Found(
        t("Amounts spread over less than two orders of magnitude: the law is not expected to hold.")
    ),
    "deviation_from_benford": Found(
        t("First digits are off Benford's law by {figure} on average."), "points"
    ),
    # amounts and paths that are far from others, or cannot be
    "no_firm_found": Found(t("No such firm.")),
    "fewer_than_ten_found": Found(t("There are fewer than ten such firms.")),
    "firms_with_a_distant_answer": Found(
        t("{figure} of firms have an answer far from the others of its period."), "share"
    ),
    "most_answers_are_one_number": Found(t("Most answers of a period are one number.")),
    "firms_with_a_jump": Found(
        t("{figure} of firms have an answer far from their own others."), "share"
    ),
    "too_few_answers_by_firm": Found(t("Firms have too few answers to know a path of their own.")),
    "no_firm_carries": Found(t("No single firm carries {n} of the total or more."), n="share"),
    "one_firm_carries": Found(t("A single firm carries more than {n} of the total."), n="share"),
    "firms_with_revenue_after_exit": Found(
        t("{figure} of firms have amounts above zero after they closed for good."), "share"
    ),
    "firms_with_revenue_without_staff": Found(
        t("{figure} of firms have amounts above zero in a period in which nobody worked there."),
        "share",
    ),
    "firms_with_answers_before_entry": Found(
        t("{figure} of firms have answers from before they existed."), "share"
    ),
    "firms_that_repeat_an_amount": Found(
        t("{figure} of firms give one and the same amount in four periods running or more."),
        "share",
    ),
    "too_few_periods_to_copy": Found(t("There are fewer than four periods.")),
    "firms_whose_parts_do_not_add_up": Found(
        t("The parts of {figure} of firms do not add up in some period."), "share"
    ),
    "firms_with_a_repeated_code": Found(
        t(
            "{figure} of firms have an amount such as 9999 or -99, again and again and far from all others, as codes for no "
            "answer are; declare it as missing."
        ),
        "share",
    ),
    "no_family_of_parts": Found(t("The plan names no outcomes that are parts of this one.")),
    "share_started_as_planned": Found(
        t("{figure} of those planned started in the period planned."), "share"
    ),
    "fewer_than_ten_as_planned": Found(t("Fewer than ten firms started in the period planned.")),
    "fewer_than_ten_off_plan": Found(
        t("Fewer than ten of those planned started in another period, or never.")
    ),
    # the interviews
    "fewer_than_two_enumerators": Found(t("There are fewer than two enumerators.")),
    "each_firm_had_one_enumerator": Found(
        t("Each firm met one enumerator only, whose effect cannot be told from the firm's own.")
    ),
    "nothing_varies_beyond_firms_and_periods": Found(t("Nothing varies beyond firms and periods.")),
    "share_between_enumerators": Found(
        t("{figure} of what varies beyond firms and periods lies between enumerators."), "share"
    ),
    "every_enumerator_met_both_arms": Found(t("Every enumerator met both groups.")),
    "interviews_by_one_arm_enumerators": Found(
        t("{figure} of interviews were held by enumerators who met one group only."), "share"
    ),
    "share_of_short_interviews": Found(
        t("{figure} of interviews took less than a third of the usual time."), "share"
    ),
    "difference_in_duration": Found(
        t("Length of interviews in shares of the usual one, beneficiaries less others: {figure}."),
        "points",
    ),
    "no_duration_known": Found(t("No interview has a duration.")),
    "too_few_back_checks": Found(t("Fewer than ten firms were asked again.")),
    "share_that_differ": Found(
        t("{n}: {figure} of answers differ by more than a tenth at a second visit."),
        "share",
        "columns",
    ),
    # what the plan does not tell
    "no_status_in_the_plan": Found(t("The plan names no column of who closed or did not answer.")),
    "no_employment_in_the_plan": Found(t("The plan names no column of employment.")),
    "no_entry_in_the_plan": Found(t("The plan names no column of when a firm began to exist.")),
    "no_planned_start_in_the_plan": Found(t("The plan names no column of planned starts.")),
    "no_enumerator_in_the_plan": Found(t("The plan names no column of enumerators.")),
    "no_duration_in_the_plan": Found(t("The plan names no column of durations.")),
    "no_back_check_in_the_plan": Found(t("The plan names no column of second answers.")),
}

ASKED = {
    "who_answered": t("Who answered, and who took part"),
    "how_written": t("How answers were written"),
    "far_amounts": t("Amounts far from others"),
    "cannot_be": t("What cannot be"),
    "interviews": t("Interviews"),
}
"""What checks of the data ask about."""

SHARES_OF = {
    "before_start": t("Before the start"),
    "from_start": t("From the start on"),
    "lost": t("Stopped answering for good"),
    "closed": t("Closed for good"),
    "short": t("Short interviews"),
    "duration": t("Length, in shares of the usual one"),
    "two_digits": t("Round for their size"),
    "thousands": t("Multiples of 1,000, of answers of 10,000 and more"),
    "five_hundreds": t("Multiples of 500, of answers of 5,000 and more"),
    "hundreds": t("Multiples of 100, of answers of 1,000 and more"),
}
"""Rows of tables by group, of the checks that compare groups."""

COUNTED = {
    "distant_answers": t("With a distant answer"),
    "jumps": t("With a jump"),
    "answers_after_exit": t("With amounts after closing"),
    "revenue_without_staff": t("With amounts and nobody at work"),
    "answers_before_entry": t("With answers before they existed"),
    "copied_forward": t("With the same amount again and again"),
    "parts_off_their_sum": t("With parts that do not add up"),
    "repeated_codes": t("With an amount that looks like a code"),
    "earlier": t("Earlier than planned"),
    "as_planned": t("As planned"),
    "never_answered": t("Never gave the outcome"),
    "not_as_planned": t("Otherwise than planned, or never"),
    "later": t("Later than planned"),
    "never_started": t("Planned, never started"),
    "started_unplanned": t("Started without being planned"),
}
"""What firms were counted for."""
