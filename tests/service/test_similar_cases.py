"""What a lead is shown of past cases: the same product, the like findings, what was decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from conftest import House, OpenHouse, jpeg, recorded_inspection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qc.decision.conformity import Decision
from qc.decision.verdict import Reason, Verdict
from qc.records import Inspection
from qc.spec.base import LocalText, Severity
from service.review.similar import Finding, likeness

CRACK = Finding(("defect", "crack"), 10.0, LocalText(en="crack", id="retak"), "top", 10.0)


def finding(*defects: tuple[str, float], length_mm: float | None = None) -> Any:
    """A pipeline that finds these defects, each with its length in mm, and measures `length`."""

    def inspect(*args: Any, **options: Any) -> Inspection:
        found = recorded_inspection(*args, **options)
        (defect,) = found.defects
        (size,) = found.measurements
        if length_mm is not None:
            update = {"value_mm": length_mm, "lower_mm": 90.0, "upper_mm": 110.0}
            size = size.model_copy(update=update | {"decision": Decision.FAIL})
        reason = Reason.of(
            Verdict.FAIL, "defect-found", view="top", subject="crack", length_mm=7, severity="major"
        )
        return found.model_copy(
            update={
                "reasons": (reason,),
                "measurements": (size,),
                "defects": tuple(
                    defect.model_copy(update={"type": type_, "length_mm": mm})
                    for type_, mm in defects
                ),
            }
        )

    return inspect


def workshop(open_house: OpenHouse, *pipelines: Any) -> tuple[House, list[str]]:
    """Inspect one item by each of these pipelines; return their ids."""
    left = iter(pipelines)
    house = open_house(inspect=lambda *args, **options: next(left)(*args, **options))
    return house, [house.upload(jpeg(seed)).json()["id"] for seed in range(len(pipelines))]


def review(house: House, inspection_id: str, **content: object) -> None:
    body: dict[str, object] = {"client_id": str(uuid4()), "disposition": "reject", "reason": "So"}
    answer = house.lead().post(f"/v1/reviews/{inspection_id}", json=body | content)
    assert answer.status_code == 201, answer.text


def similar(house: House, inspection_id: str, **query: int) -> list[dict[str, Any]]:
    answer = house.lead().get(f"/v1/reviews/{inspection_id}/similar", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_the_like_cases_come_first_with_what_was_decided(open_house: OpenHouse) -> None:
    house, (longer, other, alike, unreviewed, asked) = workshop(
        open_house,
        finding(("crack", 40.0)),
        finding(("stain", 10.0)),
        finding(("crack", 9.0)),
        finding(("crack", 10.0)),
        finding(("crack", 10.0)),
    )
    for past in (longer, other):
        review(house, past)
    review(house, alike, disposition="accept", reason="Grain of the wood, no defect")

    found = similar(house, asked)

    assert [one["inspection"]["id"] for one in found] == [alike, longer]
    assert unreviewed not in {one["inspection"]["id"] for one in found}
    assert found[0]["likeness"] == pytest.approx(0.95)
    assert found[1]["likeness"] == pytest.approx(0.5 + 0.5 * 10 / 40)
    assert found[0]["review"]["disposition"] == "accept"
    assert found[0]["review"]["reason"] == "Grain of the wood, no defect"
    assert found[0]["finding"] == {
        "label": {"en": "crack", "id": "retak"},
        "view": "top",
        "length_mm": 9.0,
        "dismissed": False,
    }
    assert len(similar(house, asked, limit=1)) == 1


def test_a_false_alarm_of_the_past_is_told_as_one(open_house: OpenHouse) -> None:
    house, (past, asked) = workshop(
        open_house, finding(("scratch", 5.0)), finding(("scratch", 5.0))
    )
    correction = {"kind": "dismiss", "defect": 1}
    review(house, past, disposition="accept", reason="Dust", corrections=[correction])

    (one,) = similar(house, asked)

    assert one["finding"]["dismissed"] is True
    assert one["likeness"] == 1.0


def test_a_defect_that_was_dismissed_here_asks_for_nothing(open_house: OpenHouse) -> None:
    house, (past, asked) = workshop(open_house, finding(("crack", 5.0)), finding(("crack", 5.0)))
    review(house, past)
    dismissal = [{"kind": "dismiss", "defect": 1}]
    review(house, asked, disposition="accept", reason="Dust", corrections=dismissal)

    assert similar(house, asked) == []


def test_a_size_on_the_same_side_of_its_limits_is_alike(open_house: OpenHouse) -> None:
    house, (short, long, asked) = workshop(
        open_house, finding(length_mm=85.0), finding(length_mm=115.0), finding(length_mm=118.0)
    )
    review(house, short)
    review(house, long)

    found = similar(house, asked)

    assert [one["inspection"]["id"] for one in found] == [long, short]
    assert [one["likeness"] for one in found] == [pytest.approx(0.5 + 0.5 * 15 / 18, abs=1e-3), 0.5]
    assert found[0]["finding"]["length_mm"] is None


def test_an_item_without_findings_has_no_like_ones(open_house: OpenHouse) -> None:
    house, (past, asked) = workshop(open_house, finding(("crack", 5.0)), finding())
    review(house, past)

    assert similar(house, asked) == []
    assert similar(house, past) == []
    missing = house.lead().get(f"/v1/reviews/{uuid4()}/similar")
    assert missing.status_code == 404


def test_what_the_spec_accepts_does_not_hide_what_it_does_not(open_house: OpenHouse) -> None:
    def inspect(*args: Any, **options: Any) -> Inspection:
        found = finding(("crack", 5.0), ("knot", 9.0))(*args, **options)
        crack, knot = found.defects
        accepted = knot.model_copy(
            update={"severity": Severity.ACCEPTABLE, "verdict": Verdict.PASS}
        )
        return found.model_copy(update={"defects": (crack, accepted)})

    house, (knotty, cracked, asked) = workshop(
        open_house, finding(("knot", 9.0)), finding(("crack", 5.0)), inspect
    )
    review(house, knotty)
    review(house, cracked)

    assert [one["inspection"]["id"] for one in similar(house, asked)] == [cracked]


calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

findings = st.lists(
    st.builds(
        lambda name, size: replace(CRACK, key=("defect", name), size=size),
        st.sampled_from(["crack", "chip", "stain"]),
        st.none() | st.floats(0.1, 100),
    ),
    max_size=5,
)


@calm
@given(findings, findings)
def test_likeness_is_a_share(asked: list[Finding], past: list[Finding]) -> None:
    how_alike, nearest = likeness(asked, past)
    assert 0 <= how_alike <= 1
    assert (nearest is None) == (not {one.key for one in asked} & {one.key for one in past})


@calm
@given(findings.filter(bool))
def test_a_case_is_most_like_itself(asked: list[Finding]) -> None:
    sized = [one for one in asked if one.size is not None]
    if sized:
        assert likeness(sized, sized)[0] == pytest.approx(1.0)
        assert likeness(sized, [*sized, CRACK])[0] < 1.0
