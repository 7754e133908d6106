"""A rendered sample as it is stored: photo, truth and the stations' files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qc.geometry.mat import standard_mat
from qc.geometry.station import CameraCalibration, Station

from .photo import encode_jpeg, expose, read_linear
from .run import Rendered
from .samples import PRODUCTS, SAMPLES, STATIONS
from .scene import Scene
from .truth import (
    PhotoTruth,
    TrueDimension,
    TruePose,
    contours,
    id_masks,
    points,
    read_measured,
    true_camera,
    true_defects,
)


def write_sample(name: str, rendered: Rendered, folder: Path) -> PhotoTruth:
    """Turn a render into the sample's JPEG and truth, and return the truth."""
    sample, scene = SAMPLES[name], SAMPLES[name].scene()
    optics = sample.optics.model_copy(update={"seed": sample.seed})
    pixels = expose(read_linear(rendered.photo), optics)
    (folder / f"{name}.jpg").write_bytes(encode_jpeg(pixels, scene.camera.focal_35mm))
    truth = _truth(name, rendered)
    (folder / f"{name}.truth.json").write_text(truth.model_dump_json(indent=1) + "\n")
    return truth


def _truth(name: str, rendered: Rendered) -> PhotoTruth:
    sample, scene = SAMPLES[name], SAMPLES[name].scene()
    measured = read_measured(rendered.measured)
    item, masks = id_masks(rendered.ids)
    # Parts count from left to right in the photo.
    places = scene.camera.project(_centres(scene))
    order = sorted(range(len(scene.pieces)), key=lambda piece: float(places[piece, 0]))
    dimensions = tuple(
        TrueDimension(
            name=dimension,
            feature=feature,
            part=part,
            value_mm=round(measured[piece]["extent_mm"]["xy".index(axis)], 4),
            height_mm=round(measured[piece][f"{axis}_edge_height_mm"], 3),
        )
        for part, piece in enumerate(order, start=1)
        for dimension, feature, axis in PRODUCTS[sample.product].dimensions
    )
    poses = tuple(
        TruePose(part=part, x_mm=p.x_mm, y_mm=p.y_mm, angle_deg=p.angle_deg)
        for part, p in enumerate((scene.pieces[piece] for piece in order), start=1)
    )
    heights = [height for piece in measured for height in piece["defect_heights_mm"]]
    outlines = contours(item, 0.7)[: len(scene.pieces)]
    return PhotoTruth(
        photo=f"{name}.jpg",
        product=sample.product,
        spec=sample.product,
        station=sample.station,
        mat=standard_mat(scene.paper).identity,
        dimensions=dimensions,
        defects=tuple(true_defects(scene, masks, heights)),
        poses=poses,
        outlines_px=tuple(points(o) for o in sorted(outlines, key=lambda o: o[:, 0].mean())),
        camera=true_camera(scene.camera),
        expected_verdict=sample.verdict,
        why=sample.why,
    )


def _centres(scene: Scene) -> NDArray[np.float64]:
    return np.array([[piece.x_mm, piece.y_mm, 0.0] for piece in scene.pieces])


def write_stations(folder: Path) -> None:
    """Write a station file for each of the cameras, calibrated exactly."""
    for name, camera_for in STATIONS.items():
        camera = camera_for()
        paper = next(PRODUCTS[s.product].paper for s in SAMPLES.values() if s.station == name)
        station = Station(
            id=name,
            mat=standard_mat(paper).identity,
            print_scale_measured=True,
            camera=CameraCalibration(
                width_px=camera.width_px,
                height_px=camera.height_px,
                fx_px=round(camera.f_px, 6),
                fy_px=round(camera.f_px, 6),
                cx_px=(camera.width_px - 1) / 2,
                cy_px=(camera.height_px - 1) / 2,
                u_focal_percent=0.05,
            ),
        )
        text = json.dumps(station.model_dump(mode="json"), indent=2)
        (folder / f"station-{name}.json").write_text(text + "\n")
