"""Contact sheets: pictures beside what the detector says of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

_CELL = (300, 170)  # width, height


@dataclass(frozen=True)
class Tile:
    """One picture: `probability` `(H, W)` of any defect, `truth` `(H, W)` where known."""

    title: str
    pixels: NDArray[np.uint8]
    probability: NDArray[np.float32]
    error: float
    truth: NDArray[np.bool_] | None = None


def contact_sheet(tiles: list[Tile], path: Path, columns: int = 3) -> None:
    """Write a JPEG: every picture with the true outline, and with the probability in red."""
    cells = [_cell(tile) for tile in tiles]
    blank = np.full_like(cells[0], 255)
    cells += [blank] * (-len(cells) % columns)
    rows = [np.hstack(cells[i : i + columns]) for i in range(0, len(cells), columns)]
    sheet = cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(path), sheet, [cv2.IMWRITE_JPEG_QUALITY, 70])


def _cell(tile: Tile) -> NDArray[np.uint8]:
    plain = np.asarray(cv2.resize(tile.pixels, _CELL, interpolation=cv2.INTER_AREA), np.uint8)
    heat = cv2.resize(tile.probability, _CELL, interpolation=cv2.INTER_AREA)[..., None]
    called = plain * (1 - 0.7 * heat) + np.array([255, 0, 0]) * 0.7 * heat
    if tile.truth is not None:
        truth = cv2.resize(tile.truth.astype(np.uint8), _CELL, interpolation=cv2.INTER_NEAREST)
        contours, _ = cv2.findContours(truth, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        cv2.drawContours(plain, contours, -1, (0, 255, 255), 1)
    strip = np.full((18, 2 * _CELL[0], 3), 255, np.uint8)
    cv2.putText(strip, tile.title[:60], (4, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1)
    return np.vstack([strip, np.hstack([plain, called.astype(np.uint8)])])
