"""Parts of the small study of `evaluation/facts.py`, as a run stored them: `python tests/disclosure/declared/stored_parts.py` writes them again."""

import gzip
import json
from pathlib import Path

from evaluation.facts import firms, study_of

from impact.evaluation.released import released
from impact.evaluation.store import encode, every_part

FILE = Path(__file__).with_name("firms.json.gz")
CHOICES = {"permutations": 99}


def stored_study(folder):
    return study_of(folder, firms(), **CHOICES)


def stored_parts():
    return json.loads(gzip.decompress(FILE.read_bytes()))


def computed_parts(study):
    """What a run of today would store."""
    made = {name: encode(released(part)) for name, part in every_part(study).items()}
    return json.loads(json.dumps(made))


def numbers_in(stored):
    """Every number of stored parts."""
    if isinstance(stored, dict):
        for value in stored.values():
            yield from numbers_in(value)
    elif isinstance(stored, list):
        for value in stored:
            yield from numbers_in(value)
    elif isinstance(stored, float):
        yield stored


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as here:
        parts = computed_parts(stored_study(Path(here)))
    FILE.write_bytes(gzip.compress(json.dumps(parts).encode(), mtime=0))
