"""The committed sample photos against their own truth, by means that rendered neither."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image

from qc.geometry.mat import PAPERS, standard_mat
from qc.geometry.station import read_station
from training.synthesis.render.samples import PRODUCTS, SAMPLES
from training.synthesis.render.scene import Camera
from training.synthesis.render.truth import PhotoTruth

FOLDER = Path(__file__).parents[3] / "datasets" / "samples"
JUDGED = [name for name, sample in SAMPLES.items() if sample.verdict != "retake"]


@cache
def truth_of(name: str) -> PhotoTruth:
    return PhotoTruth.model_validate_json((FOLDER / f"{name}.truth.json").read_bytes())


def camera_of(name: str) -> Camera:
    return SAMPLES[name].scene().camera


def test_the_folder_holds_the_samples_and_stays_small() -> None:
    photos = list(FOLDER.glob("*.jpg"))
    assert {photo.stem for photo in photos} == set(SAMPLES)
    assert sum(photo.stat().st_size for photo in photos) <= 12e6


@pytest.mark.parametrize("name", SAMPLES)
def test_a_photo_says_that_it_is_rendered_and_has_its_stations_size(name: str) -> None:
    truth = truth_of(name)
    station = read_station(FOLDER / f"station-{truth.station}.json")
    with Image.open(FOLDER / truth.photo) as photo:
        assert "not a real photo" in photo.getexif()[ExifTags.Base.ImageDescription]
        assert station.camera is not None
        assert photo.size == (station.camera.width_px, station.camera.height_px)
    camera = truth.camera
    assert (station.mat, station.camera.fx_px) == (truth.mat, camera.f_px)
    assert (station.camera.cx_px, station.camera.cy_px) == (camera.cx_px, camera.cy_px)


def mat_offsets_px(name: str) -> NDArray[np.float64]:
    """Mat corners found by OpenCV in the JPEG, less where the true camera puts them."""
    truth = truth_of(name)
    layout = next(m for m in map(standard_mat, PAPERS) if m.identity == truth.mat)
    grey = np.asarray(cv2.imread(str(FOLDER / truth.photo), cv2.IMREAD_GRAYSCALE))
    found, ids, _, _ = cv2.aruco.CharucoDetector(layout.board()).detectBoard(grey)
    points_mm = dict(zip(layout.corner_ids().tolist(), layout.corner_points_mm(), strict=True))
    pairs = [
        (pixel, (*points_mm[corner], 0.0))
        for corner, pixel in zip(np.ravel(ids).tolist(), np.reshape(found, (-1, 2)), strict=True)
        if corner in points_mm
    ]
    assert len(pairs) == len(points_mm), "a corner of the mat is hidden or was missed"
    pixels, corners_mm = (np.array(values) for values in zip(*pairs, strict=True))
    # From the truth file alone: the projection of `Camera` is not used here.
    pose = np.array(truth.camera.world_from_camera)
    local = (corners_mm - pose[:3, 3]) @ pose[:3, :3]
    centre = [truth.camera.cx_px, truth.camera.cy_px]
    projected = truth.camera.f_px * local[:, :2] / local[:, 2:] + centre
    return np.asarray(pixels - projected)


@pytest.mark.parametrize("name", JUDGED)
def test_the_mat_lies_where_the_true_camera_sees_it(name: str) -> None:
    offsets = mat_offsets_px(name)
    assert np.abs(offsets.mean(axis=0)).max() <= 0.03
    # The renderer takes eight samples a pixel, which scatters single corners by about 0.1 px.
    assert np.sqrt((offsets**2).sum(axis=1).mean()) <= 0.12


@pytest.mark.parametrize("name", JUDGED)
def test_the_rendered_outline_has_the_true_dimensions(name: str) -> None:
    """Sizes come from the mesh, outlines from the picture: they must agree on the edge's plane."""
    truth, camera = truth_of(name), camera_of(name)
    parts = {dimension.part for dimension in truth.dimensions}
    assert len(truth.outlines_px) == len(parts)
    for part, outline in zip(sorted(parts), truth.outlines_px, strict=True):
        dimensions = [d for d in truth.dimensions if d.part == part]
        for dimension in dimensions:
            ground = camera.on_plane(np.array(outline), dimension.height_mm).astype(np.float32)
            # The outline runs through the centres of the outermost pixels.
            pixel_mm = camera.distance_mm / camera.f_px
            sides = np.sort(cv2.minAreaRect(ground)[1]) + pixel_mm
            seen = sides[0] if dimension.feature == "width" else sides[1]
            assert seen == pytest.approx(dimension.value_mm, abs=0.3 + 1.5 * pixel_mm)


@pytest.mark.parametrize("name", [name for name in SAMPLES if SAMPLES[name].defects])
def test_every_defect_is_visible_and_lies_on_the_item(name: str) -> None:
    truth = truth_of(name)
    assert [d.type for d in truth.defects] == [d.type for d in SAMPLES[name].defects]
    for defect, planned in zip(truth.defects, SAMPLES[name].defects, strict=True):
        centre = np.mean(defect.polygon_px, axis=0)
        inside = [
            cv2.pointPolygonTest(np.array(outline, np.float32), tuple(map(float, centre)), True)
            for outline in truth.outlines_px
        ]
        assert max(inside) > -8  # a chip's middle may lie just beyond the edge that it broke
        assert 0.75 <= defect.length_mm / planned.length_mm <= 1.15
        assert defect.area_mm2 > 0.3 * planned.length_mm * planned.width_mm


def test_truth_names_the_dimensions_of_the_products() -> None:
    for name, sample in SAMPLES.items():
        named = {dimension.name for dimension in truth_of(name).dimensions}
        assert named == {dimension for dimension, _, _ in PRODUCTS[sample.product].dimensions}


def test_only_flawed_or_wrong_sized_items_should_fail() -> None:
    for name, sample in SAMPLES.items():
        flawed = bool(sample.defects or sample.size)
        expected = sample.verdict if sample.verdict == "retake" else ("fail" if flawed else "pass")
        assert truth_of(name).expected_verdict == expected
