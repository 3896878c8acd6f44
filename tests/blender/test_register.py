"""The extension registers and unregisters cleanly, twice in a row."""

import subprocess
import sys

import expression_transfer


def test_register_twice(blender):
    for _ in range(2):
        expression_transfer.register()
        assert hasattr(blender.types.Scene, "expression_transfer")
        assert hasattr(blender.types, "EXPRESSION_TRANSFER_OT_transfer")
        assert blender.context.scene.expression_transfer.strength == 1.0
        expression_transfer.unregister()
        assert not hasattr(blender.types.Scene, "expression_transfer")
        assert not hasattr(blender.types, "EXPRESSION_TRANSFER_OT_transfer")


def test_import_needs_no_bpy():
    code = "import sys; sys.modules['bpy'] = None; import expression_transfer, expression_transfer.core"
    subprocess.run([sys.executable, "-c", code], check=True)
