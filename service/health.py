"""Is the service alive, and can it do its work?"""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from qc import __version__
from service.errors import NotReadyError, problems
from service.guard import GuardedRoute
from service.runtime import RuntimeDep

router = APIRouter(tags=["health"], route_class=GuardedRoute)


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """The service can take inspections."""

    status: Literal["ready"] = "ready"
    software: str
    release: str | None


@router.get("/health")
def get_health() -> Health:
    """Answer while the process lives."""
    return Health()


@router.get("/ready", responses=problems(503))
def get_readiness(runtime: RuntimeDep) -> Readiness:
    """Answer once database and photo store work."""
    try:
        runtime.database.check()
        runtime.photos.check()
        detector = runtime.detector
    except SQLAlchemyError as error:
        raise NotReadyError("the database does not answer", fix="Look at the log.") from error
    release = detector.reference if detector else None
    return Readiness(software=__version__, release=release)
