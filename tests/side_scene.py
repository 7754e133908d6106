"""Items before an upright mat, rendered: small photos of known scenes, and the specs for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qc.geometry.mat import standard_mat
from qc.geometry.station import CameraCalibration, Station, UprightMat
from qc.photo import Photo, decode_photo
from qc.proof import items
from qc.proof.camera import TrueCamera
from qc.proof.light import MEDIUM, Light, Material
from qc.proof.scene import Scene, render_file
from qc.proof.side_items import Made
from qc.proof.stage import look_at
from qc.proof.standing import Setting, stand
from qc.spec.base import LocalText
from qc.spec.dimension import Height, Size
from qc.spec.models import Product, Spec, View

TEXT = LocalText(en="bowl", id="mangkuk")
LAYOUT = standard_mat("A3")
FOCAL_PX = 2200.0
STATION = Station(
    id="test",
    mat=LAYOUT.identity,
    print_scale_measured=True,
    upright=UprightMat(side="left", margin_mm=8.5),
    camera=CameraCalibration(
        width_px=1664, height_px=1248, fx_px=FOCAL_PX, fy_px=FOCAL_PX, cx_px=831.5, cy_px=623.5
    ),
)
LENS = TrueCamera(
    1664, 1248, FOCAL_PX, FOCAL_PX, 831.5, 623.5, (0.0,) * 5, ((0.0,) * 3,) * 3, (0.0,) * 3
)
BEFORE = Setting(side="left", table_mm=-LAYOUT.sheet_width_mm / 2, distance_mm=640)
"""The sheet on its long side, the item touching it."""

BOWL = Made(items.flared_bowl(110.0, 75.0, 0.45, 20.0, 2.0), 75.0, None, 2.0)
BOX = Made(items.board(80.0, 60.0, 90.0, 4.0, 2.0), 90.0, None, 2.0)


_TAKEN: dict[tuple[object, ...], tuple[Made, bytes]] = {}
"""Photos taken so far; the item is kept, so that no other one gets its identity."""


def side_photo(made: Made, setting: Setting = BEFORE, material: Material = MEDIUM) -> Photo:
    """Photograph an item before an upright A3 mat, a lamp above and in front."""
    return decode_photo(side_file(made, setting, material))


def side_file(made: Made, setting: Setting = BEFORE, material: Material = MEDIUM) -> bytes:
    """Return that photo as the tablet's file."""
    asked = (id(made), setting, material.name)
    if asked not in _TAKEN:
        _TAKEN[asked] = made, _from_front(made, setting, material)
    return _TAKEN[asked][1]


def _from_front(made: Made, setting: Setting, material: Material) -> bytes:
    stood = stand(made, setting, LENS)
    light = Light(azimuth_deg=20.0 if setting.side == "left" else 110.0, elevation_deg=50.0)
    solids = tuple((solid, material) for solid in stood.solids)
    return render_file(Scene(camera=stood.camera, layout=LAYOUT, solids=solids, light=light))


def top_photo(made: Made) -> Photo:
    """Photograph an item on the same mat, from above."""
    return decode_photo(top_file(made))


def top_file(made: Made) -> bytes:
    """Return that photo as the tablet's file."""
    asked = (id(made), "top")
    if asked not in _TAKEN:
        _TAKEN[asked] = made, _from_above(made)
    return _TAKEN[asked][1]


def _from_above(made: Made) -> bytes:
    eye = np.array([40.0, -30.0, 700.0])
    rotation, translation = look_at(eye, np.zeros(3), 0.0)
    camera = replace(LENS, rotation=rotation, translation_mm=translation)
    solid = made.item.solid.placed(5.0, -10.0, 20.0)
    return render_file(Scene(camera=camera, layout=LAYOUT, solids=((solid, MEDIUM),)))


def height(nominal_mm: float, **limits: float) -> Height:
    """Return the dimension of the side view."""
    return Height(name="height", feature="height", view="side", nominal_mm=nominal_mm, **limits)


def side_spec(*dimensions: Height | Size, above: bool = False, **setup: object) -> Spec:
    """Return a spec with a side view, and perhaps one from above; its top is at the back."""
    if not {"top_depth_mm", "top_depth_of"} & setup.keys():
        setup["top"] = "back"
    side = View(name="side", instruction=TEXT, mat="upright", **setup)
    return Spec(
        id="bowl",
        version=1,
        buyer="test",
        example=True,
        product=Product(id="bowl", name=TEXT, material="teak"),
        mat="A3",
        views=(*((View(name="top", instruction=TEXT),) if above else ()), side),
        dimensions=dimensions,
    )
