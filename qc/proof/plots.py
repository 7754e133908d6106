"""The report's plots as SVG, drawn without a plotting library."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from qc.proof.draw import CONDITIONS
from qc.proof.ranges import FAMILIES
from qc.proof.report import CORNER_RMS_GATE_PX, COVERAGE_GOAL_PERCENT
from qc.proof.run import TrialResult

# Okabe and Ito's palette, told apart by colour-blind readers as well
_COLOURS = dict(
    zip(FAMILIES, ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"), strict=True)
)
_LEFT, _TOP, _WIDTH, _HEIGHT = 64, 56, 640, 320
_TOTAL = (_LEFT + _WIDTH + 150, _TOP + _HEIGHT + 64)
_LARGEST_MM = 1.5


def error_plot(results: list[TrialResult], condition: str) -> str:
    """Error against size; points beyond the frame sit on its border."""
    frame = _Frame((0, 310), (-_LARGEST_MM, _LARGEST_MM))
    chosen = [trial for trial in results if trial.condition == condition]
    body = [
        *frame.axes(f"Error by size: {condition}", "true size, mm", "error, mm", 50, 0.5),
        *frame.line([(0, 0), (310, 0)], "#999", "1"),
    ]
    for sign in (1, -1):
        body += frame.line([(0, sign * 0.3), (310, sign * (0.3 + 310 / 400))], "#444", "1.5")
        body += frame.line([(0, sign * 0.2), (310, sign * (0.2 + 310 / 700))], "#444", "1", "5 4")
    for trial in chosen:
        for size in trial.dimensions:
            x, y = frame.at(size.true_mm, max(-_LARGEST_MM, min(_LARGEST_MM, size.error_mm)))
            body.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{_COLOURS[trial.family]}" '
                f'fill-opacity="{0.75 if size.covered else 0}" '
                f'stroke="{_COLOURS[trial.family]}" stroke-width="1.2"/>'
            )
    body += _legend([(family, _COLOURS[family]) for family in FAMILIES])
    body += [
        _text(_LEFT + _WIDTH + 14, _TOP + 150, "hollow: beyond U95", 12),
        _text(_LEFT + _WIDTH + 14, _TOP + 168, "line: gate, dashed: aim", 12),
    ]
    return _svg(body)


def coverage_plot(results: list[TrialResult]) -> str:
    """Share of truths within U95 by family, one bar a condition, with the goal as a band."""
    frame = _Frame((0, len(FAMILIES)), (0, 100))
    tones = dict(zip(CONDITIONS, ("#0072b2", "#e69f00", "#999999"), strict=True))
    body = frame.axes("Truth within U95", "", "%", None, 20)
    low, high = COVERAGE_GOAL_PERCENT
    (x0, y0), (x1, y1) = frame.at(0, high), frame.at(len(FAMILIES), low)
    body.append(_rect(x0, y0, x1 - x0, y1 - y0, "#009e73", 0.35))
    for i, family in enumerate(FAMILIES):
        for j, condition in enumerate(CONDITIONS):
            covered = [
                size.covered
                for trial in results
                if (trial.family, trial.condition) == (family, condition)
                for size in trial.dimensions
            ]
            if covered:
                share = 100 * sum(covered) / len(covered)
                left, top = frame.at(i + 0.16 + 0.23 * j, share)
                right, bottom = frame.at(i + 0.16 + 0.23 * j + 0.2, 0)
                body.append(_rect(left, top, right - left, bottom - top, tones[condition], 0.85))
                body.append(_text((left + right) / 2, bottom - 6, str(len(covered)), 10, "middle"))
        x, y = frame.at(i + 0.5, 0)
        body.append(_text(x, y + 20, family, 12, "middle"))
    body += _legend([*tones.items(), ("goal", "#009e73")])
    return _svg(body)


def corner_plot(results: list[TrialResult]) -> str:
    """RMS error of the mat's corners against the photo's scale."""
    frame = _Frame((0, 21), (0, 0.15))
    body = [
        *frame.axes("Corners of the mat", "tilt, degrees", "RMS, px", 5, 0.05),
        *frame.line([(0, CORNER_RMS_GATE_PX), (21, CORNER_RMS_GATE_PX)], "#444", "1.5"),
    ]
    for trial in results:
        if trial.corners:
            x, y = frame.at(trial.tilt_deg, min(0.15, trial.corners.rms_px))
            body.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="#0072b2" fill-opacity="0.7"/>'
            )
    body.append(_text(_LEFT + _WIDTH + 14, _TOP + 12, "line: gate", 12))
    return _svg(body)


class _Frame:
    """Axes of a plot, from values to pixels."""

    def __init__(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        self._x, self._y = x, y

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a value is drawn."""
        (x0, x1), (y0, y1) = self._x, self._y
        return (
            _LEFT + (x - x0) / (x1 - x0) * _WIDTH,
            _TOP + (y1 - y) / (y1 - y0) * _HEIGHT,
        )

    def line(
        self, points: Iterable[tuple[float, float]], colour: str, width: str, dashes: str = "none"
    ) -> list[str]:
        """Return a line through values."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (self.at(*point) for point in points))
        return [
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}" '
            f'stroke-dasharray="{dashes}"/>'
        ]

    def axes(
        self, title: str, x_label: str, y_label: str, x_step: float | None, y_step: float
    ) -> list[str]:
        """Return the frame, the ticks and the words around it."""
        body = [
            f'<rect x="{_LEFT}" y="{_TOP}" width="{_WIDTH}" height="{_HEIGHT}" fill="none" '
            'stroke="#444"/>',
            _text(_LEFT, _TOP - 22, title, 17),
            _text(_LEFT + _WIDTH / 2, _TOP + _HEIGHT + 44, x_label, 13, "middle"),
            _text(_LEFT - 8, _TOP - 8, y_label, 13, "end"),
        ]
        steps = round((self._y[1] - self._y[0]) / y_step)
        for value in (self._y[0] + i * y_step for i in range(steps + 1)):
            x, y = self.at(self._x[0], value)
            body.append(_text(x - 8, y + 4, f"{value:g}", 12, "end"))
            body += self.line([(self._x[0], value), (self._x[1], value)], "#ddd", "0.6")
        if x_step:
            for i in range(int((self._x[1] - self._x[0]) / x_step) + 1):
                x, y = self.at(self._x[0] + i * x_step, self._y[0])
                body.append(_text(x, y + 20, f"{self._x[0] + i * x_step:g}", 12, "middle"))
        return body


def _legend(entries: list[tuple[str, str]]) -> list[str]:
    body = []
    for i, (name, colour) in enumerate(entries):
        y = _TOP + 12 + 20 * i
        body.append(_rect(_LEFT + _WIDTH + 14, y - 10, 12, 12, colour, 0.85))
        body.append(_text(_LEFT + _WIDTH + 32, y, name, 12))
    return body


def _rect(x: float, y: float, width: float, height: float, colour: str, opacity: float) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{colour}" fill-opacity="{opacity}"/>'
    )


def _text(x: float, y: float, text: str, size: int, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )


def _svg(body: list[str]) -> str:
    width, height = _TOTAL
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" fill="#222"><rect width="100%" height="100%" fill="#fff"/>'
        + "".join(body)
        + "</svg>\n"
    )
