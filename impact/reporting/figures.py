"""The figures an evaluator would show a minister."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from impact.estimate import Estimate
from impact.reporting.exhibits import Figure
from impact.reporting.style import BAND, COMPARISON, FULL_WIDTH, GREY, INK, TREATED, figure_style
from impact.reporting.voice import Voice
from impact.reporting.words.register import said_note
from impact.weights_plot import draw_weights

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_TICKS = 10


def _axes(voice: Voice, height: float) -> tuple[Any, "Axes"]:
    from matplotlib.figure import Figure as Canvas
    from matplotlib.ticker import FuncFormatter

    canvas = Canvas(figsize=(FULL_WIDTH, height), layout="constrained")
    axes = canvas.subplots()
    axes.yaxis.set_major_formatter(FuncFormatter(voice.f.ticks()))
    return canvas, axes


def _periods(voice: Voice, axes: "Axes", labels: list[Any]) -> None:
    step = max(1, -(-len(labels) // MOST_TICKS))
    at = np.arange(0, len(labels), step)
    axes.set_xticks(at, [voice.f.time(labels[i]) for i in at])
    axes.grid(visible=False, axis="x")


def raw_paths(voice: Voice, paths: pd.DataFrame, *, starts: list[str]) -> Figure:
    """Draw mean outcomes of both groups over time, and when treatment began."""
    t, study = voice.t, voice.study
    with figure_style():
        canvas, axes = _axes(voice, 3.4)
        x = np.arange(len(paths))
        labels = list(paths["time"].astype(str))
        for group, colour, name in (
            ("treated", TREATED, t("Beneficiaries")),
            ("comparison", COMPARISON, t("Comparison group")),
        ):
            mean, error = paths[group].to_numpy(float), paths[f"{group}_std_error"].to_numpy(float)
            axes.fill_between(
                x, mean - 1.96 * error, mean + 1.96 * error, color=colour, alpha=0.14, linewidth=0
            )
            axes.plot(x, mean, color=colour, linewidth=1.8, label=name)
        for start in starts:
            if start in labels:
                axes.axvline(
                    labels.index(start) - 0.5, color=GREY, linewidth=0.9, linestyle=(0, (4, 3))
                )
        axes.set_ylabel(_wrapped(f"{study.label(study.outcome)} ({study.unit(study.outcome)})", 44))
        _periods(voice, axes, labels)
        axes.set_ylim(bottom=min(0.0, float(paths[["treated", "comparison"]].min().min()) * 1.1))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
        return Figure.from_matplotlib(
            canvas,
            label="fig-paths",
            caption=t(
                "Mean outcome of beneficiaries and of the comparison group, with 95% intervals of the means. "
                "Dashed lines: a cohort starts."
            ),
            alt=t(
                "Two lines over time. Beneficiaries begin at {first} and end at {last}; the comparison group begins at "
                "{other_first} and ends at {other_last}.",
                first=voice.amount(study.outcome, float(paths["treated"].iloc[0])),
                last=voice.amount(study.outcome, float(paths["treated"].iloc[-1])),
                other_first=voice.amount(study.outcome, float(paths["comparison"].iloc[0])),
                other_last=voice.amount(study.outcome, float(paths["comparison"].iloc[-1])),
            ),
        )


def event_study(voice: Voice, estimate: Estimate) -> Figure:
    """Draw effects by time since treatment with intervals and the simultaneous band."""
    t, study = voice.t, voice.study
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    table = estimate.table.sort_values("event_time")
    with figure_style():
        canvas, axes = _axes(voice, 3.4)
        x, value = table["event_time"].to_numpy(float), table["estimate"].to_numpy(float)
        low, high = (
            table[name].fillna(table["estimate"]).to_numpy(float)
            for name in ("band_low", "band_high")
        )
        half = (table["conf_high"] - table["estimate"]).fillna(0.0).to_numpy(float)
        axes.fill_between(
            x, low, high, color=BAND, linewidth=0, label=t("Band for all periods at once")
        )
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.axvline(-0.5, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
        for part, colour, name in (
            (x < 0, COMPARISON, t("Before")),
            (x >= 0, TREATED, t("After")),
        ):
            axes.errorbar(
                x[part],
                value[part],
                yerr=half[part],
                fmt="o",
                color=colour,
                markersize=4,
                linewidth=1.4,
                label=name,
            )
        axes.set_xlabel(t("Periods since the start of treatment"))
        axes.set_ylabel(_wrapped(f"{t('Effect')} ({study.unit(study.outcome)})", 44))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.xaxis.set_major_formatter(FuncFormatter(voice.f.ticks()))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, fontsize=8, borderaxespad=0.2)
        return Figure.from_matplotlib(
            canvas,
            label="fig-event-study",
            caption=_event_study_caption(voice, estimate),
            alt=_event_study_words(voice, table),
        )


def _event_study_caption(voice: Voice, estimate: Estimate) -> str:
    """What is shown, and by which inference where it is not the clustered one."""
    t = voice.t
    caption = (
        t(
            "Effect by periods since treatment, relative to the last period before it. Estimates before the start "
            "show whether the groups moved alike; they should be near zero."
        )
        if (estimate.table["event_time"] < -1).any()
        else t(
            "Effect by periods since treatment, relative to the only period before it: whether the groups moved alike "
            "before the start cannot be examined."
        )
    )
    inference = [note for note in estimate.notes if note.startswith("by_permutation:")]
    return " ".join([caption, *(said_note(t, note) for note in inference)])


def _event_study_words(voice: Voice, table: pd.DataFrame) -> str:
    before, after = (
        table.loc[side, "estimate"] for side in (table["event_time"] < -1, table["event_time"] >= 0)
    )
    outcome = voice.study.outcome
    if before.dropna().empty:
        return voice.t(
            "Points by period since treatment. They average {after}, the largest being {largest}; there is none before it.",
            after=voice.amount(outcome, float(after.mean())),
            largest=voice.amount(outcome, float(after.max())),
        )
    return voice.t(
        "Points by period since treatment. Before it they average {before}; after it they average {after}, the largest "
        "being {largest}.",
        before=voice.amount(outcome, float(before.mean())),
        after=voice.amount(outcome, float(after.mean())),
        largest=voice.amount(outcome, float(after.max())),
    )


def forest(voice: Voice, rows: pd.DataFrame, *, label: str, caption: str) -> Figure:
    """Draw estimates with intervals, one a row (``words, estimate, conf_low, conf_high``), the first one marked."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    t, outcome = voice.t, voice.study.outcome
    shown = rows.dropna(subset=["estimate"]).reset_index(drop=True)
    with figure_style():
        canvas, axes = _axes(voice, 0.9 + 0.31 * len(shown))
        y = np.arange(len(shown))[::-1]
        value = shown["estimate"].to_numpy(float)
        half = np.vstack(
            [value - shown["conf_low"].to_numpy(float), shown["conf_high"].to_numpy(float) - value]
        )
        half = np.nan_to_num(half)
        axes.axvspan(
            *shown.loc[0, ["conf_low", "conf_high"]].to_numpy(float),
            color=BAND,
            alpha=0.45,
            linewidth=0,
        )
        axes.axvline(0, color=INK, linewidth=0.8)
        for i in range(len(shown)):
            colour = TREATED if i == 0 else COMPARISON
            axes.errorbar(
                value[i],
                y[i],
                xerr=half[:, [i]],
                fmt="o",
                color=colour,
                markersize=5,
                linewidth=1.6,
            )
        axes.set_yticks(y, [_wrapped(str(words), 44) for words in shown["words"]])
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
        axes.xaxis.set_major_formatter(FuncFormatter(voice.f.ticks()))
        axes.grid(visible=False, axis="y")
        axes.set_ylim(-0.7, len(shown) - 0.3)
        axes.set_xlabel(f"{t('Effect')} ({voice.study.unit(outcome)})")
        return Figure.from_matplotlib(
            canvas,
            label=label,
            caption=caption,
            alt=t(
                "{n} estimates with intervals, from {low} to {high}; the main one is {main}.",
                n=len(shown),
                low=voice.amount(outcome, float(value.min())),
                high=voice.amount(outcome, float(value.max())),
                main=voice.amount(outcome, float(value[0])),
            ),
        )


def sample_flow(voice: Voice, flow: pd.DataFrame, words: dict[str, str]) -> Figure:
    """Draw how many units remain from the file to the last period, by group."""
    t = voice.t
    with figure_style():
        canvas, axes = _axes(voice, 0.9 + 0.45 * len(flow))
        y = _flow_bars(voice, axes, flow)
        axes.set_yticks(y, [words[stage] for stage in flow["stage"]])
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        axes.grid(visible=False)
        axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)
        last = flow.iloc[-1]
        return Figure.from_matplotlib(
            canvas,
            label="fig-flow",
            caption=t(
                "From the data file to the last period: how many firms remain in each group."
            ),
            alt=t(
                "Bars of firms remaining. {first} firms in the file; at the end {treated} beneficiaries and {other} firms "
                "of the comparison group.",
                first=voice.f.number(float(flow.iloc[0]["units"])),
                treated=voice.f.number(float(last["treated"])),
                other=voice.f.number(float(last["comparison"])),
            ),
        )


def _flow_bars(voice: Voice, axes: "Axes", flow: pd.DataFrame) -> Any:
    """Draw one bar a stage, split by group where the groups are known; return the bars' heights."""
    t, number = voice.t, voice.f.number
    y = np.arange(len(flow))[::-1]
    treated = flow["treated"].astype(float).fillna(0).to_numpy()
    other = flow["comparison"].astype(float).fillna(0).to_numpy()
    whole = np.where(treated + other > 0, 0, flow["units"].to_numpy(float))
    axes.barh(y, treated, color=TREATED, height=0.62, label=t("Beneficiaries"))
    axes.barh(y, other, left=treated, color=COMPARISON, height=0.62, label=t("Comparison group"))
    axes.barh(y, whole, color=GREY, height=0.62)
    inside: dict[str, Any] = {"ha": "center", "va": "center", "color": "white", "fontsize": 8.5}
    for at, a, b, total in zip(y, treated, other, flow["units"], strict=True):
        if a:
            axes.text(a / 2, at, number(a), **inside)
            axes.text(a + b / 2, at, number(b), **inside)
        axes.text(a + b + (0 if a else total), at, f"  {number(total)}", va="center", fontsize=8.5)
    return y


def _wrapped(text: str, width: int) -> str:
    from textwrap import fill

    return fill(text, width)


def weights(voice: Voice, weights: pd.DataFrame) -> Figure:
    """Draw the weight of each cohort's mean in each period in the main estimate."""
    t = voice.t
    from matplotlib.figure import Figure as Canvas

    never = t("Never treated")
    shown = weights.assign(time=[voice.f.time(time) for time in weights["time"]])
    shown["cohort"] = [
        None if pd.isna(g) else voice.f.time(int(g) if isinstance(g, float) else g)
        for g in weights["cohort"]
    ]
    n_cohorts = weights["cohort"].nunique(dropna=False)
    with figure_style():
        canvas = Canvas(figsize=(FULL_WIDTH, 1.1 + 0.42 * n_cohorts), layout="constrained")
        axes = draw_weights(shown, canvas.subplots(), never=never)
        axes.grid(visible=False)
        axes.set_ylabel(t("Start"))
        gained = weights.loc[weights["weight"] > 0, "weight"].sum()
        return Figure.from_matplotlib(
            canvas,
            label="fig-weights",
            caption=t(
                "Weight of each cohort's mean outcome in each period in the main estimate; red is added, blue taken away. "
                "Vertical marks: a cohort starts. With firms missing in some periods a weight is the sum over their patterns."
            ),
            alt=t(
                "A grid of cohorts by periods. Weights above zero add up to {gained}, those below to as much with the other "
                "sign.",
                gained=voice.f.number(float(gained), 2),
            ),
        )
