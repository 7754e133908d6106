"""A photo: from hostile bytes to upright pixels, to linear light, and whether it can be judged."""

from qc.photo.cutouts import CutOuts, cut_out
from qc.photo.decode import Photo, decode_photo
from qc.photo.edges import edge_width_px, edge_widths_px, strongest_edges
from qc.photo.light import linear_to_srgb, srgb_to_linear, to_grey
from qc.photo.median import median_colour
from qc.photo.quality import gate_blur, gate_exposure, gate_frame_blur, gate_glare, gate_light

__all__ = [
    "CutOuts",
    "Photo",
    "cut_out",
    "decode_photo",
    "edge_width_px",
    "edge_widths_px",
    "gate_blur",
    "gate_exposure",
    "gate_frame_blur",
    "gate_glare",
    "gate_light",
    "linear_to_srgb",
    "median_colour",
    "srgb_to_linear",
    "strongest_edges",
    "to_grey",
]
