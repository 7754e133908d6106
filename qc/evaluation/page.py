"""The evaluation as one HTML page with its charts and the worst photos; no other file needed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

from qc.chart import PALETTE, Chart
from qc.evaluation import sizes
from qc.evaluation.detection import FALSE_PER_PHOTO, MISSED, Evaluation
from qc.evaluation.report import DetectorReport, Recall
from qc.evaluation.visibility import MEANING

_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:920px;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;margin:1em 0}td,th{border-bottom:1px solid #ddd;"
    "padding:.25em .8em;text-align:right}td:first-child,th:first-child{text-align:left}"
    "img,svg{max-width:100%;height:auto}figure{margin:1em 0}"
)
_COLOURS = (*PALETTE, "#999933", "#882255", "#888888")
"""Tol's muted tones join where types are many."""

_RATES = np.logspace(-2, 1, 31)
"""False regions a photo of the recall curve."""


def charts(evaluation: Evaluation) -> dict[str, str]:
    """Draw the charts: file name → SVG."""
    drawn = {"recall.svg": _recall(evaluation), "reliability.svg": _reliability(evaluation)}
    if evaluation.any_pixel.positives:
        drawn["precision-recall.svg"] = _precision_recall(evaluation)
    lengths = {k: r for k, r in evaluation.report().recall_by_length.items() if r.defects}
    if lengths:
        drawn["length.svg"] = _by_length(lengths)
    return drawn


def page(
    report: DetectorReport,
    drawn: Iterable[str],
    missed: Sequence[tuple[str, str]],
    false: Sequence[tuple[str, str]],
) -> str:
    """Render the page.

    Args:
        report: the figures.
        drawn: SVG charts.
        missed: title and `data:` URL of photos with missed defects, the worst first.
        false: title and `data:` URL of photos with false findings, the worst first.
    """
    head = f"Detector evaluation: {report.release}"
    body = [
        f"<h1>{escape(head)}</h1>",
        f"<p>{sum(report.photos.values())} photos ({escape(report.layout)}): "
        + escape(", ".join(f"{n} {kind}" for kind, n in report.photos.items()))
        + f". Image AUROC {_cell(report.image_auroc)}.</p>",
        "<h2>Photos with an instance, share and 95 % interval</h2>",
        _table(
            ("photos", "number", "of 0.5 or more", "of 0.9 or more"),
            [("good", *report.good.cells), ("defective", *report.defective.cells)],
        ),
        "<h2>Pixels</h2>",
        _table(
            ("pixels of", "AP", "AUROC", "AUPRO", "ECE"),
            [(name, p.ap, p.auroc, p.aupro, p.ece) for name, p in report.pixels.items()],
        ),
        "<h2>Defects found, whatever they are called</h2>",
        _recall_table("defect", report.recall),
        _recall_table("length", report.recall_by_length),
        "<h2>Defects found, by how plainly they show</h2>",
        f"<p>{MEANING}</p>",
        _recall_table(
            "defect, contrast to noise",
            {
                f"{name}, {level}": recall
                for name, levels in report.recall_by_visibility.items()
                for level, recall in levels.items()
            },
        ),
        "<h2>How large they are said to be</h2>",
        f"<p>{sizes.MEANING}</p>",
        _table(
            ("defect", *sizes.HEAD),
            [(name, *said.cells) for name, said in report.sizes.items()],
        ),
        "<h2>What they are called</h2>",
        _confusion(report.confusion),
        *drawn,
        "<h2>Photos with missed defects</h2>" if missed else "",
        *_figures(missed),
        "<h2>Photos with false findings</h2>" if false else "",
        *_figures(false),
        "<h2>Problems</h2>" if report.problems else "",
        _table(("code", "what"), [(p["code"], p["message"]) for p in report.problems])
        if report.problems
        else "",
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(head)}</title><style>{_STYLE}</style></head><body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body></html>\n"
    )


def _recall(evaluation: Evaluation) -> str:
    names = ("0.01", "0.1", "1", "10")
    chart = Chart("Defects found", "false regions a photo", "recall", names, 0, 1)
    for index, (name, defects) in enumerate(evaluation.by_type().items()):
        if not defects:
            continue
        found = [defect.probability for defect in defects]
        recall = [evaluation.false.recall_at(rate, found) for rate in _RATES]
        at = [math.log10(rate) + 2 for rate in _RATES]
        chart.line(at, recall, _COLOURS[index % len(_COLOURS)], name)
    return chart.svg()


def _reliability(evaluation: Evaluation) -> str:
    names = tuple(f"{tenth / 10:g}" for tenth in range(11))
    chart = Chart("Does the probability mean what it says?", "said", "true share", names, 0, 1)
    chart.line((0, 10), (0, 1), "#888", "ideal")
    rows = evaluation.any_pixel.reliability()
    chart.line([10 * said for said, _, _ in rows], [true for _, true, _ in rows], PALETTE[0], "any")
    return chart.svg()


def _precision_recall(evaluation: Evaluation) -> str:
    names = tuple(f"{tenth / 10:g}" for tenth in range(11))
    chart = Chart("Pixels", "recall", "precision", names, 0, 1)
    curves = {"any": evaluation.any_pixel} | evaluation.type_pixels
    for index, (name, scores) in enumerate((n, s) for n, s in curves.items() if s.positives):
        recall, precision = scores.precision_recall()
        at = np.unique(np.searchsorted(recall, np.linspace(0.01, 1, 100)))
        colour = _COLOURS[index % len(_COLOURS)]
        chart.line((10 * recall[at]).tolist(), precision[at].tolist(), colour, name)
    return chart.svg()


def _by_length(lengths: dict[str, Recall]) -> str:
    names = tuple(f"{name} ({r.defects})" for name, r in lengths.items())
    chart = Chart("Recall by length", "length (defects)", "recall, %", names, 0, 100)
    for index, rate in enumerate(f"{r:g}" for r in FALSE_PER_PHOTO):
        for place, recall in enumerate(lengths.values()):
            share = 100 * (recall.at[rate] or 0.0)
            chart.bar(place + 0.26 * (index - 1), share, PALETTE[index], 0.22)
        chart.legend(f"{rate} false a photo", PALETTE[index])
    return chart.svg()


def _recall_table(what: str, groups: dict[str, Recall]) -> str:
    rates = [f"{rate:g}" for rate in FALSE_PER_PHOTO]
    return _table(
        (what, "defects", *(f"recall at {rate} false a photo" for rate in rates)),
        [(name, *recall.cells) for name, recall in groups.items()],
    )


def _confusion(confusion: dict[str, dict[str, int]]) -> str:
    columns = sorted({name for row in confusion.values() for name in row} - {MISSED})
    return _table(
        ("labelled ↓ called →", *columns, MISSED),
        [
            (kind, *(row.get(name, 0) for name in (*columns, MISSED)))
            for kind, row in confusion.items()
        ],
    )


def _figures(pictures: Sequence[tuple[str, str]]) -> list[str]:
    return [
        f'<figure><img src="{url}" alt="{escape(title)}"><figcaption>{escape(title)}'
        "</figcaption></figure>"
        for title, url in pictures
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return ""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "".join("<tr>" + "".join(f"<td>{_cell(c)}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{lines}</table>"


def _cell(value: object) -> str:
    return "–" if value is None else escape(str(value))
