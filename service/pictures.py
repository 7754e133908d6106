"""Pictures for people: re-encoded, so that nothing but the pixels leaves; kept by the browser."""

from __future__ import annotations

import io
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final

import numpy as np
import numpy.typing as npt
from fastapi import Header, Query, Response
from PIL import Image

from qc import __version__

JPEG_QUALITY: Final = 88

FOR_EVER: Final = "private, max-age=31536000, immutable"
FOR_AN_HOUR: Final = "private, max-age=3600"
"""For pictures that a later version may draw or frame better."""

PICTURE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The picture.",
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        "headers": {"ETag": {"schema": {"type": "string"}}},
    },
    304: {"description": "The client has this picture already."},
}
"""What a route of a picture answers."""

Width = Annotated[
    int | None,
    Query(ge=16, le=4096, description="Width in pixels; the full size where not given."),
]
IfNoneMatch = Annotated[str | None, Header(description="ETag of the picture that is there.")]


def jpeg(pixels: npt.NDArray[np.uint8], width_px: int | None) -> bytes:
    """Return `(height, width, 3)` sRGB pixels as JPEG, reduced to a width where one is given."""
    image = Image.fromarray(pixels)
    if width_px is not None and width_px < image.width:
        height_px = max(1, round(image.height * width_px / image.width))
        image = image.resize((width_px, height_px), Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def answer(
    name: str, cache_control: str, if_none_match: str | None, render: Callable[[], bytes]
) -> Response:
    """Answer with a picture, unless the client has what this software makes of it."""
    etag = f'"{name}-{__version__}"'
    headers = {"ETag": etag, "Cache-Control": cache_control}
    if if_none_match is not None and etag in if_none_match:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(render(), media_type="image/jpeg", headers=headers)
