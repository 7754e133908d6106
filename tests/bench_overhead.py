"""What an upload costs beside the inspection: one request with a 12-megapixel photo, over loopback.

Run as `make bench-overhead` (or `python tests/bench_overhead.py [REPEATS]`), on a quiet machine.
The pipeline answers at once; decoding the photo belongs to the inspection, is measured alone and
taken off. What is left is reading the form, checking who sends it, the hash, what the photo's way
to the disk takes longer than decoding, the commit and the answer.
"""

from __future__ import annotations

import io
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx2
from PIL import Image
from rich.console import Console
from served import photo_jpeg
from station_page import photo_of, scripted_inspection, serving
from structlog.testing import capture_logs
from visitors import cookies_of

from qc.decision.verdict import Verdict
from qc.photo import Photo, decode_photo
from qc.records import Inspection
from service.people.roles import Role

GOAL_MEDIAN_MS: Final = 40


def at_once(
    photos: dict[str, Photo], spec: Any, station: Any = None, *_models: Any, **_rest: Any
) -> Inspection:
    """Answer without a look at the photo's pixels."""
    found = scripted_inspection({"top": _SMALL}, spec, station)
    (record,) = found.photos
    photo = record.model_copy(update={"sha256": photos["top"].sha256})
    return found.model_copy(update={"photos": (photo,)})


_PLAIN = decode_photo(photo_of(Verdict.PASS)["buffer"])
_SMALL: Final = replace(_PLAIN, pixels=_PLAIN.pixels[:8, :8])
"""What the scripted pipeline looks at: its look at a whole photo would count as overhead."""


def grainy(photo: bytes) -> bytes:
    """Return a photo with a sensor's noise, which makes it as large as a tablet's."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(photo)) as image:
        noise = Image.effect_noise(image.size, 25).convert("RGB")
        Image.blend(image, noise, 0.15).save(out, "JPEG", quality=90, comment=uuid4().bytes)
    return out.getvalue()


def main(repeats: int) -> int:
    """Print the medians; the status is 1 where the goal is missed."""
    photos = [grainy(photo_jpeg(number)) for number in range(repeats + 1)]
    with Image.open(io.BytesIO(photos[0])) as image:
        pixels = image.width * image.height
    hashed = [(photo, sha256(photo).hexdigest()) for photo in photos]
    decoding_ms = [_ms(lambda known=known: decode_photo(*known)) for known in hashed]
    with capture_logs(), tempfile.TemporaryDirectory() as folder:
        whole_ms = _requests_ms(Path(folder), photos)
    decoding, whole = statistics.median(decoding_ms[1:]), statistics.median(whole_ms[1:])
    console = Console()
    size = f"{pixels / 1e6:.1f} megapixels, {len(photos[0]) / 1e6:.1f} MB"
    console.print(f"{repeats} photos of {size}")
    console.print(f"request {whole:.0f} ms, of it decoding {decoding:.0f} ms")
    console.print(f"overhead: median {whole - decoding:.0f} ms (goal {GOAL_MEDIAN_MS} ms)")
    return int(whole - decoding > GOAL_MEDIAN_MS)


def _requests_ms(folder: Path, photos: list[bytes]) -> list[float]:
    with serving(folder, at_once) as service:
        cookies = cookies_of(service.runtime, Role.PACKER, tablet=True)
        with httpx2.Client(base_url=service.address, cookies=cookies, timeout=60) as tablet:

            def send(photo: bytes) -> None:
                form = {"client_id": str(uuid4()), "spec": "test-bowl"}
                files = {"photos": ("photo.jpg", photo, "image/jpeg")}
                tablet.post("/v1/inspections", data=form, files=files).raise_for_status()

            return [_ms(lambda photo=photo: send(photo)) for photo in photos]


def _ms(what: Any) -> float:
    began = time.perf_counter()
    what()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 30))
