"""The Build Compositor button: the plate's layers, and the nodes that make its composite again."""
# mypy: disallow-subclassing-any=False

from pathlib import Path
from typing import Any

import bpy

from ..core.errors import InputError
from ..scene import arguments, clips, compositor, recomposite, settings, strings
from .working import Work, WorkerOperator

FOLDER = Path("export") / "compositor"
"""In the result's folder: its layers."""
SETUP = "compositor.json"
"""As core.hand_off.compositor has it; not imported from there, which needs OpenImageIO."""


class BuildCompositor(WorkerOperator):
    bl_idname = "expression_transfer.build_compositor"
    bl_label = strings.BUILD_COMPOSITOR
    bl_description = strings.BUILD_COMPOSITOR_TIP
    bl_options = {"UNDO"}  # noqa: RUF012  Blender reads it as a set

    section = settings.EXPORT

    @classmethod
    def poll(cls, context: Any) -> bool:
        if not settings.of_scene(context.scene).result_of_plate and recomposite.head_in(context) is None:
            cls.poll_message_set(strings.NEEDS_RESULT)
            return False
        return super().poll(context)

    def prepare(self, context: Any) -> Work:
        made = recomposite.made_folder(context)
        if made is None:
            raise InputError(strings.NEEDS_RESULT)
        self._out = made / FOLDER
        told = arguments.provenance(settings.of_scene(context.scene))
        return Work(("export", "compositor", str(made), "-o", str(self._out), *told, "--resume"), self._out)

    def apply(self, context: Any, said: list[str]) -> str:  # noqa: ARG002  the base's signature
        scene = self.find_scene()
        start = round(clips.start_of(settings.of_scene(scene), scene, "plate"))
        node = compositor.build(compositor.read_setup(self._out / SETUP), scene, start)
        told = strings.COMPOSITOR_BUILT.format(group=node.label, folder=self._out)
        return told if node.outputs["Image"].is_linked else told + strings.NOT_LINKED


def register() -> None:
    bpy.utils.register_class(BuildCompositor)


def unregister() -> None:
    bpy.utils.unregister_class(BuildCompositor)
