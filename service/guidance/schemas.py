"""What the API says about frames of the live camera."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from qc.guidance import AdviceCode

Share = Annotated[float, Field(description="Of the frame's width or height; 0 is left or top.")]


class CameraGuidance(BaseModel):
    """What a frame shows."""

    advice: AdviceCode | None = Field(
        description="The first thing that would make a photo useless; null where nothing does."
    )
    mat: tuple[tuple[Share, Share], ...] = Field(
        description="Corners of the mat's sheet in order; empty where no mat was found."
    )
