"""What a command line says, as numbers; argparse tells what is wrong with it."""

import argparse
import math
from collections.abc import Callable
from fractions import Fraction


def unit(text: str) -> float:
    return _number(text, lambda value: 0.0 <= value <= 1.0, "a number from 0 to 1")


def length(text: str) -> float:
    return _number(text, lambda value: 0.0 <= value <= 1000.0, "a length in pixels from 0 to 1000")


def grain(text: str) -> float:
    return _number(text, lambda value: 0.0 <= value <= 4.0, "a number from 0 to 4")


def pixels(text: str) -> float:
    return _number(text, lambda value: 0.0 < value < math.inf, "a length in pixels")


def side(text: str) -> int:
    return int(_number(text, lambda value: value in range(64, 16385), "a whole number from 64 to 16384"))


def count(text: str) -> int:
    return int(_number(text, lambda value: value in range(1, 1001), "a whole number from 1 to 1000"))


def _number(text: str, fits: Callable[[float], bool], what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not fits(value):
        raise argparse.ArgumentTypeError(f"{text} is not {what}")
    return value


def rate(text: str) -> Fraction:
    """Frames a second, as 24, 23.976 or 24000/1001."""
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is not a frame rate (24, 23.976, 24000/1001)")
    return rate


def point(text: str) -> tuple[float, float]:
    try:
        u, v = (float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is not U,V in pixels") from error
    return u, v
