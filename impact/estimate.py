"""What every estimator returns: `Estimate`.

Its numbers are the k values and their covariance; the table is set from them when first asked for, because the simultaneous
band in it costs thousands of draws that mostly nobody looks at. What can still be asked of it (other averages, unit scores,
effects in percent) is answered by the ``parts`` that the estimator leaves inside; an estimate read back from JSON has none
and says so.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
import pandas as pd

from impact.arrays import Floats, Mask
from impact.check_result import CheckResult, Shown, plain
from impact.critical_values import quantiles, simultaneous_critical_value
from impact.data.sample import Sample
from impact.errors import NotAvailableError, UsageError
from impact.origin import UNKNOWN, Origin
from impact.parameters import Rows, percent_of_log, pointwise, table_of
from impact.protocols import Inference, Parts
from impact.restrictions import Asked, Restrictions
from impact.terms import (
    CONFIDENCE_LEVEL,
    ESTIMATE_COLUMNS,
    Averaging,
    BandKind,
    Grouping,
    one_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from impact.data.panel import Panel

Answer = TypeVar("Answer")
EACH_PARAMETERS = ("counterfactual_mean", "observed_mean")  # entries of ``spec`` with k values


@dataclass(frozen=True, repr=False)
class Estimate(Shown):
    """One estimator's answer: parameters, their covariance, and what they are.

    Attributes
    ----------
    rows : Rows
        What the k parameters are.
    values : ndarray, (k,)
        The estimates.
    vcov : ndarray, (k, k)
        Covariance of the k estimates, in squared units of the outcome. A parameter whose variance is not positive (a
        normalisation, a cohort of one unit) keeps its value and has no standard error.
    estimand : str
        What is estimated, in words.
    method : str
        Estimator, base period, control group, aggregation, and the standard errors' convention.
    sample : Sample
        Who was used, who was dropped and why.
    spec : Mapping
        The options used; ``df`` holds the degrees of freedom of the t distribution (None: normal),
        ``level`` the confidence level.
    notes : tuple of str
        Coded remarks such as ``few_treated_units:3``.
    source : str
        The paper and equation.
    parts : Parts, optional
        What answers further questions.
    origin : Origin
        The estimator and the data, and the verbs since.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> effects = impact.CallawaySantAnna().fit(panel)  # one row a cohort and year
    >>> overall = effects.aggregate(by="overall")
    >>> overall.confint(level=0.9).round(2)
          term   low  high
    0  overall  1.33  1.89
    >>> overall.percent().params.round(1).to_dict()
    {'overall': 24.4}
    """

    rows: Rows
    values: Floats
    vcov: Floats
    _: KW_ONLY
    estimand: str
    method: str
    sample: Sample
    spec: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    source: str = ""
    parts: "Parts[Estimate] | None" = field(default=None, compare=False)
    origin: "Origin[Estimate]" = field(default=UNKNOWN, compare=False)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a parameter, columns `terms.ESTIMATE_COLUMNS`."""
        reach = self.critical_value * self.std_errors.to_numpy()
        band = {"band_low": self.values - reach, "band_high": self.values + reach}
        return pd.DataFrame({**self._pointwise, **band}, columns=list(ESTIMATE_COLUMNS))

    @cached_property
    def critical_value(self) -> float:
        """Of the simultaneous band at the estimate's level."""
        return simultaneous_critical_value(self.vcov, level=self.level, df=self.df)

    @property
    def params(self) -> "pd.Series[float]":
        """The estimates, by term."""
        return self._by_term("estimate")

    @property
    def std_errors(self) -> "pd.Series[float]":
        """Standard errors, by term; NaN for a parameter whose variance is not positive."""
        return self._by_term("std_error")

    @property
    def pvalues(self) -> "pd.Series[float]":
        """P-values of no effect, by term."""
        return self._by_term("p_value")

    def _by_term(self, name: str) -> "pd.Series[float]":
        terms = pd.Index(self.rows.term, name="term")
        return pd.Series(self._pointwise[name], index=terms, name=name)

    @property
    def nobs(self) -> int:
        """Observations used: those of the sample, less the rows that the estimator left out."""
        return int(self.spec.get("n_obs", self.sample.n_obs))

    @property
    def level(self) -> float:
        """Confidence level of its intervals and bands."""
        return float(self.spec.get("level", CONFIDENCE_LEVEL))

    @property
    def df(self) -> float:
        """Degrees of freedom of the reference t distribution, the fewest of any parameter; infinity is the normal."""
        if self.rows.df is not None:
            return float(np.min(self.rows.df))
        value = self.spec.get("df")
        return np.inf if value is None else float(value)

    @property
    def row_df(self) -> Floats:
        """Degrees of freedom of each parameter, (k,)."""
        if self.rows.df is None:
            return np.full(len(self.values), self.df)
        return np.asarray(self.rows.df, dtype=float)

    def under(self, inference: "Inference[Estimate, Answer]") -> Answer:
        """Return the answer of another inference for this number, such as ``Permutation()`` or ``WildBootstrap()``.

        Raises
        ------
        NotAvailableError
            When the estimate was read from a file, or fitted on moments, which hold no units.
        """
        if isinstance(inference, (str, type)):
            raise UsageError("under: give an inference, such as impact.Permutation()")
        return inference.on(self)

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
        asked: dict[str, Any] = {"by": by, "average": average, "balance": balance}
        found = self._asked().aggregate(self, **asked)
        return replace(found, origin=self.origin.then("aggregate", **asked))

    def influence(self, panel: "Panel") -> Floats:
        """Return each unit's score on each parameter, (N, k); their cross-product is the CR0 covariance."""
        return self._asked().influence(panel)

    def percent(self) -> "Estimate":
        """Return effects over the counterfactual mean of the treated (observed minus effect), with delta-method intervals."""
        return replace(self._asked().percent(self), origin=self.origin.then("percent"))

    def percent_of_log(self) -> pd.DataFrame:
        """Return effects on a logarithm in percent, 100 (exp(b) - 1), and their intervals, whose ends are put so too."""
        ends = pd.DataFrame(self._pointwise)[["term", "estimate", "conf_low", "conf_high"]]
        return ends.set_index("term").transform(percent_of_log).reset_index()

    def select(self, terms: Sequence[str] | Mask) -> "Estimate":
        """Return the estimate of some of its parameters; a band then covers those alone.

        Parameters
        ----------
        terms : sequence of str, or ndarray of bool, (k,)
            Their names, in the order wanted, or which of them.

        Raises
        ------
        UnknownNameError
            When a name is none of the parameters'.
        """
        at = self.rows.places(terms)
        k = len(self.values)
        spec = {
            name: [value[place] for place in at]
            if name in EACH_PARAMETERS and len(value) == k
            else value
            for name, value in self.spec.items()
        }
        names = [self.rows.term[place] for place in at]
        return replace(
            self,
            rows=self.rows.take(at),
            values=self.values[at],
            vcov=self.vcov[np.ix_(at, at)],
            spec=spec,
            parts=None if self.parts is None else self.parts.select(at),
            origin=self.origin.then("select", terms=names),
        )

    def wald(
        self,
        restrictions: Asked | None = None,
        q: float | Floats = 0.0,
        *,
        name: str = "wald",
    ) -> CheckResult:
        """Test linear restrictions R b = q jointly: F with (m, df) degrees of freedom, or chi-square over m without df.

        Parameters
        ----------
        restrictions : optional
            Names of parameters (each equals q); a mapping of names to weights, or several; pairs of names that are equal,
            ``[("a", "b")]``; or R, (m, k). By default each parameter that has a standard error.
        q : float, or ndarray, (m,)
        name : str
            Of the check that is returned.

        Raises
        ------
        UsageError
            When a restriction follows from the others, or R has another number of columns.
        NotIdentifiedError
            When the covariance does not determine all restrictions, as with fewer clusters than restrictions.

        References
        ----------
        Wooldridge (2010), eq. 4.13; Greene (2018), sec. 5.5.
        """
        known = self.std_errors.notna().to_numpy()
        asked = np.eye(len(known))[known] if restrictions is None else restrictions
        return Restrictions.of(self.rows.term, asked, q).test(
            self.params.to_numpy(), self.vcov, df=self.row_df, name=name
        )

    def weights(self) -> pd.DataFrame:
        """Return which comparisons carry the result: the weight of each cohort's mean in each period, per parameter.

        Returns
        -------
        DataFrame
            ``term, cohort, time, event_time, weight``, never treated with cohort None. On a balanced panel an estimate that is
            linear in outcomes is the sum of weights times means; with gaps a weight is the sum over the patterns of gaps.
        """
        return self._asked().weights(self)

    def _asked(self) -> "Parts[Estimate]":
        if self.parts is None:
            raise NotAvailableError(
                f"{self.method}: only its table and covariance are kept here; fit the estimator again for this"
            )
        return self.parts

    def confint(self, level: float | None = None, *, kind: BandKind = "pointwise") -> pd.DataFrame:
        """Return intervals: ``term, low, high``; simultaneous ones cover all parameters at once.

        Parameters
        ----------
        level : float, optional
            By default the estimate's own.
        kind : {"pointwise", "simultaneous"}
        """
        one_of(kind, BandKind, name="kind")
        level = self.level if level is None else level
        if not 0 < level < 1:
            raise UsageError("level: not between 0 and 1; write 0.95 for 95%")
        reach = self._critical(level, kind) * self.std_errors.to_numpy()
        ends = {"low": self.values - reach, "high": self.values + reach}
        return pd.DataFrame({"term": list(self.rows.term), **ends})

    def _critical(self, level: float, kind: BandKind) -> float | Floats:
        if kind == "pointwise":
            return quantiles((1 + level) / 2, self.row_df)
        if level == self.level:
            return self.critical_value
        return simultaneous_critical_value(self.vcov, level=level, df=self.df)

    def glance(self) -> pd.DataFrame:
        """Return one row: what was estimated how, and the counts behind it."""
        counts = ("n_units", "n_treated", "n_never", "n_clusters")
        row = {
            "estimator": self.spec.get("estimator"),
            "estimand": self.estimand,
            "n_parameters": len(self.values),
            "n_obs": self.nobs,
            **{name: getattr(self.sample, name) for name in counts},
            "df": self.df,
            "level": self.level,
            **{name: self.spec.get(name) for name in ("base_period", "aggregation")},
        }
        return pd.DataFrame([row])

    def row(self, term: str) -> "pd.Series[Any]":
        """Return the row of one parameter."""
        return self.table.iloc[int(self.rows.places([term])[0])]

    def plot(self, axes: "Axes | None" = None) -> "Axes":
        """Draw estimates with intervals (and bands, against event time) on matplotlib axes."""
        from impact.estimate_plot import draw

        return draw(self.table, axes)

    def blocks(self) -> tuple[str | pd.DataFrame, ...]:
        """Return what it is, the table, the counts and the notes."""
        shown = ["term", "estimate", "std_error", "p_value", "conf_low", "conf_high"]
        table = pd.DataFrame({name: self._pointwise[name] for name in shown})
        notes = ["\n".join(f"note: {note}" for note in self.notes)] if self.notes else []
        return (self.estimand, self.method, table, self.sample.counted(self.nobs), *notes)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values, the band's critical value among them; missing numbers are None."""
        return {
            "critical_value": plain(self.critical_value),
            "estimand": self.estimand,
            "method": self.method,
            "table": plain(self.table),
            "vcov": plain(self.vcov),
            "row_df": None if self.rows.df is None else plain(self.row_df),
            "sample": self.sample.to_dict(),
            "spec": plain(self.spec),
            "notes": list(self.notes),
            "source": self.source,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        table = table_of(values["table"])
        given = [each.name for each in fields(Rows) if each.name in table]
        made = cls(
            Rows(**{name: list(table[name]) for name in given}, df=values.get("row_df")),
            table["estimate"].to_numpy(),
            np.array(values["vcov"], dtype=float).reshape(len(table), len(table)),
            sample=Sample.from_dict(values["sample"]),
            notes=tuple(values["notes"]),
            **{name: values[name] for name in ("estimand", "method", "spec", "source")},
        )
        made.__dict__.update(table=table, critical_value=float(values["critical_value"]))
        return made

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        return cls.from_dict(json.loads(text))

    def with_notes(self, *notes: str) -> "Estimate":
        """Return the estimate with further notes."""
        return replace(self, notes=(*self.notes, *notes))

    @cached_property
    def _pointwise(self) -> dict[str, Any]:
        return pointwise(
            self.rows,
            np.asarray(self.values, dtype=float),
            self.vcov,
            level=self.level,
            df=self.row_df,
            n_clusters=self.sample.n_clusters,
        )
