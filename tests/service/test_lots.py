"""Lots: offered with a frozen plan, counted unit by unit, decided once, offered again."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from conftest import SPEC, House, OpenHouse, jpeg, recorded_inspection
from httpx2 import Response

from qc.decision.verdict import Reason, Verdict
from qc.photo import Photo
from qc.records import Inspection
from qc.spec.models import Spec
from service.people.roles import Role
from service.specs.service import store_spec

WHY = {"reason": "As the sample says"}


def sound(
    photos: Mapping[str, Photo], spec: Spec, *_: object, today: date | None = None
) -> Inspection:
    """The recorded inspection without its finds; a tall photo leaves a doubt."""
    found = recorded_inspection(photos, spec, today=today)
    tall = any(photo.height_px > photo.width_px for photo in photos.values())
    code, verdict = ("defects-not-inspected", Verdict.CHECK) if tall else ("defects-none", "pass")
    reasons = (Reason.of(Verdict(verdict), code, view="top"),)
    content = {"verdict": Verdict(verdict), "reasons": reasons, "defects": ()}
    return found.model_copy(update=content)


@pytest.fixture
def sound_house(open_house: OpenHouse) -> House:
    return open_house(inspect=sound)


def offer(house: House, **content: object) -> Response:
    body: dict[str, Any] = {
        "client_id": str(uuid4()),
        "spec": "test-bowl",
        "order_number": "PO-17",
        "size": 10,
        "aqls": {"major": 6.5},  # 2 units, Ac 0
    }
    return house.lead().post("/v1/lots", json=body | content)


def offered(house: House, **content: object) -> str:
    response = offer(house, **content)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def lot(house: House, lot_id: str) -> Any:
    return house.client.get(f"/v1/lots/{lot_id}").json()


def say(house: House, lot_id: str, what: str, by: str = "Ayu", **content: object) -> Response:
    return house.lead(by).post(f"/v1/lots/{lot_id}/{what}", json=WHY | content)


def decide(house: House, lot_id: str, outcome: str, **content: object) -> Response:
    return say(house, lot_id, "decision", outcome=outcome, **content)


def assert_refused(response: Response, status: int, code: str) -> Any:
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.json()["fix"]
    return response.json()


def test_a_lot_is_kept_as_it_was_offered(house: House) -> None:
    created = offer(house, size=1200, aqls=None)
    answer = created.json()
    assert created.headers["location"] == f"/v1/lots/{answer['id']}"
    assert house.client.get(created.headers["location"]).json() == answer
    assert answer["plan"]["edition"] == "ISO 2859-1:1999"
    assert [(c["defect_class"], c["stages"]) for c in answer["plan"]["classes"]] == [
        ("critical", [{"size": 80, "ac": 0, "re": 1}]),
        ("major", [{"size": 80, "ac": 5, "re": 6}]),
        ("minor", [{"size": 80, "ac": 7, "re": 8}]),
    ]
    assert answer["spec"]["version"] == 2
    assert (answer["state"], answer["tally"]["outcome"]) == ("open", "undecided")
    assert answer["tally"]["next_units"] == 80


def test_a_lot_sent_again_is_the_same_lot(house: House) -> None:
    client_id = str(uuid4())
    first = offer(house, client_id=client_id)
    again = offer(house, client_id=client_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert_refused(offer(house, client_id=client_id, size=11), 409, "conflict")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ({"size": 1}, 422, "lot-size-invalid"),
        ({"size": 0}, 422, "lot-size-invalid"),
        ({"size": -1}, 422, "request-invalid"),
        ({"aqls": {"major": 3}}, 422, "aql-invalid"),
        ({"aqls": {}}, 422, "aql-invalid"),
        ({"aqls": {"acceptable": 2.5}}, 422, "request-invalid"),
        ({"spec": "no-such-spec"}, 404, "spec-unknown"),
        ({"spec": "test-bowl@9"}, 404, "spec-unknown"),
        ({"reinspection_of": str(uuid4())}, 404, "lot-unknown"),
        ({"order_number": " "}, 422, "request-invalid"),
        ({"by": "Somebody else"}, 422, "request-invalid"),
        ({"colour": "red"}, 422, "request-invalid"),
    ],
)
def test_a_lot_that_cannot_be_is_refused(
    house: House, content: dict[str, object], status: int, code: str
) -> None:
    assert_refused(offer(house, **content), status, code)
    assert house.client.get("/v1/lots").json()["items"] == []


def test_a_plan_can_be_seen_before_the_lot_is_offered(house: House) -> None:
    seen = house.client.post("/v1/lots/plan", json={"spec": "test-bowl", "size": 500_000})
    assert seen.status_code == 200
    assert seen.json()["classes"][1]["stages"] == [{"size": 500, "ac": 21, "re": 22}]
    assert house.client.get("/v1/lots").json()["items"] == []


def test_inspections_are_counted_and_the_lot_is_accepted(sound_house: House) -> None:
    house, lot_id = sound_house, offered(sound_house)
    first = house.upload(jpeg(1), lot_id=lot_id)
    assert first.json()["lot"] == {"lot_id": lot_id, "unit": 1}
    assert house.client.get(first.headers["location"]).json() == first.json()
    assert lot(house, lot_id)["tally"]["next_units"] == 1
    assert_refused(decide(house, lot_id, "accept"), 409, "lot-undecided")

    house.upload(jpeg(2), lot_id=lot_id)
    known = lot(house, lot_id)
    assert [u["unit"] for u in known["units"]] == [1, 2]
    assert known["tally"]["outcome"] == "accept"

    decided = decide(house, lot_id, "accept").json()
    assert decided["state"] == "accepted"
    assert decided["decision"]["by"] == "Ayu"
    assert decided["decision"]["tally"] == known["tally"]


def test_a_failed_unit_rejects_and_the_lot_says_why(house: House) -> None:
    lot_id = offered(house)
    house.upload(lot_id=lot_id)  # a crack, major
    tally = lot(house, lot_id)["tally"]
    assert tally["outcome"] == "reject"
    (major,) = tally["classes"]
    assert major["reason"]["text"] == {
        "en": "Major: 1 found, 0 allowed. Rejected.",
        "id": "Berat: 1 ditemukan, 0 diizinkan. Ditolak.",
    }
    problem = assert_refused(decide(house, lot_id, "accept"), 409, "lot-undecided")
    assert "1 found, 0 allowed" in problem["fix"]
    assert decide(house, lot_id, "reject").json()["state"] == "rejected"


def test_a_decision_is_recorded_once(sound_house: House) -> None:
    house, lot_id = sound_house, offered(sound_house)
    for seed in (1, 2):
        house.upload(jpeg(seed), lot_id=lot_id)
    first = decide(house, lot_id, "accept")
    assert decide(house, lot_id, "accept").json() == first.json()
    assert_refused(decide(house, lot_id, "reject"), 409, "lot-state")
    assert_refused(decide(house, lot_id, "accept", by="Budi"), 409, "lot-state")


def test_two_leads_at_once_leave_one_decision(house: House) -> None:
    lot_id = offered(house)
    house.lead("Budi")
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(lambda who: decide(house, lot_id, "reject", by=who), ("Ayu", "Budi"))
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_a_retry_counts_a_unit_once(sound_house: House) -> None:
    house, lot_id, client_id = sound_house, offered(sound_house), uuid4()
    first = house.upload(jpeg(1), client_id=client_id, lot_id=lot_id)
    for seed in (2, 3):
        house.upload(jpeg(seed), lot_id=lot_id)
    decide(house, lot_id, "accept")
    again = house.upload(jpeg(1), client_id=client_id, lot_id=lot_id)
    assert (again.status_code, again.content) == (200, first.content)
    assert [u["unit"] for u in lot(house, lot_id)["units"]] == [1, 2, 3]
    elsewhere = house.upload(jpeg(1), client_id=client_id, lot_id=offered(house))
    assert_refused(elsewhere, 409, "conflict")
    assert_refused(house.upload(jpeg(1), client_id=client_id), 409, "conflict")


def test_units_are_numbered_apart_when_tablets_send_at_once(open_house: OpenHouse) -> None:
    house = open_house(inspect=sound, inspection={"answer_within_s": 60})  # nobody is turned away
    lot_id = offered(house)
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda seed: house.upload(jpeg(seed), lot_id=lot_id), range(6)))
    assert sorted(answer.json()["lot"]["unit"] for answer in sent) == [1, 2, 3, 4, 5, 6]


def test_another_photo_of_a_unit_does_not_mend_it(open_house: OpenHouse) -> None:
    results = iter([recorded_inspection, sound])
    house = open_house(inspect=lambda *args, **options: next(results)(*args, **options))
    lot_id = offered(house)
    for seed in (1, 2):
        house.upload(jpeg(seed), lot_id=lot_id, unit=1)
    (unit,) = lot(house, lot_id)["units"]
    assert len(unit["inspections"]) == 2
    assert (unit["result"]["major"], lot(house, lot_id)["tally"]["outcome"]) == (1, "reject")


def test_a_person_settles_a_doubt(sound_house: House) -> None:
    house, lot_id = sound_house, offered(sound_house)
    house.upload(jpeg(1), lot_id=lot_id)
    house.upload(jpeg(2, size=(240, 320)), lot_id=lot_id)
    doubtful = lot(house, lot_id)["tally"]
    assert doubtful["outcome"] == "undecided"
    assert doubtful["classes"][0]["reason"]["code"] == "lot-class-doubtful"

    settled = say(house, lot_id, "units/2/findings", reason="Looked at it: grain").json()
    assert settled["tally"]["outcome"] == "accept"
    assert settled["units"][1]["findings"][0]["by"] == "Ayu"
    worse = say(house, lot_id, "units/2/findings", minor=1, major=1).json()
    assert worse["tally"]["outcome"] == "reject"
    assert len(worse["units"][1]["findings"]) == 2


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"unit": 11}, 409, "lot-mismatch"),
        ({"unit": 0}, 422, "request-invalid"),
        ({"lot_id": str(uuid4())}, 404, "lot-unknown"),
        ({"lot_id": "x"}, 422, "request-invalid"),
        ({"spec": "other-bowl"}, 409, "lot-mismatch"),
        ({"spec": "test-bowl@3"}, 422, "upload-invalid"),
    ],
)
def test_an_upload_that_does_not_fit_its_lot_leaves_nothing(
    sound_house: House, fields: dict[str, Any], status: int, code: str
) -> None:
    house, lot_id = sound_house, offered(sound_house)
    with house.runtime.database.writing() as session:
        store_spec(session, SPEC.model_copy(update={"id": "other-bowl"}))
        store_spec(session, SPEC.model_copy(update={"version": 3}))
    assert_refused(house.upload(**{"lot_id": lot_id} | fields), status, code)
    assert house.kept() == {"inspections": 0, "photos": 0, "files": 0}


def test_a_unit_needs_its_lot(house: House) -> None:
    assert_refused(house.upload(unit=1), 422, "upload-invalid")


def test_a_lot_is_judged_by_the_spec_with_which_it_was_offered(sound_house: House) -> None:
    house, lot_id = sound_house, offered(sound_house)
    with house.runtime.database.writing() as session:
        store_spec(session, SPEC.model_copy(update={"version": 3}))
    assert house.upload(lot_id=lot_id).json()["spec"]["version"] == 2


def test_a_decided_lot_takes_no_more_units(house: House) -> None:
    lot_id = offered(house)
    decide(house, lot_id, "reject")
    assert_refused(house.upload(lot_id=lot_id), 409, "lot-state")
    assert_refused(say(house, lot_id, "units/1/findings"), 409, "lot-state")
    assert house.kept()["inspections"] == 0


def test_a_lot_on_hold_waits_but_loses_nothing(sound_house: House) -> None:
    house, lot_id = sound_house, offered(sound_house)
    assert say(house, lot_id, "events", kind="hold").json()["state"] == "held"
    for seed in (1, 2):
        assert house.upload(jpeg(seed), lot_id=lot_id).status_code == 201
    assert_refused(decide(house, lot_id, "accept"), 409, "lot-state")
    assert_refused(say(house, lot_id, "events", kind="hold"), 409, "lot-state")
    released = say(house, lot_id, "events", kind="release").json()
    assert [event["kind"] for event in released["events"]] == ["hold", "release"]
    assert decide(house, lot_id, "accept").json()["state"] == "accepted"


def test_a_rejected_lot_is_reworked_and_offered_again_once(house: House) -> None:
    lot_id = offered(house)
    assert_refused(offer(house, reinspection_of=lot_id), 409, "lot-state")
    decide(house, lot_id, "reject")
    assert say(house, lot_id, "events", kind="rework").json()["state"] == "rework"
    again = offered(house, reinspection_of=lot_id)
    assert lot(house, again)["reinspection_of"] == lot_id
    before = lot(house, lot_id)
    assert (before["state"], before["resubmitted_as"]) == ("resubmitted", again)
    assert_refused(offer(house, reinspection_of=lot_id), 409, "lot-state")


def test_what_is_said_of_a_lot_has_a_name_and_a_reason(house: House) -> None:
    lot_id = offered(house)
    for path in ("decision", "events", "units/1/findings"):
        response = house.browser(Role.LEAD).post(f"/v1/lots/{lot_id}/{path}", json={})
        assert_refused(response, 422, "request-invalid")
    assert_refused(decide(house, str(uuid4()), "reject"), 404, "lot-unknown")


def test_pages_are_newest_first_and_filtered(house: House) -> None:
    ids = [offered(house) for _ in range(3)]
    decide(house, ids[0], "reject")

    def listed(**params: object) -> Any:
        return house.client.get("/v1/lots", params=params).json()

    page = listed(limit=2)
    rest = listed(limit=2, cursor=page["next_cursor"])
    assert [item["id"] for item in page["items"] + rest["items"]] == ids[::-1]
    assert rest["next_cursor"] is None
    assert [item["id"] for item in listed(decided=True)["items"]] == ids[:1]
    assert len(listed(decided=False)["items"]) == 2
    assert listed(spec="other")["items"] == []
    response = house.client.get("/v1/lots", params={"cursor": str(uuid4())})
    assert_refused(response, 404, "lot-unknown")


def test_the_characteristic_is_that_of_the_plan(house: House) -> None:
    lot_id = offered(house, size=500, aqls={"critical": None, "major": 2.5})
    answer = house.client.get(f"/v1/lots/{lot_id}/characteristic").json()
    _, major = answer["classes"]
    assert [round(mark["quality"], 2) for mark in major["marks"]] == [2.78, 7.29, 12.88]
    accepted = [point["accepted"] for point in major["curve"]]
    assert accepted[0] == 1
    assert accepted == sorted(accepted, reverse=True)
    assert accepted[-1] == pytest.approx(0.01, abs=1e-6)


def test_a_lot_inspected_to_the_last_unit_has_no_risk(house: House) -> None:
    lot_id = offered(house, size=30, aqls={"minor": 4.0}, full_below=50)
    (minor,) = house.client.get(f"/v1/lots/{lot_id}/characteristic").json()["classes"]
    assert minor["marks"] == []
    assert {point["accepted"] for point in minor["curve"]} == {0, 1}


def series(house: House) -> dict[str, Any]:
    answer = house.client.get("/v1/lots/series/test-bowl").json()
    return {c["defect_class"]: c for c in answer["classes"]}


def series_event(house: House, kind: str) -> Response:
    return house.lead().post("/v1/lots/series/test-bowl/events", json=WHY | {"kind": kind})


def inspected(house: House, *, bad: bool, **content: object) -> str:
    """Offer a lot, inspect its units by hand, decide as the sample says."""
    lot_id = offered(house, **content)
    size = lot(house, lot_id)["tally"]["next_units"]
    photo = house.upload(jpeg(0), lot_id=lot_id)
    assert photo.status_code == 201
    for unit in range(1, size + 1):
        say(house, lot_id, f"units/{unit}/findings", major=int(bad))
    outcome = lot(house, lot_id)["tally"]["outcome"]
    assert decide(house, lot_id, outcome).status_code == 200
    return lot_id


def test_two_rejected_lots_tighten_the_next_plan(house: House) -> None:
    inspected(house, bad=True)
    rejected = inspected(house, bad=True)
    assert series(house)["major"]["inspection"] == "tightened"
    assert series(house)["minor"]["inspection"] == "normal"
    plan = lot(house, offered(house))["plan"]["classes"][0]
    assert (plan["inspection"], plan["stages"]) == ("tightened", [{"size": 3, "ac": 0, "re": 1}])

    inspected(house, bad=False, reinspection_of=rejected)
    assert series(house)["major"]["recent"] == []  # only original inspection counts
    for _ in range(5):
        inspected(house, bad=False)
    assert series(house)["major"]["inspection"] == "normal"


def test_ten_good_lots_and_an_agreement_reduce_inspection(house: House) -> None:
    for _ in range(15):
        inspected(house, bad=False)  # Ac 0: two points each
    assert series(house)["major"]["score"] == 30
    assert series_event(house, "allow-reduced").json()["classes"][1]["inspection"] == "reduced"
    reduced = inspected(house, bad=True)
    assert lot(house, reduced)["plan"]["classes"][0]["inspection"] == "reduced"
    assert series(house)["major"]["inspection"] == "normal"


def test_inspection_stops_after_five_more_rejected_lots_until_corrected(house: House) -> None:
    for _ in range(7):
        last = inspected(house, bad=True)
    assert series(house)["major"]["stopped"]
    assert_refused(offer(house), 409, "series-stopped")
    assert offer(house, reinspection_of=last).status_code == 201
    series_event(house, "corrected")
    assert offer(house).status_code == 201


def test_a_lot_rejected_before_its_sample_says_nothing_of_the_series(house: House) -> None:
    for _ in range(3):
        decide(house, offered(house), "reject")
    assert series(house)["major"]["recent"] == []
