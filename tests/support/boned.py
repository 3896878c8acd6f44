"""A character with bones that lie every way, and what its parts do when its bones turn."""

from math import cos, sin

import bpy
import numpy as np
from expression_transfer.scene import bone_finding, bones
from mathutils import Euler, Matrix, Vector

UPRIGHT = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""Face space's axes (columns) in Blender's."""
WITHIN = np.radians(0.1)
HEADS = {
    "root": (0, 0, 0), "neck": (0, 0, 1.4), "head": (0, 0, 1.5), "jaw": (0, 0.0, 1.55),
    "eye.L": (0.032, -0.06, 1.6), "eye.R": (-0.032, -0.06, 1.6),
}  # fmt: skip
PARENTS = {"neck": "root", "head": "neck", "jaw": "head", "eye.L": "head", "eye.R": "head"}


def add_armature(name="rig", heads=HEADS, parents=PARENTS, seed=1):
    """Bones that lie every way."""
    random = np.random.default_rng(seed)
    rig = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for bone, head in heads.items():
        added = rig.data.edit_bones.new(bone)
        added.head, added.tail = head, Vector(head) + Vector(random.normal(size=3)).normalized() * 0.05
        added.roll = random.uniform(-3, 3)
    for bone, parent in parents.items():
        rig.data.edit_bones[bone].parent = rig.data.edit_bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def add_ball(rig, bone, centre, radius=0.012, name=None):
    """A sphere that follows a bone from end to end."""
    mesh = bpy.data.meshes.new(name or f"{bone} ball")
    turns = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    points = [(cos(a) * sin(b), sin(a) * sin(b), cos(b)) for a in turns for b in np.linspace(0.3, 2.8, 6)]
    mesh.from_pydata([Vector(centre) + radius * Vector(point) for point in points], [], [])
    ball = bpy.data.objects.new(mesh.name, mesh)
    bpy.context.scene.collection.objects.link(ball)
    ball.parent = rig
    ball.vertex_groups.new(name=bone).add(range(len(points)), 1.0, "REPLACE")
    ball.modifiers.new("Armature", "ARMATURE").object = rig
    return ball


def add_balls(rig, bones_of=None):
    names = bones_of or {name: name for name in ("head", "jaw", "eye.L", "eye.R")}
    return {place: add_ball(rig, bone, HEADS[place], name=place) for place, bone in names.items()}


def points(mesh):
    """N×3 in the world."""
    bpy.context.view_layer.update()
    seen = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array([seen.matrix_world @ vertex.co for vertex in seen.data.vertices])


def set_channels(carrier, **values):
    for name, value in values.items():
        carrier[name] = value
    carrier.update_tag()
    bpy.context.view_layer.update()


def off(mesh, before, turn, world=UPRIGHT @ UPRIGHT.T):
    """rad between how a ball turned and a turn (3×3) in the face's axes, of a face that stands in `world`."""
    frame = world @ UPRIGHT
    expected = (before - before.mean(0)) @ (frame @ turn @ frame.T).T
    seen = points(mesh)
    seen = seen - seen.mean(0)
    return np.abs(np.linalg.norm(seen - expected, axis=1) / np.linalg.norm(expected, axis=1)).max()


def place(rig, turned):
    """Anywhere, at any size."""
    rig.matrix_world = Matrix.Translation((1, 2, 3)) @ Euler(turned).to_matrix().to_4x4() @ Matrix.Scale(0.7, 4)
    bpy.context.view_layer.update()
    return np.array(rig.matrix_world.to_3x3().normalized())


def connect(rig):
    notes = bone_finding.find(rig)
    return notes, bones.connect(rig)
