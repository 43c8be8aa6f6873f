"""A planned study's power as a figure and a table that can be handed on."""

from pathlib import Path

from impact.check_result import amount
from impact.diagnostics.power import PowerResult
from impact.reporting.exhibits import Figure, Table
from impact.reporting.style import COMPARISON, FULL_WIDTH, GREY, INK, TREATED, figure_style
from impact.terms import POWER

FORMULAS = {
    "mckenzie_did": ("McKenzie (2012), constant correlation", "^"),
    "mckenzie_ancova": ("McKenzie (2012), ANCOVA", "v"),
    "burlig_preonas_woerman": ("Burlig, Preonas and Woerman (2020)", "s"),
}


def power_figure(result: PowerResult) -> Figure:
    """Draw the share of studies that would find an effect of each size, the smallest detectable one marked."""
    from matplotlib.figure import Figure as Canvas
    from matplotlib.ticker import PercentFormatter

    curve, found = result.curve, result.smallest_detectable
    words = f"{amount(found)} ({100 * found / result.study.mean:.0f}% of the mean)"
    with figure_style():
        canvas = Canvas(figsize=(FULL_WIDTH, 3.4), layout="constrained")
        axes = canvas.subplots()
        axes.plot(curve["effect"], curve["power"], color=TREATED, linewidth=1.8, label="Simulated")
        axes.axhline(POWER, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.plot([found, found], [0, POWER], color=INK, linewidth=1)
        axes.annotate(words, (found, 0), xytext=(5, 8), textcoords="offset points", fontsize=9)
        for row in result.table[result.table["source"] == "formula"].to_dict("records"):
            name, marker = FORMULAS[row["method"]]
            at = row["smallest_detectable"]
            axes.plot(at, POWER, marker, color=COMPARISON, markersize=6, label=name)
        axes.set_ylim(0, 1.02)
        axes.set_xlim(left=0)
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        axes.set_xlabel("Effect on those who take part, in the outcome's unit")
        axes.set_ylabel("Studies that would find it")
        axes.xaxis.set_major_formatter(lambda value, _: amount(value))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, fontsize=8.5)
        return Figure.from_matplotlib(
            canvas,
            label="power",
            caption="Share of studies like this one that would find an effect, by its size.",
            alt=f"A rising curve that reaches {POWER:.0%} at {words}.",
        )


def power_table(result: PowerResult) -> Table:
    """Set the smallest detectable effects by simulation and by formula side by side."""
    return Table(
        label="power",
        caption="Smallest detectable effects of a planned study",
        frame=result.table,
        headings={name: name for name in ("source", "method", "smallest_detectable", "percent")},
    )


def write_power(result: PowerResult, folder: Path) -> list[Path]:
    """Write power.csv, power.svg and power.png, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    figure = power_figure(result)
    for name, content in (("power.svg", figure.svg), ("power.png", figure.png)):
        aside = folder / f".{name}.part"
        aside.write_bytes(content)
        aside.replace(folder / name)
    aside = folder / ".power.csv.part"
    power_table(result).to_csv(aside)
    aside.replace(folder / "power.csv")
    return [folder / name for name in ("power.csv", "power.svg", "power.png")]
