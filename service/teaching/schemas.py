"""What the API says about teaching; `Learning` and `Memory` are kept in files as they are."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from qc.spec.base import LocalText
from qc.spec.models import Slug
from service.plain_text import filled

MOST_PHOTOS: Final = 500
"""Of one learning; 299 good ones promise at most 1 % of false rejects."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
PhotoName = Annotated[str, filled(100)]
MemoryReference = Annotated[str, StringConstraints(pattern=r"^[ -~]{1,80}@[0-9a-f]{12}$")]


class TeachingPhoto(BaseModel):
    """A photo of a good item, by its content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: Sha256
    name: PhotoName = Field(description="By which people know it.")


class LearningRequest(BaseModel):
    """What is to be learnt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    view: Slug
    station: Slug | None = Field(description="With whose camera and mat the photos were taken.")
    photos: tuple[TeachingPhoto, ...] = Field(description="The same content counts once.")
    turns: Annotated[int, Field(description="Orientations in which a good item may lie.")] = 1
    light: bool = Field(default=False, description="Exposure may vary by 15 %.")
    keep_outliers: bool = Field(
        default=False, description="Learn from photos unlike the others as well."
    )


class LearningState(StrEnum):
    """How far a learning is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class LearningStep(StrEnum):
    """What a running one does with each photo."""

    LEARNING = "learning"
    CHECKING = "checking"


class StrangePhoto(TeachingPhoto):
    """A photo that stopped a learning, and why."""

    message: str


class LearningProblem(BaseModel):
    """Why nothing was learnt."""

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str
    fix: str
    outliers: bool = Field(description="All photos can be used; some are unlike the others.")


class Learning(BaseModel):
    """The newest learning of a product."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    request: LearningRequest
    by: str
    started_at: datetime
    state: LearningState
    step: LearningStep = LearningStep.LEARNING
    done: int = Field(default=0, description="Photos of this step.")
    ended_at: datetime | None = None
    memory: str | None = Field(default=None, description="Reference of what was learnt.")
    problem: LearningProblem | None = None
    strange: tuple[StrangePhoto, ...] = Field(default=(), description="The worst first.")


class Memory(BaseModel):
    """A memory of good items, and what it promises."""

    model_config = ConfigDict(frozen=True)

    reference: str
    view: str
    photos: int
    false_reject_bound: float = Field(description="At most this share of good items alarms …")
    confidence: float = Field(description="… with this confidence.")
    learnt_by: str | None = Field(description="None where it was put there as a file.")
    learnt_at: datetime | None


class MemoryOfView(Memory):
    """A memory that counts, or did, or could."""

    counts: bool = Field(description="New inspections are compared with it.")


class Promise(BaseModel):
    """What a number of good photos can promise."""

    photos: int
    false_reject_bound: float


class Teaching(BaseModel):
    """What a product was taught."""

    spec: str
    product: LocalText
    views: tuple[str, ...] = Field(description="Those that can be taught.")
    memories: tuple[MemoryOfView, ...] = Field(description="Those that count first, then newest.")
    learning: Learning | None = Field(description="The newest one.")
    least_photos: int
    most_photos: int
    promises: tuple[Promise, ...]


class GoodPhoto(TeachingPhoto):
    """The photo of an inspected item that stands as good."""

    photo_url: str
    taken_at: datetime
    reviewed: bool = Field(description="A lead looked at the item.")


class GoodPhotos(BaseModel):
    """Photos of items that stand as good, newest first."""

    items: tuple[GoodPhoto, ...]


class MemoryChoice(BaseModel):
    """Which memory is to count."""

    model_config = ConfigDict(extra="forbid")

    reference: MemoryReference | None = Field(description="None: no memory of this view counts.")
    view: Slug
