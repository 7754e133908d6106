"""Calibration against lenses known by construction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from mat_views import HEIGHT, LENS, POSES, WIDTH, complete_set, look, see
from scipy.stats import chi2

from qc.errors import CalibrationError
from qc.geometry.calibration import PrintScale, calibrate
from qc.geometry.camera import calibrated_camera

DAY = date(2026, 3, 1)


def test_exact_corners_give_the_exact_camera() -> None:
    camera = calibrate(complete_set(noise_px=0.0), "s", DAY).station.camera
    assert (camera.fx_px, camera.fy_px) == pytest.approx((LENS.focal_px,) * 2, rel=1e-6)
    assert (camera.cx_px, camera.cy_px) == pytest.approx(LENS.centre_px, abs=0.01)
    assert camera.distortion == pytest.approx(LENS.distortion, abs=1e-4)
    assert camera.residual_px <= 0.01
    assert len(camera.photos) == len(POSES)


@pytest.mark.slow
def test_stated_uncertainties_are_those_of_repeated_calibrations() -> None:
    """Over 12 draws of noise, (error / u)² has the spread of chi-squared."""
    squares: dict[str, float] = {"focal": 0.0, "centre": 0.0}
    runs = 12
    for seed in range(runs):
        camera = calibrate(complete_set(seed=seed), "s", DAY).station.camera
        focal = 100 * (camera.fx_px / LENS.focal_px - 1) / camera.u_focal_percent
        centre = (camera.cx_px - LENS.centre_px[0]) / camera.u_centre_px
        squares["focal"] += focal**2
        squares["centre"] += centre**2
    low, high = chi2.ppf([0.0005, 0.9995], runs)
    assert low < squares["focal"] < high
    assert squares["centre"] < high  # u is the larger one of x and y


def test_tangential_distortion_and_k3_need_evidence() -> None:
    plain = replace(LENS, distortion=(-0.09, 0.04, 0.0, 0.0, 0.0))
    found = calibrate(complete_set(plain), "s", DAY).station.camera.distortion
    assert found[2:] == (0.0, 0.0, 0.0)
    found = calibrate(complete_set(), "s", DAY).station.camera.distortion
    assert found[2:4] == pytest.approx(LENS.distortion[2:4], abs=1e-4)


def test_pixels_that_are_not_square_are_told_from_a_stretched_print() -> None:
    lens = replace(LENS, aspect=1.0012)
    station = calibrate(complete_set(lens, print_scale=(0.998, 1.001)), "s", DAY).station
    camera = station.camera
    assert camera.fy_px / camera.fx_px == pytest.approx(1.0012, abs=1e-4)
    assert camera.fx_px == pytest.approx(lens.focal_px, rel=5e-4)
    assert station.print_scale_y / station.print_scale_x == pytest.approx(1.001 / 0.998, abs=1e-4)


def test_print_ratio_is_told_from_the_lens_without_a_ruler() -> None:
    station = calibrate(complete_set(print_scale=(0.997, 1.003)), "s", DAY).station
    assert not station.print_scale_measured
    assert station.print_scale_y / station.print_scale_x == pytest.approx(1.003 / 0.997, abs=1e-4)
    assert station.camera.fx_px == pytest.approx(LENS.focal_px, rel=5e-4)


def test_a_sheet_that_is_not_flat_does_not_bend_the_lens() -> None:
    """A bump of 0.5 mm; with a flat mat assumed the focal length errs six times as much."""
    far = np.linalg.norm(see(look(*POSES[0])).corners.layout.corner_points_mm() - [60, 150], axis=1)
    bump = 0.5 * np.exp(-((far / 60) ** 2) / 2)
    camera = calibrate(complete_set(heights_mm=bump), "s", DAY).station.camera
    assert camera.fx_px == pytest.approx(LENS.focal_px, rel=5e-4)
    # What an inspection will find is what drift is judged by: a flat mat fits worse.
    assert camera.residual_px > 1.2 * calibrate(complete_set(), "s", DAY).station.camera.residual_px


def test_ruler_that_contradicts_the_photos_is_refused() -> None:
    photos = complete_set(print_scale=(0.998, 1.001))
    ruler = PrintScale(99.8, 100.1)
    assert calibrate(photos, "s", DAY, print_scale=ruler).station.print_scale_x == 0.998
    with pytest.raises(CalibrationError, match=r"contradict.*Measure both lines again"):
        calibrate(photos, "s", DAY, print_scale=PrintScale(100.1, 99.8))  # x and y swapped


@pytest.mark.parametrize("read_mm", [10.0, 998.0, float("nan")])
def test_impossible_ruler_reading_is_refused(read_mm: float) -> None:
    with pytest.raises(CalibrationError, match="Measure the printed line"):
        PrintScale(100.0, read_mm)


def test_a_photo_that_contradicts_the_others_is_left_out() -> None:
    photos = complete_set()
    bent = np.random.default_rng(5).normal(0, 2.0, 60)  # mm: a crumpled sheet
    photos[3] = see(look(*POSES[3]), seed=3, heights_mm=bent)
    found = calibrate(photos, "s", DAY)
    assert found.left_out == ("photo 3",)
    assert found.station.camera.fx_px == pytest.approx(LENS.focal_px, rel=1e-3)


def test_few_photos_are_refused_with_what_is_missing() -> None:
    with pytest.raises(CalibrationError, match=r"2 usable photos .* slanting from the"):
        calibrate(complete_set()[:2], "s", DAY)


@pytest.mark.slow
def test_ten_photos_from_above_do_not_suffice() -> None:
    photos = [see(look(90, 1, 36 * i, 420 + i, (0, 0)), seed=i, noise_px=0.2) for i in range(10)]
    with pytest.raises(CalibrationError, match=r"uncertain.*slanting from the left"):
        calibrate(photos, "s", DAY)


MIXED = {
    "resolution": ({"width_px": 1600, "height_px": 1200}, "has 1600×1200 px, others 2000×1500"),
    "orientation": ({"width_px": HEIGHT, "height_px": WIDTH}, r"held differently.*turn the mat"),
    "device": ({"device": "Other"}, "is from Other, others from Tab A9"),
    "lens": ({"focal_35mm": 13.0}, "another lens or zoom"),
}


@pytest.mark.parametrize(("change", "says"), MIXED.values(), ids=MIXED.keys())
def test_mixed_photos_are_refused_by_name(change: dict[str, object], says: str) -> None:
    photos = [replace(p, device="Tab A9", focal_35mm=26.0) for p in complete_set()]
    photos[4] = replace(photos[4], **change)
    with pytest.raises(CalibrationError, match=rf"^photo 4 .*{says}"):
        calibrate(photos, "s", DAY)


def test_device_lens_and_dates_are_kept() -> None:
    photos = [replace(p, device="Tab A9", focal_35mm=26.0) for p in complete_set()]
    camera = calibrate(photos, "s", DAY, valid_days=90).station.camera
    assert (camera.device, camera.focal_35mm) == ("Tab A9", 26.0)
    assert (camera.calibrated_on, camera.expires_on) == (DAY, date(2026, 5, 30))
    assert camera.is_measured


def test_the_camera_carries_what_the_photos_say_of_it() -> None:
    camera = calibrate(complete_set(), "s", DAY).station.camera
    known = calibrated_camera(camera)
    assert known.u_focal >= camera.u_focal_percent / 100
    # 1 u of k1 moves the photo's corner by 1 u of the distortion.
    radius = np.hypot(WIDTH, HEIGHT) / 2 / camera.fx_px
    assert known.u_k1 * camera.fx_px * radius**3 == pytest.approx(camera.u_distortion_px)
