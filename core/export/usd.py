"""A fitted head as USD (.usda): UsdSkel blend shapes and joints for the eyes, the head's motion, the camera.

https://openusd.org/release/api/_usd_skel__schemas.html. Y up, metres; a time code is a source frame number, a second
has `fps` of them.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..conventions import Array
from ..face import look
from ..face.surface import vertex_normals
from ..provenance import properties
from ..storage import whole_file, write_text
from .gltf import quaternions
from .head_scene import HeadScene, Part, beyond

SENSOR_WIDTH = 36.0
"""mm; only scales the focal length in mm."""
_TENTHS = 1e-2
"""Tenths of a scene unit (m) in a mm: the schema's unit of apertures and focal lengths."""
_METRES, _UNITS = 7, 4
"""Decimals of lengths and of normals: the file is text."""
_NEAR, _FAR = 0.1, 10.0
"""Clipping, of the nearest and the farthest distance of the head."""


def write_usd(scene: HeadScene, path: Path) -> list[str]:
    """Write the .usda, and beside it the texture that it uses; what it can't say of the scene, a line each."""
    texture = _copy_texture(scene, path)
    body = [
        *_head(scene),
        *_camera(scene),
        'def Scope "materials"',
        *_block(line for index in _materials(scene) for line in _material(scene.materials[index], texture)),
    ]
    lines = [*_header(scene), 'def Xform "shot"', *_block(body)]
    write_text(path, "\n".join(lines) + "\n")
    return beyond(scene.camera, shift=True, zoom=True)


def _copy_texture(scene: HeadScene, path: Path) -> str:
    """The file's name; empty without one."""
    if not scene.texture:
        return ""
    beside = path.with_name(f"{path.stem}_texture{Path(scene.texture).suffix}")
    with whole_file(beside) as temporary:
        temporary.write_bytes(Path(scene.texture).read_bytes())
    return beside.name


def _header(scene: HeadScene) -> list[str]:
    first, last = scene.span
    return [
        "#usda 1.0",
        "(",
        f"    doc = {_text(f'{scene.name}; face model {scene.model}: {scene.licence}')}",
        *_provenance(scene),
        '    defaultPrim = "shot"',
        "    metersPerUnit = 1",
        '    upAxis = "Y"',
        f"    startTimeCode = {first}",
        f"    endTimeCode = {last}",
        f"    timeCodesPerSecond = {_number(scene.fps)}",
        f"    framesPerSecond = {_number(scene.fps)}",
        ")",
    ]


def _provenance(scene: HeadScene) -> list[str]:
    if not scene.altered:
        return []
    texts = (f"        string {name} = {_text(text)}" for name, text in properties().items())
    return ["    customLayerData = {", *texts, "    }"]


def _head(scene: HeadScene) -> list[str]:
    """The head's place is a transform's, so that any program reads it; its eyes are joints."""
    return [
        'def Xform "head"',
        *_block(
            [
                *_moving("matrix4d xformOp:transform", scene, [_matrix(place) for place in scene.place]),
                'uniform token[] xformOpOrder = ["xformOp:transform"]',
                'def SkelRoot "face"',
                *_block([*_skeleton(scene), *(line for part in scene.parts for line in _mesh(part, scene))]),
            ]
        ),
    ]


def _skeleton(scene: HeadScene) -> list[str]:
    """A joint for the head, which rests, and one below it for each part that turns."""
    joints = ["head", *(f"head/{part.name}" for part in scene.parts[1:])]
    rests = np.tile(np.eye(4), (len(joints), 1, 1))
    rests[:, :3, 3] = [part.origin for part in scene.parts]
    matrices = _row(map(_matrix, rests))
    return [
        'def Skeleton "skeleton" (prepend apiSchemas = ["SkelBindingAPI"])',
        *_block(
            [
                f"uniform token[] joints = {_row(map(_text, joints))}",
                f"uniform matrix4d[] bindTransforms = {matrices}",
                f"uniform matrix4d[] restTransforms = {matrices}",
                "rel skel:animationSource = </shot/head/face/skeleton/animation>",
                'def SkelAnimation "animation"',
                *_block(_animation(scene, joints)),
            ]
        ),
    ]


def _animation(scene: HeadScene, joints: list[str]) -> list[str]:
    turns = np.stack([quaternions(part.turn)[:, [3, 0, 1, 2]] for part in scene.parts], axis=1)
    return [
        f"uniform token[] blendShapes = {_row(map(_text, scene.shapes))}",
        *_moving("float[] blendShapeWeights", scene, [_row(map(_number, weights)) for weights in scene.weights]),
        f"uniform token[] joints = {_row(map(_text, joints))}",
        f"float3[] translations = {_vectors(np.array([part.origin for part in scene.parts]))}",
        *_moving("quatf[] rotations", scene, [_vectors(each) for each in turns]),
        f"half3[] scales = {_row(['(1, 1, 1)'] * len(joints))}",
    ]


def _mesh(part: Part, scene: HeadScene) -> list[str]:
    normals = vertex_normals(part.points, part.triangles)
    joint = scene.parts.index(part)
    body = [
        "uniform bool doubleSided = 0",
        'uniform token subdivisionScheme = "none"',
        f"int[] faceVertexCounts = {_row(['3'] * len(part.triangles))}",
        f"int[] faceVertexIndices = {_row(map(str, part.triangles.ravel().tolist()))}",
        f"point3f[] points = {_vectors(part.points + part.origin, _METRES)}",
        f'normal3f[] normals = {_vectors(normals, _UNITS)} (interpolation = "vertex")',
        f'texCoord2f[] primvars:st = {_vectors(scene.uv, _METRES)} (interpolation = "faceVarying")',
        f"int[] primvars:st:indices = {_row(map(str, part.uv_triangles.ravel().tolist()))}",
        f'int[] primvars:skel:jointIndices = [{joint}] (elementSize = 1; interpolation = "constant")',
        'float[] primvars:skel:jointWeights = [1] (elementSize = 1; interpolation = "constant")',
        "rel skel:skeleton = </shot/head/face/skeleton>",
        *_subsets(part, scene),
    ]
    if len(part.offsets):
        names = list(map(_identifier, scene.shapes))
        body += [
            f"uniform token[] skel:blendShapes = {_row(map(_text, scene.shapes))}",
            f"rel skel:blendShapeTargets = {_row(f'</shot/head/face/{part.name}/{name}>' for name in names)}",
        ]
        for name, offsets in zip(names, part.offsets, strict=True):
            bent = vertex_normals(part.points + offsets, part.triangles) - normals
            body += [f'def BlendShape "{name}"', *_block(_blend_shape(offsets, bent))]
    return [f'def Mesh "{part.name}" (prepend apiSchemas = ["SkelBindingAPI"])', *_block(body)]


def _blend_shape(offsets: NDArray[Any], bent: Array) -> list[str]:
    moved = np.flatnonzero((np.round(offsets, _METRES) != 0).any(axis=1) | (np.round(bent, _UNITS) != 0).any(axis=1))
    return [
        f"uniform vector3f[] offsets = {_vectors(offsets[moved], _METRES)}",
        f"uniform vector3f[] normalOffsets = {_vectors(bent[moved], _UNITS)}",
        f"uniform int[] pointIndices = {_row(map(str, moved.tolist()))}",
    ]


def _subsets(part: Part, scene: HeadScene) -> list[str]:
    """Which faces have which material."""
    lines = ['uniform token subsetFamily:materialBind:familyType = "partition"']
    for material in np.unique(part.material):
        name = _identifier(scene.materials[material])
        lines += [
            f'def GeomSubset "{name}" (prepend apiSchemas = ["MaterialBindingAPI"])',
            *_block(
                [
                    'uniform token elementType = "face"',
                    'uniform token familyName = "materialBind"',
                    f"int[] indices = {_row(map(str, np.flatnonzero(part.material == material).tolist()))}",
                    f"rel material:binding = </shot/materials/{name}>",
                ]
            ),
        ]
    return lines


def _materials(scene: HeadScene) -> list[int]:
    """Those that are used."""
    return sorted({int(material) for part in scene.parts for material in np.unique(part.material)})


def _material(part: str, texture: str) -> list[str]:
    path = f"/shot/materials/{_identifier(part)}"
    colour = f".connect = <{path}/texture.outputs:rgb>" if texture else f" = {_vector(look.colour(part))}"
    body = [
        f"token outputs:surface.connect = <{path}/surface.outputs:surface>",
        'def Shader "surface"',
        *_block(
            [
                'uniform token info:id = "UsdPreviewSurface"',
                f"color3f inputs:diffuseColor{colour}",
                f"float inputs:roughness = {look.roughness(part)}",
                "token outputs:surface",
            ]
        ),
    ]
    if texture:
        body += _picture(path, texture)
    return [f'def Material "{_identifier(part)}"', *_block(body)]


def _picture(path: str, texture: str) -> list[str]:
    return [
        'def Shader "texture"',
        *_block(
            [
                'uniform token info:id = "UsdUVTexture"',
                f"asset inputs:file = @./{texture}@",
                'token inputs:sourceColorSpace = "sRGB"',
                f"float2 inputs:st.connect = <{path}/st.outputs:result>",
                "float3 outputs:rgb",
            ]
        ),
        'def Shader "st"',
        *_block(
            [
                'uniform token info:id = "UsdPrimvarReader_float2"',
                'string inputs:varname = "st"',
                "float2 outputs:result",
            ]
        ),
    ]


def _camera(scene: HeadScene) -> list[str]:
    """The film back is shifted to where the principal point is: to the right and upwards above zero."""
    lens = scene.camera
    width = SENSOR_WIDTH * _TENTHS
    height = width * lens.height * lens.aspect / lens.width
    right, up = width * (0.5 - lens.principal[0] / lens.width), height * (lens.principal[1] / lens.height - 0.5)
    focal = lens.focal * lens.aspect * width / lens.width
    distance = -scene.place[:, 2, 3]
    body = [
        'token projection = "perspective"',
        f"float horizontalAperture = {_number(width)}",
        f"float verticalAperture = {_number(height)}",
        f"float horizontalApertureOffset = {_number(right)}",
        f"float verticalApertureOffset = {_number(up)}",
        f"float2 clippingRange = {_vector((_NEAR * distance.min(), _FAR * distance.max()))}",
    ]
    zooms = _moving("float focalLength", scene, list(map(_number, focal)))
    lengths = zooms if np.ptp(focal) else [f"float focalLength = {_number(focal[0])}"]
    return ['def Camera "camera"', *_block([*body, *lengths])]


def _moving(name: str, scene: HeadScene, values: list[str]) -> list[str]:
    samples = (f"{frame}: {value}," for frame, value in zip(scene.frames.tolist(), values, strict=True))
    return [f"{name}.timeSamples = {{", *(f"    {sample}" for sample in samples), "}"]


def _block(lines: Iterable[str]) -> list[str]:
    return ["{", *(f"    {line}" for line in lines), "}"]


def _row(items: Iterable[str]) -> str:
    return f"[{', '.join(items)}]"


def _vectors(values: NDArray[Any], decimals: int = 9) -> str:
    return _row(map(_vector, np.round(values.astype(np.float64), decimals).tolist()))


def _vector(values: Iterable[float]) -> str:
    return f"({', '.join(map(_number, values))})"


def _matrix(columns: Array) -> str:
    """USD's matrices act on rows: the transpose of what acts on columns."""
    return f"({', '.join(f'({row})' for row in (', '.join(map(_number, row)) for row in columns.T.tolist()))})"


def _number(value: float) -> str:
    return f"{value:.9g}"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def _identifier(name: str) -> str:
    """A name as a prim may have it."""
    legal = "".join(each if each.isascii() and (each.isalnum() or each == "_") else "_" for each in name)
    return f"_{legal}" if legal[:1].isdigit() else legal
