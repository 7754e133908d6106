"""Calibrating a station's camera from photos of its empty mat."""

from qc.geometry.calibration.calibrate import Calibration, calibrate
from qc.geometry.calibration.photos import MatPhoto, PrintScale, see_mat
from qc.geometry.calibration.poses import missing_poses

__all__ = ["Calibration", "MatPhoto", "PrintScale", "calibrate", "missing_poses", "see_mat"]
