"""Writes the stand-in networks of these tests beside itself: `python make.py`, with onnx 1.16–1.22.

trunk: code = mean red, green, blue of the crop (0–1), and the lips' gap as a vector; identity = the mean colour less
grey along three planted directions. head: weight j = (j + 1) / 45 · red, 0–1; sigma = 0.05 + |red − the person's red|;
gaze = what the code's first four numbers are above the person's.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
GREY = 0.5
SHAPES = (
    "browInnerUp_L browInnerUp_R browOuterUp_L browOuterUp_R browDown_L browDown_R eyeWide_L eyeWide_R cheekSquint_L "
    "cheekSquint_R eyeSquint_L eyeSquint_R noseSneer_L noseSneer_R mouthUpperUp_L mouthUpperUp_R mouthSmile_L "
    "mouthSmile_R mouthDimple_L mouthDimple_R mouthFrown_L mouthFrown_R mouthLowerDown_L mouthLowerDown_R "
    "mouthStretch_L mouthStretch_R mouthPress_L mouthPress_R cheekPuff_L cheekPuff_R eyeBlink_L eyeBlink_R mouthClose "
    "mouthShrugLower mouthShrugUpper mouthPucker mouthFunnel jawOpen mouthRollUpper mouthRollLower jawForward jawLeft "
    "jawRight mouthLeft mouthRight"
)


def directions() -> np.ndarray:
    """3×128, orthonormal rows."""
    planted = np.zeros((3, 128), np.float32)
    planted[np.arange(3), [5, 50, 100]] = 1
    return planted


def constant(name: str, value: object, kind: type = np.float32) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(value, kind), name)


def value(name: str, kind: int, *shape: object) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, ["N", *shape])


def write(name: str, nodes: list, inputs: list, outputs: list, constants: list, **metadata: str) -> None:
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    onnx.save(model, str(HERE / f"{name}.onnx"))


def trunk() -> None:
    node = helper.make_node
    nodes = [
        node("Cast", ["crop"], ["pixels"], to=TensorProto.FLOAT),
        node("ReduceMean", ["pixels"], ["mean"], axes=[1, 2], keepdims=0),
        node("Div", ["mean", "white"], ["colour"]),
        node("Gather", ["landmarks", "lower"], ["lower_lip"], axis=1),
        node("Gather", ["landmarks", "upper"], ["upper_lip"], axis=1),
        node("Sub", ["lower_lip", "upper_lip"], ["gap"]),
        node("Concat", ["colour", "gap"], ["code"], axis=1),
        node("Sub", ["colour", "grey"], ["tint"]),
        node("MatMul", ["tint", "directions"], ["long"]),
        node("LpNormalization", ["long"], ["identity"], axis=1, p=2),
    ]
    constants = [
        constant("white", 255),
        constant("grey", GREY),
        constant("upper", 13, np.int64),
        constant("lower", 14, np.int64),
        constant("directions", directions()),
    ]
    inputs = [value("crop", TensorProto.UINT8, 128, 128, 3), value("landmarks", TensorProto.FLOAT, 478, 3)]
    outputs = [value("code", TensorProto.FLOAT, 6), value("identity", TensorProto.FLOAT, 128)]
    write("trunk", nodes, inputs, outputs, constants, version="stand-in")


def head() -> None:
    node = helper.make_node
    nodes = [
        node("Sub", ["code", "person"], ["own"]),
        node("Gather", ["code", "first"], ["red"], axis=1),
        node("Gather", ["own", "first"], ["redder"], axis=1),
        node("Mul", ["red", "slopes"], ["steep"]),
        node("Clip", ["steep", "zero", "one"], ["weights"]),
        node("Abs", ["redder"], ["apart"]),
        node("Mul", ["apart", "ones"], ["spread"]),
        node("Add", ["spread", "least"], ["sigma"]),
        node("Gather", ["own", "four"], ["gaze"], axis=1),
    ]
    constants = [
        constant("first", [0], np.int64),
        constant("four", [0, 1, 2, 3], np.int64),
        constant("slopes", (np.arange(45)[None] + 1) / 45),
        constant("ones", np.ones((1, 45))),
        constant("zero", 0),
        constant("one", 1),
        constant("least", 0.05),
    ]
    inputs = [value(name, TensorProto.FLOAT, 6) for name in ("code", "person")]
    outputs = [value("weights", TensorProto.FLOAT, 45), value("sigma", TensorProto.FLOAT, 45)]
    write("head", nodes, inputs, [*outputs, value("gaze", TensorProto.FLOAT, 4)], constants,
          version="stand-in", names=",".join(SHAPES.split()))  # fmt: skip


if __name__ == "__main__":
    trunk()
    head()
