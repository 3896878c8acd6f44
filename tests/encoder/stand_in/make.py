"""Writes the stand-in encoder of these tests beside itself: `python make.py`, with onnx 1.16–1.22.

shape_free: the square between the eyes' outer and the mouth's corners, with a rim of texels that are not the face.
identity: the mean greys of the texture's quarters, less MIDDLE, along four planted directions, of unit length.
expression: brightness = mean of the texture's upper left quarter / 255; weight j = (j + 1) / 45 · brightness; sigma =
0.05 + |brightness − the mean face's|; gaze = that difference, and what the lips' gap is above the mean face's.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
SIDE, RIM, MIDDLE, WHITE = 96, 4, 128, 255
CORNERS = 33, 263, 61, 291
"""Upper left, upper right, lower left, lower right, as the picture shows them."""
SHAPES = (
    "browInnerUp_L browInnerUp_R browOuterUp_L browOuterUp_R browDown_L browDown_R eyeWide_L eyeWide_R cheekSquint_L "
    "cheekSquint_R eyeSquint_L eyeSquint_R noseSneer_L noseSneer_R mouthUpperUp_L mouthUpperUp_R mouthSmile_L "
    "mouthSmile_R mouthDimple_L mouthDimple_R mouthFrown_L mouthFrown_R mouthLowerDown_L mouthLowerDown_R "
    "mouthStretch_L mouthStretch_R mouthPress_L mouthPress_R cheekPuff_L cheekPuff_R eyeBlink_L eyeBlink_R mouthClose "
    "mouthShrugLower mouthShrugUpper mouthPucker mouthFunnel jawOpen mouthRollUpper mouthRollLower jawForward jawLeft "
    "jawRight mouthLeft mouthRight"
)


def directions() -> np.ndarray:
    """4×128, orthonormal rows."""
    planted = np.zeros((4, 128), np.float32)
    planted[np.arange(4), [5, 50, 100, 120]] = 1
    return planted


def constant(name: str, value: object, kind: type = np.float32) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(value, kind), name)


def value(name: str, kind: int, *shape: object, rows: object = "N") -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, [rows, *shape])


def write(name: str, nodes: list, inputs: list, outputs: list, constants: list, **metadata: str) -> None:
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    onnx.save(model, str(HERE / f"{name}.onnx"))


def quarters(texture: str, made: str) -> list:
    """Nodes that take the mean of each quarter (upper left, upper right, lower left, lower right): N×4."""
    node, half = helper.make_node, [SIDE // 2] * 2
    return [
        node("Cast", [texture], [f"{made}_grey"], to=TensorProto.FLOAT),
        node("Unsqueeze", [f"{made}_grey", "channel"], [f"{made}_image"]),
        node("AveragePool", [f"{made}_image"], [f"{made}_small"], kernel_shape=half, strides=half),
        node("Flatten", [f"{made}_small"], [made]),
    ]


FACE = (value("texture", TensorProto.UINT8, SIDE, SIDE), value("landmarks", TensorProto.FLOAT, 478, 3))


def identity() -> None:
    node = helper.make_node
    nodes = [
        *quarters("texture", "greys"),
        node("Sub", ["greys", "middle"], ["tint"]),
        node("MatMul", ["tint", "directions"], ["long"]),
        node("LpNormalization", ["long"], ["identity"], axis=1, p=2),
    ]
    constants = [constant("middle", MIDDLE), constant("channel", [1], np.int64), constant("directions", directions())]
    write("identity", nodes, [*FACE], [value("identity", TensorProto.FLOAT, 128)], constants, version="stand-in")


def gap(landmarks: str, made: str) -> list:
    node = helper.make_node
    return [
        node("Gather", [landmarks, "lower"], [f"{made}_lower"], axis=1),
        node("Gather", [landmarks, "upper"], [f"{made}_upper"], axis=1),
        node("Sub", [f"{made}_lower", f"{made}_upper"], [made]),
    ]


def expression() -> None:
    node = helper.make_node
    nodes = [
        *quarters("texture", "greys"),
        *quarters("mean_texture", "mean_greys"),
        *gap("landmarks", "gap"),
        *gap("mean_landmarks", "mean_gap"),
        node("Gather", ["greys", "first"], ["grey"], axis=1),
        node("Gather", ["mean_greys", "first"], ["mean_grey"], axis=1),
        node("Div", ["grey", "white"], ["bright"]),
        node("Mul", ["bright", "slopes"], ["weights"]),
        node("Sub", ["grey", "mean_grey"], ["greyer"]),
        node("Div", ["greyer", "white"], ["brighter"]),
        node("Abs", ["brighter"], ["apart"]),
        node("Mul", ["apart", "ones"], ["spread"]),
        node("Add", ["spread", "least"], ["sigma"]),
        node("Sub", ["gap", "mean_gap"], ["wider"]),
        node("Concat", ["brighter", "wider"], ["gaze"], axis=1),
    ]
    constants = [
        constant("channel", [1], np.int64),
        constant("first", [0], np.int64),
        constant("upper", 13, np.int64),
        constant("lower", 14, np.int64),
        constant("white", WHITE),
        constant("slopes", (np.arange(45)[None] + 1) / 45),
        constant("ones", np.ones((1, 45))),
        constant("least", 0.05),
    ]
    mean = [
        value("mean_texture", TensorProto.FLOAT, SIDE, SIDE, rows=1),
        value("mean_landmarks", TensorProto.FLOAT, 478, 3, rows=1),
    ]
    outputs = [value(name, TensorProto.FLOAT, size) for name, size in (("weights", 45), ("sigma", 45), ("gaze", 4))]
    write("expression", nodes, [*FACE, *mean], outputs, constants, version="stand-in", names=",".join(SHAPES.split()))


def shape_free() -> None:
    """Two triangles, as ShapeFree.save writes them."""
    v, u = (np.mgrid[:SIDE, :SIDE].reshape(2, -1, 1) + 0.5 - RIM) / (SIDE - 2 * RIM)
    upper = np.concatenate([1 - u - v, u, v], axis=1)
    lower = np.concatenate([1 - v, 1 - u, u + v - 1], axis=1)
    face = (np.minimum(u, v) >= 0) & (np.maximum(u, v) <= 1)
    landmarks = np.where(u + v <= 1, CORNERS[:3], CORNERS[1:]).astype(np.int16)
    weights = np.where(u + v <= 1, upper, lower) * face
    np.savez_compressed(HERE / "shape_free.npz", landmarks=landmarks, weights=weights.astype(np.float32))


if __name__ == "__main__":
    identity()
    expression()
    shape_free()
