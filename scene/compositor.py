"""The composite made again by Blender's compositor from exported layers, with what an artist wants to change.

A node group takes the face off the plate where it was laid on (`face = plate + (result − plate) / matte`) and lays it
on again, choked or left out of mouth and eyes; as it comes, it gives the result. What an artist changes is changed on
the face alone: the matte is wherever pixels moved. Layers keep the plate's own values, in which the engine mixes; only
then they become linear light.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ..core.errors import InputError
from . import clips, compat, strings

LEAST = 1 / 64
"""The face is taken off with at least this much matte: below, nothing is left of it but the plate's rounding."""
_TINY = 1e-6
_OURS = "expression_transfer_composite"
"""Custom property of the node group, and of the nodes in the scene's tree that were added with it."""
_VERSION = 2
PASSES = {"matte": "Matte", "face": "Face Matte", "mouth": "Mouth Matte", "eyes": "Eyes Matte", "stmap": "STMap"}
"""Sockets of the image node that shows the mattes, and of the group."""
_CONTROLS = {
    "Choke": (0.0, strings.COMPOSITE_CHOKE_TIP),
    "Mouth": (1.0, strings.MOUTH_MIX_TIP),
    "Eyes": (1.0, strings.EYES_MIX_TIP),
    "Warped Plate": (0.0, strings.WARPED_PLATE_TIP),
}
"""The group's sliders, 0–1: as they are, the group gives the result."""


@dataclass(frozen=True)
class Layers:
    """Two sequences that cover the whole frame."""

    result: Path
    """First file: RGBA and plate."""
    mattes: Path
    """First file: PASSES, one channel each, stmap as X, Y and a Z of 1. Blender puts no smaller data window where it
    belongs, and not every version reads layers of two channels.
    """
    count: int
    encoded: bool
    """Whether the plate's values are sRGB-encoded."""


def read_setup(file: Path) -> Layers:
    """What `export compositor` told of its files. Raises InputError where it isn't there or tells something else."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        result, mattes = (file.with_name(Path(told[name]).name) for name in ("result", "mattes"))
        return Layers(result, mattes, int(told["count"]), bool(told["encoded"]))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(strings.NO_LAYERS.format(file=file, error=error)) from error


def build(layers: Layers, scene: Any, start: int) -> Any:
    """Add the images and the group to the scene's compositing nodes, in place of those that were added before; the
    group node. `start`: the scene frame of the sequences' first file. What else is in the tree stays as it is: the
    picture goes to the output only where nothing else does. Raises InputError where Blender can't read the files.
    """
    tree = compat.compositor_tree(scene)
    output = compat.composite_socket(tree)
    kept, free = _cleared(tree), not output.is_linked
    shown = [_image(tree, file, layers.count, start, place) for file, place in
             ((layers.result, (-700, 200)), (layers.mattes, (-700, -200)))]  # fmt: skip
    node = tree.nodes.new("CompositorNodeGroup")
    node.node_tree, node.location, node[_OURS] = _group(layers.encoded), (-250, 100), True
    node.label = strings.COMPOSITE_GROUP
    links = {"Result": shown[0].outputs["Combined"], "Plate": shown[0].outputs["plate"]}
    links |= {socket: shown[1].outputs[name] for name, socket in PASSES.items()}
    for name, socket in links.items():
        tree.links.new(socket, node.inputs[name])
    for name, value in kept.items():
        node.inputs[name].default_value = value
    if free:
        tree.links.new(node.outputs["Image"], output)
    return node


def _cleared(tree: Any) -> dict[str, float]:
    """Remove what was added before; how its sliders stood."""
    kept: dict[str, float] = {}
    for node in [node for node in tree.nodes if _OURS in node]:
        if node.bl_idname == "CompositorNodeGroup":
            kept = {name: node.inputs[name].default_value for name in _CONTROLS}
        tree.nodes.remove(node)
    return kept


def _image(tree: Any, file: Path, count: int, start: int, place: tuple[int, int]) -> Any:
    try:
        image = bpy.data.images.load(str(file), check_existing=True)
        image.reload()  # of an export before this one, Blender may remember the pixels
    except RuntimeError as error:
        raise InputError(strings.NOT_SHOWN.format(file=file, error=str(error).strip())) from error
    image.source = "SEQUENCE" if count > 1 else "FILE"
    node = tree.nodes.new("CompositorNodeImage")
    node.image, node.location, node[_OURS] = image, place, True
    if count > 1:
        node.frame_duration, node.frame_start = count, start
        node.frame_offset = clips.frame_number(file) - 1
    return node


def _group(encoded: bool) -> Any:
    """The node group, made once for each kind of plate."""
    mark = f"{_VERSION} {'encoded' if encoded else 'linear'}"
    known = (each for each in bpy.data.node_groups if each.get(_OURS) == mark)
    return next(known, None) or _new_group(encoded, mark)


def _new_group(encoded: bool, mark: str) -> Any:
    group = bpy.data.node_groups.new(strings.COMPOSITE_GROUP, "CompositorNodeTree")
    group[_OURS] = mark
    for name in ("Result", "Plate"):
        group.interface.new_socket(name, in_out="INPUT", socket_type="NodeSocketColor")
    for name in ("Matte", "Face Matte", "Mouth Matte", "Eyes Matte"):
        group.interface.new_socket(name, in_out="INPUT", socket_type="NodeSocketFloat")
    group.interface.new_socket("STMap", in_out="INPUT", socket_type="NodeSocketVector")
    for name, (value, tip) in _CONTROLS.items():
        socket = group.interface.new_socket(name, description=tip, in_out="INPUT", socket_type="NodeSocketFloat")
        socket.subtype, socket.min_value, socket.max_value, socket.default_value = "FACTOR", 0.0, 1.0, value
    group.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    _Wiring(group).wire(encoded)
    return group


class _Wiring:
    """The nodes inside the group, from left to right."""

    def __init__(self, group: Any) -> None:
        self._group = group
        self._given = group.nodes.new("NodeGroupInput").outputs
        self._column = 0

    def wire(self, encoded: bool) -> None:
        given = self._given
        safe = self._math("MAXIMUM", given["Matte"], LEAST)
        change = self._mix("SUBTRACT", 1.0, given["Result"], given["Plate"])
        face = self._mix("ADD", 1.0, given["Plate"], self._mix("DIVIDE", 1.0, change, safe), strings.TAKE_OFF)
        changed = self._changed(self._source(face), safe)
        picture = self._mix("MIX", self._weight(safe), given["Plate"], changed, strings.LAY_ON)
        if encoded:
            picture = self._to_light(picture)
        self._group.links.new(picture, self._place(self._group.nodes.new("NodeGroupOutput")).inputs["Image"])

    def _source(self, face: Any) -> Any:
        """The face, or the plate warped; mouth and eyes stay as they were filled."""
        given = self._given
        moved = self._place(self._group.nodes.new("CompositorNodeMapUV"))
        compat.set_map_filter(moved)
        self._group.links.new(given["Plate"], moved.inputs["Image"])
        self._group.links.new(given["STMap"], moved.inputs["UV"])
        filled = self._math("MAXIMUM", given["Mouth Matte"], given["Eyes Matte"])
        share = self._math("MULTIPLY", given["Warped Plate"], self._math("SUBTRACT", 1.0, filled))
        return self._mix("MIX", share, face, moved.outputs["Image"])

    def _changed(self, source: Any, safe: Any) -> Any:
        """The source, with what the artist makes of it where the face is. A reroute, for one link leaves it: what is
        dropped there can't end up on the wrong side of the mix.
        """
        here = self._place(self._group.nodes.new("NodeReroute"))
        here.label = strings.GRADE_HERE
        self._group.links.new(source, here.inputs[0])
        laid = self._math("DIVIDE", self._given["Matte"], safe)  # 1 but where the weight is more than the matte
        covered = self._math("MULTIPLY", self._given["Face Matte"], laid)
        return self._mix("MIX", covered, source, here.outputs[0], strings.ON_FACE_ALONE)

    def _weight(self, safe: Any) -> Any:
        """How much of the face is laid on: in proportion to its matte, never more than it was."""
        given = self._given
        left = self._math("SUBTRACT", given["Matte"], given["Choke"])
        scale = self._math("MAXIMUM", self._math("SUBTRACT", 1.0, given["Choke"]), _TINY)
        weight = self._math("MAXIMUM", self._math("DIVIDE", left, scale), 0.0)
        for region in ("Mouth", "Eyes"):
            out = self._math("MULTIPLY", self._math("SUBTRACT", 1.0, given[region]), given[f"{region} Matte"])
            weight = self._math("MULTIPLY", weight, self._math("SUBTRACT", 1.0, out))
        share = self._math("DIVIDE", weight, self._math("MAXIMUM", given["Matte"], _TINY))
        return self._math("MULTIPLY", share, safe)

    def _to_light(self, picture: Any) -> Any:
        node = self._place(self._group.nodes.new("CompositorNodeConvertColorSpace"))
        node.from_color_space = "sRGB"  # to: the scene's own linear space, as a new node has it
        self._group.links.new(picture, node.inputs["Image"])
        return node.outputs["Image"]

    def _math(self, operation: str, one: Any, other: Any) -> Any:
        node = self._place(compat.compositor_math(self._group, operation))
        for socket, value in zip(node.inputs, (one, other), strict=False):
            self._give(value, socket)
        return node.outputs[0]

    def _mix(self, blend: str, factor: Any, under: Any, over: Any, label: str = "") -> Any:
        node, sockets = compat.compositor_mix(self._group, blend)
        self._place(node).label = label
        for role, value in (("factor", factor), ("under", under), ("over", over)):
            self._give(value, sockets[role])
        return sockets["result"]

    def _give(self, value: Any, socket: Any) -> None:
        if isinstance(value, float):
            socket.default_value = value
        else:
            self._group.links.new(value, socket)

    def _place(self, node: Any) -> Any:
        self._column += 1
        node.location = (220 * self._column, -160 * (self._column % 3))
        return node
