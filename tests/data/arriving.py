"""Small files as they arrive, made in the tests, and schemas for them."""

from impact.data.readers import read_frame
from impact.data.schema import Schema

BASE = {
    "version": 1,
    "title": {"en": "Test", "fr": "Essai"},
    "source": "made up",
    "unit": "id",
    "time": {"column": "wave", "frequency": "integer"},
    "missing_outcome": "drop",
}
TYPES = {
    "id": {"type": "string"},
    "wave": {"type": "integer"},
    "start": {"type": "period"},
    "revenue": {"type": "number"},
    "kind": {"type": "category", "categories": ["a", "b"]},
}


def schema(columns=None, **keys):
    """A schema of the usual columns; ``columns`` changes or adds keys of some, None takes one away."""
    merged = {name: dict(column) for name, column in TYPES.items()}
    for name, changed in (columns or {}).items():
        if changed is None:
            merged.pop(name)
        else:
            merged[name] = {**merged.get(name, {}), **changed}
    for name, column in merged.items():
        column.setdefault("label", {"en": name, "fr": name})
    made = {**BASE, "cohort": {"column": "start", "never": [0]}, **keys, "columns": merged}
    return Schema.model_validate({key: value for key, value in made.items() if value is not None})


def read(folder, name, content, declared):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_frame(path, schema=declared)
