"""EXR guides read back with another library, and the preview."""

import numpy as np
import pytest
from expression_transfer.core.errors import Failure
from expression_transfer.core.raster.guides import render_guides
from expression_transfer.core.raster.windows import pixel_centres
from expression_transfer.core.raster.write import FAR, preview, write_guides, write_preview

OpenEXR = pytest.importorskip("OpenEXR", reason="OpenEXR is missing: make env")


@pytest.fixture
def guides(sheet, shot):
    return render_guides(sheet, shot, 0, sheet.shape(shot.identity, np.array([1.0, 0.0])))


def test_layers_come_back_as_they_were(tmp_path, guides):
    path = tmp_path / "guides.1001.exr"
    write_guides(guides, path, 1001)
    with OpenEXR.File(str(path), separate_channels=True) as file:
        header, channels = dict(file.header()), {name: channel.pixels for name, channel in file.channels().items()}
    assert len(channels) == 16
    assert all(pixels.dtype == np.float32 for pixels in channels.values())
    np.testing.assert_array_equal(channels["mask.Y"], guides.mask)
    np.testing.assert_array_equal(channels["depth.Z"], np.where(guides.seen, guides.depth, np.float32(FAR)))
    layers = {
        "N.x N.y N.z": guides.normal * [1, -1, -1],
        "P.x P.y P.z": guides.position,
        "uv.u uv.v": guides.uv,
        "forward.u forward.v": guides.motion,
    }
    for names, layer in layers.items():
        np.testing.assert_array_equal(np.stack([channels[name] for name in names.split()], -1), layer)
    back = np.stack([channels["backward.u"], channels["backward.v"]], -1)
    np.testing.assert_allclose(back + pixel_centres(guides.window), guides.backward, atol=1e-4)
    u0, v0, u1, v1 = guides.window
    assert [tuple(int(i) for i in corner) for corner in header["dataWindow"]] == [(u0, v0), (u1 - 1, v1 - 1)]
    assert [tuple(int(i) for i in corner) for corner in header["displayWindow"]] == [(0, 0), (199, 159)]
    assert header["compression"] == OpenEXR.ZIP_COMPRESSION
    assert header["colorInteropID"] == "data"
    assert header["frameNumber"] == 1001


def test_an_stmap_that_moves_nothing_is_nukes_identity(tmp_path, sheet, shot):
    still = render_guides(sheet, shot, 0)
    write_guides(still, tmp_path / "still.exr", 1)
    with OpenEXR.File(str(tmp_path / "still.exr"), separate_channels=True) as file:
        u, v = (file.channels()[name].pixels for name in ("stmap.u", "stmap.v"))
    u0, v0, u1, v1 = still.window
    np.testing.assert_allclose(u, np.broadcast_to((np.arange(u0, u1) + 0.5) / 200, u.shape), atol=1e-5)
    np.testing.assert_allclose(v, np.broadcast_to(1 - (np.arange(v0, v1)[:, None] + 0.5) / 160, v.shape), atol=1e-5)


def test_a_face_out_of_frame_is_a_black_pixel(tmp_path, sheet, shot):
    shot.translation[0, 0] = 5
    nothing = render_guides(sheet, shot, 0)
    write_guides(nothing, tmp_path / "none.exr", 1)
    assert not preview(nothing, np.full((160, 200, 3), 90, np.uint8)).any()
    with OpenEXR.File(str(tmp_path / "none.exr"), separate_channels=True) as file:
        assert not file.channels()["mask.Y"].pixels.any()


def test_a_folder_that_cannot_be_written_fails_in_one_line(tmp_path, guides):
    (tmp_path / "file").write_text("")
    with pytest.raises(Failure, match="check the folder's rights"):
        write_guides(guides, tmp_path / "file" / "guides.exr", 1)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]


def test_the_preview_shows_all_guides(tmp_path, guides):
    plate = np.full((160, 200, 3), 90, np.uint8)
    sheet = preview(guides, plate)
    assert sheet.shape[0] == 2 * 512
    assert sheet.shape[1] % 4 == 0
    upper, lower = (np.split(row, 4, axis=1) for row in np.split(sheet, 2))
    wire, uv, normal, _ = upper
    assert (wire[..., 1] > 100).any()
    assert (wire[0, 0] == 90).all()
    assert uv[..., 2].max() == 0
    assert uv.max() > 240
    assert normal[256, normal.shape[1] // 2, 2] > 200  # towards the eye
    position, depth, mask, forward = lower
    assert position[..., :2].max() == 255  # the subject's left, and down
    assert depth.max() == 255
    assert depth[0, 0].max() == mask[0, 0].max() == 0
    assert (mask[256, mask.shape[1] // 2] == 255).all()
    assert forward[256, forward.shape[1] // 2, 0] > 200  # to the right
    write_preview(guides, tmp_path / "preview.png", plate)
    assert (tmp_path / "preview.png").read_bytes()[:4] == b"\x89PNG"
