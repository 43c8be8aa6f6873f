"""A plan's lock and what departs from it."""

from impact.reporting.words.catalogue import t

BEARS_ON = {
    "bears:what": t("what is estimated"),
    "bears:how": t("how it is estimated or judged"),
    "bears:words": t("words only"),
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
