"""What each ingredient adds: `python -m training.ablation --data DIR --out DIR --steps 200`.

Every recipe starts from the same ImageNet encoder, sees as many patches, and is calibrated,
exported and measured as a release is. With few steps the rows tell ingredients apart, not how
good a finished detector is. What is trained and measured stays in the folder, so that several
processes may take some recipes each and a last call prints the whole table.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
import typer
from rich.logging import RichHandler

from qc.defects.detector import Detector
from training.config import EncoderName, SurfaceName, TrainingConfig
from training.datasets.boards import Board, read_index
from training.datasets.catalogue import Catalogue, read_catalogue
from training.datasets.surfaces import Surface, board_surface
from training.errors import TrainingDataError
from training.export import release_run
from training.false_alarms import false_alarms
from training.judged import judge_boards, judge_composites, unseen_wood
from training.metrics import any_defect_metrics, composite_metrics, image_metrics
from training.team import Team
from training.train import fit, start

log = logging.getLogger("training")


@dataclass(frozen=True)
class Recipe:
    """What a recipe decides; each field is the setting of that name of `TrainingConfig`."""

    boards_share: float
    surfaces: tuple[SurfaceName, ...] = ()
    renders_share: float = 0.0
    encoder: EncoderName = "tf_efficientnet_lite0"
    mm_per_px: float = 0.2
    crossed_share: float = 0.0


_ALL: tuple[SurfaceName, ...] = ("procedural", "boards", "hires", "textures")

RECIPES = {
    "boards' labels only": Recipe(1.0, ("boards",)),
    "+ composites on boards": Recipe(0.3, ("boards", "hires")),
    "+ procedural wood": Recipe(0.3, ("boards", "hires", "wood")),
    "+ other materials": Recipe(0.3, ("boards", "hires", "procedural")),
    "+ CC0 textures: all surfaces": Recipe(0.3, _ALL),
    "all without the boards": Recipe(0.0, ("procedural", "textures")),
    "all surfaces + grain of two woods": Recipe(0.3, _ALL, crossed_share=0.4),
    "all surfaces + renders": Recipe(0.3, _ALL, renders_share=0.15),
    "all surfaces, encoder lite2": Recipe(0.3, _ALL, encoder="tf_efficientnet_lite2"),
    "all surfaces, 0.3 mm per pixel": Recipe(0.3, _ALL, mm_per_px=0.3),
    "all surfaces, 0.15 mm per pixel": Recipe(0.3, _ALL, mm_per_px=0.15),
}
"""Ingredients join one by one, then the one source of real labels is left out; the others change
one setting of the recipe of all surfaces. Of these, releases have grain of two woods since 0.8.0.
"""


def measure(release: Path, data: Path, boards: list[Board], composites: int) -> dict[str, Any]:
    """Measure a release on validation boards, composites on them and on other wood, and textures.

    Of the other wood and the textures no recipe has seen anything.
    """
    detector = Detector.load(release)
    real = list(judge_boards(detector, boards))
    clean = board_surface([board for board in boards if not board.classes])
    alarms, _ = false_alarms(detector, data / "wood_textures_eval")
    return {
        "boards_image_auroc": image_metrics(real)["crack, missing knot, stain"],
        "boards_any_ap": any_defect_metrics(real)["ap"],
        **_composited("composites", detector, clean, composites),
        **_composited("other_wood", detector, unseen_wood(data), composites),
        "textures_false_pixel_share": alarms["false_pixel_share"],
        "textures_with_any_instance": alarms["pictures_with_any_instance"],
    }


def _composited(
    name: str, detector: Detector, surface: Surface, count: int
) -> dict[str, float | None]:
    made = composite_metrics(detector, list(judge_composites(detector, surface, count)))
    regions = made["regions"]
    asked = sum(row["defects"] for row in regions.values())
    found = sum(row["recall_at_1.0"] * row["defects"] for row in regions.values())
    return {
        f"{name}_any_ap": made["any_defect"]["ap"],
        f"{name}_image_auroc": made["image_auroc"],
        f"{name}_recall_at_1": round(found / asked, 4),
    }


def train_recipe(recipe: Recipe, base: TrainingConfig, catalogue: Catalogue, run: Path) -> Path:
    """Train a recipe and export it; one that was is not trained again.

    Raises:
        TrainingDataError: it was, with other settings.
    """
    out = run / "release" / "0.0.1"
    config = base.model_copy(update=asdict(recipe))
    if (out / "release.json").exists():
        if TrainingConfig.read(run / "config.json") != config:
            raise TrainingDataError(
                f"{run} holds a recipe of other settings", fix="Choose another --out, or delete it."
            )
        return out
    run.mkdir(parents=True, exist_ok=True)
    config.write(run / "config.json")
    (run / "data.json").write_text(json.dumps(catalogue.summary))
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads or torch.get_num_threads())
    own = Team(0, 1, torch.device("cpu"))
    fit(start(config, own.device), catalogue, config, run, own)
    release_run(run, catalogue, out, patches=120)
    return out


def main(
    data: Annotated[Path, typer.Option(help="Folder with wood_boards, …")],
    out: Annotated[Path, typer.Option(help="Folder of the runs and of ablation.json.")],
    steps: Annotated[int, typer.Option(help="Steps of every recipe.")] = 200,
    boards: Annotated[int, typer.Option(help="Validation boards, every n-th of all.")] = 160,
    composites: Annotated[int, typer.Option(help="Composited patches.")] = 160,
    precision: Annotated[
        Literal["fp32", "bf16"], typer.Option(help="bf16 where the processor multiplies it.")
    ] = "fp32",
    recipe: Annotated[
        list[str] | None, typer.Option(help="Only this recipe; may be given again.")
    ] = None,
    renders: Annotated[
        Path | None, typer.Option(help="Rendered items, without which such recipes are left out.")
    ] = None,
) -> None:
    """Train and measure every recipe, and print the table."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[RichHandler()])
    if unknown := sorted(set(recipe or ()) - set(RECIPES)):
        raise typer.BadParameter(f"no recipe {unknown[0]!r}; there are: {', '.join(RECIPES)}")
    if lacking := [n for n in recipe or () if RECIPES[n].renders_share and renders is None]:
        raise typer.BadParameter(f"{lacking[0]!r} needs --renders")
    catalogue = read_catalogue(data, renders)
    every = [b for b in read_index(data / "wood_boards") if b.split == "val"]
    chosen = every[:: max(1, len(every) // boards)]
    base = TrainingConfig(
        max_steps=steps, minutes=600, threads=1, ema_decay=0.98, check_every=10 * steps,
        check_patches=60, warm_up_steps=max(1, steps // 5), precision=precision,
    )  # fmt: skip
    rows = {}
    for number, (name, ingredients) in enumerate(RECIPES.items()):
        if recipe and name not in recipe:
            continue
        if ingredients.renders_share and renders is None:
            log.warning("%s: left out without --renders", name)
            continue
        run = out / f"{number}"
        release = train_recipe(ingredients, base, catalogue, run)
        measured = run / f"measured-{len(chosen)}-{composites}.json"
        if not measured.exists():
            row = measure(release, data, chosen, composites)
            measured.write_text(json.dumps(row, indent=2) + "\n")
        rows[name] = json.loads(measured.read_text())
        log.info("%s: %s", name, rows[name])
    report = {"steps": steps, "boards": len(chosen), "composites": composites, "rows": rows}
    (out / "ablation.json").write_text(json.dumps(report, indent=2) + "\n")
    head = ["recipe", *next(iter(rows.values()))]
    lines = [head, ["---"] * len(head), *([name, *row.values()] for name, row in rows.items())]
    print("\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines))


if __name__ == "__main__":
    typer.run(main)
