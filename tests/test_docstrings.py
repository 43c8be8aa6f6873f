"""What a docstring documents is there: every name under Parameters is an argument, every one under Attributes a field."""

import importlib
import inspect
import pkgutil
import re
import typing
from dataclasses import fields, is_dataclass
from functools import cached_property

import pytest

import impact

SECTIONS = {"Parameters", "Attributes"}
CHOICES = re.compile(r"^(\w+(?:, \w+)*) : [^\n]*\{([^\n]*)\}", re.MULTILINE)
RULE = re.compile(r"-{3,}")
NAMES = re.compile(r"(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: :.*)?")


def modules():
    names = [found.name for found in pkgutil.walk_packages(impact.__path__, "impact.")]
    return [importlib.import_module(name) for name in names]


def documented(thing, section):
    """Names in a section of a docstring, as NumPy's style writes them: at the margin, several on a line with commas."""
    lines = inspect.cleandoc(thing.__doc__ or "").splitlines()
    inside, found = None, []
    for line, below in zip(lines, [*lines[1:], ""], strict=False):
        if RULE.fullmatch(below):
            inside = line
        elif inside == section and line and not line[0].isspace() and not RULE.fullmatch(line):
            match = NAMES.fullmatch(line)
            found += [line] if match is None else re.split(", ", match[1])
    return found


def arguments(thing):
    held = inspect.signature(thing).parameters
    return {name for name in held if name not in {"self", "cls"}}


def plain(member):
    """The function of a method, class method or property."""
    for name in ("__func__", "fget", "func"):
        member = getattr(member, name, None) or member
    return inspect.unwrap(member) if inspect.isfunction(member) else member


def things():
    """Every class and function that the package defines, methods among them, by its full name."""
    found = {}
    for module in modules():
        own = [
            each
            for each in vars(module).values()
            if getattr(each, "__module__", "") == module.__name__
        ]
        for thing in own:
            if inspect.isclass(thing):
                found[f"{module.__name__}.{thing.__qualname__}"] = thing
                methods = {
                    name: plain(member)
                    for name, member in vars(thing).items()
                    if isinstance(member, (classmethod, staticmethod, property, cached_property))
                    or inspect.isfunction(member)
                }
                found |= {
                    f"{module.__name__}.{thing.__qualname__}.{name}": method
                    for name, method in methods.items()
                    if inspect.isfunction(method) and method.__module__ == module.__name__
                }
            elif inspect.isfunction(thing):
                found[f"{module.__name__}.{thing.__qualname__}"] = thing
    return found


THINGS = things()
WITH = {
    section: sorted(name for name, thing in THINGS.items() if documented(thing, section))
    for section in SECTIONS
}


CHOOSING = {
    name for name in WITH["Parameters"] if CHOICES.search(inspect.cleandoc(THINGS[name].__doc__))
}
PUBLIC = {
    name
    for name in WITH["Parameters"]
    for public in map(impact.__getattr__, set(impact.__all__) - {"__version__"})
    if f"{name}.".startswith(f"{public.__module__}.{public.__qualname__}.")
}


def known(thing):
    """Fields, properties and class attributes of a class, and what its methods set on it."""
    own = set(re.findall(r"self\.(\w+)(?:: [^=\n]+)? = ", inspect.getsource(thing)))
    own |= {each.name for each in fields(thing)} if is_dataclass(thing) else set()
    return own | set(dir(thing)) | set(inspect.get_annotations(thing))


def words(hint):
    """The words of the Literals in a type."""
    if typing.get_origin(hint) is typing.Literal:
        return set(typing.get_args(hint))
    return set().union(*map(words, typing.get_args(hint)))


def strange_arguments(name):
    thing = THINGS[name]
    return {each.lstrip("*") for each in documented(thing, "Parameters")} - arguments(thing)


def undocumented(name):
    thing = THINGS[name]
    return arguments(thing) - {each.lstrip("*") for each in documented(thing, "Parameters")}


@pytest.mark.parametrize("name", WITH["Parameters"])
def test_every_documented_parameter_is_an_argument(name):
    assert strange_arguments(name) == set()


@pytest.mark.parametrize("name", WITH["Attributes"])
def test_every_documented_attribute_is_a_field_or_a_property(name):
    assert set(documented(THINGS[name], "Attributes")) - known(THINGS[name]) == set()


@pytest.mark.parametrize("name", sorted(CHOOSING))
def test_documented_words_are_those_that_are_accepted(name):
    thing = THINGS[name]
    hints = typing.get_type_hints(thing)
    for names, told in CHOICES.findall(inspect.cleandoc(thing.__doc__)):
        for each in names.split(", "):
            assert set(re.findall(r'"([^"]+)"', told)) == words(hints[each]), each


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_public_name_that_documents_its_arguments_documents_them_all(name):
    assert undocumented(name) == set()


ELSEWHERE = {"PathMoments"}  # described with `CellMoments`


@pytest.mark.parametrize("name", sorted(set(impact.__all__) - {"__version__"} - ELSEWHERE))
def test_every_argument_of_a_public_name_is_documented(name):
    thing = getattr(impact, name)
    told = {*documented(thing, "Parameters"), *documented(thing, "Attributes")}
    assert arguments(thing) - told == set()


def test_the_reader_of_docstrings_sees_a_stale_name():
    def stale(kept):
        """Say something.

        Parameters
        ----------
        kept : int
            Words: with a colon.
        gone, kept : int
        *more : int

        Returns
        -------
        int
        """

    assert documented(stale, "Parameters") == ["kept", "gone", "kept", "*more"]
    assert arguments(stale) == {"kept"}


def test_the_house_documents_its_names():
    assert len(WITH["Parameters"]) > 70
    assert len(WITH["Attributes"]) > 40
    assert "impact.estimate.Estimate.wald" in PUBLIC & set(WITH["Parameters"])
    assert "impact.model_table.compare" in PUBLIC
    assert len(CHOOSING) > 20
