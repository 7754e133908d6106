"""Fits of rims and of single profiles, against profiles that were blurred numerically."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d
from scipy.special import ndtr

from qc.geometry.profiles import fit_edges
from qc.geometry.rim import Stretches, fit_rims

FIELD, OWN = np.array([0.025, 0.066, 0.255]), np.array([0.30, 0.16, 0.075])
OFFSETS_PX = np.arange(-6.0, 7.5, 1.0)
SPREAD_PX = 0.9


def _blurred_rim(edge_px):
    """Linear light `(3, M)` of a rim that darkens and mirrors the mat, ending at `edge_px`."""
    fine = np.arange(-16, 16, 0.005)
    depth = np.maximum(edge_px - fine, 0)
    own = 0.5 + 0.12 * np.sqrt(depth)
    mirrored = 0.3 - 0.06 * np.sqrt(depth)
    item = own[:, None] * OWN + mirrored[:, None] * FIELD
    light = np.where((fine < edge_px)[:, None], item, FIELD)
    soft = gaussian_filter1d(light, SPREAD_PX / 0.005, axis=0, mode="nearest")
    return np.stack([np.interp(OFFSETS_PX, fine, soft[:, channel]) for channel in range(3)])


def test_a_rim_ends_where_it_was_made_to_end():
    edges_px = np.array([-1.3, -0.4, 0.0, 0.7, 1.6])
    count = len(edges_px)
    stretches = Stretches(
        offsets_px=OFFSETS_PX,
        compared=(OFFSETS_PX >= -4) & (OFFSETS_PX <= 5),
        light=np.stack([_blurred_rim(edge) for edge in edges_px], axis=-1).astype(np.float32),
        field=np.tile(FIELD[:, None], count).astype(np.float32),
        own=np.tile(OWN[:, None], count).astype(np.float32),
        spread_px=np.full(count, SPREAD_PX),
    )
    fit = fit_rims(stretches, 0.0, 40)
    assert fit.edge_px == pytest.approx(edges_px, abs=0.05)
    alone = fit_rims(stretches.some(np.array([3])), 0.0, 40)
    assert alone.edge_px[0] == pytest.approx(fit.edge_px[3], abs=1e-3)  # each by itself


def test_a_step_is_found_in_every_profile():
    rng = np.random.default_rng(3)
    offsets = np.arange(-5.0, 5.25, 0.5)
    edge, sigma = rng.normal(0, 0.7, 300), rng.uniform(0.7, 1.6, 300)
    contrast = rng.uniform(0.1, 0.5, 300)
    signal = 0.02 + contrast[:, None] * ndtr(-(offsets - edge[:, None]) / sigma[:, None])
    found_edge, found_contrast, found_sigma = fit_edges(offsets, signal)
    assert found_edge == pytest.approx(edge, abs=0.01)
    assert found_contrast == pytest.approx(contrast, rel=0.01)
    assert found_sigma == pytest.approx(sigma, rel=0.02)
