"""Right on worlds nobody here wrote: placebo programmes on untreated parts of real panels, at random and selected."""

from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context

import pandas as pd
import pytest
from inference.placebo_draws import SELECTIONS, SIZES, cell_of
from inference.placebo_page import MADE_EFFECT, TRUE_NULL, pooled, write_page
from inference.placebo_panels import PANELS, untreated

DRAWS = 100
LARGEST_SIZE = 0.07  # of a test at 5%, pooled
LARGEST_UNWARNED = (
    0.15  # share of programmes selected on a dip that find an effect while no check warns
)
LARGEST_FALSE_ALARM = (
    0.25  # share of programmes at random that the check of the last period warns of
)


def measured(reference, cell):
    name, selection, n_treated = cell
    seed = 1000 * list(PANELS).index(name) + 100 * list(SELECTIONS).index(selection) + n_treated
    panel = untreated(name, reference)
    return cell_of(panel, n_treated, selection, draws=DRAWS, seed=seed)


@pytest.mark.slow
def test_recommended_inference_holds_on_real_panels_and_dips_do_not_pass_unwarned(reference):
    """Size at most 7% where a difference-in-differences is right; where a dip makes an effect, at most 15% find it unwarned.

    The pooled Monte Carlo error is half a point for the size.
    """
    cells = list(product(PANELS, SELECTIONS, SIZES))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        rows = list(pool.map(measured, [reference] * len(cells), cells))
    found = pd.DataFrame(rows)
    write_page(found)
    assert pooled(found, "rejected", TRUE_NULL)[0] <= LARGEST_SIZE
    assert pooled(found, "rejected_unwarned", [MADE_EFFECT])[0] < LARGEST_UNWARNED
    assert pooled(found, "recent_change_warns", ["at random"])[0] <= LARGEST_FALSE_ALARM
