"""The key under which ids become pseudonyms."""

from pathlib import Path
from typing import Annotated

import typer

key = typer.Typer(help="The secret key of pseudonyms.", no_args_is_help=True)


@key.command()
def new(
    path: Annotated[Path, typer.Argument(help="Where it goes: outside the project.")],
) -> None:
    """Make a key that only you may read; who loses it can no longer add files under the same pseudonyms."""
    from impact.data.privacy.pseudonyms import KEY_FILE, new_key

    made = new_key(path)
    typer.echo(f"{made}\nname it before you read data: export {KEY_FILE}={made}")


@key.callback()
def _several() -> None:
    """Keep `new` a command of its own name."""
