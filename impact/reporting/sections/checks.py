"""Checks in words: one table for any list of results."""

from collections.abc import Sequence

import pandas as pd

from impact.check_result import CheckResult
from impact.reporting.exhibits import Table
from impact.reporting.formats import Words
from impact.reporting.voice import Voice


def checks_table(voice: Voice, checks: Sequence[CheckResult], *, label: str, caption: str) -> Table:
    """Show checks with their figure, p-value and outcome."""
    t, f = voice.t, voice.f
    outcomes = {
        "pass": t("nothing unusual"),
        "warn": t("look closer"),
        "fail": t("fails"),
        "not_applicable": t("does not apply"),
    }
    frame = pd.DataFrame(
        {
            "check": [check_name(t, check.name) for check in checks],
            "statistic": [check.statistic for check in checks],
            "p_value": [check.p_value for check in checks],
            "outcome": [outcomes[check.status] for check in checks],
            "meaning": [reason(t, check.why) for check in checks],
        }
    )
    shares = {"coverage", "zeros", "heavy_tail", "gaps", "attrition"}
    written = {
        i: (
            f.percent(100 * check.statistic)
            if check.name in shares
            else f.significant(check.statistic)
        )
        if check.statistic is not None
        else f.number(None)
        for i, check in enumerate(checks)
    }
    frame["shown"] = [written[i] for i in range(len(checks))]
    return Table(
        label=label,
        caption=caption,
        frame=frame,
        headings={
            "check": t("Check"),
            "shown": t("Figure"),
            "p_value": t("p‑value"),
            "outcome": t("Outcome"),
            "meaning": t("What it is"),
        },
        formats={"shown": str, "p_value": f.p_value},
    )


def check_name(t: Words, name: str) -> str:
    """Return the words for a check."""
    words = {
        "coverage": t("Outcome known"),
        "zeros": t("Zeros"),
        "heavy_tail": t("Weight of the largest values"),
        "gaps": t("Firms with gaps"),
        "always_treated": t("Treated from the first period on"),
        "balance": t("Balance, one by one"),
        "joint_balance": t("Balance, all together"),
        "attrition": t("Attrition"),
        "before_trends": t("Trends before treatment"),
        "placebo_date": t("Placebo date"),
        "hausman": t("Hausman test"),
        "design_check": t("An interval that holds on this design"),
        "single_unit_cohorts": t("Cohorts of one firm"),
        "effective_clusters": t("Effective number of firms"),
        "leave_one_out": t("Weight of a single firm"),
        "specification_curve": t("Other specifications"),
        "honest_relative_magnitudes": t("If trends part more after than before"),
        "honest_smoothness": t("If trends bend"),
        "pretrend_power": t("Power of the test before treatment"),
        "equivalence": t("Trends before treatment shown alike"),
        "placebo_outcomes": t("Outcomes the programme could not move"),
    }
    return words[name]


def reason(t: Words, why: str) -> str:
    """Write a check's coded reason as a sentence."""
    code, _, number = why.partition(":")
    return {**_on_certainty(t, number), **_on_data_and_trends(t, number)}[code]


def _on_certainty(t: Words, number: str) -> dict[str, str]:
    return {
        "holds_and_shortest": t("Size of the test of the recommended interval"),
        "holds_within_error": t(
            "Size of the test of the recommended interval, right within the simulation's error"
        ),
        "none_holds": t("No interval holds the truth as often as it promises"),
        "cohorts_of_one": t("Cohorts whose spread one firm cannot show"),
        "effective_clusters": t("So many equally important firms carry as much information"),
        "largest_share": t("Largest change of the effect by leaving out one firm"),
        "sign_turns_without": t(
            "Largest change by leaving out one firm; the sign turns without {n} cohort or event",
            n=number,
        ),
        "breakdown_relative_magnitudes": t(
            "Times the largest step before treatment up to which zero is excluded; below 1 the answer rests on parallel trends"
        ),
        "breakdown_smoothness": t(
            "Bend a period, in standard errors, up to which zero is excluded; above 0 a straight-line difference is no danger"
        ),
        "trend_detected_half_the_time": t(
            "Slope missed half the time; if it passed, it would explain {n}% of the effect",
            n=number,
        ),
        "leads_smaller_than_share_of_effect": t(
            "Largest lead that can be excluded at 5%: {n}% of the effect", n=number
        ),
        "placebo_outcomes": t("Smallest p-value of {n} outcomes, Holm", n=number),
        "no_placebo_outcome_in_the_plan": t("The plan names none"),
        "too_few_event_times": t("Too few periods around the start"),
        "units_cannot_be_exchanged": t("Firms cannot be exchanged one by one in this design"),
        "same_sign": t("Median t statistic; p-value among other firms of the same strata"),
    }


def _on_data_and_trends(t: Words, number: str) -> dict[str, str]:
    return {
        "share_of_unit_periods_observed": t("Share of firm-periods with an outcome"),
        "share_of_zero_outcomes": t("Share of outcomes that are zero"),
        "share_of_largest_hundredth": t("Share of the total carried by the largest 1% of values"),
        "share_of_units_with_gaps": t("Share of firms with a missing period in between"),
        "units_without_a_before": t("Firms without a period before treatment; they were left out"),
        "the_outcome_takes_negative_values": t("The outcome takes negative values"),
        "largest_normalised_difference": t(
            "Largest difference between the groups, in standard deviations"
        ),
        "largest_of_leads": t("Largest t of {n} periods before; p among other firms", n=number),
        "joint_test": t("Joint test of {n} differences", n=number),
        "difference_in_response_at_the_end": t(
            "Difference in response in the last period, beneficiaries less others"
        ),
        "no_baseline_period_or_characteristic": t("No period before treatment to compare"),
        "too_few_units_or_collinear_characteristics": t(
            "Too few firms for so many characteristics"
        ),
        "no_period_before_the_reference": t("Only one period before treatment"),
        "nothing_to_test": t("Nothing to test"),
        "too_few_periods_before_treatment": t("Too few periods before treatment"),
        "no_variation_before_treatment": t("Too few firms before treatment"),
        "periods_earlier": t(
            "Effect of a start pretended {n} periods earlier, on data before the real one", n=number
        ),
        "needs_homoskedastic_covariances": t("Needs covariances without clustering"),
        "no_coefficient_in_common": t("The two models share no coefficient"),
        "difference_of_covariances_not_positive_definite": t(
            "The classical form is not defined here: the difference of the covariances is not positive definite"
        ),
        "coefficients_compared": t(
            "Fixed against random effects, {n} coefficient compared", n=number
        ),
    }
