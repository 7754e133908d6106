"""HTTP of releases."""

from __future__ import annotations

from fastapi import APIRouter

from service.errors import problems
from service.guard import GuardedRoute
from service.releases import service
from service.releases.schemas import ReleaseResource
from service.runtime import RuntimeDep

router = APIRouter(prefix="/v1/releases", tags=["releases"], route_class=GuardedRoute)


@router.get("/active", responses=problems(404))
def get_active_release(runtime: RuntimeDep) -> ReleaseResource:
    """Give the card of the release that inspects now."""
    return service.get_active_release(runtime.detector)
