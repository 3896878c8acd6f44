"""Writes what is in Blender's scene as files of other programs: Y up, metres, the scene's frame rate and frames."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from ..core.errors import Failure
from ..core.provenance import properties
from .rig_files import quiet


def _write_gltf(path: str) -> None:
    """All that moves as one animation, sampled frame by frame."""
    bpy.ops.export_scene.gltf(
        filepath=path, export_format="GLB", use_selection=True, export_yup=True, export_cameras=True,
        export_animation_mode="SCENE", export_anim_scene_split_object=False, export_force_sampling=True,
        export_optimize_animation_size=False, export_morph_normal=True, export_anim_slide_to_zero=True,
    )  # fmt: skip


def _write_usd(path: str) -> None:
    bpy.ops.wm.usd_export(
        filepath=path, selected_objects_only=True, export_animation=True, export_armatures=True, export_shapekeys=True,
        convert_orientation=True, export_global_forward_selection="NEGATIVE_Z", export_global_up_selection="Y",
    )  # fmt: skip


def _write_fbx(path: str) -> None:
    """In centimetres, FBX's own unit, which other programs take for granted. Of objects' own properties only those that
    say that a head was altered: a character's would be a hundred.
    """
    bpy.ops.export_scene.fbx(
        filepath=path, use_selection=True, object_types={"EMPTY", "CAMERA", "ARMATURE", "MESH"},
        use_mesh_modifiers=False, add_leaf_bones=False, mesh_smooth_type="FACE", path_mode="COPY", embed_textures=True,
        use_custom_props=any(_says_altered(each) for each in bpy.context.selected_objects),
        bake_anim=True, bake_anim_use_nla_strips=False, bake_anim_use_all_actions=False, bake_anim_simplify_factor=0.0,
        axis_forward="-Z", axis_up="Y",
    )  # fmt: skip


def _says_altered(each: Any) -> bool:
    return all(name in each for name in properties())


def _write_alembic(path: str) -> None:
    """Every frame's points: Alembic has no blend shapes."""
    bpy.ops.wm.alembic_export(
        filepath=path, selected=True, uvs=True, normals=True, face_sets=True, as_background_job=False
    )


WRITERS: dict[str, Callable[[str], None]] = {
    "gltf": _write_gltf,
    "usd": _write_usd,
    "fbx": _write_fbx,
    "abc": _write_alembic,
}


def write(objects: list[Any], kind: str, path: Path) -> None:
    """Write objects of the scene. Raises Failure where that can't be done."""
    for each in bpy.context.scene.objects:
        each.select_set(each in objects)
    try:
        with quiet():
            WRITERS[kind](str(path))
    except (RuntimeError, TypeError, AttributeError) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise Failure(
            f"{path}: Blender can't write it ({reason[-1]}); builds that are not from blender.org lack some formats"
        ) from error
    if not path.is_file():
        raise Failure(f"{path}: Blender didn't write it; look at what it says in a terminal")
