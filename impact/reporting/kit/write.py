"""Write the referee's kit of a study into a folder: whole or not at all, and the same bytes for the same study."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from impact.data.french import typeset
from impact.data.yaml_file import load_yaml
from impact.disclosure.declared.declaration import Declaration
from impact.disclosure.released import Released
from impact.disclosure.twin.declared import Shown, declare_twin
from impact.disclosure.twin.twin import AGREES, Twin, agreement, twin_of
from impact.errors import StorageError, VerificationError
from impact.evaluation.study import Study
from impact.reporting.formats import MINUS
from impact.reporting.kit.contents import WITHOUT_A_CHECK, asked_of, settings_of
from impact.terms import SMALLEST_SHOWN, Language

FILES = Path(__file__).with_name("files")
NAMES = (
    "twin.csv",
    "twin.dta",
    "check.py",
    "check.R",
    "check.do",
    "expected.json",
    "README.md",
    "LISEZMOI.md",
)
NO_TIME = datetime(1980, 1, 1)  # noqa: DTZ001 (what a .dta says of when it was written: nothing)


@dataclass(frozen=True)
class Kit:
    """A kit that was written.

    Attributes
    ----------
    folder : Path
    twin : Twin
    agreement : dict
        Of each number, how far the twin's estimate and standard error are from the released ones.
    """

    folder: Path
    twin: Twin
    agreement: dict[str, tuple[float, float]]


def declare_kit(declaration: Declaration, study: Study) -> None:
    """Declare to the gate all that a study's kit would be made of; `write_kit` takes the gate's answer."""
    declare_twin(declaration, study.panel(), asked_of(study))


def write_kit(
    study: Study,
    folder: Path,
    *,
    fewest: int = SMALLEST_SHOWN,
    released: Released | None = None,
) -> Kit:
    """Make the twin of a study's headline panel, see that it has the released numbers, and write the kit.

    With the gate's answer to `declare_kit` it is made of what may leave alone.

    Raises
    ------
    DisclosureError, NotIdentifiedError
        As `twin_of`.
    VerificationError
        When the twin does not give a number to within 1e-9.
    StorageError
        When nothing can be written; what was in the folder before is untouched.
    """
    panel, asked = study.panel(), asked_of(study)
    shown = None if released is None else Shown.of(released, panel, asked)
    twin = twin_of(panel, asked, seed=study.plan.seed, fewest=fewest, shown=shown)
    found = agreement(twin)
    wrong = [name for name, missed in found.items() if not max(missed) <= AGREES]
    if wrong:
        raise VerificationError(
            f"the referee's kit: the twin does not have {', '.join(wrong)} to within {AGREES:g}; release without a kit"
        )
    _publish(_contents(study, twin, fewest), twin, folder)
    return Kit(folder, twin, found)


def _contents(study: Study, twin: Twin, fewest: int) -> dict[str, str]:
    """Return the kit's texts by file name."""
    settings = settings_of(study)
    named = [(one.asked.name, one.value, one.std_error) for one in twin.answered]
    rows = "\n".join(f"{name},{value!r},{error!r}" for name, value, error in named)
    macros = "\n".join(
        f"global b_{name} {value!r}\nglobal se_{name} {error!r}" for name, value, error in named
    )
    notyet = {"not_yet_treated": "notyet", "never_treated": ""}
    chosen = {
        "CONTROL": settings["control_group"].replace("_", ""),
        "OTHER_CONTROL": settings["other_control_group"].replace("_", ""),
        "ANTICIPATION": str(settings["anticipation"]),
        "NOTYET": notyet[settings["control_group"]],
        "OTHER_NOTYET": notyet[settings["other_control_group"]],
    }
    return {
        "twin.csv": twin.frame.to_csv(index=False, lineterminator="\n"),
        "expected.json": expected_of(twin, outcome=study.outcome, settings=settings),
        "check.py": script("check.py", {}),
        "check.R": script("check.R", {**chosen, "NUMBERS": rows}),
        "check.do": script("check.do", {**chosen, "NUMBERS": macros}),
        "README.md": _readme("README.md", "en", study, twin, fewest),
        "LISEZMOI.md": _readme("LISEZMOI.md", "fr", study, twin, fewest),
    }


def expected_of(twin: Twin, *, outcome: str, settings: Mapping[str, Any]) -> str:
    """Return ``expected.json``: our numbers, the choices that scripts must know, and what is not in the kit."""
    averages = [
        one.estimate.spec["averages"] for one in twin.answered if one.asked.name == "imputation"
    ]
    told = {
        "outcome": outcome,
        "keeps": twin.keeps,
        "settings": {**settings, "averages": averages[0] if averages else None},
        "numbers": [
            {
                "name": one.asked.name,
                "estimate": one.value,
                "std_error": one.std_error,
                "method": one.estimate.method,
            }
            for one in twin.answered
        ],
        "not_in_the_kit": _left_out(twin),
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def _left_out(twin: Twin) -> dict[str, str]:
    return {**twin.left_out, **dict.fromkeys(WITHOUT_A_CHECK, "no_check")}


def _readme(name: str, language: Language, study: Study, twin: Twin, fewest: int) -> str:
    words = load_yaml(FILES / "words.yml")[language]
    named, why = words["names"], words["why_not"]
    rows = []
    for one in twin.answered:
        figures = f"{one.value:.6g} | {one.std_error:.6g}".replace("-", MINUS)
        figures = figures.replace(".", words["decimal"])
        rows.append(f"| {named[one.asked.name]} | `{one.asked.name}` | {figures} |")
    left_out = [
        f"- {named[key]}{words['colon']}{why[code.split(':')[0]]}."
        for key, code in _left_out(twin).items()
    ]
    keeps = words["keeps"][twin.keeps].format(groups=twin.n_groups, fewest=fewest)
    text = script(
        name,
        {
            "TITLE": study.plan.title.in_language(language),
            "NUMBERS": "\n".join(rows),
            "OUTCOME": study.outcome,
            "UNITS": str(twin.frame.unit.nunique()),
            "PERIODS": str(twin.frame.time.nunique()),
            "CLUSTER": words["cluster"]["above" if "cluster" in twin.frame else "unit"],
            "KEEPS": keeps,
            "LEFT_OUT": "\n".join([*left_out, words["others"]]),
        },
    )
    return typeset(text) if language == "fr" else text


def script(name: str, values: Mapping[str, str]) -> str:
    """Return a file of the kit with its blanks filled."""
    text = (FILES / f"{name}.in").read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def _publish(contents: Mapping[str, str], twin: Twin, folder: Path) -> None:
    """Write beside the folder and put it in place whole."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as aside:
            made = Path(aside) / "made"
            made.mkdir()
            for name, text in contents.items():
                (made / name).write_bytes(text.encode())
            twin.frame.drop(columns="period").to_stata(
                made / "twin.dta", write_index=False, time_stamp=NO_TIME, version=118
            )
            if folder.exists():
                folder.rename(Path(aside) / "before")
            made.rename(folder)
    except OSError as problem:
        raise StorageError(
            f"{folder.name}: the kit could not be written ({problem.strerror or type(problem).__name__}); check space and "
            "permissions"
        ) from problem
