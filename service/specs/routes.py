"""HTTP of specs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from qc.spec.models import Slug, Spec
from service.errors import problems
from service.guard import GuardedRoute
from service.runtime import ReadSession
from service.specs import service
from service.specs.schemas import SpecList, SpecSummary

router = APIRouter(prefix="/v1/specs", tags=["specs"], route_class=GuardedRoute)


@router.get("")
def list_specs(session: ReadSession) -> SpecList:
    """List the latest version of every spec."""
    return SpecList(items=tuple(SpecSummary.of(spec) for spec in service.list_specs(session)))


@router.get("/{spec_id}", responses=problems(404, 422))
def get_spec(
    session: ReadSession,
    spec_id: Slug,
    version: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="The latest where not given.")
    ] = None,
) -> Spec:
    """Give one spec with all its limits."""
    return service.get_spec(session, spec_id, version)
