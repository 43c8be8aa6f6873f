"""What a panel and its sample say of themselves: counts, never an id or a value of the outcome."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from impact.data.panel import Panel
    from impact.data.sample import Sample

MOST_COHORTS_SHOWN = 12  # one line each; the rest are counted together


def panel_lines(panel: "Panel") -> list[tuple[str, str]]:
    """Return what a panel shows of itself, a label and its text a line."""
    label = panel.time_axis.label
    n_units, n_periods, n_obs = panel.n_units, panel.n_periods, len(panel.y)
    span = f"{n_periods}, {label(panel.times[0])} to {label(panel.times[-1])}"
    seen = "all" if panel.balanced else f"{n_obs / (n_units * n_periods):.1%}"
    cohorts, counts = np.unique(panel.cohort[np.isfinite(panel.cohort)], return_counts=True)
    by_cohort = [
        (f"  from {label(first)}", f"{count:,}")
        for first, count in zip(cohorts[:MOST_COHORTS_SHOWN], counts, strict=False)
    ]
    if len(cohorts) > MOST_COHORTS_SHOWN:
        rest = counts[MOST_COHORTS_SHOWN:]
        by_cohort.append((f"  in {len(rest)} later cohorts", f"{rest.sum():,}"))
    step = panel.time_axis.step
    spacing = "" if step == 1 else f", every {step} {panel.time_axis.frequency}s"
    own = panel.sample.n_clusters == n_units
    return [
        ("units", f"{n_units:,}"),
        ("periods", f"{span}{spacing}"),
        ("observations", f"{n_obs:,} ({seen} of units by periods)"),
        ("treated", f"{counts.sum():,}"),
        *by_cohort,
        ("never treated", f"{n_units - counts.sum():,}"),
        ("clusters", "the units" if own else f"{panel.sample.n_clusters:,}"),
        *_dropped(panel.sample),
    ]


def sample_lines(sample: "Sample") -> list[tuple[str, str]]:
    """Return what a sample shows of itself, a label and its text a line."""
    return [
        ("observations", f"{sample.n_obs:,}"),
        ("units", f"{sample.n_units:,}"),
        ("treated", f"{sample.n_treated:,}"),
        ("never treated", f"{sample.n_never:,}"),
        ("clusters", f"{sample.n_clusters:,}"),
        *_dropped(sample),
    ]


def _dropped(sample: "Sample") -> list[tuple[str, str]]:
    return [(reason.replace("_", " "), f"{n:,}") for reason, n in sample.dropped.items()]


def as_text(title: str, lines: list[tuple[str, str]]) -> str:
    """Set the lines below a title."""
    width = max(len(label) for label, _ in lines)
    return "\n".join([title, *(f"{label:<{width}}  {text}" for label, text in lines)])


def as_html(title: str, lines: list[tuple[str, str]]) -> str:
    """Set the lines as a table."""
    from html import escape

    rows = "".join(
        f"<tr><th scope='row'>{escape(label)}</th><td>{escape(text)}</td></tr>"
        for label, text in lines
    )
    return f"<p><b>{escape(title)}</b></p><table>{rows}</table>"
