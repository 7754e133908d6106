"""Readings: a calliper settles what it is about, nothing else; rows are added, never changed."""

from __future__ import annotations

import hmac
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import segno
from conftest import House, OpenHouse, everywhere, jpeg, recorded_inspection
from httpx2 import Response
from PIL import Image
from sqlalchemy import select

from qc.decision.conformity import Decision
from qc.decision.verdict import Reason, Verdict, worst
from qc.photo import Photo
from qc.records import Inspection
from qc.spec.base import LocalText
from qc.spec.models import Product, Spec, View
from service.audit import service as audit
from service.captures.schemas import CaptureKey
from service.captures.service import seal_of
from service.inspections.models import InspectionRow
from service.people.roles import Role
from service.readings.models import ReadingRow
from service.readings.schemas import CalliperEntry
from service.readings.statement import ReadingStatement
from service.specs.service import store_spec

SPEC = Spec(
    id="test-tray",
    version=1,
    buyer="Test",
    example=True,
    product=Product(id="tray", name=LocalText(en="Tray", id="Baki"), material="teak"),
    mat="A4",
    views=(View(name="top", instruction=LocalText(en="From above", id="Dari atas")),),
    dimensions=(
        {"name": "length", "feature": "length", "nominal_mm": 280, "height_mm": 20}
        | {"lower_mm": 279, "upper_mm": 281},
    ),
)


def measuring(decision: str, *, crack: str | None = None) -> Any:
    """A pipeline that measures one length, decided so, and perhaps finds a crack, judged so."""

    def inspect(
        photos: Mapping[str, Photo], spec: Spec, *_: object, today: date | None = None
    ) -> Inspection:
        found = recorded_inspection(photos, spec, today=today)
        value_mm = {"pass": 280.0, "check": 280.9, "fail": 283.0}[decision]
        numbers = {"value_mm": value_mm, "u95_mm": 0.4, "lower_mm": 279.0, "upper_mm": 281.0}
        length = found.measurements[0].model_copy(
            update={**numbers, "decision": Decision(decision)}
        )
        code = {"pass": "inside", "check": "doubtful", "fail": "outside"}[decision]
        said = length.quantity._asdict()
        reasons = [
            Reason.of(
                Verdict(decision), f"dimension-{code}", view="top", subject="length", part=1, **said
            )
        ]
        if crack is not None:
            code = {"check": "defect-doubtful", "fail": "defect-found"}[crack]
            size = {"length_mm": 7.25, "severity": "major", "probability": 0.7}
            reasons.append(Reason.of(Verdict(crack), code, view="top", subject="crack", **size))
        defect = found.defects[0].model_copy(update={"verdict": Verdict(crack or "pass")})
        return found.model_copy(
            update={
                "verdict": worst(reasons),
                "reasons": tuple(reasons),
                "measurements": (length,),
                "defects": () if crack is None else (defect,),
            }
        )

    return inspect


def trays(open_house: OpenHouse, pipeline: Any, **groups: dict[str, object]) -> House:
    groups.setdefault("review", {"pass_sample_rate": 0.0})
    house = open_house(inspect=pipeline, **groups)
    with house.runtime.database.writing() as session:
        store_spec(session, SPEC)
    return house


def uploaded(house: House, photo: bytes | None = None, **fields: object) -> Any:
    response = house.upload(photo or jpeg(1), spec="test-tray", **fields)
    assert response.status_code == 201, response.text
    return response.json()


def read(house: House, inspection_id: str, client_id: UUID | None = None, **entry: object) -> Any:
    response = sent(house, inspection_id, client_id, **entry)
    assert response.status_code == 201, response.text
    return response.json()


def sent(
    house: House, inspection_id: str, client_id: UUID | None = None, **entry: object
) -> Response:
    if "value_mm" in entry:
        entry = {"kind": "calliper", "name": "length"} | entry
    body = {"client_id": str(client_id or uuid4()), "entry": entry}
    return house.client.post(f"/v1/inspections/{inspection_id}/readings", json=body)


def waiting(house: House) -> dict[str, int]:
    answer = house.lead().get("/v1/reviews")
    assert answer.status_code == 200, answer.text
    counts: dict[str, int] = answer.json()["waiting"]
    return counts


def lot_unit(house: House, **content: object) -> tuple[str, Any]:
    body = {"client_id": str(uuid4()), "spec": "test-tray", "order_number": "PO-1", "size": 10}
    lot = house.lead().post("/v1/lots", json=body | content).json()

    def unit() -> Any:
        (one,) = house.client.get(f"/v1/lots/{lot['id']}").json()["units"]
        return one["result"]

    return lot["id"], unit


@everywhere
def test_a_calliper_inside_the_limits_settles_a_doubt_about_that_size(
    open_house: OpenHouse,
) -> None:
    house = trays(open_house, measuring("check"))
    lot_id, unit = lot_unit(house)
    first = uploaded(house, lot_id=lot_id)
    assert (first["standing_verdict"], unit()["doubt"]) == ("check", "major")
    (size,) = first["to_measure"]
    assert (size["name"], size["part"], size["lower_mm"], size["upper_mm"]) == (
        "length",
        1,
        279,
        281,
    )
    assert waiting(house)["check"] == 1

    after = read(house, first["id"], value_mm=280.5)

    assert (after["verdict"], after["standing_verdict"]) == ("check", "pass")
    assert after["reasons"] == first["reasons"]
    assert after["measurements"] == first["measurements"]
    assert after["to_measure"] == []
    (reason,) = after["standing_reasons"]
    assert reason["code"] == "calliper-inside"
    (calliper,) = after["calliper"]
    assert (calliper["value_mm"], calliper["decision"], calliper["upper_mm"]) == (
        280.5,
        "pass",
        281,
    )
    (record,) = after["readings"]
    me = house.client.get("/v1/session").json()["person"]["name"]
    assert (record["measured_by"], record["sent_by"], record["verdict"]) == (me, None, "pass")
    assert record["content"]["u95_mm"] == 0.1
    assert waiting(house)["check"] == 0
    assert (unit()["doubt"], unit()["major"]) == (None, 0)
    (line,) = house.client.get("/v1/inspections").json()["items"]
    assert (line["verdict"], line["standing_verdict"]) == ("check", "pass")
    assert house.client.get(f"/v1/inspections/{first['id']}").json() == after


def test_the_machines_row_never_changes_and_the_log_tells_of_every_reading(
    open_house: OpenHouse,
) -> None:
    house = trays(open_house, measuring("check"))
    inspection_id = uploaded(house)["id"]

    def stored() -> tuple[str, str]:
        with house.runtime.database.reading() as session:
            row = session.scalars(
                select(InspectionRow).where(InspectionRow.id == UUID(inspection_id))
            ).one()
            return row.verdict, row.document

    before = stored()
    read(house, inspection_id, value_mm=283.0)
    read(house, inspection_id, kind="moisture", percent=11.5)
    assert stored() == before
    with house.runtime.database.reading() as session:
        deeds = [entry.action for entry in audit.every_entry(session)]
        assert deeds.count("reading.kept") == 2
        assert audit.verify(session).problems == ()
        assert len(session.scalars(select(ReadingRow)).all()) == 2


@pytest.mark.parametrize(("crack", "stands"), [("check", "check"), ("fail", "fail")])
def test_a_calliper_never_hides_a_defect(open_house: OpenHouse, crack: str, stands: str) -> None:
    house = trays(open_house, measuring("check", crack=crack))
    inspection_id = uploaded(house)["id"]
    after = read(house, inspection_id, value_mm=280.0)
    assert after["standing_verdict"] == stands
    assert "crack" in {reason["subject"] for reason in after["standing_reasons"]}
    assert sum(waiting(house).values()) == 1


@pytest.mark.parametrize(("value_mm", "stands"), [(281.06, "check"), (281.4, "fail")])
def test_a_calliper_at_or_beyond_the_limit_does_not_pass(
    open_house: OpenHouse, value_mm: float, stands: str
) -> None:
    house = trays(open_house, measuring("check"))
    after = read(house, uploaded(house)["id"], value_mm=value_mm)
    assert after["standing_verdict"] == stands
    assert sum(waiting(house).values()) == 1


def test_what_the_photo_says_fails_is_never_passed_by_a_packers_calliper(
    open_house: OpenHouse,
) -> None:
    house = trays(open_house, measuring("fail"))
    lot_id, unit = lot_unit(house)
    inspection_id = uploaded(house, lot_id=lot_id)["id"]
    after = read(house, inspection_id, value_mm=280.0)
    assert after["standing_verdict"] == "check"
    assert after["standing_reasons"][-1]["code"] == "reading-unlike"
    assert unit()["doubt"] == "critical"
    assert waiting(house)["fail"] == 1
    reviewed = house.lead().post(
        f"/v1/reviews/{inspection_id}",
        json={"client_id": str(uuid4()), "disposition": "accept", "reason": "Measured again"},
    )
    assert reviewed.json()["inspection"]["standing_verdict"] == "pass"


def test_reading_until_it_fits_does_not_pass(open_house: OpenHouse) -> None:
    house = trays(open_house, measuring("check"))
    inspection_id = uploaded(house)["id"]
    assert read(house, inspection_id, value_mm=283.0)["standing_verdict"] == "fail"
    assert read(house, inspection_id, value_mm=280.0)["standing_verdict"] == "check"
    assert sum(waiting(house).values()) == 1


def test_a_reading_that_fails_a_passed_item_brings_it_before_a_lead(open_house: OpenHouse) -> None:
    house = trays(open_house, measuring("pass"))
    inspection_id = uploaded(house)["id"]
    assert sum(waiting(house).values()) == 0
    assert read(house, inspection_id, value_mm=283.0)["standing_verdict"] == "fail"
    assert waiting(house)["fail"] == 1


def test_a_settled_item_is_drawn_for_review_like_any_pass(open_house: OpenHouse) -> None:
    house = trays(open_house, measuring("check"), review={"pass_sample_rate": 1.0})
    after = read(house, uploaded(house)["id"], value_mm=280.0)
    assert after["standing_verdict"] == "pass"
    assert waiting(house)["check"] == 1


def test_a_review_stands_above_readings(open_house: OpenHouse) -> None:
    house = trays(open_house, measuring("check"))
    inspection_id = uploaded(house)["id"]
    body = {"client_id": str(uuid4()), "disposition": "reject", "reason": "Too long"}
    assert house.lead().post(f"/v1/reviews/{inspection_id}", json=body).status_code == 201
    assert read(house, inspection_id, value_mm=280.0)["standing_verdict"] == "fail"


def test_a_reading_sent_twice_is_one(open_house: OpenHouse) -> None:
    house = trays(open_house, measuring("check"))
    inspection_id, client_id = uploaded(house)["id"], uuid4()
    first = read(house, inspection_id, client_id, value_mm=280.0)
    again = sent(house, inspection_id, client_id, value_mm=280.0)
    assert (again.status_code, again.json()) == (200, first)
    other = sent(house, inspection_id, client_id, kind="pieces", count=1)
    assert (other.status_code, other.json()["code"]) == (409, "conflict")


def test_bad_readings_are_refused_with_what_to_do(open_house: OpenHouse) -> None:
    house = trays(open_house, measuring("check"))
    inspection_id = uploaded(house)["id"]
    unknown = sent(house, inspection_id, kind="calliper", name="girth", value_mm=280.0)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "remeasurement-invalid")
    assert "length" in unknown.json()["fix"]
    assert sent(house, inspection_id, value_mm=280.0, part=2).status_code == 422
    for value_mm in (0, -1, 20_000):
        assert sent(house, inspection_id, value_mm=value_mm).status_code == 422
    assert sent(house, str(uuid4()), value_mm=280.0).status_code == 404
    assert house.browser(None).post(f"/v1/inspections/{inspection_id}/readings").status_code == 401
    with house.runtime.database.reading() as session:
        assert session.scalars(select(ReadingRow)).all() == []


def test_pieces_count_against_the_spec_and_moisture_changes_nothing(
    open_house: OpenHouse,
) -> None:
    house = trays(open_house, measuring("pass"))
    inspection_id = uploaded(house)["id"]
    after = read(house, inspection_id, kind="moisture", percent=12.5)
    assert after["standing_verdict"] == "pass"
    assert after["readings"][0]["content"]["percent"] == 12.5
    assert read(house, inspection_id, kind="pieces", count=1)["standing_verdict"] == "pass"
    assert read(house, inspection_id, kind="pieces", count=2)["standing_verdict"] == "fail"


def labelled(code: str) -> bytes:
    """A photo of a label with a QR code, drawn by another library than the one that reads it."""
    out = io.BytesIO()
    segno.make(code, micro=False).save(out, kind="png", scale=6, border=4)
    label = Image.open(out).convert("RGB").rotate(7, expand=True, fillcolor="white")
    photo = Image.new("RGB", (1200, 900), (180, 140, 100))
    photo.paste(label, (420, 300))
    jpeg_out = io.BytesIO()
    photo.save(jpeg_out, "JPEG", quality=88)
    return jpeg_out.getvalue()


def test_the_barcode_of_a_lots_items_is_read_from_every_photo(open_house: OpenHouse) -> None:
    house = trays(open_house, measuring("pass"))
    lot_id, _ = lot_unit(house, item_code="4006381333931")
    right = uploaded(house, labelled("4006381333931"), lot_id=lot_id)
    assert right["standing_verdict"] == "pass"
    (record,) = right["readings"]
    assert (record["content"]["text"], record["measured_by"]) == ("4006381333931", None)
    wrong = uploaded(house, labelled("5901234123457"), lot_id=lot_id)
    assert (wrong["verdict"], wrong["standing_verdict"]) == ("pass", "check")
    assert wrong["standing_reasons"][-1]["code"] == "barcode-wrong"
    assert waiting(house)["check"] == 1
    unread = uploaded(house, jpeg(5), lot_id=lot_id)
    assert unread["standing_reasons"][-1]["code"] == "barcode-unread"
    typed = read(house, unread["id"], kind="barcode", text=" 4006381333931 ")
    assert typed["standing_verdict"] == "pass"
    assert typed["readings"][-1]["content"]["source"] == "person"


def test_a_barcode_is_recorded_where_nothing_is_expected(open_house: OpenHouse) -> None:
    house = trays(open_house, measuring("pass"))
    inspection_id = uploaded(house, labelled("PO-17/3"))["id"]
    after = read(house, inspection_id, kind="barcode")
    content = {"kind": "barcode", "text": "PO-17/3", "source": "photo", "expected": None}
    assert after["readings"][0]["content"] == content
    assert after["standing_verdict"] == "pass"


def test_a_reading_keeps_the_person_who_took_it_whoever_sends_it(open_house: OpenHouse) -> None:
    house = trays(open_house, measuring("check"))
    sari, ketut = house.client, house.browser(Role.PACKER, tablet=True)
    first = uploaded(house)
    session = sari.get("/v1/session").json()
    key, client_id, milliseconds = session["capture_key"], uuid4(), 1795482123456
    lines = (
        *("teliti-reading-1", client_id, first["client_id"], milliseconds),
        *("calliper", "length", 1, 280450),
    )
    text = "\n".join(map(str, lines))
    mac = hmac.new(bytes.fromhex(key["secret"]), text.encode(), "sha256").hexdigest()
    body: dict[str, Any] = {
        "client_id": str(client_id),
        "entry": {"kind": "calliper", "name": "length", "value_mm": 280.45},
        "measured_at": datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(),
        "seal": f"{key['id']}.{mac}",
    }
    address = f"/v1/inspections/{first['id']}/readings"
    forged = body | {"entry": body["entry"] | {"value_mm": 280.44}}
    assert ketut.post(address, json=forged).json()["code"] == "seal-invalid"
    half = {name: value for name, value in body.items() if name != "seal"}
    assert ketut.post(address, json=half).status_code == 422

    answer = ketut.post(address, json=body)

    assert answer.status_code == 201, answer.text
    (record,) = answer.json()["readings"]
    sender = ketut.get("/v1/session").json()["person"]["name"]
    assert (record["measured_by"], record["sent_by"]) == (session["person"]["name"], sender)
    measured_at = datetime.fromisoformat(record["measured_at"])
    assert measured_at.timestamp() == pytest.approx(milliseconds / 1000, abs=1e-6)


@everywhere
def test_control_characters_are_refused_wherever_text_is_taken(open_house: OpenHouse) -> None:
    house = trays(open_house, measuring("check"))
    inspection_id = uploaded(house)["id"]
    address = f"/v1/inspections/{inspection_id}/readings"
    for evil in ("a\x00b", "\x1b[2J", "\x7f"):
        for response in (
            sent(house, inspection_id, kind="barcode", text=evil),
            house.lead().post(
                "/v1/lots",
                json={"client_id": str(uuid4()), "spec": "test-tray", "size": 10}
                | {"order_number": evil},
            ),
        ):
            said = response.json()
            assert (response.status_code, said["code"]) == (422, "control-character"), said
            assert said["fix"]
    half = b'{"client_id": "\\ud800"}'
    typed = {"Content-Type": "application/json"}
    said = house.client.post(address, content=half, headers=typed).json()
    assert said["code"] == "control-character"
    assert house.client.get("/v1/specs/test%00tray").status_code == 422
    assert house.client.get("/v1/inspections?spec=a%00b").status_code == 422
    raw = house.client.post(address, content=b"{", headers=typed)
    assert raw.json()["code"] == "request-invalid"
    lines = {"client_id": str(uuid4()), "disposition": "accept", "reason": "Seen.\nBy hand:\tok"}
    assert house.lead().post(f"/v1/reviews/{inspection_id}", json=lines).status_code == 201


def test_the_page_and_the_service_seal_readings_alike() -> None:
    # The same example stands in service/web/tests/seal.test.ts.
    key = CaptureKey(id="11111111-2222-4333-8444-555555555555", secret="ab" * 32)
    statement = ReadingStatement(
        UUID("99999999-8888-4777-8666-555555555555"),
        UUID("99999999-8888-4777-8666-444444444444"),
        datetime(2026, 11, 24, 1, 2, 3, 456_000, UTC),
        CalliperEntry(kind="calliper", name="length", part=2, value_mm=280.45),
    )
    assert statement.text().splitlines()[3:] == [
        "1795482123456",
        "calliper",
        "length",
        "2",
        "280450",
    ]
    assert seal_of(key, statement) == (
        "11111111-2222-4333-8444-555555555555."
        "46dc88640296df589249ff6b9fd606981a93584caa6b26d14d1fd5879230e820"
    )
