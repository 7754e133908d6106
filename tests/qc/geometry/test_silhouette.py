"""The silhouette against profiles whose truth is known, coded by a real JPEG encoder."""

import numpy as np
import pytest
import simplejpeg

from qc.geometry.silhouette import OFFSETS_PX, find_silhouette
from qc.photo import linear_to_srgb, srgb_to_linear

FIELD = np.array([0.025, 0.066, 0.255])
PALE, REDDISH, DARK = (0.6, 0.45, 0.29), (0.30, 0.16, 0.075), (0.075, 0.042, 0.024)
SIGMA_PX = 0.8
SLANT = 0.11
ROWS, COLUMNS, FINE = 384, 96, 8


def _photo(own, rim_light, mirrored, subsampling, quality=90):
    """A slanted edge, the item at the left: area-averaged, blurred, coded.

    The light rises with the square root of the depth, as on a rounded rim; the mat is mirrored
    most at the very edge, after Schlick.
    """
    rows = np.arange(ROWS)[:, None]
    x = (np.arange(COLUMNS * FINE) + 0.5) / FINE - 0.5
    depth = (48.3 + SLANT * (rows - ROWS / 2) - x[None]) / np.hypot(1, SLANT)
    facing = np.sqrt(np.clip(2 * depth / 12, 0, 1))
    body = rim_light + (1 - rim_light) * facing
    item = body[..., None] * np.array(own) + mirrored * ((1 - facing) ** 5)[..., None] * FIELD
    light = np.where((depth > 0)[..., None], item, FIELD)
    near = np.arange(-40, 41)
    kernel = np.exp(-0.5 * (near / FINE / SIGMA_PX) ** 2)
    light = np.apply_along_axis(np.convolve, 1, light, kernel / kernel.sum(), mode="same")
    pixels = linear_to_srgb(light.reshape(ROWS, COLUMNS, FINE, 3).mean(axis=2))
    coded = simplejpeg.encode_jpeg(
        np.ascontiguousarray(pixels), quality=quality, colorsubsampling=subsampling
    )
    return srgb_to_linear(simplejpeg.decode_jpeg(coded))


def _profiles(photo, off_px):
    """Profiles about an outline that lies `off_px` outside of the edge, averaged by sixes."""
    rows = np.arange(60, ROWS - 60)
    normal = np.array([1, -SLANT]) / np.hypot(1, SLANT)
    along = np.column_stack([48.3 + SLANT * (rows - ROWS / 2), rows])
    points = along[:, None] + (OFFSETS_PX + off_px)[:, None] * normal
    left, top = np.floor(points[..., 0]).astype(int), np.floor(points[..., 1]).astype(int)
    right, down = (points[..., 0] - left)[..., None], (points[..., 1] - top)[..., None]
    upper = photo[top, left] * (1 - right) + photo[top, left + 1] * right
    lower = photo[top + 1, left] * (1 - right) + photo[top + 1, left + 1] * right
    light = (upper * (1 - down) + lower * down).astype(float)
    return light.reshape(-1, 6, len(OFFSETS_PX), 3).mean(axis=1)


# The spread as the inspector measures it: lens, pixel and linear interpolation
SPREAD_PX = np.sqrt(SIGMA_PX**2 + 1 / 12 + 1 / 6)


@pytest.mark.parametrize("off_px", [-1.2, 0.6])
@pytest.mark.parametrize("subsampling", ["420", "444"])
@pytest.mark.parametrize(
    ("own", "rim_light", "mirrored"),
    [
        pytest.param(PALE, 1.0, 0.0, id="sharp edge"),
        pytest.param(PALE, 0.4, 0.1, id="raw wood, shaded rim"),
        pytest.param(REDDISH, 0.4, 0.5, id="lacquer"),
        pytest.param(DARK, 0.6, 0.1, id="dark wood"),
    ],
)
def test_the_silhouette_is_found(own, rim_light, mirrored, subsampling, off_px):
    profiles = _profiles(_photo(own, rim_light, mirrored, subsampling), off_px)
    found = find_silhouette(profiles, np.full(len(profiles), SPREAD_PX), np.inf)
    assert (found.chroma_px > 0) is (subsampling == "420")
    off = abs(np.median(found.edge_px) + off_px)
    assert off <= 0.25
    assert off <= 2 * np.median(found.u_px) + 0.1


def test_half_of_the_contrast_is_reached_inside_a_shaded_rim():
    """Why there is a model: the middle of the rise lies well inside."""
    light = _profiles(_photo(PALE, 0.4, 0.1, "420"), 0.0).mean(axis=0)[:, 0]
    half = (light[0] + light[-1]) / 2
    assert np.interp(-half, -light, OFFSETS_PX) <= -0.5
