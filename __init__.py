"""Expression Transfer: a facial performance from footage onto a rig or back onto footage.

The repository's root is the package: `expression_transfer` where it is installed, `bl_ext.*.expression_transfer`
in Blender. Nothing here imports bpy until Blender registers the extension.
"""


def register() -> None:
    from . import operators, panels  # noqa: PLC0415  they import bpy, which only Blender has
    from .scene import settings, summary  # noqa: PLC0415

    for part in (settings, summary, operators, panels):
        part.register()


def unregister() -> None:
    from . import operators, panels  # noqa: PLC0415
    from .scene import settings, summary  # noqa: PLC0415

    for part in (panels, operators, summary, settings):
        part.unregister()
