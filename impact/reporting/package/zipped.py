"""Archives whose bytes depend on their contents alone."""

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

NO_TIME = (1980, 1, 1, 0, 0, 0)
"""What an archive says of when its files were written: nothing."""
_UNIX = 3
PACKED = {"whl", "xlsx", "docx"}
"""Endings of files that are archives themselves."""
RUNS, READS = 0o755, 0o644


def zipped(contents: Mapping[str, bytes], *, programs: frozenset[str] = frozenset()) -> bytes:
    """Return an archive.

    Parameters
    ----------
    contents : mapping
        By name inside the archive, with ``/`` between folders.
    programs : frozenset of str
        Names of files that run.
    """
    written = BytesIO()
    with ZipFile(written, "w") as archive:
        for name in sorted(contents):
            told = ZipInfo(name, NO_TIME)
            packed = name.rpartition(".")[2] in PACKED
            told.create_system, told.compress_type = _UNIX, ZIP_STORED if packed else ZIP_DEFLATED
            told.external_attr = (RUNS if name in programs else READS) << 16
            archive.writestr(told, contents[name])
    return written.getvalue()
