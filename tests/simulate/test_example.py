"""The example panel is what its docstring says."""

import numpy as np

import impact
from impact.simulate.example import COHORTS


def test_the_example_panel_is_balanced_in_three_equal_groups_with_a_stratum_of_each():
    panel = impact.example_panel()
    assert panel.balanced
    labels = [panel.time_axis.label(start) for start in panel.cohorts if np.isfinite(start)]
    assert [int(str(label)) for label in labels] == list(COHORTS)
    assert (panel.sample.n_treated, panel.sample.n_never) == (32, 16)
    assert panel.stratum_labels == ("Fes", "Marrakech")
    assert set(panel.cohort[panel.stratum == 0]) == set(panel.cohort)


def test_the_mean_effect_on_the_treated_is_what_the_docstring_says():
    panel = impact.example_panel(n_units=6000)
    effect = impact.Imputation().fit(panel).aggregate(by="overall").row("overall")
    assert abs(effect["estimate"] - 9.5 / 6) < 4 * effect["std_error"]
    assert effect["std_error"] < 0.02


def test_a_seed_gives_one_panel():
    np.testing.assert_array_equal(impact.example_panel().y, impact.example_panel().y)
    assert (impact.example_panel(seed=1).y != impact.example_panel().y).any()
