"""What the API says about data sets and training."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from qc.spec.models import Slug
from service.defect_names import DefectTypeName


class Parts(BaseModel):
    """Photos by what they serve; a lot, or an item, is in one part only."""

    train: int
    val: int
    test: int


class Labelled(BaseModel):
    """How many regions of a type a snapshot holds."""

    type: DefectTypeName
    regions: int


class SnapshotSummary(BaseModel):
    """Reviewed photos as they were labelled at one time; never changed."""

    name: str
    identity: str = Field(description="SHA-256 of its manifest; releases trained from it name it.")
    created: date
    split_by: Literal["lot", "item"] = Field(description="What is never split among the parts.")
    photos: Parts
    labels: tuple[Labelled, ...] = Field(description="The most frequent first.")
    false_alarms: int = Field(description="Regions that the machine found and a lead dismissed.")
    releases: tuple[str, ...] = Field(description="Known ones that were trained from it.")


class NewSnapshot(SnapshotSummary):
    """A snapshot that was just made."""

    left_out: int = Field(
        description="Reviewed photos whose review does not say which pixels are defects."
    )


class CurvePoint(BaseModel):
    """How a run stood when it was checked."""

    step: int = Field(ge=1, description="Optimiser steps until then.")
    loss: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="Mean of the training losses since the check before; None where unknown.",
    )
    mean_average_precision: float = Field(
        ge=0, le=1, description="Of the averaged network, on the run's fixed patches."
    )


class TrainingRun(BaseModel):
    """How a release came to be, as its card tells."""

    release: str
    created: date
    shipped: bool = Field(description="It came with the software.")
    active: bool
    started_from: str | None = Field(description="The release whose weights it began with.")
    snapshot: str | None = Field(description="Identity of the snapshot; None of other data.")
    steps: int | None
    minutes: float | None
    mean_average_precision: float | None = Field(
        description="On the patches by which the run was stopped, 0 to 1: a figure to compare runs "
        "by, no promise."
    )
    curve: tuple[CurvePoint, ...] = Field(
        description="Its checks, oldest first; empty where the run kept no history."
    )


class DatasetReport(BaseModel):
    """From reviews to snapshots to releases."""

    reviewed: int = Field(description="Inspections that leads have reviewed.")
    reviewed_since: int = Field(
        description="Of them first reviewed after the day of the newest snapshot."
    )
    snapshots: tuple[SnapshotSummary, ...] = Field(description="Newest first.")
    damaged: tuple[str, ...] = Field(description="Folders that are not whole snapshots any more.")
    runs: tuple[TrainingRun, ...] = Field(description="Newest first.")


class SnapshotRequest(BaseModel):
    """What the snapshot shall hold."""

    model_config = ConfigDict(extra="forbid")

    product: Slug | None = Field(default=None, description="Its photos alone.")
    split_by: Literal["lot", "item"] = Field(
        default="lot", description="What is never split: lots and items, or items alone."
    )
