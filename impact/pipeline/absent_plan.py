"""The commonest mistake, a plan that is not there, said before anything heavy is imported."""

from pathlib import Path

from impact.errors import PlanError


def refuse_absent(path: Path) -> None:
    """Refuse a plan's file that is not there.

    Raises
    ------
    PlanError
    """
    if not path.exists():
        raise PlanError(
            f"{path.name}: no such file; check the path, or make a plan: `impact init DATA` proposes one, "
            "`impact plan new` asks for it"
        )
