"""Every kind of hand-off there is, and the presets that ask for several at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .handed import Exporter

if TYPE_CHECKING:
    from ..export.curves import Format
    from .frames import FrameFiles
    from .scenes import Format as SceneFormat


@dataclass(frozen=True)
class Kind:
    """A kind of hand-off."""

    what: str
    """For the command line's help."""
    load: "Callable[[], Exporter | FrameFiles]"
    """Imports what it needs: the list of kinds is cheap."""


def _curves(kind: "Format") -> Callable[[], Exporter]:
    def load() -> Exporter:
        from .curves import exporter

        return exporter(kind)

    return load


def _scene(kind: "SceneFormat") -> Callable[[], Exporter]:
    def load() -> Exporter:
        from .scenes import exporter

        return exporter(kind)

    return load


def _exr() -> "FrameFiles":
    from .exr import EXR

    return EXR


def _stmap() -> "FrameFiles":
    from .stmap import STMAP

    return STMAP


def _action() -> Exporter:
    from .actions import export_action

    return export_action


def _nuke() -> Exporter:
    from .setups import export_nuke

    return export_nuke


def _compositor() -> Exporter:
    from .compositor import export_compositor

    return export_compositor


def _blend() -> Exporter:
    from .compositor import export_blend

    return export_blend


def _unwrap() -> Exporter:
    from .unwrap import export_unwrap

    return export_unwrap


def _rewrap() -> Exporter:
    from .unwrap import export_rewrap

    return export_rewrap


def _tracks() -> Exporter:
    from .setups import export_tracks

    return export_tracks


KINDS: dict[str, Kind] = {
    "exr": Kind("the result with all layers, as OpenEXR", _exr),
    "stmap": Kind("the warp from the plate and back, as OpenEXR STMaps", _stmap),
    "livelink": Kind("ARKit's curves as a Live Link Face CSV", _curves("live_link")),
    "openface": Kind("action units as an OpenFace CSV", _curves("openface")),
    "facs": Kind("all action units, each side, as CSV", _curves("facs")),
    "json": Kind("all channels with their names as JSON", _curves("json")),
    "action": Kind("action units and ARKit's shape keys as actions in a .blend (through Blender)", _action),
    "gltf": Kind("the acting head and its camera as glTF (.glb)", _scene("gltf")),
    "usd": Kind("the acting head and its camera as USD, with UsdSkel blend shapes (.usda)", _scene("usd")),
    "fbx": Kind("the acting head and its camera as FBX (through Blender)", _scene("fbx")),
    "abc": Kind("the acting head and its camera as Alembic, points per frame (through Blender)", _scene("abc")),
    "nuke": Kind("a Nuke script that makes the composite again from the layers, with camera and head", _nuke),
    "compositor": Kind("the layers as Blender's compositor reads them, for the operator Build Compositor", _compositor),
    "blend": Kind("a .blend with nodes, tracks, and the head as an empty before its camera (through Blender)", _blend),
    "unwrap": Kind("the plate as it was shot, in texture space, where the face holds still, for paint work", _unwrap),
    "rewrap": Kind("what was painted there, in OUT as painted.####.exr, back on the plate as it was shot", _rewrap),
    "tracks": Kind("landmarks as Nuke trackers, a corner pin on the head, camera and head (.nk)", _tracks),
}

PRESETS: dict[str, tuple[str, ...]] = {
    "for-nuke": ("exr", "stmap", "nuke", "tracks"),
    "for-blender": ("exr", "json", "action", "blend"),
    "for-unreal": ("livelink", "usd", "fbx"),
    "for-web": ("gltf", "json"),
}
"""Kinds by the program that takes them. What needs another program to be written comes last."""
