"""HTTP of data sets and training."""

from __future__ import annotations

from fastapi import APIRouter

from service.datasets import service
from service.datasets.schemas import DatasetReport, NewSnapshot, SnapshotRequest
from service.errors import problems
from service.guard import GuardedRoute, SignedInDep
from service.runtime import RuntimeDep

router = APIRouter(prefix="/v1/datasets", tags=["datasets"], route_class=GuardedRoute)


@router.get("", responses=problems(422))
def get_datasets(runtime: RuntimeDep) -> DatasetReport:
    """Say what was reviewed, which snapshots there are, and which releases were trained."""
    return service.get_report(runtime)


@router.post("/snapshots", status_code=201, responses=problems(409, 422, 429, 503))
def create_dataset_snapshot(
    runtime: RuntimeDep, visitor: SignedInDep, request: SnapshotRequest
) -> NewSnapshot:
    """Write everything that leads said until now as data that never changes.

    The same reviews on the same day give the same snapshot.
    """
    return service.make_snapshot(runtime, visitor.actor, request)
