"""Landmarks and confidence over the footage: which frame of which solve an editor shows, and in which colours."""

from types import SimpleNamespace

import expression_transfer
import numpy as np
import pytest
from planted_solve import FRAMES, solved

bpy = pytest.importorskip("bpy", reason="bpy is missing: make env, or make test-blender")

from expression_transfer.scene import clips, marks, summary  # noqa: E402


@pytest.fixture
def folder(blender, tmp_path):
    """A solve that was opened."""
    expression_transfer.register()
    blender.ops.expression_transfer.open_solve(directory=str(solved(tmp_path / "solve")))
    yield tmp_path / "solve"
    expression_transfer.unregister()


def clip_editor(path, source="MOVIE", start=1, offset=0, size=(512, 512)):
    clip = SimpleNamespace(
        filepath=str(path), library=None, source=source, frame_start=start, frame_offset=offset, size=size
    )
    return SimpleNamespace(type="CLIP_EDITOR", clip=clip)


def image_editor(path, source, number, size=(512, 512)):
    image = SimpleNamespace(filepath=str(path), library=None, source=source, size=size)
    return SimpleNamespace(type="IMAGE_EDITOR", image=image, image_user=SimpleNamespace(frame_current=number))


def test_points_are_where_the_picture_has_them(folder):
    found = marks.marks_of(folder)
    assert found.points.shape == (FRAMES, 478, 2)
    np.testing.assert_allclose(found.points[0, 0], (128 / 512, 1 - 384 / 512))
    assert found.row(3) == 2
    assert found.row(FRAMES + 1) is None


def test_colours_tell_how_sure_a_frame_is(folder):
    colours = marks.colours(marks.marks_of(folder))
    sure, unsure, bridged, missing = colours[0], colours[2], colours[5], colours[8]
    assert sure[1] > sure[0]
    assert unsure[0] > unsure[1]
    assert tuple(bridged) == marks.BRIDGED
    assert tuple(missing) == marks.MISSING


def test_a_solve_that_was_made_again_is_read_again(folder):
    before = marks.marks_of(folder)
    assert marks.marks_of(folder) is before
    solved(folder)
    assert marks.marks_of(folder) is not before
    (folder / "fit.npz").unlink()
    assert marks.marks_of(folder) is None


@pytest.mark.parametrize(("start", "offset", "frame", "number"), [(1, 0, 5, 5), (101, 0, 105, 5), (1, 10, 5, 15)])
def test_the_clip_editors_frame_of_a_movie(folder, start, offset, frame, number):
    scene = bpy.context.scene
    scene.frame_set(frame)
    shown = marks.shown_in(clip_editor(folder / "shot.mp4", start=start, offset=offset), scene)
    assert (shown.number, shown.size) == (number, (512, 512))
    assert marks.solved_role(shown, scene) == "source"


def test_a_sequences_frame_is_its_files_number(folder):
    scene = bpy.context.scene
    summary.of_source(scene).file = "/plates/shot.%04d.exr"
    scene.frame_set(3)
    for editor in (
        clip_editor("/plates/shot.1001.exr", "SEQUENCE"),
        image_editor("/plates/shot.1001.exr", "SEQUENCE", 1003),
    ):
        shown = marks.shown_in(editor, scene)
        assert shown.number == 1003
        assert marks.solved_role(shown, scene) == "source"


def test_other_footage_has_no_marks(folder):
    scene = bpy.context.scene
    shown = marks.shown_in(image_editor(folder / "other.mp4", "MOVIE", 1), scene)
    assert marks.solved_role(shown, scene) is None
    assert marks.shown_in(image_editor("", "GENERATED", 1), scene) is None
    assert marks.shown_in(SimpleNamespace(type="CLIP_EDITOR", clip=None), scene) is None


def test_the_chosen_footage_is_known_before_it_is_solved(folder, tmp_path):
    scene = bpy.context.scene
    scene.expression_transfer.plate_file = "/plates/shot.####.exr"
    shown = marks.shown_in(clip_editor("/plates/shot.0001.exr", "SEQUENCE"), scene)
    assert marks.chosen_role(shown, scene) == "plate"


def test_a_picture_of_a_sequence_stands_for_all_of_it(tmp_path):
    for name in ("shot.0007.png", "shot.0008.png", "alone.01.png", "take_01.mp4", "take_02.mp4"):
        (tmp_path / name).touch()
    assert clips.as_sequence(tmp_path / "shot.0007.png") == tmp_path / "shot.%04d.png"
    assert clips.as_sequence(tmp_path / "alone.01.png") == tmp_path / "alone.01.png"
    assert clips.as_sequence(tmp_path / "take_01.mp4") == tmp_path / "take_01.mp4"
    for pattern in ("shot.%04d.png", "shot.####.png"):
        assert clips.first_file(tmp_path / pattern) == tmp_path / "shot.0007.png"
    assert clips.first_file(tmp_path / "take_01.mp4") == tmp_path / "take_01.mp4"


def test_pictures_are_what_the_engine_takes_for_pictures():
    from expression_transfer.core.clip.images import EXTENSIONS  # noqa: PLC0415  needs OpenCV

    assert set(clips.PICTURES) == EXTENSIONS


def test_the_neutral_frame_and_the_person_are_named_on_the_footage(folder, blender):
    from expression_transfer.operators.footage_view import NeutralHere, PickPerson  # noqa: PLC0415  needs bpy

    scene, said = bpy.context.scene, []
    scene.expression_transfer.plate_file = "/plates/shot.####.exr"
    scene.frame_set(7)
    context = SimpleNamespace(scene=scene, space_data=clip_editor("/plates/shot.0101.exr", "SEQUENCE"))
    operator = SimpleNamespace(report=lambda _kind, words: said.append(words))
    assert NeutralHere.execute(operator, context) == {"FINISHED"}
    PickPerson._choose(operator, context, marks.shown_in(context.space_data, scene), (12, 34))
    reading = scene.expression_transfer.plate_reading
    assert (reading.use_neutral, reading.neutral) == (True, 107)
    assert (reading.use_person, tuple(reading.person)) == (True, (12, 34))
    assert not scene.expression_transfer.source_reading.use_neutral
    assert said[0] == "frame 107 of shot.%04d.exr is neutral"
