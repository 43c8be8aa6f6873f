"""What is said of an effect: the verb goes with the evidence (``verb:direction``), never further."""

from impact.reporting.words.catalogue import t

FINDINGS = {
    "did:higher": t("**{name}: {size} higher** than without {treatment}, {each}; {rest}."),
    "did:lower": t("**{name}: {size} lower** than without {treatment}, {each}; {rest}."),
    "probably:higher": t(
        "**{name}: probably {size} higher** than without {treatment}, {each}; {rest}."
    ),
    "probably:lower": t(
        "**{name}: probably {size} lower** than without {treatment}, {each}; {rest}."
    ),
    "may_have:higher": t(
        "**{name}: may be {size} higher** than without {treatment}, {each}; {rest}."
    ),
    "may_have:lower": t(
        "**{name}: may be {size} lower** than without {treatment}, {each}; {rest}."
    ),
    "very_uncertain:higher": t(
        "**{name}: may be {size} higher** than without {treatment}, {each}, but this is very uncertain; {rest}."
    ),
    "very_uncertain:lower": t(
        "**{name}: may be {size} lower** than without {treatment}, {each}, but this is very uncertain; {rest}."
    ),
    "cannot_tell:higher": t(
        "**{name}: this study cannot tell what changed because of {treatment}.** The estimate is {size} higher than "
        "without it, {each} ({rest})."
    ),
    "cannot_tell:lower": t(
        "**{name}: this study cannot tell what changed because of {treatment}.** The estimate is {size} lower than "
        "without it, {each} ({rest})."
    ),
    "did:not_noticeably": t(
        "**{name}: not noticeably different** from what it would have been without {treatment}: best estimate {size}, "
        "{each}; {rest}."
    ),
    "probably:not_noticeably": t(
        "**{name}: probably not noticeably different** from what it would have been without {treatment}: best estimate "
        "{size}, {each}; {rest}."
    ),
    "may_have:not_noticeably": t(
        "**{name}: perhaps not noticeably different** from what it would have been without {treatment}: best estimate "
        "{size}, {each}; {rest}."
    ),
    "cannot_tell:not_noticeably": t(
        "**{name}: this study cannot tell what changed because of {treatment}.** The best estimate is {size}, {each} ({rest})."
    ),
    "estimate:higher": t(
        "**{name}: estimate {size} higher** than without {treatment}, {each}; {rest}."
    ),
    "estimate:lower": t(
        "**{name}: estimate {size} lower** than without {treatment}, {each}; {rest}."
    ),
    "includes_zero": t(
        "**{name}: best estimate {size}**, {each}, but the data cannot tell it from zero ({rest}). Effects smaller than {mde} "
        "would escape a study of this size more than one time in five, so this does not mean that nothing changed."
    ),
    "includes_zero:nothing_detectable": t(
        "**{name}: best estimate {size}**, {each}, but the data cannot tell it from zero ({rest}). No effect, however large, "
        "would be found by such a study four times in five, so this does not mean that nothing changed."
    ),
}
"""Of a number that was checked by its verb; of one whose interval alone was computed, that it is an estimate."""

EVIDENCE = {
    "did": t("The evidence is strong: the interval excludes zero."),
    "probably": t("The evidence is moderate: the interval excludes zero."),
    "may_have": t("The evidence is limited: the interval excludes zero."),
    "very_uncertain": t(
        "The evidence is very uncertain; the interval excludes zero, and no check that was made contests the direction."
    ),
    "cannot_tell": t(
        "The evidence does not carry a conclusion, although the interval excludes zero."
    ),
    "includes_zero": t(
        "The evidence is inconclusive: the interval includes zero, and it shows which effects remain possible."
    ),
    "not_noticeably": t(
        "The interval includes zero and leaves out every effect that the plan calls relevant."
    ),
    "nothing_open": t("Every check that was needed passed."),
    "open": t("But {open}."),
    "groups_moved_alike": t("Before treatment the groups moved alike as far as the data can tell."),
    "no_difference_found": t(
        "The test of trends before treatment found no difference, but it could have missed one."
    ),
    "trends_not_examined": t(
        "Whether the groups moved alike before treatment could not be examined."
    ),
    "dipped_just_before": t(
        "Just before the start the outcome of beneficiaries had dipped below its earlier level, compared with the others: "
        "a mere return to that level would look like a rise."
    ),
    "jumped_just_before": t(
        "Just before the start the outcome of beneficiaries had jumped above its earlier level, compared with the others: "
        "a mere return to that level would look like a fall, and a rise already under way like an effect."
    ),
    "not_made": t("Checks that could not be made: {checks}."),
}

TITLES = {
    "did:higher": t("{Whose} {outcome} rose because of {treatment}"),
    "did:lower": t("{Whose} {outcome} fell because of {treatment}"),
    "did:not_noticeably": t("{Treatment} did not noticeably change {whose} {outcome}"),
    "probably:higher": t("{Whose} {outcome} probably rose because of {treatment}"),
    "probably:lower": t("{Whose} {outcome} probably fell because of {treatment}"),
    "probably:not_noticeably": t(
        "{Treatment} probably did not noticeably change {whose} {outcome}"
    ),
    "may_have:higher": t(
        "{Whose} {outcome} may have risen because of {treatment}; the evidence is limited"
    ),
    "may_have:lower": t(
        "{Whose} {outcome} may have fallen because of {treatment}; the evidence is limited"
    ),
    "may_have:not_noticeably": t(
        "{Treatment} may not have noticeably changed {whose} {outcome}; the evidence is limited"
    ),
    "very_uncertain:higher": t(
        "{Whose} {outcome} may have risen because of {treatment}; the evidence is very uncertain"
    ),
    "very_uncertain:lower": t(
        "{Whose} {outcome} may have fallen because of {treatment}; the evidence is very uncertain"
    ),
    "cannot_tell:higher": t("This study cannot tell whether {treatment} raised {whose} {outcome}"),
    "cannot_tell:lower": t("This study cannot tell whether {treatment} lowered {whose} {outcome}"),
    "cannot_tell:not_noticeably": t(
        "This study cannot tell whether {treatment} changed {whose} {outcome}"
    ),
    "cannot_tell": t("This study cannot tell whether {treatment} changed {whose} {outcome}"),
}
"""The first page's title, at most twenty words, by ``verb:direction``; places as `Voice.about` fills them."""

ANSWERS = {
    "did": t("Yes."),
    "probably": t("Probably."),
    "may_have": t("Perhaps."),
    "very_uncertain": t("Perhaps; this is very uncertain."),
    "cannot_tell": t("This study cannot tell."),
    "did:not_noticeably": t("Not noticeably."),
    "probably:not_noticeably": t("Probably not noticeably."),
    "may_have:not_noticeably": t("Perhaps not noticeably."),
    "cannot_tell:not_noticeably": t("This study cannot tell."),
}
"""First words of the answer to whether the outcome changed."""

UNMEASURED = {
    "not_in_the_data": t("not measured"),
    "not_available_from_moments": t("not available from moments"),
    "never_changes": t("never changes in these data"),
}
"""Why an outcome that the plan asks for has no row of figures."""
