"""QR codes for tablets' cameras and badge readers."""

from __future__ import annotations

import io

import segno


def data_address(text: str) -> str:
    """Return a QR code as an SVG picture in a `data:` address."""
    return segno.make(text, micro=False, error="m").svg_data_uri(scale=4, border=4)


def terminal_text(text: str) -> str:
    """Return a QR code in block characters, dark on light whatever the terminal's colours are."""
    out = io.StringIO()
    segno.make(text, micro=False, error="l").terminal(out, border=2, compact=True)
    return out.getvalue()
