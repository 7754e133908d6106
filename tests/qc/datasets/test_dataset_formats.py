"""Data sets written and read again, by us and by an independent reader."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from labelled import TYPES, awkward, blob, make_photo, rectangle
from PIL import Image
from pycocotools.coco import COCO

from qc.datasets.coco import encode_run_lengths, write_coco
from qc.datasets.formats import WRITERS, read_dataset
from qc.datasets.model import Dataset, DatasetPhoto, LabelledRegion
from qc.datasets.rings import draw_rings, is_hole, signed_area, trace_mask
from qc.errors import DatasetError

# pycocotools was compiled before numpy asked for `copy`.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def by_name(dataset: Dataset) -> dict[str, DatasetPhoto]:
    return {Path(photo.name).name.rsplit("-", 1)[-1]: photo for photo in dataset.photos}


def same_masks(ours: DatasetPhoto, theirs: DatasetPhoto) -> bool:
    first, second = ours.masks(), theirs.masks()
    return first.keys() == second.keys() and all((first[k] == second[k]).all() for k in first)


@pytest.mark.parametrize("seed", range(40))
def test_a_traced_mask_is_drawn_as_it_was(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.random(tuple(rng.integers(1, 16, 2))) < rng.uniform(0.1, 0.95)
    drawn = [draw_rings(rings, mask.shape) for rings in trace_mask(mask)]
    assert (np.sum([np.zeros(mask.shape, int), *drawn], axis=0) == mask).all()  # and no overlap


def test_a_line_is_as_wide_as_a_pixel_and_a_border_between_two_belongs_to_neither() -> None:
    line = draw_rings([np.array([(1.0, 2), (5, 2)])], (5, 8))
    assert line.sum() == 5
    assert line[2, 1:6].all()
    assert not draw_rings([np.array([(0.5, 0.5), (3.5, 0.5)])], (5, 8)).any()


def test_coco_is_read_by_pycocotools_as_it_was_drawn(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    shape = (40, 56)
    masks = [blob(rng, shape) for _ in range(12)]
    regions = tuple(
        LabelledRegion("crack", tuple(r for rings in trace_mask(m) for r in rings)) for m in masks
    )
    whole = LabelledRegion("stain", (rectangle(2.5, 3.5, 20.5, 9.5),))
    photo = make_photo(tmp_path / "in", "x.png", 1, regions=(*regions, whole))
    write_coco(Dataset(TYPES, (photo,)), tmp_path / "out")

    coco = COCO(tmp_path / "out" / "annotations.json")
    read = [coco.annToMask(annotation) > 0 for annotation in coco.loadAnns(coco.getAnnIds())]
    for theirs, ours in zip(read, [*masks, draw_rings(whole.rings, shape)], strict=True):
        assert (theirs == ours).all()
    assert coco.loadAnns([13])[0]["bbox"] == [3, 4, 18, 6]
    assert coco.loadAnns([13])[0]["area"] == 18 * 6


def test_run_lengths_of_pycocotools_are_read(tmp_path: Path) -> None:
    from pycocotools import mask as coco_mask

    rng = np.random.default_rng(5)
    shape = (40, 56)
    masks = [blob(rng, shape), rng.random(shape) < 0.5]
    photo = make_photo(tmp_path, "images/x.png", 1)
    annotations = []
    for number, mask in enumerate(masks, start=1):
        runs = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
        runs["counts"] = runs["counts"].decode()
        annotations.append(
            {"id": number, "image_id": 5, "category_id": number - 1, "segmentation": runs}
        )
        assert (
            coco_mask.decode(
                coco_mask.frPyObjects({"size": shape, "counts": encode_run_lengths(mask)}, *shape)
            ).tolist()
            == mask.astype(int).tolist()
        )
    content = {
        "images": [{"id": 5, "file_name": "x.png", "width": 56, "height": 40}],
        "categories": [{"id": 0, "name": "crack"}, {"id": 1, "name": "stain"}],
        "annotations": annotations,
    }
    (tmp_path / "labels.json").write_text(json.dumps(content), encoding="utf-8")

    (read,) = read_dataset(tmp_path).photos

    assert read.path == photo.path
    assert (read.masks()["crack"] == masks[0]).all()
    assert (read.masks()["stain"] == masks[1]).all()


def test_coco_keeps_everything(tmp_path: Path) -> None:
    dataset = awkward(tmp_path / "in")
    boxed = LabelledRegion("stain", (rectangle(1, 2, 7, 9),), box=True)
    alarm = LabelledRegion("crack", (rectangle(3, 3, 5, 5),))
    first = dataset.photos[0]
    first = replace(
        first,
        regions=(*first.regions, boxed),
        false_alarms=(alarm,),
        mm_per_px=0.21,
        outlines=(rectangle(0, 0, 40, 30),),
    )
    dataset = replace(dataset, photos=(first, *dataset.photos[1:]))
    write_coco(dataset, tmp_path / "out")

    read = read_dataset(tmp_path / "out")

    assert read.types == TYPES
    for ours, theirs in zip(dataset.photos, read.photos, strict=True):
        assert same_masks(ours, theirs)
        for name in ("name", "product", "item", "lot", "split", "mm_per_px", "width_px"):
            assert getattr(ours, name) == getattr(theirs, name), name
        assert len(ours.regions) == len(theirs.regions)
        assert theirs.path.read_bytes() == ours.path.read_bytes()
    assert read.photos[0].regions[-1].box
    assert (read.photos[0].false_alarms[0].rings[0] == alarm.rings[0]).all()
    assert (read.photos[0].outlines[0] == first.outlines[0]).all()
    for name in ("again", "once-more"):
        write_coco(read, tmp_path / name)
        read = read_dataset(tmp_path / name)
    labels = [(tmp_path / n / "annotations.json").read_bytes() for n in ("again", "once-more")]
    assert labels[0] == labels[1]


@pytest.mark.parametrize("name", WRITERS)
def test_a_photo_of_one_type_without_holes_passes_through_every_format(
    tmp_path: Path, name: str
) -> None:
    mask = np.zeros((40, 56), bool)
    mask[5:9, 10:30] = True
    mask[9:12, 12:15] = True
    region = LabelledRegion("crack", trace_mask(mask)[0])
    dataset = Dataset(
        ("crack",),
        (
            make_photo(tmp_path / "in", "bad.png", 1, regions=(region,), split="test"),
            make_photo(tmp_path / "in", "fine.png", 2, split="test"),
            make_photo(tmp_path / "in", "learn.png", 3, split="train"),
        ),
    )
    WRITERS[name](dataset, tmp_path / "out")

    read = read_dataset(tmp_path / "out")

    assert read.format == name
    assert read.types == ("crack",)
    photos = by_name(read)
    assert photos.keys() == {"bad.png", "fine.png", "learn.png"}
    assert (photos["bad.png"].masks()["crack"] == mask).all()
    assert photos["fine.png"].regions == ()
    if name != "masks":
        assert (photos["bad.png"].split, photos["learn.png"].split) == ("test", "train")


@pytest.mark.parametrize("name", WRITERS)
def test_what_a_format_cannot_hold_is_counted(tmp_path: Path, name: str) -> None:
    losses = WRITERS[name](awkward(tmp_path / "in"), tmp_path / "out")
    assert (losses.counts if losses else {}).keys() == {
        "coco": set(),
        "yolo": {"region's holes were filled", "region of several parts became several"},
        "mvtec": {
            "types of a photo with several became one",
            "defective photo of the part train stands in test",
        },
        "masks": {"region covers another"},
    }[name]
    read_dataset(tmp_path / "out")


@pytest.mark.parametrize("seed", range(20))
def test_holes_are_told_from_parts(seed: int) -> None:
    mask = np.random.default_rng(seed).random((14, 14)) < 0.6
    rings = [ring for rings in trace_mask(mask) for ring in rings]
    # Traced with the inside on the right, outlines turn one way and holes the other.
    assert [is_hole(ring, rings) for ring in rings] == [signed_area(ring) < 0 for ring in rings]


def test_yolo_boxes_stay_boxes(tmp_path: Path) -> None:
    make_photo(tmp_path, "train/images/x.png", 1)
    (tmp_path / "train" / "labels").mkdir()
    (tmp_path / "train" / "labels" / "x.txt").write_text("1 0.5 0.5 0.25 0.5\n")
    (tmp_path / "data.yaml").write_text("names: [crack, stain]\n")

    (photo,) = read_dataset(tmp_path).photos

    (region,) = photo.regions
    assert region.box
    assert region.bounds == (20.5, 9.5, 34.5, 29.5)
    assert photo.split == "train"
    assert photo.masks()["stain"].sum() == 14 * 20


def test_a_photo_turned_by_exif_is_stored_upright(tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 40), "white").save(path, exif=exif)
    photo = DatasetPhoto(path, "turned.jpg", 40, 60)
    write_coco(Dataset(("crack",), (photo,)), tmp_path / "out")
    with Image.open(tmp_path / "out" / "images" / "turned.jpg") as image:
        assert image.size == (40, 60)
        assert image.getexif().get(0x0112, 1) == 1


def coco(tmp_path: Path, **change: object) -> Path:
    make_photo(tmp_path, "images/x.png", 1)
    content = {
        "images": [{"id": 1, "file_name": "x.png", "width": 56, "height": 40}],
        "categories": [{"id": 1, "name": "crack"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[1, 1, 5, 1, 5, 5]]}
        ],
    }
    file = tmp_path / "labels.json"
    file.write_text(json.dumps(content | change), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"annotations": "many"}, "is not COCO: annotations"),
        ({"categories": [{"id": 2, "name": "crack"}]}, "category 1, which is not listed"),
        ({"images": [{"id": 1, "file_name": "y.png", "width": 56, "height": 40}]}, "y.png"),
        ({"images": [{"id": 1, "file_name": "x.png", "width": 5, "height": 4}]}, "is 56×40"),
        ({"images": []}, "image 1, which is not listed"),
        ({"categories": [{"id": 1, "name": "a"}, {"id": 2, "name": "a"}]}, "stands twice"),
        (
            {
                "annotations": [
                    {
                        "image_id": 1,
                        "category_id": 1,
                        "segmentation": {"size": [40, 56], "counts": [5, 3]},
                    }
                ]
            },
            "do not fill its photo",
        ),
        (
            {"annotations": [{"image_id": 1, "category_id": 1, "segmentation": [[1, 2, 3]]}]},
            "odd number",
        ),
        ({"annotations": [{"image_id": 1, "category_id": 1}]}, "neither segmentation nor box"),
    ],
)
def test_what_is_wrong_with_a_coco_file_is_named(
    tmp_path: Path, change: dict[str, object], says: str
) -> None:
    with pytest.raises(DatasetError, match=says):
        read_dataset(coco(tmp_path, **change))


def test_a_name_that_climbs_out_of_the_data_set_is_not_followed(tmp_path: Path) -> None:
    Image.new("RGB", (56, 40)).save(tmp_path / "secret.png")
    image = {"id": 1, "file_name": "../../secret.png", "width": 56, "height": 40}
    with pytest.raises(DatasetError, match="is not there"):
        read_dataset(coco(tmp_path / "a" / "set", images=[image], annotations=[]))


@pytest.mark.parametrize(
    "line", ["7 0.5 0.5 0.1 0.1", "0 0.5 0.5 0.1", "0 a b c d", "0 0.5 0.5 3 0.1", "0 nan 0 0 0"]
)
def test_a_wrong_yolo_line_is_named(tmp_path: Path, line: str) -> None:
    make_photo(tmp_path, "images/x.png", 1)
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "x.txt").write_text(f"0 0.5 0.5 0.1 0.1\n{line}\n")
    (tmp_path / "data.yaml").write_text("names: {0: crack}\n")
    with pytest.raises(DatasetError, match=r"x\.txt:2: "):
        read_dataset(tmp_path)


def test_a_folder_that_is_no_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no data set"):
        read_dataset(tmp_path)


def test_a_folder_that_holds_something_is_not_written_to(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="not an empty folder"):
        write_coco(awkward(tmp_path / "in"), tmp_path / "in")
