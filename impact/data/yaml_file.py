"""Read a YAML file without its traps: repeated keys, aliases and guessed types are refused or left as text."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from impact.errors import ImpactError, PlanError

MAX_BYTES = 1 << 20  # forty times the largest file of the project
MAX_MARKS = (
    40_000  # of structure (, : - [ { and line ends): the scanner takes 20 microseconds for each
)
MAX_DEPTH = 40  # of open brackets; plans and schemas have four


if TYPE_CHECKING:
    _Loader = yaml.SafeLoader
else:
    _Loader = getattr(
        yaml, "CSafeLoader", yaml.SafeLoader
    )  # in C, twenty times as fast, as wheels have it


class _Plain(_Loader):
    """Only null, true/false, integers and floats are resolved; everything else is text."""


_Plain.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", ["t", "f"]),
    ("tag:yaml.org,2002:int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    ("tag:yaml.org,2002:float", r"^[-+]?[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?$", list("-+0123456789")),
):
    _Plain.add_implicit_resolver(_tag, re.compile(_pattern), _first)


def load_yaml(path: Path, *, error: type[ImpactError] = PlanError) -> Any:
    """Return the file's plain values.

    Raises
    ------
    ImpactError
        Of the class ``error``, with the line: missing file, too large, not UTF-8, bad syntax, repeated key, alias or tag.
    """
    if not path.is_file():  # a device or a pipe might never end
        raise error(f"{path.name}: no such file; check the path")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise error(
                f"{path.name}: larger than {MAX_BYTES >> 20} MB; such a file holds words, not data"
            )
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise error(f"{path.name}: cannot be read as UTF-8 text; save it as UTF-8") from None
    _refuse_bombs(text, path.name, error)
    try:
        for token in yaml.scan(text, Loader=_Plain):
            if isinstance(token, (yaml.AliasToken, yaml.AnchorToken, yaml.TagToken)):
                raise error(
                    f"{path.name}: anchors, aliases and tags are not allowed (line {_line(token)})"
                )
        loader = _Plain(text)
        try:
            node = loader.get_single_node()
            if node is None:
                raise error(f"{path.name}: empty file")
            _refuse_repeated_keys(node, path.name, error)
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else "?"
        raise error(
            f"{path.name}: not valid YAML at line {line}; check indentation, colons and quotes"
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError):  # ValueError: a number of 5,000 digits
        raise error(
            f"{path.name}: not valid YAML; check for unprintable characters, deep nesting and endless numbers"
        ) from None


def _refuse_bombs(text: str, name: str, error: type[ImpactError]) -> None:
    """Refuse what the scanner would take minutes for, by counting before it starts."""
    if sum(text.count(mark) for mark in ",:-[{\n") > MAX_MARKS:
        raise error(f"{name}: more than {MAX_MARKS:,} keys and entries; split the file")
    depth = 0
    for mark in re.findall(r"[\[{\]}]", text):
        depth = depth + 1 if mark in "[{" else max(0, depth - 1)
        if depth > MAX_DEPTH:
            raise error(f"{name}: brackets within brackets, more than {MAX_DEPTH} deep; close them")


def _line(token: yaml.Token) -> int:
    return int(token.start_mark.line) + 1


def _refuse_repeated_keys(node: yaml.Node, name: str, error: type[ImpactError]) -> None:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise error(f"{name}: a key at line {key.start_mark.line + 1} is no word")
            if key.value in seen:
                raise error(
                    f"{name}: a key repeats at line {key.start_mark.line + 1}; keep one of them"
                )
            seen.add(key.value)
            _refuse_repeated_keys(value, name, error)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(item, name, error)
