"""A data set's card: one HTML page with counts, checks and pictures, and nothing from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from qc.datasets.checks import Balance, Disagreement, Leak, NearDuplicate
from qc.datasets.model import Dataset, DatasetPhoto
from qc.errors import DatasetError
from qc.photo import decode_photo

_EXAMPLES: Final = 6
_THUMBNAIL_PX: Final = 220
_LISTED: Final = 30
_LABEL: Final = (255, 59, 48)
_FOUND: Final = (0, 122, 255)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the checks said; `disagreements` is None where no detector was asked."""

    balance: Sequence[Balance]
    leaks: Sequence[Leak]
    duplicates: Sequence[NearDuplicate]
    disagreements: Sequence[Disagreement] | None


def dataset_card(title: str, dataset: Dataset, findings: Findings) -> str:
    """Render the card.

    Raises:
        DatasetError: a photo that it shows cannot be read.
    """
    by_name = {photo.name: photo for photo in dataset.photos}
    sections = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{len(dataset.photos)} photos of {_items(dataset)} items, "
        f"{sum(1 for _ in dataset.regions())} labelled regions of "
        f"{len(dataset.types)} types. Format: {escape(dataset.format)}.</p>",
        "<h2>What is in it</h2>",
        _table(
            ("part", "type", "photos", "regions", "items"),
            [(b.split, b.type or "good", b.photos, b.regions, b.items) for b in findings.balance],
        ),
        "<h2>Leakage</h2>",
        _leakage(findings, by_name),
        "<h2>Labels in doubt</h2>",
        _doubts(findings.disagreements, by_name),
        "<h2>Examples</h2>",
        *(_examples(dataset, kind) for kind in (*dataset.types, None)),
    ]
    return _PAGE.format(title=escape(title), body="\n".join(sections))


def _items(dataset: Dataset) -> int:
    return len({photo.item or photo.name for photo in dataset.photos})


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in row) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _leakage(findings: Findings, by_name: dict[str, DatasetPhoto]) -> str:
    leaking = [pair for pair in findings.duplicates if pair.leaks]
    parts = [
        f"<p>{len(findings.leaks)} items or lots stand in several parts; "
        f"{len(findings.duplicates)} pairs of photos are nearly the same, "
        f"{len(leaking)} of them across parts.</p>"
    ]
    if findings.leaks:
        rows = [(leak.kind, leak.name, ", ".join(leak.splits)) for leak in findings.leaks]
        parts.append(_table(("what", "name", "parts"), rows[:_LISTED]))
    for pair in sorted(findings.duplicates, key=lambda pair: not pair.leaks)[:_EXAMPLES]:
        both = [by_name[pair.first], by_name[pair.second]]
        parts.append(
            _figures(
                (_picture(photo), f"{photo.name} ({photo.split or 'no part'})") for photo in both
            )
        )
    return "".join(parts)


def _doubts(found: Sequence[Disagreement] | None, by_name: dict[str, DatasetPhoto]) -> str:
    if found is None:
        return "<p>No detector was asked.</p>"
    if not found:
        return "<p>The detector contradicts no label surely.</p>"
    shown = _figures(
        (
            _picture(by_name[one.photo], one.box),
            f"{one.photo}: {one.kind}, {one.label or 'nothing'} labelled, "
            f"{one.found or 'nothing'} found ({one.probability:.2f})",
        )
        for one in found[:_LISTED]
    )
    return f"<p>{len(found)}, the surest first. A person decides.</p>{shown}"


def _examples(dataset: Dataset, kind: str | None) -> str:
    def shows(photo: DatasetPhoto) -> bool:
        types = {region.type for region in photo.regions}
        return kind in types if kind else not types

    photos = [photo for photo in dataset.photos if shows(photo)]
    step = max(1, len(photos) // _EXAMPLES)
    figures = _figures(
        (_picture(photo, only=kind), photo.name) for photo in photos[::step][:_EXAMPLES]
    )
    return f"<h3>{escape(kind or 'good')} ({len(photos)} photos)</h3>{figures}"


def _figures(pictures: Iterable[tuple[str, str]]) -> str:
    figures = (
        f'<figure><img src="{source}" alt=""><figcaption>{escape(text)}</figcaption></figure>'
        for source, text in pictures
    )
    return f"<div>{''.join(figures)}</div>"


def _picture(
    photo: DatasetPhoto,
    box: tuple[float, float, float, float] | None = None,
    only: str | None = None,
) -> str:
    """A small JPEG with the labels drawn in, as a data address; of a box its surroundings."""
    try:
        pixels = decode_photo(photo.path.read_bytes()).pixels
    except OSError as error:
        raise DatasetError(f"{photo.path}: {error.strerror}", fix="Fetch it again.") from error
    left, top, right, bottom = 0, 0, photo.width_px, photo.height_px
    if box is not None:
        reach = max(box[2] - box[0], box[3] - box[1], 40)
        left, top = max(0, int(box[0] - reach)), max(0, int(box[1] - reach))
        right, bottom = int(box[2] + reach), int(box[3] + reach)
    cut = pixels[top:bottom, left:right]
    scale = min(1.0, _THUMBNAIL_PX / max(cut.shape[:2])) if box is None else 1.0
    if box is not None:
        scale = _THUMBNAIL_PX / max(cut.shape[:2])
    size = (max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.ascontiguousarray(cv2.resize(cut, size, interpolation=how))

    def place(points: NDArray[np.float64]) -> NDArray[np.int32]:
        moved = (points - np.array([left, top]) + 0.5) * scale - 0.5
        return np.asarray(np.rint(moved), np.int32)

    for region in photo.regions:
        if only in (None, region.type):
            cv2.polylines(small, [place(ring) for ring in region.rings], True, _LABEL, 1)
    if box is not None:
        corners = np.array([(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])])
        cv2.polylines(small, [place(corners)], True, _FOUND, 1)
    data = simplejpeg.encode_jpeg(np.asarray(small, np.uint8), quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(data).decode()


_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 15px/1.45 system-ui, sans-serif; max-width: 1100px; margin: 2rem auto }}
table {{ border-collapse: collapse }} th, td {{ padding: .2rem .8rem; text-align: left }}
tr:nth-child(even) {{ background: #f2f2f4 }} td {{ font-variant-numeric: tabular-nums }}
div {{ display: flex; flex-wrap: wrap; gap: 1rem }} figure {{ margin: 0; width: 220px }}
img {{ max-width: 220px; max-height: 220px }}
figcaption {{ font-size: 12px; overflow-wrap: anywhere }}
</style>
{body}
</html>
"""
