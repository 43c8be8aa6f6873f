"""Named streams of random numbers: every draw of this package comes from one of them, seeded by the plan's one seed.

A stream's number is part of the results that it gives: it never changes, and is never given to another name.
"""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

Stream = Literal[
    "permutations",
    "band_normals",
    "band_chi_squares",
    "resampled",
    "gaussian",
    "shared_shock",
    "simulated_permutations",
    "missing_periods",
    "specification_permutations",
    "stand_ins",
    "first_stage",
    "family_permutations",
    "wild_weights",
    "lead_permutations",
    "recent_change_permutations",
    "linearity",
    "simulated_stand_ins",
    "equal_effects",
    "equal_cohorts",
    "economics",
    "evaluability",
    "arriving",
    "survey_permutations",
    "placebo_units",
    "resampled_units",
    "held_out_cells",
    "twin_noise",
    "drawn_arms",
    "public_use_order",
    "public_use_attack",
    "blind_cohorts",
    "rehearsal",
    "rehearsal_columns",
    "rehearsal_files",
]
_NUMBER: dict[Stream, int] = {
    "resampled": 11,
    "gaussian": 12,
    "shared_shock": 13,
    "simulated_permutations": 14,
    "missing_periods": 15,
    "specification_permutations": 21,
    "stand_ins": 31,
    "first_stage": 41,
    "family_permutations": 51,
    "wild_weights": 61,
    "lead_permutations": 71,
    "recent_change_permutations": 72,
    "linearity": 81,
    "simulated_stand_ins": 91,
    "equal_effects": 101,
    "equal_cohorts": 102,
    "economics": 111,
    "evaluability": 112,
    "arriving": 121,
    "survey_permutations": 131,
    "placebo_units": 151,
    "resampled_units": 152,
    "held_out_cells": 153,
    "twin_noise": 171,
    "drawn_arms": 172,
    "public_use_order": 191,
    "public_use_attack": 192,
    "blind_cohorts": 201,
    "rehearsal": 181,
    "rehearsal_columns": 182,
    "rehearsal_files": 183,
    "permutations": 1,
    "band_normals": 1,
    "band_chi_squares": 2,
}


def stream(seed: int, name: Stream) -> "np.random.Generator":
    """Return the named stream of a seed, from its beginning."""
    import numpy as np

    return np.random.default_rng(np.random.SeedSequence([seed, _NUMBER[name]]))
