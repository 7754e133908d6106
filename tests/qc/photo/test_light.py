"""The transfer function against its published fixed points and its own inverse."""

import numpy as np
import pytest

from qc.photo import linear_to_srgb, srgb_to_linear


def test_known_values() -> None:
    # sRGB 118 is the photographic 18 % grey card; the ends and the linear toe follow IEC 61966-2-1
    linear = srgb_to_linear(np.array([0, 1, 10, 118, 188, 255], np.uint8))
    np.testing.assert_allclose(
        linear, [0, 1 / 255 / 12.92, 10 / 255 / 12.92, 0.1812, 0.5029, 1], atol=5e-5
    )


def test_every_byte_returns_from_linear_light() -> None:
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)
    linear = srgb_to_linear(every)
    assert linear.dtype == np.float32
    assert (np.diff(linear.ravel()) > 0).all()
    np.testing.assert_array_equal(linear_to_srgb(linear), every)


@pytest.mark.parametrize("shape", [(7,), (5, 4), (5, 4, 3), (0, 3)])
def test_any_shape_is_kept(shape: tuple[int, ...]) -> None:
    encoded = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    linear = srgb_to_linear(encoded[..., ::-1])  # not contiguous either
    assert linear.shape == shape
    np.testing.assert_array_equal(linear_to_srgb(linear), encoded[..., ::-1])


def test_light_beyond_white_is_clipped() -> None:
    np.testing.assert_array_equal(linear_to_srgb(np.array([-0.5, 1.7])), [0, 255])


def test_only_bytes_are_decoded() -> None:
    with pytest.raises(TypeError, match="float64"):
        srgb_to_linear(np.zeros(3))
