"""Read a YAML file without its traps: repeated keys, aliases and guessed types are refused or left as text."""

import re
from pathlib import Path
from typing import Any

import yaml

from impact.errors import ImpactError, PlanError


class _Plain(yaml.SafeLoader):
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
        Of the class ``error``, with the line: missing file, not UTF-8, bad syntax, repeated key, alias or tag.
    """
    if not path.is_file():  # a device or a pipe might never end
        raise error(f"{path.name}: no such file; check the path")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise error(f"{path.name}: cannot be read as UTF-8 text; save it as UTF-8") from None
    try:
        for token in yaml.scan(text, Loader=_Plain):
            if isinstance(token, (yaml.AliasToken, yaml.AnchorToken, yaml.TagToken)):
                raise error(
                    f"{path.name}: anchors, aliases and tags are not allowed (line {_line(token)})"
                )
        node = yaml.compose(text, Loader=_Plain)
        if node is None:
            raise error(f"{path.name}: empty file")
        _refuse_repeated_keys(node, path.name, error)
        return yaml.load(text, Loader=_Plain)  # noqa: S506 (a SafeLoader with fewer types)
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else "?"
        raise error(
            f"{path.name}: not valid YAML at line {line}; check indentation, colons and quotes"
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError):  # ValueError: a number of 5,000 digits
        raise error(
            f"{path.name}: not valid YAML; check for unprintable characters, deep nesting and endless numbers"
        ) from None


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
