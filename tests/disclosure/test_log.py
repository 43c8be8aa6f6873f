"""The log of releases is a chain: what was told cannot be taken out of it."""

import json

import numpy as np
import pytest
from disclosure.linked import atoms_of, mean, panel

from impact.disclosure import Gate, Place
from impact.disclosure.log import Earlier, appended, read
from impact.errors import DisclosureError


@pytest.fixture(scope="module")
def log():
    atoms = atoms_of(panel(sizes=(30,), never=40, periods=4, sectors=2))
    text = ""
    for period in range(3):
        every = np.ones(atoms.n_atoms, bool)
        released = Gate().release([mean(atoms, Place("m", str(period)), every, period)], atoms)
        text = appended(text, Earlier.of(released, atoms, run=f"run {period}"))
    return text


def test_every_entry_is_read_back_as_it_was_told(log):
    entries = read(log)
    assert [entry.run for entry in entries] == ["run 0", "run 1", "run 2"]
    assert [entry.sums[0].measure for entry in entries] == ["y"] * 3
    assert set(entries[1].sums[0].told.period.tolist()) == {1}
    assert len(entries[0].units) == 70


@pytest.mark.parametrize("lost", [0, 1])
def test_an_entry_that_is_taken_out_is_missed(log, lost):
    lines = log.splitlines()
    del lines[lost]
    with pytest.raises(DisclosureError, match=f"line {lost + 1}"):
        read("\n".join(lines))


def test_an_entry_that_is_changed_breaks_the_chain_after_it(log):
    lines = log.splitlines()
    held = json.loads(lines[0])
    held["sums"][0]["told"][2][0] *= 2
    lines[0] = json.dumps(held, sort_keys=True, separators=(",", ":"))
    with pytest.raises(DisclosureError, match="line 2"):
        read("\n".join(lines))


def test_nothing_is_added_to_a_log_that_is_not_whole(log):
    with pytest.raises(DisclosureError, match="line 1"):
        appended("not a log\n", read(log)[0])
