"""What a photo of the empty mat tells about the camera, and which photos tell nothing.

Every refusal names the photo and what to do, so that one more photo mends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qc.errors import CalibrationError
from qc.geometry.camera import estimated_camera
from qc.geometry.corners import MatCorners, find_corners, shows_mirrored_mat
from qc.geometry.gate import ring_edges
from qc.geometry.mat import CHECK_LINE_MM, MatLayout
from qc.geometry.pose import MatView, locate_mat
from qc.photo import Photo, edge_width_px, gate_blur, gate_light, to_grey

_MIN_CORNERS = 16
"""Two sides of the ring or so: a photo whose mat reaches beyond the picture shows no more."""

_LANGUAGE = "en"
"""Errors are in English; the tablet shows the guidance, which is in every language."""


@dataclass(frozen=True, slots=True)
class PrintScale:
    """What a steel rule reads on the mat's two check lines, in mm."""

    x_mm: float
    y_mm: float

    def __post_init__(self) -> None:
        """Refuse readings that no print of the mat can have.

        Raises:
            CalibrationError: a reading is more than 10 % off.
        """
        for axis, read_mm in (("x", self.x_mm), ("y", self.y_mm)):
            if not 0.9 <= read_mm / CHECK_LINE_MM <= 1.1:
                raise CalibrationError(
                    f"the {axis} line cannot be {read_mm:g} mm long",
                    fix=f"Measure the printed line of {CHECK_LINE_MM:.0f} mm again, in mm.",
                )

    @property
    def factors(self) -> tuple[float, float]:
        """Printed length by designed length, in x and y."""
        return self.x_mm / CHECK_LINE_MM, self.y_mm / CHECK_LINE_MM


@dataclass(frozen=True, slots=True)
class MatPhoto:
    """A photo of the empty mat; `view` is a first estimate, made without a calibration."""

    name: str
    width_px: int
    height_px: int
    device: str | None
    focal_35mm: float | None
    corners: MatCorners
    view: MatView


def see_mat(name: str, photo: Photo, mat: MatLayout) -> MatPhoto:
    """Find the mat in a photo that is to calibrate the camera.

    Args:
        name: of the photo, for messages.
        photo: of the empty mat.
        mat: the station's mat.

    Raises:
        CalibrationError: light, blur, mirroring, another mat or too little of it.
    """
    if reasons := gate_light(photo, name):
        raise CalibrationError(f"{name}: {reasons[0].text[_LANGUAGE]}")
    grey = to_grey(photo.pixels)
    corners = find_corners(grey)
    camera = estimated_camera(photo.width_px, photo.height_px, photo.focal_35mm)
    view = locate_mat(corners, camera, None) if corners else None
    if corners is None or view is None:
        if shows_mirrored_mat(grey):
            raise CalibrationError(
                f"{name}: the mat is mirrored",
                fix="Use the rear camera, switch its mirroring off, or print the mat again.",
            )
        raise CalibrationError(
            f"{name}: no mat can be recognised", fix="Show the whole mat, sharp and evenly lit."
        )
    if corners.layout != mat:
        raise CalibrationError(
            f"{name}: this is mat {corners.layout.identity}, not {mat.identity}",
            fix="Photograph the station's own mat, or give the layout of this one with --mat.",
        )
    if len(view.corner_ids) < _MIN_CORNERS:
        raise CalibrationError(
            f"{name}: only {len(view.corner_ids)} of the mat's {len(mat.corner_ids())} corners "
            "are seen",
            fix="Clear the mat and show more of its border.",
        )
    light, edges_px, normals, reach_px = ring_edges(grey, view)
    width_px = edge_width_px(light, edges_px, normals, window_px=reach_px)
    if blur := gate_blur(width_px, name):
        raise CalibrationError(f"{name}: {blur.text[_LANGUAGE]}")
    return MatPhoto(
        name, photo.width_px, photo.height_px, photo.camera_model, photo.focal_35mm, corners, view
    )


def require_one_camera(photos: Sequence[MatPhoto]) -> None:
    """Refuse photos of several devices, lenses or resolutions.

    Raises:
        CalibrationError: names the first photo that differs from the most frequent kind.
    """
    sizes = [(photo.width_px, photo.height_px) for photo in photos]
    size = max(sizes, key=sizes.count)
    for photo, (width, height) in zip(photos, sizes, strict=True):
        if (height, width) == size and width != height:
            raise CalibrationError(
                f"{photo.name} is held differently: {width}×{height} px, others "
                f"{size[0]}×{size[1]}",
                fix="Hold the tablet the same way in all photos, and turn the mat instead.",
            )
        if (width, height) != size:
            raise CalibrationError(
                f"{photo.name} has {width}×{height} px, others {size[0]}×{size[1]}",
                fix="Leave it out, or take all photos at one resolution.",
            )
    devices = [photo.device for photo in photos if photo.device]
    lenses = [photo.focal_35mm for photo in photos if photo.focal_35mm]
    for photo in photos:
        if photo.device and photo.device != max(devices, key=devices.count):
            raise CalibrationError(
                f"{photo.name} is from {photo.device}, others from "
                f"{max(devices, key=devices.count)}",
                fix="Leave it out: a calibration is valid for one device.",
            )
        if photo.focal_35mm and photo.focal_35mm != max(lenses, key=lenses.count):
            raise CalibrationError(
                f"{photo.name} was taken with another lens or zoom ({photo.focal_35mm:g} mm, "
                f"others {max(lenses, key=lenses.count):g} mm)",
                fix="Leave it out, and do not zoom.",
            )
