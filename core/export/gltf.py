"""A fitted head as glTF 2.0 (.glb): morph targets and their weights, the head's and the eyes' motion, the camera.

https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html. Y up, metres, the front of a model towards +Z, cameras look
along −Z: head_scene.HeadScene as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import provenance
from ..conventions import Array
from ..face import look
from ..face.surface import vertex_normals
from ..storage import whole_file
from .glb import INDICES, VERTICES, Buffer
from .head_scene import HeadScene, Part, beyond

_XMP = "KHR_xmp_json_ld"
"""https://github.com/KhronosGroup/glTF/tree/main/extensions/2.0/Khronos/KHR_xmp_json_ld"""
_NEAR = 0.1
"""Clipping, of the nearest distance of the head."""


def write_gltf(scene: HeadScene, path: Path) -> list[str]:
    """Write the .glb; what it can't say of the scene, a line each. Second 0 is the shot's first frame."""
    buffer = Buffer()
    times = buffer.add(scene.times, bounds=True)
    nodes, meshes, channels = _nodes(scene, buffer)
    samplers = [{"input": times, "output": output, "interpolation": "LINEAR"} for _, _, output in channels]
    targets = [{"node": node, "path": path} for node, path, _ in channels]
    tree: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": provenance.SOFTWARE, "copyright": f"{scene.model}: {scene.licence}"},
        "scene": 0,
        "scenes": [{"name": scene.name, "nodes": [0, len(nodes) - 1]}],
        "nodes": nodes,
        "meshes": meshes,
        "cameras": [_camera(scene)],
        **_materials(scene, buffer),
        "animations": [
            {
                "name": scene.name,
                "samplers": samplers,
                "channels": [{"sampler": index, "target": target} for index, target in enumerate(targets)],
                "extras": {"fps": scene.fps, "first_frame": int(scene.span[0]), "last_frame": int(scene.span[1])},
            }
        ],
    }
    if scene.altered:
        _mark(tree)
    with whole_file(path) as temporary:
        temporary.write_bytes(buffer.file(tree))
    return beyond(scene.camera, shift=False, zoom=False)


def _mark(tree: dict[str, Any]) -> None:
    """Say that the face was altered: as XMP, and in the scene's `extras`, which programs that know no XMP keep."""
    tree["extensionsUsed"] = [_XMP]
    tree["extensions"] = {_XMP: {"packets": [provenance.json_ld()]}}
    tree["asset"]["extensions"] = {_XMP: {"packet": 0}}
    tree["scenes"][0]["extras"] = provenance.properties()


Channels = list[tuple[int, str, int]]
"""Node, what of it is animated, and the accessor of its values."""


def _nodes(scene: HeadScene, buffer: Buffer) -> tuple[list[dict[str, Any]], list[dict[str, Any]], Channels]:
    """The head, its parts below it, and the camera; the meshes; what moves."""
    nodes: list[dict[str, Any]] = [{"name": scene.name, "children": list(range(1, 1 + len(scene.parts)))}]
    nodes[0] |= _placed(scene.place[0, :3, 3], scene.place[0, :3, :3])
    channels: Channels = [
        (0, "translation", buffer.add(scene.place[:, :3, 3])),
        (0, "rotation", buffer.add(quaternions(scene.place[:, :3, :3]))),
    ]
    for index, part in enumerate(scene.parts):
        node = {"name": part.name, "mesh": index} | _placed(part.origin, part.turn[0])
        if len(part.offsets):
            channels.append((len(nodes), "weights", buffer.add(scene.weights.ravel())))
        if part is not scene.face:
            channels.append((len(nodes), "rotation", buffer.add(quaternions(part.turn))))
        nodes.append(node)
    nodes.append({"name": "camera", "camera": 0})
    return nodes, [_mesh(part, scene, buffer) for part in scene.parts], channels


def _placed(place: Array, turn: Array) -> dict[str, Any]:
    """For readers that play no animation: where a node is in the first frame."""
    return {"translation": place.tolist(), "rotation": quaternions(turn[None])[0].tolist()}


def _mesh(part: Part, scene: HeadScene, buffer: Buffer) -> dict[str, Any]:
    """A primitive for each kind of surface; all of them share their vertices."""
    seams = _split(part)
    points, normals = part.points[seams.vertex], _normals(part, part.points)
    attributes = {
        "POSITION": buffer.add(points, VERTICES, bounds=True),
        "NORMAL": buffer.add(normals[seams.vertex], VERTICES),
        "TEXCOORD_0": buffer.add(scene.uv[seams.uv] * [1, -1] + [0, 1], VERTICES),
    }
    targets = [
        {
            "POSITION": buffer.add_sparse(offsets[seams.vertex], bounds=True),
            "NORMAL": buffer.add_sparse((_normals(part, part.points + offsets) - normals)[seams.vertex]),
        }
        for offsets in part.offsets
    ]
    primitives = [
        {"attributes": attributes, "indices": buffer.add(corners.ravel(), INDICES), "material": int(material)}
        for material, corners in seams.by_material(part)
    ]
    if not targets:
        return {"name": part.name, "primitives": primitives}
    return {
        "name": part.name,
        "primitives": [primitive | {"targets": targets} for primitive in primitives],
        "weights": scene.weights[0].tolist(),
        "extras": {"targetNames": list(scene.shapes)},
    }


def _normals(part: Part, points: Array) -> Array:
    """V×3: unit normals; up where a vertex has no surface."""
    normals = vertex_normals(points, part.triangles)
    normals[~normals.any(axis=1)] = [0, 1, 0]
    return normals


@dataclass(frozen=True)
class _Split:
    """Vertices as glTF has them, which have one place on the texture each: doubled along its seams."""

    vertex: NDArray[np.intp]
    """N: number in the part."""
    uv: NDArray[np.intp]
    """N: number in the texture's coordinates."""
    corners: NDArray[np.intp]
    """F×3 into the N."""

    def by_material(self, part: Part) -> Iterator[tuple[int, NDArray[np.intp]]]:
        for material in np.unique(part.material):
            yield int(material), self.corners[part.material == material]


def _split(part: Part) -> _Split:
    pairs = np.stack([part.triangles.ravel(), part.uv_triangles.ravel()], axis=1)
    found, corners = np.unique(pairs, axis=0, return_inverse=True)
    return _Split(found[:, 0], found[:, 1], corners.reshape(-1, 3))


def _materials(scene: HeadScene, buffer: Buffer) -> dict[str, Any]:
    """Plain colours, or the person's texture on every part."""
    if not scene.texture:
        return {
            "materials": [_material(part, {"baseColorFactor": [*look.colour(part), 1]}) for part in scene.materials]
        }
    image = buffer.view(Path(scene.texture).read_bytes())
    return {
        "materials": [_material(part, {"baseColorTexture": {"index": 0}}) for part in scene.materials],
        "textures": [{"source": 0}],
        "images": [{"bufferView": image, "mimeType": "image/png"}],
    }


def _material(part: str, base: dict[str, Any]) -> dict[str, Any]:
    surface = {"metallicFactor": 0, "roughnessFactor": look.roughness(part)}
    return {"name": part, "pbrMetallicRoughness": base | surface}


def _camera(scene: HeadScene) -> dict[str, Any]:
    lens = scene.camera
    perspective = {
        "yfov": 2 * float(np.arctan2(lens.height / 2, lens.focal[0])),
        "aspectRatio": lens.width / (lens.height * lens.aspect),
        "znear": _NEAR * float(-scene.place[:, 2, 3].max()),
    }
    return {"name": "camera", "type": "perspective", "perspective": perspective}


def quaternions(turns: Array) -> Array:
    """T×4 (x, y, z, w) unit quaternions of rotations (T×3×3), each on its predecessor's side: what lies between two is
    the shorter way. Shepperd's method, "Quaternion from rotation matrix", 1978.
    """
    diagonal = np.einsum("tii->ti", turns)
    squares = np.column_stack([2 * diagonal - diagonal.sum(axis=1)[:, None], diagonal.sum(axis=1)])
    axes = turns - turns.transpose(0, 2, 1)
    sums = turns + turns.transpose(0, 2, 1)
    spin = np.stack([axes[:, 2, 1], axes[:, 0, 2], axes[:, 1, 0]], axis=1)
    # row i of 4·q·qᵀ, by the largest part of each quaternion
    products = np.empty((len(turns), 4, 4))
    products[:, :3, :3] = sums
    products[:, range(4), range(4)] = 1 + squares
    products[:, 3, :3] = products[:, :3, 3] = spin
    rows = products[np.arange(len(turns)), squares.argmax(axis=1)]
    found = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    flips = np.cumsum(np.einsum("ti,ti->t", found[1:], found[:-1]) < 0) % 2
    found[1:][flips == 1] *= -1
    return np.asarray(found)
