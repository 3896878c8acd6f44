"""Meshes as Wavefront OBJ."""

from pathlib import Path

from ..conventions import Array
from ..face.model import FaceModel
from ..storage import write_text


def write_obj(vertices: Array, model: FaceModel, path: Path, texture: str | None = None) -> None:
    """V×3 m in face space, with the model's UVs and a group per part; with a picture's file name as `texture`, also
    the material (.mtl beside it) that puts it on the head.
    """
    lines = [f"# {model.name}: {model.licence}", "# metres, +X the subject's left, +Y up, +Z out of the face"]
    if texture is not None:
        write_text(path.with_suffix(".mtl"), f"newmtl head\nKa 0 0 0\nKd 1 1 1\nKs 0 0 0\nillum 1\nmap_Kd {texture}\n")
        lines += [f"mtllib {path.with_suffix('.mtl').name}", "usemtl head"]
    lines += [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in vertices]
    lines += [f"vt {u:.6f} {v:.6f}" for u, v in model.uv]
    for part, name in enumerate(model.parts):
        lines.append(f"g {name}")
        chosen = model.part == part
        for corners, coordinates in zip(model.triangles[chosen] + 1, model.uv_triangles[chosen] + 1, strict=True):
            lines.append("f " + " ".join(f"{v}/{t}" for v, t in zip(corners, coordinates, strict=True)))
    write_text(path, "\n".join(lines) + "\n")
