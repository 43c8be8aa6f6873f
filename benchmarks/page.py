"""The page and the figure that show what was measured."""

from benchmarks.contenders import FURTHER, LINEAR_SET
from benchmarks.measure import Spent

INTRODUCTION = """# Benchmarks

Made by `make bench`: medians of CPU seconds (user and system, all threads) in fresh processes, contenders interleaved in one run, on 14
periods, 60% of the units treated in four cohorts. Everybody warms up on 300 units first; peers are called the fastest way they offer,
conversions into their own tables not counted. *Table*: ours from a pandas table, all validation included. *Panel*: from a validated panel
in memory, which is what peers that keep their own table get too. *Moments*: every further estimator. Times depend on the machine and on
what else runs there; ratios much less. Peak memory is that of the whole process, data included.
Peers that take minutes at 100,000 units are asked at 1,000 only; at the large size only ours, as a peer was killed for memory there.
"""


def page(known, files, bands, imported, *, versions):
    """RESULTS.md."""
    lines = [INTRODUCTION, versions + ".", ""]
    if imported is not None:
        lines += [
            f"`import impact` beyond `import pandas`: {imported:.3f} s of CPU (asked: at most 0.1 s).",
            "",
        ]
    for (size, gaps), found in sorted(known.items()):
        lines += [*_estimators(size, gaps, found), ""]
        lines += [*_nine(found), ""]
    if files:
        lines += [*_files(files), ""]
    if bands:
        words = " and ".join(
            f"{spent.wall * 1000:.0f} ms for {k} parameters" for k, spent in bands.items()
        )
        lines += [
            f"Simultaneous bands, 20,000 draws, whatever the number of units: {words} (wall).",
            "",
        ]
    failed = sorted(
        {
            (name, who, why)
            for found in known.values()
            for (name, who), why in found.items()
            if isinstance(why, str)
        }
    )
    if failed:
        lines += [
            "Not measured:",
            "",
            *(f"- {name}, {who}: {why}" for name, who, why in failed),
            "",
        ]
    lines += ["![CPU seconds by estimator](results.png)", ""]
    return "\n".join(lines)


def _estimators(size, gaps, found):
    lines = [
        f"## {size:,} units, {'10% of the rows missing' if gaps else 'balanced'}",
        "",
        "| estimator | table | panel | moments | fastest peer | its CPU | peer / panel | peer / moments | other peers |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name in (*LINEAR_SET, *FURTHER):
        mine = {
            start: found.get((name, f"impact, {start}")) for start in ("table", "panel", "moments")
        }
        peers = sorted(
            (
                (who, spent)
                for (other, who), spent in found.items()
                if other == name and not who.startswith("impact") and isinstance(spent, Spent)
            ),
            key=lambda pair: pair[1].cpu,
        )
        cells = [_seconds(spent) for spent in mine.values()]
        if peers and all(isinstance(spent, Spent) for spent in mine.values()):
            who, best = peers[0]
            ratios = [
                f"{best.cpu / max(mine[start].cpu, 1e-4):,.1f}" for start in ("panel", "moments")
            ]
            others = "; ".join(f"{other} {spent.cpu:.3g}" for other, spent in peers[1:])
            cells += [who, f"{best.cpu:.3g}", *ratios, others]
        else:
            cells += ["", "", "", "", ""]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _nine(found):
    mine = found.get(("nine estimators", "impact, table"))
    if not isinstance(mine, Spent):
        return []
    best = []
    for name in LINEAR_SET:
        peers = [
            spent
            for (other, who), spent in found.items()
            if other == name and not who.startswith("impact") and isinstance(spent, Spent)
        ]
        best.append(min(peers, key=lambda spent: spent.cpu, default=None))
    asked = [spent for spent in best if spent is not None]
    if not asked:
        return [
            f"All nine from one table: {mine.cpu:.3g} s of CPU, {mine.wall:.3g} s of wall time, peak {mine.memory:,.0f} MB."
        ]
    total, memory = sum(spent.cpu for spent in asked), min(spent.memory for spent in asked)
    return [
        (
            f"All nine from one table, validation included: {mine.cpu:.3g} s of CPU, {mine.wall:.3g} s of wall time, peak {mine.memory:,.0f} MB. "
            f"The fastest peers for {len(asked)} of them, one after the other: {total:.3g} s of CPU, {total / mine.cpu:,.0f} times as much; "
            f"the leanest of them peaks at {memory:,.0f} MB."
        )
    ]


def _files(files):
    lines = [
        "## From Parquet, 1,200,000 units x 14 periods, to the nine estimators",
        "",
        "| | CPU, s | wall, s | of the mere read (wall) | peak memory, MB |",
        "|---|---|---|---|---|",
    ]
    for gaps, found in files.items():
        words = "10% missing" if gaps else "balanced"
        for name, spent in found.items():
            if not isinstance(spent, Spent):
                lines.append(f"| {words}, {name} | {spent} | | | |")
                continue
            ratio = spent.wall / found["mere read"].wall
            lines.append(
                f"| {words}, {name} | {spent.cpu:.2f} | {spent.wall:.2f} | {ratio:.1f} | {spent.memory:,.0f} |"
            )
    return lines


def _seconds(spent):
    return f"{spent.cpu:.4f}" if isinstance(spent, Spent) else "failed"


def figure(known, path):
    """Dots of CPU seconds by estimator on a logarithmic axis, ours against every peer."""
    from matplotlib.figure import Figure

    shown = [(key, found) for key, found in sorted(known.items()) if key[0] == 100_000]
    if not shown:
        return
    canvas = Figure(figsize=(9, 4.2), layout="constrained")
    panels = canvas.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    names = [*LINEAR_SET, *FURTHER]
    for axes, ((size, gaps), found) in zip(panels, shown, strict=True):
        for row, name in enumerate(names):
            peers = [
                s.cpu
                for (other, who), s in found.items()
                if other == name and not who.startswith("impact") and isinstance(s, Spent)
            ]
            axes.plot(
                peers,
                [row] * len(peers),
                "o",
                color="#8a8f94",
                markersize=6,
                label="peers" if row == 0 else None,
            )
            for start, marker, colour in (("panel", "D", "#b5442c"), ("moments", "|", "#1b4965")):
                mine = found.get((name, f"impact, {start}"))
                if isinstance(mine, Spent):
                    axes.plot(
                        [max(mine.cpu, 1e-4)],
                        [row],
                        marker,
                        color=colour,
                        markersize=7,
                        label=f"impact, from {start}" if row == 0 else None,
                    )
        axes.set_xscale("log")
        axes.set_title(f"{size:,} units, {'10% missing' if gaps else 'balanced'}", fontsize=10)
        axes.set_xlabel("CPU seconds")
        axes.grid(axis="x", color="#dddddd")
        axes.set_axisbelow(True)
    panels[0].set_yticks(range(len(names)), names)
    panels[0].invert_yaxis()
    canvas.legend(
        *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False
    )
    canvas.savefig(path, dpi=110)
