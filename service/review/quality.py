"""How often the machine was wrong, as far as people looked, and how sure that is."""

from __future__ import annotations

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from qc.proportions import lower_bound, upper_bound
from service.review import repository
from service.review.schemas import Cause

CONFIDENCE = 0.95


class Share(BaseModel):
    """How many of the reviewed ones were wrong, and what that says of all of them."""

    reviewed: int
    wrong: int
    rate: float | None = Field(description="wrong / reviewed; None where none was reviewed.")
    upper_bound: float = Field(
        description="At most this share of all is wrong, with 95 % confidence; 1 where none was "
        "reviewed."
    )
    lower_bound: float = Field(description="At least this share is, with 95 % confidence.")


class ReviewQuality(BaseModel):
    """What reviews say of the machine's verdicts. Only the first review of an item counts."""

    passes: int = Field(description="Items that the machine passed.")
    sampled: int = Field(description="Those of them that were drawn for review.")
    sample_rate: float = Field(description="Share of passes that are drawn now.")
    escapes: Share = Field(description="Sampled passes that a person did not accept.")
    false_alarms: Share = Field(description="Items that the machine failed and a person accepted.")
    doubts: Share = Field(description="Items in doubt (`check`) that a person accepted.")


def share(reviewed: int, wrong: int) -> Share:
    """Return a share with its one-sided 95 % bounds."""
    return Share(
        reviewed=reviewed,
        wrong=wrong,
        rate=wrong / reviewed if reviewed else None,
        upper_bound=upper_bound(wrong, reviewed, CONFIDENCE),
        lower_bound=lower_bound(wrong, reviewed, CONFIDENCE),
    )


def get_quality(session: Session, spec_id: str | None, sample_rate: float) -> ReviewQuality:
    """Return how the machine fared, on one spec or on all."""
    counts = repository.count_first_reviews(session, spec_id)
    passes, sampled = repository.count_passes(session, spec_id)

    def of(cause: Cause, *, wrong_if_accepted: bool) -> Share:
        accepted, other = counts.get((cause, True), 0), counts.get((cause, False), 0)
        return share(accepted + other, accepted if wrong_if_accepted else other)

    return ReviewQuality(
        passes=passes,
        sampled=sampled,
        sample_rate=sample_rate,
        escapes=of(Cause.SAMPLE, wrong_if_accepted=False),
        false_alarms=of(Cause.FAIL, wrong_if_accepted=True),
        doubts=of(Cause.CHECK, wrong_if_accepted=True),
    )
