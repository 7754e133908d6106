"""HTTP of teaching."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Path, Query, Response, UploadFile

from qc.spec.models import Slug
from service.errors import problems
from service.guard import GuardedRoute, SignedInDep
from service.pictures import FOR_EVER, PICTURE, IfNoneMatch, Width, answer, jpeg
from service.runtime import ReadSession, RuntimeDep
from service.teaching import service
from service.teaching.schemas import (
    GoodPhotos,
    Learning,
    LearningRequest,
    MemoryChoice,
    Teaching,
    TeachingPhoto,
)

router = APIRouter(
    prefix="/v1/specs/{spec_id}/teaching", tags=["teaching"], route_class=GuardedRoute
)


@router.get("", responses=problems(404, 422))
def get_teaching(runtime: RuntimeDep, spec_id: Slug) -> Teaching:
    """Say what a product was taught, and how far the newest learning is."""
    return service.get_teaching(runtime, spec_id)


@router.get("/good", responses=problems(404, 422))
def list_good_photos(
    session: ReadSession, spec_id: Slug, view: Annotated[Slug, Query()]
) -> GoodPhotos:
    """List photos of the newest inspected items that stand as good, from which to learn."""
    return service.find_good(session, spec_id, view)


@router.post("/photos", status_code=201, responses=problems(400, 404, 413, 422, 429, 503))
def add_teaching_photo(
    runtime: RuntimeDep,
    spec_id: Slug,
    photo: Annotated[UploadFile, File(description="Of a good item, on the mat.")],
) -> TeachingPhoto:
    """Keep a photo to learn from. The same photo again gives the same answer."""
    name = "".join(c for c in (photo.filename or "").rpartition("/")[2] if c.isprintable())
    return service.add_photo(runtime, spec_id, name.strip()[-100:].strip() or "photo", photo.file)


@router.get(
    "/photos/{sha256}", response_class=Response, responses=PICTURE | problems(404, 410, 422, 503)
)
def get_teaching_photo(
    runtime: RuntimeDep,
    spec_id: Slug,
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
    width: Width = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Give a photo of a learning: JPEG, upright, without EXIF."""
    return answer(
        f"teaching-{sha256[:32]}-{width or 'full'}",
        FOR_EVER,
        if_none_match,
        lambda: jpeg(service.get_photo(runtime, spec_id, sha256).pixels, width),
    )


@router.post("/learning", status_code=202, responses=problems(400, 404, 410, 422, 429))
def start_learning(
    runtime: RuntimeDep, visitor: SignedInDep, spec_id: Slug, request: LearningRequest
) -> Learning:
    """Begin to learn in the background. What is learnt counts once it is chosen."""
    return service.start(runtime, visitor.actor, spec_id, request)


@router.put("/memory", responses=problems(400, 404, 422, 503))
def choose_memory(
    runtime: RuntimeDep, visitor: SignedInDep, spec_id: Slug, choice: MemoryChoice
) -> Teaching:
    """Let a memory count from the next inspection on; the former ones stay and can be chosen."""
    return service.choose(runtime, visitor.actor, spec_id, choice)
