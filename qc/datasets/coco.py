"""COCO files in and out, as CVAT and Label Studio read and write them.

COCO counts from the upper left corner of the first pixel, this project from its centre: half a
pixel is added on the way out and taken off on the way in. A region with holes, or one whose line
is thinner than a pixel, is written as run lengths, which hold every pixel; the others as polygons,
which people can edit. What COCO has no field for (item, lot, split, scale) stands under `teliti`
in its image, where other programs overlook it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import unquote

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qc.datasets.model import (
    Dataset,
    DatasetPhoto,
    LabelledRegion,
    Split,
    require_types,
    split_of,
)
from qc.datasets.pictures import copy_photo, output_folder, size_of
from qc.datasets.rings import Mask, Ring, draw_rings, trace_mask
from qc.errors import DatasetError, first_problem
from qc.evaluation.labels import LabelError, decode_run_lengths

LABELS_FILE: Final = "annotations.json"
_HALF_PX: Final = 0.5

_Flat = Annotated[list[float], Field(min_length=2)]


class _Foreign(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Category(_Foreign):
    id: int
    name: str


class _RunLengths(_Foreign):
    size: tuple[int, int]
    counts: list[int] | str


class _Annotation(_Foreign):
    image_id: int
    category_id: int
    segmentation: list[_Flat] | _RunLengths | None = None
    bbox: tuple[float, float, float, float] | None = None


class _FalseAlarm(_Foreign):
    type: str
    segmentation: list[_Flat]


class _Extra(_Foreign):
    product: str | None = None
    item: str | None = None
    lot: str | None = None
    split: Split | None = None
    mm_per_px: float | None = None
    outlines: list[_Flat] = []
    false_alarms: list[_FalseAlarm] = []


class _Image(_Foreign):
    id: int
    file_name: str
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    teliti: _Extra = _Extra()


class _Coco(_Foreign):
    images: list[_Image]
    categories: list[_Category]
    annotations: list[_Annotation]


def read_coco(file: Path) -> Dataset:
    """Read a COCO file; its photos lie beside it, in `images`, or where it says.

    Raises:
        DatasetError: the file is not COCO, a photo is missing or of another size, or a label is
            of an unknown type or photo.
    """
    try:
        content = _Coco.model_validate_json(file.read_bytes())
    except OSError as error:
        raise DatasetError(
            f"cannot read {file}: {error.strerror}", fix="Check the path."
        ) from error
    except ValidationError as error:
        raise DatasetError(
            f"{file} is not COCO: {first_problem(error)}",
            fix="It has images, annotations and categories; export it again.",
        ) from error
    types = {category.id: category.name for category in content.categories}
    require_types(tuple(types.values()), file)
    regions: dict[int, list[LabelledRegion]] = {image.id: [] for image in content.images}
    shapes = {image.id: (image.height, image.width) for image in content.images}
    for number, annotation in enumerate(content.annotations):
        where = f"{file}: annotations.{number}"
        if annotation.image_id not in regions:
            raise DatasetError(
                f"{where} is of image {annotation.image_id}, which is not listed",
                fix="Remove it, or export the file again with its images.",
            )
        if annotation.category_id not in types:
            raise DatasetError(
                f"{where} is of category {annotation.category_id}, which is not listed",
                fix="Add the category, or correct the annotation.",
            )
        regions[annotation.image_id].append(
            _region(annotation, types[annotation.category_id], shapes[annotation.image_id], where)
        )
    photos = tuple(_photo(file, image, tuple(regions[image.id])) for image in content.images)
    return Dataset(tuple(types.values()), photos, "coco")


def write_coco(dataset: Dataset, out: Path) -> None:
    """Write photos to `out/images` and labels to `out/annotations.json`.

    Raises:
        DatasetError: the folder is not empty, or a photo cannot be copied.
    """
    output_folder(out)
    for photo in dataset.photos:
        copy_photo(photo, out / "images", photo.name)
    (out / LABELS_FILE).write_text(coco_text(dataset), encoding="utf-8")


def coco_text(dataset: Dataset) -> str:
    """Render the labels as a COCO file; the same data set gives the same bytes."""
    numbers = {name: number for number, name in enumerate(dataset.types, start=1)}
    images, annotations = [], list[dict[str, Any]]()
    for image_id, photo in enumerate(dataset.photos, start=1):
        images.append(
            {
                "id": image_id,
                "file_name": photo.name,
                "width": photo.width_px,
                "height": photo.height_px,
                "license": 0,
                "flickr_url": "",
                "coco_url": "",
                "date_captured": 0,
                "teliti": _extra(photo),
            }
        )
        for region in photo.regions:
            annotation = {"id": len(annotations) + 1, "image_id": image_id}
            annotation |= {"category_id": numbers[region.type]} | _segmentation(region, photo.shape)
            annotations.append(annotation)
    content = {
        "licenses": [{"name": "", "id": 0, "url": ""}],
        "info": {
            "contributor": "",
            "date_created": "",
            "description": "",
            "url": "",
            "version": "",
            "year": "",
        },
        "categories": [
            {"id": number, "name": name, "supercategory": ""} for name, number in numbers.items()
        ],
        "images": images,
        "annotations": annotations,
    }
    return json.dumps(content, indent=1) + "\n"


def _extra(photo: DatasetPhoto) -> dict[str, Any]:
    extra = _Extra(
        product=photo.product,
        item=photo.item,
        lot=photo.lot,
        split=photo.split,
        mm_per_px=photo.mm_per_px,
        outlines=[_flat(ring) for ring in photo.outlines],
        false_alarms=[
            _FalseAlarm(type=alarm.type, segmentation=[_flat(ring) for ring in alarm.rings])
            for alarm in photo.false_alarms
        ],
    )
    return extra.model_dump(mode="json", exclude_defaults=True)


def _segmentation(region: LabelledRegion, shape: tuple[int, int]) -> dict[str, Any]:
    if region.box:
        left, top, right, bottom = region.bounds
        box = [left + _HALF_PX, top + _HALF_PX, right - left, bottom - top]
        return {"segmentation": [], "area": box[2] * box[3], "bbox": box, "iscrowd": 0}
    mask = draw_rings(region.rings, shape)
    rows, columns = np.nonzero(mask)
    box = [0.0] * 4
    if rows.size:
        left, top = float(columns.min()), float(rows.min())
        box = [left, top, float(columns.max()) + 1 - left, float(rows.max()) + 1 - top]
    drawn: dict[str, Any] = {"area": float(rows.size), "bbox": box}
    if _as_polygons(region.rings, int(rows.size), shape):
        return drawn | {"segmentation": [_flat(ring) for ring in region.rings], "iscrowd": 0}
    runs = {"size": list(shape), "counts": encode_run_lengths(mask)}
    return drawn | {"segmentation": runs, "iscrowd": 1}


def _as_polygons(rings: Sequence[Ring], area_px: int, shape: tuple[int, int]) -> bool:
    """Tell whether COCO, which adds polygons up, would read these rings as we do."""
    if min(float(np.ptp(ring, axis=0).min()) for ring in rings) < 1:
        return False
    return len(rings) == 1 or area_px == sum(int(draw_rings([r], shape).sum()) for r in rings)


def encode_run_lengths(mask: Mask) -> list[int]:
    """Encode a mask as COCO does: lengths of zeros and ones in turn, down the columns."""
    flat = np.concatenate([[False], mask.T.ravel(), [not mask.T.ravel()[-1]]])
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    return [int(run) for run in np.diff(edges, prepend=0)]


def _region(
    annotation: _Annotation, name: str, shape: tuple[int, int], where: str
) -> LabelledRegion:
    drawn = annotation.segmentation
    if isinstance(drawn, _RunLengths):
        try:
            mask = decode_run_lengths(drawn.model_dump(), shape)
        except (LabelError, ValueError) as error:
            raise DatasetError(
                f"{where} has run lengths that do not fill its photo of {shape[1]}×{shape[0]}",
                fix="Export the annotations again, for photos of this size.",
            ) from error
        rings = [ring for region in trace_mask(mask) for ring in region]
        if not rings:
            raise DatasetError(f"{where} is empty", fix="Draw it again or remove it.")
        return LabelledRegion(name, tuple(rings))
    if drawn:
        return LabelledRegion(name, tuple(_ring(flat, where) for flat in drawn))
    if annotation.bbox is None:
        raise DatasetError(
            f"{where} has neither segmentation nor box", fix="Draw it again or remove it."
        )
    left, top, width, height = annotation.bbox
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    ring = np.array(corners, np.float64) + np.array([left - _HALF_PX, top - _HALF_PX])
    return LabelledRegion(name, (ring,), box=True)


def _photo(file: Path, image: _Image, regions: tuple[LabelledRegion, ...]) -> DatasetPhoto:
    path = find_photo(file.parent, image.file_name)
    if path is None:
        raise DatasetError(
            f"{image.file_name} of {file} is not there",
            fix="Put the photos beside the file or into images.",
        )
    if (size := size_of(path)) != (image.width, image.height):
        raise DatasetError(
            f"{path} is {size[0]}×{size[1]}, {file.name} says {image.width}×{image.height}",
            fix="Labels fit photos of one size only: take those that were labelled.",
        )
    extra = image.teliti
    name = _tidy(image.file_name)
    return DatasetPhoto(
        path=path,
        name=name,
        width_px=image.width,
        height_px=image.height,
        regions=regions,
        false_alarms=tuple(
            LabelledRegion(a.type, tuple(_ring(flat, name) for flat in a.segmentation))
            for a in extra.false_alarms
        ),
        product=extra.product,
        item=extra.item,
        lot=extra.lot,
        split=extra.split or next(filter(None, map(split_of, Path(name).parts[:-1])), None),
        mm_per_px=extra.mm_per_px,
        outlines=tuple(_ring(flat, name) for flat in extra.outlines),
    )


def find_photo(folder: Path, name: str) -> Path | None:
    """Find a photo that a label file names.

    CVAT keeps `annotations/x.json` beside `images`; Label Studio writes paths of its own server.
    """
    tidy = _tidy(name)
    for root in (folder, folder / "images", folder.parent, folder.parent / "images"):
        for candidate in (root / tidy, root / Path(tidy).name):
            if candidate.is_file():
                return candidate
    return None


def _tidy(name: str) -> str:
    """Keep a photo's path inside the data set, whatever the label file says."""
    parts = [part for part in unquote(name).replace("\\", "/").split("/") if part]
    kept = [part for part in parts if part not in (".", "..")]
    return "/".join(kept[1:] if len(kept) > 1 and kept[0] == "images" else kept)


def _flat(ring: Ring) -> list[float]:
    return [float(value) for value in (ring + _HALF_PX).ravel()]


def _ring(flat: Sequence[float], where: str) -> Ring:
    if len(flat) % 2:
        raise DatasetError(f"{where} has an odd number of coordinates", fix="Export it again.")
    return np.array(flat, np.float64).reshape(-1, 2) - _HALF_PX
