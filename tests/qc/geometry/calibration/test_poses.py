"""The guidance asks for the photo that was left out, and for nothing once all are there."""

from __future__ import annotations

import pytest
from mat_views import complete_set, look, see

from qc.geometry.calibration import missing_poses


def codes(photos: list) -> set[str]:
    return {reason.code for reason in missing_poses(photos)}


def test_a_complete_set_misses_nothing() -> None:
    assert codes(complete_set()) == set()


def test_without_photos_every_slant_and_corner_is_asked_for() -> None:
    assert len(codes([])) >= 8


@pytest.mark.parametrize(
    ("towards_deg", "code"),
    [
        (0, "calibrate-from-above"),
        (180, "calibrate-from-below"),
        (90, "calibrate-from-right"),
        (270, "calibrate-from-left"),
    ],
)
def test_a_slanting_view_counts_by_which_side_is_farther(towards_deg: float, code: str) -> None:
    photo = see(look(90, 20, towards_deg, 450, (0, 0)))
    assert code not in codes([photo])
    slants = {"calibrate-from-left", "calibrate-from-right"}
    slants |= {"calibrate-from-above", "calibrate-from-below"}
    assert codes([photo]) & slants == slants - {code}
    # Independent of poses: the farther side looks smaller.
    seen = dict(zip(photo.corners.ids.tolist(), photo.corners.points_px, strict=True))
    width = max(p[0] for p in seen.values()), min(p[0] for p in seen.values())
    height = max(p[1] for p in seen.values()), min(p[1] for p in seen.values())

    def extent(side: str) -> float:
        points = list(seen.values())
        if side in ("left", "right"):
            edge = width[1] if side == "left" else width[0]
            column = [p[1] for p in points if abs(p[0] - edge) < 0.08 * (width[0] - width[1])]
            return max(column) - min(column)
        edge = height[1] if side == "above" else height[0]
        row = [p[0] for p in points if abs(p[1] - edge) < 0.08 * (height[0] - height[1])]
        return max(row) - min(row)

    near = code.removeprefix("calibrate-from-")
    far = {"left": "right", "right": "left", "above": "below", "below": "above"}[near]
    assert extent(near) > extent(far)


def test_one_distance_and_one_direction_are_not_enough() -> None:
    same = [see(look(90, 20, 72 * i, 450, (0, 0)), seed=i) for i in range(5)]
    assert {"calibrate-turn", "calibrate-farther"} <= codes(same)
    turned = see(look(2, 20, 0, 450, (0, 0)))
    assert "calibrate-turn" not in codes([*same, turned])
    farther = see(look(90, 20, 0, 620, (0, 0)))
    assert "calibrate-farther" not in codes([*same, farther])


def test_uncovered_corners_of_the_picture_are_named() -> None:
    photo = see(look(90, 3, 0, 450, (-60, 40)))  # the mat lies to the lower left
    named = {code for code in codes([photo]) if code.startswith("calibrate-corner")}
    assert named == {
        "calibrate-corner-upper-left",
        "calibrate-corner-upper-right",
        "calibrate-corner-lower-right",
    }


def test_sentences_are_in_both_languages() -> None:
    for reason in missing_poses([]):
        assert reason.text["en"].endswith(".")
        assert reason.text["id"].endswith(".")
        assert reason.text["en"] != reason.text["id"]
