"""Two releases on the same photos: figures that can be counted by hand, and their intervals."""

from __future__ import annotations

from pathlib import Path

import networks
import numpy as np
import pytest
from labelled import rectangle
from PIL import Image

from qc.comparison import compare, worse_cells
from qc.comparison.report import Cell, Comparison
from qc.datasets.model import Dataset, DatasetPhoto, LabelledRegion
from qc.defects.detector import Detector
from qc.errors import DatasetError

SIDE = 80
SPOT = rectangle(9.5, 9.5, 29.5, 29.5)
OTHER = rectangle(49.5, 49.5, 69.5, 69.5)


@pytest.fixture
def colours(tmp_path: Path) -> Detector:
    """Calls red a crack, green a stain and blue a hole."""
    folder = networks.write_release(tmp_path / "0.0.1", networks.colours(), networks.COLOURS)
    return Detector.load(folder)


@pytest.fixture
def swapped(tmp_path: Path) -> Detector:
    """Calls red a stain and green a crack."""
    types = ("stain", "crack", "hole")
    folder = tmp_path / "0.0.2"
    return Detector.load(networks.write_release(folder, networks.colours(), types, version="0.0.2"))


@pytest.fixture
def blind(tmp_path: Path) -> Detector:
    """Calls blue a crack, and red and green what nobody labels."""
    types = ("dent", "chip", "crack")
    folder = tmp_path / "0.0.3"
    return Detector.load(networks.write_release(folder, networks.colours(), types, version="0.0.3"))


def photo(
    folder: Path,
    name: str,
    *spots: tuple[tuple[int, int, int], np.ndarray],
    item: str | None = None,
    product: str | None = None,
    labels: tuple[LabelledRegion, ...] = (),
) -> DatasetPhoto:
    """A photo with coloured spots; what is labelled is told apart from what is there."""
    pixels = np.full((SIDE, SIDE, 3), 20, np.uint8)
    for colour, ring in spots:
        (left, top), (right, bottom) = ring.min(axis=0) + 0.5, ring.max(axis=0) + 0.5
        pixels[int(top) : int(bottom), int(left) : int(right)] = colour
    path = folder / name
    Image.fromarray(pixels).save(path)
    return DatasetPhoto(path, name, SIDE, SIDE, labels, item=item, product=product)


RED, BLUE = (250, 20, 20), (20, 20, 250)


def cell(found: Comparison, metric: str, name: str | None = None, product: str = "all") -> Cell:
    (one,) = [c for c in found.cells if (c.metric, c.type, c.product) == (metric, name, product)]
    return one


def test_figures_are_those_counted_by_hand(
    tmp_path: Path, colours: Detector, swapped: Detector
) -> None:
    crack = LabelledRegion("crack", (SPOT,))
    photos = (
        photo(tmp_path, "hit.png", (RED, SPOT), labels=(crack,)),
        photo(tmp_path, "missed.png", labels=(crack,)),  # labelled, nothing there
        photo(tmp_path, "alarm.png", (RED, OTHER)),  # there, nothing labelled
        photo(tmp_path, "good.png"),
    )
    found = compare(colours, swapped, Dataset(("crack", "stain"), photos), tmp_path)

    assert (found.baseline, found.candidate) == ("detector@0.0.1", "detector@0.0.2")
    recall = cell(found, "recall", "crack")
    assert (recall.baseline, recall.candidate, recall.count) == (0.5, 0.5, 2)  # whatever its name
    precision = cell(found, "average_precision", "crack")
    # Two calls of equal probability, one of them right, of two labels: 1/1 · 1/2 or 1/2 · 1/2.
    assert precision.baseline in (0.5, 0.25)
    assert precision.candidate == 0  # it calls the crack a stain
    quiet = cell(found, "photos_without_false_alarm")
    assert (quiet.baseline, quiet.candidate, quiet.count) == (0.75, 0.75, 4)
    assert found.types_not_measured == ("stain", "hole")
    assert found.types_lost == ()
    assert [c.metric for c in worse_cells(found)] == ["average_precision"]
    assert worse_cells(found, margin=1) == ()


def test_a_release_that_sees_less_is_worse_in_its_product_alone(
    tmp_path: Path, colours: Detector, blind: Detector
) -> None:
    crack = LabelledRegion("crack", (SPOT,))
    photos = tuple(
        photo(tmp_path, f"{product}{n}.png", (colour, SPOT), product=product, labels=(crack,))
        for product, colour in (("bowl", RED), ("tray", BLUE))
        for n in range(3)
    )
    found = compare(colours, blind, Dataset(("crack", "stain"), photos), tmp_path)
    worse = {(c.product, c.metric) for c in worse_cells(found)}
    assert worse == {("bowl", "recall"), ("bowl", "average_precision")}
    assert cell(found, "recall", "crack", "tray").difference == 1
    assert found.types_lost == ("stain", "hole")
    assert found.types_not_measured == ("stain", "hole")


def test_a_release_does_not_differ_from_itself(tmp_path: Path, colours: Detector) -> None:
    photos = (photo(tmp_path, "a.png", (RED, SPOT), labels=(LabelledRegion("crack", (SPOT,)),)),)
    found = compare(colours, colours, Dataset(("crack",), photos), tmp_path)
    assert {(c.difference, c.lower, c.upper) for c in found.cells} == {(0, 0, 0)}


def test_the_interval_counts_items_not_photos(
    tmp_path: Path, colours: Detector, blind: Detector
) -> None:
    """Ten photos of two items say no more than two: the interval is as wide as theirs."""
    crack = LabelledRegion("crack", (SPOT,))

    def of_two_items(photos_each: int) -> Cell:
        photos = tuple(
            photo(tmp_path, f"{i}-{n}.png", *spots, item=str(i), labels=(crack,))
            for i, spots in enumerate([[(RED, SPOT)], []])
            for n in range(photos_each)
        )
        return cell(
            compare(colours, blind, Dataset(("crack",), photos), tmp_path), "recall", "crack"
        )

    one, ten = of_two_items(1), of_two_items(10)
    assert (ten.count, ten.items) == (20, 2)
    assert (one.lower, one.upper) == (ten.lower, ten.upper) == (-1, 0)


def test_the_interval_is_that_of_the_binomial(
    tmp_path: Path, colours: Detector, blind: Detector
) -> None:
    """Of independent items the bootstrap of a share is known: ±1.96 √(p(1−p)/n)."""
    crack = LabelledRegion("crack", (SPOT,))
    photos = tuple(
        photo(tmp_path, f"{n}.png", *([(RED, SPOT)] if n % 2 else []), labels=(crack,))
        for n in range(60)
    )
    recall = cell(compare(colours, blind, Dataset(("crack",), photos), tmp_path), "recall", "crack")
    assert recall.difference == -0.5
    half = 1.96 * np.sqrt(0.25 / 60)
    assert recall.upper - recall.lower == pytest.approx(2 * half, rel=0.15)


def test_labels_outside_the_shown_item_and_its_surroundings_do_not_count(
    tmp_path: Path, colours: Detector, blind: Detector
) -> None:
    """What lies beyond the item's outline is hidden: a red table is no crack."""
    shown = photo(tmp_path, "x.png", (RED, OTHER))
    shown = DatasetPhoto(
        shown.path, shown.name, SIDE, SIDE, outlines=(rectangle(2, 2, 40, 40),), mm_per_px=0.5
    )
    found = compare(colours, blind, Dataset(("crack",), (shown,)), tmp_path)
    assert cell(found, "photos_without_false_alarm").baseline == 1


def test_an_instance_that_covers_everything_hits_nothing(tmp_path: Path, colours: Detector) -> None:
    whole = rectangle(-0.5, -0.5, SIDE - 0.5, SIDE - 0.5)
    labels = (LabelledRegion("crack", (SPOT,)),)
    photos = (photo(tmp_path, "red.png", (RED, whole), labels=labels),)
    found = compare(colours, colours, Dataset(("crack",), photos), tmp_path)
    assert cell(found, "average_precision", "crack").baseline == 0
    assert cell(found, "recall", "crack").baseline == 1


def test_without_photos_there_is_nothing_to_compare(
    tmp_path: Path, colours: Detector, blind: Detector
) -> None:
    with pytest.raises(DatasetError, match="no photo to compare on"):
        compare(colours, blind, Dataset(("crack",), ()), tmp_path)
