"""`qc samples`: the rendered sample photos, value against truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from qc.decision.verdict import Verdict
from qc.defects.detector import Detector
from qc.inspection import Inspection, inspect
from qc.photo import decode_photo
from qc.samples import SHIPPED_SAMPLES, Sample, read_samples
from qc.spec.examples import find_spec


def samples(
    folder: Annotated[Path, typer.Argument(help="Folder of samples.")] = SHIPPED_SAMPLES,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Inspect photos whose truth is known and show value against truth.

    The photos are rendered: they prove geometry and flow, not how well real defects are found.
    """
    detector = Detector.load_active()
    everything = read_samples(folder)
    report = [
        _compare(sample, detector)
        for sample in track(
            everything, "Inspecting …", console=Console(stderr=True), transient=True
        )
    ]
    if as_json:
        print(json.dumps({"samples": report, "summary": _summary(report)}, indent=2))
    else:
        _print(report)


def _compare(sample: Sample, detector: Detector | None) -> dict[str, Any]:
    spec = find_spec(sample.spec)
    photo = decode_photo(sample.photo_path.read_bytes())
    inspection = inspect({spec.views[0].name: photo}, spec, sample.read_station(), detector)
    return {
        "photo": sample.photo,
        "spec": spec.reference,
        "expected": sample.expected_verdict.value,
        "verdict": inspection.verdict.value,
        "why": sample.why,
        "reasons": [r.text["en"] for r in inspection.reasons if r.verdict is not Verdict.PASS],
        "dimensions": _dimensions(sample, inspection),
        "true_defects": [defect.type for defect in sample.defects],
        "defects": [
            {"type": d.type, "length_mm": d.length_mm, "probability": d.probability}
            for d in inspection.defects
        ],
    }


def _dimensions(sample: Sample, inspection: Inspection) -> list[dict[str, Any]]:
    truth = {(d.name, d.part): d.value_mm for d in sample.dimensions}
    return [
        {
            "name": m.name,
            "part": m.part,
            "true_mm": truth[m.name, m.part],
            "value_mm": m.value_mm,
            "error_mm": m.value_mm - truth[m.name, m.part],
            "u95_mm": m.u95_mm,
            "gate_mm": 0.5 + truth[m.name, m.part] / 200,
            "decision": m.decision.value,
        }
        for m in inspection.measurements
        if (m.name, m.part) in truth
    ]


def _summary(report: list[dict[str, Any]]) -> dict[str, Any]:
    rows = [d for sample in report for d in sample["dimensions"]]
    errors = np.array([abs(d["error_mm"]) for d in rows])
    return {
        "photos": len(report),
        "verdicts_as_expected": sum(s["verdict"] == s["expected"] for s in report),
        "dimensions": len(rows),
        "error_at_95_percent_mm": float(np.percentile(errors, 95)) if rows else None,
        "largest_share_of_gate": max((abs(d["error_mm"]) / d["gate_mm"] for d in rows), default=0),
        "within_u95": sum(abs(d["error_mm"]) <= d["u95_mm"] for d in rows),
    }


def _print(report: list[dict[str, Any]]) -> None:
    console = Console()
    sizes = Table("photo", "dimension", title="Dimensions (rendered photos)")
    for heading in ("true mm", "value mm", "error mm", "U95 mm", "gate mm", "decision"):
        sizes.add_column(heading, justify="right")
    verdicts = Table("photo", "expected", "verdict", "found", "why", title="Verdicts")
    for sample in report:
        for d in sample["dimensions"]:
            sizes.add_row(
                sample["photo"],
                f"{d['name']} #{d['part']}",
                f"{d['true_mm']:.2f}",
                f"{d['value_mm']:.2f}",
                f"{d['error_mm']:+.3f}",
                f"{d['u95_mm']:.2f}",
                f"{d['gate_mm']:.2f}",
                d["decision"],
            )
        found = ", ".join(f"{d['type']} {d['probability']:.2f}" for d in sample["defects"])
        agrees = sample["verdict"] == sample["expected"]
        verdicts.add_row(
            sample["photo"],
            sample["expected"],
            sample["verdict"] if agrees else f"[red]{sample['verdict']}[/red]",
            found or "–",
            sample["why"],
        )
    console.print(sizes)
    console.print(verdicts)
    for name, value in _summary(report).items():
        text = f"{value:.3f}" if isinstance(value, float) else str(value)
        console.print(f"{name.replace('_', ' ')}: {text}", highlight=False)
