"""What the buttons around a solve ask the worker for, and that nothing is downloaded unasked."""

import expression_transfer
import pytest
from expression_transfer.core.process import Ended, Log
from planted_solve import solved


class Worker:
    """Stands in for the process: remembers what it was asked, and says what it is told to say."""

    asked: list[tuple[str, ...]] = []  # noqa: RUF012  emptied by the fixture
    environment: dict[str, str] = {}  # noqa: RUF012
    says: tuple[str, ...] = ()
    cancelled = False
    stderr = ""

    def __init__(self, argv, environment=None):
        Worker.asked.append(tuple(argv))
        Worker.environment = dict(environment or {})
        self.logged = [Log(line).message for line in Worker.says]

    def wait(self):
        return Ended(0, "")


@pytest.fixture
def ops(blender, tmp_path, monkeypatch):
    expression_transfer.register()
    from expression_transfer.operators import working  # noqa: PLC0415  needs bpy

    monkeypatch.setattr(working, "WorkerProcess", Worker)
    Worker.asked, Worker.says, Worker.environment = [], (), {}
    chosen = blender.context.scene.expression_transfer
    chosen.output, chosen.source_file = str(tmp_path / "solve"), str(tmp_path / "shot.mp4")
    yield blender.ops.expression_transfer
    expression_transfer.unregister()


def test_solve_asks_for_neither_rig_nor_plate(ops, blender, tmp_path):
    chosen = blender.context.scene.expression_transfer
    chosen.plate_file, chosen.resume = str(tmp_path / "plate.mp4"), False
    assert ops.solve() == {"FINISHED"}
    assert Worker.asked == [("solve", chosen.source_file, "-o", chosen.output)]


def test_every_way_of_reading_footage_reaches_the_command(ops, blender, tmp_path):
    from expression_transfer import cli  # noqa: PLC0415

    chosen = blender.context.scene.expression_transfer
    chosen.plate_file, chosen.method = str(tmp_path / "plate.####.png"), "tps"
    for reading, rate in ((chosen.source_reading, "24000/1001"), (chosen.plate_reading, "OTHER")):
        reading.use_range = reading.use_person = reading.use_focal = reading.use_neutral = True
        reading.start, reading.end, reading.person, reading.focal, reading.neutral = 3, 9, (320, 200), 1234.5, 4
        reading.rate, reading.other_rate = rate, 12.5
    from expression_transfer.scene.transfer import make_request  # noqa: PLC0415  needs bpy

    argv = make_request(blender.context.scene).argv
    read = cli._parser().parse_args(argv)
    assert (read.start, read.end, read.person, read.focal, read.neutral) == (3, 9, (320, 200), 1234.5, 4)
    assert (str(read.fps), str(read.plate_fps)) == ("24000/1001", "25/2")
    assert (read.plate_start, read.plate_end, read.plate_person) == (3, 9, (320, 200))
    assert (read.plate_focal, read.plate_neutral, read.method, read.resume) == (1234.5, 4, "tps", True)


def test_footage_is_chosen(ops, blender, tmp_path):
    chosen = blender.context.scene.expression_transfer
    for name in ("plate.0001.png", "plate.0002.png"):
        (tmp_path / name).touch()
    assert ops.choose_footage(filepath=str(tmp_path / "plate.0001.png"), role="plate") == {"FINISHED"}
    assert chosen.plate_file == str(tmp_path / "plate.%04d.png")
    assert ops.choose_footage(filepath=str(tmp_path / "plate.0001.png"), whole_sequence=False) == {"FINISHED"}
    assert chosen.source_file == str(tmp_path / "plate.0001.png")


def test_guides_are_of_the_plate_where_there_is_one(ops, blender, tmp_path):
    folder = solved(tmp_path / "solve")
    ops.open_solve(directory=str(folder))
    assert ops.guides() == {"FINISHED"}
    assert Worker.asked[-1] == (
        "guides", str(folder / "fit.npz"), "--plate", str(folder / "shot.mp4"), "-o", str(folder / "guides"),
    )  # fmt: skip
    target = solved(folder / "target", plate=True)
    ops.open_solve(directory=str(folder))
    assert ops.guides() == {"FINISHED"}
    assert Worker.asked[-1][1:4] == (str(target / "fit.npz"), "--plate", str(target / "plate.mp4"))


def test_a_folder_that_is_gone_is_told(ops, tmp_path):
    with pytest.raises(RuntimeError, match="is not there; solve the footage first"):
        ops.open_folder(folder=str(tmp_path / "gone"))


def test_devices_are_told(ops, blender):
    Worker.says = ("cpu: works", "cuda: --device cuda: this onnxruntime has no CUDA")
    assert ops.find_devices() == {"FINISHED"}
    assert Worker.asked == [("devices",)]
    assert blender.context.window_manager.expression_transfer_models.devices.splitlines() == list(Worker.says)
    assert blender.context.window_manager.expression_transfer.message == "networks run on cpu"


def test_nothing_is_downloaded_while_online_access_is_off(ops, blender, monkeypatch):
    system = blender.context.preferences.system
    system.use_online_access = False
    assert not blender.app.online_access
    with pytest.raises(RuntimeError, match="Online access is off"):
        ops.fetch(name="ict")
    assert Worker.asked == []
    system.use_online_access = True
    Worker.says = ("added 'ict': 24591 vertices", "licence: MIT")
    try:
        assert ops.fetch(name="ict") == {"FINISHED"}
    finally:
        system.use_online_access = False
    assert Worker.asked == [("models", "get", "ict")]


def test_what_is_offered_says_where_from_and_under_which_licence():
    from expression_transfer.core.offers import OFFERS  # noqa: PLC0415

    for each in OFFERS:
        assert each.url.startswith("https://")
        assert len(each.sha256) == 64
        assert each.licence
        assert each.size > 0
