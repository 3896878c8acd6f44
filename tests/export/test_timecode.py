"""Timecodes against published ones (SMPTE ST 12-1's drop-frame rule)."""

from fractions import Fraction

import pytest
from expression_transfer.core.export.timecode import Clock, Timecode

NTSC, NTSC_60 = Fraction(30000, 1001), Fraction(60000, 1001)


@pytest.mark.parametrize(
    ("text", "frames", "rate", "later"),
    [
        ("01:00:00:00", 0, Fraction(24), "01:00:00:00"),
        ("00:59:59:23", 1, Fraction(24), "01:00:00:00"),
        ("23:59:59:24", 1, Fraction(25), "00:00:00:00"),
        ("00:00:59;29", 1, NTSC, "00:01:00;02"),
        ("00:09:59;29", 1, NTSC, "00:10:00;00"),
        ("00:00:00;00", 107892, NTSC, "01:00:00;00"),
        ("00:00:59;59", 1, NTSC_60, "00:01:00;04"),
        ("00:00:59:29", 1, NTSC, "00:01:00:00"),
    ],
)
def test_frames_on(text, frames, rate, later):
    assert str(Timecode.parse(text).later(frames, rate)) == later


def test_every_drop_frame_number_of_an_hour_follows_the_one_before():
    code = Timecode.parse("00:00:00;00")
    for count in range(0, 107892, 7):
        there = code.later(count, NTSC)
        assert there.count(30) == count
        assert not (there.seconds == 0 and there.frames < 2 and there.minutes % 10)


def test_without_a_timecode_a_frames_time_is_its_number():
    clock = Clock(Fraction(24))
    assert (str(clock.at(20)), str(clock.at(1001))) == ("00:00:00:20", "00:00:41:17")
    assert str(Clock(NTSC, Timecode.parse("00:00:59;20"), 1001).at(1011)) == "00:01:00;02"


def test_packed_digits_and_drop_flag():
    assert Timecode.parse("01:02:03:04").packed() == 0x01020304
    assert Timecode.parse("12:34:56;18").packed() == 0x12345658
    assert Timecode.parse("no timecode") is None
