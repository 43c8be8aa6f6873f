"""Write the table of agreement in docs/referees-kit.md: `PYTHONPATH=. python tests/disclosure/twin/agreement_page.py`."""

import re
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from disclosure.twin.referees import ASKED  # noqa: E402
from disclosure.twin.test_other_tools import DIFFERENTLY, FOUND, differences  # noqa: E402

from impact.disclosure.twin.twin import agreement  # noqa: E402
from impact.reporting.kit.write import expected_of, script  # noqa: E402

PAGE = ROOT / "docs" / "referees-kit.md"
BEGIN, END = "<!-- agreement -->", "<!-- end of agreement -->"
PANELS = {
    "evaluation.yml": "artisans (embedded), 600 firms, 20 quarters, gaps",
    "evaluation-jobtraining.yml": "training grants, 128 firms, 3 years, gaps",
    "mpdta": "minimum wages, 500 counties, 5 years",
    "castle": "castle doctrine, 50 states, 11 years",
    "base_stagg": "fixest's staggered panel, 95 units, 10 periods",
    "df_hom": "did2s's simulated panel, 1,500 units, 31 years",
}


def rows():
    """Yield the table's lines, a panel each."""
    tools = ("impact", "statsmodels and linearmodels", "pyfixest", "diff-diff")
    yield f"| panel | keeps | left to guess | {' | '.join(tools)} |"
    yield "|---" * (3 + len(tools)) + "|"
    for name, words in PANELS.items():
        twin, found = differences(name)
        off = {"impact": max(max(missed) for missed in agreement(twin).values())}
        off["statsmodels and linearmodels"] = by_check_py(twin)
        for tool in tools[2:]:
            kept = [
                one[2:] for one in found if one[0] == tool and (name, *one[:2]) not in DIFFERENTLY
            ]
            off[tool] = max(max(pair) for pair in kept)
        assert set(FOUND) == set(PANELS)
        cells = " | ".join(f"{off[tool]:.0e}" for tool in tools)
        yield f"| {words} | {twin.keeps}, {len(twin.answered)} of {len(ASKED)} | {twin.left:.1f} | {cells} |"


def by_check_py(twin):
    """Run the kit's own script in an empty folder and return the largest difference that it prints."""
    settings = {
        "control_group": "not_yet_treated",
        "other_control_group": "never_treated",
        "anticipation": 0,
    }
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        (at / "twin.csv").write_text(twin.frame.to_csv(index=False))
        (at / "expected.json").write_text(expected_of(twin, outcome="outcome", settings=settings))
        (at / "check.py").write_text(script("check.py", {}))
        ran = subprocess.run([sys.executable, "check.py"], cwd=at, capture_output=True, text=True)
    differences = [
        float(word) for word in re.findall(r" (\S+e[-+]\d+)  (?:agree|DIFFER)", ran.stdout)
    ]
    assert len(differences) == 2 * len(twin.answered), ran.stderr
    return np.max(differences)


if __name__ == "__main__":
    used = ", ".join(
        f"{name} {version(name)}"
        for name in ("statsmodels", "linearmodels", "pyfixest", "diff-diff")
    )
    table = "\n".join(
        [
            *rows(),
            "",
            f"Largest difference of an estimate or standard error, relative to the larger of the two; {used}.",
        ]
    )
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
