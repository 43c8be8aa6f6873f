"""Every public name shows one example, and the example gives what it says."""

import doctest
import inspect
from pathlib import Path

import pytest

import impact

ROOT = Path(__file__).resolve().parents[1]
PUBLIC = sorted(set(impact.__all__) - {"__version__"})


def example(name):
    text = inspect.getdoc(getattr(impact, name)) or ""
    return doctest.DocTestParser().get_doctest(text, {}, f"impact.{name}", None, 0)


@pytest.mark.parametrize("name", PUBLIC)
def test_the_example_of_each_public_name_runs_and_gives_what_it_says(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    shown = example(name)
    assert 2 <= len(shown.examples) <= 8, f"{name}: no short example under Examples"
    assert any(step.want for step in shown.examples), f"{name}: the example shows no result"
    said = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(shown, out=said.append)
    assert not runner.failures, "".join(said)


@pytest.mark.parametrize("name", PUBLIC)
def test_examples_stand_last_under_a_head_of_their_own(name):
    text = inspect.getdoc(getattr(impact, name)) or ""
    before, head, after = text.partition("Examples\n--------\n")
    assert bool(head) == bool(example(name).examples)
    assert ">>>" not in before
    assert "\n---" not in after
