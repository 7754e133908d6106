"""Reasons in both languages, and the worst of them."""

import string

import pytest

from qc.decision.colour import colour_unknown
from qc.decision.messages import COLOUR_TROUBLES, MESSAGES
from qc.decision.verdict import Reason, Verdict, worst


def _of(*verdicts):
    return [Reason.of(verdict, "defects-none") for verdict in verdicts]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ((Verdict.PASS, Verdict.PASS), Verdict.PASS),
        ((Verdict.PASS, Verdict.CHECK), Verdict.CHECK),
        ((Verdict.CHECK, Verdict.RETAKE), Verdict.RETAKE),
        # Another view proves the item bad: no better photo would save it.
        ((Verdict.FAIL, Verdict.RETAKE), Verdict.FAIL),
    ],
)
def test_worst_wins(verdicts, expected):
    assert worst(_of(*verdicts)) is expected
    assert worst(_of(*reversed(verdicts))) is expected


def test_no_reason_is_no_verdict():
    with pytest.raises(ValueError, match="at least one reason"):
        worst([])


@pytest.mark.parametrize("trouble", COLOUR_TROUBLES)
def test_every_trouble_with_colour_is_said_in_both_languages(trouble):
    reason = colour_unknown(trouble, "top")
    assert reason.verdict is Verdict.CHECK
    assert set(reason.text) == {"en", "id"}


@pytest.mark.parametrize("code", MESSAGES)
def test_every_message_speaks_both_languages_of_the_same_facts(code):
    templates = MESSAGES[code]
    assert set(templates) == {"en", "id"}
    fields = [
        {name for _, name, _, _ in string.Formatter().parse(template) if name}
        for template in templates.values()
    ]
    assert fields[0] == fields[1]


def test_unknown_code_is_a_programming_error():
    with pytest.raises(KeyError):
        Reason.of(Verdict.PASS, "no-such-code")


def test_each_language_writes_names_and_numbers_its_own_way():
    reason = Reason.of(
        Verdict.FAIL,
        "defect-found",
        subject="crack",
        name={"en": "crack", "id": "retak"},
        length_mm=23.44,
        severity={"en": "critical", "id": "kritis"},
    )
    assert reason.text == {
        "en": "Crack 23.4 mm long (critical).",
        "id": "Retak sepanjang 23,4 mm (kritis).",
    }
    assert reason.subject == "crack"
