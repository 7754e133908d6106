"""What a report says, in its language, as the template prints it. Pure functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qc.decision.sampling import ClassPlan, ClassTally
from qc.spec.models import ReportLanguage
from service.reports import page_cases, page_sheet, wording
from service.reports.content import (
    DefectCount,
    ReportContent,
    Statement,
    Topic,
)
from service.reports.page_cases import PictureNames


def page_data(content: ReportContent, names: PictureNames) -> dict[str, Any]:
    """Return everything as the template prints it: texts, and shapes in shares of a picture."""
    language = content.language
    day = content.signature.at if content.signature else content.offered_at
    return {
        "language": language,
        "date": [day.year, day.month, day.day],
        "t": {key: words[language] for key, words in wording.LABELS.items()},
        "number": content.number,
        "draft": content.signature is None,
        "example": content.example,
        "outcome": content.outcome or "undecided",
        "identity": _identity(content),
        "plan": _plan(content),
        "defects": [_count(language, count) for count in content.defects],
        "cases": [page_cases.case(content, case, names) for case in content.cases],
        "left_out": (
            wording.say(language, "left-out", n=content.cases_left_out)
            if content.cases_left_out
            else None
        ),
        "sheet": page_sheet.sheet(content),
        "cannot": wording.say(language, "cannot-note", views=_views(content)),
        "statements": _statements(content),
        "used": _used(content),
        "signature": _signature(content),
        "sha256": content.sha256,
    }


def _views(content: ReportContent) -> str:
    """Say which sides were photographed: as the spec tells packers, where it has the language."""
    if content.language in ("ja", "ko"):
        return ", ".join(content.views)
    told = (wording.local(content.language, text) for text in content.view_instructions)
    return "; ".join(text.rstrip(".") for text in told)


def _identity(content: ReportContent) -> list[list[str]]:
    language = content.language
    say = wording.sayer(language)
    period = [
        wording.moment(language, when)
        for when in (content.first_inspected_at, content.last_inspected_at)
        if when is not None
    ]
    workshop = [content.workshop, content.workshop_address]
    rows = [
        ("workshop", ", ".join(part for part in workshop if part) or "–"),
        ("buyer", content.buyer),
        ("product", f"{wording.local(language, content.product)} ({content.product_id})"),
        ("material", content.material),
        ("order", content.order_number),
        ("spec", content.spec),
        ("size", str(content.size)),
        ("inspected", str(content.inspected_units)),
        ("period", " – ".join(dict.fromkeys(period)) or "–"),
    ]
    if content.decided_at is not None:
        by = f"{content.decided_by}, {wording.moment(language, content.decided_at)}"
        rows.append(("decision", f"{by}: {content.decision_reason}"))
    return [[say(key), value] for key, value in rows]


def _plan(content: ReportContent) -> dict[str, Any]:
    say = wording.sayer(content.language)
    plan = content.plan
    head = (
        f"{plan.edition} · {say('level')} {plan.level} · {say('letter')} {plan.letter} · "
        f"{say(plan.sampling.value)}"
    )
    notes = []
    if any(c.counts == "defects" for c in plan.classes):
        notes.append(say("defects-per-100"))
    if not all(c.confirmed for c in plan.classes):
        notes.append(say("unconfirmed"))
    rows = [
        _class_row(content.language, plan, tally)
        for plan, tally in zip(plan.classes, content.tally.classes, strict=True)
    ]
    return {"head": head, "rows": rows, "notes": notes}


def _class_row(language: ReportLanguage, plan: ClassPlan, tally: ClassTally) -> dict[str, Any]:
    say = wording.sayer(language)

    def stages(of: Callable[[Any], int]) -> str:
        return " / ".join(str(of(stage)) for stage in plan.stages)

    return {
        "class": say(plan.defect_class.value),
        "kind": plan.defect_class.value,
        "aql": say("none-allowed") if plan.aql is None else wording.number(language, plan.aql),
        "severity": say("full") if plan.full else say(plan.inspection.value),
        "n": stages(lambda stage: stage.size),
        "ac": stages(lambda stage: stage.ac),
        "re": stages(lambda stage: stage.re),
        "found": str(tally.found),
        "outcome": tally.outcome.value,
        "result": say(f"class-{tally.outcome.value}"),
    }


def _count(language: ReportLanguage, count: DefectCount) -> dict[str, Any]:
    if count.label is None:
        name = wording.defect(language, count.type)
    else:
        name = wording.say(
            language, "outside", name=wording.dimension(language, count.type, count.label)
        )
    return {
        "class": wording.say(language, count.defect_class.value),
        "kind": count.defect_class.value,
        "name": name,
        "units": count.units,
        "instances": count.instances,
    }


def _statements(content: ReportContent) -> list[list[str]]:
    """Say of each topic what was read by instruments, then what the lead states."""
    rows = []
    for topic in Topic:
        stated = [_stated(content.language, s) for s in content.statements if s.topic is topic]
        if not stated and topic is Topic.OTHER:
            continue
        said = stated or [wording.say(content.language, "not-stated")]
        if topic is Topic.MOISTURE:
            said = [_moisture(content), *stated]
        rows.append([wording.say(content.language, topic.value), "\n".join(said)])
    return rows


def _stated(language: ReportLanguage, statement: Statement) -> str:
    if statement.document is None:
        return statement.text
    document = wording.say(language, "document", name=statement.document)
    return f"{statement.text} ({document})"


def _moisture(content: ReportContent) -> str:
    language, read = content.language, content.moisture
    if read is None:
        return wording.say(language, "moisture-unread")
    ends = [wording.number(language, p) for p in (read.lowest_percent, read.highest_percent)]
    days = [wording.day(language, when) for when in (read.first_at, read.last_at)]
    return wording.say(
        language,
        "moisture-read",
        range=" – ".join(dict.fromkeys(ends)),
        units=read.units,
        inspected=content.inspected_units,
        instruments=", ".join(read.instruments),
        by=", ".join(read.by),
        days=" – ".join(dict.fromkeys(days)),
    )


def _used(content: ReportContent) -> dict[str, Any]:
    say = wording.sayer(content.language)
    used = content.used
    named = {
        "software": tuple(f"Teliti {version}" for version in used.software),
        "releases": used.releases,
        "normality": used.normality,
        "stations": used.stations,
        "mats": used.mats,
    }
    reviews = wording.say(
        content.language,
        "reviews",
        reviewed=content.reviewed_units,
        overruled=content.overruled_units,
    )
    rows = [[say(key), ", ".join(names) or say("none")] for key, names in named.items()]
    return {"rows": rows, "reviews": reviews}


def _signature(content: ReportContent) -> dict[str, str] | None:
    if content.signature is None:
        return None
    say = wording.sayer(content.language)
    role = content.signature.role
    return {
        "name": content.signature.name,
        "role": say(role) if role in wording.LABELS else role,
        "at": wording.moment(content.language, content.signature.at),
    }
