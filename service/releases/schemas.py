"""What the API says about detector releases."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ReleaseResource(BaseModel):
    """The release that inspects now."""

    name: str
    version: str
    defect_types: tuple[str, ...] = Field(description="What the detector looks for.")
    card: str = Field(description="The release's card, in Markdown: data, metrics, limits.")
