"""What every estimator returns: `Estimate`.

The numbers of an estimate are its ``table`` and ``vcov``. What can still be asked of it (other averages, unit scores, effects
in percent) is answered by the ``parts`` that the estimator leaves inside; an estimate read back from JSON has none and says so.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.check_result import CheckResult, plain, wald
from impact.critical_values import quantile, simultaneous_critical_value, two_sided_p_value
from impact.data.sample import Sample
from impact.errors import NotAvailableError
from impact.terms import CONFIDENCE_LEVEL, ESTIMATE_COLUMNS, Averaging, BandKind, Grouping, one_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from impact.data.panel import Panel


class Parts(Protocol):
    """What an estimator leaves inside its estimate so that more can be asked of it."""

    def aggregate(
        self, estimate: "Estimate", *, by: Grouping, average: Averaging, balance: int | None
    ) -> "Estimate":
        """Average the parameters."""

    def influence(self, panel: "Panel") -> Floats:
        """Each unit's score on each parameter, (N, k)."""

    def percent(self, estimate: "Estimate") -> "Estimate":
        """The effects over their counterfactual means."""

    def weights(self, estimate: "Estimate") -> pd.DataFrame:
        """The weight of each cohort x period mean in each parameter."""


@dataclass(frozen=True)
class Rows:
    """What identifies the k parameters of an estimate, one entry a parameter."""

    term: Sequence[str]
    cohort: Sequence[Any] | None = None
    time: Sequence[Any] | None = None
    event_time: Sequence[float] | Floats | None = None
    n_treated: Sequence[float] | Floats | None = None
    n_control: Sequence[float] | Floats | None = None


@dataclass(frozen=True, repr=False)
class Estimate:
    """One estimator's answer: parameters, their covariance, and what they are.

    Attributes
    ----------
    estimand : str
        What is estimated, in words.
    method : str
        Estimator, base period, control group, aggregation, and the standard errors' convention.
    table : DataFrame
        One row a parameter, columns `terms.ESTIMATE_COLUMNS`.
    vcov : ndarray, (k, k)
        Covariance of the k estimates, in squared units of the outcome.
    sample : Sample
        Who was used, who was dropped and why.
    spec : Mapping
        The options used; ``df`` holds the degrees of freedom of the t distribution (None: normal),
        ``level`` the confidence level, ``critical_value`` that of the simultaneous band.
    notes : tuple of str
        Coded remarks such as ``few_treated_units:3``.
    source : str
        The paper and equation.
    """

    estimand: str
    method: str
    table: pd.DataFrame
    vcov: Floats
    sample: Sample
    spec: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    source: str = ""
    parts: Parts | None = field(default=None, compare=False)

    def aggregate(
        self, *, by: Grouping, average: Averaging = "cells", balance: int | None = None
    ) -> "Estimate":
        """Average the parameters by event time, cohort, calendar time, or over all.

        Parameters
        ----------
        by : {"event_time", "cohort", "time", "overall"}
        average : {"cells", "cohort", "event_time", "time"}
            For ``by="overall"``: over post-treatment cells weighted by cohort size, or the average of the
            respective aggregation.
        balance : int, optional
            For ``by="event_time"``: only cohorts observed at least this many periods after treatment.

        Raises
        ------
        NotAvailableError
            When this estimate has nothing to average.
        UnknownNameError
            For a word that is none of these.
        """
        one_of(by, Grouping, name="by")
        one_of(average, Averaging, name="average")
        return self._asked().aggregate(self, by=by, average=average, balance=balance)

    def influence(self, panel: "Panel") -> Floats:
        """Return each unit's score on each parameter, (N, k); their cross-product is the CR0 covariance."""
        return self._asked().influence(panel)

    def percent(self) -> "Estimate":
        """Return effects over the counterfactual mean of the treated (observed minus effect), with delta-method intervals."""
        return self._asked().percent(self)

    def wald(self, terms: Sequence[str] | None = None, *, name: str = "wald") -> CheckResult:
        """Test jointly that parameters are zero (all with a standard error, or those named): F, or chi-square over q."""
        known = self.table["std_error"].notna()
        asked = known if terms is None else known & self.table["term"].isin(list(terms))
        rows = np.flatnonzero(asked.to_numpy())
        value = self.table["estimate"].to_numpy()[rows]
        return wald(name, value, self.vcov[np.ix_(rows, rows)], df=self.df)

    def weights(self) -> pd.DataFrame:
        """Return which comparisons carry the result: the weight of each cohort's mean in each period, per parameter.

        Returns
        -------
        DataFrame
            ``term, cohort, time, event_time, weight``, never treated with cohort None. On a balanced panel an estimate that is
            linear in outcomes is the sum of weights times means; with gaps a weight is the sum over the patterns of gaps.
        """
        return self._asked().weights(self)

    def _asked(self) -> Parts:
        if self.parts is None:
            raise NotAvailableError(
                f"{self.method}: only its table and covariance are kept here; fit the estimator again for this"
            )
        return self.parts

    @property
    def df(self) -> float:
        """Degrees of freedom of the reference t distribution; infinity is the normal."""
        value = self.spec.get("df")
        return np.inf if value is None else float(value)

    def confint(
        self, level: float = CONFIDENCE_LEVEL, *, kind: BandKind = "pointwise"
    ) -> pd.DataFrame:
        """Return intervals at a level: ``term, low, high``; simultaneous ones cover all parameters at once."""
        one_of(kind, BandKind, name="kind")
        std_error = self.table["std_error"].to_numpy()
        critical = (
            quantile((1 + level) / 2, self.df)
            if kind == "pointwise"
            else simultaneous_critical_value(self.vcov, level=level, df=self.df)
        )
        value = self.table["estimate"].to_numpy()
        return pd.DataFrame(
            {
                "term": self.table["term"],
                "low": value - critical * std_error,
                "high": value + critical * std_error,
            }
        )

    def tidy(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self.table.copy()

    def row(self, term: str) -> "pd.Series[Any]":
        """Return the row of one parameter."""
        return self.table.set_index("term", drop=False).loc[term]

    def plot(self, axes: "Axes | None" = None) -> "Axes":
        """Draw estimates with intervals (and bands, against event time) on matplotlib axes."""
        from impact.estimate_plot import draw

        return draw(self.table, axes)

    def summary(self) -> str:
        """Return the estimate as plain text: what it is, the table, and the notes."""
        columns = ["term", "estimate", "std_error", "p_value", "conf_low", "conf_high"]
        lines = [self.estimand, self.method, "", self.table[columns].to_string(index=False), ""]
        lines.append(
            f"{self.sample.n_units} units ({self.sample.n_treated} treated), {self.sample.n_obs} observations"
        )
        lines += [f"note: {note}" for note in self.notes]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        from html import escape

        body = self.table.dropna(axis=1, how="all").to_html(index=False, escape=True, border=0)
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        return (
            f"<p><b>{escape(self.estimand)}</b><br>{escape(self.method)}</p>{body}<ul>{notes}</ul>"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; missing numbers are None."""
        return {
            "estimand": self.estimand,
            "method": self.method,
            "table": [
                {name: plain(value) for name, value in row.items()}
                for row in self.table.to_dict("records")
            ],
            "vcov": [[plain(value) for value in row] for row in self.vcov],
            "sample": self.sample.to_dict(),
            "spec": {name: plain(value) for name, value in self.spec.items()},
            "notes": list(self.notes),
            "source": self.source,
        }

    def to_json(self) -> str:
        """Write the estimate as JSON; `from_json` reads it back to the last digit."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False, sort_keys=True)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        table = pd.DataFrame(values["table"], columns=list(ESTIMATE_COLUMNS))
        numbers = [name for name in ESTIMATE_COLUMNS if name not in {"term", "cohort", "time"}]
        table[numbers] = table[numbers].astype(float)
        for name in ("cohort", "time"):
            if table[name].isna().all():
                table[name] = np.nan
        vcov = np.array(values["vcov"], dtype=float).reshape(len(table), len(table))
        return cls(
            estimand=values["estimand"],
            method=values["method"],
            table=table,
            vcov=vcov,
            sample=Sample.from_dict(values["sample"]),
            spec=values["spec"],
            notes=tuple(values["notes"]),
            source=values["source"],
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        return cls.from_dict(json.loads(text))

    @classmethod
    def build(
        cls,
        rows: Rows,
        values: Floats,
        vcov: Floats,
        *,
        estimand: str,
        method: str,
        sample: Sample,
        spec: Mapping[str, Any],
        notes: tuple[str, ...] = (),
        source: str = "",
        parts: Parts | None = None,
    ) -> Self:
        """Make an estimate of k values and their covariance: the one place where intervals are formed.

        A parameter whose variance is not positive (a normalisation, a cohort of one unit) keeps its value and
        has no standard error.
        """
        level = float(spec.get("level", CONFIDENCE_LEVEL))
        df = np.inf if spec.get("df") is None else float(spec["df"])
        critical = simultaneous_critical_value(vcov, level=level, df=df)
        table = _table(
            rows, values, vcov, critical=critical, level=level, df=df, n_clusters=sample.n_clusters
        )
        return cls(
            estimand=estimand,
            method=method,
            table=table,
            vcov=vcov,
            sample=sample,
            spec={**spec, "level": level, "critical_value": critical},
            notes=notes,
            source=source,
            parts=parts,
        )

    def with_notes(self, *notes: str) -> "Estimate":
        """Return the estimate with further notes."""
        return replace(self, notes=(*self.notes, *notes))


def _table(
    rows: Rows,
    values: Floats,
    vcov: Floats,
    *,
    critical: float,
    level: float,
    df: float,
    n_clusters: int,
) -> pd.DataFrame:
    k = len(values)
    variance = np.diag(vcov)
    std_error = np.sqrt(np.where(variance > 0, variance, np.nan))
    half = quantile((1 + level) / 2, df) * std_error
    missing = np.full(k, np.nan)
    columns: dict[str, Any] = {
        "term": list(rows.term),
        "cohort": missing if rows.cohort is None else list(rows.cohort),
        "time": missing if rows.time is None else list(rows.time),
        "event_time": missing
        if rows.event_time is None
        else np.asarray(rows.event_time, dtype=float),
        "estimate": values,
        "std_error": std_error,
        "statistic": values / std_error,
        "p_value": two_sided_p_value(values / std_error, df),
        "conf_low": values - half,
        "conf_high": values + half,
        "band_low": values - critical * std_error,
        "band_high": values + critical * std_error,
        "n_treated": missing if rows.n_treated is None else np.asarray(rows.n_treated, dtype=float),
        "n_control": missing if rows.n_control is None else np.asarray(rows.n_control, dtype=float),
        "n_clusters": np.full(k, float(n_clusters)),
    }
    return pd.DataFrame(columns, columns=list(ESTIMATE_COLUMNS))
