"""Every page of the client and its important states: who sees it, how it comes about, a caption."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import acted_camera
import good_bowls
import side_scene
from openpyxl import load_workbook
from PIL import Image
from station_page import SAMPLES

from qc.spec import Spec, find_spec, read_spec
from qc.spec.workbook import write_workbook
from service.people.roles import Role

if TYPE_CHECKING:
    from screens.workshop import Workshop

BOWL: Final = "mitsubishi-bowl-150"
LEARNT: Final = "workshop@0.0.1"
"""The release that the workshop trains."""
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

LANDSCAPE: Final = (1280, 800)
PORTRAIT: Final = (800, 1280)
SHARE: Final = 0.8
"""Of the pixels on the screen, each way: what is read stays readable, and the clone stays light."""

Act = Callable[[Any, "Workshop"], None]


@dataclass(frozen=True)
class Shot:
    """One state of a page.

    Attributes:
        name: of the files.
        page: of the client's routes (`route.ts`).
        caption: what is seen, in a line.
        role: who is signed in on the tablet; None for nobody.
        tablet: whether the browser is an enrolled tablet.
        of: what the page's address needs, from the workshop.
        act: what is done on the page before the picture is taken, in either language.
        before: what is done before the page is opened.
        stage: of the workshop, from `STAGES`.
        new: at the very first start of a service instead.
    """

    name: str
    page: str
    caption: str
    role: Role | None = Role.PACKER
    tablet: bool = True
    of: Callable[[Workshop], str] = lambda _: ""
    act: Act = lambda _page, _shop: None
    before: Act = lambda _page, _shop: None
    stage: int = 0
    new: bool = False


ADDRESSES: Final = {
    "choose": "/",
    "capture": "/specs/{}",
    "answer": "/inspections/{}",
    "manage": "/manage",
    "queue": "/review",
    "review": "/review/{}",
    "lots": "/lots",
    "lot": "/lots/{}",
    "releases": "/releases",
    "specs": "/specs",
    "spec": "/spec/{}",
    "teach": "/teach/{}",
    "insight": "/insight",
    "drift": "/drift",
    "datasets": "/datasets",
    "unsent": "/unsent",
    "welcome": "/welcome/{}",
    "enrol": "/enrol",
    "verify": "/verify/{}",
    "unknown": "/nowhere",
}
"""Where each page of the client is; a test compares them with its routes."""


SIDE_SPEC: Final = read_spec(Path(__file__).with_name("kowabo-bowl-110.yaml"))
"""A bowl on the mat and before it, upright."""


def answer_of(sample: str) -> Callable[[Workshop], str]:
    """Return how to find the inspection of a sample."""
    return lambda shop: str(shop.answers[sample])


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


def _side(page: Any, _shop: Workshop) -> None:
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


def _learnt(page: Any, _shop: Workshop) -> None:
    if _portrait(page):
        _to_the_top(page.locator(".panel").nth(1))


def _lot_choice(page: Any, shop: Workshop) -> None:
    _TOO_FAR(page, shop)
    button(page, "Tanpa lot", "No lot").click()


def _photo(name: str) -> dict[str, Any]:
    content = (SAMPLES / f"{name}.jpg").read_bytes()
    return {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": content}


def _pick(page: Any, name: str) -> None:
    page.locator("input[type=file]").last.set_input_files(_photo(name))


def _judging(page: Any, _shop: Workshop) -> None:
    page.route(
        "**/v1/inspections",
        lambda route: route.continue_() if route.request.method != "POST" else None,
    )
    _pick(page, "bowl-sound")
    page.wait_for_timeout(800)


def _without_wifi(page: Any, _shop: Workshop) -> None:
    page.locator("input[type=file]").last.wait_for(state="attached")
    page.wait_for_timeout(1500)  # the tablet keeps what it needs
    page.context.set_offline(True)
    for name in ("bowl-sound", "bowl-wide"):
        if name != "bowl-sound":
            button(page, "Barang berikutnya", "Next item").click()
        _pick(page, name)
        page.get_by_role("heading", level=1, name=re.compile("Foto tersimpan|kept|Kept")).wait_for()


def _waiting_list(page: Any, shop: Workshop) -> None:
    _without_wifi(page, shop)
    page.locator("a.unsent").click()
    page.locator("article").first.wait_for()


def _pin(page: Any, _shop: Workshop) -> None:
    button(page, "Sari").click()
    for digit in "27":
        page.get_by_role("button", name=digit, exact=True).click()


def _calliper(page: Any, _shop: Workshop) -> None:
    button(page, "Ukur dengan jangka sorong", "Measure with the calliper").click()
    page.keyboard.type("150")


def _moisture(page: Any, _shop: Workshop) -> None:
    button(page, "Kadar air", "Moisture").click()
    page.keyboard.type("11")


def _reject(page: Any, _shop: Workshop) -> None:
    button(page, "Terima", "Accept").click()


def _history(page: Any, _shop: Workshop) -> None:
    said = page.locator("main .said")
    said.evaluate("panel => panel.scrollTo(0, panel.scrollHeight)")
    if _portrait(page):
        _to_the_top(said)


def _new_lot(page: Any, _shop: Workshop) -> None:
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
    file = {"name": name, "mimeType": XLSX, "buffer": content}
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_load_state("networkidle")
    await_still(page)
    _to_the_top(page.locator(".panel:has(input[type=file])"))


def _faults(page: Any, _shop: Workshop) -> None:
    book = load_workbook(BytesIO(write_workbook(_next_version())))
    book["Dimensions"]["G2"].value = "12,5"
    book["Dimensions"].merge_cells("A6:A9")
    book["Spec"]["B4"].value = None
    target = BytesIO()
    book.save(target)
    _workbook(page, "from-the-buyer.xlsx", target.getvalue())


def _changes(page: Any, _shop: Workshop) -> None:
    _workbook(page, "from-the-buyer.xlsx", write_workbook(_next_version()))


def _teaching_photos(page: Any, _shop: Workshop) -> None:
    bowls = [
        {"name": f"bowl-{n + 1}.jpg", "mimeType": "image/jpeg", "buffer": good_bowls.good(n)}
        for n in range(5)
    ]
    page.locator("input[type=file]").last.set_input_files([*bowls, _photo("retake-dark")])
    page.get_by_role("alert").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1000)


def _of_the_bowl(page: Any, _shop: Workshop) -> None:
    page.locator("select").first.select_option(BOWL)
    page.wait_for_load_state("networkidle")
    await_still(page)
    _to_the_top(page.locator(".panel", has=page.locator("h2", has_text="X̄")))


def _learning_curve(page: Any, _shop: Workshop) -> None:
    _to_the_top(page.locator("section[aria-labelledby=learning-curve]"))


def _new_badge(page: Any, _shop: Workshop) -> None:
    button(page, "Kartu baru", "New badge").click()
    page.locator("dialog").wait_for()


def _new_tablet(page: Any, _shop: Workshop) -> None:
    page.locator("form input").last.fill("Meja 2")
    button(page, "Tambah tablet", "Add tablet").click()
    page.locator("dialog").wait_for()


_HELD, _TOO_FAR = _camera("bowl-sound")
_, _GOOD = _camera("near")
_, _DARK = _camera("retake-dark")

STAGES: Final = ("inspected", "trained", "strange", "learnt", "weeks", "moved", "upright")
"""What happened in the workshop before the pictures of a stage are taken."""

NOBODY: Final[Sequence[Shot]] = (
    Shot("first-start", "choose", "The very first start: the server's terminal shows an address.",
         role=None, tablet=False, new=True),
    Shot("welcome", "welcome", "Who opens that address chooses a name and a password.",
         role=None, tablet=False, new=True, of=lambda shop: shop.service.runtime.first_code or ""),
    Shot("who", "choose", "A shared tablet asks who is working.", role=None),
    Shot("pin", "choose", "Packers enter their PIN on keys for gloves.", role=None, act=_pin),
    Shot("sign-in", "choose", "Any other browser asks for name and password.",
         role=None, tablet=False),
    Shot("enrol", "enrol", "A lead's code makes a browser a tablet.", role=None, tablet=False),
    Shot("verify", "verify", "Whoever holds a report sees what was signed.",
         role=None, tablet=False, of=lambda shop: shop.report_sha256),
    Shot("verify-unknown", "verify", "A report that was changed is not known.",
         role=None, tablet=False, of=lambda _: "0" * 64),
)  # fmt: skip

PACKER: Final[Sequence[Shot]] = (
    Shot("choose", "choose", "The packer taps the item; the last answers stand beside."),
    Shot("lot-choice", "capture", "Which lot the items belong to.",
         of=lambda _: BOWL, before=_HELD, act=_lot_choice),
    Shot("camera-far", "capture", "The camera says what to change: nearer.",
         of=lambda _: BOWL, before=_HELD, act=_TOO_FAR),
    Shot("camera-dark", "capture", "More light.", of=lambda _: BOWL, before=_HELD, act=_DARK),
    Shot("camera", "capture", "Good: here the packer releases, otherwise the camera by itself.",
         of=lambda _: BOWL, before=_HELD, act=_GOOD),
    Shot("judging", "capture", "The photo is being judged.", of=lambda _: BOWL, act=_judging),
    Shot("answer-pass", "answer", "PASS.", of=answer_of("spoon-sound")),
    Shot("answer-fail", "answer", "FAIL: the rim is too wide.", of=answer_of("bowl-wide")),
    Shot("answer-check", "answer", "CHECK: a person must look, here for a chip.",
         of=answer_of("bowl-chip")),
    Shot("answer-retake", "answer", "RETAKE, and what to change.", of=answer_of("retake-shaken")),
    Shot("answer-doubtful", "answer", "CHECK: the size is in doubt, a calliper settles it.",
         of=lambda shop: shop.doubtful),
    Shot("calliper", "answer", "The reading is typed in beside a sketch of what to measure.",
         of=lambda shop: shop.doubtful, act=_calliper),
    Shot("moisture", "answer", "Moisture is recorded in the same way.",
         of=answer_of("spoon-sound"), act=_moisture),
    Shot("camera-side", "capture", "The second of two photos: the bowl before the upright mat.",
         of=lambda _: SIDE_SPEC.id, before=_HELD, act=_side, stage=6),
    Shot("answer-side", "answer", "PASS of both: the height from the side, the size from above.",
         of=answer_of("side"), stage=6),
    Shot("kept", "capture", "Without Wi-Fi the photo is kept, and nothing is packed.",
         of=lambda _: BOWL, act=_without_wifi),
    Shot("unsent", "capture", "What waits on the tablet; every page shows how many.",
         of=lambda _: BOWL, act=_waiting_list),
    Shot("all-sent", "unsent", "Everything has reached the server."),
    Shot("unknown", "unknown", "An address that leads nowhere."),
)  # fmt: skip

LEAD: Final[Sequence[Shot]] = (
    Shot("choose-lead", "choose", "A lead has the desk's pages above the products.",
         role=Role.LEAD),
    Shot("review-queue", "queue", "What waits for a decision, the worst first.", role=Role.LEAD),
    Shot("review", "review",
         "A rejected tray: layers over the photo, findings to dismiss, change or draw again.",
         role=Role.LEAD, of=answer_of("tray-stain-scratch")),
    Shot("review-why", "review", "Whoever overrules the machine says why.",
         role=Role.LEAD, of=answer_of("tray-stain-scratch"), act=_reject),
    Shot("reviewed", "review", "A reviewed item: who decided what, when and why.",
         role=Role.LEAD, of=answer_of("bowl-crack"), act=_history, stage=1),
    Shot("lots", "lots", "All lots, and how far their samples have come.", role=Role.LEAD),
    Shot("lot-plan", "lots", "The plan is shown before a lot is offered.",
         role=Role.LEAD, act=_new_lot),
    Shot("lot", "lot", "A lot under inspection: plan, what was found, how well the plan sorts.",
         role=Role.LEAD, of=lambda shop: shop.lot),
    Shot("lot-decided", "lot", "A rejected lot with its signed report.",
         role=Role.LEAD, of=lambda shop: shop.decided_lot),
    Shot("quality", "insight", "What goes wrong most, and how much is right the first time.",
         role=Role.LEAD, stage=4),
    Shot("control-charts", "insight", "Sizes of one product on control charts.",
         role=Role.LEAD, stage=4, act=_of_the_bowl),
    Shot("makers", "insight", "The sheet for the makers, one printed page without names.",
         role=Role.LEAD, stage=4, act=press("Lembar untuk perajin", "Sheet for the makers")),
    Shot("drift", "drift", "A tablet that was moved is said in words, with what to do.",
         role=Role.LEAD, stage=5),
    Shot("specs", "specs", "What the buyers ordered, and the file of a new version.",
         role=Role.LEAD),
    Shot("spec", "spec", "One version as a sheet, with its golden samples.",
         role=Role.LEAD, of=lambda _: "asung-tray-280/2"),
    Shot("spec-faults", "specs", "Every fault of a buyer's workbook, with its cell.",
         role=Role.LEAD, act=_faults),
    Shot("spec-changes", "specs", "What a new version would change, before it is stored.",
         role=Role.LEAD, act=_changes),
)  # fmt: skip

ENGINEER: Final[Sequence[Shot]] = (
    Shot("teach", "teach", "Photos of good items teach a product; unusable ones are named.",
         role=Role.ENGINEER, of=lambda _: BOWL, act=_teaching_photos),
    Shot("teach-strange", "teach", "A photo unlike the others is shown before anything counts.",
         role=Role.ENGINEER, of=lambda _: BOWL, act=_learnt, stage=2),
    Shot("teach-learnt", "teach", "What was learnt, what it promises, and since when it counts.",
         role=Role.ENGINEER, of=lambda _: BOWL, act=_learnt, stage=3),
    Shot("releases", "releases", "Which detector inspects, which runs in shadow, and what it says.",
         role=Role.ENGINEER, stage=1),
    Shot("release-comparison", "releases", "A release compared with the active one, and held back.",
         role=Role.ENGINEER, stage=1,
         act=press(f"Bandingkan dengan yang aktif: {LEARNT}",
                   f"Compare with the active one: {LEARNT}")),
    Shot("release-promotion", "releases", "Whoever makes a release active says why.",
         role=Role.ENGINEER, stage=1,
         act=press(f"Jadikan aktif: {LEARNT}", f"Make active: {LEARNT}")),
    Shot("datasets", "datasets", "Reviews become snapshots, snapshots become detectors.",
         role=Role.ENGINEER, stage=1),
    Shot("learning-curve", "datasets", "How a training run went (here one of a minute).",
         role=Role.ENGINEER, stage=1, act=_learning_curve),
)  # fmt: skip

ADMIN: Final[Sequence[Shot]] = (
    Shot("manage", "manage", "People and tablets.", role=Role.ADMIN),
    Shot("badge", "manage", "A packer's badge, shown once.", role=Role.ADMIN, act=_new_badge),
    Shot("new-tablet", "manage", "A new tablet scans its code.", role=Role.ADMIN, act=_new_tablet),
)  # fmt: skip

CHAPTERS: Final = {
    "Before anybody is signed in": NOBODY,
    "Packer": PACKER,
    "QC lead": LEAD,
    "Engineer": ENGINEER,
    "Admin": ADMIN,
}

SHOTS: Final[Sequence[Shot]] = tuple(shot for chapter in CHAPTERS.values() for shot in chapter)

OPENING: Final = """# Every page

By who uses it, in landscape (in Indonesian) and in portrait (in English).
The photos are rendered samples and drawn bowls, judged by the real pipeline; the weeks behind the
quality charts and the moved tablet are repeated from a few of them.
`make screenshots` takes them again and writes this page; a test fails where a page of the client
is missing.
"""


def files_of(shots: Sequence[Shot]) -> list[str]:
    """List the names of the pictures, without their ending."""
    return [name for shot in shots for name in (shot.name, f"{shot.name}-portrait")]


def document() -> str:
    """Return `docs/screens.md`."""
    parts = [OPENING]
    for title, shots in CHAPTERS.items():
        rows = "\n".join(
            f"| ![{shot.name}](screenshots/{shot.name}.webp) "
            f"| ![{shot.name}, portrait](screenshots/{shot.name}-portrait.webp) "
            f"| {shot.caption} |"
            for shot in shots
        )
        parts.append(f"## {title}\n\n| landscape | portrait | |\n| --- | --- | --- |\n{rows}\n")
    return "\n".join(parts)
