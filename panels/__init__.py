"""The N-panel tab "Expression": draws, never computes."""

from . import (
    action_units,
    composite,
    export,
    export_files,
    face,
    overlays,
    plate,
    preferences,
    rig,
    rig_bones,
    rig_drive,
    solve,
    source,
    transfer,
)

_SECTIONS = (
    preferences,
    transfer,
    source,
    face,
    solve,
    action_units,
    rig,
    rig_bones,
    rig_drive,
    plate,
    composite,
    export,
    export_files,
    overlays,
)


def register() -> None:
    for section in _SECTIONS:
        section.register()


def unregister() -> None:
    for section in reversed(_SECTIONS):
        section.unregister()
