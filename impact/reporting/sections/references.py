"""References of the methods that a report cites by author and year, and of the published effects that it sets beside its own."""

from impact.reporting.formats import escape
from impact.reporting.sections.findings import Findings
from impact.reporting.voice import Voice

COHORTS = "Callaway, B. and Sant'Anna, P. (2021), Difference-in-differences with multiple time periods, Journal of Econometrics 225(2)"
ESTIMATORS = {
    "callaway_santanna": COHORTS,
    "changes_compared": COHORTS,
    "ancova": "McKenzie, D. (2012), Beyond baseline and follow-up: the case for more T in experiments, Journal of Development Economics 99(2)",
    "ancova_by_arm": "Lin, W. (2013), Agnostic notes on regression adjustments to experimental data, Annals of Applied Statistics 7(1)",
    "imputation": "Borusyak, K., Jaravel, X. and Spiess, J. (2024), Revisiting event-study designs: robust and efficient estimation, Review of Economic Studies 91(6)",
    "two_stage": "Gardner, J. (2022), Two-stage differences in differences, arXiv 2207.05943",
    "extended_twfe": "Wooldridge, J. (2025), Two-way fixed effects, the two-way Mundlak regression, and difference-in-differences estimators, Empirical Economics 69",
    "sun_abraham": "Sun, L. and Abraham, S. (2021), Estimating dynamic treatment effects in event studies with heterogeneous treatment effects, Journal of Econometrics 225(2)",
    "rolling": "Lee, S. and Wooldridge, J. (2023), A simple transformation approach to difference-in-differences estimation for panel data, SSRN 4516518",
    "intertemporal": "de Chaisemartin, C. and D'Haultfœuille, X. (2024), Difference-in-differences estimators of intertemporal treatment effects, Review of Economics and Statistics",
    "local_projections": "Dube, A., Girardi, D., Jordà, Ò. and Taylor, A. (2023), A local projections approach to difference-in-differences, NBER working paper 31184",
    "stacked": "Wing, C., Freedman, S. and Hollingsworth, A. (2024), Stacked difference-in-differences, NBER working paper 32054",
}
"""By the code of an estimator that stands beside the headline."""
BOUNDS = "Rambachan, A. and Roth, J. (2023), A more credible approach to parallel trends, Review of Economic Studies 90(5)"
EXAGGERATION = "Gelman, A. and Carlin, J. (2014), Beyond power calculations: assessing type S and type M errors, Perspectives on Psychological Science 9(6)"
UNOBSERVED = "Cinelli, C. and Hazlett, C. (2020), Making sense of sensitivity: extending omitted variable bias, Journal of the Royal Statistical Society B 82(1)"
FAMILIES = (
    "Anderson, M. (2008), Multiple inference and gender differences in the effects of early intervention, Journal of the American Statistical Association 103",
    "Romano, J. and Wolf, M. (2005), Stepwise multiple testing as formalized data snooping, Econometrica 73(4)",
)
DOSE = "Callaway, B., Goodman-Bacon, A. and Sant'Anna, P. (2024), Difference-in-differences with a continuous treatment, NBER working paper 32117"
OF_METHODS = (*ESTIMATORS.values(), BOUNDS, UNOBSERVED, EXAGGERATION, *FAMILIES, DOSE)
"""All of them, so that the years and volumes of a report's references have a source."""


def references(voice: Voice, findings: Findings) -> list[str]:
    """Return one line for each reference of this report, sorted; in the language they were published in."""
    return [f"- {escape(one)}" for one in sorted(cited(voice, findings), key=str.casefold)]


def cited(voice: Voice, findings: Findings) -> set[str]:
    """Return the references that what this report shows rests on."""
    certainty, impact = findings.certainty, findings.impact
    found = {*(one.reference for one in voice.study.elsewhere)}
    found |= {ESTIMATORS[name] for name in impact.estimators["name"] if name in ESTIMATORS}
    if certainty.honest:
        found.add(BOUNDS)
    if certainty.selection is not None:
        found.add(UNOBSERVED)
    if findings.headline.exaggeration is not None:
        found.add(EXAGGERATION)
    if certainty.families:
        found |= set(FAMILIES)
    if impact.by_dose is not None:
        found.add(DOSE)
    return found
