"""Warp error of planted noise, and how a clock and an enlarged plate add up."""

import time

import numpy as np
import pytest
from expression_transfer.benchmarks import reenact_speed
from expression_transfer.benchmarks.reenact_flicker import rms_warp_error
from expression_transfer.benchmarks.reenact_speed import clocked


def textured(side=96, seed=0):
    coarse = np.random.default_rng(seed).integers(40, 200, (side // 8, side // 8, 3)).astype(np.uint8)
    return np.kron(coarse, np.ones((8, 8, 1), dtype=np.uint8))


def test_still_pictures_have_no_warp_error_and_noise_has_its_own():
    one = textured()
    mask = np.zeros(one.shape[:2], dtype=np.float32)
    mask[20:76, 20:76] = 1
    noise = np.random.default_rng(1).normal(0, 4, one.shape)
    noisy = np.clip(np.rint(one + noise), 0, 255).astype(np.uint8)
    assert rms_warp_error(one, one, mask) < 0.2
    assert rms_warp_error(one, noisy, mask) == pytest.approx(4, rel=0.2)
    away = one.copy()
    away[:10] = 255
    assert rms_warp_error(one, away, mask) < 0.5, "what lies outside the mask doesn't count"


def test_what_moved_without_changing_is_no_flicker():
    one = textured(160)
    mask = np.zeros(one.shape[:2], dtype=np.float32)
    mask[40:120, 40:120] = 1
    assert rms_warp_error(one, np.roll(one, 2, axis=1), mask) < 4 < rms_warp_error(one, textured(160, 5), mask)


def test_the_clock_adds_up_calls_and_gives_the_functions_back(monkeypatch):
    class Home:
        @staticmethod
        def work():
            begun = time.thread_time()
            while time.thread_time() - begun < 0.01:
                pass

    before = Home.work
    monkeypatch.setattr(reenact_speed, "STAGES", {"busy": ((Home, "work"),)})
    with clocked() as clock:
        Home.work()
        Home.work()
    assert clock["busy"] >= 0.02 and Home.work is before
