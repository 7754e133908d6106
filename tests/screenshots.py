"""Take the screenshots of the documentation: the real pipeline on the sample photos.

Run by `make screenshots`, which trains a detector for a minute on the way. With names of shots
after the folder, only those are taken.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from PIL import Image
from screens import workshop
from screens.acts import await_still
from screens.shots import (
    ADDRESSES,
    LANDSCAPE,
    PORTRAIT,
    SHARE,
    SHOTS,
    STAGES,
    Shot,
    document,
    files_of,
)
from screens.workshop import Workshop, new_workshop, opened_workshop
from station_page import chromium, opened

from service.cookies import SESSION_COOKIE, TABLET_COOKIE

FURNISHING: Final[dict[str, Callable[[Workshop], None]]] = {
    "inspected": lambda _: None,
    "trained": workshop.review_and_train,
    "strange": workshop.learn_with_a_strange_photo,
    "learnt": workshop.learn,
    "weeks": workshop.repeat_weeks,
    "moved": workshop.move_the_tablet,
    "upright": workshop.stand_the_mat_up,
}


def main(folder: Path, names: Sequence[str]) -> None:
    """Write pictures into `folder` as WebP, and the page that shows them beside it."""
    wanted = [shot for shot in SHOTS if not names or shot.name in names]
    with _folder() as kept, opened_workshop(kept) as shop, chromium() as browser:
        if any(shot.new for shot in wanted):
            with _folder() as empty, new_workshop(empty) as new:
                for shot in wanted:
                    if shot.new:
                        take(browser, new, shot, folder)
        last = max((shot.stage for shot in wanted), default=0)
        for stage in range(last + 1):
            FURNISHING[STAGES[stage]](shop)
            for shot in wanted:
                if shot.stage == stage and not shot.new:
                    take(browser, shop, shot, folder)
    if not names:
        for stale in {path.stem for path in folder.glob("*.webp")} - set(files_of(SHOTS)):
            (folder / f"{stale}.webp").unlink()
        (folder.parent / "screens.md").write_text(document(), encoding="utf-8")


def take(browser: Any, shop: Workshop, shot: Shot, folder: Path) -> None:
    """Take a state in landscape and Indonesian, and in portrait and English."""
    cookies = shop.cookies[shot.role]
    left_out = set() if shot.tablet else {TABLET_COOKIE}
    if shot.role is None:
        left_out.add(SESSION_COOKIE)
    given = {name: value for name, value in cookies.items() if name not in left_out}
    for name, (width, height), language in (
        (shot.name, LANDSCAPE, "Indonesia"),
        (f"{shot.name}-portrait", PORTRAIT, "English"),
    ):
        viewport = {"width": width, "height": height}
        with ExitStack() as stack:
            page = stack.enter_context(
                opened(browser, shop.service, given, viewport=viewport, has_touch=True)
            )
            page.add_init_script(
                f"localStorage.setItem('teliti.language', '{language[:2].lower()}')"
            )
            shot.before(page, shop)
            page.goto(f"/#{ADDRESSES[shot.page].format(shot.of(shop))}")
            await_still(page)
            shot.act(page, shop)
            await_still(page)
            page.wait_for_timeout(600)  # the answer's arrival is animated
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            size = (round(width * SHARE), round(height * SHARE))
            picture = picture.resize(size, Image.Resampling.LANCZOS)
            picture.save(folder / f"{name}.webp", quality=78, method=6)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
