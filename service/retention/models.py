"""Table of photos that were deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class DeletedPhotoRow(Base):
    """The tombstone of a photo: its bytes were deleted on purpose, its records stay."""

    __tablename__ = "deleted_photos"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size_bytes: Mapped[int]
    deleted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    gone: Mapped[bool] = mapped_column(doc="The bytes are deleted; before, they are about to be.")
