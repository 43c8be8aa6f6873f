"""A plan's lock and what departs from it."""

from impact.reporting.words.catalogue import t

BEARS_ON = {
    "bears:what": t("what is estimated"),
    "bears:how": t("how it is estimated or judged"),
    "bears:words": t("words only"),
}
EXPECTED = {
    "expects:increase": t("an increase"),
    "expects:decrease": t("a decrease"),
    "expects:change": t("a change"),
    "expects:nothing_relevant": t("nothing that would matter"),
}
HELD = {
    "held:yes": t("As expected."),
    "held:no": t("Not as expected."),
    "held:open": t("Not decided."),
    "held:weak": t(
        "The interval alone would decide it, but the evidence is too weak to say what made it."
    ),
    "held:zero_inside": t("Not told from zero."),
    "held:above_zero": t("Above zero."),
    "held:below_zero": t("Below zero."),
}
DEPARTED = {
    "departed:changed": t("changed"),
    "departed:added": t("added"),
    "departed:removed": t("left out"),
    "departed:order": t("in another order"),
}
DEPARTED_IN = {
    "found:plan": t("plan"),
    "found:schema": t("schema"),
    "found:intake": t("intake plan"),
    "found:file": t("file"),
    "found:results": t("results"),
}
