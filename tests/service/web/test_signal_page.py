"""The answer for ears and hands: four sounds and vibrations, as loud as the packer likes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from station_page import MARKS, WORDS, Service, choose, opened, photo_of, pick
from visitors import cookies_of

from qc.decision.verdict import Verdict
from service.people.roles import Role

pytestmark = MARKS

LISTENER = """
window.heard = [];
window.felt = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (atS) {
  heard.push(this.frequency.value);
  start.call(this, atS);
};
const ramp = AudioParam.prototype.linearRampToValueAtTime;
AudioParam.prototype.linearRampToValueAtTime = function (value, atS) {
  window.loudest = Math.max(window.loudest ?? 0, value);
  return ramp.call(this, value, atS);
};
navigator.vibrate = (pattern) => felt.push(pattern);
"""


@pytest.fixture
def tablet(browser: Any, station: Service) -> Iterator[Any]:
    cookies = cookies_of(station.runtime, Role.PACKER, tablet=True, name="Sari")
    with opened(browser, station, cookies) as page:
        page.add_init_script(LISTENER)
        yield page


def answered(tablet: Any, verdict: Verdict) -> tuple[list[float], list[list[int]]]:
    """What is heard and felt at an answer."""
    choose(tablet)
    tablet.evaluate("() => { heard = []; felt = []; loudest = 0; }")
    pick(tablet, photo_of(verdict))
    tablet.get_by_role("heading", level=1, name=WORDS[verdict][0]).wait_for()
    return tablet.evaluate("heard"), tablet.evaluate("felt")


def test_every_verdict_sounds_and_feels_different(tablet: Any) -> None:
    answers = [answered(tablet, verdict) for verdict in Verdict]
    assert len({tuple(heard) for heard, _ in answers}) == len(Verdict)
    assert len({str(felt) for _, felt in answers}) == len(Verdict)
    assert all(heard and len(felt) == 1 for heard, felt in answers)


def test_an_answer_looked_up_later_is_silent(tablet: Any) -> None:
    answered(tablet, Verdict.PASS)
    tablet.evaluate("() => { heard = []; felt = []; }")
    tablet.reload()
    tablet.get_by_role("heading", level=1, name="LULUS").wait_for()
    assert (tablet.evaluate("heard"), tablet.evaluate("felt")) == ([], [])


def test_the_volume_stays_as_the_packer_chose_it(tablet: Any) -> None:
    def volume(name: str) -> Any:
        return tablet.get_by_role("button", name=f"Suara: {name}")

    answered(tablet, Verdict.PASS)
    loud = tablet.evaluate("loudest")
    choose(tablet)
    volume("keras").click()
    volume("pelan").wait_for()
    answered(tablet, Verdict.PASS)
    assert 0 < tablet.evaluate("loudest") < loud / 2
    choose(tablet)
    volume("pelan").click()
    volume("mati").wait_for()
    assert answered(tablet, Verdict.FAIL) == ([], [])
    choose(tablet)
    volume("mati").click()
    volume("keras").wait_for()
