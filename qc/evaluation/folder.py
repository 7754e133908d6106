"""Labelled photos from disk: MVTec AD's layout, COCO, or photos beside masks.

Nothing is left out in silence: what cannot be used is a `Problem`, named and counted.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from qc.errors import EvaluationError
from qc.evaluation.labels import UNTYPED, BinaryMask, CocoLabels, Good, IndexMask, Labels

GOOD: Final = "good"
SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_MASK_FOLDERS = frozenset({"ground_truth", "masks"})


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """A photo: `kind` is `good` or its type of defect, `defect` where regions say more.

    `labels` is None where nothing tells which pixels are meant.
    """

    path: Path
    kind: str
    labels: Labels | None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one photo or its label, with a code to count it by."""

    photo: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """The photos that can be used, and what is wrong with the others."""

    layout: str
    photos: tuple[LabelledPhoto, ...]
    problems: tuple[Problem, ...]


def read_labelled(source: Path) -> LabelledSet:
    """Read a labelled set.

    Args:
        source: a folder with `test/good`, `test/TYPE` and `ground_truth/TYPE` (MVTec AD); a COCO
            file, or a folder with one; or a folder with `images` and `masks` of equal names,
            whose `classes.json`, `{"1": "crack", …}`, gives the types of the masks' values.

    Raises:
        EvaluationError: nothing of that is there, or no photo.
    """
    if source.is_file():
        layout, (photos, problems), root = "COCO", _coco(source), source.parent
    elif (source / "test").is_dir():
        layout, (photos, problems), root = "MVTec AD", _mvtec(source), source
    elif (source / "images").is_dir() and (source / "masks").is_dir():
        layout, (photos, problems), root = "images and masks", _beside_masks(source), source
    else:
        layout, (photos, problems), root = "COCO", _coco(_only_coco_file(source)), source
    copies = _copies(root, [photo.path for photo in photos])
    problems += [
        Problem(str(path), "duplicate", f"{path} is the same photo as {other}; left out once")
        for path, other in copies.items()
    ]
    photos = [photo for photo in photos if photo.path not in copies]
    if not photos and not problems:
        raise EvaluationError(
            f"no labelled photo in {source}", fix=f"Photos end in {', '.join(sorted(SUFFIXES))}."
        )
    return LabelledSet(layout, tuple(photos), tuple(problems))


_Read = tuple[list[LabelledPhoto], list[Problem]]


def _photos(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)


def _mvtec(folder: Path) -> _Read:
    photos, problems = [], []
    masked = (folder / "ground_truth").is_dir()  # without it the photos count as wholes only
    for kind in sorted(p.name for p in (folder / "test").iterdir() if p.is_dir()):
        for path in _photos(folder / "test" / kind):
            if kind == GOOD:
                photos.append(LabelledPhoto(path, GOOD, Good()))
                continue
            masks = folder / "ground_truth" / kind
            mask = next(
                (
                    p
                    for p in (masks / f"{path.stem}_mask.png", masks / f"{path.stem}.png")
                    if p.is_file()
                ),
                None,
            )
            if masked and mask is None:
                problems.append(
                    Problem(str(path), "mask-missing", f"{path} has no mask in {masks}")
                )
            photos.append(LabelledPhoto(path, kind, BinaryMask(mask, kind) if mask else None))
    return photos, problems


def _beside_masks(folder: Path) -> _Read:
    types = _classes(folder / "classes.json")
    photos, problems = [], []
    for path in _photos(folder / "images"):
        beside = folder / "masks" / path.relative_to(folder / "images")
        candidates = (beside.with_suffix(".png"), beside.with_name(f"{beside.stem}_mask.png"))
        mask = next((p for p in candidates if p.is_file()), None)
        if mask is None:
            problems.append(
                Problem(str(path), "mask-missing", f"{path} has no mask {candidates[0]}; left out")
            )
            continue
        labels = IndexMask(mask, types) if types else BinaryMask(mask, UNTYPED, may_be_empty=True)
        photos.append(LabelledPhoto(path, UNTYPED, labels))
    return photos, problems


def _classes(path: Path) -> dict[int, str]:
    if not path.exists():
        return {}
    try:
        return {int(number): str(name) for number, name in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, AttributeError) as error:
        raise EvaluationError(
            f"{path} is no list of classes: {error}", fix='It reads {"1": "crack", …}.'
        ) from error


def _only_coco_file(folder: Path) -> Path:
    files = [*folder.glob("*.json"), *folder.glob("annotations/*.json")]
    if len(files) != 1:
        raise EvaluationError(
            f"{folder} is no labelled set that is known ({len(files)} JSON files)",
            fix="Give a folder with test and ground_truth, or with images and masks, "
            "or name one COCO file.",
        )
    return files[0]


def _coco(file: Path) -> _Read:
    content = _read_coco(file)
    types = {c["id"]: str(c["name"]) for c in content["categories"]}
    of_image: dict[Any, list[Mapping[str, Any]]] = {}
    for annotation in content["annotations"]:
        of_image.setdefault(annotation["image_id"], []).append(annotation)
    elsewhere = _named_in_other_files(file)
    photos, problems = [], []
    for image in content["images"]:
        name = str(image["file_name"])
        path = _find(file, name)
        own = of_image.pop(image["id"], [])
        if path is None:
            problems.append(Problem(name, "unreadable", f"{name} of {file.name} is not there"))
        elif name in elsewhere:
            message = f"{name} stands in {elsewhere[name]} as well; left out"
            problems.append(Problem(name, "duplicate", message))
        else:
            kinds = {types.get(a.get("category_id")) or UNTYPED for a in own}
            kind = kinds.pop() if len(kinds) == 1 else UNTYPED if own else GOOD
            photos.append(LabelledPhoto(path, kind, CocoLabels(own, types) if own else Good()))
    problems += [
        Problem(str(number), "label-unknown", f"annotations of image {number}, which is not listed")
        for number in of_image
    ]
    return photos, problems


def _read_coco(file: Path) -> dict[str, list[dict[str, Any]]]:
    try:
        content: dict[str, list[dict[str, Any]]] = json.loads(file.read_bytes())
        for part, keys in (
            ("images", ("id", "file_name")),
            ("annotations", ("image_id",)),
            ("categories", ("id", "name")),
        ):
            for entry in content[part]:
                for key in keys:
                    entry[key]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvaluationError(
            f"{file} is no COCO file: {error!r}",
            fix="It has images, annotations and categories.",
        ) from error
    return content


def _named_in_other_files(file: Path) -> dict[str, str]:
    """Photos that another COCO file of the same folder lists: a split that is not one."""
    named: dict[str, str] = {}
    for other in file.parent.glob("*.json"):
        if other == file:
            continue
        try:
            images = _read_coco(other)["images"]
        except EvaluationError:
            continue  # another kind of file
        named |= {str(image["file_name"]): other.name for image in images}
    return named


def _find(file: Path, name: str) -> Path | None:
    above = file.parent
    roots = (above, above / "images", above.parent, above.parent / "images")
    return next((root / name for root in roots if (root / name).is_file()), None)


def _copies(root: Path, photos: Iterable[Path]) -> dict[Path, Path]:
    """Photos of the set that another file under `root` equals byte for byte, and that file.

    Of copies within the set the first stays; one that also stands elsewhere, say among the
    photos learnt from, does not.
    """
    chosen = list(photos)
    others = [p for p in _photos(root) if not _MASK_FOLDERS & set(p.relative_to(root).parts[:-1])]
    every = dict.fromkeys([*chosen, *others])
    sizes = Counter(path.stat().st_size for path in every)
    first: dict[str, Path] = {}
    copies: dict[Path, Path] = {}
    inside = set(chosen)
    for path in sorted(every, key=lambda p: (p in inside, str(p))):  # those outside come first
        if sizes[path.stat().st_size] > 1:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if path in inside and digest in first:
                copies[path] = first[digest]
            first.setdefault(digest, path)
    return copies
