"""Statistical reference data sets of NIST: how many digits least squares keeps on hard problems."""

import numpy as np
import statsmodels.api as sm

from impact.estimators.regressions.least_squares import least_squares


def digits(found, certified):
    """Correct decimal digits of the worst coefficient."""
    error = np.abs(np.asarray(found) - certified) / np.abs(certified)
    return (-np.log10(np.maximum(error, 1e-16))).min()


def fit(y, X):
    names = [f"x{i}" for i in range(X.shape[1])]
    n = len(y)
    return least_squares(y, X, names=names, weight=np.ones(n), cluster=np.arange(n), vcov="iid")


def test_longley():
    """NIST StRD Longley, 11 certified digits; asked: nine."""
    data = sm.datasets.longley.load_pandas()
    X = np.column_stack([np.ones(16), data.exog.to_numpy()])
    found = fit(data.endog.to_numpy(), X)
    certified = [
        -3482258.63459582,
        15.0618722713733,
        -0.0358191792925910,
        -2.02022980381683,
        -1.03322686717359,
        -0.0511041056535807,
        1829.15146461355,
    ]
    spread = [
        890420.383607373,
        84.9149257747669,
        0.0334910077722432,
        0.488399681651699,
        0.214274163161675,
        0.226073200069370,
        455.478499142212,
    ]
    assert digits(found.coefficients, np.array(certified)) >= 9
    assert digits(np.sqrt(np.diag(found.vcov)), np.array(spread)) >= 9


def test_wampler_polynomials():
    """NIST StRD Wampler1 and Wampler2: fifth-degree polynomials without noise; asked: five digits."""
    x = np.arange(21.0)
    X = x[:, None] ** np.arange(6)
    for certified in (np.ones(6), 10.0 ** -np.arange(6)):
        assert digits(fit(X @ certified, X).coefficients, certified) >= 5
