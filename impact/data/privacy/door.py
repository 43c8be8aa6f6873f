"""What a file's columns must pass before anything is made of them: none that names a person without a reason, ids replaced."""

from collections.abc import Callable, Container, Mapping
from dataclasses import replace

from impact.data.privacy.identifiers import Looked, refuse_identifiers
from impact.data.privacy.pseudonyms import Pseudonyms
from impact.data.schema import ReadColumn
from impact.data.sources.conversions import Converted
from impact.data.sources.source import SourceTable


def admitted(
    converted: Mapping[str, Converted],
    *,
    source: SourceTable,
    columns: Mapping[str, ReadColumn],
    answered: Container[str],
    keyed: Callable[[], Pseudonyms],
    where: str = "",
) -> dict[str, Converted]:
    """Return a file's columns with ids replaced by pseudonyms, or refuse those that could name a person.

    Parameters
    ----------
    converted : mapping of str to Converted
        By declared name.
    source : SourceTable
        The file's own names and labels are looked at too.
    columns : mapping of str to ReadColumn
        As declared.
    answered : container of str
        Columns of which the plan says why they are there.
    keyed : callable
        Reads the key; called only where a column has pseudonyms.
    where : str
        The source, for messages.

    Raises
    ------
    PrivacyError, UnparsableValueError
    """
    held = source.named()
    looked = []
    for name, one in converted.items():
        declared = columns[name]
        if declared.pseudonym:
            continue
        heading = getattr(declared, "column", None) or name
        there = held.get(heading)
        texts = there is not None and there.kind == "text"
        label = (there.label,) if there is not None and texts and there.label else ()
        looked.append(Looked(name, (name, heading, *label), declared.type, one.cells))
    refuse_identifiers(looked, answered=answered, where=where)
    return {
        name: replace(one, cells=keyed().of(one.cells, name=f"{where}{name}"))
        if columns[name].pseudonym
        else one
        for name, one in converted.items()
    }
