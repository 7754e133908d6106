"""Which format a folder is in, and which one to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from qc.datasets.coco import read_coco, write_coco
from qc.datasets.masks import read_masks, read_mvtec, write_masks, write_mvtec
from qc.datasets.model import Dataset, Losses
from qc.datasets.snapshot import MANIFEST_FILE, read_snapshot
from qc.datasets.yolo import LIST_FILE, read_yolo, write_yolo
from qc.errors import DatasetError

Writer = Callable[[Dataset, Path], Losses | None]

WRITERS: Final[Mapping[str, Writer]] = {
    "coco": write_coco,
    "yolo": write_yolo,
    "mvtec": write_mvtec,
    "masks": write_masks,
}


def read_dataset(source: Path) -> Dataset:
    """Read a data set in the format it is in.

    Args:
        source: a snapshot; a COCO file or a folder with one (or with CVAT's `annotations`); or a
            folder with `data.yaml` (YOLO), with `test` (MVTec AD), or with `images` and `masks`.

    Raises:
        DatasetError: it is none of these, or something in it is wrong.
    """
    if source.is_file():
        return read_coco(source)
    if (source / MANIFEST_FILE).is_file():
        return read_snapshot(source)[0]
    if (source / LIST_FILE).is_file():
        return read_yolo(source)
    if (source / "test").is_dir():
        return read_mvtec(source)
    if (source / "images").is_dir() and (source / "masks").is_dir():
        return read_masks(source)
    files = sorted([*source.glob("*.json"), *source.glob("annotations/*.json")])
    if len(files) == 1:
        return read_coco(files[0])
    if files:
        raise DatasetError(
            f"{source} has {len(files)} label files", fix="Name one: each is a data set."
        )
    raise DatasetError(
        f"{source} is no data set",
        fix="Give a COCO file, or a folder with data.yaml, with test and ground_truth, or with "
        "images and masks.",
    )
