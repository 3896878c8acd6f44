"""Footage in, one frame at a time, and plates out; pixels are never converted on the way."""

from .ahead import read_ahead
from .footage import Clip, Frame, FrameError
from .movie import VideoWriter
from .opening import open_clip
from .proxy import display
from .sequence_writer import SequenceWriter

__all__ = ["Clip", "Frame", "FrameError", "SequenceWriter", "VideoWriter", "display", "open_clip", "read_ahead"]
