"""The photo with everything that was found drawn on it."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Final, Literal, Protocol

from PIL import Image, ImageDraw, ImageFont

from qc.decision.conformity import Decision
from qc.decision.messages import DEFECT_NAMES
from qc.decision.verdict import Verdict
from qc.photo import Photo
from qc.records import AngleMeasurement, Defect, Inspection, Measurement

Colour = tuple[int, int, int]
Language = Literal["en", "id"]
Box = tuple[int, int, int, int]


class Framed(Protocol):
    """A photo, or what is known of one."""

    @property
    def width_px(self) -> int:
        """Its columns."""
        ...

    @property
    def height_px(self) -> int:
        """Its rows."""
        ...


# Distinct for the colour-blind as well (Okabe & Ito, 2008), and readable on wood and blue.
_GOOD: Final[Colour] = (0, 200, 130)
_BAD: Final[Colour] = (255, 70, 30)
_DOUBT: Final[Colour] = (255, 190, 0)
_NEUTRAL: Final[Colour] = (235, 235, 235)
# Room around a close-up, as a share of the item, for its labels; width over height.
_MARGIN = 0.16
_ASPECT = 4 / 3

_BY_DECISION: Final = {Decision.PASS: _GOOD, Decision.FAIL: _BAD, Decision.CHECK: _DOUBT}
_BY_VERDICT: Final = {
    Verdict.PASS: _NEUTRAL,
    Verdict.FAIL: _BAD,
    Verdict.CHECK: _DOUBT,
    Verdict.RETAKE: _DOUBT,
}


def close_up(photo: Framed, inspection: Inspection, view: str) -> Box | None:
    """Frame the item and everything that was found on it, four wide and three high.

    Returns:
        Left, top, right and bottom in px of the photo, the last two exclusive;
        None where the item was not found.
    """
    points = [
        point
        for record in inspection.photos
        if record.view == view
        for outline in record.outlines_px
        for point in outline
    ]
    if not points:
        return None
    found = [*inspection.measurements, *inspection.angles]
    points += [p for one in found if one.view == view for p in one.line_px]
    points += [p for one in inspection.defects if one.view == view for p in one.polygon_px]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    spans = max(xs) - min(xs), max(ys) - min(ys)
    width, height = (span + 2 * _MARGIN * max(spans) for span in spans)
    width, height = max(width, height * _ASPECT), max(height, width / _ASPECT)
    left, right = _around((min(xs) + max(xs)) / 2, width, photo.width_px)
    top, bottom = _around((min(ys) + max(ys)) / 2, height, photo.height_px)
    return left, top, right, bottom


def _around(centre: float, length: float, size_px: int) -> tuple[int, int]:
    """Return an interval about `centre`, moved and cut to lie within 0 to `size_px`."""
    length_px = min(size_px, math.ceil(length))
    start = min(max(0, round(centre - length_px / 2)), size_px - length_px)
    return start, start + length_px


def draw_overlay(
    photo: Photo,
    inspection: Inspection,
    view: str,
    *,
    box: Box | None = None,
    longest_px: int = 1600,
    file_format: Literal["PNG", "JPEG"] = "PNG",
    language: Language = "en",
) -> bytes:
    """Draw outlines, dimensions and defects of one view.

    Args:
        photo: the photo of that view.
        inspection: what was found.
        view: name of the view; one without findings gives the plain photo.
        box: the part of the photo to show; all of it by default.
        longest_px: longer side of the picture; photos are never enlarged.
        file_format: of the bytes returned.
        language: of the labels.

    Returns:
        An image file without metadata.
    """
    left, top, right, bottom = box or (0, 0, photo.width_px, photo.height_px)
    scale = min(1.0, longest_px / max(right - left, bottom - top))
    size = (round((right - left) * scale), round((bottom - top) * scale))
    shown = Image.fromarray(photo.pixels[top:bottom, left:right])
    image = shown.resize(size, Image.Resampling.LANCZOS)
    pen = _Pen(image, (left, top), scale, language)
    for record in inspection.photos:
        if record.view == view:
            for outline in record.outlines_px:
                pen.outline(outline)
    measured: list[Measurement | AngleMeasurement] = [*inspection.measurements, *inspection.angles]
    for measurement in measured:
        if measurement.view == view:
            pen.dimension(measurement)
    for defect in inspection.defects:
        if defect.view == view:
            pen.defect(defect)
    buffer = io.BytesIO()
    image.save(buffer, file_format, **({"quality": 85} if file_format == "JPEG" else {}))
    return buffer.getvalue()


class _Pen:
    """Draws in photo coordinates on the reduced picture."""

    def __init__(
        self, image: Image.Image, origin: tuple[int, int], scale: float, language: Language
    ) -> None:
        self._draw = ImageDraw.Draw(image)
        self._origin = origin
        self._scale = scale
        self._language = language
        self._size = image.size
        self._labels: list[tuple[float, float, float, float]] = []
        self._line = max(2, round(max(image.size) / 450))
        self._font = ImageFont.load_default(size=max(13, round(max(image.size) / 40)))

    def outline(self, points: Sequence[tuple[float, float]]) -> None:
        if len(points) > 2:
            self._draw.line(self._closed(points), fill=_NEUTRAL, width=max(1, self._line // 2))

    def dimension(self, measurement: Measurement | AngleMeasurement) -> None:
        """Draw where a dimension was measured, and its value beside."""
        colour = _BY_DECISION[measurement.decision]
        label = measurement.label
        name = getattr(label, self._language) if label else measurement.name
        value, u95, *_, unit = measurement.quantity
        text = f"{name} {self._number(f'{value:.2f} ± {u95:.2f}')}{unit}"
        points = [self._at(point) for point in measurement.line_px]
        if len(points) == 2:
            self._dimension_line(points, text, colour, before=measurement.part % 2 == 1)
        else:
            self._path(points, text, colour)

    def _path(self, points: list[tuple[float, float]], text: str, colour: Colour) -> None:
        """Draw a circle, an angle's legs or an edge, its value above the highest point."""
        for width, fill in ((self._line + 3, (0, 0, 0)), (self._line, colour)):
            self._draw.line(points, fill=fill, width=width, joint="curve")
        x, y = min(points, key=lambda point: point[1])
        self._label((x, y - self._half_size(text)[1] - self._line * 3), text, colour)

    def _dimension_line(
        self, ends: list[tuple[float, float]], text: str, colour: Colour, *, before: bool
    ) -> None:
        """Draw a dimension line with end ticks, and its value beyond one end.

        Pieces that lie side by side carry their values at opposite ends.
        """
        across = abs(ends[0][0] - ends[1][0]) > abs(ends[0][1] - ends[1][1])
        (x0, y0), (x1, y1) = sorted(ends, key=lambda end: end[0 if across else 1])
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        ax, ay = (x1 - x0) / length, (y1 - y0) / length
        tick = self._line * 4
        for width, fill in ((self._line + 3, (0, 0, 0)), (self._line, colour)):
            self._draw.line([(x0, y0), (x1, y1)], fill=fill, width=width)
            for x, y in ((x0, y0), (x1, y1)):
                bar = [(x + ay * tick, y - ax * tick), (x - ay * tick, y + ax * tick)]
                self._draw.line(bar, fill=fill, width=width)
        (x, y), sign = ((x0, y0), -1) if before else ((x1, y1), 1)
        half_w, half_h = self._half_size(text)
        reach = tick + abs(ax) * half_w + abs(ay) * half_h
        self._label((x + sign * ax * reach, y + sign * ay * reach), text, colour)

    def defect(self, defect: Defect) -> None:
        """Circle a defect, trace it thinly and name it outside the circle."""
        if not defect.polygon_px:
            return
        colour = _BY_VERDICT[defect.verdict]
        points = [self._at(point) for point in defect.polygon_px]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
        radius = max(math.hypot(px - x, py - y) for px, py in points) + self._line * 6
        for width, fill, grow in ((self._line + 3, (0, 0, 0), 1), (self._line, colour, 0)):
            r = radius + grow
            self._draw.ellipse((x - r, y - r, x + r, y + r), outline=fill, width=width)
        if len(points) > 2:
            self._draw.line([*points, points[0]], fill=colour, width=1)
        name = DEFECT_NAMES.get(defect.type, {}).get(self._language, defect.type)
        text = f"{name} {self._number(f'{defect.length_mm:.1f}')} mm  {defect.probability:.0%}"
        self._label((x, y - radius - self._line * 5), text, colour)

    def _at(self, point: tuple[float, float]) -> tuple[float, float]:
        x, y = point[0] - self._origin[0], point[1] - self._origin[1]
        return (x + 0.5) * self._scale - 0.5, (y + 0.5) * self._scale - 0.5

    def _closed(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [self._at(point) for point in (*points, points[0])]

    def _number(self, text: str) -> str:
        return text.replace(".", ",") if self._language == "id" else text

    def _half_size(self, text: str) -> tuple[float, float]:
        left, top, right, bottom = self._draw.textbbox((0, 0), text, font=self._font)
        pad = self._line * 2
        return (right - left) / 2 + pad, (bottom - top) / 2 + pad

    def _label(self, centre: tuple[float, float], text: str, colour: Colour) -> None:
        half_w, half_h = self._half_size(text)
        x = min(max(centre[0], half_w), self._size[0] - half_w)
        # The nearest height at which it covers no other label.
        most = math.ceil(self._size[1] / (2.2 * half_h))
        steps = sorted(range(-most, most + 1), key=abs)
        heights = [
            min(max(centre[1] + 2.2 * step * half_h, half_h), self._size[1] - half_h)
            for step in steps
        ]
        boxes = [(x - half_w, y - half_h, x + half_w, y + half_h) for y in heights]
        box = next((b for b in boxes if not any(_overlap(b, o) for o in self._labels)), boxes[0])
        self._labels.append(box)
        y = (box[1] + box[3]) / 2
        self._draw.rounded_rectangle(box, radius=self._line * 2, fill=(20, 20, 20))
        self._draw.text((x, y), text, font=self._font, fill=colour, anchor="mm")


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
