"""Frames of parts come back from JSON with their cells and the types of their columns."""

import json

import numpy as np
import pandas as pd
import pytest

from impact.evaluation.store import decode, encode

FRAMES = {
    "floats with what is missing or has no bound": {"a": [1.5, np.nan, np.inf, -np.inf]},
    "floats that are missing alone": {"a": [np.nan, np.nan], "name": ["x", "y"]},
    "whole numbers, truth and words": {"n": [1, 2], "so": [True, False], "name": ["été", "x"]},
    "words that are missing": {"name": ["x", None]},
    "objects of several kinds": {"any": pd.Series(["x", 1, None], dtype=object)},
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_is_read_back_with_its_types(name):
    frame = pd.DataFrame(FRAMES[name])
    read = decode(json.loads(json.dumps(encode(frame), allow_nan=False)))
    pd.testing.assert_frame_equal(read, frame, check_exact=True)


@pytest.mark.parametrize("dtypes", [{}, {"a": float}, {"a": float, "name": object}])
def test_a_frame_without_rows_keeps_its_columns(dtypes):
    frame = pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in dtypes.items()})
    read = decode(json.loads(json.dumps(encode(frame))))
    assert list(read.columns) == list(dtypes)
    assert dict(read.dtypes) == {name: np.dtype(kind) for name, kind in dtypes.items()}
    assert len(read) == 0
