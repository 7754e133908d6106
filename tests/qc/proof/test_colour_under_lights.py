"""One surface under several lights, rendered with grain, shade, mirrored sky and a JPEG.

The scene is of the bench's development seeds. Where the light is too poor to say, that is said.
"""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from qc.decision.verdict import Verdict
from qc.inspection import inspect
from qc.photo.colour import delta_e_2000, linear_to_lab
from qc.proof.draw import VIEW, draw_trial
from qc.proof.light import CLEAR_LACQUER, MEDIUM, Light
from qc.proof.scene import render
from qc.spec.colour import Colour

SEED = 1181
PAPER_ALBEDO = 0.86

LIGHTS = {
    "white lamp": Light(azimuth_deg=150, elevation_deg=60),
    "warm lamp": Light(
        azimuth_deg=20, elevation_deg=45, lamp_rgb=(1.15, 1.0, 0.82), falloff_per_m=0.5
    ),
    "cold window": Light(
        azimuth_deg=260,
        elevation_deg=40,
        softness_deg=8,
        ambient=0.6,
        lamp_rgb=(0.85, 1.0, 1.18),
        sky_rgb=(0.9, 1.0, 1.12),
    ),
    "overcast": Light(azimuth_deg=90, elevation_deg=70, softness_deg=8, ambient=0.9),
}
DARK = 0.12
"""Exposure at which the paper's light has too few steps."""


def _colours(trial, material, lights, reference_lab, exposure=0.85):
    """Return the colour and the reason that an inspection gives under each light."""
    colour = Colour(reference_lab=reference_lab, max_delta_e=3.0, view=VIEW)
    spec = trial.spec.model_copy(update={"colour": colour})
    solids = tuple((solid, material) for solid, _ in trial.scene.solids)
    found = {}
    for name, light in lights.items():
        sensor = replace(trial.scene.sensor, exposure=exposure)
        scene = replace(trial.scene, solids=solids, light=light, sensor=sensor)
        inspection = inspect({VIEW: render(scene)}, spec, trial.station)
        (reason,) = [reason for reason in inspection.reasons if reason.subject == "colour"]
        found[name] = (inspection.colours, reason)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("material", [MEDIUM, CLEAR_LACQUER], ids=lambda material: material.name)
def test_a_surface_keeps_its_colour_under_any_light(material):
    trial = draw_trial(SEED)
    own = linear_to_lab(np.array(material.albedo) / PAPER_ALBEDO)
    found = _colours(trial, material, LIGHTS, tuple(own.tolist()))
    colours = {name: colours[0] for name, (colours, _) in found.items()}
    for one, other in combinations(colours.values(), 2):
        apart = float(delta_e_2000(np.array(one.lab), np.array(other.lab)))
        assert apart <= np.hypot(one.u95_delta_e, other.u95_delta_e)
        assert apart <= 2.5
    if material is MEDIUM:  # lacquer mirrors the sky besides, which belongs to how it looks
        assert all(colour.delta_e <= colour.u95_delta_e for colour in colours.values())


@pytest.mark.slow
def test_light_too_poor_to_tell_the_colour_is_asked_about():
    trial = draw_trial(SEED)
    lights = {"overcast": LIGHTS["overcast"]}
    ((colours, reason),) = _colours(trial, MEDIUM, lights, (60.0, 10.0, 20.0), DARK).values()
    assert colours == ()
    assert reason.verdict is Verdict.CHECK
