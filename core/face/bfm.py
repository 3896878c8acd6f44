"""Basel Face Models as Geometry: 2009 (MATLAB: 01_MorphableModel.mat), 2017 and 2019 (HDF5), whole and cropped.

The files hold one surface of face or head, closed at the eyes, without UVs, and modes that are a unit basis and its
deviations (2009) or variances (2017, 2019; the layout is Statismo's). The expressions of 2017 and 2019 are principal
components without names, so they are no expressions of the Geometry (heads.carry gives it named ones); their mean
belongs to the neutral head. Axes are face space's; the files of 2009 are in micrometres, the others in millimetres.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array, Array32
from ..errors import InputError
from .chart import flat_chart
from .geometry import HEIGHTS, Eyeballs, Geometry, no_codes
from .hdf5 import read_hdf5
from .matfile import read_mat

Arrays = dict[str, NDArray[Any]]

LICENCE = "Basel Face Model licence (University of Basel): research and teaching only, not to be passed on"

MATRICES = ("shapeMU", "shapePC", "shapeEV", "tl")
MEAN, BASIS, VARIANCE, CELLS = (
    *(f"shape/model/{name}" for name in ("mean", "pcaBasis", "pcaVariance")),
    "shape/representer/cells",
)
EXPRESSION_MEAN = "expression/model/mean"

UNITS = (1.0, 1e-2, 1e-3, 1e-6)
"""Metres of the units that are tried: a head's height fits one of them."""
VERTICES = (1_000, 500_000)
MOST_MODES = 400

EYE_FROM_NOSE = np.array([[0.0312, 0.0322, 0.0], [-0.0312, 0.0322, 0.0]])
"""2×3 m, left first: the pupils from the nose's tip in the mean head of 2017 (its published landmarks), across."""
EYE_RADIUS = 0.0118
NEAR = 0.008
"""m: the surface this near a pupil moves with the eye."""


@dataclass(frozen=True)
class _Surface:
    """A file's contents, checked, in its own unit."""

    mean: Array
    """V×3."""
    modes: Array32
    """I×V×3 per standard deviation."""
    triangles: NDArray[np.int32]
    """F×3, counter-clockwise from outside."""


def read_bfm_mat(path: Path) -> Geometry:
    """The model of 2009. Raises InputError naming what is wrong with the file."""
    return _read(path, "bfm2009", _of_matrices, read_mat(path, MATRICES))


def read_bfm_hdf5(path: Path) -> Geometry:
    """A model of 2017 or 2019. Raises InputError naming what is wrong with the file."""
    needed = {MEAN: True, BASIS: True, VARIANCE: True, CELLS: True, EXPRESSION_MEAN: False}
    return _read(path, path.stem, _of_datasets, read_hdf5(path, needed))


def _read(path: Path, name: str, surface: Callable[[Arrays], _Surface], found: Arrays) -> Geometry:
    try:
        return _geometry(name, surface(found))
    except ValueError as error:
        reason = f"not a usable Basel Face Model ({error}); fetch it again from faces.dmi.unibas.ch"
        raise InputError(f"{path}: {reason}") from error


def _of_matrices(found: Arrays) -> _Surface:
    if missing := [name for name in MATRICES if name not in found]:
        raise ValueError(f"'{missing[0]}' is missing")
    mean, basis, deviations, corners = (found[name] for name in MATRICES)
    if corners.ndim != 2 or 3 not in corners.shape:
        raise ValueError(f"triangles that are {corners.shape}")
    corners = _whole(corners if corners.shape[1] == 3 else corners.T)
    triangles = corners[:, [0, 2, 1]] - 1  # MATLAB counts from 1, and the file's winding is reversed
    return _surface(mean.ravel(), basis, deviations.ravel(), triangles)


def _of_datasets(found: Arrays) -> _Surface:
    mean, variance = found[MEAN].astype(np.float64).ravel(), found[VARIANCE].astype(np.float64).ravel()
    at_rest = found.get(EXPRESSION_MEAN, np.zeros(mean.shape)).ravel()
    if at_rest.shape != mean.shape:
        raise ValueError(f"'{EXPRESSION_MEAN}' has {at_rest.size} numbers, not {mean.size}")
    if (variance < 0).any():
        raise ValueError(f"'{VARIANCE}' has negative values")
    return _surface(mean + at_rest, found[BASIS], np.sqrt(variance), _whole(found[CELLS]).T)


def _whole(values: NDArray[Any]) -> NDArray[np.int64]:
    """Indices, which MATLAB may keep as floating-point numbers."""
    if not np.isfinite(values).all() or (values != np.floor(values)).any():
        raise ValueError("triangles that are no whole numbers")
    return values.astype(np.int64)


def _surface(
    mean: NDArray[Any], basis: NDArray[Any], deviations: NDArray[Any], triangles: NDArray[np.int64]
) -> _Surface:
    vertices, modes = mean.size // 3, deviations.size
    if mean.size % 3 or not VERTICES[0] <= vertices <= VERTICES[1]:
        raise ValueError(f"a mean of {mean.size} numbers")
    if not 1 <= modes <= MOST_MODES or basis.shape != (mean.size, modes):
        raise ValueError(f"a basis of {basis.shape} for {mean.size} coordinates and {modes} modes")
    for name, values in (("mean", mean), ("basis", basis), ("deviations", deviations)):
        if not np.isfinite(values).all():
            raise ValueError(f"the {name} has values that are not finite numbers")
    if triangles.ndim != 2 or triangles.shape[1] != 3 or not len(triangles):
        raise ValueError(f"triangles that are {triangles.shape}")
    if not 0 <= triangles.min() <= triangles.max() < vertices:
        raise ValueError("triangles that point outside the vertices")
    scaled = np.ascontiguousarray(basis.T * deviations[:, None], dtype=np.float32)
    return _Surface(mean.astype(np.float64).reshape(-1, 3), scaled.reshape(modes, -1, 3), triangles.astype(np.int32))


def _geometry(name: str, surface: _Surface) -> Geometry:
    unit = _metres(surface.mean)
    mean, modes = surface.mean * unit, surface.modes * np.float32(unit)
    centres, near = _eyes(mean)
    origin = centres.mean(axis=0)
    drift = np.stack([modes[:, around].mean(axis=1) for around in near], axis=1)
    uv, uv_triangles = flat_chart(mean, surface.triangles)
    codes, code_names = no_codes(0)
    return Geometry(
        name=name,
        licence=LICENCE,
        mean=np.asarray(mean - origin, dtype=np.float32),
        identity=modes,
        expression=np.zeros((0, *mean.shape), dtype=np.float32),
        expressions=(),
        triangles=surface.triangles,
        uv=uv,
        uv_triangles=uv_triangles,
        part=np.zeros(len(surface.triangles), dtype=np.int8),
        parts=("skin",),
        eyes=Eyeballs(
            np.asarray(centres - origin, dtype=np.float32), drift, EYE_RADIUS, np.zeros(len(mean), dtype=np.int8)
        ),
        codes=codes,
        code_names=code_names,
    )


def _metres(mean: Array) -> float:
    """The unit in which a head's height is a head's. Raises ValueError where there is none."""
    height = float(np.ptp(mean[:, 1]))
    for unit in UNITS:
        if HEIGHTS[0] <= height * unit <= HEIGHTS[1]:
            return unit
    raise ValueError(f"a head {height:g} high in no unit that is known")


def _eyes(mean: Array) -> tuple[Array, list[NDArray[np.bool_]]]:
    """2×3 m centres of the eyeballs behind the closed surface, and which vertices lie about each pupil."""
    nose = mean[mean[:, 2].argmax()]
    centres, near = [], []
    for pupil in nose + EYE_FROM_NOSE:
        away = np.linalg.norm(mean[:, :2] - pupil[:2], axis=1)
        around = (away < NEAR) & (mean[:, 2] > nose[2] - 0.07)
        if not around.any():
            raise ValueError("no surface where the eyes should be; it has to look along +Z with +Y up")
        front = mean[around][away[around].argmin()]
        centres.append(front - [0, 0, EYE_RADIUS])
        near.append(around)
    return np.array(centres), near
