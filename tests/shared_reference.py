"""Where the reference data sets and the numbers of the canonical implementations lie, if they do."""

from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[1].parent / "shared" / "reference"
