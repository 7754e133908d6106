"""Every page of the client and its important states: who sees it, how it comes about, a caption."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qc.spec import read_spec
from screens import acts
from screens.acts import BOWL, Act
from service.people.roles import Role

if TYPE_CHECKING:
    from screens.workshop import Workshop

LEARNT: Final = "workshop@0.0.1"
"""The release that the workshop trains."""

LANDSCAPE: Final = (1280, 800)
PORTRAIT: Final = (800, 1280)
SHARE: Final = 0.8
"""Of the pixels on the screen, each way: what is read stays readable, and the clone stays light."""


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


STAGES: Final = ("inspected", "trained", "strange", "learnt", "weeks", "moved", "upright")
"""What happened in the workshop before the pictures of a stage are taken."""

NOBODY: Final[Sequence[Shot]] = (
    Shot("first-start", "choose", "The very first start: the server's terminal shows an address.",
         role=None, tablet=False, new=True),
    Shot("welcome", "welcome", "Who opens that address chooses a name and a password.",
         role=None, tablet=False, new=True, of=lambda shop: shop.service.runtime.first_code or ""),
    Shot("who", "choose", "A shared tablet asks who is working.", role=None),
    Shot("pin", "choose", "Packers enter their PIN on keys for gloves.", role=None, act=acts.pin),
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
         of=lambda _: BOWL, before=acts.HELD, act=acts.lot_choice),
    Shot("camera-far", "capture", "The camera says what to change: nearer.",
         of=lambda _: BOWL, before=acts.HELD, act=acts.TOO_FAR),
    Shot("camera-dark", "capture", "More light.",
         of=lambda _: BOWL, before=acts.HELD, act=acts.DARK),
    Shot("camera", "capture", "Good: here the packer releases, otherwise the camera by itself.",
         of=lambda _: BOWL, before=acts.HELD, act=acts.GOOD),
    Shot("judging", "capture", "The photo is being judged.", of=lambda _: BOWL, act=acts.judging),
    Shot("answer-pass", "answer", "PASS.", of=answer_of("spoon-sound")),
    Shot("answer-fail", "answer", "FAIL: the rim is too wide.", of=answer_of("bowl-wide")),
    Shot("answer-check", "answer", "CHECK: a person must look, here for a chip.",
         of=answer_of("bowl-chip")),
    Shot("answer-retake", "answer", "RETAKE, and what to change.", of=answer_of("retake-shaken")),
    Shot("answer-doubtful", "answer", "CHECK: the size is in doubt, a calliper settles it.",
         of=lambda shop: shop.doubtful),
    Shot("calliper", "answer", "The reading is typed in beside a sketch of what to measure.",
         of=lambda shop: shop.doubtful, act=acts.calliper),
    Shot("moisture", "answer", "Moisture is recorded in the same way.",
         of=answer_of("spoon-sound"), act=acts.moisture),
    Shot("camera-side", "capture", "The second of two photos: the bowl before the upright mat.",
         of=lambda _: SIDE_SPEC.id, before=acts.HELD, act=acts.side, stage=6),
    Shot("answer-side", "answer", "PASS of both: the height from the side, the size from above.",
         of=answer_of("side"), stage=6),
    Shot("kept", "capture", "Without Wi-Fi the photo is kept, and nothing is packed.",
         of=lambda _: BOWL, act=acts.without_wifi),
    Shot("unsent", "capture", "What waits on the tablet; every page shows how many.",
         of=lambda _: BOWL, act=acts.waiting_list),
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
         role=Role.LEAD, of=answer_of("tray-stain-scratch"), act=acts.reject),
    Shot("reviewed", "review", "A reviewed item: who decided what, when and why.",
         role=Role.LEAD, of=answer_of("bowl-crack"), act=acts.history, stage=1),
    Shot("lots", "lots", "All lots, and how far their samples have come.", role=Role.LEAD),
    Shot("lot-plan", "lots", "The plan is shown before a lot is offered.",
         role=Role.LEAD, act=acts.new_lot),
    Shot("lot", "lot", "A lot under inspection: plan, what was found, how well the plan sorts.",
         role=Role.LEAD, of=lambda shop: shop.lot),
    Shot("lot-decided", "lot", "A rejected lot with its signed report.",
         role=Role.LEAD, of=lambda shop: shop.decided_lot),
    Shot("quality", "insight", "What goes wrong most, and how much is right the first time.",
         role=Role.LEAD, stage=4),
    Shot("control-charts", "insight", "Sizes of one product on control charts.",
         role=Role.LEAD, stage=4, act=acts.of_the_bowl),
    Shot("makers", "insight", "The sheet for the makers, one printed page without names.",
         role=Role.LEAD, stage=4, act=acts.press("Lembar untuk perajin", "Sheet for the makers")),
    Shot("drift", "drift", "A tablet that was moved is said in words, with what to do.",
         role=Role.LEAD, stage=5),
    Shot("specs", "specs", "What the buyers ordered, and the file of a new version.",
         role=Role.LEAD),
    Shot("spec", "spec", "One version as a sheet, with its golden samples.",
         role=Role.LEAD, of=lambda _: "asung-tray-280/2"),
    Shot("spec-faults", "specs", "Every fault of a buyer's workbook, with its cell.",
         role=Role.LEAD, act=acts.faults),
    Shot("spec-changes", "specs", "What a new version would change, before it is stored.",
         role=Role.LEAD, act=acts.changes),
)  # fmt: skip

ENGINEER: Final[Sequence[Shot]] = (
    Shot("teach", "teach", "Photos of good items teach a product; unusable ones are named.",
         role=Role.ENGINEER, of=lambda _: BOWL, act=acts.teaching_photos),
    Shot("teach-strange", "teach", "A photo unlike the others is shown before anything counts.",
         role=Role.ENGINEER, of=lambda _: BOWL, act=acts.learnt, stage=2),
    Shot("teach-learnt", "teach", "What was learnt, what it promises, and since when it counts.",
         role=Role.ENGINEER, of=lambda _: BOWL, act=acts.learnt, stage=3),
    Shot("releases", "releases", "Which detector inspects, which runs in shadow, and what it says.",
         role=Role.ENGINEER, stage=1),
    Shot("release-comparison", "releases", "A release compared with the active one, and held back.",
         role=Role.ENGINEER, stage=1,
         act=acts.press(f"Bandingkan dengan yang aktif: {LEARNT}",
                        f"Compare with the active one: {LEARNT}")),
    Shot("release-promotion", "releases", "Whoever makes a release active says why.",
         role=Role.ENGINEER, stage=1,
         act=acts.press(f"Jadikan aktif: {LEARNT}", f"Make active: {LEARNT}")),
    Shot("datasets", "datasets", "Reviews become snapshots, snapshots become detectors.",
         role=Role.ENGINEER, stage=1),
    Shot("learning-curve", "datasets", "How a training run went (here one of a minute).",
         role=Role.ENGINEER, stage=1, act=acts.learning_curve),
)  # fmt: skip

ADMIN: Final[Sequence[Shot]] = (
    Shot("manage", "manage", "People and tablets.", role=Role.ADMIN),
    Shot("badge", "manage", "A packer's badge, shown once.", role=Role.ADMIN, act=acts.new_badge),
    Shot("new-tablet", "manage", "A new tablet scans its code.",
         role=Role.ADMIN, act=acts.new_tablet),
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
