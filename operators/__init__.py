"""What an artist does: one file an action, and the commands for `blender --command`."""

from . import (
    add_fitted_head,
    add_head,
    bake_texture,
    bones,
    build_compositor,
    cancel,
    choose_footage,
    command_line,
    curves_io,
    drive_rig,
    edit_curves,
    edit_keys,
    edit_pose,
    edit_tick,
    export,
    export_character,
    face_models,
    footage_view,
    machine,
    map_rig,
    mapping,
    preview,
    recomposite,
    results,
    tracking,
    transfer,
)

_ACTIONS = (
    choose_footage,
    transfer,
    cancel,
    add_head,
    add_fitted_head,
    bake_texture,
    results,
    footage_view,
    edit_tick,
    edit_keys,
    edit_curves,
    edit_pose,
    curves_io,
    export,
    drive_rig,
    export_character,
    recomposite,
    preview,
    mapping,
    map_rig,
    bones,
    build_compositor,
    tracking,
    face_models,
    machine,
    command_line,
)


def register() -> None:
    for action in _ACTIONS:
        action.register()


def unregister() -> None:
    for action in reversed(_ACTIONS):
        action.unregister()
