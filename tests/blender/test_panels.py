"""Every panel drawn in every state of the work."""

import expression_transfer
import pytest
from planted_solve import FRAMES, solved
from recording_layout import Layout

TAB = "EXPRESSION_TRANSFER_"


@pytest.fixture
def registered(blender):
    expression_transfer.register()
    yield blender
    expression_transfer.unregister()


def panels(bpy):
    found = [
        cls
        for cls in bpy.types.Panel.__subclasses__()
        if cls.__name__ and getattr(cls, "bl_idname", "").startswith(TAB)
    ]
    return sorted(found, key=lambda cls: getattr(cls, "bl_order", 0))


def draw(bpy, cls, context=None):
    """What a panel draws, header and all."""
    context, layout = context or bpy.context, Layout(bpy)
    holder = type("Drawn", (), {"layout": layout, "bl_idname": cls.bl_idname})()
    if getattr(cls, "poll", None) is not None and not cls.poll(context):
        return []
    if "draw_header" in dir(cls):
        cls.draw_header(holder, context)
    cls.draw(holder, context)
    return layout.drawn


def draw_tab(bpy):
    return {cls.bl_idname: draw(bpy, cls) for cls in panels(bpy) if cls.bl_space_type == "VIEW_3D"}


def said(drawn):
    return " ".join(given["text"] for name, given in drawn if name == "label" and "text" in given)


def buttons(drawn):
    return [given["operator"].removeprefix("expression_transfer.") for name, given in drawn if name == "operator"]


@pytest.fixture
def opened(registered, tmp_path):
    """The scene after a solve was opened."""
    assert registered.ops.expression_transfer.open_solve(directory=str(solved(tmp_path / "solve"))) == {"FINISHED"}
    return registered


ORDER = ["transfer", "source", "face", "solve", "action_units", "rig", "plate", "composite", "export"]


def test_the_tab_reads_as_the_work_goes(registered):
    tab = [cls for cls in panels(registered) if cls.bl_space_type == "VIEW_3D"]
    top = [cls for cls in tab if not hasattr(cls, "bl_parent_id")]
    assert [cls.bl_idname for cls in top] == [f"{TAB}PT_{section}" for section in ORDER]
    assert "HIDE_HEADER" in top[0].bl_options


def test_an_empty_scene(registered):
    drawn = draw_tab(registered)
    assert buttons(drawn[f"{TAB}PT_transfer"]) == ["transfer"]
    assert "choose_footage" in buttons(drawn[f"{TAB}PT_source"])
    assert "choose_footage" in buttons(drawn[f"{TAB}PT_solve"])


def test_a_solved_scene_says_how_sure_it_is(opened):
    drawn = draw_tab(opened)
    text = said(drawn[f"{TAB}PT_solve"])
    assert "Confidence 83%" in text
    assert "9 of 12" in text
    assert "a warning" in text
    assert "512×512, 30 fps, 12 frames" in said(drawn[f"{TAB}PT_source"])
    assert "1500 px, guessed" in said(drawn[f"{TAB}PT_face"])
    assert "fit.npz" in said(drawn[f"{TAB}PT_export"])


def test_passages_are_listed_and_jumped_to(opened):
    scene = opened.context.scene
    passages = scene.expression_transfer_source.passages
    assert [(each.kind, each.first, each.last) for each in passages] == [
        ("LOW", 3, 4), ("BRIDGED", 6, 6), ("MISSING", 9, 10),
    ]  # fmt: skip
    assert passages[0].confidence == pytest.approx(0.25)
    scene.render.fps, scene.frame_start = 60, 101
    assert opened.ops.expression_transfer.jump(seconds=passages[2].seconds) == {"FINISHED"}
    assert scene.frame_current == 101 + round(60 * 8 / 30)


def test_a_list_line_names_the_passage(opened):
    lines = opened.types.EXPRESSION_TRANSFER_UL_passages
    layout = Layout(opened)
    told = opened.context.scene.expression_transfer_source
    lines.draw_item(None, opened.context, layout, told, told.passages[2], 0, told, "marked", 2)
    assert "No face 9–10" in said(layout.drawn)
    assert buttons(layout.drawn) == ["jump"]


def test_the_scene_takes_the_footages_rate_and_length(opened):
    scene = opened.context.scene
    assert opened.ops.expression_transfer.match_scene() == {"FINISHED"}
    assert scene.render.fps / scene.render.fps_base == pytest.approx(30)
    assert (scene.frame_start, scene.frame_end) == (1, FRAMES)


def test_the_fitted_head_is_shown_in_one_click_and_only_once(opened, tmp_path):
    for _ in range(2):
        assert opened.ops.expression_transfer.show_fitted_head() == {"FINISHED"}
    meshes = [each for each in opened.data.objects if each.type == "MESH"]
    assert len(meshes) == 3
    assert opened.context.scene.camera is not None
    assert opened.context.object in meshes
    draw_tab(opened)


@pytest.mark.parametrize(("running", "failed"), [(True, False), (False, True), (False, False)])
def test_while_and_after_a_worker_runs(opened, running, failed):
    job = opened.context.window_manager.expression_transfer
    job.running, job.failed, job.text, job.message = running, failed, "detect 3 / 9", "" if running else "it is done"
    for section in ("transfer", "solve", "models", "head", "rig", "export"):
        job.section = section
        drawn = draw_tab(opened)
        assert buttons(drawn[f"{TAB}PT_transfer"]) == (["cancel"] if running else ["transfer"])
    assert running or "it is done" in said(drawn[f"{TAB}PT_export"])
    job.running = False


def test_with_a_plate_and_a_rig(opened, tmp_path):
    chosen = opened.context.scene.expression_transfer
    assert opened.ops.expression_transfer.add_head() == {"FINISHED"}
    chosen.plate_file, chosen.result_of_plate = (
        str(solved(tmp_path / "solve" / "target", plate=True) / "plate.mp4"),
        True,
    )
    for reading in (chosen.source_reading, chosen.plate_reading):
        reading.use_range = reading.use_person = reading.use_focal = reading.use_neutral = True
        reading.rate = "OTHER"
    from expression_transfer.scene import summary  # noqa: PLC0415  needs bpy

    summary.note(opened.context.scene)
    drawn = draw_tab(opened)
    assert "plate.mp4" in said(drawn[f"{TAB}PT_plate"])
    assert "show_fitted_head" in buttons(drawn[f"{TAB}PT_plate"])


def test_what_is_not_there_leaves_the_summary_empty(opened, tmp_path):
    from expression_transfer.scene import summary  # noqa: PLC0415  needs bpy

    scene = opened.context.scene
    (tmp_path / "solve" / "report.json").write_text('{"footage": "shot.mp4"}')
    summary.note(scene)
    assert not scene.expression_transfer_source.name
    assert len(scene.expression_transfer_source.passages) == 0
    with pytest.raises(RuntimeError, match=r"holds no solve \(fit.npz\); choose a folder"):
        opened.ops.expression_transfer.open_solve(directory=str(tmp_path))


def explained(shown):
    """A tooltip, or one for each choice; the file browser has its own for paths."""
    if shown.description or shown.is_hidden or shown.subtype in {"FILE_PATH", "DIR_PATH"}:
        return True
    return shown.type == "ENUM" and all(each.description for each in shown.enum_items)


def test_every_button_has_a_tooltip(registered):
    ops = registered.ops.expression_transfer
    for name in dir(ops):
        kind = getattr(ops, name).get_rna_type()
        assert kind.description, name
        bare = [each.identifier for each in kind.properties if each.identifier != "rna_type" and not explained(each)]
        assert not bare, (name, bare)
