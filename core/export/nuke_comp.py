"""A Nuke script that makes the composite again from the layers, with what an artist wants to change in between.

The face is taken off the plate where it was laid on (`face = plate + (result − plate) / matte`) and laid on again, so
that it can be graded, choked, or left out of mouth and eyes on the way; as it comes, the script gives the result. The
matte is wherever pixels moved, hair and wall beside the face too: what is graded is the face alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .nk import Node, quoted
from .nuke_shot import Shot

LEAST = 1 / 64
"""The face is taken off with at least this much matte: below, nothing is left of it but the plate's rounding."""
_TINY = 1e-6
_ALPHA = "{-rgba.red -rgba.green -rgba.blue rgba.alpha}"

_MATTES = ("matte", "face", "mouth", "eyes")
CUSTOM = {"plate": ("red", "green", "blue"), "stmap": ("u", "v")} | dict.fromkeys(_MATTES, ("Y",))
"""Channels by layer of what is read, as Nuke calls them."""


@dataclass(frozen=True)
class Files:
    """Where the layers are, as a script names them: 'result.%04d.exr'."""

    result: str
    """RGBA and plate, the whole frame."""
    layers: str
    """Mattes and stmap, the face's box."""


def composite(shot: Shot, files: Files, *, encoded: bool) -> list[Node]:
    """The nodes; the last one is the composite, in linear light where the plate's values are sRGB-`encoded`."""
    result = _read("Read_result", files.result, shot, (0, 0))
    layers = _read("Read_layers", files.layers, shot, (440, 0))
    matte = _alpha("Matte", "matte.Y", layers, (330, 120))
    plate = _copy("Plate", result, [f"plate.{each}" for each in _RGB], [f"rgba.{each}" for each in _RGB], (-220, 120))
    under = Node("Copy", "Plate_matte", {"from0": "rgba.alpha", "to0": "rgba.alpha"}, (plate, matte), (-110, 240))
    lifted = {f"expr{k}": quoted(f"B{c} + (A{c} - B{c}) / max(Ba, {LEAST})") for k, c in enumerate("rgb")}
    face = Node("MergeExpression", "Face", lifted | {"channel3": "none"}, (under, result), (0, 320))
    source = _warped(plate, face, layers)
    grade = Node("Grade", "Grade_face", {"black_clamp": "false", "label": quoted("change the face here")},
                 (source[-1],), (0, 620))  # fmt: skip
    covered = _alpha("Face_matte", f"face.Y * min(matte.Y / {LEAST}, 1)", layers, (220, 620))
    graded = Node("Keymix", "On_face_alone", {"channels": "rgb"}, (source[-1], grade, covered), (0, 690))
    weights = _weights(matte, layers)
    laid = Node("Keymix", "Composite", {"channels": "rgb"}, (plate, graded, weights[-1]), (-220, 760))
    ends = [Node("Colorspace", "To_linear", {"colorspace_in": "sRGB"}, (laid,), (-220, 840))] if encoded else []
    return [result, layers, matte, plate, under, face, *source, grade, covered, graded, *weights, laid, *ends]


_RGB = ("red", "green", "blue")


def _warped(plate: Node, face: Node, layers: Node) -> list[Node]:
    """The plate itself, or what is put in its place, warped to the new expression; mouth and eyes as the engine filled
    them. A switch chooses it.
    """
    stmap = _copy("STMap_layer", layers, ["stmap.u", "stmap.v"], ["rgba.red", "rgba.green"], (220, 240))
    moved = Node("STMap", "Warped_plate", {"channels": "rgb", "uv": "rgb"}, (plate, stmap), (110, 320))
    filled = _alpha("Filled", "min(mouth.Y + eyes.Y, 1)", layers, (330, 320))
    skin = Node("Keymix", "Warp_and_fills", {"channels": "rgb"}, (moved, face, filled), (110, 420))
    label = quoted("0: the face as made\n1: the plate, warped")
    chosen = Node("Switch", "Face_or_warp", {"which": "0", "label": label}, (face, skin), (0, 520))
    return [stmap, moved, filled, skin, chosen]


def _weights(matte: Node, layers: Node) -> list[Node]:
    """How much of the face is laid on: its matte, never more than it was."""
    choked = Node("FilterErode", "Choke", {"channels": "alpha", "size": "0"}, (matte,), (440, 420))
    soft = Node("Blur", "Feather", {"channels": "alpha", "size": "0"}, (choked,), (440, 480))
    least = {"expr3": quoted("min(Aa, Ba)"), "channel3": _ALPHA, **_NO_COLOUR}
    within = Node("MergeExpression", "Inside_matte", least, (matte, soft), (330, 540))
    carried = Node("Copy", "With_regions", {"from0": "rgba.alpha", "to0": "rgba.alpha"}, (layers, within), (440, 600))
    share = "a * (1 - (1 - mouth_mix) * mouth.Y) * (1 - (1 - eyes_mix) * eyes.Y)"
    mixes = {"temp_name0": "mouth_mix", "temp_expr0": "1", "temp_name1": "eyes_mix", "temp_expr1": "1"}
    regions = Node("Expression", "Mouth_and_eyes",
                   {**mixes, **_NO_COLOUR, "channel3": _ALPHA, "expr3": quoted(share),
                    "label": quoted("mouth_mix, eyes_mix: 0 leaves them out")}, (carried,), (440, 660))  # fmt: skip
    kept = quoted(f"Aa / max(Ba, {_TINY:f}) * max(Ba, {LEAST})")
    weight = Node("MergeExpression", "Weight", {"expr3": kept, "channel3": _ALPHA, **_NO_COLOUR},
                  (matte, regions), (330, 720))  # fmt: skip
    return [choked, soft, within, carried, regions, weight]


_NO_COLOUR = {"channel0": "none", "channel1": "none", "channel2": "none"}


def _read(name: str, file: str, shot: Shot, at: tuple[int, int]) -> Node:
    first, last = str(shot.first), str(shot.last)
    span = {"first": first, "last": last, "origfirst": first, "origlast": last, "origset": "true"}
    values = {"raw": "true", "on_error": "black"}
    return Node("Read", name, {"file_type": "exr", "file": quoted(file), **span, **values}, at=at)


def _copy(name: str, node: Node, channels: Sequence[str], to: Sequence[str], at: tuple[int, int]) -> Node:
    """A node's own channels in others of it."""
    pairs = list(zip(channels, to, strict=True))
    knobs = {
        knob: value for k, pair in enumerate(pairs) for knob, value in zip((f"from{k}", f"to{k}"), pair, strict=True)
    }
    return Node("Copy", name, knobs, (node, node), at)


def _alpha(name: str, expression: str, node: Node, at: tuple[int, int]) -> Node:
    return Node("Expression", name, {**_NO_COLOUR, "channel3": _ALPHA, "expr3": quoted(expression)}, (node,), at)
