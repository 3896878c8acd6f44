"""Who evaluates FLAME: this project's numpy, or smplx where the user has it (it needs torch, and gives the same)."""

import pickle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ..conventions import Array, Array32
from ..errors import InputError
from .flame import EXPRESSIONS, JOINTS, SHAPES, Flame, Forward

ENGINES = ("numpy", "smplx")


def forward_of(flame: Flame, engine: str) -> Forward:
    """`flame.vertices`, or the same by another of ENGINES. Raises InputError where that is not installed."""
    if engine == "numpy":
        return flame.vertices
    try:
        import smplx  # noqa: PLC0415 - optional: only those who ask for this engine need it
        import torch  # noqa: PLC0415
    except ImportError as error:
        raise InputError(
            f"engine 'smplx': {error.name} is missing; install the extra [smplx], or use the engine 'numpy'"
        ) from error
    return _by_smplx(flame, smplx, torch)


def _by_smplx(flame: Flame, smplx: Any, torch: Any) -> Forward:
    with TemporaryDirectory() as folder:
        _write(flame, Path(folder))
        layer = smplx.FLAME(folder, ext="npz", num_betas=SHAPES, num_expression_coeffs=EXPRESSIONS)

    def forward(shape: Array, expression: Array, pose: Array) -> Array32:
        betas, codes = (
            np.pad(code, (0, full - len(code))) for code, full in ((shape, SHAPES), (expression, EXPRESSIONS))
        )
        names = ("betas", "expression", "global_orient", "neck_pose", "jaw_pose", "leye_pose", "reye_pose")
        values = (betas, codes, *np.reshape(pose, (len(JOINTS), 3)))
        with torch.no_grad():
            rows = {name: torch.tensor(row[None], dtype=torch.float32) for name, row in zip(names, values, strict=True)}
            return np.asarray(layer(**rows).vertices[0].numpy())

    return forward


def _write(flame: Flame, folder: Path) -> None:
    """The files smplx opens, from the arrays that were checked: it would unpickle the user's file, and run it."""
    count = len(flame.template)
    bases, correctives = (b.reshape(-1, 3, count).transpose(2, 1, 0) for b in (flame.bases, flame.correctives))
    np.savez(
        folder / "FLAME_NEUTRAL.npz",
        v_template=flame.template,
        shapedirs=bases,
        posedirs=correctives,
        J_regressor=flame.regressor,
        weights=flame.weights.T,
        kintree_table=np.array([[-1, *flame.parents], range(len(JOINTS))]),
        f=flame.triangles,
    )
    no_landmarks = {"lmk_face_idx": np.zeros(0, dtype=np.int64), "lmk_b_coords": np.zeros((0, 3))}
    (folder / "flame_static_embedding.pkl").write_bytes(pickle.dumps(no_landmarks))
