"""The moments file: a zip of plain arrays and one JSON header, small, versioned, without code (docs/path-moments.md).

It holds sums of groups of units, and no unit; so that no group is a unit in disguise, cells of fewer units than the rule of ten
allows are refused, and scatters from which a part of a unit's path tells the rest.
"""

import json
import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from impact.data.sample import Sample
from impact.data.times import TimeAxis
from impact.data.whole_file import whole_file
from impact.errors import DisclosureError, SourceError
from impact.moments.cells import CellMoments
from impact.moments.cluster_sums import ClusterSums
from impact.moments.scatter import scatter_root
from impact.terms import SMALLEST_SHOWN, SmallCells, direction_budget

ENDINGS = (".moments", ".npz")
FORMAT = "impact path moments"
VERSION = 1
LARGEST_FILE = (
    4_000_000_000  # bytes unpacked; beyond it a file is a trap or belongs into a database
)
# what zipfile, zlib and numpy raise on damaged bytes
UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    RuntimeError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
)
COMPLETE = "complete_"  # prefix of the arrays of the moments with always-treated units
CELLS = ("cohort", "stratum", "n", "n_zero", "weight", "mean", "weight2", "mean2")
CLUSTERS = ("cluster", "cell", "weight", "n", "total")


def is_moments(path: str | Path) -> bool:
    """Tell by its ending whether a file that a plan names is moments."""
    return Path(path).suffix.lower() in ENDINGS


def save(moments: CellMoments, path: str | Path, *, small_cells: SmallCells = "refuse") -> None:
    """Write moments to a file; nothing is left half-written.

    Parameters
    ----------
    small_cells : {"refuse", "include"}
        What to do when a cell, or a cluster's share of one, has fewer than ten units, or its scatter tells more directions of
        their paths than `direction_budget` allows. Means are then nearly single firms' revenue, or whoever knows a part of a
        firm's path learns the rest: include them only in a file that stays in the office. Always-treated units that are too
        few are left out of the file, which estimates from it say (``always_treated_set_aside``).

    Raises
    ------
    DisclosureError
        When there are such cells and they were not asked for.
    StorageError
        When the file cannot be written.
    """
    if small_cells == "refuse":
        _refuse_small(moments)
        moments = _without_small_complete(moments)
    with whole_file(Path(path)) as file:
        np.savez_compressed(file, **_arrays(moments))


def load(path: str | Path) -> CellMoments:
    """Read a moments file.

    Raises
    ------
    SourceError
        When the file is missing, is no moments file, is damaged, or was written by a newer version.
    """
    path = Path(path)
    if not path.is_file():
        raise SourceError(f"{path.name}: no such file; give the path of a moments file")
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_FILE:
                raise SourceError(f"{path.name}: unpacks to more than 4 GB; it is no moments file")
        with np.load(path, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        header = _header_of(arrays)
    except UNREADABLE:
        raise SourceError(
            f"{path.name}: damaged, or no moments file; make it again with `impact moments build`"
        ) from None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise SourceError(f"{path.name}: no moments file; make one with `impact moments build`")
    if header.get("version") not in range(1, VERSION + 1):
        raise SourceError(
            f"{path.name}: written in version {header.get('version')} of the format, this package reads up to {VERSION}; "
            "install a newer one"
        )
    try:
        return _moments(header, arrays)
    except (KeyError, ValueError, TypeError, IndexError):
        raise SourceError(
            f"{path.name}: its parts do not fit together; make it again with `impact moments build`"
        ) from None


def _header_of(arrays: dict[str, Any]) -> Any:
    return json.loads(arrays.pop("header").tobytes().decode("utf-8"))


def _without_small_complete(moments: CellMoments) -> CellMoments:
    if moments.complete is None:
        return moments
    try:
        _refuse_small(moments.complete)
    except DisclosureError:
        return replace(moments, complete=None)
    return moments


def _refuse_small(moments: CellMoments) -> None:
    small = moments.n < SMALLEST_SHOWN
    if small.any():
        raise DisclosureError(
            f"{moments.outcome}: {int(small.sum())} of {moments.n_cells} cells (cohort, stratum, observed periods) have fewer "
            f"than {SMALLEST_SHOWN} units, {int(moments.n[small].sum())} units in all; use wider cohorts or the units "
            "observed in all periods, or say small_cells='include' for a file that stays in the office"
        )
    _refuse_full_scatters(moments)
    if moments.clusters is not None and (moments.clusters.n < SMALLEST_SHOWN).any():
        raise DisclosureError(
            f"{moments.outcome}: clusters have fewer than {SMALLEST_SHOWN} units in a cell; make the moments without "
            "clusters, or say small_cells='include' for a file that stays in the office"
        )


def _refuse_full_scatters(moments: CellMoments) -> None:
    """Refuse scatters that tell more directions of their units' paths than so many units hide."""
    told = np.bincount(moments.root_cell, minlength=moments.n_cells)
    told = np.minimum(told, np.minimum(moments.observed.sum(axis=1), moments.n - 1))
    beyond = told > [direction_budget(int(n)) for n in moments.n]
    if beyond.any():
        raise DisclosureError(
            f"{moments.outcome}: {int(beyond.sum())} of {moments.n_cells} cells have too few units for the scatter of so many "
            "periods: who knows some periods of a unit's path would learn the others. A cell of n units may tell n - 11, "
            "or half of n - 1 periods; use wider cohorts or fewer periods, or say small_cells='include' for a file that stays "
            "in the office"
        )


def _arrays(moments: CellMoments) -> dict[str, Any]:
    header = {
        "format": FORMAT,
        "version": VERSION,
        "outcome": moments.outcome,
        "frequency": moments.time_axis.frequency,
        "step": moments.time_axis.step,
        "time_origin": moments.time_axis.origin,
        "non_negative": moments.non_negative,
        "stratum_labels": list(moments.stratum_labels),
        "sample": moments.sample.to_dict(),
        "n_clusters": None if moments.clusters is None else moments.clusters.n_clusters,
    }
    upper = np.triu_indices(len(moments.times))
    arrays = {name: getattr(moments, name) for name in ("times", "origin", "observed", *CELLS)}
    arrays["scatter2"] = moments.scatter2[:, *upper]
    if moments.clusters is not None:
        arrays |= {f"clusters_{name}": getattr(moments.clusters, name) for name in CLUSTERS}
    if moments.complete is not None:
        arrays |= {f"{COMPLETE}{name}": part for name, part in _arrays(moments.complete).items()}
    text = json.dumps(header, ensure_ascii=False, sort_keys=True)
    return {"header": np.frombuffer(text.encode("utf-8"), dtype=np.uint8), **arrays}


def _moments(header: dict[str, Any], arrays: dict[str, Any]) -> CellMoments:
    n_cells, n_periods = arrays["observed"].shape
    shapes = {"mean": (n_cells, n_periods), "mean2": (n_cells, n_periods)}
    for name in CELLS:
        if arrays[name].shape != shapes.get(name, (n_cells,)):
            raise ValueError(name)
    if arrays["times"].shape != (n_periods,) or arrays["origin"].shape != (n_periods,):
        raise ValueError("times")
    scatter = np.zeros((n_cells, n_periods, n_periods))
    scatter[:, *np.triu_indices(n_periods)] = arrays["scatter2"]
    root, cell = scatter_root(scatter + np.triu(scatter, 1).swapaxes(1, 2))
    clusters = None
    if header["n_clusters"] is not None:
        parts = {name: arrays[f"clusters_{name}"] for name in CLUSTERS}
        clusters = ClusterSums(**parts, n_clusters=int(header["n_clusters"]))
    inside = {
        name.removeprefix(COMPLETE): part
        for name, part in arrays.items()
        if name.startswith(COMPLETE)
    }
    return CellMoments(
        complete=_moments(_header_of(inside), inside) if inside else None,
        **{name: arrays[name] for name in ("times", "origin", "observed", *CELLS)},
        root=root,
        root_cell=cell,
        clusters=clusters,
        sample=Sample.from_dict(header["sample"]),
        time_axis=TimeAxis(
            header["frequency"], int(header.get("step", 1)), int(header.get("time_origin", 0))
        ),
        outcome=str(header["outcome"]),
        non_negative=bool(header["non_negative"]),
        stratum_labels=tuple(header["stratum_labels"]),
    )
