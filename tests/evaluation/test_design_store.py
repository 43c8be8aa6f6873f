"""A design check that is kept is the one that was made, cell by cell, and is found by the content of what was asked alone."""

from dataclasses import fields, replace

import pandas as pd
import pytest
from panels import long_frame, panel

from impact.diagnostics import design_check
from impact.evaluation.design_store import digest_of, remembered


@pytest.fixture(scope="module")
def asked():
    return panel(long_frame(seed=3)), {"draws": 40, "permutations": 19, "processes": ("resampled",)}


@pytest.fixture(scope="module")
def check(asked):
    return design_check(asked[0], **asked[1])


def equal(one, other):
    """Whether two checks have equal fields, frames with their types."""
    return all(
        a.equals(b) and (a.dtypes == b.dtypes).all() if isinstance(a, pd.DataFrame) else a == b
        for a, b in (
            (getattr(one, field.name), getattr(other, field.name)) for field in fields(one)
        )
    )


def test_what_is_asked_again_is_read_and_is_equal(tmp_path, asked, check):
    assert remembered(tmp_path, asked, lambda: check) is check
    again = remembered(tmp_path, asked, lambda: pytest.fail("simulated again"))
    assert again is not check
    assert equal(again, check)


def test_another_panel_or_option_is_made(tmp_path, asked, check):
    made = []
    cells = asked[0].y.copy()
    cells[-1] += 1e-9
    others = (
        (replace(asked[0], y=cells), asked[1]),
        (asked[0], {**asked[1], "draws": 41}),
        (asked[0], {**asked[1], "seed": 1}),
    )
    for one in (asked, *others):
        remembered(tmp_path, one, lambda: made.append(1) or check)
    assert len(made) == len({digest_of(one) for one in (asked, *others)}) == 4


def test_a_torn_or_changed_one_is_made_again(tmp_path, asked, check):
    for spoil in (lambda text: text[:-20], lambda text: text.replace(b"0.", b"1.", 1)):
        remembered(tmp_path, asked, lambda: check)
        (path,) = tmp_path.iterdir()
        path.write_bytes(spoil(path.read_bytes()))
        made = []
        assert remembered(tmp_path, asked, lambda made=made: made.append(1) or check) is check
        assert made
        assert equal(remembered(tmp_path, asked, lambda: pytest.fail("not kept")), check)


def test_an_error_is_not_kept(tmp_path, asked):
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            remembered(tmp_path, asked, lambda: 1 / 0)
    assert list(tmp_path.iterdir()) == []
