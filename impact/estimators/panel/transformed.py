"""A panel model's regression: least squares on rows transformed in its way, and its covariance by any choice."""

from dataclasses import dataclass
from typing import Any

from impact.arrays import Floats, Integers
from impact.covariance.absorbed import Absorbed
from impact.covariance.choice import AnyCovariance
from impact.covariance.clusters import groups_of
from impact.covariance.panel_choice import PanelCovariance
from impact.covariance.panel_robust import PanelRows, panel_covariance
from impact.covariance.rows import FittedRows, RowCovariance, covariance
from impact.data.panel import Panel
from impact.estimators.panel.model_rows import ModelRows
from impact.estimators.panel.variance_components import VarianceComponents


@dataclass(frozen=True)
class Transformed:
    """A model's regression.

    Attributes
    ----------
    rows, levels : ModelRows
        Transformed, and the same columns as they were.
    fitted : FittedRows
        Least squares on the transformed rows.
    values : ndarray, (k,)
        Its coefficients.
    components : VarianceComponents, optional
        Of random effects.
    added : tuple of str
        Names of columns that correlated random effects put beside the regressors.
    """

    rows: ModelRows
    levels: ModelRows
    fitted: FittedRows
    values: Floats
    components: VarianceComponents | None = None
    added: tuple[str, ...] = ()


def covariance_at(
    panel: Panel, fitted: FittedRows, choice: AnyCovariance, rows: ModelRows
) -> RowCovariance:
    """Return the covariance of a regression of some rows of a panel.

    Raises
    ------
    NotIdentifiedError
        When no degrees of freedom are left.
    NotAvailableError
        When the choice asks for more than the memory holds.
    """
    if isinstance(choice, PanelCovariance):
        return panel_covariance(fitted, choice, PanelRows(rows.unit, rows.time))
    clusters = groups_of(panel, choice, rows.place)
    return covariance(fitted, choice, clusters)


def least_squares(
    rows: ModelRows,
    *,
    levels: ModelRows | None = None,
    taken_out: tuple[Integers, ...] = (),
    sets: tuple[Integers, ...] = (),
    constant: bool,
    values: Floats | None = None,
    components: VarianceComponents | None = None,
) -> Transformed:
    """Fit transformed rows; coefficients that linearmodels gave are kept, and are the same but for rounding."""
    root = rows.root
    options: dict[str, Any] = {"sets": sets, "n_own": rows.n_own, "constant": constant}
    absorbed = Absorbed.of(taken_out, root) if taken_out else None
    y, X = rows.y * root, rows.X * root[:, None]
    fitted = FittedRows.fit(y, X, absorbed=absorbed, **options)
    values = fitted.coefficients if values is None else values
    return Transformed(rows, rows if levels is None else levels, fitted, values, components)
