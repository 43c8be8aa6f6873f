"""Codes that the package emits, read off its source: an expression whose codes cannot be seen is an error, not a gap."""

import ast
import importlib
import typing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType

import impact

ROOM = Path(impact.__file__).parent
FUNCTIONS = (ast.FunctionDef, ast.Lambda)


class UnseenCodeError(Exception):
    """A code is made in a way that this reader does not follow; write it as a literal, or type it as a Literal."""


@dataclass(frozen=True)
class Place:
    """An expression and what surrounds it."""

    module: ModuleType
    node: ast.AST = field(repr=False)
    parents: tuple[ast.AST, ...] = field(repr=False)

    def at(self, node: ast.AST) -> "Place":
        return Place(self.module, node, self.parents)

    @property
    def function(self) -> ast.FunctionDef | None:
        return next((p for p in reversed(self.parents) if isinstance(p, ast.FunctionDef)), None)

    @property
    def owner(self) -> type | None:
        name = next((p.name for p in reversed(self.parents) if isinstance(p, ast.ClassDef)), None)
        return getattr(self.module, name) if name else None

    def refuse(self) -> UnseenCodeError:
        line = getattr(self.node, "lineno", 0)
        return UnseenCodeError(f"{self.module.__name__}:{line}: {ast.unparse(self.node)}")


@cache
def places() -> tuple[Place, ...]:
    """Every node of every module below reporting."""
    found = []
    for path in sorted(ROOM.rglob("*.py")):
        parts = path.relative_to(ROOM).with_suffix("").parts
        if parts[0] in {"reporting", "pipeline", "cli"}:
            continue
        name = ".".join(["impact", *(part for part in parts if part != "__init__")])
        module = importlib.import_module(name)
        stack: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(ast.parse(path.read_text()), ())]
        while stack:
            node, parents = stack.pop()
            found.append(Place(module, node, parents))
            stack += [(child, (*parents, node)) for child in ast.iter_child_nodes(node)]
    return tuple(found)


def calls(*names: str, method: bool | None = None) -> list[Place]:
    """Calls of a function (``f(...)``) or method (``x.f(...)``)."""
    return [
        place
        for place in places()
        if isinstance(place.node, ast.Call) and called(place.node, method=method) in names
    ]


def called(node: ast.Call, *, method: bool | None = None) -> str:
    if isinstance(node.func, ast.Name) and method is not True:
        return node.func.id
    if isinstance(node.func, ast.Attribute) and method is not False:
        return node.func.attr
    return ""


def argument(place: Place, position: int, name: str) -> Place | None:
    """The expression passed for a parameter."""
    assert isinstance(place.node, ast.Call)
    for keyword in place.node.keywords:
        if keyword.arg == name:
            return place.at(keyword.value)
    if position < len(place.node.args):
        return place.at(place.node.args[position])
    return None


def texts(place: Place) -> set[str]:
    """What a string expression can be; values after the first colon of an f-string are written ``*``."""
    node = place.node
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return texts(place.at(node.body)) | texts(place.at(node.orelse))
    if isinstance(node, ast.JoinedStr):
        return joined(place)
    if isinstance(node, ast.Name):
        return named(place)
    if isinstance(node, ast.Attribute):
        return set(words_of(type_of(place), place))
    raise place.refuse()


def joined(place: Place) -> set[str]:
    assert isinstance(place.node, ast.JoinedStr)
    found = {""}
    for part in place.node.values:
        if isinstance(part, ast.Constant):
            found = {text + str(part.value) for text in found}
        elif all(":" in text for text in found):
            found = {f"{text}*" for text in found}
        else:
            assert isinstance(part, ast.FormattedValue)
            found = {text + more for text in found for more in texts(place.at(part.value))}
    return found


def named(place: Place) -> set[str]:
    """What a name can be: assigned in its function, bound by a loop, or passed by every caller."""
    assert isinstance(place.node, ast.Name)
    name, function = place.node.id, place.function
    for parent in reversed(place.parents):
        for loop in getattr(parent, "generators", []):
            if name in names_in(loop.target):
                return looped(place.at(loop.iter), loop.target, name)
    if function is None:
        raise place.refuse()
    assigned = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and name in names_in(node.targets[0])
    ]
    if assigned:
        return set().union(*(texts(place.at(value)) for value in assigned))
    parameters = [p.arg for p in (*function.args.args, *function.args.kwonlyargs)]
    if name not in parameters:
        raise place.refuse()
    hint = hints(place).get(name)
    if typing.get_origin(hint) is typing.Literal:
        return set(typing.get_args(hint))
    return passed(place, function, name)


def passed(place: Place, function: ast.FunctionDef, name: str) -> set[str]:
    """What callers pass for a parameter, and its default."""
    in_class = place.owner is not None
    arguments = [p.arg for p in function.args.args][1 if in_class else 0 :]
    position = arguments.index(name) if name in arguments else 99
    default = {
        p.arg: d
        for p, d in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
        if d is not None
    }
    found = texts(place.at(default[name])) if name in default else set()
    for call in calls(function.name, method=in_class):
        given = argument(call, position, name)
        if given is not None:
            found |= texts(given)
    if not found:
        raise place.refuse()
    return found


def looped(over: Place, target: ast.expr, name: str) -> set[str]:
    """What a loop over ``TABLE.items()`` binds, TABLE a dict of the module."""
    node = over.node
    if isinstance(node, ast.Call) and called(node) == "items":
        assert isinstance(node.func, ast.Attribute)
        assert isinstance(node.func.value, ast.Name)
        table = getattr(over.module, node.func.value.id)
        return set(table) if names_in(target)[0] == name else set(table.values())
    raise over.refuse()


def names_in(target: ast.AST) -> list[str]:
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]


def hints(place: Place) -> dict[str, typing.Any]:
    """Types of the enclosing function's parameters."""
    assert place.function is not None
    holder = place.owner or place.module
    made = getattr(holder, place.function.name)
    return typing.get_type_hints(getattr(made, "fget", None) or made)


def type_of(place: Place) -> typing.Any:
    """Declared type of a chain of attributes, from ``self``, a parameter, or what a loop over a parameter gives."""
    node = place.node
    if isinstance(node, ast.Attribute):
        return typing.get_type_hints(type_of(place.at(node.value)))[node.attr]
    if isinstance(node, ast.Name):
        if node.id == "self" and place.owner:
            return place.owner
        if node.id in (known := hints(place)):
            return known[node.id]
        assert place.function is not None
        for loop in ast.walk(place.function):
            if isinstance(loop, ast.For) and names_in(loop.target) == [node.id]:
                return typing.get_args(type_of(place.at(loop.iter)))[0]
    raise place.refuse()


def words_of(hint: typing.Any, place: Place) -> tuple[str, ...]:
    if typing.get_origin(hint) is not typing.Literal:
        raise place.refuse()
    return typing.get_args(hint)


def check_codes() -> tuple[set[str], set[str]]:
    """Names and reasons (with ``:*`` where a value follows) of every `CheckResult` that is made."""
    names, reasons = set(), set()
    for call in [*calls("CheckResult"), *calls("not_applicable"), *calls("wald", method=False)]:
        assert isinstance(call.node, ast.Call)
        name = argument(call, 0, "name")
        assert name is not None
        names |= texts(name)
        position = {"CheckResult": 2, "not_applicable": 1}.get(called(call.node))
        if position is not None:
            why = argument(call, position, "why")
            assert why is not None
            reasons |= texts(why)
    return names, reasons


def notes() -> set[str]:
    """Every remark that an estimate is given."""
    found = set()
    for place in places():
        if isinstance(place.node, ast.keyword) and place.node.arg == "notes":
            found |= remarks(place.at(place.node.value))
    for call in calls("with_notes"):
        assert isinstance(call.node, ast.Call)
        for given in call.node.args:
            found |= remarks(call.at(given))
    return found


def remarks(place: Place) -> set[str]:
    """Remarks in an expression of tuples of them."""
    node = place.node
    if isinstance(node, (ast.Attribute, ast.Subscript)) and "notes" in ast.unparse(node):
        return set()  # handed on
    if isinstance(node, ast.Name):
        return appended(place, node.id)
    if isinstance(node, ast.Call) and called(node) != "tuple":
        return returned(place, called(node))
    inner: list[ast.expr] | None = None
    match node:
        case ast.Tuple() | ast.List():
            inner = node.elts
        case ast.Starred():
            inner = [node.value]
        case ast.GeneratorExp() | ast.ListComp():
            inner = [node.elt]
        case ast.IfExp():
            inner = [node.body, node.orelse]
        case ast.Call():
            inner = node.args
    if inner is None:
        return texts(place)
    return set().union(*(remarks(place.at(item)) for item in inner))


def appended(place: Place, name: str) -> set[str]:
    """What is put into a list of remarks; a parameter is seen where it is passed."""
    function = place.function
    assert function is not None
    if name in [p.arg for p in (*function.args.args, *function.args.kwonlyargs)]:
        return set()
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and name in names_in(node.targets[0]):
            found |= remarks(place.at(node.value))
        if isinstance(node, ast.Call) and called(node) in {"append", "extend"}:
            found |= remarks(place.at(node.args[0]))
    return found


def returned(place: Place, name: str) -> set[str]:
    """What a function of remarks returns."""
    defined = [
        one for one in places() if isinstance(one.node, ast.FunctionDef) and one.node.name == name
    ]
    if not defined:
        raise place.refuse()
    found = set()
    for one in defined:
        inside = Place(one.module, one.node, (*one.parents, one.node))
        for node in ast.walk(one.node):
            if isinstance(node, ast.Return) and node.value is not None:
                found |= remarks(inside.at(node.value))
    return found


def drop_reasons() -> set[str]:
    """Every reason for which observations or units are left out."""
    found = set()
    for place in places():
        if isinstance(place.node, ast.keyword) and place.node.arg == "reason":
            found |= passed_on(place.at(place.node.value))
    for call in calls("with_dropped", "_counted"):
        assert isinstance(call.node, ast.Call)
        first = call.node.args[0]
        items = first.keys if isinstance(first, ast.Dict) else [first]
        for item in items:
            assert item is not None
            found |= passed_on(call.at(item))
    return found


def passed_on(place: Place) -> set[str]:
    """A reason, or nothing where a parameter or a stored reason is handed on."""
    return set() if getattr(place.node, "id", "") == "reason" else texts(place)
