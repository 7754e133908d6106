"""Cards: they say what release.json says, and nothing is carded that was not measured."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from qc.defects.release import Release
from training.card import card
from training.errors import TrainingDataError

_METRICS: dict[str, Any] = {
    "validation_boards": {
        "images": 11,
        "pixels": {"crack": {"ap": 0.1234, "auroc": 0.2345, "iou": 0.3456, "ece": 0.0123}},
        "any_defect": {"ap": 0.4567, "auroc": 0.5678},
        "image_auroc": {"crack": 0.6789},
    },
    "composites_on_validation_boards": {
        "patches": 12,
        "pixels": {"hole": {"ap": 0.1111, "auroc": 0.2222, "iou": 0.3333, "ece": 0.0234}},
        "any_defect": {"ap": 0.4444, "auroc": 0.5555},
        "image_auroc": 0.7777,
        "clean_patches": 5,
        "clean_patches_sure_of_a_defect": 3,
        "regions": {
            "hole": {
                "defects": 21,
                "recall_at_0.1": 0.8181,
                "recall_at_1.0": 0.8282,
                "recall_at_10.0": 0.8383,
            }
        },
    },
    "composites_on_other_wood": {
        "patches": 14,
        "pixels": {"hole": {"ap": 0.1212, "auroc": 0.2323, "iou": 0.3434, "ece": 0.0245}},
        "any_defect": {"ap": 0.4545, "auroc": 0.5656},
        "image_auroc": 0.7878,
        "clean_patches": 6,
        "clean_patches_sure_of_a_defect": 4,
        "regions": {
            "hole": {
                "defects": 31,
                "recall_at_0.1": 0.9191,
                "recall_at_1.0": 0.9292,
                "recall_at_10.0": 0.9393,
                "by_visibility": {
                    "≥ 5": {
                        "defects": 17,
                        "recall_at_0.1": 0.9494,
                        "recall_at_1.0": 0.9595,
                        "recall_at_10.0": 0.9696,
                    }
                },
                "sizes": {
                    "defects": 29,
                    "length": {"p10": 0.61, "median": 0.72, "p90": 0.83},
                    "area": {"p10": 0.5, "median": 1.0, "p90": 1.94},
                },
            }
        },
    },
    "clean_textures": {
        "pictures": 13,
        "false_pixel_share": 0.0321,
        "pictures_with_sure_instance": 2,
        "pictures_with_any_instance": 5,
        "false_pixel_share_at_promised_1_percent": 0.0123,
    },
}


def _release(metrics: dict[str, Any]) -> Release:
    return Release(
        name="detector",
        version="9.8.7",
        created=date(2030, 1, 2),
        types=("crack", "hole"),
        mm_per_px=0.2,
        stride_px=32,
        input="uint8",
        sha256="a" * 64,
        opset=18,
        thresholds={"crack": 0.5, "hole": 0.5},
        training={
            "command": "train it",
            "config": {"batch": 3, "side_px": 64},
            "steps": 7,
            "minutes": 1.5,
            "data": {
                "wood_boards": {"files": 4, "sha256": "b" * 64},
                "blocks": 5,
                "calibration_blocks": [6, 26],
                "left_out": ["img_1.png is torn."],
                "renders": None,
            },
        },
        metrics=metrics,
        licences=("CC BY 4.0, Somebody",),
    )


def test_every_figure_is_the_release_s() -> None:
    text = card(_release(_METRICS))
    for row in (
        "| crack | 0.1234 | 0.2345 | 0.3456 |",
        "| hole | 0.1111 | 0.2222 | 0.3333 |",
        "| any | 0.4567 | 0.5678 | – |",
        "| crack | 0.6789 |",
        f"| wood_boards | 4 | `{'b' * 64}` |",
        "| hole | 31 | 0.9191 | 0.74–0.98 | 0.9292 | 0.9393 |",
        "| hole | ≥ 5 | 17 | 0.9494 | 0.9595 | 0.9696 |",
        "| hole | 29 | 0.72 | 0.61–0.83 | 1.00 | 0.50–1.94 |",
        "3.21 % of the pixels",
        "2 of 13 pictures",
        "3 of 5 patches",
        "4 of 6 patches",
        "- img_1.png is torn.",
        "- CC BY 4.0, Somebody",
    ):
        assert row in text
    assert "a" * 64 in text


def test_an_unmeasured_release_gets_no_card() -> None:
    with pytest.raises(TrainingDataError, match="no metrics"):
        card(_release({}))


def test_rendered_items_stand_on_the_card_where_they_were_measured() -> None:
    assert "rendered items" not in card(_release(_METRICS))
    rendered = _METRICS["composites_on_other_wood"] | {"patches": 77, "image_auroc": 0.7321}
    text = card(_release(_METRICS | {"rendered_items": rendered}))
    assert "## On 77 rendered items" in text
    assert "Image AUROC 0.7321" in text


def test_what_a_limit_costs_stands_on_the_card_with_its_interval() -> None:
    assert "What a limit costs" not in card(_release(_METRICS))
    sound = {"pictures": 300, "with_instance": {"0.5": 30, "0.9": 0}}
    text = card(_release(_METRICS | {"sound_renders": sound}))
    assert "| probability | rendered items without one (300) |" in text
    assert "| 0.5 | 0.10 (0.07–0.14) |" in text
    assert "| 0.9 | 0.00 (0.00–0.01) |" in text
    found = {"hole": {"defects": 40, "with_instance": {"0.5": 30, "0.9": 10}}}
    there = _METRICS["composites_on_other_wood"]
    hole = there["regions"]["hole"] | found["hole"]
    other = there | {"regions": {"hole": hole, "crack": hole}}
    text = card(_release(_METRICS | {"composites_on_other_wood": other}))
    assert "| probability | defects on other wood (80) |" in text
    assert "| 0.9 | 0.25 (0.16–0.36) |" in text


@pytest.mark.parametrize(
    ("tried", "said"), [({"0.4": {"mean": 0.7}}, "chosen on the blocks"), ({}, "was given")]
)
def test_the_card_says_who_chose_how_much_of_a_training_was_taken(tried, said) -> None:
    release = _release(_METRICS)
    blend = {"release": "detector@9.8.6", "own_share": 0.4} | ({"tried": tried} if tried else {})
    lineage = [
        {"release": "detector@9.8.5", "minutes": 8.5, "steps": 321},
        {"release": "detector@9.8.6", "minutes": 0.0, "steps": 0},
    ]
    more = release.training | {"blend": blend, "lineage": lineage}
    text = card(release.model_copy(update={"training": more}))
    assert "its weights (40%) and those of detector@9.8.6" in text
    assert said in text
    assert "detector@9.8.5: 8.5 minutes, 321 steps" in text
    assert "detector@9.8.6, which was fitted without training" in text
