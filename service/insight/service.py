"""Figures of items: yield by week, most frequent nonconformities, control charts of sizes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from qc.decision.control import Chart, p_chart, xbar_r
from qc.decision.verdict import Verdict
from qc.proportions import interval
from qc.records import AngleMeasurement, Measurement
from qc.spec.base import LocalText
from service.errors import NotFoundError
from service.insight import repository
from service.insight.items import Item, Nonconformity, items_of
from service.insight.repository import Scope
from service.insight.schemas import (
    ChartLine,
    ChartPoint,
    Choices,
    ControlReport,
    Example,
    FirstPass,
    InsightReport,
    ParetoBar,
    ProductChoice,
    SizeChoice,
)
from service.inspections.schemas import photo_urls
from service.retention import service as retention
from service.specs.service import list_in_force

ENOUGH_SUBGROUPS: Final = 20
"""Below this many the limits are preliminary (Montgomery, chapter 6.2)."""


class SizeUnknownError(NotFoundError):
    """No item of this product has such a size."""

    code = "size-unknown"


def get_report(session: Session, scope: Scope) -> InsightReport:
    """Return the figures of a scope."""
    items, left_out = items_of(session, scope)
    everything = [(item, one) for item in items for one in item.wrong]
    return InsightReport(
        choices=_choices(session),
        since=scope.since.date(),
        until=(scope.until - timedelta(microseconds=1)).date(),
        items=len(items),
        left_out=left_out,
        first_pass=_first_pass(items),
        weeks=_weeks(items),
        defects=_pareto(session, [pair for pair in everything if pair[1].kind != "dimension"]),
        dimensions=_pareto(session, [pair for pair in everything if pair[1].kind == "dimension"]),
        sizes=() if scope.spec is None else _sizes(items),
    )


def get_control(session: Session, scope: Scope, name: str, part: int, size: int) -> ControlReport:
    """Return the control charts of one size of a product, by the photos' values.

    Items of the newest version of the spec count: another version may be another product.

    Raises:
        SizeUnknownError: no item has it.
    """
    items, _ = items_of(session, scope)
    newest = items[-1].spec.reference if items else None
    found = [
        (item, one)
        for item in items
        for one in item.sizes
        if (one.name, one.part) == (name, part) and item.spec.reference == newest
    ]
    if not found:
        raise SizeUnknownError(
            f"no item here has a size {name!r} of piece {part}",
            fix="Choose one of `sizes` of the report.",
        )
    last: Measurement | AngleMeasurement = found[-1][1]
    whole = len(found) // size
    recent = found[len(found) - whole * size :]
    averages = ranges = None
    if whole:
        values = np.array([one.quantity.value for _, one in recent]).reshape(whole, size)
        ends = [item.at for item, _ in recent[size - 1 :: size]]
        labels = [str(number) for number in range(1, whole + 1)]
        charts = xbar_r(values)
        averages, ranges = (_line(chart, labels, ends, [size] * whole) for chart in charts)
    return ControlReport(
        spec=str(newest),
        name=name,
        part=part,
        label=last.label or LocalText(en=name, id=name),
        unit=last.quantity.unit,
        lower_limit=last.quantity.lower,
        upper_limit=last.quantity.upper,
        size=size,
        preliminary=whole < ENOUGH_SUBGROUPS,
        averages=averages,
        ranges=ranges,
    )


def _choices(session: Session) -> Choices:
    specs = list_in_force(session)
    return Choices(
        products=tuple(
            ProductChoice(spec=spec.id, name=spec.product.name, buyer=spec.buyer) for spec in specs
        ),
        buyers=tuple(sorted({spec.buyer for spec in specs})),
        groups=tuple(repository.groups(session)),
    )


def _first_pass(items: Sequence[Item]) -> FirstPass:
    passed = sum(item.standing is Verdict.PASS for item in items)
    failed = sum(item.standing is Verdict.FAIL for item in items)
    decided = passed + failed
    lower_bound, upper_bound = interval(passed, decided)
    return FirstPass(
        decided=decided,
        passed=passed,
        undecided=len(items) - decided,
        share=passed / decided if decided else None,
        lower_bound=lower_bound,
        upper_bound=upper_bound,
    )


def _weeks(items: Iterable[Item]) -> ChartLine | None:
    weeks: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.standing in (Verdict.PASS, Verdict.FAIL):
            year, week, _ = item.at.isocalendar()
            weeks[f"{year}-W{week:02}"].append(item)
    if not weeks:
        return None
    labels = sorted(weeks)
    inspected = [len(weeks[label]) for label in labels]
    failed = [sum(i.standing is Verdict.FAIL for i in weeks[label]) for label in labels]
    ends = [max(item.at for item in weeks[label]) for label in labels]
    return _line(p_chart(failed, inspected), labels, ends, inspected)


def _line(
    chart: Chart, labels: Sequence[str], ends: Sequence[datetime], inspected: Sequence[int]
) -> ChartLine:
    points = zip(labels, ends, inspected, chart.points, strict=True)
    return ChartLine(
        centre=chart.centre,
        points=tuple(
            ChartPoint(
                label=label,
                at=at,
                inspected=count,
                value=point.value,
                lower=point.lower,
                upper=point.upper,
                rules=point.rules,
            )
            for label, at, count, point in points
        ),
    )


def _pareto(
    session: Session, everything: Sequence[tuple[Item, Nonconformity]]
) -> tuple[ParetoBar, ...]:
    by_name: defaultdict[tuple[str, str], list[tuple[Item, Nonconformity]]] = defaultdict(list)
    for item, one in everything:
        by_name[one.kind, one.name].append((item, one))
    # Of two equally frequent ones the name decides, so that the order never jumps.
    ordered = sorted(by_name.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    bars, so_far = [], 0
    for (_, name), found in ordered:
        so_far += len(found)
        newest, last = found[-1]
        bars.append(
            ParetoBar(
                kind=last.kind,
                name=name,
                label=last.label,
                count=len(found),
                units=len({item.id for item, _ in found}),
                share=len(found) / len(everything),
                cumulative=so_far / len(everything),
                example=_example(session, newest, last.view),
            )
        )
    return tuple(bars)


def _example(session: Session, item: Item, view: str | None) -> Example | None:
    if view is None:
        return None
    sha256 = item.photos[view]
    return Example(
        inspection_id=item.id,
        view=view,
        **photo_urls(item.id, view),
        deleted_at=retention.deleted(session, [sha256]).get(sha256),
    )


def _sizes(items: Iterable[Item]) -> tuple[SizeChoice, ...]:
    counts: dict[tuple[str, int], tuple[LocalText, int]] = {}
    for item in items:
        for one in item.sizes:
            label = one.label or LocalText(en=one.name, id=one.name)
            _, before = counts.get((one.name, one.part), (label, 0))
            counts[one.name, one.part] = (label, before + 1)
    return tuple(
        SizeChoice(name=name, part=part, label=label, values=values)
        for (name, part), (label, values) in counts.items()
    )
