"""HTTP of releases."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from qc.comparison.report import MARGIN
from service.errors import problems
from service.guard import GuardedRoute, SignedInDep
from service.releases import choosing, service
from service.releases.schemas import (
    REFERENCE,
    Gate,
    PromotionRequest,
    ReleaseList,
    ReleaseResource,
    RollbackRequest,
    ShadowReport,
    ShadowRequest,
)
from service.runtime import ReadSession, RuntimeDep, WriteSession

router = APIRouter(prefix="/v1/releases", tags=["releases"], route_class=GuardedRoute)


@router.get("", responses=problems(503))
def list_releases(session: ReadSession, runtime: RuntimeDep) -> ReleaseList:
    """List all releases and what was done with them."""
    return service.list_releases(session, runtime.settings)


@router.get("/active", responses=problems(404))
def get_active_release(runtime: RuntimeDep) -> ReleaseResource:
    """Give the card of the release that inspects now."""
    return service.get_active_release(runtime.detector)


@router.get("/{reference}/gate", responses=problems(404, 422, 503))
def get_release_gate(
    session: ReadSession,
    reference: Annotated[str, Path(pattern=REFERENCE, max_length=96)],
    margin: Annotated[
        float, Query(ge=0, le=1, description="What any figure may be worse by.")
    ] = MARGIN,
) -> Gate:
    """Say whether a release may inspect, by its comparison with the one that inspects now."""
    return choosing.get_gate(session, reference, margin)


@router.post("/promotions", status_code=201, responses=problems(404, 409, 422, 503))
def promote_release(
    session: WriteSession, runtime: RuntimeDep, visitor: SignedInDep, body: PromotionRequest
) -> ReleaseList:
    """Let a release inspect from now on, if the gate lets it."""
    choosing.promote(
        session,
        runtime.settings,
        body.reference,
        reason=body.reason,
        margin=MARGIN if body.margin is None else body.margin,
        override=body.override,
        actor=visitor.actor,
    )
    return service.list_releases(session, runtime.settings)


@router.post("/rollbacks", status_code=201, responses=problems(409, 422, 503))
def roll_back_release(
    session: WriteSession, runtime: RuntimeDep, visitor: SignedInDep, body: RollbackRequest
) -> ReleaseList:
    """Let the release inspect that was active before."""
    choosing.roll_back(session, runtime.settings, reason=body.reason, actor=visitor.actor)
    return service.list_releases(session, runtime.settings)


@router.get("/shadow", responses=problems(404))
def get_shadow_report(session: ReadSession) -> ShadowReport:
    """Say what the release in shadow said so far."""
    return service.get_shadow_report(session)


@router.put("/shadow", responses=problems(404, 409, 422, 503))
def set_shadow_release(
    session: WriteSession, runtime: RuntimeDep, visitor: SignedInDep, body: ShadowRequest
) -> ReleaseList:
    """Let a release judge the same photos unseen, or stop it."""
    if body.reference is None:
        choosing.stop_shadow(session, reason=body.reason, actor=visitor.actor)
    else:
        choosing.start_shadow(
            session, runtime.settings, body.reference, reason=body.reason, actor=visitor.actor
        )
    return service.list_releases(session, runtime.settings)
