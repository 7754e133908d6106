"""HTTP of the live camera's guidance."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query

from qc.spec.models import Slug
from service.errors import UploadTooLargeError, problems
from service.guard import GuardedRoute, SignedInDep
from service.guidance import service
from service.guidance.schemas import CameraGuidance
from service.runtime import RuntimeDep

router = APIRouter(prefix="/v1/guidance", tags=["guidance"], route_class=GuardedRoute)


@router.post("", responses=problems(404, 413, 422, 429))
def guide_camera(
    runtime: RuntimeDep,
    visitor: SignedInDep,
    frame: Annotated[
        bytes,
        Body(
            min_length=1, media_type="image/jpeg", description="A small frame of the live camera."
        ),
    ],
    spec: Annotated[Slug, Query(description="Id of the spec.")],
    view: Annotated[Slug, Query(description="The spec's view that is about to be photographed.")],
    photo_px: Annotated[
        int, Query(ge=1, le=20_000, description="Longest side of the photo that would be taken.")
    ],
    station: Annotated[Slug | None, Query(description="Id of the station.")] = None,
) -> CameraGuidance:
    """Say what to change before a photo is taken.

    Nothing is kept. While somebody inspects or waits, and while the tablet's last frame is still
    being looked at, the answer is 429: leave the frame and send a later one.
    """
    limit = runtime.settings.guidance.max_frame_bytes
    if len(frame) > limit:
        raise UploadTooLargeError(
            f"the frame has {len(frame)} bytes", fix=f"Send at most {limit} bytes."
        )
    return service.guide_camera(
        runtime,
        visitor.tablet.id if visitor.tablet else visitor.person.id,
        frame,
        spec_id=spec,
        view=view,
        station_id=station,
        photo_px=photo_px,
    )
