"""What an examination finds."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class State(StrEnum):
    """How serious a finding is, the worst last."""

    GOOD = "good"
    WATCH = "watch"
    """Works now; somebody should act before it does not."""
    BAD = "bad"
    """Something is lost, wrong, or will not work."""


class Finding(BaseModel):
    """One thing that was looked at."""

    model_config = ConfigDict(frozen=True)

    subject: str
    state: State
    detail: str
    fix: str = ""
