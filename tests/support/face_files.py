"""Synthetic face models in the exact layouts of the Basel Face Model's files, written by scipy and h5py."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import scipy.io
from numpy.typing import NDArray

Array = NDArray[np.float64]

EYES = np.array([[0.0312, 0.0322], [-0.0312, 0.0322]])
"""m, left first: where the pupils lie across from the nose's tip."""


@dataclass(frozen=True)
class Mask:
    """A face like a mask: V vertices, F triangles, I modes."""

    mean: Array
    """V×3 m."""
    basis: Array
    """3V×I, orthonormal columns."""
    deviations: Array
    """I, m."""
    triangles: NDArray[np.int64]
    """F×3, counter-clockwise from outside."""

    @property
    def modes(self) -> Array:
        """I×V×3 m per standard deviation."""
        return (self.basis * self.deviations).T.reshape(len(self.deviations), -1, 3)


def mask(modes: int = 5, side: int = 41) -> Mask:
    """A dome 0.2 m high that looks along +Z, with a nose in its middle."""
    across, up = np.meshgrid(np.linspace(-1, 1, side), np.linspace(-1, 1, side))
    dome = np.sqrt(np.maximum(1 - 0.45 * (across**2 + up**2), 0))
    nose = 0.03 * np.exp(-(across**2 + up**2) / 0.02)
    mean = np.stack([0.075 * across, 0.1 * up, 0.09 * dome + nose], axis=-1).reshape(-1, 3)
    corner = np.arange(side * side).reshape(side, side)
    a, b, c, d = (each.ravel() for each in (corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]))
    triangles = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    rng = np.random.default_rng(4)
    basis, _ = np.linalg.qr(rng.normal(size=(mean.size, modes)))
    return Mask(mean, basis, np.linspace(0.05, 0.01, modes), triangles)


def mat_arrays(face: Mask) -> dict[str, NDArray[Any]]:
    """The matrices of 01_MorphableModel.mat: micrometres, triangles counted from 1 and wound the other way."""
    colours = np.full((face.mean.size, 1), 128.0, dtype=np.float32)
    return {
        "shapeMU": (face.mean.reshape(-1, 1) * 1e6).astype(np.float32),
        "shapePC": face.basis.astype(np.float32),
        "shapeEV": (face.deviations[:, None] * 1e6).astype(np.float32),
        "texMU": colours,
        "tl": (face.triangles[:, [0, 2, 1]] + 1).astype(np.float64),
        "segbin": np.ones((len(face.mean), 4), dtype=np.uint8),
    }


def write_mat(path: Path, arrays: dict[str, NDArray[Any]], *, compressed: bool = True) -> None:
    scipy.io.savemat(path, arrays, do_compression=compressed)


def h5_arrays(face: Mask) -> dict[str, NDArray[Any]]:
    """The datasets of model2019_bfm.h5: millimetres, variances, cells 3×F, expressions as components."""
    rng = np.random.default_rng(5)
    rest = rng.normal(scale=0.0005, size=face.mean.size)
    return {
        "shape/model/mean": ((face.mean.ravel() - rest) * 1e3).astype(np.float32),
        "shape/model/pcaBasis": face.basis.astype(np.float32),
        "shape/model/pcaVariance": ((face.deviations * 1e3) ** 2).astype(np.float32),
        "shape/model/noiseVariance": np.zeros(1, dtype=np.float32),
        "shape/representer/cells": face.triangles.T.astype(np.uint32),
        "shape/representer/points": (face.mean.T * 1e3).astype(np.float32),
        "expression/model/mean": (rest * 1e3).astype(np.float32),
        "expression/model/pcaBasis": face.basis[:, :2].astype(np.float32),
        "expression/model/pcaVariance": np.ones(2, dtype=np.float32),
        "color/model/mean": np.full(face.mean.size, 0.5, dtype=np.float32),
    }


def write_h5(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    with h5py.File(path, "w") as file:
        for name, values in arrays.items():
            file.create_dataset(name, data=values)
        file["shape/representer"].attrs["datasetType"] = "POLYGON_MESH"


def gnm_arrays(face: Mask) -> dict[str, NDArray[Any]]:
    """The arrays of gnm_head.npz (google/GNM, gnm_data_loader_test.py), on a mask with two eyeballs, teeth and tongue.

    Components lie one after the other: skin (the mask, its lower left corner the mouth's lining), left and right eye
    (each an inner ball and a cornea of one triangle), upper teeth, lower teeth, tongue.
    """
    ball = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0], [0, 0, -1]]) * 0.012
    faces = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 1], [5, 2, 1], [5, 3, 2], [5, 4, 3], [5, 1, 4]])
    cornea = np.array([[0, 0, 0.015], [0.004, 0, 0.013], [0, 0.004, 0.013]])
    tooth = np.array([[0, 0, 0.06], [0.01, 0, 0.06], [0.01, 0.01, 0.06], [0, 0.01, 0.06]])
    joints = np.array([[0, -0.1, 0], [0, 0, 0], [0.031, 0.03, 0.05], [-0.031, 0.03, 0.05]])
    eyeball, eye_faces = np.concatenate([ball, cornea]), np.concatenate([faces, [[6, 7, 8]]])
    quad = np.array([[0, 1, 2], [0, 2, 3]])
    pieces = [
        (face.mean, face.triangles),
        *((eyeball + eye, eye_faces) for eye in joints[2:]),
        *((tooth + np.array([0, drop, 0]), quad) for drop in (-0.03, -0.05, -0.04)),
    ]
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in pieces)])
    mean = np.concatenate([vertices for vertices, _ in pieces])
    triangles = np.concatenate([corners + start for (_, corners), start in zip(pieces, starts, strict=False)])
    groups = {name: np.zeros(len(mean)) for name in GNM_GROUPS}
    components = ("skin", "left_eye", "right_eye", "upper_teeth_and_gums", "lower_teeth_and_gums", "tongue")
    for component, start, end in zip(components, starts[:-1], starts[1:], strict=True):
        groups[component][start:end] = 1
    groups["mouth_sock"][: 3 * 41] = 1
    for start in starts[1:3]:
        groups["eye_exteriors"][start + 6 : start + 9] = 1
        groups["eye_interiors"][start : start + 6] = 1
        groups["pupils"][start] = 1
        groups["irises"][start + 1 : start + 3] = 1
        groups["scleras"][start + 3 : start + 6] = 1
    for start in starts[3:5]:
        groups["gums"][start : start + 2] = 1
    uv = np.concatenate(
        [(vertices[:, :2] - vertices[:, :2].min(axis=0)) / np.ptp(vertices[:, :2], axis=0) for vertices, _ in pieces]
    )
    rng = np.random.default_rng(6)
    names = ["head_000", "head_001", "eyes_000", "teeth_000"]
    identity = rng.normal(scale=1e-3, size=(len(names), len(mean), 3)).astype(np.float32)
    return {
        "version": np.array("3.0"),
        "variant": np.array("head"),
        "template_vertex_positions": mean.astype(np.float32),
        "template_joint_positions": joints.astype(np.float32),
        "vertex_identity_basis": identity,
        "joint_identity_basis": rng.normal(scale=1e-3, size=(len(names), 4, 3)).astype(np.float32),
        "expression_basis": np.zeros((3, len(mean), 3), dtype=np.float32),
        "identity_names": np.array(names),
        "joint_names": np.array(["neck", "head", "left_eye", "right_eye"]),
        "expression_names": np.array(["left_eye_region_000", "right_eye_region_000", "lower_face_region_000"]),
        "joint_parent_indices": np.array([0, 0, 1, 1]),
        "triangles": triangles.astype(np.int32),
        "triangle_uvs": uv[triangles].astype(np.float32),
        "mesh_component_names": np.array(components),
        "vertex_groups": np.stack(list(groups.values())).astype(np.float32),
        "vertex_group_names": np.array(list(groups)),
    }


GNM_GROUPS = (
    *("skin", "left_eye", "right_eye", "upper_teeth_and_gums", "lower_teeth_and_gums", "tongue", "mouth_sock"),
    *("eye_exteriors", "eye_interiors", "pupils", "irises", "scleras", "gums"),
)
