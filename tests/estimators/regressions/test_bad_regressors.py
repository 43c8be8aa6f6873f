"""A regressor that is no finite number is refused by name, by every estimator that takes some, without a warning before."""

import numpy as np
import pytest
from panels import long_frame

import impact
from impact.errors import InfiniteValueError, MissingValueError, UsageError

INSTRUMENTED = {"instruments": ["invited"], "participation": "came"}
TAKES = {
    "difference_in_differences": lambda name: impact.DifferenceInDifferences(covariates=[name]),
    "pooled": lambda name: impact.PooledOLS(regressors=[name]),
    "fixed_effects": lambda name: impact.FixedEffects(regressors=[name]),
    "random_effects": lambda name: impact.RandomEffects(regressors=[name]),
    "correlated": lambda name: impact.CorrelatedRandomEffects(regressors=[name]),
    "instrumented": lambda name: impact.TwoStageLeastSquares(**INSTRUMENTED, covariates=[name]),
}


@pytest.fixture(scope="module")
def panel():
    frame = long_frame()
    first = np.arange(len(frame)) == 0
    number = np.random.default_rng(3).normal(size=len(frame))
    frame = frame.assign(
        words="many",
        endless=np.where(first, np.inf, number),
        blank=np.where(first, np.nan, number),
        invited=frame["g"].notna().astype(float),
        came=(frame["g"].notna() & (frame["id"] % 2 == 0)).astype(float),
    )
    columns = ("words", "endless", "blank", "invited", "came")
    return impact.Panel.from_frame(
        frame, unit="id", time="t", outcome="y", cohort="g", covariates=columns
    )


@pytest.mark.parametrize("name", TAKES)
@pytest.mark.parametrize(("column", "error"), [("words", UsageError), ("endless", InfiniteValueError)])  # fmt: skip
def test_words_and_infinite_numbers_are_refused_by_name(panel, name, column, error, recwarn):
    with pytest.raises(error, match=f"^{column}: "):
        TAKES[name](column).fit(panel)
    assert not recwarn.list


def test_four_means_are_not_compared_given_what_an_observation_lacks(panel):
    with pytest.raises(MissingValueError, match=r"^blank: missing in 1 observations; complete it"):
        TAKES["difference_in_differences"]("blank").fit(panel)


@pytest.mark.parametrize("name", [one for one in TAKES if one != "difference_in_differences"])
def test_a_model_of_rows_leaves_out_and_counts_what_lacks_a_regressor(panel, name):
    assert TAKES[name]("blank").fit(panel).sample.dropped["missing_regressor"] == 1
