"""From outlines to a decided colour: the items' surface against the approved sample."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qc.decision.colour import colour_reason, colour_unknown, decide_colour
from qc.decision.verdict import Reason
from qc.geometry.illumination import Illumination, find_illumination
from qc.geometry.outline import Outline
from qc.geometry.pose import MatView
from qc.geometry.surface_colour import surface_colour
from qc.geometry.uncertainty import COVERAGE_FACTOR
from qc.photo import Photo, srgb_to_linear
from qc.photo.colour import linear_to_lab
from qc.records import ColourMeasurement, Defect, Lab
from qc.spec.colour import Colour
from qc.spec.models import Spec


def compare_colour(
    photo: Photo,
    view: MatView,
    outlines: Sequence[Outline],
    spec: Spec,
    name: str,
    defects: Sequence[Defect],
) -> tuple[list[ColourMeasurement], list[Reason]]:
    """Compare every piece in a view with the approved sample.

    Args:
        photo: the photo.
        view: the mat in it.
        outlines: of the pieces, from left to right.
        spec: may name the sample's colour.
        name: of the view.
        defects: found in this view; their places are left out of the mean colour.

    Returns:
        A measurement and a reason for each piece; a reason alone where the colour cannot be
        known; nothing where the spec names no colour for this view.
    """
    wanted = spec.colour
    if wanted is None or wanted.view != name:
        return [], []
    light = find_illumination(photo, view)
    if not isinstance(light, Illumination):
        return [], [colour_unknown(light, name)]
    flaws_px = [np.array(defect.polygon_px) for defect in defects if len(defect.polygon_px) > 2]
    reference = reference_lab(wanted)
    height_mm = max(spec.heights_mm(name), default=0.0)
    found = []
    for part, outline in enumerate(outlines, start=1):
        surface = surface_colour(photo, view, outline, height_mm, light, flaws_px)
        if surface is None:
            return [], [colour_unknown("glare", name)]
        delta_e, u_delta_e = surface.difference(reference)
        found.append(
            ColourMeasurement(
                view=name,
                part=part,
                lab=surface.lab,
                reference_lab=reference,
                delta_e=delta_e,
                u95_delta_e=COVERAGE_FACTOR * u_delta_e,
                max_delta_e=wanted.max_delta_e,
                decision=decide_colour(delta_e, u_delta_e, wanted.max_delta_e),
            )
        )
    return found, [colour_reason(colour, spec.parts) for colour in found]


def reference_lab(colour: Colour) -> Lab:
    """Return the approved sample's colour in CIELAB."""
    if colour.reference_lab is not None:
        return colour.reference_lab
    encoded = np.array(colour.reference_srgb, np.uint8)
    lightness, a, b = linear_to_lab(srgb_to_linear(encoded)).tolist()
    return lightness, a, b
