"""Set-ups of a compositor: scripts that make the composite again from its layers, and what was tracked."""

from dataclasses import replace
from pathlib import Path

from ..clip.colour import is_plain
from ..export import nk, nuke_comp, nuke_shot, nuke_tracks, points
from ..provenance import properties
from ..storage import write_text
from ..texture.light import linear_plate
from .exr import EXR, LAYERS, RESULT
from .frames import write_frames
from .handed import HandOff
from .result import Result

COMP, TRACKS = "comp.nk", "tracks.nk"


def export_nuke(hand: HandOff) -> list[Path]:
    """comp.nk: the composite from the layers, which are written beside it where they aren't there yet, the camera and
    the head.
    """
    layers = write_layers(hand)
    shot = nuke_shot.Shot.of(hand.made.resolve().name, hand.result.fit)
    files = nuke_comp.Files(f"{RESULT}.%04d.exr", f"{LAYERS}.%04d.exr")
    nodes = nuke_comp.composite(shot, files, encoded=is_encoded(hand.result))
    nodes += nuke_shot.camera_and_head(hand.result.fit, at=(660, 0))
    if hand.says_altered:
        nodes.append(nk.note("Provenance", properties().values(), at=(-220, -120)))
    file = hand.folder / COMP
    write_text(file, nk.script(nuke_shot.root(shot), nodes, nuke_comp.CUSTOM))
    return [*layers, file]


def export_tracks(hand: HandOff) -> list[Path]:
    """tracks.nk: the landmarks, a card on the head, the camera and the head, of the plate as it was shot."""
    fit, track = hand.result.fit, hand.result.track
    shot = nuke_shot.Shot.of(hand.made.resolve().name, fit)
    tracked = points.main_points(track), points.all_points(track), points.card(fit, hand.result.model)
    nodes = [*nuke_tracks.trackers(*tracked), *nuke_shot.camera_and_head(fit, at=(600, 0))]
    file = hand.folder / TRACKS
    write_text(file, nk.script(nuke_shot.root(shot), nodes))
    return [file]


def write_layers(hand: HandOff) -> list[Path]:
    """The EXR files that a set-up reads; those that are good stay as they are."""
    return write_frames(replace(hand, run=replace(hand.run, resume=True)), (EXR,))[EXR.stage]


def is_encoded(result: Result) -> bool:
    """Whether the plate's values are sRGB-encoded."""
    return is_plain(result.clip.colour_space) and not linear_plate(result.clip)
