"""The charts are well-formed, and each reading stands where its value says."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from gauge_studies import AIAG, study
from hypothesis import given
from hypothesis import strategies as st

from qc.chart import ticks
from qc.decision.gauge import analyse
from qc.decision.gauge.plots import draw_plots

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def plots():
    readings = study(AIAG)
    return {
        name: ElementTree.fromstring(svg)
        for name, svg in draw_plots(readings, analyse(readings, tolerance=18), "mm").items()
    }


def test_readings_stand_at_their_values(plots):
    chart = plots["by-part.svg"]
    dots = [float(dot.get("cy")) for dot in chart.iter(f"{SVG}circle")]
    assert len(dots) == AIAG.size
    values = AIAG.transpose(1, 0, 2).ravel()
    slope, offset = np.polyfit(values, dots, 1)
    assert slope < 0  # up is more
    np.testing.assert_allclose(dots, offset + slope * values, atol=0.1)


def test_bars_say_what_the_report_says(plots):
    texts = [text.text for text in plots["components.svg"].iter(f"{SVG}text")]
    assert {"27.9", "10.1", "of tolerance"} <= set(texts)


def test_names_cannot_break_the_picture():
    odd = study(AIAG)
    odd = type(odd)(("<&>\"'" * 9, *odd.parts[1:]), odd.operators, odd.values)
    svg = draw_plots(odd, analyse(odd), "")["by-part.svg"]
    ElementTree.fromstring(svg)
    assert not re.search("<&", svg)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_few_and_inside(low, width):
    found = ticks(low, low + width)
    assert 2 <= len(found) <= 8
    slack = 1e-9 * max(1.0, abs(low), width)
    assert low - slack <= min(found)
    assert max(found) <= low + width + slack
