"""Inference with few clusters: bias-reduced (CRV2) with Satterthwaite degrees of freedom, and jackknife (CRV3)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.arrays import Floats
from impact.check_result import CheckResult, status_of
from impact.covariance.cluster_regression import ClusterRegression
from impact.covariance.small_sample import cluster_df, jackknife_factor

JackknifeDf = Literal["clusters", "satterthwaite"]
AdjustedKind = Literal["CRV0", "CRV1", "CRV2", "CRV3"]
FIT_EXACTLY = 1e-9  # leverage this close to one leaves no residual to scale


@dataclass(frozen=True)
class Adjusted:
    """Coefficients with an adjusted covariance.

    Attributes
    ----------
    coefficients, std_error, df : ndarray, (k,)
    vcov : ndarray, (k, k)
    kind : str
    """

    coefficients: Floats
    vcov: Floats
    df: Floats
    kind: str

    @property
    def std_error(self) -> Floats:
        """Square roots of the covariance's diagonal."""
        return np.asarray(np.sqrt(self.vcov.diagonal()))


def crv1_df(regression: ClusterRegression) -> Floats:
    """Return the degrees of freedom (k,) that match each CRV1 variance's first two moments, working errors independent.

    References
    ----------
    Bell and McCaffrey (2002), Survey Methodology 28(2), eq. 9, residuals as they are.
    """
    return contrast_df(regression, "CRV1", np.eye(regression.scores.shape[1]))


def contrast_df(regression: ClusterRegression, kind: AdjustedKind, contrasts: Floats) -> Floats:
    """Return the degrees of freedom (m,) that match the variances of combinations (m, k) of the coefficients.

    References
    ----------
    As `crv1_df`, `crv2` and `crv3`, whose coefficients are the simplest combinations.
    """
    if kind == "CRV2":
        weight = _half_powers(regression)
    elif kind == "CRV3":
        weight = regression.bread_without_each
    else:
        weight = np.broadcast_to(regression.bread, regression.XX.shape)
    combined = np.einsum("mk,gkl->mgl", contrasts, weight, optimize=True)
    return np.array([_satterthwaite(regression, each[:, None]) for each in combined])


def crv2(regression: ClusterRegression) -> Adjusted:
    """Return the CRV2 covariance and Bell-McCaffrey degrees of freedom of each coefficient, working errors independent.

    References
    ----------
    Bell and McCaffrey (2002), Survey Methodology 28(2), eqs. 4-9; Pustejovsky and Tipton (2018), Journal of Business and
    Economic Statistics 36(4), eqs. 3-5 and 12.
    """
    return crv2_of_contrasts(regression, np.eye(regression.scores.shape[1]))


def crv2_of_contrasts(regression: ClusterRegression, contrasts: Floats) -> Adjusted:
    """Return the CRV2 covariance and degrees of freedom of combinations (m, k) of the coefficients, as `crv2`."""
    weight = np.einsum("mk,gkl->mgl", contrasts, _half_powers(regression), optimize=True)
    scores = np.einsum("mgl,gl->gm", weight, regression.scores)
    df = np.array([_satterthwaite(regression, each[:, None]) for each in weight])
    values = contrasts @ regression.coefficients
    return Adjusted(values, np.asarray(scores.T @ scores), df, "CRV2")


def crv3(regression: ClusterRegression, *, df: JackknifeDf = "clusters") -> Adjusted:
    """Return the jackknife covariance, (G-1)/G times the sum over left-out clusters.

    Parameters
    ----------
    df : {"clusters", "satterthwaite"}
        G-1, or the degrees of freedom that match the first two moments of each coefficient's jackknife variance, working errors
        independent: few where few clusters carry the coefficient.

    References
    ----------
    MacKinnon, Nielsen and Webb (2023), Journal of Econometrics 232(2), eqs. 11-14; Hansen, Review of
    Economic Studies (forthcoming), doi:10.1093/restud/rdag050, on degrees of freedom of the jackknife.
    """
    deviation = regression.without_each() - regression.coefficients
    n_clusters, k = deviation.shape
    vcov = jackknife_factor(n_clusters) * deviation.T @ deviation
    degrees = np.full(k, cluster_df(n_clusters))
    if df == "satterthwaite":
        left = regression.bread_without_each
        degrees = np.array([_satterthwaite(regression, left[:, [j]]) for j in range(k)])
    return Adjusted(regression.coefficients, np.asarray(vcov), degrees, "CRV3")


def wald_htz(regression: ClusterRegression, at: list[int]) -> CheckResult:
    """Test that the coefficients at these places are all zero: approximate Hotelling's T-squared on CRV2 (HTZ).

    References
    ----------
    Pustejovsky and Tipton (2018), sec. 3.2.
    """
    from scipy.special import fdtrc

    weight = _half_powers(regression)[:, at]
    scores = np.einsum("gql,gl->gq", weight, regression.scores)
    values = regression.coefficients[at]
    q = len(at)
    statistic = float(values @ np.linalg.solve(scores.T @ scores, values))
    eta = _wishart_df(regression, weight)
    df = eta - q + 1
    f = df / (eta * q) * statistic
    p = float(fdtrc(q, df, f)) if df > 0 else np.nan
    return CheckResult("wald_htz", status_of(p), f"joint_test:{q}", statistic=f, p_value=p)


def _wishart_df(regression: ClusterRegression, weight: Floats) -> float:
    """Degrees of freedom of the Wishart that the CRV2 covariance of q contrasts resembles (eq. 11)."""
    products = _products(regression, weight)
    roots, vectors = np.linalg.eigh(np.einsum("sgtg->st", products))
    whiten = (vectors / np.sqrt(roots)) @ vectors.T
    products = np.einsum("as,sgth,bt->agbh", whiten, products, whiten, optimize=True)
    spread = np.einsum("agah,bgbh->", products, products)
    spread += np.einsum("agbh,bgah->", products, products)
    q = weight.shape[1]
    return float(q * (q + 1) / spread)


def _half_powers(regression: ClusterRegression) -> Floats:
    """Matrices (G, k, k) that turn a cluster's score into its part of the CRV2 estimate: L (I - L'X'XL)^(-1/2) L'.

    With the bread LL' and H the projection, (I - H_gg)^(-1/2) X_g = X_g L (I - L'X_g'X_g L)^(-1/2) L^(-1): only k x k matrices
    are needed, however large the cluster.
    """
    root = np.linalg.cholesky(regression.bread)
    inner = root.T @ regression.XX @ root
    values, vectors = np.linalg.eigh(inner)
    left = 1 - values
    scale = np.where(left > FIT_EXACTLY, np.maximum(left, FIT_EXACTLY) ** -0.5, 0.0)
    half = (vectors * scale[:, None, :]) @ vectors.transpose(0, 2, 1)
    return np.asarray(root @ half @ root.T)


def _products(regression: ClusterRegression, weight: Floats) -> Floats:
    """Inner products (q, G, q, G) of the residual-maker's rows behind each cluster's part of q contrasts.

    Parameters
    ----------
    weight : ndarray, (G, q, k)
    """
    through = np.einsum("gql,glk->gqk", weight, regression.XX)
    own = np.einsum("gql,grl->gqr", through, weight)
    products = -np.einsum("gsk,kl,htl->sgth", through, regression.bread, through, optimize=True)
    index = np.arange(len(weight))
    products[:, index, :, index] += own
    return np.asarray(products)


def _satterthwaite(regression: ClusterRegression, weight: Floats) -> float:
    """Twice the squared mean over the variance of the variance of one contrast, without a G x G matrix."""
    through = np.einsum("gql,glk->gqk", weight, regression.XX)[:, 0]
    own = np.einsum("gl,gl->g", through, weight[:, 0])
    projected = through @ np.linalg.cholesky(regression.bread)
    size = (projected**2).sum(axis=1)
    product = projected.T @ projected
    trace = own.sum() - size.sum()
    squares = (own**2).sum() - 2 * (own * size).sum() + (product**2).sum()
    return float(trace**2 / squares)
