"""The package's own code as a wheel, built without a network or a tool: an archive of its files and what pip must know."""

import re
import tomllib
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

import impact
from impact.reporting.package.zipped import zipped

HERE = Path(impact.__file__).parent
"""The installed package."""
PYTHON = ">=3.11,<3.14"
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)")


def wheel_name() -> str:
    """Return the file name of the wheel."""
    return f"impact-{impact.__version__}-py3-none-any.whl"


@cache  # the running code does not change
def wheel() -> bytes:
    """Return the wheel of the code that is running."""
    found = {f"impact/{path.relative_to(HERE).as_posix()}": path.read_bytes() for path in _files()}
    info = f"impact-{impact.__version__}.dist-info"
    found |= {f"{info}/{name}": text.encode() for name, text in _told().items()}
    record = "".join(f"{name},{_digest(found[name])}\n" for name in sorted(found))
    found[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    return zipped(found)


def _files() -> list[Path]:
    """Return the package's files without what Python and editors leave beside them."""
    return [
        path
        for path in sorted(HERE.rglob("*"))
        if path.is_file() and not any(_is_left(part) for part in path.relative_to(HERE).parts)
    ]


def _is_left(name: str) -> bool:
    return name == "__pycache__" or name.startswith(".") or name.endswith((".pyc", "~", ".orig"))


def _told() -> dict[str, str]:
    needed = "".join(f"Requires-Dist: {one}\n" for one in needs())
    return {
        "METADATA": f"Metadata-Version: 2.1\nName: impact\nVersion: {impact.__version__}\n"
        f"License: MIT\nRequires-Python: {PYTHON}\n{needed}",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: impact\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "entry_points.txt": "[console_scripts]\nimpact = impact.cli:main\n",
    }


def _digest(content: bytes) -> str:
    digest = urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()
    return f"sha256={digest},{len(content)}"


def needs() -> list[str]:
    """Return what the package needs: of a source tree what its project file says, else what was installed."""
    project = HERE.parent / "pyproject.toml"
    if project.is_file():
        told: Mapping[str, Any] = tomllib.loads(project.read_text(encoding="utf-8"))
        if told.get("project", {}).get("name") == "impact":
            return sorted(told["project"]["dependencies"])
    try:
        return sorted(one for one in requires("impact") or () if "extra ==" not in one)
    except PackageNotFoundError:
        return []


def lock() -> str | None:
    """Return the lock beside the package; None of an installation without one."""
    path = HERE.parent / "requirements.lock"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def locked(text: str) -> dict[str, frozenset[str]]:
    """Return the versions of each package that a lock names: one for some Pythons, another for others."""
    versions: dict[str, frozenset[str]] = {}
    for line in text.splitlines():
        if one := _LOCKED.match(line):
            name = _normal(one.group(1))
            versions[name] = versions.get(name, frozenset()) | {one.group(2)}
    return versions


def lock_of(text: str, names: tuple[str, ...]) -> str:
    """Return the lines of a lock that some packages need, themselves included, as far as they are installed here."""
    wanted, ahead = set(), [*map(_normal, names)]
    while ahead:
        name = ahead.pop()
        if name not in wanted:
            wanted.add(name)
            ahead += _needed_by(name)
    kept, keep = [], False
    for line in text.splitlines():
        if found := _LOCKED.match(line):
            keep = _normal(found.group(1)) in wanted
        if keep:
            kept.append(line)
    return "\n".join(kept) + "\n"


def _needed_by(name: str) -> list[str]:
    try:
        told = requires(name) or ()
    except PackageNotFoundError:
        return []
    return names_of(one for one in told if "extra ==" not in one)


def names_of(needed: Iterable[str]) -> list[str]:
    """Return the names of the packages that are needed, without the versions of each."""
    named = (re.match(r"[A-Za-z0-9._-]+", one) for one in needed)
    return [_normal(one.group()) for one in named if one]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
