"""HTTP of readings."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Response

from service.database import once_more
from service.errors import problems
from service.guard import GuardedRoute, SignedInDep
from service.inspections import service as inspections
from service.inspections.schemas import InspectionResource
from service.readings import recording
from service.readings.schemas import ReadingRequest
from service.runtime import RuntimeDep

router = APIRouter(prefix="/v1/inspections", tags=["readings"], route_class=GuardedRoute)


@router.post(
    "/{inspection_id}/readings",
    status_code=201,
    responses={
        200: {"model": InspectionResource, "description": "It was recorded before."},
        201: {"description": "Recorded; the inspection as it stands now."},
        **problems(404, 409, 410, 422, 503),
    },
)
def add_reading(
    runtime: RuntimeDep,
    visitor: SignedInDep,
    response: Response,
    inspection_id: UUID,
    request: ReadingRequest,
) -> InspectionResource:
    """Record what was read beside an inspection: a size by calliper, moisture, pieces, barcode.

    A size within its limits settles the doubt about it and nothing else. Sending the same request
    again changes nothing.
    """
    created = once_more(lambda: recording.record(runtime, visitor, inspection_id, request))
    response.status_code = HTTPStatus.CREATED if created else HTTPStatus.OK
    with runtime.database.reading() as session:
        return inspections.get_inspection(session, inspection_id)
