"""The page docs/coverage.md: written by the slow test, figures out of the band in bold."""

from os import getpid
from pathlib import Path

import pandas as pd
from inference.coverage_grid import ANEW, BAND, CONSERVATIVE
from inference.designs import DESIGNS, N_PERIODS, N_UNITS, PROCESSES

DOCS = Path(__file__).resolve().parents[2] / "docs" / "coverage"

AS_WRITTEN = {"keep_default_na": False, "na_values": [""]}  # one process is called null

HEAD = f"""# Coverage of 95% intervals

Written by `make test-slow` (tests/inference/test_coverage.py): share of simulated panels whose interval holds the truth,
{N_UNITS} firms, {N_PERIODS} periods, treated ones starting in periods 4, 5 and 6 by turns, AR(1) errors with 0.6.
**Bold**: outside [{BAND[0]}, {BAND[1]}], the Monte Carlo band around .95 at 2,000 repetitions; a figure above it is conservative,
one below it a failure. A dash: not available. Three treated firms are three cohorts of one firm each.

Processes: *null* no effect; *homogeneous* the same effect for all; *dynamic* effects grow; *heterogeneous* effects differ
between firms half as much as their levels do; *zeros* revenue is log-normal and zero one time in five; *unbalanced* 15% of
observations missing at random. The truth is the average effect over treated observations. Local projections and stacked
regressions average over event times, another number where effects differ, and are not asked there; two-way fixed effects weigh effects
unequally, so that where effects grow their intervals miss for bias, whatever the inference.

Below each table: what the design check recommends on one panel, with that inference's coverage in the table; and what a user
meets who runs the check (here with 250 simulated panels a process) on the very panel that is analysed, again and again: the
coverage of whatever it recommends there.
"""

TITLES = {"fairs": "The programme's own design: ten firms in six cohorts among 50"}


def write_cells(folder, name, **tables):
    """Keep the figures of one design as CSV files."""
    folder.mkdir(exist_ok=True)
    for kind, table in tables.items():
        table.round(4).to_csv(folder / f"{kind}-{name}.csv", index=False)


def write_sizes(folder, sizes):
    """Keep how often tests reject a true null."""
    folder.mkdir(exist_ok=True)
    sizes.round(4).to_csv(folder / "sizes.csv", index=False)


def write_page(folder):
    """Put all that is there on one page."""
    parts = [HEAD]
    for name, design in DESIGNS.items():
        if not (folder / f"anew-{name}.csv").is_file():
            continue  # not measured yet
        cells, advice, anew = (
            pd.read_csv(folder / f"{kind}-{name}.csv", **AS_WRITTEN)
            for kind in ("cells", "recommended", "anew")
        )
        title = TITLES.get(name, f"{design['n_treated']} treated firms")
        parts.append(f"\n## {title}\n\n{_table(cells)}\n\n{_advice(advice)}\n\n{_anew(anew)}\n")
    if (folder / "sizes.csv").is_file():
        parts.append(_sizes(pd.read_csv(folder / "sizes.csv")))
    aside = folder / f".page-{getpid()}.part"  # two tests may write at once
    aside.write_text("".join(parts), encoding="utf-8")
    aside.replace(folder.parent / "coverage.md")


def _table(cells):
    wide = cells.pivot_table(
        index=["estimator", "inference"],
        columns="process",
        values="coverage",
        sort=False,
        dropna=False,
    )
    lines = [
        "| estimator | inference | " + " | ".join(PROCESSES) + " |",
        "|---|---|" + "---:|" * len(PROCESSES),
    ]
    unbounded = {
        (row.estimator, row.inference, row.process)
        for row in cells.itertuples()
        if row.median_length == float("inf")
    }
    for (estimator, inference), row in wide.dropna(how="all").iterrows():
        shown = [
            "-" if (estimator, inference, process) in unbounded else _cell(row.get(process))
            for process in PROCESSES
        ]
        lines.append(f"| {estimator} | {inference} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


def _cell(value):
    if value is None or pd.isna(value):
        return "-"
    text = f"{value:.3f}".lstrip("0") if value < 1 else "1.000"
    return text if BAND[0] <= value <= BAND[1] else f"**{text}**"


def _advice(advice):
    told = [
        f"{row.process}: {row.inference} ({row.coverage:.3f}"
        + ("" if BAND[0] <= row.coverage <= CONSERVATIVE else ", **outside**")
        + ("; none held, as it says" if row.why == "none_holds" else "")
        + ")"
        for row in advice.itertuples()
    ]
    return (
        "What the design check recommends on one panel of each, with its coverage over all: "
        + "; ".join(told)
        + "."
    )


def _anew(anew):
    told = [
        f"{row.process}: {row.coverage:.3f}"
        + ("" if ANEW[0] <= row.coverage <= CONSERVATIVE else " **outside**")
        + f" ({row.chosen}{f'; none held in {row.none_held:.1%}' if row.none_held else ''})"
        for row in anew.itertuples()
    ]
    return (
        f"Chosen anew on each of {anew.repetitions.iloc[0]} panels (band [{ANEW[0]}, {ANEW[1]}]): "
        + "; ".join(told)
        + "."
    )


def _sizes(sizes):
    levels = [name for name in sizes if name not in {"test", "n_treated"}]
    lines = [
        "| test | treated | " + " | ".join(f"at {float(level):.0%}" for level in levels) + " |",
        "|---|---:|" + "---:|" * len(levels),
        *(
            f"| {row['test']} | {row['n_treated']} | "
            + " | ".join(f"{row[level]:.1%}" for level in levels)
            + " |"
            for row in sizes.to_dict("records")
        ),
    ]
    return (
        "\n## Sizes of tests\n\nHow often tests find something where nothing is (*null*, 200 firms, 2,000 panels; "
        "three Monte Carlo errors are 0.7, 1.5 and 2.0 points).\n\n" + "\n".join(lines) + "\n"
    )
