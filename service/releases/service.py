"""The active release: loaded at the start, described by its own card."""

from __future__ import annotations

from qc.defects.detector import Detector
from service.errors import NotFoundError
from service.releases.schemas import ReleaseResource


class NoReleaseError(NotFoundError):
    """No release is active; inspections leave the surface to a person."""

    code = "no-active-release"


def get_active_release(detector: Detector | None) -> ReleaseResource:
    """Return the card of the active release.

    Raises:
        NoReleaseError: none is active.
    """
    if detector is None:
        raise NoReleaseError(
            "no detector release is active", fix="Set TELITI_RELEASE__FOLDER to a release."
        )
    return ReleaseResource.model_validate(detector.release, from_attributes=True)
