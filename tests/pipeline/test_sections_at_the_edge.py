"""Whatever is accepted before a run is shown by every section of its notebooks, with few beneficiaries and nobody beside them too."""

import inspect

import pytest
from evaluation.test_answerable import study_of
from evaluation.test_hostile_plans import SEEDS, accepted

from impact.pipeline.notebook import NotebookStudy
from impact.reporting.exhibits import Exhibits

SECTIONS = [
    name
    for name, method in vars(NotebookStudy).items()
    if not name.startswith("_")
    and inspect.isfunction(method)
    and list(inspect.signature(method).parameters) == ["self"]
    and inspect.signature(method).return_annotation is Exhibits
]
FELL = (72, 105, 138, 168)  # accepted and not shown when they were first drawn


def shown(study):
    """Every section's exhibits, as a notebook shows them."""
    notebook = NotebookStudy(study=study)
    return {name: getattr(notebook, name)().bundles() for name in SECTIONS}


def test_every_section_of_the_notebooks_is_asked():
    assert {"data_quality", "first_page", "how_sure", "comparison", "technical_annex"} <= set(
        SECTIONS
    )
    assert len(SECTIONS) > 15


@pytest.mark.parametrize(
    "name", ["cohorts_of_one", pytest.param("nobody_never_treated", marks=pytest.mark.longer)]
)
def test_a_study_at_the_edge_is_shown_whole(tmp_path, name):
    assert all(shown(study_of(name, tmp_path)).values())


def test_with_fewer_than_ten_beneficiaries_no_figure_of_their_means_is_drawn(tmp_path):
    notebook = NotebookStudy(study=study_of("cohorts_of_one", tmp_path))
    assert "fig-paths" not in [figure.label for figure in notebook.comparability().figures()]
    assert not notebook.first_page().figures()


def test_where_nobody_is_never_treated_the_groups_are_not_compared_at_the_end(tmp_path):
    notebook = NotebookStudy(study=study_of("nobody_never_treated", tmp_path))
    labels = [figure.label for figure in notebook.comparison().figures()]
    assert "fig-flow" in labels
    assert not {"fig-balance", "fig-paths"} & set(labels)


@pytest.mark.slow
@pytest.mark.parametrize("seed", sorted({*range(0, SEEDS, 4), *FELL}))
def test_every_accepted_plan_is_shown_whole(tmp_path, seed):
    study = accepted(seed, tmp_path / "firms")
    if study is not None:
        assert all(shown(study).values())
