"""Whether a station's calibration describes the photo: files that do not fit, lenses that moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from mat_views import HEIGHT, LENS, WIDTH, complete_set, look, see

from qc.decision.verdict import Verdict
from qc.geometry.calibration import calibrate
from qc.geometry.camera import estimated_camera
from qc.geometry.drift import KnownCamera, gate_drift, known_camera
from qc.geometry.pose import locate_mat
from qc.geometry.station import CameraCalibration, Station
from qc.photo import Photo

DAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def station() -> Station:
    photos = [replace(p, device="Tab A9", focal_35mm=26.0) for p in complete_set()]
    return calibrate(photos, "s", DAY).station


def photo(width: int = WIDTH, height: int = HEIGHT, model=None, focal_35mm=None) -> Photo:
    pixels = np.empty((height, width, 3), np.uint8)
    return Photo(pixels, "0" * 64, width, height, focal_35mm, model)


def ask(photo: Photo, station: Station, today: date | None = DAY) -> KnownCamera:
    return known_camera(photo, station, "top", today)


def codes(known: KnownCamera) -> list[str]:
    assert all(reason.verdict is Verdict.CHECK for reason in known.reasons)
    return [reason.code for reason in known.reasons]


@pytest.mark.parametrize(
    "fitting", [photo(), photo(model="Tab A9"), photo(model="Tab A9", focal_35mm=26.0)]
)
def test_the_calibrated_camera_is_followed_without_a_word(station: Station, fitting: Photo) -> None:
    known = ask(fitting, station)
    assert codes(known) == []
    assert known.camera.focal_px == station.camera.fx_px
    assert known.camera.u_focal < 0.0025


OTHERS = {
    "resolution": (photo(1600, 1200), "station-other-size", "1600×1200"),
    "device": (photo(model="Phone X"), "station-other-device", "Phone X"),
    "zoom": (photo(model="Tab A9", focal_35mm=52.0), "station-other-device", "52 mm"),
}


@pytest.mark.parametrize(("other", "code", "says"), OTHERS.values(), ids=OTHERS.keys())
def test_another_camera_is_told_and_estimated(station, other, code, says) -> None:
    known = ask(other, station)
    assert codes(known) == [code]
    assert says in known.reasons[0].text["en"]
    guess = estimated_camera(other.width_px, other.height_px, other.focal_35mm)
    assert known.camera == guess
    assert known.camera.u_focal >= 0.03
    # Nothing to compare the mat with: the calibration is of another camera.
    assert gate_drift(see(look(90, 6, 30, 600, (0, 0))).view, known, "top") == []


def test_an_expired_calibration_is_told_and_widened(station: Station) -> None:
    last = station.camera.expires_on
    assert codes(ask(photo(), station, last)) == []
    late = ask(photo(), station, date.fromordinal(last.toordinal() + 1))
    assert codes(late) == ["station-expired"]
    fresh = ask(photo(), station).camera
    assert late.camera.u_focal > 3 * fresh.u_focal
    assert late.camera.u_k1 > fresh.u_k1
    assert late.camera.focal_px == fresh.focal_px


def test_a_turned_tablet_keeps_its_calibration(station: Station) -> None:
    known = ask(photo(HEIGHT, WIDTH), station)
    assert codes(known) == []
    # What was along the photo's height lies along its width.
    kept = (station.camera.fy_px, station.camera.fx_px)
    assert (known.camera.matrix[0, 0], known.camera.matrix[1, 1]) == pytest.approx(kept)
    # The true centre of a photo turned either way lies within what is admitted.
    off_x = LENS.centre_px[0] - (WIDTH - 1) / 2
    off_y = LENS.centre_px[1] - (HEIGHT - 1) / 2
    assert known.camera.centre_px == ((HEIGHT - 1) / 2, (WIDTH - 1) / 2)
    assert known.camera.u_centre_px >= max(abs(off_x), abs(off_y)) - 0.5


def views(lens=LENS, count: int = 40, **how):
    """Poses of everyday inspections, from above with up to 10° of tilt."""
    rng = np.random.default_rng(7)
    for seed in range(count):
        pose = look(
            90 + rng.normal(0, 4), rng.uniform(0, 10), rng.uniform(0, 360), rng.uniform(400, 520),
            rng.normal(0, 10, 2),
        )  # fmt: skip
        yield see(pose, lens, seed=1000 + seed, **how).corners


def alarms(station: Station, seen) -> int:
    known = ask(photo(), station)
    found = [locate_mat(corners, known.camera, station) for corners in seen]
    return sum(bool(gate_drift(view, known, "top")) for view in found)


def test_the_calibrated_lens_raises_no_alarm(station: Station) -> None:
    assert alarms(station, views()) == 0
    assert alarms(station, views(noise_px=0.1)) == 0  # blur and noise of a poor photo
    refocused = replace(LENS, focal_px=1.001 * LENS.focal_px)
    assert alarms(station, views(refocused)) == 0


def test_another_lens_or_a_crumpled_mat_raises_the_alarm(station: Station) -> None:
    other_lens = replace(LENS, distortion=(0.0, 0.0, 0.0, 0.0, 0.0))
    assert alarms(station, views(other_lens)) >= 38
    crumpled = np.random.default_rng(1).normal(0, 0.8, 60)
    assert alarms(station, views(heights_mm=crumpled)) >= 38


def test_zoom_shows_where_the_photo_is_tilted(station: Station) -> None:
    """From straight above, zoom looks like distance: no photo of a plane can tell them apart."""
    zoomed = replace(LENS, focal_px=1.1 * LENS.focal_px)
    tilted = [see(look(90, 20, 40 * i, 480, (0, 0)), zoomed, seed=i).corners for i in range(9)]
    assert alarms(station, tilted) == 9


def test_a_camera_entered_by_hand_is_still_held_against_the_mat() -> None:
    camera = CameraCalibration(
        width_px=WIDTH, height_px=HEIGHT, fx_px=1800, fy_px=1800, cx_px=1011, cy_px=741,
        distortion=LENS.distortion,
    )  # fmt: skip
    assert alarms(Station(id="s", camera=camera), views(count=10)) == 0
    wrong = camera.model_copy(update={"distortion": (0.08, 0.0, 0.0, 0.0, 0.0)})
    assert alarms(Station(id="s", camera=wrong), views(count=10)) == 10
