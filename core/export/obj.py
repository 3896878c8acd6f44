"""Meshes as Wavefront OBJ."""

from pathlib import Path

from ..conventions import Array
from ..face.model import FaceModel
from ..storage import write_text


def write_obj(vertices: Array, model: FaceModel, path: Path) -> None:
    """V×3 m in face space, with the model's UVs and a group per part."""
    lines = [f"# {model.name}: {model.licence}", "# metres, +X the subject's left, +Y up, +Z out of the face"]
    lines += [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in vertices]
    lines += [f"vt {u:.6f} {v:.6f}" for u, v in model.uv]
    for part, name in enumerate(model.parts):
        lines.append(f"g {name}")
        chosen = model.part == part
        for corners, coordinates in zip(model.triangles[chosen] + 1, model.uv_triangles[chosen] + 1, strict=True):
            lines.append("f " + " ".join(f"{v}/{t}" for v, t in zip(corners, coordinates, strict=True)))
    write_text(path, "\n".join(lines) + "\n")
