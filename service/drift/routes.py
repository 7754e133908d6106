"""HTTP of drift."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from qc.spec.models import Slug
from service.drift import service
from service.drift.schemas import DriftReport
from service.errors import problems
from service.guard import GuardedRoute
from service.runtime import ReadSession

router = APIRouter(prefix="/v1/drift", tags=["drift"], route_class=GuardedRoute)


@router.get("", responses=problems(422))
def get_drift(
    session: ReadSession,
    spec: Annotated[Slug | None, Query(description="Only this product's.")] = None,
) -> DriftReport:
    """Say whether what the stations see of a product has changed, and what to do about it."""
    return service.get_report(session, spec)
