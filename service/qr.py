"""QR codes for tablets' cameras and badge readers."""

from __future__ import annotations

import segno


def data_address(text: str) -> str:
    """Return a QR code as an SVG picture in a `data:` address."""
    return segno.make(text, micro=False, error="m").svg_data_uri(scale=4, border=4)
