"""Insight: what goes wrong most, by the items as they stand; tables that nothing executes."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from conftest import SPEC, House, OpenHouse, everywhere, jpeg, recorded_inspection
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sqlalchemy import select

from qc.decision.conformity import Decision
from qc.decision.verdict import Reason, Verdict, worst
from qc.records import Inspection
from qc.spec.base import Severity, Zone
from service.insight.export import to_csv
from service.inspections.models import InspectionRow
from service.people.roles import Role

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PERIOD = {"since": "2026-10-01", "until": "2026-11-30"}
FOUND = {"crack": "defect-found", "stain": "defect-found"}


def looked_at(*defects: str, length_mm: float = 200.0) -> Inspection:
    """What the pipeline says of an item: these defects fail it, and so does a length over 201."""
    template = recorded_inspection({"top": _photo()}, SPEC)
    length = template.measurements[0].model_copy(
        update={
            "value_mm": length_mm,
            "u95_mm": 0.2,
            "lower_mm": 199.0,
            "upper_mm": 201.0,
            "decision": Decision.PASS if length_mm <= 201 else Decision.FAIL,
        }
    )
    size = {"length_mm": 7.0, "severity": "major"}
    reasons = [
        Reason.of(Verdict.FAIL, FOUND[one], subject=one, view="top", **size) for one in defects
    ]
    code = {"pass": "dimension-inside", "fail": "dimension-outside"}[length.decision.value]
    said = length.quantity._asdict()
    reasons.append(
        Reason.of(Verdict(length.decision.value), code, view="top", subject="length", **said)
    )
    return template.model_copy(
        update={
            "verdict": worst(reasons),
            "reasons": tuple(reasons),
            "measurements": (length,),
            "defects": tuple(
                template.defects[0].model_copy(
                    update={
                        "type": one,
                        "severity": Severity.MAJOR,
                        "zone": Zone.A,
                        "verdict": Verdict.FAIL,
                    }
                )
                for one in defects
            ),
        }
    )


def _photo() -> Any:
    from qc.photo import decode_photo

    return decode_photo(jpeg(1))


class Workshop:
    """A service with inspections of chosen times and contents."""

    def __init__(self, house: House) -> None:
        self.house = house
        assert house.upload(jpeg(1)).status_code == 201
        with house.runtime.database.writing() as session:
            first = session.scalars(select(InspectionRow).limit(1)).one()
            first.created_at = datetime(2020, 1, 1, tzinfo=UTC)  # outside of every period
            self._columns = {
                column.name: getattr(first, column.name)
                for column in InspectionRow.__table__.columns
                if column.name != "sequence"
            }

    def make(self, inspection: Inspection, at: datetime = NOW) -> str:
        row = {
            "id": uuid4(),
            "client_id": uuid4(),
            "created_at": at,
            "verdict": inspection.verdict.value,
            "document": inspection.model_dump_json(),
        }
        with self.house.runtime.database.writing() as session:
            session.add(InspectionRow(**(self._columns | row)))
        return str(row["id"])

    def report(self, **scope: str) -> Any:
        answer = self.house.lead().get("/v1/insight", params=PERIOD | scope)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def review(self, inspection_id: str, disposition: str, **content: object) -> None:
        body = {"client_id": str(uuid4()), "disposition": disposition, "reason": "Seen"} | content
        answer = self.house.lead().post(f"/v1/reviews/{inspection_id}", json=body)
        assert answer.status_code == 201, answer.text


@pytest.fixture
def shop(open_house: OpenHouse) -> Workshop:
    return Workshop(open_house())


def bars(entries: Any) -> list[tuple[str, int, int]]:
    return [(bar["name"], bar["count"], bar["units"]) for bar in entries]


@everywhere
def test_the_most_frequent_comes_first_and_shares_add_up(open_house: OpenHouse) -> None:
    shop = Workshop(open_house())
    shop.make(looked_at("stain"))
    for _ in range(2):
        shop.make(looked_at("crack", "crack", length_mm=202.0))
    newest = shop.make(looked_at("crack"))
    shop.make(looked_at())

    report = shop.report()

    assert bars(report["defects"]) == [("crack", 5, 3), ("stain", 1, 1)]
    assert bars(report["dimensions"]) == [("length", 2, 2)]
    assert [bar["cumulative"] for bar in report["defects"]] == pytest.approx([5 / 6, 1])
    assert report["defects"][0]["label"]["id"] == "retak"
    assert report["defects"][0]["example"]["inspection_id"] == newest
    first_pass = report["first_pass"]
    assert (first_pass["decided"], first_pass["passed"], report["items"]) == (5, 1, 5)
    exact = binomtest(1, 5).proportion_ci(0.95, method="exact")
    assert (first_pass["lower_bound"], first_pass["upper_bound"]) == pytest.approx(
        (exact.low, exact.high)
    )


def test_what_people_said_counts(shop: Workshop) -> None:
    false_alarm = shop.make(looked_at("crack"))
    shop.review(false_alarm, "accept")
    corrected = shop.make(looked_at("crack", "crack"))
    shop.review(
        corrected,
        "reject",
        corrections=[
            {"kind": "dismiss", "defect": 1},
            {"kind": "correct", "defect": 2, "type": "stain", "severity": "minor"},
        ],
    )
    missed = shop.make(looked_at())
    shop.review(missed, "reject")
    report = shop.report()
    assert bars(report["defects"]) == [("stain", 1, 1), ("other", 1, 1)] or bars(
        report["defects"]
    ) == [("other", 1, 1), ("stain", 1, 1)]
    assert (report["first_pass"]["decided"], report["first_pass"]["passed"]) == (3, 1)


def test_doubts_count_for_nothing_until_they_are_settled(shop: Workshop) -> None:
    doubtful = looked_at().model_copy(
        update={
            "verdict": Verdict.CHECK,
            "reasons": (Reason.of(Verdict.CHECK, "defects-not-inspected", view="top"),),
        }
    )
    shop.make(doubtful)
    shop.make(doubtful.model_copy(update={"verdict": Verdict.RETAKE}))
    report = shop.report()
    assert report["items"] == 1
    assert report["first_pass"]["undecided"] == 1
    assert (report["first_pass"]["share"], report["weeks"], report["defects"]) == (None, None, [])


def test_weeks_are_a_chart_of_shares(shop: Workshop) -> None:
    for week in range(6):
        for number in range(10):
            bad = number < (9 if week == 5 else 1)
            shop.make(looked_at(*(["crack"] if bad else [])), NOW - timedelta(weeks=5 - week))
    weeks = shop.report()["weeks"]
    assert [point["label"] for point in weeks["points"]] == [f"2026-W{n}" for n in range(42, 48)]
    assert [point["value"] for point in weeks["points"]] == pytest.approx([0.1] * 5 + [0.9])
    assert weeks["centre"] == pytest.approx(14 / 60)
    assert "beyond-3-sigma" in weeks["points"][-1]["rules"]
    assert not weeks["points"][0]["rules"]


def test_sizes_are_charted_by_averages_and_ranges(shop: Workshop) -> None:
    for number in range(23):
        shop.make(looked_at(length_mm=200 + (number % 5) / 10))
    report = shop.report(spec="test-bowl")
    assert report["sizes"] == [
        {"name": "length", "part": 1, "label": {"en": "length", "id": "length"}, "values": 23}
    ]
    params = PERIOD | {"name": "length", "size": "5"}
    chart = shop.house.lead().get("/v1/insight/control/test-bowl", params=params).json()
    assert chart["averages"]["centre"] == pytest.approx(200.2)
    assert chart["ranges"]["centre"] == pytest.approx(0.4)
    upper = chart["averages"]["points"][0]["upper"]
    assert upper == pytest.approx(200.2 + 0.577 * 0.4, abs=1e-3)
    assert (len(chart["averages"]["points"]), chart["preliminary"]) == (4, True)
    assert (chart["spec"], chart["lower_limit"], chart["unit"]) == ("test-bowl@2", 199.0, " mm")
    gone = shop.house.lead().get("/v1/insight/control/test-bowl", params=params | {"name": "girth"})
    assert (gone.status_code, gone.json()["code"]) == (404, "size-unknown")


def test_figures_are_narrowed_down_by_groups_and_never_by_persons(shop: Workshop) -> None:
    house = shop.house
    for group, bad in (("WS-07", True), ("G12", False)):
        body = {"client_id": str(uuid4()), "spec": "test-bowl", "order_number": "PO-1", "size": 10}
        offered = house.lead().post("/v1/lots", json=body | {"maker_group": group})
        assert offered.status_code == 201, offered.text
        assert house.upload(jpeg(2 + bad), lot_id=offered.json()["id"]).status_code == 201
    today = datetime.now(UTC).date().isoformat()
    scope = {"since": today, "until": today}
    assert shop.report(**scope)["choices"]["groups"] == ["G12", "WS-07"]
    assert shop.report(**scope)["items"] == 2
    assert shop.report(**scope, group="WS-07")["items"] == 1
    assert shop.report(**scope, buyer="Test")["items"] == 2
    assert shop.report(**scope, buyer="Nobody")["items"] == 0
    for name in ("Budi", "PAK BUDI", "WS"):
        body = {"client_id": str(uuid4()), "spec": "test-bowl", "order_number": "PO-1", "size": 10}
        answer = house.lead().post("/v1/lots", json=body | {"maker_group": name})
        assert answer.status_code == 422, name
    text = house.lead().get("/v1/insight/export/items", params=PERIOD).text
    assert "packer" not in text
    refused = house.client.get("/v1/insight")
    assert (refused.status_code, refused.json()["code"]) == (403, "role-required")


def test_periods_are_checked(shop: Workshop) -> None:
    backwards = {"since": "2026-11-30", "until": "2026-11-01"}
    for scope in (backwards, {"until": "9999-12-31"}):
        answer = shop.house.lead().get("/v1/insight", params=scope)
        assert (answer.status_code, answer.json()["code"]) == (422, "period-invalid")
    assert shop.house.lead().get("/v1/insight", params={"until": "0001-01-01"}).status_code == 200


@pytest.mark.parametrize("text", ["0", "0.0", "1764547200", "20261130", "2026-11-30T00:00:00"])
def test_only_a_day_is_a_day(shop: Workshop, text: str) -> None:
    answer = shop.house.lead().get("/v1/insight", params={"until": text})
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")
    assert "2026-03-31" in answer.text


def test_tables_hold_what_was_found(shop: Workshop) -> None:
    shop.make(looked_at("crack", length_mm=202.0))
    engineer = shop.house.browser(Role.ENGINEER)
    tables = {}
    for table in ("items", "measurements", "nonconformities"):
        answer = engineer.get(f"/v1/insight/export/{table}", params=PERIOD)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        tables[table] = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    (item,) = tables["items"]
    assert (item["standing_verdict"], item["nonconformities"]) == ("fail", "2")
    (size,) = tables["measurements"]
    assert (size["name"], size["value"], size["measure"]) == ("length", "202.0", "mm")
    assert [(row["name"], row["zone"]) for row in tables["nonconformities"]] == [
        ("crack", "A"),
        ("length", ""),
    ]


def test_parquet_holds_the_same(shop: Workshop) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    shop.make(looked_at(length_mm=200.5))
    answer = shop.house.lead().get(
        "/v1/insight/export/measurements", params=PERIOD | {"format": "parquet"}
    )
    (row,) = parquet.read_table(io.BytesIO(answer.content)).to_pylist()
    assert (row["name"], row["value"], row["lower"]) == ("length", 200.5, 199.0)


@given(st.text(max_size=12))
def test_no_text_becomes_a_formula(text: str) -> None:
    for evil in (text, f"={text}", f" ={text}", f"@{text}", f"+{text}", f"-{text}", f"\t={text}"):
        written = to_csv(("a", "b"), [(evil, -1.5)]).decode("utf-8-sig")
        _, (cell, number) = csv.reader(io.StringIO(written, newline=""))
        assert not cell.strip().startswith(("=", "+", "-", "@"))
        assert number == "-1.5"
        assert cell in (evil, f"'{evil}")
