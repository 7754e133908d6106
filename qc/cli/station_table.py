"""A station's file as tables for people."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from qc.geometry.mat import CHECK_LINE_MM
from qc.geometry.station import CameraCalibration, Station


def print_station(station: Station) -> None:
    """Print what is known of a station, and how well the calibration's photos fit."""
    table = Table(box=None, pad_edge=False, show_header=False, title=f"station {station.id}")
    table.add_column(style="dim")
    table.add_column()
    table.add_row("mat", station.mat or "any")
    measured = "by steel rule" if station.print_scale_measured else "not measured"
    table.add_row(
        "print scale",
        f"x {CHECK_LINE_MM * station.print_scale_x:.2f} mm, "
        f"y {CHECK_LINE_MM * station.print_scale_y:.2f} mm for {CHECK_LINE_MM:.0f} mm, {measured}",
    )
    if station.upright is not None:
        table.add_row(
            "upright mat",
            f"on its {station.upright.side} side, squares {station.upright.margin_mm:.1f} mm "
            "above the table",
        )
    if station.camera is None:
        table.add_row("camera", "not calibrated: estimated from every photo")
    else:
        for name, text in _camera_rows(station.camera):
            table.add_row(name, text)
    console = Console(highlight=False)
    console.print(table)
    if station.camera and station.camera.photos:
        console.print(_photo_table(station.camera))


def _camera_rows(camera: CameraCalibration) -> list[tuple[str, str]]:
    lens = f", {camera.focal_35mm:g} mm equivalent" if camera.focal_35mm else ""
    k1, k2, p1, p2, k3 = camera.distortion
    u_lens = f" ± {camera.u_distortion_px:.2f} px at the border" if camera.u_distortion_px else ""
    return [
        ("camera", f"{camera.device or 'device not named by EXIF'}{lens}"),
        ("numbers", "measured from photos" if camera.is_measured else "entered by hand"),
        ("resolution", f"{camera.width_px} × {camera.height_px} px"),
        ("focal length", f"{camera.fx_px:.2f} px ± {camera.u_focal_percent:.3f} %"),
        (
            "centre",
            f"{camera.cx_px:.2f}, {camera.cy_px:.2f} px ± {camera.u_centre_px:.2f} px",
        ),
        ("distortion", f"k1 {k1:+.4f}  k2 {k2:+.4f}  k3 {k3:+.4f}  p {p1:+.5f} {p2:+.5f}{u_lens}"),
        ("residual", f"{camera.residual_px:.3f} px" if camera.residual_px else "not known"),
        ("calibrated on", str(camera.calibrated_on or "not known")),
        ("valid until", str(camera.expires_on or "not limited")),
    ]


def _photo_table(camera: CameraCalibration) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("photo", "corners", "RMS px", "worst px", "distance mm", "tilt °"):
        table.add_column(heading, justify="left" if heading == "photo" else "right")
    for photo in camera.photos:
        table.add_row(
            photo.name,
            str(photo.corners),
            f"{photo.residual_px:.3f}",
            f"{photo.residual_max_px:.3f}",
            f"{photo.distance_mm:.0f}",
            f"{photo.tilt_deg:.1f}",
        )
    return table
