"""Write a release's card: `python -m training.card models/detector/0.6.0`.

Every figure comes from `release.json`; only what the detector is for, and what it has never
seen, is prose of this module.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from qc.defects.release import Release, read_release
from qc.evaluation import sizes
from qc.evaluation.sizes import Sizes
from qc.evaluation.visibility import MEANING
from qc.proportions import span, told
from training.errors import TrainingDataError

_LIMITS = """\
- The only real defects are those of sawn, unfinished softwood boards from one line-scan camera.
  Scratches, chips, holes, dents, roughness and faults of the coating were composited, and
  measured on composites alone: their figures say how well the network finds what our program
  paints.
- It has never seen a real finished item: no lacquered, oiled or painted surface, no bamboo,
  coconut shell or rattan, no phone photo of an item on the mat; paint, cloth, stone and the like
  were drawn by our program. Expect false and missed calls.
- A chip that takes a clean piece out of the outline shows only as a gap in the silhouette: the
  inspection looks for it in the outline's shape, the network alone often misses it.
- A dent is told by its shading alone, so a lamp's mirror image may be called one, and the
  gleaming edge of a lacquered item a scratch. A dark stain may be called a hole.
- The boards' masks are coarse about knots, and a knot with a crack is masked as a whole: it
  counts as knot, and says nothing about cracks. Missing knots count as knot, resin pockets as
  stain. The AP and IoU of knots and stains carry that noise.
- Saw marks and torn grain on boards look like scratches and roughness, and no label tells of
  them: from 0.6.0 on sawn boards teach nothing of these two types, and what is found of them
  there counts as false.
- Probabilities were calibrated on boards and composites. On other wood they are a ranking, and
  the limits that fail an item belong to a person until they were checked there.
"""

_ASKED = {
    "composites_on_validation_boards": "defects on boards",
    "composites_on_other_wood": "defects on other wood",
}
_WITHOUT_A_DEFECT = {
    "sound_other_wood": "patches of other wood without one",
    "sound_renders": "rendered items without one",
}


def card(release: Release) -> str:
    """Render the card.

    Args:
        release: with metrics, as `training.evaluate --record` leaves it.

    Raises:
        TrainingDataError: the release was not evaluated.
    """
    if not release.metrics:
        raise TrainingDataError(
            f"{release.reference} has no metrics",
            fix="Run python -m training.evaluate --record first.",
        )
    boards = release.metrics["validation_boards"]
    composites = release.metrics["composites_on_validation_boards"]
    other = release.metrics["composites_on_other_wood"]
    alarms = release.metrics["clean_textures"]
    sections = [
        f"# {release.reference}\n\n"
        f"Finds {', '.join(release.types)} in photos of wood at {release.mm_per_px} mm per pixel. "
        "Read its limits.",
        "## Limits\n\n" + _LIMITS.rstrip(),
        f"## On {boards['images']} boards of blocks that nothing was trained on\n\n"
        + _pixel_table(boards["pixels"], boards["any_defect"])
        + "\n\nImage AUROC, boards without a defect against boards with\n\n"
        + _table(("question", "AUROC"), list(boards["image_auroc"].items())),
        *_composites(
            f"## On {composites['patches']} composites on such boards, from seeds of their own",
            composites,
            "Many boards whose mask is empty show small cracks, knots and resin pockets all the "
            "same; finding them counts as false here.",
        ),
        *_composites(
            f"## On {other['patches']} composites on clean wood of other sources, never trained on",
            other,
            "Nothing else is wrong with these surfaces, so what counts as false is false.",
        ),
        *_rendered(release.metrics.get("rendered_items")),
        *_limits(release.metrics),
        f"## On {alarms['pictures']} clean textures of other wood, never trained on\n\n"
        f"{100 * alarms['false_pixel_share']:.2f} % of the pixels reach a threshold; "
        f"{alarms['pictures_with_sure_instance']} of {alarms['pictures']} pictures "
        "have an instance of probability 0.9 or more, "
        f"{alarms['pictures_with_any_instance']} one of 0.5 or more. The threshold that promises "
        "1 % false pixels on the calibration's clean ones is reached by "
        f"{100 * alarms['false_pixel_share_at_promised_1_percent']:.2f} %.",
        "![Worst pictures](failures.jpg)\n\nThe worst textures, clean boards and cracked boards: "
        "truth in cyan, what the detector says in red.",
        "## Training\n\n" + _training(release.training),
        "## Licences\n\n" + "\n".join(f"- {line}" for line in release.licences),
        f"SHA-256 of `model.onnx`: `{release.sha256}`; ONNX opset {release.opset}.",
    ]
    return "\n\n".join(section.rstrip() for section in sections) + "\n"


def _rendered(found: Mapping[str, Any] | None) -> list[str]:
    if found is None:
        return []
    return _composites(
        f"## On {found['patches']} rendered items, never trained on",
        found,
        "Cracks, holes, chips and dents are cut into the item's mesh; what is too shallow to be "
        "seen is asked for as well, and stands in the lowest stratum below.",
    )


def _composites(title: str, found: Mapping[str, Any], false: str) -> list[str]:
    return [
        f"{title}\n\n"
        + _pixel_table(found["pixels"], found["any_defect"])
        + f"\n\nImage AUROC {found['image_auroc']}, patches with a defect against those "
        f"without; {found['clean_patches_sure_of_a_defect']} of {found['clean_patches']} patches "
        "without a defect have an instance of probability 0.9 or more, enough to fail an item. "
        f"A defect that light, camera or grain hide is neither asked for nor clean. {false}",
        "Defects found as regions, whatever they are called, at so many false regions a patch; "
        "only defects of the sizes that are promised are asked for:\n\n"
        + _table(
            ("defects", "asked", "0.1 false", "95 %", "1 false", "10 false"),
            [
                (
                    name,
                    m["defects"],
                    m["recall_at_0.1"],
                    span(round(m["recall_at_0.1"] * m["defects"]), m["defects"]),
                    m["recall_at_1.0"],
                    m["recall_at_10.0"],
                )
                for name, m in found["regions"].items()
            ],
        ),
        *_visibility(found["regions"]),
        *_sizes(found["regions"]),
    ]


def _limits(metrics: Mapping[str, Any]) -> list[str]:
    columns: dict[str, tuple[int, Mapping[str, int]]] = {}
    for key, name in _ASKED.items():
        if own := [m for m in metrics[key]["regions"].values() if "with_instance" in m]:
            reach = Counter[str]()
            for one in own:
                reach.update(one["with_instance"])
            columns[name] = sum(one["defects"] for one in own), reach
    for key, name in _WITHOUT_A_DEFECT.items():
        if found := metrics.get(key):
            columns[name] = found["pictures"], found["with_instance"]
    if not columns:  # recorded before it was measured
        return []
    head = ("probability", *(f"{name} ({total})" for name, (total, _) in columns.items()))
    limits = next(iter(columns.values()))[1]
    rows = [
        (limit, *(told(reach[limit], total) for total, reach in columns.values()))
        for limit in limits
    ]
    return [
        "## What a limit costs\n\nA spec's `check_probability` and `fail_probability` decide what "
        "becomes of an instance. Share, with its 95 % interval, of the defects of promised size "
        "that are found with so much or more, and of pictures without any defect in which "
        "something is. Surfaces of other wood keep pores, small knots and joints of planks of "
        "their own, some of which a person would call a hole or a crack; rendered items have "
        "none.",
        _table(head, rows),
    ]


def _visibility(regions: Mapping[str, Any]) -> list[str]:
    rows = [
        (name, level, m["defects"], m["recall_at_0.1"], m["recall_at_1.0"], m["recall_at_10.0"])
        for name, own in regions.items()
        for level, m in own.get("by_visibility", {}).items()
    ]
    if not rows:  # recorded before it was measured
        return []
    return [
        f"The same by how plainly they show. {MEANING}",
        _table(("defects", "contrast to noise", "asked", "0.1 false", "1 false", "10 false"), rows),
    ]


def _sizes(regions: Mapping[str, Any]) -> list[str]:
    rows = [
        (name, *Sizes.model_validate(said).cells)
        for name, own in regions.items()
        if (said := own.get("sizes"))
    ]
    if not rows:  # recorded before it was measured
        return []
    return [
        f"How large they are said to be. {sizes.MEANING}",
        _table(("defects", *sizes.HEAD), rows),
    ]


def _pixel_table(pixels: Mapping[str, Mapping[str, float]], any_defect: Mapping[str, float]) -> str:
    rows: list[tuple[object, ...]] = [
        (name, m["ap"], m["auroc"], m["iou"], m["ece"]) for name, m in pixels.items()
    ]
    rows.append(("any", any_defect["ap"], any_defect["auroc"], "–", "–"))
    return _table(("pixels of", "AP", "AUROC", "IoU at the threshold", "ECE"), rows)


def _training(training: Mapping[str, Any]) -> str:
    config, data = training["config"], training["data"]
    effort = (
        f"{training['minutes']} minutes on a CPU of two cores, {training['steps']} steps of "
        f"{config['batch']} patches of {config['side_px']} px"
        if training["steps"]
        else "which fits outputs by regression and changes no other weight"
    )
    lines = [
        f"`{training['command']}`, {effort}; the configuration stands in `release.json`.",
        *(
            [
                f"The release is the average of its weights ({blend['own_share']:.0%}) and those "
                f"of {blend['release']}; the share was "
                f"{'chosen on the blocks kept for calibration' if blend.get('tried') else 'given'}."
            ]
            if (blend := training.get("blend"))
            else []
        ),
        *(
            f"It went on from {parent['release']}: {parent['minutes']} minutes, "
            f"{parent['steps']} steps."
            if parent["steps"]
            else f"It went on from {parent['release']}, which was fitted without training."
            for parent in reversed(training.get("lineage", []))
        ),
        "",
        _table(
            ("data", "files", "SHA-256 of the sorted list of SHA-256 and name"),
            [
                (name, part["files"], f"`{part['sha256']}`")
                for name, part in data.items()
                if isinstance(part, dict)
            ],
        ),
        "",
        f"{data['blocks']} blocks of boards were trained on and {len(data['calibration_blocks'])} "
        "kept for early stopping and calibration. Left out as broken:",
        "",
        *(f"- {problem}" for problem in data["left_out"] or ["nothing"]),
    ]
    return "\n".join(lines)


def _table(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def main(release: Annotated[Path, typer.Argument(help="Folder of the release.")]) -> None:
    """Write card.md beside release.json."""
    (release / "card.md").write_text(card(read_release(release)), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
