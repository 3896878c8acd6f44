"""Writes the stand-in for a user's ArcFace network beside itself: `python make_arcface.py`, with onnx 1.16–1.22.

It gives the means of 8×8 blocks of its input, channel by channel and row by row: the first 512 of 3×14×14.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

node = helper.make_node
nodes = [
    node("AveragePool", ["input.1"], ["blocks"], kernel_shape=[8, 8], strides=[8, 8]),
    node("Flatten", ["blocks"], ["flat"]),
    node("Slice", ["flat", "from", "to", "axis"], ["683"]),
]
constants = [
    numpy_helper.from_array(np.array([v], np.int64), name) for name, v in (("from", 0), ("to", 512), ("axis", 1))
]
taken = helper.make_tensor_value_info("input.1", TensorProto.FLOAT, ["None", 3, 112, 112])
given = helper.make_tensor_value_info("683", TensorProto.FLOAT, ["None", 512])
graph = helper.make_graph(nodes, "arcface", [taken], [given], constants)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, str(Path(__file__).resolve().parent / "arcface.onnx"))
