"""Moments made inside a database: one survey of periods and cohorts, then one statement that returns cells.

Written for DuckDB, over a table or a Parquet file; its memory limit is respected, as only cells leave it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.data.sample import Sample
from impact.data.times import TimeAxis
from impact.errors import (
    DuplicateKeyError,
    InfiniteValueError,
    MissingColumnError,
    MissingValueError,
    NoComparisonError,
    RangeError,
    SourceError,
    VaryingCohortError,
)
from impact.moments.cells import CellMoments
from impact.moments.cluster_sums import ClusterSums
from impact.moments.scatter import scatter_root
from impact.terms import Frequency

MOST_PERIODS = 62  # bits of the pattern of observed periods


@dataclass(frozen=True)
class Columns:
    """Names of the columns in the table; those not given do not exist."""

    unit: str
    time: str
    outcome: str
    cohort: str
    cluster: str | None = None
    weight: str | None = None
    strata: Sequence[str] = ()
    frequency: Frequency = "integer"
    step: int = 1
    never: Sequence[Any] = field(default=())


def reduce_table(connection: Any, table: str, **columns: Any) -> CellMoments:
    """Reduce a table with one row a (unit, time) to moments.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    table : str
        A table or view, or the path of a Parquet file.
    columns
        As in `Panel.from_frame`: unit, time, outcome, cohort, and optionally cluster, weight, strata, frequency, step, never.

    Raises
    ------
    DataError
        One of its branches, for what `Panel.from_frame` refuses; a database has no row numbers, so units are counted instead.
    """
    names = Columns(**columns)
    source = _source(table)
    _check_columns(connection, source, names)
    survey = _survey(connection, source, names)
    query = _Query(source, names, survey)
    always = int(_check_units(connection, query)["always"])
    moments = _moments(connection, query)
    if not always:
        return moments
    complete = _moments(connection, replace(query, with_always_treated=True))
    sample = moments.sample.with_dropped("always_treated", always)
    return replace(moments, sample=sample, complete=complete)


@dataclass(frozen=True)
class _Survey:
    """Periods in order with their mean outcome, and the calendar number of each cohort label (infinity: never treated)."""

    labels: list[Any]
    times: Floats
    origin: Floats
    cohorts: list[tuple[Any, float]]
    axis: TimeAxis


def _source(table: str) -> str:
    if table.endswith(".parquet"):
        return "read_parquet('" + table.replace("'", "''") + "')"
    return ".".join(_quoted(part) for part in table.split("."))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return "NULL"
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        return repr(float(value)) if isinstance(value, (float, np.floating)) else str(int(value))
    return "'" + str(value).replace("'", "''") + "'"


def _check_columns(connection: Any, source: str, names: Columns) -> None:
    import duckdb

    try:
        known = [
            row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        ]
    except duckdb.Error:
        raise SourceError(
            "the table or file cannot be read by the database; check its name and that it is one table"
        ) from None
    wanted = [names.unit, names.time, names.outcome, names.cohort, names.cluster, names.weight]
    for name in [*wanted, *names.strata]:
        if name is not None and name not in known:
            raise MissingColumnError(f"{name}: no such column; columns are {', '.join(known)}")


def _survey(connection: Any, source: str, names: Columns) -> _Survey:
    time, y, cohort = _quoted(names.time), _quoted(names.outcome), _quoted(names.cohort)
    found = connection.execute(
        f"SELECT {time} AS label, avg({y}) AS mean, count(*) AS n, count({y}) AS known, "
        f"count(*) FILTER (isinf({y}::DOUBLE)) AS infinite, count({_quoted(names.unit)}) AS units "
        f"FROM {source} GROUP BY 1"
    ).df()
    if (found["known"] < found["n"]).any():
        raise MissingValueError(
            f"{names.outcome}: missing on {int((found['n'] - found['known']).sum())} rows; fill them in or select the others"
        )
    if (found["units"] < found["n"]).any():
        raise MissingValueError(f"{names.unit}: missing; every row needs its unit's id")
    if found["infinite"].sum():
        raise InfiniteValueError(
            f"{names.outcome}: infinite on {int(found['infinite'].sum())} rows; correct them"
        )
    label, rows = found["label"].rename(names.time), np.arange(1, len(found) + 1)
    axis = TimeAxis(names.frequency, names.step).anchored(label, rows=rows)
    times = axis.parse(label, rows=rows)
    if len(times) > MOST_PERIODS:
        raise RangeError(
            f"{names.time}: {len(times)} periods, a database reduces at most {MOST_PERIODS}; use a Panel"
        )
    order = np.argsort(times)
    labels = connection.execute(f"SELECT DISTINCT {cohort} AS label FROM {source}").df()["label"]
    blank = labels.isna() | labels.isin(list(names.never))
    number = axis.parse(
        labels.mask(blank).rename(names.cohort),
        rows=np.arange(1, len(labels) + 1),
        missing_allowed=True,
    )
    number = np.where(np.isnan(number) | (number > times.max()), np.inf, number)
    cohorts = [
        (None if pd.isna(label) else label, float(g))
        for label, g in zip(labels, number, strict=True)
    ]
    return _Survey(
        [found["label"].iloc[i] for i in order],
        times[order],
        found["mean"].to_numpy(dtype=float)[order],
        cohorts,
        axis,
    )


@dataclass(frozen=True)
class _Query:
    """The statement's parts: one row a unit, then one row a cell."""

    source: str
    names: Columns
    survey: _Survey
    with_always_treated: bool = False

    def units(self) -> str:
        """One row a unit: cohort, stratum, cluster, weight, pattern of observed periods, and its path from the origin."""
        names, time, y = self.names, _quoted(self.names.time), _quoted(self.names.outcome)
        number = " ".join(
            f"WHEN {_quoted(names.cohort)} = {_literal(label)} THEN {float(g)!r}::DOUBLE"
            for label, g in self.survey.cohorts
            if label is not None and np.isfinite(g)
        )
        cohort = f"CASE {number} ELSE 'inf'::DOUBLE END" if number else "'inf'::DOUBLE"
        path, bits = [], []
        for place, (label, mean) in enumerate(
            zip(self.survey.labels, self.survey.origin, strict=True)
        ):
            here = f"{time} = {_literal(label)}"
            path.append(
                f"coalesce(sum({y} - {float(mean)!r}::DOUBLE) FILTER ({here}), 0) AS y{place}"
            )
            bits.append(f"max(CASE WHEN {here} THEN {2**place} ELSE 0 END)")
        stratum = " || ' / ' || ".join(f"{_quoted(name)}::VARCHAR" for name in names.strata) or "''"
        cluster = f"min({_quoted(names.cluster)})" if names.cluster else "NULL"
        weight = f"min({_quoted(names.weight)}::DOUBLE)" if names.weight else "1.0::DOUBLE"
        varying = " OR ".join(
            f"min({column}) <> max({column}) OR count({column}) NOT IN (0, count(*))"
            for column in map(_quoted, self._constants())
        )
        return (
            f"SELECT min({cohort}) AS cohort, min({stratum}) AS stratum, {cluster} AS cluster, {weight} AS w, "
            f"{' + '.join(bits)} AS pattern, count(*) AS seen, min({y}) AS lowest, max(abs({y})) AS largest, "
            f"({varying}) AS varies, {', '.join(path)} FROM {self.source} GROUP BY {_quoted(names.unit)}"
        )

    def _constants(self) -> list[str]:
        names = self.names
        return [
            name
            for name in (names.cohort, names.cluster, names.weight, *names.strata)
            if name is not None
        ]

    def problems(self) -> str:
        """One row: units whose rows repeat a period, that vary, or whose weight is not positive; units in each kind."""
        first = float(self.survey.times[0])
        return (
            f"WITH units AS ({self.units()}) SELECT count(*) FILTER (seen <> bit_count(pattern)) AS repeats, "
            "count(*) FILTER (varies) AS varies, count(*) FILTER (NOT w > 0 OR w IS NULL) AS weightless, "
            f"count(*) FILTER (cohort <= {first!r}) AS always, count(*) FILTER (isinf(cohort)) AS never, "
            f"count(*) FILTER (cohort > {first!r} AND NOT isinf(cohort)) AS treated, "
            f"count(DISTINCT cohort) FILTER (cohort > {first!r}) AS cohorts, min(lowest) AS lowest FROM units"
        )

    def cells(self) -> str:
        """One row a cell: the statement that makes the moments."""
        n_periods = len(self.survey.labels)
        y = [f"y{i}" for i in range(n_periods)]
        sums = [f"sum(w * {name}) AS s{i}" for i, name in enumerate(y)]
        squares = [f"sum(w * w * {name}) AS t{i}" for i, name in enumerate(y)]
        products = [
            f"sum(w * w * y{i} * y{j}) AS q{i}_{j}"
            for i in range(n_periods)
            for j in range(i, n_periods)
        ]
        return (
            f"WITH units AS ({self.units()}) SELECT cohort, stratum, pattern, count(*) AS n, "
            "count(*) FILTER (largest = 0) AS n_zero, sum(w) AS weight, sum(w * w) AS weight2, "
            f"{', '.join([*sums, *squares, *products])} FROM units WHERE {self._kept()} "
            "GROUP BY cohort, stratum, pattern"
        )

    def clusters(self) -> str:
        """One row a (cluster, cell)."""
        sums = [f"sum(w * y{i}) AS s{i}" for i in range(len(self.survey.labels))]
        return (
            f"WITH units AS ({self.units()}) SELECT cluster, cohort, stratum, pattern, count(*) AS n, sum(w) AS weight, "
            f"{', '.join(sums)} FROM units WHERE {self._kept()} GROUP BY cluster, cohort, stratum, pattern "
            "ORDER BY cluster, cohort, stratum, pattern"
        )

    def _kept(self) -> str:
        return "TRUE" if self.with_always_treated else f"cohort > {float(self.survey.times[0])!r}"


def _check_units(connection: Any, query: _Query) -> "pd.Series[Any]":
    """Return the counts of `problems`; refuse what a panel refuses."""
    names = query.names
    counts = connection.execute(query.problems()).df().iloc[0]
    if counts["repeats"]:
        raise DuplicateKeyError(
            f"{names.unit}, {names.time} repeat for {int(counts['repeats'])} units; keep one row per {names.unit} and "
            f"{names.time}"
        )
    if counts["varies"]:
        raise VaryingCohortError(
            f"{', '.join(query._constants())}: change within {int(counts['varies'])} units; they must be the same on all "
            "rows of a unit"
        )
    if counts["weightless"]:
        raise RangeError(
            f"{names.weight}: not positive for {int(counts['weightless'])} units; weights must be above zero"
        )
    if not counts["treated"] or (not counts["never"] and counts["cohorts"] < 2):
        raise NoComparisonError(
            f"{names.cohort}: no treated, or no untreated units to compare them with; check the column and its codes"
        )
    return counts


def _with_pattern(cells: pd.DataFrame, n_periods: int) -> pd.DataFrame:
    """Add a column of 0 and 1 for each period: whether the cell is observed there."""
    pattern = cells["pattern"].to_numpy(dtype=np.int64)
    seen = {f"seen{place}": (pattern >> place) & 1 for place in range(n_periods)}
    return pd.concat([cells, pd.DataFrame(seen)], axis=1)


def _moments(connection: Any, query: _Query) -> CellMoments:
    survey, n_periods = query.survey, len(query.survey.labels)
    cells = _with_pattern(connection.execute(query.cells()).df(), n_periods)
    seen = [f"seen{place}" for place in range(n_periods)]
    cells = cells.sort_values(["cohort", "stratum", *seen], kind="stable").reset_index(drop=True)
    observed = cells[seen].to_numpy().astype(bool)
    weight, weight2 = (cells[name].to_numpy(dtype=float) for name in ("weight", "weight2"))
    mean = cells[[f"s{i}" for i in range(n_periods)]].to_numpy(dtype=float) / weight[:, None]
    mean2 = cells[[f"t{i}" for i in range(n_periods)]].to_numpy(dtype=float) / weight2[:, None]
    scatter = np.zeros((len(cells), n_periods, n_periods))
    for i in range(n_periods):
        for j in range(i, n_periods):
            product = cells[f"q{i}_{j}"].to_numpy(dtype=float) - weight2 * mean2[:, i] * mean2[:, j]
            scatter[:, i, j] = scatter[:, j, i] = product
    root, root_cell = scatter_root(np.where((cells["n"] > 1).to_numpy()[:, None, None], scatter, 0))
    labels = sorted(cells["stratum"].unique()) if query.names.strata else []
    n = cells["n"].to_numpy(dtype=np.int64)
    cohort = cells["cohort"].to_numpy(dtype=float)
    counts = connection.execute(query.problems()).df().iloc[0]
    clusters = _clusters(connection, query, cells) if query.names.cluster else None
    n_units, treated = int(n.sum()), np.isfinite(cohort)
    sample = Sample(
        n_obs=int((n @ observed).sum()),
        n_units=n_units,
        n_treated=int(n[treated].sum()),
        n_never=int(n[~treated].sum()),
        n_clusters=n_units if clusters is None else clusters.n_clusters,
    )
    return CellMoments(
        times=survey.times,
        cohort=cohort,
        stratum=np.searchsorted(labels, cells["stratum"]).astype(np.int64)
        if labels
        else np.zeros(len(cells), dtype=np.int64),
        observed=observed,
        n=n,
        n_zero=cells["n_zero"].to_numpy(dtype=np.int64),
        weight=weight,
        mean=mean,
        weight2=weight2,
        mean2=mean2,
        root=root,
        root_cell=root_cell,
        origin=survey.origin,
        clusters=clusters,
        sample=sample,
        time_axis=survey.axis,
        outcome=query.names.outcome,
        non_negative=bool(counts["lowest"] >= 0),
        stratum_labels=tuple(labels),
    )


def _clusters(connection: Any, query: _Query, cells: pd.DataFrame) -> ClusterSums | None:
    found = connection.execute(query.clusters()).df()
    cells = cells.assign(cell=np.arange(len(cells)))[["cohort", "stratum", "pattern", "cell"]]
    found = found.merge(cells, on=["cohort", "stratum", "pattern"], how="left", sort=False)
    code, labels = pd.factorize(found["cluster"], sort=True)
    if len(labels) == found["n"].sum():
        return None  # every cluster is one unit
    sums = [f"s{i}" for i in range(len(query.survey.labels))]
    return ClusterSums(
        cluster=code.astype(np.int64),
        cell=found["cell"].to_numpy(dtype=np.int64),
        weight=found["weight"].to_numpy(dtype=float),
        n=found["n"].to_numpy(dtype=np.int64),
        total=found[sums].to_numpy(dtype=float),
        n_clusters=len(labels),
    )
