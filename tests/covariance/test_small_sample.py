"""One home for small-sample factors: their values, who counts, and that no other room computes one."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from impact.covariance.small_sample import (
    cluster_factor,
    counted,
    crv1_factor,
    hc1_factor,
    jackknife_factor,
    nested,
    residual_variance,
    stretch_without_own,
)
from impact.errors import NotIdentifiedError

ROOT = Path(__file__).resolve().parents[2] / "impact"
HOME = ROOT / "covariance" / "small_sample.py"
CALLS_SEEN_THROUGH = {"max", "maximum", "float"}


def test_factors_are_those_of_the_definitions():
    assert crv1_factor(10, n_obs=100, n_counted=4) == 10 / 9 * 99 / 96
    assert hc1_factor(100, n_counted=4) == 100 / 96
    assert residual_variance(12.0, n_obs=100, n_counted=4) == 12 / 96
    assert jackknife_factor(10) == pytest.approx(9 / 10, rel=1e-15)
    np.testing.assert_allclose(cluster_factor(np.array([2.0, 5.0])), [2, 1.25])
    np.testing.assert_allclose(stretch_without_own(np.array([1.0, 4.0])), [np.nan, 4 / 3])


def test_period_effects_and_the_constant_count_and_unit_effects_nested_in_clusters_do_not():
    """fixest 0.14, base_did: 12 counted for two regressors and ten periods, 119 without clusters of whole units."""
    assert counted(2, levels=[10]) == 12
    assert counted(2, levels=[108, 10]) == 119
    assert counted(2, levels=[]) == 3


def test_effects_are_nested_where_each_level_lies_in_one_cluster():
    unit = np.array([0, 0, 1, 1, 2, 2])
    village = np.array([5, 5, 5, 5, 9, 9])
    assert nested(unit, village)
    assert not nested(village, unit)


def test_one_cluster_or_no_rows_left_is_refused_by_name():
    with pytest.raises(NotIdentifiedError, match="two clusters"):
        crv1_factor(1, n_obs=10, n_counted=2)
    with pytest.raises(NotIdentifiedError, match="no degrees of freedom"):
        crv1_factor(5, n_obs=10, n_counted=10)


def start_of(node):
    """What a chain of differences starts with, as text: ``n`` of ``n - k - 1`` and of ``max(n - 1, 1)``."""
    seen_through = isinstance(node, ast.Call) and node.args
    if seen_through and ast.unparse(node.func).split(".")[-1] in CALLS_SEEN_THROUGH:
        return start_of(node.args[0])
    difference = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)
    if difference and isinstance(node.right, ast.Constant | ast.Name | ast.Attribute):
        return start_of(node.left)
    return ast.unparse(node)


def factors(tree):
    """Divisions a/(a - b), (a - b)/a, (a - 1)/(a - b), and anything over ``n - k``."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)):
            continue
        top, below = node.left, node.right
        while isinstance(top, ast.BinOp) and isinstance(top.op, ast.Mult | ast.MatMult):
            top = top.right
        start = start_of(top)
        less_one = " - 1" in ast.unparse(top) + ast.unparse(below)
        same = start == start_of(below) != "1" and less_one
        over_residual_df = isinstance(below, ast.BinOp) and re.match(
            r"n(_obs|_rows)? - [a-z]", ast.unparse(below)
        )
        if same or over_residual_df:
            yield node


@pytest.mark.parametrize(
    "text",
    ["g / (g - 1)", "x * (n - 1) / (n - k)", "(g - 1) / g", "n / max(n - 1, 1)", "s / (n_obs - k)"],
)
def test_the_search_for_factors_finds_them(text):
    assert list(factors(ast.parse(text)))


def test_no_other_room_computes_a_small_sample_factor():
    """The simulator is a floor below: there the factor makes drawn residuals as large as errors."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for path in sorted(ROOT.rglob("*.py"))
        if path != HOME and path.parent.name != "simulate"
        for node in factors(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []
