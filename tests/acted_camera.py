"""A camera whose picture a test changes while the page is open."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

_SCRIPT = """
(() => {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const pictures = new Map();
  let shown;
  window.addPicture = async (name, address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    pictures.set(name, image);
  };
  window.showPicture = (name) => {
    shown = pictures.get(name);
    canvas.width = shown.naturalWidth;
    canvas.height = shown.naturalHeight;
  };
  // A stream without a changing picture gives no frames.
  setInterval(() => shown && context.drawImage(shown, 0, 0), 50);
  window.opened = [];
  navigator.mediaDevices.getUserMedia = async () => {
    const stream = canvas.captureStream(20);
    window.opened.push(stream);
    return stream;
  };
})();
"""


def act(page: Any) -> None:
    """Give a page that was not opened yet a camera that the test holds."""
    page.add_init_script(_SCRIPT)


def load(page: Any, pictures: Mapping[str, Image.Image]) -> None:
    """Put pictures by name before the camera; the first is shown."""
    for name, picture in pictures.items():
        out = io.BytesIO()
        picture.convert("RGB").save(out, "JPEG", quality=92)
        address = "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
        page.evaluate("([name, address]) => addPicture(name, address)", [name, address])
    show(page, next(iter(pictures)))


def show(page: Any, name: str) -> None:
    """Have the camera see another picture."""
    page.evaluate("name => showPicture(name)", name)
