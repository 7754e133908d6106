"""A photo: from hostile bytes to upright pixels, to linear light, and whether it can be judged."""

from qc.photo.decode import Photo, decode_photo
from qc.photo.light import linear_to_srgb, srgb_to_linear

__all__ = ["Photo", "decode_photo", "linear_to_srgb", "srgb_to_linear"]
