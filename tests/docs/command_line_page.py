"""The commands of docs/reference/command-line.md, from the command line itself: ``python tests/docs/command_line_page.py``."""

import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import typer

from impact.cli import app

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "command-line.md"
BETWEEN = re.compile(r"(<!-- commands -->\n).*?(\n<!-- end -->)", re.DOTALL)


def commands(group=None, before="impact"):
    """Every command by its words; a group, then those in it."""
    found = {}
    group = typer.main.get_command(app) if group is None else group
    for name, command in group.commands.items():
        words = f"{before} {name}"
        found[words] = command
        if is_group(command):
            found |= commands(command, words)
    return found


def is_group(command):
    return hasattr(command, "commands")


def default_of(parameter):
    if parameter.required:
        return "needed"
    value = parameter.default
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value is None else f"`{value}`"


def words_of(parameter):
    """The help of an argument or option, and the words that it takes where these are few."""
    kind = parameter.type_descriptor.annotation
    words = get_args(kind) if get_origin(kind) is Literal else ()
    named = f" ({', '.join(f'`{word}`' for word in words)})" if words else ""
    return f"{parameter.help or ''}{named}".replace("|", "\\|").replace("\n", " ").strip()


def row(parameter):
    names = [*parameter.opts, *parameter.secondary_opts]
    shown = ", ".join(f"`{name}`" for name in names)
    return f"| {shown} | {words_of(parameter)} | {default_of(parameter)} |"


def usage(words, command):
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    shown = [
        (f"{each.name.upper()}..." if each.nargs == -1 else each.name.upper()) for each in arguments
    ]
    bracketed = [
        name if each.required else f"[{name}]" for name, each in zip(shown, arguments, strict=True)
    ]
    options = ["[OPTIONS]"] if len(arguments) < len(command.params) else []
    return " ".join([words, *bracketed, *options])


def section(words, command):
    paragraphs = [" ".join(part.split()) for part in (command.help or "").split("\n\n")]
    if is_group(command):
        return "\n\n".join([f"## `{words}`", *paragraphs])
    parts = [f"## `{words}`", *paragraphs, f"```text\n{usage(words, command)}\n```"]
    shown = [row(each) for each in command.params if not each.hidden]
    if shown:
        parts.append(
            "\n".join(["| argument or option | meaning | default |", "|---|---|---|", *shown])
        )
    return "\n\n".join(parts)


def rewritten(page):
    """The page with every command as it is."""
    made = "\n\n".join(section(words, command) for words, command in sorted(commands().items()))
    page, found = BETWEEN.subn(lambda part: part[1] + made + part[2], page)
    assert found == 1
    return page


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
