"""What is unlike the good items in one view, with its reasons."""

from __future__ import annotations

from qc.decision.messages import DEFECT_NAMES
from qc.decision.verdict import Reason, Verdict
from qc.defects.normality import ANOMALY, Normality
from qc.errors import NormalityError
from qc.geometry.outline import Outline
from qc.geometry.pose import MatView
from qc.photo import Photo
from qc.records import Defect, to_points


def find_anomalies(
    name: str, photo: Photo, view: MatView, outlines: list[Outline], normality: Normality
) -> tuple[list[Defect], list[Reason], float | None]:
    """Compare every part with the good items; nothing found here fails an item by itself.

    Returns:
        What was found, the reasons, and the score over the threshold; None where nothing could be
        compared.
    """
    try:
        judged = normality.judge_parts(photo, view, outlines)
    except NormalityError:
        return [], [Reason.of(Verdict.CHECK, "anomalies-not-inspected", view=name)], None
    reasons = [
        Reason.of(
            Verdict.CHECK,
            "anomaly-found" if region.type == ANOMALY else "defect-known",
            view=name,
            subject=region.type,
            name=DEFECT_NAMES.get(region.type, region.type),
            length_mm=region.length,
        )
        for region in judged.regions
    ]
    defects = [
        Defect(
            type=region.type,
            view=name,
            length_mm=region.length,
            width_mm=region.width,
            area_mm2=region.area,
            probability=region.probability,
            severity=None,
            verdict=Verdict.CHECK,
            polygon_px=to_points(region.polygon),
        )
        for region in judged.regions
    ]
    return defects, reasons, judged.score / normality.threshold
