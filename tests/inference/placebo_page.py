"""The page docs/placebo.md: written by the slow test from the cells it measured."""

from pathlib import Path

import numpy as np
from inference.placebo_draws import SELECTIONS, SIZES, STRENGTH, UNITS
from inference.placebo_panels import PANELS

DOCS = Path(__file__).resolve().parents[2] / "docs"
TRUE_NULL = ("at random", "on level")
MADE_EFFECT = "on a dip"

HEAD = f"""# Placebo programmes on real panels

Written by `make test-slow` (tests/inference/test_placebo.py). Panels in which nobody was treated in the periods kept; of at most
{UNITS} units, drawn anew each time, {" or ".join(map(str, SIZES))} get a start, in two or three cohorts from the middle of the
panel on. Whatever is found is false. Panels: {{panels}}.

Who is treated: *at random*; *on level* (the unit's mean over all periods, before and after alike: what lasts); *on growth* (the
last two periods before the start against the two before them); *on a dip* (the last period before the start below the mean of
up to four earlier ones). A unit's odds are multiplied by e to the {STRENGTH:g} for each standard deviation of what selects.

The null of a difference-in-differences is true where units are drawn at random, or for what lasts, since that is taken out with
the unit: these cells are pooled for the size. It is not where they are selected on growth or on a dip: what was passing recedes
after the start, and the test is right to find the difference and would be wrong to be believed. There the question is whether
the report warns.
"""

WARNINGS = """
## Does a check warn?

Shares of all programmes (Monte Carlo error). Checks counted: trends before treatment, two placebo dates, and `recent_change`, which
holds the last period before the start against earlier ones. Bounds, equivalence and pre-trend power are not counted: they warn of
nearly every study of so few units, whoever was selected. The last column at random is the price: programmes without any selection
that `recent_change` warns of. On level it warns where trends go with levels, as in `plm_wages`.
"""


def error_of(share, draws):
    """Monte Carlo error of a share; draws of one panel share its units, and this is the error over draws alone."""
    return np.sqrt(share * (1 - share) / draws)


def pooled(cells, column, selections):
    """Share over all draws of some selections, and its Monte Carlo error."""
    mine = cells[cells["selection"].isin(selections)]
    share = float(np.average(mine[column], weights=mine["draws"]))
    return share, float(error_of(share, mine["draws"].sum()))


def write_page(cells):
    """Keep the cells as a CSV file and put them on the page."""
    folder = DOCS / "placebo"
    folder.mkdir(exist_ok=True)
    cells.round(4).to_csv(folder / "cells.csv", index=False)
    told = "; ".join(f"{what} (`{name}`)" for name, (what, _) in PANELS.items())
    parts = [HEAD.format(panels=told), _size(cells), _warnings(cells)]
    (DOCS / "placebo.md").write_text("\n".join(parts), encoding="utf-8")


def _size(cells):
    draws = int(cells["draws"].iloc[0])
    size, error = pooled(cells, "rejected", TRUE_NULL)
    alone, its_error = pooled(cells, "rejected", ["at random"])
    return (
        "## Size of the recommended inference at 5%\n\n"
        f"Share of {draws} programmes a cell in which the test finds an effect; the Monte Carlo error of a cell at 5% is "
        f"{error_of(0.05, draws):.1%}. Pooled over *at random* and *on level*: **{size:.1%}** (error {error:.1%}); at random "
        f"alone: {alone:.1%} ({its_error:.1%}).\n\n" + _table(cells, "rejected")
    )


def _warnings(cells):
    lines = [
        "| selection | finds an effect | and no check warns | and none would without `recent_change` | `recent_change` warns |",
        "|---|---:|---:|---:|---:|",
    ]
    columns = (
        "rejected",
        "rejected_unwarned",
        "rejected_unwarned_by_others",
        "recent_change_warns",
    )
    for selection in SELECTIONS:
        shares = [pooled(cells, column, [selection]) for column in columns]
        told = " | ".join(f"{share:.1%} ({error:.1%})" for share, error in shares)
        lines.append(f"| {selection} | {told} |")
    return (
        f"{WARNINGS}\n"
        + "\n".join(lines)
        + "\n\nFinds an effect and no check warns, by panel:\n\n"
        + _table(cells, "rejected_unwarned")
        + "\n`recent_change` warns, by panel:\n\n"
        + _table(cells, "recent_change_warns")
    )


def _table(cells, column):
    wide = cells.pivot_table(
        index=["panel", "selection"], columns="n_treated", values=column, sort=False
    )
    lines = [
        "| panel | selection | " + " | ".join(f"{n} treated" for n in wide) + " |",
        "|---|---|" + "---:|" * len(wide.columns),
        *(
            f"| {panel} | {selection} | " + " | ".join(f"{share:.0%}" for share in row) + " |"
            for (panel, selection), row in zip(wide.index, wide.to_numpy(), strict=True)
        ),
    ]
    return "\n".join(lines) + "\n"
