"""A small SVG chart: axes, points, lines, bars. No plotting library joins the runtime for four."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

_WIDTH, _HEIGHT = 860, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 150, 44, 62
_INK, _FAINT = "#333", "#ddd"

# Okabe & Ito (2008): distinct for the colour-blind as well. Yellow is left out: too pale on white.
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")


class Chart:
    """One chart over categories; y is numeric."""

    def __init__(
        self,
        title: str,
        x_label: str,
        y_label: str,
        categories: Sequence[str],
        low: float,
        high: float,
    ) -> None:
        pad = 0.06 * (high - low) or abs(high) * 0.01 or 1.0
        self._low = low if low == 0 else low - pad
        self._high = high + pad
        self._count = len(categories)
        self._marks: list[str] = []
        self._legend: list[tuple[str, str]] = []
        self._frame(title, x_label, y_label, categories)

    def points(self, at: Sequence[float], values: Sequence[float], colour: str) -> None:
        """Draw dots; `at` counts categories from 0 and may lie between them."""
        for x, y in zip(at, values, strict=True):
            self._marks.append(
                f'<circle cx="{self._x(x):.1f}" cy="{self._y(y):.1f}" r="3.2" fill="{colour}" '
                'fill-opacity="0.65"/>'
            )

    def line(
        self, at: Sequence[float], values: Sequence[float], colour: str, name: str | None = None
    ) -> None:
        """Draw a line through values; one with a name enters the legend."""
        path = " ".join(
            f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in zip(at, values, strict=True)
        )
        self._marks.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        if name is not None:
            self._legend.append((name, colour))

    def bar(self, at: float, value: float, colour: str, width: float = 0.6) -> None:
        """Draw a bar from zero with its value above it."""
        left, right = self._x(at - width / 2), self._x(at + width / 2)
        top, foot = self._y(value), self._y(0)
        self._marks.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
            f'height="{max(0.0, foot - top):.1f}" fill="{colour}"/>'
        )
        self._text((left + right) / 2, top - 5, f"{value:.1f}", size=12)

    def legend(self, name: str, colour: str) -> None:
        """Add a line to the legend."""
        self._legend.append((name, colour))

    def svg(self) -> str:
        """Return the picture."""
        for index, (name, colour) in enumerate(self._legend):
            x, y = _WIDTH - _RIGHT + 16, _TOP + 10 + 20 * index
            self._marks.append(
                f'<rect x="{x}" y="{y - 9}" width="12" height="10" fill="{colour}"/>'
            )
            self._text(x + 18, y, _short(name, 18), anchor="start", size=12)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            f'width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif">'
            '<rect width="100%" height="100%" fill="#fff"/>' + "".join(self._marks) + "</svg>\n"
        )

    def _frame(self, title: str, x_label: str, y_label: str, categories: Sequence[str]) -> None:
        middle = (_LEFT + _WIDTH - _RIGHT) / 2
        self._text(middle, 24, title, size=16, weight="bold")
        self._text(middle, _HEIGHT - 12, x_label, size=13)
        centre = (_TOP + _HEIGHT - _BOTTOM) / 2
        self._text(18, centre, y_label, size=13, turn=True)
        for tick in ticks(self._low, self._high):
            y = self._y(tick)
            self._marks.append(
                f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
                f'stroke="{_FAINT}"/>'
            )
            self._text(_LEFT - 8, y + 4, f"{tick:.10g}", anchor="end", size=12)
        every = math.ceil(self._count / 24)
        room = max(3, round(95 / math.ceil(self._count / every)))
        for index in range(0, self._count, every):
            self._text(
                self._x(index), _HEIGHT - _BOTTOM + 20, _short(categories[index], room), size=12
            )

    def _x(self, at: float) -> float:
        return _LEFT + (at + 0.5) / self._count * (_WIDTH - _LEFT - _RIGHT)

    def _y(self, value: float) -> float:
        share = (value - self._low) / (self._high - self._low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    def _text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        anchor: str = "middle",
        size: int,
        weight: str = "normal",
        turn: bool = False,
    ) -> None:
        rotate = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turn else ""
        self._marks.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
            f'font-weight="{weight}" fill="{_INK}"{rotate}>{escape(text)}</text>'
        )


def ticks(low: float, high: float) -> list[float]:
    """Return 3 to 8 round numbers within low to high (low < high)."""
    raw = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(f * power for f in (1, 2, 5, 10) if f * power >= raw)
    first = math.ceil(low / step)
    return [round(i * step, 12) for i in range(first, math.floor(high / step) + 1)]


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1] + "…"
