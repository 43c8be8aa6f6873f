"""How beneficiaries came to take part, and what follows from it."""

from impact.reporting.words.catalogue import t

SELECTION = {
    "randomised": t("Beneficiaries were drawn by lot."),
    "chosen": t("Beneficiaries were chosen, not drawn by lot."),
    "by_rule": t("Beneficiaries were admitted by a rule, not drawn by lot."),
}

IN_FULL = {
    "randomised": t(
        "Differences before treatment are due to chance; large ones are a reason to check how the lot was drawn. A "
        "difference above 0.25 standard deviations is large."
    ),
    "chosen": t(
        "Differences before treatment show how beneficiaries were chosen; the design removes differences in level, "
        "not differences in growth. A difference above 0.25 standard deviations is large."
    ),
    "by_rule": t(
        "Differences before treatment follow from the rule; the design removes differences in level, not differences in "
        "growth that go with what the rule looked at. A difference above 0.25 standard deviations is large."
    ),
}

LIMITS = {
    "randomised": t(
        "Beneficiaries were drawn by lot: differences between the groups are due to chance, unless who took part or who "
        "answered differs from who was drawn."
    ),
    "chosen": t(
        "Beneficiaries chose or were chosen: firms that would have grown anyway may be among them. The design removes lasting "
        "differences, not different growth."
    ),
    "by_rule": t(
        "Beneficiaries were admitted by a rule: what the rule looked at may go with different growth. The design removes "
        "lasting differences, not different growth; no comparison near a cut-off of the rule was estimated."
    ),
}
