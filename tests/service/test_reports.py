"""Reports for buyers: typeset in four languages, signed once, verified to the last byte."""

from __future__ import annotations

import hashlib
import json
import string
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from conftest import SPEC, House, OpenHouse, jpeg, recorded_inspection
from httpx2 import Response
from PIL import ImageFont
from sqlalchemy import select, update
from typer.testing import CliRunner

from qc.decision.verdict import Verdict
from qc.records import Inspection
from qc.spec.base import LocalText
from qc.spec.models import Spec
from service.audit import service as audit
from service.cli.report import app
from service.reports import wording
from service.reports.models import ReportRow
from service.reports.typesetting import FONT_PACKAGES
from service.specs.service import store_spec

LANGUAGES = ("id", "en", "ja", "ko")


def sound_or_cracked(*args: Any, **options: Any) -> Inspection:
    """A tall photo shows a crack, a wide one a sound item."""
    found = recorded_inspection(*args, **options)
    if any(photo.height_px > photo.width_px for photo in args[0].values()):
        return found
    return found.model_copy(update={"verdict": Verdict.PASS, "reasons": (), "defects": ()})


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    return open_house(
        inspect=sound_or_cracked,
        report={"workshop": "Sanggar Kayu", "workshop_address": "Jepara"},
    )


def decided(house: House, *, bad: bool, order: str = "PO-17") -> str:
    """A lot of which two units were inspected, decided as its sample says."""
    body = {"client_id": str(uuid4()), "spec": "test-bowl", "order_number": order, "size": 10}
    lot = house.lead().post("/v1/lots", json=body | {"aqls": {"major": 6.5}}).json()
    for seed in (1, 2):
        size = (240, 320) if bad and seed == 2 else (320, 240)
        house.upload(jpeg(seed, size=size), lot_id=lot["id"])
    outcome = {"outcome": "reject" if bad else "accept", "reason": "As the sample says"}
    answer = house.lead().post(f"/v1/lots/{lot['id']}/decision", json=outcome)
    assert answer.status_code == 200, answer.text
    return str(lot["id"])


def sign(house: House, lot_id: str, **content: object) -> Response:
    body = {"client_id": str(uuid4())} | content
    return house.lead().post(f"/v1/lots/{lot_id}/reports", json=body)


def signed(house: House, lot_id: str, **content: object) -> Any:
    response = sign(house, lot_id, **content)
    assert response.status_code == 201, response.text
    return response.json()


def stored(house: House, report_id: str) -> Any:
    with house.runtime.database.reading() as session:
        row = session.scalars(select(ReportRow).where(ReportRow.id == UUID(report_id))).one()
        return json.loads(row.content)


def test_a_report_is_signed_in_every_language_and_verified_to_the_byte(
    house: House, tmp_path: Path
) -> None:
    lot_id = decided(house, bad=True)
    for language in LANGUAGES:
        report = signed(house, lot_id, language=language)
        pdf = house.lead().get(report["pdf_url"])
        assert pdf.headers["content-type"] == "application/pdf"
        assert pdf.content.startswith(b"%PDF-1.")
        assert b"pdfaid:part" in pdf.content  # says itself that it is PDF/A
        assert b"NotoSansCJKjp" in pdf.content
        assert hashlib.sha256(pdf.content).hexdigest() == report["pdf_sha256"]

        nobody = house.browser()
        said = nobody.get(f"/v1/verify/{report['pdf_sha256']}").json()
        assert (said["confirmed"], said["number"], said["outcome"], said["signed_by"]) == (
            "file",
            report["number"],
            "reject",
            "Ayu",
        )
        said = nobody.get(f"/v1/verify/{report['content_sha256'].upper()}").json()
        assert said["confirmed"] == "content"

    changed = bytearray(pdf.content)
    changed[len(changed) // 2] ^= 1
    unknown = nobody.get(f"/v1/verify/{hashlib.sha256(changed).hexdigest()}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "report-unknown")

    data_dir = str(house.runtime.settings.storage.data_dir)
    genuine, forged = tmp_path / "genuine.pdf", tmp_path / "forged.pdf"
    genuine.write_bytes(pdf.content)
    forged.write_bytes(changed)
    good = CliRunner().invoke(app, ["verify", str(genuine), "--data-dir", data_dir])
    assert good.exit_code == 0, good.output
    assert f"report {report['number']}" in good.output
    assert "signed by Ayu" in good.output
    bad = CliRunner().invoke(app, ["verify", str(forged), "--data-dir", data_dir])
    assert bad.exit_code == 65
    assert "was changed" in bad.output


def test_what_the_report_says_is_what_is_known(house: House) -> None:
    lot_id = decided(house, bad=True)
    statement = {"topic": "moisture", "text": "9.5 %, pin meter", "document": "KA-17"}
    report = signed(house, lot_id, statements=[statement])
    content = stored(house, report["id"])
    lot = house.client.get(f"/v1/lots/{lot_id}").json()

    assert content["language"] == report["language"] == SPEC.report_language
    assert content["plan"] == lot["plan"]
    assert content["tally"] == lot["decision"]["tally"]
    assert content["statements"] == [statement]
    assert content["workshop"] == "Sanggar Kayu"
    assert [(d["defect_class"], d["type"], d["units"]) for d in content["defects"]] == [
        ("major", "crack", 1)
    ]
    (case,) = content["cases"]
    assert (case["unit"], case["counts_as"]) == (2, "major")
    assert [d["type"] for d in case["defects"]] == ["crack"]
    assert [row["unit"] for row in content["sheet"]["rows"]] == [1, 2]
    first = house.client.get(f"/v1/inspections/{lot['units'][0]['inspections'][0]}").json()
    cell = content["sheet"]["rows"][0]["cells"][0]
    assert cell["value"] == first["measurements"][0]["value_mm"]
    assert cell["u95"] == first["measurements"][0]["u95_mm"]
    assert len(content["photo_sha256s"]) == 2
    assert content["signature"]["name"] == "Ayu"


def test_a_report_counts_what_the_lead_said(house: House) -> None:
    body = {"client_id": str(uuid4()), "spec": "test-bowl", "order_number": "PO-1", "size": 10}
    lot = house.lead().post("/v1/lots", json=body | {"aqls": {"major": 6.5}}).json()
    ids = [
        house.upload(jpeg(seed, size=(240, 320)), lot_id=lot["id"]).json()["id"] for seed in (1, 2)
    ]
    miss = {
        "kind": "miss",
        "view": "top",
        "type": "dent",
        "polygon_px": [[9, 9], [60, 9], [60, 60]],
    }
    decisions = [
        {"disposition": "accept", "reason": "Grain"},
        {
            "disposition": "reject",
            "reason": "A dent",
            "corrections": [{"kind": "dismiss", "defect": 1}, miss | {"severity": "minor"}],
        },
    ]
    for inspection_id, decision in zip(ids, decisions, strict=True):
        path = f"/v1/reviews/{inspection_id}"
        answer = house.lead().post(path, json=decision | {"client_id": str(uuid4())})
        assert answer.status_code == 201, answer.text
    house.lead().post(
        f"/v1/lots/{lot['id']}/decision", json={"outcome": "reject", "reason": "The dent"}
    )
    content = stored(house, signed(house, lot["id"])["id"])
    assert [(d["defect_class"], d["type"]) for d in content["defects"]] == [("minor", "dent")]
    (case,) = content["cases"]
    assert [(d["number"], d["type"], d["by_person"]) for d in case["defects"]] == [
        (2, "dent", True)
    ]
    assert case["said"]["reason"] == "A dent"
    assert (content["reviewed_units"], content["overruled_units"]) == (2, 1)


def test_only_a_decided_lot_is_signed_and_once(house: House) -> None:
    body = {"client_id": str(uuid4()), "spec": "test-bowl", "order_number": "PO-1", "size": 10}
    lot = house.lead().post("/v1/lots", json=body).json()
    refused = sign(house, lot["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "lot-open")
    draft = house.lead().get(f"/v1/lots/{lot['id']}/report", params={"language": "ko"})
    assert draft.content.startswith(b"%PDF")
    assert draft.headers["cache-control"] == "no-store"
    assert house.lead().get("/v1/reports").json()["items"] == []

    accepted = decided(house, bad=False)
    client_id = str(uuid4())
    first, again = (sign(house, accepted, client_id=client_id) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = sign(house, lot["id"], client_id=client_id)
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    listed = house.lead().get("/v1/reports", params={"lot_id": accepted}).json()["items"]
    assert listed == [first.json()]
    assert house.lead().get(f"/v1/reports/{uuid4()}/pdf").status_code == 404


def test_the_audit_log_tells_of_the_signature_and_its_absence_shows(
    house: House, tmp_path: Path
) -> None:
    report = signed(house, decided(house, bad=False))
    with house.runtime.database.reading() as session:
        entry = list(audit.every_entry(session))[-1]
        assert (entry.person, entry.action) == ("Ayu", "report.signed")
        assert entry.after_sha256 == report["content_sha256"]
        assert entry.subject.endswith(report["pdf_sha256"])
    file = tmp_path / "report.pdf"
    file.write_bytes(house.lead().get(report["pdf_url"]).content)
    with house.runtime.database.writing() as session:
        session.execute(update(ReportRow).values(content_sha256="0" * 64))
    data_dir = str(house.runtime.settings.storage.data_dir)
    result = CliRunner().invoke(app, ["verify", str(file), "--data-dir", data_dir])
    assert result.exit_code == 65
    assert "does not tell of this report" in result.output


def test_a_sign_that_the_font_lacks_is_named(house: House) -> None:
    lot_id = decided(house, bad=False, order="PO 😀")
    refused = sign(house, lot_id)
    assert (refused.status_code, refused.json()["code"]) == (422, "report-text")
    assert "😀" in refused.json()["detail"]


def test_names_of_the_spec_may_be_in_any_of_the_scripts(house: House) -> None:
    name = LocalText(en="Teak bowl 椀 그릇 “Å” ½ – €", id="Mangkuk jati")
    spec = SPEC.model_copy(update={"version": 3, "buyer": "株式会社 나무"})
    product = spec.product.model_copy(update={"name": name})
    with house.runtime.database.writing() as session:
        store_spec(session, Spec.model_validate(spec.model_copy(update={"product": product})))
    assert sign(house, decided(house, bad=False), language="en").status_code == 201


def fonts() -> Iterator[ImageFont.FreeTypeFont]:
    for package in FONT_PACKAGES:
        (path,) = [p for p in files(package).iterdir() if p.name.endswith(".otf")]
        yield ImageFont.truetype(str(path), 20)


def test_every_language_says_everything_with_the_same_values() -> None:
    fields = string.Formatter()
    for catalogue in (wording.LABELS, wording.DEFECTS):
        for key, words in catalogue.items():
            assert set(words) == set(LANGUAGES), key
            values = {
                language: {name for _, name, _, _ in fields.parse(text) if name}
                for language, text in words.items()
            }
            assert all(found == values["en"] for found in values.values()), key
            assert all(text.strip() for text in words.values()), key
            if key not in ("title", "admin", "normal"):  # the same word in two languages
                assert len({words["ja"], words["ko"], words["en"]}) == 3, key


def test_the_fonts_hold_every_sign_of_every_language() -> None:
    """Independent of Typst, which refuses a missing one as well."""
    signs = set("0123456789×±–·≤°ΔE?.,%*c")
    for catalogue in (wording.LABELS, wording.DEFECTS):
        for words in catalogue.values():
            signs.update(*words.values())
    when = datetime(2026, 11, 24, 6, 5, tzinfo=UTC)
    for language in LANGUAGES:
        signs.update(wording.moment(language, when))
    for font in fonts():
        missing = bytes(font.getmask("\U0010fffd"))
        for sign_ in sorted(signs - set(string.whitespace)):
            assert bytes(font.getmask(sign_)) != missing, sign_


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("id", "3 Mei 2026 06:05 UTC"),
        ("en", "3 May 2026 06:05 UTC"),
        ("ja", "2026年5月3日 06:05 UTC"),
        ("ko", "2026년 5월 3일 06:05 UTC"),
    ],
)
def test_days_are_written_as_the_language_does(language: Any, written: str) -> None:
    assert wording.moment(language, datetime(2026, 5, 3, 6, 5, tzinfo=UTC)) == written
    assert wording.number(language, 1234.5, 2) == ("1234,50" if language == "id" else "1234.50")
