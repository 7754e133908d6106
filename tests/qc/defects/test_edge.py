"""Chips of the outline joined to what the network saw."""

from __future__ import annotations

import numpy as np
import pytest

from qc.defects.edge import add_notches, notch_probability
from qc.defects.regions import Region
from qc.geometry.mat import Rect
from qc.geometry.notch import Notch
from qc.geometry.rectify import Plane

PLANE = Plane(Rect(-50.0, -50.0, 50.0, 50.0), 10.0, 0.2)


def _square(x_mm: float, y_mm: float, side_mm: float) -> np.ndarray:
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * side_mm
    return corners + np.array([x_mm, y_mm])


def _notch(x_mm: float = 40.0, depth_mm: float = 1.0) -> Notch:
    return Notch(_square(x_mm, 0.0, 3.0), 3.0, depth_mm, 9.0, 0.5)


def _seen(kind: str, x_mm: float, probability: float, side_mm: float = 5.0) -> Region:
    polygon = PLANE.to_raster(_square(x_mm, 0.0, side_mm))
    return Region(kind, probability, polygon, side_mm, side_mm, side_mm**2)


def test_without_notches_nothing_changes() -> None:
    regions = [_seen("crack", 0, 0.9), _seen("chip", 20, 0.6)]
    assert add_notches(regions, [], PLANE) == regions


def test_a_notch_becomes_a_chip_where_it_lies() -> None:
    (chip,) = add_notches([], [_notch()], PLANE)
    assert (chip.type, chip.length, chip.width, chip.area) == ("chip", 3.0, 1.0, 9.0)
    assert PLANE.to_mm(chip.polygon) == pytest.approx(_square(40.0, 0.0, 3.0))


def test_two_witnesses_of_one_chip_count_as_one_surer_chip() -> None:
    (chip,) = add_notches([_seen("chip", 36, 0.6)], [_notch()], PLANE)
    assert chip.area == 25.0
    assert chip.probability == pytest.approx(1 - 0.4 * (1 - notch_probability(1.0, 0.5)))


@pytest.mark.parametrize("other", [_seen("chip", 20, 0.6), _seen("stain", 38, 0.95)])
def test_what_is_elsewhere_or_of_another_type_stays_apart(other: Region) -> None:
    found = add_notches([other], [_notch()], PLANE)
    assert len(found) == 2
    assert other in found
    assert found == sorted(found, key=lambda region: -region.probability)


def test_a_notch_is_never_below_even_and_grows_surer_with_depth() -> None:
    depths = np.linspace(0.5, 5, 30)
    sure = [notch_probability(depth, 0.5) for depth in depths]
    assert sure[0] == pytest.approx(0.5)
    assert np.all(np.diff(sure) > 0)
    assert sure[-1] < 1
