"""Tests of panel models and of how long firms stay: their names, and what each of their reasons found."""

from impact.reporting.words.catalogue import t
from impact.reporting.words.found import Found

PANEL_CHECKS = {
    "no_effects": t("No effects of firms or periods beyond the regressors"),
    "same_slopes": t("The same slopes for all firms"),
    "no_serial_correlation": t("Errors of a firm unrelated over time"),
    "no_cross_dependence": t("Errors of firms unrelated in a period"),
    "exit_durations": t("Firms leave at the same rate in both groups"),
}

PANEL_REASONS = {
    "by_f_test": Found(t("By what separate constants or slopes explain (F): {figure}.")),
    "by_lagrange_multiplier": Found(
        t("By the residuals of pooled least squares (Lagrange multiplier): {figure}.")
    ),
    "by_wooldridges_products": Found(
        t("By products of a firm's residuals (Wooldridge): {figure}.")
    ),
    "slope_of_within_residuals": Found(
        t("By the slope of a fixed-effects residual on the one before (Wooldridge): F {figure}.")
    ),
    "slope_of_changes": Found(
        t("By the slope of a change's residual on the one before (Wooldridge): F {figure}.")
    ),
    "earlier_residuals_of_the_unit": Found(
        t("By the firm's earlier residuals (Breusch and Godfrey): {figure}.")
    ),
    "score_beside_random_effects": Found(t("Beside random effects (Baltagi and Li): {figure}.")),
    "correlation_between_units": Found(
        t("By correlations of all pairs of firms, before period effects are taken out: {figure}.")
    ),
    "added_columns": Found(
        t("Columns added to random effects, tested together: {n}; statistic {figure}.")
    ),
    "exits_a_period": Found(
        t("Firms that leave in a period, beneficiaries less others: {figure}."), "points"
    ),
    "nobody_left": Found(t("Nobody left: every firm was seen until the end.")),
    "one_observation_each": Found(t("There is one observation each: nothing to compare.")),
    "no_degrees_of_freedom": Found(t("There are too few observations for so many constants.")),
    "too_many_units_for_pairs": Found(t("There are too many firms to compare all pairs.")),
    "no_common_periods": Found(t("No two firms were seen in the same two periods.")),
    "too_few_periods_in_a_row": Found(t("There are too few periods in a row.")),
    "needs_every_unit_in_every_period": Found(t("It needs every firm in every period.")),
    "not_defined_with_weights": Found(t("It is not defined where firms weigh differently.")),
}
