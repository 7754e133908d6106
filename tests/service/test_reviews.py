"""Reviews: a queue, claims, decisions that are new rows, and what follows from them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from conftest import House, OpenHouse, jpeg, recorded_inspection
from httpx2 import Response
from sqlalchemy import func, select, update

from qc.decision.conformity import Decision
from qc.decision.verdict import Reason, Verdict
from qc.records import Inspection
from qc.spec.base import Severity
from service.audit import service as audit
from service.inspections.models import InspectionRow
from service.people.roles import Role
from service.review.models import ReviewClaimRow
from service.review.quality import share
from service.review.ranking import is_sampled


def answering(verdict: str, severity: Severity | None = None) -> Any:
    """The recorded inspection with another verdict and severity of its one defect."""

    def inspect(*args: Any, **options: Any) -> Inspection:
        found = recorded_inspection(*args, **options)
        said = Verdict(verdict)
        code = {"pass": "defects-none", "retake": "photo-blurred"}.get(
            verdict, "defect-not-in-spec"
        )
        reason = Reason.of(said, code, view="top", subject="crack", length_mm=7.25)
        defect = found.defects[0].model_copy(update={"verdict": said, "severity": severity})
        judged = verdict in ("fail", "check")
        return found.model_copy(
            update={
                "verdict": said,
                "reasons": (reason,),
                "defects": (defect,) if judged else (),
            }
        )

    return inspect


def in_turn(*inspections: Any) -> Any:
    """A pipeline that answers each photo with the next of these."""
    left = iter(inspections)
    return lambda *args, **options: next(left)(*args, **options)


def uploaded(house: House, seed: int = 0, **fields: object) -> str:
    response = house.upload(jpeg(seed), **fields)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def review(house: House, inspection_id: str, by: str = "Ayu", **content: object) -> Response:
    body: dict[str, Any] = {"client_id": str(uuid4()), "disposition": "reject", "reason": ""}
    return house.lead(by).post(f"/v1/reviews/{inspection_id}", json=body | content)


def reviewed(house: House, inspection_id: str, **content: object) -> Any:
    response = review(house, inspection_id, **content)
    assert response.status_code == 201, response.text
    return response.json()


def queue(house: House) -> Any:
    return house.lead().get("/v1/reviews").json()


def case(house: House, inspection_id: str) -> Any:
    return house.lead().get(f"/v1/reviews/{inspection_id}").json()


def assert_refused(response: Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.json()["fix"]


def test_the_queue_is_worst_first(open_house: OpenHouse) -> None:
    said = [
        ("check", Severity.CRITICAL),
        ("fail", Severity.MINOR),
        ("pass", None),
        ("fail", Severity.CRITICAL),
        ("check", Severity.MINOR),
        ("fail", Severity.MINOR),
        ("retake", None),
    ]
    house = open_house(
        inspect=in_turn(*(answering(*one) for one in said)), review={"pass_sample_rate": 1.0}
    )
    ids = [uploaded(house, seed) for seed in range(len(said))]

    found = queue(house)

    order = [item["inspection"]["id"] for item in found["items"]]
    assert order == [ids[3], ids[1], ids[5], ids[0], ids[4], ids[2]]
    assert found["waiting"] == {"fail": 3, "check": 2, "sample": 1}
    assert [item["defect_class"] for item in found["items"]][:2] == ["critical", "minor"]


def test_what_was_reviewed_leaves_the_queue(house: House) -> None:
    first, second = uploaded(house, 1), uploaded(house, 2)
    reviewed(house, first)
    assert [item["inspection"]["id"] for item in queue(house)["items"]] == [second]
    assert queue(house)["waiting"]["fail"] == 1


def test_a_packer_sees_what_became_of_the_item_and_nothing_else(house: House) -> None:
    inspection_id = uploaded(house)
    reviewed(house, inspection_id, disposition="accept", reason="Grain, no crack")

    answer = house.client.get(f"/v1/inspections/{inspection_id}").json()
    assert (answer["verdict"], answer["standing_verdict"]) == ("fail", "pass")
    assert answer["review"]["by"] == "Ayu"
    assert answer["review"]["agreed"] is False
    (line,) = house.client.get("/v1/inspections").json()["items"]
    assert (line["verdict"], line["standing_verdict"]) == ("fail", "pass")
    refused = house.client.get(f"/v1/reviews/{inspection_id}")
    assert (refused.status_code, refused.json()["code"]) == (403, "role-required")


def test_the_machines_record_never_changes(house: House) -> None:
    inspection_id = uploaded(house)

    def stored() -> tuple[str, str]:
        with house.runtime.database.reading() as session:
            row = session.scalars(
                select(InspectionRow).where(InspectionRow.id == UUID(inspection_id))
            ).one()
            return row.verdict, row.document

    before = stored()
    corrections = [{"kind": "dismiss", "defect": 1}]
    reviewed(house, inspection_id, disposition="accept", reason="Dust", corrections=corrections)
    assert stored() == before


def test_whoever_does_not_simply_agree_says_why(open_house: OpenHouse) -> None:
    cases = [  # verdict, disposition, is a reason needed
        ("fail", "reject", False),
        ("fail", "rework", True),
        ("fail", "accept", True),
        ("check", "accept", True),
        ("check", "reject", True),
        ("pass", "accept", False),
        ("pass", "reject", True),
    ]
    house = open_house(inspect=in_turn(*(answering(v, Severity.MAJOR) for v, _, _ in cases)))
    for seed, (verdict, disposition, needed) in enumerate(cases):
        inspection_id = uploaded(house, seed)
        answer = review(house, inspection_id, disposition=disposition, reason="  ")
        if needed:
            assert_refused(answer, 422, "reason-missing")
            answer = review(house, inspection_id, disposition=disposition, reason="Looked at it")
        assert answer.status_code == 201, (verdict, disposition)
        agreed = answer.json()["inspection"]["review"]["agreed"]
        as_said = (disposition == "accept") == (verdict == "pass")
        assert agreed == (None if verdict == "check" else as_said)


def test_a_second_lead_is_told_who_has_the_item(house: House) -> None:
    inspection_id = uploaded(house)
    claimed = house.lead("Ayu").post(f"/v1/reviews/{inspection_id}/claim")
    assert (claimed.status_code, claimed.json()["by"], claimed.json()["mine"]) == (200, "Ayu", True)

    refused = house.lead("Budi").post(f"/v1/reviews/{inspection_id}/claim")
    assert_refused(refused, 409, "review-claimed")
    assert "Ayu" in refused.json()["detail"]
    assert_refused(review(house, inspection_id, by="Budi"), 409, "review-claimed")
    seen = house.lead("Budi").get("/v1/reviews").json()["items"][0]["claim"]
    assert (seen["by"], seen["mine"]) == ("Ayu", False)

    again = house.lead("Ayu").post(f"/v1/reviews/{inspection_id}/claim")
    assert again.json()["expires_at"] > claimed.json()["expires_at"]
    house.lead("Budi").delete(f"/v1/reviews/{inspection_id}/claim")  # not Budi's to release
    assert case(house, inspection_id)["claim"]["by"] == "Ayu"
    assert house.lead("Ayu").delete(f"/v1/reviews/{inspection_id}/claim").status_code == 204
    assert house.lead("Budi").post(f"/v1/reviews/{inspection_id}/claim").status_code == 200


def test_a_claim_ends_by_itself_and_with_the_review(house: House) -> None:
    inspection_id = uploaded(house)
    house.lead("Ayu").post(f"/v1/reviews/{inspection_id}/claim")
    with house.runtime.database.writing() as session:
        session.execute(
            update(ReviewClaimRow).values(expires_at=datetime.now(UTC) - timedelta(seconds=1))
        )
    assert case(house, inspection_id)["claim"] is None
    assert house.lead("Budi").post(f"/v1/reviews/{inspection_id}/claim").status_code == 200
    assert_refused(review(house, inspection_id, by="Ayu"), 409, "review-claimed")
    assert review(house, inspection_id, by="Budi").json()["claim"] is None


def test_two_leads_at_once_leave_one_review(house: House) -> None:
    inspection_id = uploaded(house)
    names = ("Ayu", "Budi", "Citra")
    for name in names:
        house.lead(name)
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda name: review(house, inspection_id, by=name), names))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"review-decided"}
    assert len(case(house, inspection_id)["reviews"]) == 1


def test_a_review_sent_again_is_the_same_review(house: House) -> None:
    inspection_id, client_id = uploaded(house), str(uuid4())
    first = review(house, inspection_id, client_id=client_id)
    again = review(house, inspection_id, client_id=client_id)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    other = uploaded(house, 2)
    assert_refused(review(house, other, client_id=client_id), 409, "conflict")


def test_a_review_is_corrected_by_another_one_that_has_seen_it(house: House) -> None:
    inspection_id = uploaded(house)
    reviewed(house, inspection_id)
    blind = review(house, inspection_id, by="Budi", disposition="accept", reason="Grain")
    assert_refused(blind, 409, "review-decided")
    seen = reviewed(
        house, inspection_id, by="Budi", disposition="accept", reason="Grain", follows=1
    )
    assert [(r["number"], r["by"], r["verdict"]) for r in seen["reviews"]] == [
        (1, "Ayu", "fail"),
        (2, "Budi", "pass"),
    ]
    assert seen["inspection"]["standing_verdict"] == "pass"


def test_defects_are_dismissed_corrected_and_added(house: House) -> None:
    inspection_id = uploaded(house)
    square = [[100, 100], [150, 100], [150, 110], [100, 110]]
    answer = reviewed(
        house,
        inspection_id,
        corrections=[
            {"kind": "dismiss", "defect": 1},
            {"kind": "miss", "view": "top", "type": "scratch", "polygon_px": square},
            {"kind": "correct", "defect": 2, "type": "dent", "severity": "minor"},
        ],
    )
    crack, dent = answer["defects"]
    assert (crack["number"], crack["dismissed"], crack["origin"]) == (1, True, "machine")
    assert (dent["number"], dent["type"], dent["severity"]) == (2, "dent", "minor")
    assert (dent["origin"], dent["probability"]) == ("person", None)
    # 0.2 mm per pixel: the longest extent is the diagonal.
    assert dent["length_mm"] == pytest.approx((50**2 + 10**2) ** 0.5 * 0.2)
    assert dent["width_mm"] == pytest.approx(10 * 0.2)
    assert dent["area_mm2"] == pytest.approx(50 * 10 * 0.04)
    (said,) = answer["reviews"]
    assert [(c["kind"], c["number"]) for c in said["corrections"]] == [
        ("dismiss", 1),
        ("miss", 2),
        ("correct", 2),
    ]
    assert said["result"] == {"critical": 0, "major": 0, "minor": 1, "doubt": None, "judged": True}
    restored = reviewed(
        house,
        inspection_id,
        follows=1,
        reason="A crack after all",
        corrections=[{"kind": "correct", "defect": 1, "type": "crack", "severity": "critical"}],
    )
    assert restored["defects"][0]["dismissed"] is False
    assert restored["reviews"][1]["result"]["critical"] == 1


def test_a_correction_that_cannot_be_changes_nothing(house: House) -> None:
    inspection_id = uploaded(house)
    miss = {
        "kind": "miss",
        "view": "top",
        "type": "dent",
        "polygon_px": [[0, 0], [9, 0], [9, 9]],
    }
    wrong: list[tuple[dict[str, object], str]] = [
        ({"kind": "dismiss", "defect": 2}, "correction-invalid"),
        ({"kind": "dismiss", "defect": 0}, "request-invalid"),
        ({"kind": "correct", "defect": 1}, "request-invalid"),
        ({"kind": "forget", "defect": 1}, "request-invalid"),
        (miss | {"view": "side"}, "correction-invalid"),
        (miss | {"type": "Not A Type"}, "request-invalid"),
        (miss | {"polygon_px": [[0, 0], [1, 1]]}, "request-invalid"),
        (miss | {"polygon_px": [[0, 0], [9, 0], [9, 999]]}, "correction-invalid"),
        (miss | {"polygon_px": [[5, 5]] * 4}, "correction-invalid"),
    ]
    for correction, code in wrong:
        response = review(house, inspection_id, corrections=[correction])
        assert (response.status_code, response.json()["code"]) == (422, code), correction
        assert response.json()["fix"]
    assert case(house, inspection_id)["reviews"] == []


def test_an_accepted_unit_counts_in_no_class(house: House) -> None:
    body = {"disposition": "accept", "reason": "Fine", "defect_class": "minor"}
    assert_refused(review(house, uploaded(house), **body), 422, "request-invalid")


@pytest.mark.parametrize(
    ("verdict", "content", "expected"),
    [
        ("fail", {}, "major"),
        ("fail", {"corrections": [{"kind": "dismiss", "defect": 1}]}, "major"),  # nothing stands
        ("fail", {"defect_class": "minor"}, "minor"),
        ("check", {"reason": "It is one"}, "major"),  # the spec names no rule
        ("fail", {"disposition": "accept", "reason": "Grain"}, None),
        ("fail", {"disposition": "rework", "reason": "Sand it"}, "major"),
    ],
)
def test_what_a_reviewed_unit_counts_as(
    open_house: OpenHouse, verdict: str, content: dict[str, Any], expected: str | None
) -> None:
    severity = Severity.MAJOR if verdict == "fail" else None
    house = open_house(inspect=answering(verdict, severity))
    result = reviewed(house, uploaded(house), **content)["reviews"][0]["result"]
    assert result["doubt"] is None
    assert {c: result[c] for c in ("critical", "major", "minor")} == {
        c: int(c == expected) for c in ("critical", "major", "minor")
    }


def test_a_dimension_that_fails_still_counts(open_house: OpenHouse) -> None:
    def inspect(*args: Any, **options: Any) -> Inspection:
        found = recorded_inspection(*args, **options)
        wrong = found.measurements[0].model_copy(update={"decision": Decision.FAIL})
        return found.model_copy(update={"measurements": (wrong,)})

    house = open_house(inspect=inspect)
    dismissed = [{"kind": "dismiss", "defect": 1}]
    answer = reviewed(house, uploaded(house), corrections=dismissed)
    assert answer["reviews"][0]["result"]["major"] == 1


def offered(house: House) -> str:
    body = {"client_id": str(uuid4()), "spec": "test-bowl", "order_number": "PO-1", "size": 10}
    answer = house.lead().post("/v1/lots", json=body | {"aqls": {"major": 6.5}})
    return str(answer.json()["id"])


def lot(house: House, lot_id: str) -> Any:
    return house.client.get(f"/v1/lots/{lot_id}").json()


def test_a_lot_counts_what_the_lead_said(house: House) -> None:
    lot_id = offered(house)
    first = uploaded(house, 1, lot_id=lot_id)
    second = uploaded(house, 2, lot_id=lot_id)
    assert lot(house, lot_id)["tally"]["outcome"] == "reject"
    for inspection_id in (first, second):
        reviewed(house, inspection_id, disposition="accept", reason="Grain")
    assert lot(house, lot_id)["tally"]["outcome"] == "accept"
    reviewed(house, second, disposition="reject", reason="No, a crack", follows=1)
    found = lot(house, lot_id)
    assert found["tally"]["outcome"] == "reject"
    assert [unit["result"]["major"] for unit in found["units"]] == [0, 1]


def test_an_overruled_pass_rejects_the_lot(open_house: OpenHouse) -> None:
    house = open_house(inspect=answering("pass"))
    lot_id = offered(house)
    ids = [uploaded(house, seed, lot_id=lot_id) for seed in (1, 2)]
    assert lot(house, lot_id)["tally"]["outcome"] == "accept"
    miss = {"kind": "miss", "view": "top", "type": "crack", "polygon_px": [[0, 0], [9, 0], [9, 9]]}
    reviewed(house, ids[0], reason="Missed", corrections=[miss | {"severity": "critical"}])
    (first, _) = lot(house, lot_id)["units"]
    assert first["result"]["critical"] == 1


def test_a_reworked_item_comes_back_linked(open_house: OpenHouse) -> None:
    house = open_house(inspect=in_turn(recorded_inspection, answering("pass")))
    lot_id = offered(house)
    first = uploaded(house, 1, lot_id=lot_id)
    reviewed(house, first, disposition="rework", reason="Sand and oil it")
    assert house.client.get(f"/v1/inspections/{first}").json()["standing_verdict"] == "fail"

    again = uploaded(house, 2, reinspection_of=first)

    answer = house.client.get(f"/v1/inspections/{again}").json()
    assert (answer["reinspection_of"], answer["standing_verdict"]) == (first, "pass")
    assert house.client.get(f"/v1/inspections/{first}").json()["reinspected_as"] == again
    # A unit found nonconforming stays so in the sample: rework does not mend the lot.
    assert lot(house, lot_id)["tally"]["outcome"] == "reject"
    assert_refused(review(house, first, reason="Late", follows=1), 409, "review-decided")
    second = house.upload(jpeg(3), reinspection_of=first)
    assert_refused(second, 409, "not-in-rework")


def test_only_what_is_in_rework_is_inspected_again(house: House) -> None:
    first = uploaded(house, 1)
    assert_refused(house.upload(jpeg(2), reinspection_of=first), 409, "not-in-rework")
    assert_refused(house.upload(jpeg(2), reinspection_of=str(uuid4())), 404, "inspection-unknown")
    reviewed(house, first, disposition="rework", reason="Sand it")
    wrong = house.upload(jpeg(2), spec="mitsubishi-bowl-150", reinspection_of=first)
    assert_refused(wrong, 422, "upload-invalid")
    both = house.upload(jpeg(2), reinspection_of=first, lot_id=offered(house))
    assert_refused(both, 422, "upload-invalid")


def test_photos_that_could_not_be_judged_are_not_reviewed(open_house: OpenHouse) -> None:
    house = open_house(inspect=answering("retake"))
    assert_refused(review(house, uploaded(house), reason="x"), 409, "not-judged")
    assert_refused(review(house, str(uuid4())), 404, "inspection-unknown")
    assert_refused(house.lead().post(f"/v1/reviews/{uuid4()}/claim"), 404, "inspection-unknown")


def test_every_correction_stands_in_the_audit_log(house: House) -> None:
    inspection_id = uploaded(house)
    reviewed(house, inspection_id, corrections=[{"kind": "dismiss", "defect": 1}])
    with house.runtime.database.reading() as session:
        entries = list(audit.every_entry(session))
        assert audit.verify(session).problems == ()
    said = [(e.person, e.action, e.subject) for e in entries if e.person == "Ayu"]
    assert said == [
        ("Ayu", "defect.dismissed", f"inspection/{inspection_id}/defect/1"),
        ("Ayu", "review.rejected", f"inspection/{inspection_id}"),
    ]


def test_the_sample_of_passes_is_as_large_as_set_and_can_be_recomputed() -> None:
    ids = [UUID(int=n) for n in range(20_000)]
    for rate in (0.0, 0.05, 0.5, 1.0):
        drawn = [one for one in ids if is_sampled(one, rate)]
        # Five standard deviations of a binomial count.
        assert abs(len(drawn) - rate * len(ids)) <= 5 * (len(ids) * rate * (1 - rate)) ** 0.5
        assert drawn == [one for one in ids if is_sampled(one, rate)]
    assert {i for i in ids if is_sampled(i, 0.05)} <= {i for i in ids if is_sampled(i, 0.5)}


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_passes_enter_the_queue_at_the_rate_that_is_set(open_house: OpenHouse, rate: float) -> None:
    house = open_house(inspect=answering("pass"), review={"pass_sample_rate": rate})
    for seed in range(3):
        uploaded(house, seed)
    assert queue(house)["waiting"]["sample"] == 3 * rate


def test_the_escape_rate_is_known_with_its_bound(open_house: OpenHouse) -> None:
    house = open_house(inspect=answering("pass"), review={"pass_sample_rate": 1.0})
    ids = [uploaded(house, seed) for seed in range(5)]
    reviewed(house, ids[0], reason="Missed a crack")
    for inspection_id in ids[1:4]:
        reviewed(house, inspection_id, disposition="accept")
    # A second thought is no second item.
    reviewed(house, ids[1], disposition="reject", reason="Hm", follows=1)

    found = house.lead().get("/v1/reviews/quality", params={"spec": "test-bowl"}).json()

    assert (found["passes"], found["sampled"], found["sample_rate"]) == (5, 5, 1.0)
    assert (found["escapes"]["reviewed"], found["escapes"]["wrong"]) == (4, 1)
    assert found["escapes"]["rate"] == 0.25
    assert found["false_alarms"] == {
        "reviewed": 0,
        "wrong": 0,
        "rate": None,
        "upper_bound": 1.0,
        "lower_bound": 0.0,
    }
    other = house.lead().get("/v1/reviews/quality", params={"spec": "mitsubishi-bowl-150"}).json()
    assert other["escapes"]["reviewed"] == 0


@pytest.mark.parametrize(
    ("reviewed_items", "wrong", "upper"),
    # 1 − 0.05^(1/n) where none was wrong; the others from the binomial sum itself below.
    [(59, 0, 0.0495), (299, 0, 0.00997), (100, 1, 0.0466), (20, 5, 0.4556), (7, 7, 1.0)],
)
def test_bounds_are_those_of_the_binomial(reviewed_items: int, wrong: int, upper: float) -> None:
    from math import comb

    found = share(reviewed_items, wrong)
    assert found.upper_bound == pytest.approx(upper, abs=6e-5)
    if wrong < reviewed_items:
        p = found.upper_bound
        n = reviewed_items
        so_few = sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(wrong + 1))
        assert so_few == pytest.approx(0.05)


def test_nothing_is_reviewed_by_who_may_not(house: House) -> None:
    inspection_id = uploaded(house)
    for role in (Role.PACKER, Role.ENGINEER):
        browser = house.browser(role)
        body = {"client_id": str(uuid4()), "disposition": "reject"}
        refused = browser.post(f"/v1/reviews/{inspection_id}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "role-required")
    with house.runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ReviewClaimRow)) == 0
