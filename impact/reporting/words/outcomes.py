"""Outcomes with zeros and firms that went silent: margins, functions of the outcome, assumptions."""

from impact.reporting.words.catalogue import t

MARGINS = {
    "level:percent": t("Level, in percent of what it would have been"),
    "ratio:percent": t("Ratio of means, in percent (Poisson)"),
    "participation:points": t("Share above zero, in percentage points"),
    "intensive:percent_low": t("Firms above zero either way, in percent: at least"),
    "intensive:percent_high": t("Firms above zero either way, in percent: at most"),
}

FUNCTIONS = {
    "log1p": t("log(1 + outcome)"),
    "arcsinh": t("arcsinh(outcome)"),
}

SILENCE = {
    "answered": t("Those who answered stand for all"),
    "reweighted": t("Answering depends on what was seen before (weights)"),
    "lee": t("Firms that answer either way (Lee's bounds)"),
    "quarter_sd": t("Lost firms a quarter of a standard deviation worse or better"),
    "worst_case": t("Lost firms like the ten that fell most, or rose most"),
}

QUANTILES = {
    "0.25": t("Lower quartile"),
    "0.5": t("Median"),
    "0.75": t("Upper quartile"),
}
