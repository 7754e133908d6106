"""The review pages: a lead looks closely, corrects, decides, by hand and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from station_page import MARKS, Service, opened, photo_of, violations
from visitors import cookies_of

from qc.decision.verdict import Verdict
from service.people.roles import Role
from service.retention.models import DeletedPhotoRow

pytestmark = MARKS

SIZES = [(1280, 800), (800, 1280)]


@pytest.fixture
def lead(browser: Any, station: Service) -> Iterator[Any]:
    with opened(browser, station, cookies_of_lead(station, "Ibu Dewi")) as page:
        yield page


def cookies_of_lead(station: Service, name: str) -> dict[str, str]:
    return cookies_of(station.runtime, Role.LEAD, tablet=False, name=name)


def inspected(station: Service, *verdicts: Verdict) -> list[str]:
    """Items that packers have inspected, in this order."""
    cookies = cookies_of(station.runtime, Role.PACKER, tablet=False)
    ids = []
    for verdict in verdicts:
        photo = photo_of(verdict)
        answer = httpx2.post(
            f"{station.address}/v1/inspections",
            data={"client_id": str(uuid4()), "spec": "test-bowl"},
            files={"photos": (photo["name"], photo["buffer"], photo["mimeType"])},
            cookies=cookies,
        )
        assert answer.status_code == 201, answer.text
        ids.append(str(UUID(answer.json()["id"])))
    return ids


def kept(station: Service, inspection_id: str) -> Any:
    return station.get(f"/v1/inspections/{inspection_id}")


def test_a_lead_works_through_the_queue_by_keyboard_alone(lead: Any, station: Service) -> None:
    doubtful, failed = inspected(station, Verdict.CHECK, Verdict.FAIL)
    lead.goto("/")
    lead.get_by_role("link", name="Tinjauan (2)").focus()
    lead.keyboard.press("Enter")
    lead.get_by_role("heading", name="Tinjauan").wait_for()
    lead.get_by_role("link", name="Mulai meninjau").wait_for()
    lead.keyboard.press("n")
    lead.get_by_text("Mesin menolak barang ini.").wait_for()
    lead.get_by_role("button", name="Tolak").wait_for()
    lead.keyboard.press("r")  # agreed with in one key

    lead.get_by_text("Mesin ragu. Anda yang memutuskan.").wait_for()
    assert lead.get_by_text("Ditolak: Mangkuk maple").is_visible()
    assert kept(station, failed)["review"] | {"at": None} == {
        "number": 1,
        "disposition": "reject",
        "verdict": "fail",
        "agreed": True,
        "reason": "",
        "by": "Ibu Dewi",
        "at": None,
    }
    lead.get_by_role("button", name="Terima").wait_for()
    lead.keyboard.press("a")
    lead.get_by_role("heading", name="Terima: mengapa?").wait_for()
    lead.keyboard.press("4")

    lead.get_by_text("Tidak ada yang menunggu.").wait_for()
    said = kept(station, doubtful)["review"]
    assert (said["disposition"], said["reason"]) == (
        "accept",
        "Diukur dengan jangka sorong: sesuai",
    )


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_no_review_page_breaks_a_rule_of_accessibility(
    browser: Any, station: Service, size: tuple[int, int]
) -> None:
    (failed,) = inspected(station, Verdict.FAIL)
    viewport = {"width": size[0], "height": size[1]}
    cookies = cookies_of_lead(station, "Ibu Dewi")
    for scheme in ("light", "dark"):
        with opened(browser, station, cookies, viewport=viewport, color_scheme=scheme) as page:
            page.goto("/#/review")
            page.get_by_role("link", name=re.compile("^TOLAK")).wait_for()
            assert violations(page) == []
            page.goto(f"/#/review/{failed}")
            page.get_by_role("button", name="Terima").wait_for()
            assert violations(page) == []
            narrow = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert narrow, "the page scrolls sideways"
            page.get_by_role("button", name="Ubah: 1 retak").click()
            page.get_by_role("button", name="Terima").click()
            page.get_by_role("heading", name="Terima: mengapa?").wait_for()
            assert violations(page) == []
            page.get_by_role("button", name="English").click()
            page.get_by_role("heading", name="Accept: why?").wait_for()
            page.get_by_role("button", name="Indonesia").click()


def test_a_missed_defect_is_drawn_and_a_false_alarm_dismissed(lead: Any, station: Service) -> None:
    (failed,) = inspected(station, Verdict.FAIL)
    lead.goto(f"/#/review/{failed}")
    lead.get_by_role("button", name="Bukan cacat: 1 retak").click()
    lead.get_by_role("button", name="Tandai cacat").click()
    frame = lead.get_by_role("group", name="Foto top").first.bounding_box()
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    lead.mouse.move(x, y)
    lead.mouse.down()
    lead.mouse.move(x + 60, y + 40, steps=4)
    lead.mouse.up()
    lead.get_by_label("Jenis").select_option(label="penyok")
    lead.get_by_label("Kelas").select_option(label="berat")
    lead.get_by_role("button", name="Tambahkan").click()
    lead.get_by_role("button", name=re.compile("^2 penyok")).wait_for()
    assert kept(station, failed)["review"] is None, "nothing is sent before the decision"
    lead.get_by_role("button", name="Tolak").click()
    lead.get_by_text("Tidak ada yang menunggu.").wait_for()

    lead.get_by_role("link", name="Tinjau lagi").click()
    lead.get_by_role("heading", name="Riwayat").wait_for()
    crack = lead.get_by_role("button", name=re.compile("^1 retak"))
    assert "bukan cacat" in crack.inner_text()
    dent = lead.get_by_role("button", name=re.compile("^2 penyok"))
    assert "ditandai orang" in dent.inner_text()
    assert "berat" in dent.inner_text()
    assert violations(lead) == []


def test_a_box_is_drawn_by_keyboard(lead: Any, station: Service) -> None:
    (doubtful,) = inspected(station, Verdict.CHECK)
    lead.goto(f"/#/review/{doubtful}")
    lead.get_by_role("button", name="Tandai cacat").wait_for()
    lead.keyboard.press("m")
    lead.get_by_text("Tarik kotak di sekitar cacat.").wait_for()
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowRight", "Enter"):
        lead.keyboard.press(key)
    lead.get_by_role("button", name="Tambahkan").press("Enter")
    lead.get_by_role("button", name=re.compile("^1 ")).wait_for()
    assert lead.get_by_text("belum dikirim").is_visible()


def test_a_second_lead_is_told_and_cannot_decide(browser: Any, station: Service, lead: Any) -> None:
    (failed,) = inspected(station, Verdict.FAIL)
    lead.goto(f"/#/review/{failed}")
    lead.get_by_role("button", name="Terima").wait_for()
    with opened(browser, station, cookies_of_lead(station, "Bu Rina")) as other:
        other.goto("/#/review")
        other.get_by_text("Sedang ditinjau Ibu Dewi").wait_for()
        other.goto(f"/#/review/{failed}")
        other.get_by_text("Barang ini sedang ditinjau orang lain.").wait_for()
        assert other.get_by_role("button", name="Terima").count() == 0
        lead.goto("/#/review")  # gives it back
        lead.get_by_role("heading", name="Tinjauan").wait_for()
        other.goto("/#/review")
        other.get_by_role("link", name="Mulai meninjau").click()
        other.get_by_role("button", name="Terima").wait_for()


def test_letters_can_be_switched_off_and_never_act_while_typing(
    lead: Any, station: Service
) -> None:
    (failed,) = inspected(station, Verdict.FAIL)
    lead.goto(f"/#/review/{failed}")
    lead.get_by_role("button", name="Terima").click()
    lead.get_by_label("Alasan lain").fill("")
    lead.get_by_label("Alasan lain").type("1 rawar")
    assert kept(station, failed)["review"] is None
    lead.get_by_role("button", name="Batal").click()
    lead.get_by_role("button", name="Tombol pintas").click()
    lead.keyboard.press("r")
    lead.wait_for_timeout(300)
    assert kept(station, failed)["review"] is None


def test_a_packer_sees_what_the_lead_decided(browser: Any, station: Service, lead: Any) -> None:
    (failed,) = inspected(station, Verdict.FAIL)
    lead.goto(f"/#/review/{failed}")
    lead.get_by_role("button", name="Terima").click()
    lead.get_by_role("button", name="Serat kayu, bukan cacat").click()
    lead.get_by_text("Tidak ada yang menunggu.").wait_for()
    cookies = cookies_of(station.runtime, Role.PACKER, tablet=True, name="Sari")
    with opened(browser, station, cookies) as tablet:
        tablet.goto(f"/#/inspections/{failed}")
        tablet.get_by_role("heading", level=1, name="LULUS").wait_for()
        outcome = tablet.get_by_role("region", name="Keputusan kepala QC")
        assert "oleh Ibu Dewi" in outcome.inner_text()
        assert "Serat kayu" in outcome.inner_text()
        assert violations(tablet) == []
        tablet.goto("/#/review")
        tablet.get_by_text("Peran Anda tidak boleh melakukan ini.").wait_for()


def test_a_photo_that_retention_deleted_is_words_and_never_a_broken_picture(
    browser: Any, station: Service
) -> None:
    kept_one, deleted = inspected(station, Verdict.CHECK, Verdict.FAIL)
    (photo,) = kept(station, deleted)["photos"]
    with station.runtime.database.writing() as session:
        at = datetime(2026, 3, 5, 12, tzinfo=UTC)
        row = DeletedPhotoRow(sha256=photo["sha256"], size_bytes=1, deleted_at=at, gone=True)
        session.add(row)
    with opened(browser, station, cookies_of_lead(station, "Ibu Dewi")) as page:
        page.goto("/")
        page.get_by_text("Foto dihapus 5 Mar 2026").wait_for()
        page.goto(f"/#/review/{deleted}")
        page.get_by_text("Foto dihapus pada 5 Mar 2026").wait_for()
        assert page.get_by_role("button", name="Tandai cacat").count() == 0
        page.wait_for_load_state("networkidle")
        broken = "() => [...document.images].filter(i => i.complete && !i.naturalWidth).length"
        assert page.evaluate(broken) == 0
        assert violations(page) == []
        page.goto(f"/#/review/{kept_one}")
        page.get_by_role("button", name="Tandai cacat").wait_for()


def test_what_was_decided_about_like_items_is_beside_the_decision(
    lead: Any, station: Service
) -> None:
    before, again = inspected(station, Verdict.FAIL, Verdict.FAIL)
    said = {"client_id": str(uuid4()), "disposition": "rework", "reason": "Isi retak"}
    cookies = cookies_of_lead(station, "Pak Joko")
    httpx2.post(
        f"{station.address}/v1/reviews/{before}", json=said, cookies=cookies
    ).raise_for_status()

    lead.goto(f"/#/review/{again}")
    similar = lead.get_by_role("region", name="Kasus serupa")
    similar.wait_for()
    (link,) = similar.get_by_role("link").all()
    text = link.inner_text()
    assert "Diperbaiki dulu" in text
    assert "retak 23,4 mm" in text.casefold()
    assert "Isi retak" in text
    assert "Pak Joko" in text
    assert violations(lead) == []
    link.click()
    lead.wait_for_url(f"**/#/review/{before}")
    lead.get_by_role("heading", name="Riwayat").wait_for()
    lead.get_by_text("Belum ada barang serupa yang ditinjau.").wait_for()
