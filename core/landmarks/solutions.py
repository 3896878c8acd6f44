"""The models inside the mediapipe wheel (0.10.21 and earlier): full-range finder, attention mesh with irises.

The mesh network runs in a graph of our own, made of the calculators of MediaPipe's FaceLandmarkCpu, for two reasons:
mp.solutions.face_mesh finds faces with the short-range model only, and it hides the network's presence score. The graph
runs in its caller's thread, which has nothing else to do meanwhile: no thread to wake, no crop to fetch from its cache.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ..conventions import Array32
from .backend import BackendName, FoundFace, Image, quiet_stderr
from .region import region_of_box

FINDER_CONFIDENCE = 0.5
DRAWING = ("matplotlib", "matplotlib.pyplot")
"""What mediapipe imports for its drawings, four fifths of the time that its import takes; nothing is drawn here."""
COORDINATES = [*range(3, 7), *range(8, 12), *range(13, 17)]
"""Bytes of x, y and z (little-endian floats, a tag before each) in a serialized landmark."""

GRAPH = """
executor { name: "" type: "ApplicationThreadExecutor" }
input_stream: "image"
output_stream: "points"
output_stream: "presence"
node {
  calculator: "ImageToTensorCalculator"
  input_stream: "IMAGE:image"
  output_stream: "TENSORS:input"
  options { [mediapipe.ImageToTensorCalculatorOptions.ext] {
    output_tensor_width: 192 output_tensor_height: 192 output_tensor_float_range { min: 0 max: 1 } } }
}
node {
  calculator: "ConstantSidePacketCalculator"
  output_side_packet: "PACKET:with_attention"
  options { [mediapipe.ConstantSidePacketCalculatorOptions.ext] { packet { bool_value: true } } }
}
node {
  calculator: "FaceLandmarksModelLoader"
  input_side_packet: "WITH_ATTENTION:with_attention"
  output_side_packet: "MODEL:model"
}
node { calculator: "TfLiteCustomOpResolverCalculator" output_side_packet: "OP_RESOLVER:op_resolver" }
node {
  calculator: "InferenceCalculator"
  input_side_packet: "MODEL:model"
  input_side_packet: "OP_RESOLVER:op_resolver"
  input_stream: "TENSORS:input"
  output_stream: "TENSORS:output"
  options { [mediapipe.InferenceCalculatorOptions.ext] { delegate { xnnpack {} } } }
}
node {
  calculator: "SplitTensorVectorCalculator"
  input_stream: "output"
  output_stream: "point_tensors"
  output_stream: "flag_tensor"
  options { [mediapipe.SplitVectorCalculatorOptions.ext] { ranges { begin: 0 end: 6 } ranges { begin: 6 end: 7 } } }
}
node {
  calculator: "TensorsToFloatsCalculator"
  input_stream: "TENSORS:flag_tensor"
  output_stream: "FLOAT:presence"
  options { [mediapipe.TensorsToFloatsCalculatorOptions.ext] { activation: SIGMOID } }
}
node {
  calculator: "TensorsToFaceLandmarksWithAttention"
  input_stream: "TENSORS:point_tensors"
  output_stream: "LANDMARKS:points"
}
"""


class SolutionsBackend:
    name: BackendName = "mediapipe-solutions"
    side = 192
    depth = 2

    def __init__(self) -> None:
        with quiet_stderr():
            with _without_drawing():
                import mediapipe  # noqa: PLC0415
            from mediapipe.python._framework_bindings import resource_util  # noqa: PLC0415

            self._mp: Any = mediapipe
            resource_util.set_resource_dir(str(Path(mediapipe.__file__).parent.parent))
            self._graph = mediapipe.CalculatorGraph(graph_config=GRAPH)
            self._points = np.zeros((478, 3), np.float32)
            self._presence = 0.0
            self._graph.observe_output_stream("points", self._keep_points)
            self._graph.observe_output_stream("presence", self._keep_presence)
            self._graph.start_run()
            self._time = 0
            self._finder = mediapipe.solutions.face_detection.FaceDetection(
                model_selection=1, min_detection_confidence=FINDER_CONFIDENCE
            )
            blank = np.zeros((self.side, self.side, 3), np.uint8)
            self.find(blank)  # the networks load, and chatter, at their first image
            self.mesh(blank)

    def find(self, rgb: Image) -> list[FoundFace]:
        return [_found(each, rgb) for each in self._finder.process(np.ascontiguousarray(rgb)).detections or []]

    def mesh(self, crop: Image) -> tuple[Array32, float]:
        image = self._mp.ImageFrame(image_format=self._mp.ImageFormat.SRGB, data=crop)
        self._time += 1
        self._graph.add_packet_to_input_stream(
            "image", self._mp.packet_creator.create_image_frame(image).at(self._time)
        )
        self._graph.wait_until_idle()
        return self._points, self._presence

    def close(self) -> None:
        self._graph.close()
        self._finder.close()

    def _keep_points(self, _stream: str, packet: Any) -> None:
        landmarks = self._mp.packet_getter.get_proto(packet)
        # in one piece: asking 478 messages for their fields takes a tenth of the network's time
        records = np.frombuffer(landmarks.SerializeToString(), np.uint8).reshape(len(landmarks.landmark), -1)
        self._points = records.take(COORDINATES, axis=1).view("<f4")

    def _keep_presence(self, _stream: str, packet: Any) -> None:
        self._presence = float(self._mp.packet_getter.get_float(packet))


@contextmanager
def _without_drawing() -> Iterator[None]:
    """Empty modules in place of those that are only drawn with, unless they are loaded already."""
    empty = {name: ModuleType(name) for name in DRAWING if name not in sys.modules}
    sys.modules.update(empty)
    try:
        yield
    finally:
        for name in empty:
            del sys.modules[name]


def _found(detection: Any, rgb: Image) -> FoundFace:
    height, width = rgb.shape[:2]
    size = np.array([width, height], np.float64)
    box = detection.location_data.relative_bounding_box
    corner = np.array([box.xmin, box.ymin]) * size
    corners = np.concatenate([corner, corner + np.array([box.width, box.height]) * size])
    right, left = (np.array([point.x, point.y]) * size for point in detection.location_data.relative_keypoints[:2])
    return FoundFace(region_of_box(corners, right, left), float(detection.score[0]))
