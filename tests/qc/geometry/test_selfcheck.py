"""The start-up check passes with this OpenCV and refuses one that shifts or loses corners."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from qc.errors import VisionError
from qc.geometry.selfcheck import require_sound_vision

check = require_sound_vision.__wrapped__  # without the cache


def test_this_opencv_is_sound() -> None:
    check()


@pytest.mark.parametrize("shift_px", [(0.5, 0.5), (-0.5, 0.0), (0.0, 0.04)])
def test_a_shift_of_the_corners_is_refused(
    monkeypatch: pytest.MonkeyPatch, shift_px: tuple[float, float]
) -> None:
    refine = cv2.cornerSubPix

    def biased(*arguments):
        return refine(*arguments) + np.float32(shift_px)

    monkeypatch.setattr(cv2, "cornerSubPix", biased)
    with pytest.raises(VisionError, match=r"corners .* off") as caught:
        check()
    assert "opencv-python-headless 5" in caught.value.fix


def test_lost_markers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qc.geometry.corners._find_markers", lambda *_: {})
    with pytest.raises(VisionError, match="does not find"):
        check()
