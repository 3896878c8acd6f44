"""Pictures of a hand-off for docs/exports.md, made of a demo job:

    expression-transfer demo -o out/demo
    .venv/bin/python tools/hand_off_pictures.py out/demo docs/images

layers.png: every layer of a frame of the demo's driver, read by the OpenEXR package. exported-scenes.png: the driver's
fitted head as Blender reads it from glTF, USD and FBX, each in another frame, before the footage.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import bpy
import cv2
import numpy as np
import OpenEXR
from expression_transfer import cli
from expression_transfer.core.clip import open_clip
from expression_transfer.core.facs.performance import Performance
from expression_transfer.core.facs.tables import UNITS
from expression_transfer.core.reporting import SilentReporter
from numpy.typing import NDArray

Picture = NDArray[np.float32]
"""0–1: H×W×3, or H×W of a single channel."""

ACTED = {"AU1": 0.5, "AU12": 0.7, "AU25": 0.3, "AU26": 0.45}
"""What the driver is made to do at least, by action unit, …"""
LENGTH, SHOWN = 20, 15
"""… in so many of its frames, and which of them is shown."""
TILE, ROW = 240, 5
"""px of a layer, and how many stand beside each other."""
NOTHING = 1e9
"""m: what is farther away is no face."""
SCENES = {
    "gltf": (68, ".glb", lambda file: bpy.ops.import_scene.gltf(filepath=file)),
    "usd": (92, ".usda", lambda file: bpy.ops.wm.usd_import(filepath=file)),
    "fbx": (106, ".fbx", lambda file: bpy.ops.wm.fbx_import(filepath=file, anim_offset=0)),
}
"""By kind: the driver's frame that is shown, the file's suffix, and what reads it."""
SEEN = 307
"""px of a frame in the picture of scenes."""


def main(demo: Path, out: Path) -> None:
    driver = demo / "input" / "driver.mp4"
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        save(out / "layers.png", sheet(dict(layers(exported_layers(driver, work)))))
        save(out / "exported-scenes.png", scenes(driver, work))


def run(*words: object) -> None:
    cli.main([str(word) for word in words], SilentReporter())


def exported_layers(driver: Path, work: Path) -> Path:
    """A folder with the layers of the driver made to act."""
    run("solve", driver, "--end", LENGTH, "-o", work / "short")
    own = Performance.load(work / "short" / "performance.npz")
    wanted = own.units.copy()
    for column, unit in enumerate(UNITS):
        wanted[:, column] = np.maximum(wanted[:, column], ACTED.get(unit.partition("_")[0], 0.0))
    replace(own, units=wanted).save(work / "acting.npz")
    run("composite", work / "acting.npz", work / "short", "--mode", "edit", "-o", work / "made")
    run("export", "exr", work / "made", "-o", work / "layers")
    return work / "layers"


def layers(folder: Path) -> Iterator[tuple[str, Picture]]:
    """Each as it is seen best, by what is written under it."""
    (_, whole), (corner, data) = (read(folder / f"{name}.{SHOWN:04d}.exr") for name in ("result", "layers"))
    height, width = data["matte.Y"].shape
    box = np.s_[corner[1] : corner[1] + height, corner[0] : corner[0] + width]
    plate, result = (np.stack([whole[f"{layer}{each}"] for each in "RGB"], axis=-1) for layer in ("plate.", ""))
    yield "plate.RGB", plate[box]
    yield "RGB (result)", result[box]
    for name in ("matte", "face", "mouth", "eyes", "occlusion", "attention", "confidence"):
        yield f"{name}.Y", grey(data[f"{name}.Y"])
    depth = data["depth.Z"]
    yield "depth.Z", grey(np.where(depth < NOTHING, 1 - spread(depth, depth < NOTHING), 0))
    yield "N.xyz", 0.5 + 0.5 * np.stack([data[f"N.{axis}"] for axis in "xyz"], axis=-1)
    yield "P.xyz", 0.5 + 4 * np.stack([data[f"P.{axis}"] for axis in "xyz"], axis=-1)
    yield "uv", pair(data["uv.u"], data["uv.v"])
    most = 2 * max(1.0, float(np.abs(data["backward.v"]).max()))
    for name in ("forward", "backward"):
        yield f"{name}.uv", 0.5 + pair(data[f"{name}.u"], data[f"{name}.v"]) / most
    for name in ("stmap", "stmap_inverse"):
        yield f"{name}.uv", pair(spread(data[f"{name}.u"]), spread(data[f"{name}.v"]))
    there = looked_up(plate, data["stmap.u"], data["stmap.v"])
    yield "plate through stmap", there
    yield "result through the inverse", looked_up(result, data["stmap_inverse.u"], data["stmap_inverse.v"])
    away: Picture = np.abs(there - result[box])
    yield "its difference to result, x8", 8 * away


def read(file: Path) -> tuple[tuple[int, int], dict[str, Picture]]:
    """Where the data begins (px), and H×W by channel."""
    with OpenEXR.File(str(file), separate_channels=True) as image:
        u, v = (int(each) for each in image.header()["dataWindow"][0])
        return (u, v), {name: np.array(channel.pixels) for name, channel in image.channels().items()}


def grey(values: Picture) -> Picture:
    return np.repeat(values[..., None], 3, axis=-1)


def pair(red: Picture, green: Picture) -> Picture:
    return np.stack([red, green, np.zeros_like(red)], axis=-1)


def spread(values: Picture, where: NDArray[np.bool_] | None = None) -> Picture:
    """0–1 over the values, or over those that count."""
    counting = values if where is None else values[where]
    return np.asarray((values - counting.min()) / max(float(np.ptp(counting)), 1e-9))


def looked_up(picture: Picture, u: Picture, v: Picture) -> Picture:
    """By OpenCV, where an STMap (origin bottom left) says."""
    height, width = picture.shape[:2]
    places = ((u * width - 0.5).astype(np.float32), ((1 - v) * height - 0.5).astype(np.float32))
    return np.asarray(cv2.remap(picture, *places, cv2.INTER_LANCZOS4))


def sheet(pictures: dict[str, Picture]) -> Picture:
    tiles = [labelled(cv2.resize(np.clip(each, 0, 1), (TILE, TILE), interpolation=cv2.INTER_AREA), name)
             for name, each in pictures.items()]  # fmt: skip
    return np.vstack([np.hstack(tiles[first : first + ROW]) for first in range(0, len(tiles), ROW)])


def labelled(tile: Picture, name: str) -> Picture:
    coded = np.rint(255 * tile).astype(np.uint8)  # OpenCV draws smooth letters on nothing else
    framed = cv2.copyMakeBorder(coded, 0, 20, 0, 6, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    cv2.putText(framed, name, (4, TILE + 14), cv2.FONT_HERSHEY_SIMPLEX, 0.38, (40, 40, 40), 1, cv2.LINE_AA)
    return np.asarray(framed, dtype=np.float32) / 255


def scenes(driver: Path, work: Path) -> Picture:
    """Top: frames of the footage; below: the head, read from a format each."""
    run("solve", driver, "-o", work / "solve")
    clip, columns = open_clip(driver), []
    for kind, (number, suffix, read_scene) in SCENES.items():
        run("export", kind, work / "solve", "-o", work / "scenes")
        behind = clip.read(number).pixels[..., :3].astype(np.float32) / 255
        shown = number - 1 if kind == "gltf" else number  # its second 0 is the first frame, Blender's frame 0
        head = rendered(partial(read_scene, str(work / "scenes" / f"fitted_head{suffix}")), shown, behind.shape)
        over = head[..., :3] + behind * (1 - head[..., 3:])
        columns.append(cv2.resize(np.vstack([behind, over]), (SEEN, 2 * SEEN), interpolation=cv2.INTER_AREA))
    return np.hstack(columns)


def rendered(read_scene: Callable[[], Any], frame: int, shape: tuple[int, ...]) -> Picture:
    """H×W×4, colours multiplied with how much they cover."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = 30
    read_scene()
    scene.camera = next(each for each in scene.objects if each.type == "CAMERA")
    scene.render.resolution_y, scene.render.resolution_x = shape[:2]
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 32, False
    scene.render.film_transparent, scene.view_settings.view_transform = True, "Standard"
    light_up(scene)
    scene.frame_set(frame)
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = f"{folder}/head.png"
        bpy.ops.render.render(write_still=True)
        seen = cv2.imread(scene.render.filepath, cv2.IMREAD_UNCHANGED).astype(np.float32) / 255
    return np.dstack([seen[..., 2::-1] * seen[..., 3:], seen[..., 3]])


def light_up(scene: Any) -> None:
    """As the demo's footage is lit: from everywhere, and softly from the left; a small light would draw the nose's and
    the lip's edges on the face.
    """
    scene.world = bpy.data.worlds.new("sky")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs[0].default_value = (0.6, 0.65, 0.7, 1)
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    sun.data.energy, sun.data.angle, sun.rotation_euler = 2.5, 1.2, (0.9, 0.0, -0.5)
    scene.collection.objects.link(sun)


def save(file: Path, picture: Picture) -> None:
    values = np.rint(255 * np.clip(picture[..., ::-1], 0, 1)).astype(np.uint8)
    if not cv2.imwrite(str(file), values, [cv2.IMWRITE_PNG_COMPRESSION, 9]):
        sys.exit(f"{file}: can't be written")


if __name__ == "__main__":
    main(*(Path(word).resolve() for word in sys.argv[1:]))
