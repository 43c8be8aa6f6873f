"""The pages of a rehearsal: the finding, what the planned study is worth, the other designs, what all rests on."""

import math
from typing import Any

import pandas as pd

from impact.diagnostics.redesign_grid import WEIGHT
from impact.reporting.amounts import chance
from impact.reporting.exhibits import Banner, Callout, Exhibit, Exhibits, Table, Text
from impact.reporting.formats import escape
from impact.reporting.rehearsal.designs import power_against_cost
from impact.reporting.rehearsal.told import Told
from impact.reporting.voice import Voice
from impact.reporting.words.register import said

SHARES = frozenset({"treated", "permanent", "zeros", "attrition", "take_up"})
COUNTS = frozenset({"firms", "before", "after", "cluster_size"})


def rehearsal_title(voice: Voice, told: Told) -> str:
    """Say whether the planned study is sure enough, in a line."""
    t, grid = voice.t, told.grid
    if float(grid.planned["power"]) >= grid.asked:
        return t("Rehearsal: the planned study would find the effect")
    if grid.cheapest is not None:
        return t("Rehearsal: only a larger study would find the effect")
    return t("Rehearsal: none of these studies would find the effect")


def rehearsal_pages(voice: Voice, told: Told) -> Exhibits:
    """Show all of it."""
    t = voice.t
    basis = (
        t(
            "**REHEARSAL.** All data were simulated, like those that are there; no figure is a finding."
        )
        if told.from_baseline
        else t(
            "**REHEARSAL.** All data were simulated, before there are any; no figure is a finding."
        )
    )
    return Exhibits(
        (
            Banner(basis, short=t("REHEARSAL · simulated data, no finding")),
            Callout("finding", finding(voice, told)),
            worth(voice, told),
            power_against_cost(voice, told),
            designs(voice, told),
            *chosen(voice, told),
            beliefs(voice, told),
            Text(method(voice, told)),
        )
    )


def finding(voice: Voice, told: Told) -> str:
    """Say how often the planned study finds the effect, and the cheapest design that finds it often enough."""
    t, f, grid = voice.t, voice.f, told.grid
    planned, cheapest = grid.planned, grid.cheapest
    sentences = [
        t(
            "The planned study finds an effect of {effect} in {power} of cases; {asked} is asked for.",
            effect=f.percent(told.beliefs["effect"], 0),
            power=chance(voice, float(planned["power"])),
            asked=f.percent(100 * grid.asked, 0),
        )
    ]
    if cheapest is None:
        needed = grid.firms_needed
        sentences.append(t("None of the {n} designs reaches that.", n=f.number(len(grid.table))))
        if math.isfinite(needed):
            sentences.append(
                t(
                    "With the planned rounds about {n} firms would be needed.",
                    n=f.number(round(needed, -2)),
                )
            )
    elif cheapest["planned"]:
        sentences.append(t("No cheaper design among these reaches that."))
    else:
        sentences.append(
            t(
                "The cheapest design that reaches it has {design}: {cost}, against {planned} of the planned one.",
                design=design_in_words(voice, cheapest),
                cost=cost_in_words(voice, told, float(cheapest["cost"])),
                planned=cost_in_words(voice, told, float(planned["cost"])),
            )
        )
    if float(planned["power"]) < grid.asked:
        sentences.append(_if_significant(voice, planned))
    return " ".join(sentences)


def _if_significant(voice: Voice, planned: "pd.Series[Any]") -> str:
    return voice.t(
        "Were an estimate of the planned study significant, it would be {times} times too large on average, and of the wrong "
        "sign in {wrong} of cases.",
        times=voice.f.number(float(planned["exaggeration"]), 1),
        wrong=chance(voice, float(planned["wrong_sign"])),
    )


def design_in_words(voice: Voice, row: "pd.Series[Any]") -> str:
    """Say firms, clusters and rounds of a design."""
    t, f = voice.t, voice.f
    values = {
        "firms": f.number(float(row["firms"])),
        "treated": f.number(float(row["treated"])),
        "before": f.number(float(row["before"])),
        "after": f.number(float(row["after"])),
        "clusters": f.number(float(row["clusters"])),
    }
    if row["clusters"]:
        return t(
            "{firms} firms ({treated} treated) in {clusters} clusters, {before} + {after} rounds",
            **values,
        )
    return t("{firms} firms ({treated} treated), {before} + {after} rounds", **values)


def design_line(voice: Voice, told: Told, row: "pd.Series[Any]") -> str:
    """Say a design with its cost and all that it is worth in one line, for a terminal."""
    t, f = voice.t, voice.f
    return t(
        "{design}; {cost}: bias {bias}, coverage {coverage}, power {power}, type S {wrong}, type M {exaggeration}",
        design=design_in_words(voice, row),
        cost=cost_in_words(voice, told, float(row["cost"])),
        bias=f.significant(float(row["bias"]), 3),
        coverage=_share(voice, float(row["coverage"])),
        power=_share(voice, float(row["power"])),
        wrong=_share(voice, float(row["wrong_sign"])),
        exaggeration=f.number(float(row["exaggeration"]), 1),
    ) + (f" ({t('the planned one')})" if row["planned"] else "")


def cost_in_words(voice: Voice, told: Told, cost: float) -> str:
    """Write a cost in money, or in interviews where nobody said what these cost."""
    number = voice.f.number(cost)
    if told.in_money:
        return f"{number}\u00a0{voice.study.plan.currency}"
    return voice.t("{n} interviews", n=number)


def worth(voice: Voice, told: Told) -> Table:
    """Say what the planned study's estimator and inference are worth."""
    t, f, row = voice.t, voice.f, told.grid.planned
    outcome, amount = voice.study.outcome, voice.amount
    draws = f.number(int(row["draws"]))
    promised = f.percent(100 * voice.study.level, 0)
    size = t("mean size of the significant estimates over the true effect")
    level = t("intervals that hold the true effect; promised: {level}", level=promised)
    rows = [
        (t("True effect"), amount(outcome, row["true_effect"]), t("what was put into the simulated data, a round")),
        (t("Bias"), amount(outcome, row["bias"]), _of_the_bias(voice, told)),
        (t("Coverage"), _share(voice, row["coverage"]), level),
        (t("Power"), _share(voice, row["power"]), t("studies that find an effect")),
        (t("Wrong sign (type S)"), _share(voice, row["wrong_sign"]), t("of the significant estimates")),
        (t("Exaggeration (type M)"), f.number(row["exaggeration"], 1), size),
        (t("Smallest detectable effect"), amount(outcome, row["smallest_detectable"]), t("found by four in five such studies")),
    ]  # fmt: skip
    return Table(
        label="tab-worth",
        caption=t("What the planned study is worth"),
        frame=pd.DataFrame(rows, columns=["name", "value", "meaning"]),
        headings={"name": t("Measure"), "value": t("Value"), "meaning": t("Meaning")},
        notes=(
            t(
                "Of {n} simulated studies with {design}. The interval is by the lot drawn again.",
                n=draws,
                design=design_in_words(voice, row),
            )
            if row["why"] == "as_drawn"
            else t(
                "Of {n} simulated studies with {design}. Half of them chose the interval, {inference}; the other half say how "
                "often it holds the truth.",
                n=draws,
                design=design_in_words(voice, row),
                inference=said(t, "short_inference", str(row["inference"])),
            ),
        ),
    )


def chosen(voice: Voice, told: Told) -> list[Exhibit]:
    """Say what the planned study finds where those treated are not like the others; nothing of a lot."""
    t, f, selected = voice.t, voice.f, told.grid.selected
    if selected is None:
        return []
    rows = [
        {
            "treated_are": said(t, "chosen_how", f"chosen:{row['chosen']}"),
            "bias": voice.amount(voice.study.outcome, float(row["bias"])),
            "of_effect": f.percent(100 * row["bias"] / abs(row["true_effect"]), 0),
            "coverage": _share(voice, float(row["coverage"])),
            "power": _share(voice, float(row["power"])),
        }
        for row in selected.to_dict("records")
    ]
    headings = {
        "treated_are": t("Treated are"),
        "bias": t("Bias"),
        "of_effect": t("Bias, of the true effect"),
        "coverage": t("Coverage"),
        "power": t("Found significant"),
    }
    note = t(
        "Of at least {n} simulated studies each. By standard deviation the odds of being chosen are {times} times as high, or "
        "as low. What was good or bad for one round recedes after the start, with the programme or without it: a comparison "
        "over time takes that for an effect, however many firms are asked.",
        times=f.number(math.exp(WEIGHT), 1),
        n=f.number(int(selected["draws"].min())),
    )
    return [
        Table(
            label="tab-chosen",
            caption=t("The planned study, if those treated are chosen"),
            frame=pd.DataFrame(rows),
            headings=headings,
            notes=(note,),
        )
    ]


def _of_the_bias(voice: Voice, told: Told) -> str:
    t, row = voice.t, told.grid.planned
    error = voice.amount(voice.study.outcome, float(row["bias_error"]))
    words = t("mean estimate less the true effect; its simulation errs by {error}", error=error)
    if told.cap and float(row["bias"]) < -2 * float(row["bias_error"]):
        return f"{words}. {t('The cap on outcomes takes part of the effect away')}"
    return words


def _share(voice: Voice, share: float) -> str:
    return voice.t("unknown") if math.isnan(share) else chance(voice, float(share))


def designs(voice: Voice, told: Told) -> Table:
    """List the designs, the planned one first, then by cost."""
    t, f, grid = voice.t, voice.f, told.grid
    best = grid.cheapest
    rows = []
    for at, row in grid.table.iterrows():
        mark = "→ " if best is not None and at == best.name else ""
        rows.append(
            {
                "design": mark
                + design_in_words(voice, row)
                + (f" ({t('planned')})" if row["planned"] else ""),
                "cost": f.number(float(row["cost"])),
                "bias": voice.amount(voice.study.outcome, float(row["bias"])),
                "coverage": _share(voice, float(row["coverage"])),
                "power": _share(voice, float(row["power"])),
                "wrong_sign": _share(voice, float(row["wrong_sign"])),
                "exaggeration": f.number(float(row["exaggeration"]), 1),
            }
        )
    cost = voice.study.plan.currency if told.in_money else t("interviews")
    fewest = int(grid.table["draws"].min())
    return Table(
        label="tab-designs",
        caption=t("Other designs, by cost"),
        frame=pd.DataFrame(rows),
        headings={
            "design": t("Study design"),
            "cost": t("Cost ({unit})", unit=cost),
            "bias": t("Bias"),
            "coverage": t("Coverage"),
            "power": t("Power"),
            "wrong_sign": t("Wrong sign"),
            "exaggeration": t("Exaggeration"),
        },
        notes=(
            t(
                "Rounds before the first start + from it on. → The cheapest design that reaches {asked}.",
                asked=f.percent(100 * grid.asked, 0),
            ),
            t(
                "Shares of at least {n} simulated studies each: designs whose power differs by less than {points} points are "
                "alike.",
                n=f.number(fewest),
                points=f.number(200 * math.sqrt(0.5 / fewest)),
            ),
        ),
    )


def beliefs(voice: Voice, told: Told) -> Table:
    """List the numbers that the simulation rests on, each with where it comes from."""
    t = voice.t
    rows = []
    for name in told.shown:
        one = told.beliefs.by_name[name]
        origin = said(t, "belief_origin", f"from:{one.origin}")
        grounds = said(t, "belief_default", f"default:{name}") if one.origin == "default" else ""
        rows.append(
            {
                "name": said(t, "belief", f"belief:{name}"),
                "value": _value(voice, name, one.value),
                "grounds": f"{origin}: {grounds}" if grounds else origin,
            }
        )
    return Table(
        label="tab-beliefs",
        caption=t("What this rests on"),
        frame=pd.DataFrame(rows),
        headings={"name": t("Number"), "value": t("Value"), "grounds": t("Source or reason")},
    )


def _value(voice: Voice, name: str, value: float) -> str:
    f = voice.f
    if name in SHARES:
        return f.percent(100 * value, 0)
    if name in COUNTS:
        return f.number(value)
    if name == "effect":
        return f.percent(value, 0)
    return voice.amount(voice.study.outcome, value) if name == "mean" else f.number(value, 2)


def method(voice: Voice, told: Told) -> str:
    """Say how the figures were made, and what was run whole."""
    t, f, plan = voice.t, voice.f, voice.study.plan
    return t(
        "Each design was simulated with the plan's own main estimator and cap on outcomes; its inference is chosen as a run "
        "chooses it. The design that is named was simulated again. One further draw was written as raw files and run by the "
        "plan itself to its report, in which the true effect is {effect}. Level of intervals: {level}; seed: {seed}.",
        effect=escape(voice.amount(voice.study.outcome, told.truth.effect)),
        level=f.percent(100 * voice.study.level, 0),
        seed=str(plan.seed),
    )
