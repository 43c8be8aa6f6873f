"""Estimates side by side: their terms aligned by name, an interval beside each number, and what each of them estimates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.check_result import Shown
from impact.errors import UnknownNameError, UsageError
from impact.estimate import Estimate
from impact.table_markup import Grid, GridRow, as_html, as_latex, as_markdown, as_text
from impact.terms import nearest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NUMBERS = ["estimate", "std_error", "conf_low", "conf_high"]
SIGNIFICANT = 3  # digits of a row's smallest standard error
MOST_DIGITS = 12  # of a number in a row that is set alike; beyond, powers of ten
COUNTS = {
    "units": "n_units",
    "treated units": "n_treated",
    "observations": "n_obs",
    "clusters": "n_clusters",
}


@dataclass(frozen=True, repr=False)
class ModelTable(Shown):
    """Estimates side by side, as `compare` makes it.

    Attributes
    ----------
    table : DataFrame
        One row a model and term: ``model, term``, the numbers, and the ``level`` of the interval.
    facts : DataFrame
        One row a model: ``model, outcome, estimand, method, level, n_units, n_treated, n_obs, n_clusters, remarks``. The
        outcome is empty where the estimate was read from a file.
    terms : tuple of str
        In the order in which they are shown.
    """

    table: pd.DataFrame
    facts: pd.DataFrame
    terms: tuple[str, ...]

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the estimates, in order."""
        return tuple(self.facts["model"])

    def glance(self) -> pd.DataFrame:
        """Return one row a model: what it estimates how, and the counts behind it."""
        return self.facts.copy()

    def to_frame(self) -> pd.DataFrame:
        """Return the table as it is shown: a column a model, rows ``(term, part)``: estimate, (std_error), [interval]."""
        parts = ("estimate", "std_error", "interval")
        rows = pd.MultiIndex.from_product([self.terms, parts], names=["term", "part"])
        cells = [line for term in self.terms for line in self._lines(term)]
        return pd.DataFrame(cells, index=rows, columns=list(self.models))

    def summary(self) -> str:
        """Return the table as plain text."""
        return as_text(self._grid())

    def to_markdown(self) -> str:
        """Return the table for a Markdown page, escaped."""
        return as_markdown(self._grid())

    def to_latex(self) -> str:
        """Return the table for LaTeX with the package booktabs, escaped."""
        return as_latex(self._grid())

    def _repr_html_(self) -> str:
        return as_html(self._grid())

    def plot(self, axes: "Axes | None" = None) -> "Axes":
        """Draw all intervals one above the other on matplotlib axes, term by term."""
        from impact.estimate_plot import forest

        place = {term: number for number, term in enumerate(self.terms)}
        rows = self.table.sort_values("term", key=lambda term: term.map(place), kind="stable")
        label = rows["model"] if len(self.terms) == 1 else rows["term"] + ", " + rows["model"]
        return forest(rows.assign(term=label), axes)

    def _grid(self) -> Grid:
        body = tuple(GridRow(term, _without_empty(self._lines(term))) for term in self.terms)
        return Grid("term", self.models, body, self._facts_shown(), self._remarks())

    def _lines(self, term: str) -> tuple[tuple[str, ...], ...]:
        """Estimates, standard errors and intervals of a term, a cell a model; empty where a model does not have it."""
        found = self.table[self.table["term"] == term].set_index("model")
        numbers = found.reindex(list(self.models))[NUMBERS].to_numpy(dtype=float)
        cells = [
            _cells(row, decimals) for row, decimals in zip(numbers, _decimals(numbers), strict=True)
        ]
        return tuple(zip(*cells, strict=True))

    def _facts_shown(self) -> tuple[GridRow, ...]:
        facts = self.facts
        words = {"outcome": list(facts["outcome"])} if facts["outcome"].any() else {}
        words["level of the interval"] = [_percent(level) for level in facts["level"]]
        words |= {label: [f"{count:,}" for count in facts[name]] for label, name in COUNTS.items()}
        return tuple(GridRow(label, (tuple(cells),)) for label, cells in words.items())

    def _remarks(self) -> tuple[str, ...]:
        """How to read the table, what is not alike, and what each model estimates."""
        said = ["Estimate, (standard error) and [interval], by term."]
        levels = {name: _percent(level) for name, level in self._by_model("level")}
        if len(set(levels.values())) > 1:
            said.append(f"Levels of the intervals differ: {_listed(levels)}.")
        outcomes = {name: outcome for name, outcome in self._by_model("outcome") if outcome}
        if len(set(outcomes.values())) > 1:
            said.append(f"Outcomes differ: {_listed(outcomes)}.")
        unknown = [name for name in self.models if name not in outcomes]
        if outcomes and unknown:
            said.append(f"Outcome as in the words below: {', '.join(unknown)}.")
        words = zip(
            *(self.facts[name] for name in ("model", "estimand", "method", "remarks")), strict=True
        )
        for name, estimand, method, remarks in words:
            noted = f" Note: {remarks}." if remarks else ""
            said.append(f"{name}: {estimand}. {method}.{noted}")
        return tuple(said)

    def _by_model(self, name: str) -> Iterable[tuple[str, Any]]:
        return zip(self.models, self.facts[name], strict=True)


def compare(
    estimates: Sequence[Estimate] | Mapping[str, Estimate],
    *,
    terms: Sequence[str] | Mapping[str, str] | None = None,
) -> ModelTable:
    """Set estimates side by side: terms aligned by name, an interval beside each number, and what each of them estimates.

    Nothing is starred. A row is set with the decimals that its smallest standard error needs. Different outcomes, levels and
    counts are said, not refused: whether two numbers answer one question is for the reader, who finds both questions below.

    Parameters
    ----------
    estimates : sequence of Estimate, or Mapping of str to Estimate
        By name; without names, each has its method's first words.
    terms : sequence of str, or Mapping of str to str, optional
        Which parameters to show, in order; a mapping also gives new names, and terms given one name share a row:
        ``{"overall": "effect", "exposed": "effect"}``.

    Returns
    -------
    ModelTable

    Raises
    ------
    UsageError
        When there is no estimate, something else than an estimate, or an estimate has two parameters for one row.
    UnknownNameError
        When a term is in none of the estimates.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.CallawaySantAnna().fit(panel).aggregate(by="overall")
    >>> static = impact.TwoWayFixedEffects().fit(panel)
    >>> table = impact.compare({"by cohort": effects, "static": static}, terms={"overall": "effect", "exposed": "effect"})
    >>> table.to_frame()
                           by cohort          static
    term   part
    effect estimate            1.611           1.283
           std_error         (0.171)         (0.144)
           interval   [1.275, 1.946]  [0.994, 1.573]
    """
    named = _named(estimates)
    shown = _renaming(named.values(), terms)
    rows = pd.concat([_rows(name, each, shown) for name, each in named.items()], ignore_index=True)
    facts = pd.DataFrame([_facts(name, each) for name, each in named.items()])
    order = list(shown.values())
    if terms is None:
        order = _merged(rows.loc[rows["model"] == name, "term"] for name in named)
    return ModelTable(rows, facts, tuple(dict.fromkeys(order)))


def _named(estimates: Sequence[Estimate] | Mapping[str, Estimate]) -> dict[str, Estimate]:
    """Return the estimates by names that differ."""
    if isinstance(estimates, Estimate) or not isinstance(estimates, (Sequence, Mapping)):
        raise UsageError("compare takes estimates in a list, or in a dictionary by name")
    keyed = isinstance(estimates, Mapping)
    given = list(estimates.values() if isinstance(estimates, Mapping) else estimates)
    strangers = [place for place, each in enumerate(given, 1) if not isinstance(each, Estimate)]
    if strangers or not given:
        which = ", ".join(map(str, strangers))
        problem = f"entry {which} is no Estimate" if strangers else "there is no estimate"
        raise UsageError(f"compare: {problem}; give what an estimator's `fit` returns")
    names = [str(name) for name in estimates] if keyed else [_first_words(each) for each in given]
    return dict(zip(_distinct(names), given, strict=True))


def _first_words(estimate: Estimate) -> str:
    return estimate.method.split(";")[0].strip() or str(estimate.spec.get("estimator", "estimate"))


def _distinct(names: Sequence[str]) -> list[str]:
    """Number the names that repeat."""
    made: list[str] = []
    for name in names:
        new, number = name, 1
        while new in made or (new != name and new in names):
            number += 1
            new = f"{name} ({number})"
        made.append(new)
    return made


def _renaming(
    estimates: Iterable[Estimate], terms: Sequence[str] | Mapping[str, str] | None
) -> dict[str, str]:
    """Return the parameters to show, each with the name it gets."""
    known = {str(term): str(term) for each in estimates for term in each.rows.term}
    if terms is None:
        return known
    terms = [terms] if isinstance(terms, str) else terms
    asked = dict(terms) if isinstance(terms, Mapping) else {term: term for term in terms}
    for term in asked:
        if term not in known:
            raise UnknownNameError(
                f"{term!r}: a parameter of none of the estimates; {nearest(term, known)}see their `params`"
            )
    return {str(term): str(name) for term, name in asked.items()}


def _rows(name: str, estimate: Estimate, shown: Mapping[str, str]) -> pd.DataFrame:
    """Return one model's rows of the table."""
    interval = estimate.confint()
    rows = pd.DataFrame(
        {
            "term": interval["term"].astype(str),
            "estimate": estimate.params.to_numpy(),
            "std_error": estimate.std_errors.to_numpy(),
            "conf_low": interval["low"],
            "conf_high": interval["high"],
            "p_value": estimate.pvalues.to_numpy(),
        }
    )
    rows = rows[rows["term"].isin(list(shown))]
    rows = rows.assign(term=rows["term"].map(shown), level=estimate.level)
    if rows["term"].duplicated().any():
        twice = rows.loc[rows["term"].duplicated(), "term"].iloc[0]
        raise UsageError(
            f"{name}: two parameters for the row {twice!r}; give them different names in `terms`"
        )
    rows.insert(0, "model", name)
    return rows


def _facts(name: str, estimate: Estimate) -> dict[str, Any]:
    outcome = str(getattr(estimate.origin.data, "outcome", ""))
    in_percent = outcome and any(step.verb == "percent" for step in estimate.origin.steps)
    clusters = estimate.rows.n_clusters  # fewer than the sample's, where a regression has its own
    return {
        "model": name,
        "outcome": f"{outcome}, in percent" if in_percent else outcome,
        "estimand": estimate.estimand,
        "method": estimate.method,
        "level": estimate.level,
        "n_units": estimate.sample.n_units,
        "n_treated": estimate.sample.n_treated,
        "n_obs": estimate.nobs,
        "n_clusters": int(estimate.sample.n_clusters if clusters is None else np.min(clusters)),
        "remarks": ", ".join(estimate.notes),
    }


def _merged(orders: Iterable[Iterable[str]]) -> list[str]:
    """Merge lists of terms into one; a new term comes before the one that it precedes in its own list, or last."""
    merged: list[str] = []
    for order in orders:
        place = len(merged)
        for term in reversed(list(order)):
            if term not in merged:
                merged.insert(place, term)
            place = merged.index(term)
    return merged


def _decimals(numbers: Floats) -> list[int | None]:
    """Return the decimals of a row's columns, (models, 4): alike, or each its own where their sizes have nothing in common."""
    alike = _needed(numbers)
    return [alike if alike is not None else _needed(column[None]) for column in numbers]


def _needed(numbers: Floats) -> int | None:
    """Return the decimals that the smallest standard error needs, else the largest estimate; None: powers of ten."""
    sizes = np.abs(numbers[np.isfinite(numbers)])
    errors = numbers[:, 1][np.isfinite(numbers[:, 1]) & (numbers[:, 1] > 0)]
    largest = float(sizes.max(initial=0.0))
    if largest == 0:
        return 0
    least = float(errors.min()) if errors.size else largest
    decimals = max(0, SIGNIFICANT - 1 - int(np.floor(np.log10(least))))
    whole = max(0, int(np.floor(np.log10(largest)))) + 1
    return decimals if decimals + whole <= MOST_DIGITS else None


def _without_empty(lines: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Leave out lines below the first in which no model has anything, such as the standard error of a reference period."""
    return (lines[0], *(line for line in lines[1:] if any(line)))


def _cells(row: Floats, decimals: int | None) -> tuple[str, str, str]:
    """Write estimate, (standard error) and [low, high]; what is not known stays empty."""
    estimate, std_error, low, high = (_written(float(value), decimals) for value in row)
    interval = f"[{low}, {high}]" if low and high else ""
    return estimate, f"({std_error})" if std_error else "", interval


def _written(value: float, decimals: int | None) -> str:
    if np.isnan(value):
        return ""
    if np.isinf(value):
        return "∞" if value > 0 else "-∞"
    if decimals is None:
        return f"{value:.{SIGNIFICANT - 1}e}"
    return f"{round(value, decimals) + 0.0:,.{decimals}f}"  # + 0.0: no minus before a zero


def _percent(level: float) -> str:
    return f"{100 * level:.4g}%"


def _listed(words: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {word}" for name, word in words.items())
