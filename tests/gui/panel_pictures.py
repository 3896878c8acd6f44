"""Pictures of the panel for docs/panel, taken inside a windowed Blender that has the extension installed:

    blender --window-geometry 0 0 1600 1400 --python tests/gui/panel_pictures.py -- JOB docs/images

JOB: a folder that `expression-transfer transfer` wrote, of footage that may be shown. The window stands in the screen's
corner; ImageMagick's import takes the pictures. Blender ends when all are taken.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np

JOB, OUT = (Path(each).resolve() for each in sys.argv[sys.argv.index("--") + 1 :])
PREFIX = "EXPRESSION_TRANSFER_PT_"
ADDON = next(each.module for each in bpy.context.preferences.addons if each.module.endswith("expression_transfer"))
ALL = ("transfer", "source", "face", "solve", "action_units", "rig", "plate", "composite", "export")
PAUSE = 0.8
"""s in which software OpenGL draws what has changed."""
MARGIN = 8
WIDEST = 760
"""px: a picture of a page, not of a screen."""


bpy.context.preferences.view.show_splash = False  # a new home's would stand before the sections


def window():
    return bpy.context.window_manager.windows[0]


def area(kind):
    return next(each for each in window().screen.areas if each.type == kind)


def region(of, kind):
    return next(each for each in of.regions if each.type == kind)


def within(of):
    return bpy.context.temp_override(window=window(), area=of, region=region(of, "WINDOW"))


def show_only(*sections: str) -> None:
    """The tab with some sections, all of them open."""
    for cls in panels():
        if hasattr(bpy.types, cls.bl_idname):
            bpy.utils.unregister_class(cls)
    for cls in panels():
        cls.bl_options = getattr(cls, "bl_options", set()) - {"DEFAULT_CLOSED"}
        parent = getattr(cls, "bl_parent_id", cls.bl_idname)
        if parent.removeprefix(PREFIX) in sections:
            bpy.utils.register_class(cls)
    area("VIEW_3D").tag_redraw()


def panels():
    ours = (each for each in KNOWN if each.bl_space_type == "VIEW_3D")
    return sorted(ours, key=lambda each: (hasattr(each, "bl_parent_id"), getattr(each, "bl_order", 0)))


KNOWN = [each for each in bpy.types.Panel.__subclasses__() if getattr(each, "bl_idname", "").startswith(PREFIX)]


def take(name: str, of, part: str | None = None) -> None:
    """A picture of an area, or of a region of it down to where it is empty."""
    file = OUT / f"panel-{name}.png"
    subprocess.run(["import", "-window", "root", str(file)], check=True)  # Blender's own screenshot is black on Xvfb
    picture = bpy.data.images.load(str(file), check_existing=False)
    pixels = np.array(picture.pixels[:], np.float32).reshape(picture.size[1], picture.size[0], 4)
    bpy.data.images.remove(picture)
    save(cut(pixels, of) if part is None else cut_used(pixels, region(of, part)), file)


def cut(pixels, part):
    return pixels[part.y : part.y + part.height, part.x : part.x + part.width]


def cut_used(pixels, part):
    shown = cut(pixels, part)
    inside = shown[:, : int(0.85 * part.width), :3]  # without the tabs at its edge
    used = np.flatnonzero((inside.std(axis=1) > 0.01).any(axis=1))
    return shown[max(used[0] - MARGIN, 0) :]


def save(pixels, file: Path) -> None:
    height, width = pixels.shape[:2]
    picture = bpy.data.images.new("cropped", width, height)
    picture.pixels.foreach_set(np.ascontiguousarray(pixels).ravel())
    if width > WIDEST:
        picture.scale(WIDEST, round(height * WIDEST / width))
    picture.filepath_raw, picture.file_format = str(file), "PNG"
    picture.save()
    bpy.data.images.remove(picture)


def steps() -> Iterator[None]:
    """Each pause lets Blender draw."""
    view = area("VIEW_3D")
    show_only()
    for each in list(bpy.data.objects):
        bpy.data.objects.remove(each)
    view.spaces.active.show_region_ui, view.spaces.active.show_gizmo = True, False
    view.spaces.active.overlay.show_overlays = False  # nothing behind the sections
    show_only("transfer", "source", "solve", "rig", "plate", "composite")
    yield
    region(view, "UI").active_panel_category = "Expression"
    yield
    take("empty", view, "UI")
    yield from solved(view)
    yield from driven(view)
    yield from footage(view)
    yield from preferences(view)


def solved(view) -> Iterator[None]:
    with within(view):
        bpy.ops.expression_transfer.open_solve(directory=str(JOB))
        bpy.ops.expression_transfer.match_scene()
        bpy.ops.expression_transfer.show_fitted_head()
    bpy.context.scene.frame_set(40)
    show_only("transfer", "solve")
    yield
    take("fitted-head", view)
    leave_camera(view)
    for name in ("source", "face", "solve", "plate", "composite", "export"):
        show_only(*(("transfer", name) if name == "source" else (name,)))
        yield
        take(name, view, "UI")


def driven(view) -> Iterator[None]:
    with within(view):
        bpy.ops.expression_transfer.add_head()
        bpy.ops.expression_transfer.map_names()
    leave_camera(view)
    show_only("rig")
    yield
    take("rig", view, "UI")


def leave_camera(view) -> None:
    seen = view.spaces.active
    seen.region_3d.view_perspective, seen.region_3d.view_location = "ORTHO", (500.0, 500.0, 500.0)
    seen.overlay.show_overlays = False


def footage(of) -> Iterator[None]:
    show_only(*ALL)
    of.type = "CLIP_EDITOR"
    of.spaces.active.show_region_ui, of.spaces.active.show_region_toolbar = True, False
    with within(of):
        bpy.ops.expression_transfer.show_footage(role="source")
    yield
    region(of, "UI").active_panel_category = "Expression"
    with within(of):
        bpy.ops.clip.view_all()
    yield
    take("landmarks", of)


def preferences(of) -> Iterator[None]:
    of.type = "PREFERENCES"
    bpy.context.preferences.active_section = "ADDONS"
    with within(of):
        bpy.ops.expression_transfer.find_devices()
        bpy.ops.preferences.addon_show(module=ADDON)
    for extra in window().screen.areas, *(each.screen.areas for each in bpy.context.window_manager.windows[1:]):
        for each in extra:
            each.tag_redraw()
    yield
    take("preferences", of, "WINDOW")


WORK = steps()


def tick() -> float | None:
    try:
        next(WORK)
    except StopIteration:
        bpy.ops.wm.quit_blender()
        return None
    return PAUSE


bpy.app.timers.register(tick, first_interval=2.0)
