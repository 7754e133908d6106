"""What is done on a page before its picture is taken, in either language."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import acted_camera
import good_bowls
import side_scene
from openpyxl import load_workbook
from PIL import Image
from station_page import SAMPLES

from qc.spec import Spec, find_spec
from qc.spec.workbook import write_workbook

if TYPE_CHECKING:
    from screens.workshop import Workshop

Act = Callable[[Any, "Workshop"], None]

BOWL: Final = "mitsubishi-bowl-150"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def button(page: Any, *names: str) -> Any:
    """Find a button or link by its beginning, in either language."""
    pattern = re.compile("^(" + "|".join(names) + ")")
    return (
        page.get_by_role("button", name=pattern).or_(page.get_by_role("link", name=pattern)).first
    )


def await_still(page: Any) -> None:
    """Wait until a page stands: its heading, its lists, and the pictures that are in sight."""
    page.locator("h1, [role=alert]").locator("visible=true").first.wait_for()
    page.wait_for_function(
        """() => !document.querySelector('[aria-busy=true]') &&
          [...document.images].every(image =>
            image.complete || image.getBoundingClientRect().top > innerHeight)"""
    )


def press(*names: str) -> Act:
    """Press a button, named in Indonesian and in English."""
    return lambda page, _shop: button(page, *names).click()


def _camera(name: str) -> tuple[Act, Act]:
    """Have a sample before the camera, and wait for what the page says of it."""

    def act(page: Any, _shop: Workshop) -> None:
        button(page, "Otomatis", "Automatic").click()  # else it takes what it likes
        acted_camera.load(page, {name: _seen(name)})
        page.locator(".said span").wait_for()
        page.wait_for_timeout(1500)

    return lambda page, _shop: acted_camera.act(page), act


def side(page: Any, _shop: Workshop) -> None:
    """Take the photo from above, then have the bowl before the upright mat."""
    button(page, "Otomatis", "Automatic").click()
    files = {
        "top": side_scene.top_file(side_scene.BOWL),
        "side": side_scene.side_file(side_scene.BOWL),
    }
    acted_camera.load(page, {name: Image.open(BytesIO(file)) for name, file in files.items()})
    page.locator(".said span").wait_for()
    page.locator("button.shutter").click()
    acted_camera.show(page, "side")
    page.wait_for_timeout(2500)


def _seen(name: str) -> Image.Image:
    if name != "near":
        return Image.open(SAMPLES / f"{name}.jpg").resize((1440, 1080))
    far = Image.open(SAMPLES / "bowl-sound.jpg")
    width, height = far.size
    share = 0.11
    box = (width * share, height * share, width * (1 - share), height * (1 - share))
    return far.crop(tuple(round(edge) for edge in box)).resize((1440, 1080))


def _to_the_top(part: Any) -> None:
    """Scroll a part of the page to where the eye begins."""
    part.evaluate("one => scrollTo(0, one.getBoundingClientRect().top + scrollY - 16)")


def _portrait(page: Any) -> bool:
    size = page.viewport_size
    return bool(size["width"] < size["height"])


def learnt(page: Any, _shop: Workshop) -> None:
    if _portrait(page):
        _to_the_top(page.locator(".panel").nth(1))


def lot_choice(page: Any, shop: Workshop) -> None:
    TOO_FAR(page, shop)
    button(page, "Tanpa lot", "No lot").click()


def _photo(name: str) -> dict[str, Any]:
    content = (SAMPLES / f"{name}.jpg").read_bytes()
    return {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": content}


def _pick(page: Any, name: str) -> None:
    page.locator("input[type=file]").last.set_input_files(_photo(name))


def judging(page: Any, _shop: Workshop) -> None:
    page.route(
        "**/v1/inspections",
        lambda route: route.continue_() if route.request.method != "POST" else None,
    )
    _pick(page, "bowl-sound")
    page.wait_for_timeout(800)


def without_wifi(page: Any, _shop: Workshop) -> None:
    page.locator("input[type=file]").last.wait_for(state="attached")
    page.wait_for_timeout(1500)  # the tablet keeps what it needs
    page.context.set_offline(True)
    for name in ("bowl-sound", "bowl-wide"):
        if name != "bowl-sound":
            button(page, "Barang berikutnya", "Next item").click()
        _pick(page, name)
        page.get_by_role("heading", level=1, name=re.compile("Foto tersimpan|kept|Kept")).wait_for()


def waiting_list(page: Any, shop: Workshop) -> None:
    without_wifi(page, shop)
    page.locator("a.unsent").click()
    page.locator("article").first.wait_for()


def pin(page: Any, _shop: Workshop) -> None:
    button(page, "Sari").click()
    for digit in "27":
        page.get_by_role("button", name=digit, exact=True).click()


def calliper(page: Any, _shop: Workshop) -> None:
    button(page, "Ukur dengan jangka sorong", "Measure with the calliper").click()
    page.keyboard.type("150")


def moisture(page: Any, _shop: Workshop) -> None:
    button(page, "Kadar air", "Moisture").click()
    page.keyboard.type("11")


def reject(page: Any, _shop: Workshop) -> None:
    button(page, "Terima", "Accept").click()


def history(page: Any, _shop: Workshop) -> None:
    said = page.locator("main .said")
    said.evaluate("panel => panel.scrollTo(0, panel.scrollHeight)")
    if _portrait(page):
        _to_the_top(said)


def new_lot(page: Any, _shop: Workshop) -> None:
    page.locator("section form input").nth(0).fill("PO-2615")
    page.locator("section form input[inputmode=numeric]").fill("240")
    page.locator("section form table").wait_for()
    page.locator("section form").scroll_into_view_if_needed()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")


def _next_version() -> Spec:
    spec = find_spec(BOWL)
    (first, *others) = spec.dimensions
    tighter = first.model_copy(update={"lower_mm": 149.2, "upper_mm": 150.8})
    return spec.model_copy(update={"version": spec.version + 1, "dimensions": (tighter, *others)})


def _workbook(page: Any, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": _XLSX, "buffer": content}
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_load_state("networkidle")
    await_still(page)
    _to_the_top(page.locator(".panel:has(input[type=file])"))


def faults(page: Any, _shop: Workshop) -> None:
    book = load_workbook(BytesIO(write_workbook(_next_version())))
    book["Dimensions"]["G2"].value = "12,5"
    book["Dimensions"].merge_cells("A6:A9")
    book["Spec"]["B4"].value = None
    target = BytesIO()
    book.save(target)
    _workbook(page, "from-the-buyer.xlsx", target.getvalue())


def changes(page: Any, _shop: Workshop) -> None:
    _workbook(page, "from-the-buyer.xlsx", write_workbook(_next_version()))


def teaching_photos(page: Any, _shop: Workshop) -> None:
    bowls = [
        {"name": f"bowl-{n + 1}.jpg", "mimeType": "image/jpeg", "buffer": good_bowls.good(n)}
        for n in range(5)
    ]
    page.locator("input[type=file]").last.set_input_files([*bowls, _photo("retake-dark")])
    page.get_by_role("alert").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1000)


def of_the_bowl(page: Any, _shop: Workshop) -> None:
    page.locator("select").first.select_option(BOWL)
    page.wait_for_load_state("networkidle")
    await_still(page)
    _to_the_top(page.locator(".panel", has=page.locator("h2", has_text="X̄")))


def learning_curve(page: Any, _shop: Workshop) -> None:
    _to_the_top(page.locator("section[aria-labelledby=learning-curve]"))


def new_badge(page: Any, _shop: Workshop) -> None:
    button(page, "Kartu baru", "New badge").click()
    page.locator("dialog").wait_for()


def new_tablet(page: Any, _shop: Workshop) -> None:
    page.locator("form input").last.fill("Meja 2")
    button(page, "Tambah tablet", "Add tablet").click()
    page.locator("dialog").wait_for()


HELD, TOO_FAR = _camera("bowl-sound")
_, GOOD = _camera("near")
_, DARK = _camera("retake-dark")
