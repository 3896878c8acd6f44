"""Residual optical flow, warping, and how steady a sequence is."""

from .residual import residual
from .steadiness import warp_error
from .warp import warp

__all__ = ["residual", "warp", "warp_error"]
