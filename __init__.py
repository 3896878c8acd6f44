"""Expression Transfer: a facial performance from footage onto a rig or back onto footage.

The repository's root is the package: `expression_transfer` where it is installed, `bl_ext.*.expression_transfer`
in Blender. Nothing here imports bpy until Blender registers the extension.
"""


def register() -> None:
    from . import operators, panels  # noqa: PLC0415  they import bpy, which only Blender has
    from .scene import bones, languages, mapping, preview, settings, sliders, summary  # noqa: PLC0415

    for part in (languages, settings, sliders, summary, mapping, bones, preview, operators, panels):
        part.register()


def unregister() -> None:
    from . import operators, panels  # noqa: PLC0415
    from .scene import bones, languages, mapping, preview, settings, sliders, summary  # noqa: PLC0415

    for part in (panels, operators, preview, bones, mapping, summary, sliders, settings, languages):
        part.unregister()
