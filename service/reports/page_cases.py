"""The nonconforming and doubtful units of a report, with their pictures, as printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qc.spec.models import ReportLanguage
from service.reports import wording
from service.reports.content import (
    Case,
    Picture,
    ReportContent,
    ReportedDefect,
)

PictureNames = Mapping[tuple[str, tuple[int, int, int, int]], str]
"""File of each picture, by the photo it is cut from and its box."""


def case(
    content: ReportContent,
    one: Case,
    names: PictureNames,
) -> dict[str, Any]:
    """Return what is printed of one unit."""
    language = content.language
    say = wording.sayer(language)
    labels = {column.name: column.label for column in content.sheet.columns}
    lines = [_defect_line(language, defect) for defect in one.defects]
    lines += [
        {
            "number": None,
            "kind": one.counts_as or "doubt",
            "text": wording.say(
                language, "outside", name=wording.dimension(language, name, labels.get(name))
            ),
        }
        for name in one.failed
    ]
    said = None
    if one.said is not None:
        said = wording.say(
            language, "said", by=one.said.by, reason=one.said.reason or say("agreed")
        )
    kind = one.counts_as.value if one.counts_as else "doubt"
    unit = wording.say(language, "unit", n=one.unit)
    return {
        "unit": unit,
        "kind": kind,
        "class": say(kind),
        "lines": lines,
        "said": said,
        "pictures": [
            _picture(
                picture,
                [defect for defect in one.defects if defect.view == picture.view],
                names[picture.photo_sha256, picture.box_px],
                wording.say(language, "picture-of", unit=unit, view=picture.view),
            )
            for picture in one.pictures
        ],
    }


def _defect_line(language: ReportLanguage, defect: ReportedDefect) -> dict[str, Any]:
    say = wording.sayer(language)
    facts = [wording.defect(language, defect.type)]
    if defect.length_mm is not None and defect.width_mm is not None:
        size = (wording.number(language, value, 1) for value in (defect.length_mm, defect.width_mm))
        facts.append(" × ".join(size) + " mm")
    if defect.zone is not None:
        facts.append(f"{say('zone')} {defect.zone}")
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
