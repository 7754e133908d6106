"""From what a report says to its pages: PDF/A-2a by Typst, with fonts of our own installation.

Nothing is read from the system and nothing fetched, so the same content gives the same file.
PDF/A allows no missing glyph: Typst refuses a text that the font cannot show.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import segno
import typst
from PIL import Image

from qc.decision.sampling import ClassPlan, ClassTally
from qc.photo import decode_photo
from qc.spec.base import LocalText
from qc.spec.models import ReportLanguage
from service.errors import UploadError
from service.reports import wording
from service.reports.content import (
    Case,
    Cell,
    Column,
    DefectCount,
    Picture,
    ReportContent,
    ReportedDefect,
    Topic,
)

FONT_PACKAGES: Final = ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")
"""Noto Sans CJK JP holds Latin, Japanese and Korean in one design (SIL OFL 1.1)."""

_TEMPLATE: Final = "report.typ"
_LONGEST_PX: Final = 900
_QUALITY: Final = 85
_MARKS: Final = {"pass": "", "fail": "×", "check": "?"}

ReadPhoto = Callable[[str], bytes]


class ReportTextError(UploadError):
    """A text holds a character that the report's font cannot show."""

    code = "report-text"


def typeset(content: ReportContent, address: str, read_photo: ReadPhoto) -> bytes:
    """Return the report as a PDF/A file.

    Args:
        content: what it says.
        address: of the service, for the QR code.
        read_photo: gives the bytes of a stored photo by its SHA-256.

    Raises:
        ReportTextError: the font lacks a character, of the product's name for example.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        names = _write_pictures(content, read_photo, folder)
        (folder / "qr.svg").write_bytes(_qr(content, address))
        data = json.dumps(_page_data(content, names), ensure_ascii=False)
        (folder / "data.json").write_text(data, encoding="utf-8")
        main = folder / _TEMPLATE
        main.write_bytes(files("service.reports").joinpath(_TEMPLATE).read_bytes())
        try:
            pdf: bytes = typst.compile(
                str(main),
                root=str(folder),
                font_paths=[str(files(package)) for package in FONT_PACKAGES],
                ignore_system_fonts=True,
                pdf_standards=["a-2a"],
            )
        except typst.TypstError as error:
            missing = re.search(r"the text `\"(.*?)\"` could not be displayed", str(error))
            if missing is None:
                raise
            raise ReportTextError(
                f"the report's font has no sign for {missing[1]!r}",
                fix="Leave it out of the order, the reasons, the names or the statements.",
            ) from error
    return pdf


def _qr(content: ReportContent, address: str) -> bytes:
    out = io.BytesIO()
    link = f"{address.rstrip('/')}/#/verify/{content.sha256}"
    segno.make(link, micro=False, error="m").save(out, kind="svg", border=0, scale=4)
    return out.getvalue()


def _write_pictures(
    content: ReportContent, read_photo: ReadPhoto, folder: Path
) -> dict[tuple[str, tuple[int, int, int, int]], str]:
    """Cut the pictures out of their photos; return the name of each file."""
    names: dict[tuple[str, tuple[int, int, int, int]], str] = {}
    for case in content.cases:
        for picture in case.pictures:
            key = (picture.photo_sha256, picture.box_px)
            if key in names:
                continue
            left, top, right, bottom = picture.box_px
            photo = decode_photo(read_photo(picture.photo_sha256))
            image = Image.fromarray(photo.pixels[top:bottom, left:right])
            image.thumbnail((_LONGEST_PX, _LONGEST_PX), Image.Resampling.LANCZOS)
            names[key] = f"photo-{len(names)}.jpg"
            image.save(folder / names[key], "JPEG", quality=_QUALITY)
    return names


def _page_data(
    content: ReportContent, names: Mapping[tuple[str, tuple[int, int, int, int]], str]
) -> dict[str, Any]:
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
        "cases": [_case(content, case, names) for case in content.cases],
        "left_out": (
            wording.say(language, "left-out", n=content.cases_left_out)
            if content.cases_left_out
            else None
        ),
        "sheet": _sheet(content),
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
    told = (_local(content.language, text) for text in content.view_instructions)
    return "; ".join(text.rstrip(".") for text in told)


def _local(language: ReportLanguage, text: LocalText) -> str:
    """Return a text of the spec, which is written in two languages."""
    return text.id if language == "id" else text.en


def _identity(content: ReportContent) -> list[list[str]]:
    language = content.language
    say = _sayer(language)
    period = [
        wording.moment(language, when)
        for when in (content.first_inspected_at, content.last_inspected_at)
        if when is not None
    ]
    workshop = [content.workshop, content.workshop_address]
    rows = [
        ("workshop", ", ".join(part for part in workshop if part) or "–"),
        ("buyer", content.buyer),
        ("product", f"{_local(language, content.product)} ({content.product_id})"),
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
    say = _sayer(content.language)
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
    say = _sayer(language)

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
        name = wording.say(language, "outside", name=_dimension(language, count.type, count.label))
    return {
        "class": wording.say(language, count.defect_class.value),
        "kind": count.defect_class.value,
        "name": name,
        "units": count.units,
        "instances": count.instances,
    }


def _dimension(language: ReportLanguage, name: str, label: LocalText | None) -> str:
    if name == "colour":
        return wording.say(language, "colour")
    return name if label is None else _local(language, label)


def _case(
    content: ReportContent,
    case: Case,
    names: Mapping[tuple[str, tuple[int, int, int, int]], str],
) -> dict[str, Any]:
    language = content.language
    say = _sayer(language)
    labels = {column.name: column.label for column in content.sheet.columns}
    lines = [_defect_line(language, defect) for defect in case.defects]
    lines += [
        {
            "number": None,
            "kind": case.counts_as or "doubt",
            "text": wording.say(
                language, "outside", name=_dimension(language, name, labels.get(name))
            ),
        }
        for name in case.failed
    ]
    said = None
    if case.said is not None:
        said = wording.say(
            language, "said", by=case.said.by, reason=case.said.reason or say("agreed")
        )
    kind = case.counts_as.value if case.counts_as else "doubt"
    unit = wording.say(language, "unit", n=case.unit)
    return {
        "unit": unit,
        "kind": kind,
        "class": say(kind),
        "lines": lines,
        "said": said,
        "pictures": [
            _picture(
                picture,
                [defect for defect in case.defects if defect.view == picture.view],
                names[picture.photo_sha256, picture.box_px],
                wording.say(language, "picture-of", unit=unit, view=picture.view),
            )
            for picture in case.pictures
        ],
    }


def _defect_line(language: ReportLanguage, defect: ReportedDefect) -> dict[str, Any]:
    say = _sayer(language)
    facts = [wording.defect(language, defect.type)]
    if defect.length_mm is not None and defect.width_mm is not None:
        size = (wording.number(language, value, 1) for value in (defect.length_mm, defect.width_mm))
        facts.append(" × ".join(size) + " mm")
    facts.append(say(defect.defect_class.value) if defect.defect_class else say("unnamed"))
    if not defect.sure:
        facts.append(say("doubt"))
    if defect.by_person:
        facts.append(say("by-person"))
    kind = defect.defect_class.value if defect.defect_class and defect.sure else "doubt"
    return {"number": str(defect.number), "kind": kind, "text": ", ".join(facts)}


def _picture(
    picture: Picture, defects: list[ReportedDefect], name: str, alternative: str
) -> dict[str, Any]:
    left, top, right, bottom = picture.box_px
    width, height = right - left, bottom - top

    def shares(points: tuple[tuple[float, float], ...]) -> list[list[float]]:
        return [
            [round((x - left) / width * 100, 3), round((y - top) / height * 100, 3)]
            for x, y in points
        ]

    return {
        "file": name,
        "alt": alternative,
        "aspect": height / width,
        "outlines": [shares(outline) for outline in picture.outlines_px if len(outline) > 2],
        "lines": [shares(line) for line in picture.lines_px if len(line) > 1],
        "defects": [
            {
                "number": str(defect.number),
                "kind": defect.defect_class if defect.defect_class and defect.sure else "doubt",
                "points": shares(defect.polygon_px),
            }
            for defect in defects
            if len(defect.polygon_px) > 2
        ],
    }


def _sheet(content: ReportContent) -> dict[str, Any]:
    language = content.language
    columns, rows = content.sheet.columns, content.sheet.rows
    several = any(row.part is not None for row in rows)
    notes = []
    if any(column.default_tolerance for column in columns):
        notes.append(wording.say(language, "default-tolerance"))
    if any(cell and cell.calliper for row in rows for cell in row.cells):
        notes.append(wording.say(language, "calliper"))
    return {
        "columns": [
            {
                "name": _dimension(language, column.name, column.label)
                + ("*" if column.default_tolerance else ""),
                "limits": _limits(language, column),
            }
            for column in columns
        ],
        "rows": [
            {
                "unit": str(row.unit) + (f".{row.part}" if several and row.part else ""),
                "cells": [
                    _cell(language, cell, column)
                    for cell, column in zip(row.cells, columns, strict=True)
                ],
            }
            for row in rows
        ],
        "notes": notes,
    }


def _limits(language: ReportLanguage, column: Column) -> str:
    ends = [
        wording.number(language, end) for end in (column.lower, column.upper) if end is not None
    ]
    unit = {"mm": " mm", "°": "°", "ΔE00": "", "": ""}[column.unit]
    if column.unit == "ΔE00":
        return f"ΔE00 ≤ {ends[-1]}"
    if column.unit == "" or ends[0] == ends[-1]:
        return f"{ends[-1]}{unit}"
    if column.lower == 0:
        return f"≤ {ends[-1]}{unit}"
    return f"{ends[0]} – {ends[-1]}{unit}"


def _cell(language: ReportLanguage, cell: Cell | None, column: Column) -> dict[str, str]:
    if cell is None:
        return {"text": "–", "mark": "", "decision": "none"}
    if cell.u95 is None:
        text = wording.number(language, cell.value)
    else:
        decimals = 1 if column.unit == "ΔE00" else 2
        value, u95 = (wording.number(language, v, decimals) for v in (cell.value, cell.u95))
        text = f"{value} ± {u95}"
    mark = _MARKS[cell.decision.value]
    return {
        "text": text + (" c" if cell.calliper else ""),
        "mark": mark,
        "decision": cell.decision.value,
    }


def _statements(content: ReportContent) -> list[list[str]]:
    language = content.language
    rows = []
    for topic in Topic:
        stated = [statement for statement in content.statements if statement.topic is topic]
        if not stated and topic is Topic.OTHER:
            continue
        texts = [
            statement.text
            + (
                f" ({wording.say(language, 'document', name=statement.document)})"
                if statement.document
                else ""
            )
            for statement in stated
        ]
        rows.append(
            [
                wording.say(language, topic.value),
                "\n".join(texts) or wording.say(language, "not-stated"),
            ]
        )
    return rows


def _used(content: ReportContent) -> dict[str, Any]:
    say = _sayer(content.language)
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
    say = _sayer(content.language)
    role = content.signature.role
    return {
        "name": content.signature.name,
        "role": say(role) if role in wording.LABELS else role,
        "at": wording.moment(content.language, content.signature.at),
    }


def _sayer(language: ReportLanguage) -> Callable[[str], str]:
    return lambda key: wording.LABELS[key][language]
