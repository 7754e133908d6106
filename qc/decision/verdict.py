"""The four answers, and the reasons that every one of them carries."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from qc.decision.messages import LANGUAGES, MESSAGES


class Verdict(StrEnum):
    """What the packer is told. The worst of an item's reasons wins."""

    PASS = "pass"
    FAIL = "fail"
    CHECK = "check"
    RETAKE = "retake"

    @property
    def rank(self) -> int:
        """How bad it is for an item, 0 for `pass`."""
        return _RANK[self]


# A photo that cannot be judged yields no defects and no measurements, so a `fail` beside a
# `retake` comes from another, good photo: no better picture would save the item.
_RANK = {Verdict.PASS: 0, Verdict.CHECK: 1, Verdict.RETAKE: 2, Verdict.FAIL: 3}


class Reason(BaseModel):
    """One cause of a verdict.

    `code` is stable; `text` says the same to people in English (`en`) and Indonesian (`id`).
    """

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    code: str
    text: dict[str, str]
    view: str | None = None
    subject: str | None = Field(
        default=None, description="Name of the dimension or type of the defect concerned."
    )
    part: int | None = Field(default=None, description="Which piece, where that is known.")

    @classmethod
    def of(
        cls,
        verdict: Verdict,
        code: str,
        *,
        view: str | None = None,
        subject: str | None = None,
        part: int | None = None,
        **values: object,
    ) -> Reason:
        """Build a reason from the message catalogue.

        `values` fill the message; one that is a mapping from language to text is said in each
        language, so `name` may call the subject by its name.

        Raises:
            KeyError: `code` is not in `qc.decision.messages.MESSAGES`.
        """
        text = say(code, {"name": subject, "view": view} | values)
        return cls(verdict=verdict, code=code, text=text, view=view, subject=subject, part=part)


def say(code: str, values: Mapping[str, object]) -> dict[str, str]:
    """Return a message of the catalogue in every language, filled with `values`.

    Raises:
        KeyError: `code` is not in `qc.decision.messages.MESSAGES`.
    """
    return {language: _fill(MESSAGES[code][language], values, language) for language in LANGUAGES}


class _DecimalComma(string.Formatter):
    """Writes numbers as in Indonesian."""

    def format_field(self, value: object, format_spec: str) -> str:
        text = str(super().format_field(value, format_spec))
        return text.replace(".", ",") if isinstance(value, float) else text


_FORMATTERS = {"en": string.Formatter(), "id": _DecimalComma()}


def _fill(template: str, values: Mapping[str, object], language: str) -> str:
    said = {
        key: value[language] if isinstance(value, Mapping) else value
        for key, value in values.items()
    }
    text = _FORMATTERS[language].vformat(template, (), said)
    return text[:1].upper() + text[1:]


def worst(reasons: Iterable[Reason]) -> Verdict:
    """Return the verdict of the worst reason.

    Raises:
        ValueError: there are no reasons; a verdict without one would be a silent pass.
    """
    verdicts = [reason.verdict for reason in reasons]
    if not verdicts:
        raise ValueError("a verdict needs at least one reason")
    return max(verdicts, key=lambda verdict: verdict.rank)
