"""HTTP of inspections."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from pydantic import AwareDatetime

from qc.decision.verdict import Verdict
from qc.overlay import Language
from qc.spec.models import Slug
from service.captures.schemas import Seal
from service.errors import problems
from service.guard import GuardedRoute, SignedInDep
from service.inspections import pictures, service
from service.inspections.pictures import Frame
from service.inspections.schemas import InspectionPage, InspectionResource
from service.inspections.workflow import Submission, submit
from service.pictures import FOR_AN_HOUR, FOR_EVER, PICTURE, IfNoneMatch, Width, answer
from service.runtime import ReadSession, Runtime, RuntimeDep
from service.specs.schemas import SpecReference, split_reference

router = APIRouter(prefix="/v1/inspections", tags=["inspections"], route_class=GuardedRoute)

FrameParameter = Annotated[
    Frame, Query(description="`item` shows the item and its surroundings, where it was found.")
]


@router.post(
    "",
    status_code=201,
    responses={
        200: {"model": InspectionResource, "description": "The first answer, sent again."},
        201: {
            "description": "Inspected and kept.",
            "headers": {"Location": {"schema": {"type": "string"}}},
        },
        **problems(400, 404, 409, 413, 422, 429, 503),
    },
)
def create_inspection(
    runtime: RuntimeDep,
    visitor: SignedInDep,
    response: Response,
    photos: Annotated[
        list[UploadFile], File(min_length=1, max_length=8, description="One photo of each view.")
    ],
    spec: Annotated[
        SpecReference, Form(description="Id of the spec; `id@version` for a certain version.")
    ],
    client_id: Annotated[
        UUID, Form(description="Chosen by the client, once per inspection; safe to send again.")
    ],
    station: Annotated[Slug | None, Form(description="Id of the station.")] = None,
    views: Annotated[
        list[Slug] | None,
        Form(
            max_length=8,
            description="View of each photo, in the order of `photos`. "
            "A single photo without one shows the spec's first view.",
        ),
    ] = None,
    lot_id: Annotated[UUID | None, Form(description="The lot that the item belongs to.")] = None,
    unit: Annotated[
        int | None,
        Form(ge=1, le=2**31 - 1, description="The item's number in its lot; the next without it."),
    ] = None,
    reinspection_of: Annotated[
        UUID | None,
        Form(description="The inspection whose item was sent back for rework and is here again."),
    ] = None,
    taken_at: Annotated[
        AwareDatetime | None, Form(description="By the tablet's clock; given with `seal`.")
    ] = None,
    seal: Annotated[
        Seal | None,
        Form(
            description="`<id>.<HMAC-SHA-256>` by the capture key of whoever took the photos: they "
            "keep that name, whoever sends them. Without it the sender is named. Sealed are these "
            "lines: `teliti-capture-1`, client id, milliseconds of `taken_at` since 1970, spec, "
            "station, lot, unit, `reinspection_of`, and `<view> <SHA-256>` for each photo; a part "
            "that is not given is an empty line."
        ),
    ] = None,
) -> InspectionResource:
    """Inspect the photos of one item.

    The answer is sent once photos and inspection are on the disk. Sending the same request
    again gives the same answer, so a client repeats it until it has one.
    """
    spec_id, spec_version = split_reference(spec)
    receipt = submit(
        runtime,
        Submission(
            client_id=client_id,
            spec_id=spec_id,
            spec_version=spec_version,
            station_id=station,
            photos=[photo.file for photo in photos],
            views=views or [],
            lot_id=lot_id,
            unit=unit,
            reinspection_of=reinspection_of,
            taken_at=taken_at,
            seal=seal,
            actor=visitor.actor,
        ),
    )
    response.status_code = HTTPStatus.CREATED if receipt.created else HTTPStatus.OK
    response.headers["Location"] = f"{router.prefix}/{receipt.inspection.id}"
    return receipt.inspection


@router.get("", responses=problems(404, 422))
def list_inspections(
    session: ReadSession,
    spec: Annotated[Slug | None, Query(description="Only those judged by this spec.")] = None,
    verdict: Annotated[Verdict | None, Query(description="Only those with this verdict.")] = None,
    cursor: Annotated[UUID | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> InspectionPage:
    """List inspections, newest first."""
    return service.list_inspections(
        session, cursor=cursor, spec_id=spec, verdict=verdict, limit=limit
    )


@router.get("/{inspection_id}", responses=problems(404, 422))
def get_inspection(session: ReadSession, inspection_id: UUID) -> InspectionResource:
    """Give one inspection."""
    return service.get_inspection(session, inspection_id)


@router.get(
    "/{inspection_id}/photos/{view}",
    response_class=Response,
    responses=PICTURE | problems(404, 410, 422, 503),
)
def get_inspection_photo(
    runtime: RuntimeDep,
    inspection_id: UUID,
    view: Slug,
    width: Width = None,
    frame: FrameParameter = Frame.PHOTO,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Give the photo of one view: JPEG, upright, without EXIF."""
    photo, inspection = _look_up(runtime, inspection_id, view)
    return answer(
        f"photo-{inspection_id}-{photo.sha256[:32]}-{frame}-{width or 'full'}",
        FOR_EVER if frame is Frame.PHOTO else FOR_AN_HOUR,
        if_none_match,
        lambda: pictures.photo_jpeg(
            runtime.photos.get(photo.sha256), inspection, view, width, frame
        ),
    )


@router.get(
    "/{inspection_id}/overlays/{view}",
    response_class=Response,
    responses=PICTURE | problems(404, 410, 422, 503),
)
def get_inspection_overlay(
    runtime: RuntimeDep,
    inspection_id: UUID,
    view: Slug,
    width: Width = None,
    frame: FrameParameter = Frame.PHOTO,
    language: Annotated[Language, Query(description="Of the labels.")] = "en",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Give the photo of one view with the findings drawn in."""
    photo, inspection = _look_up(runtime, inspection_id, view)
    return answer(
        f"overlay-{inspection_id}-{view}-{language}-{frame}-{width or 'full'}",
        FOR_AN_HOUR,
        if_none_match,
        lambda: pictures.overlay_jpeg(
            runtime.photos.get(photo.sha256), inspection, view, width, frame, language
        ),
    )


def _look_up(
    runtime: Runtime, inspection_id: UUID, view: str
) -> tuple[service.StoredPhoto, InspectionResource]:
    # Not `ReadSession`: no connection is held while a picture renders.
    with runtime.database.reading() as session:
        photo = service.get_photo(session, inspection_id, view)
        return photo, service.get_inspection(session, inspection_id)
