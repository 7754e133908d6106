"""Puts the service together; nothing is opened before the application starts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from functools import partial
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware

from qc.errors import TelitiError
from qc.inspection import inspect
from service import guard, health, webclient
from service.audit import routes as audit
from service.datasets import routes as datasets
from service.drift import routes as drift
from service.errors import install_error_handlers
from service.guidance import routes as guidance
from service.insight import routes as insight
from service.inspections import routes as inspections
from service.inspector import Inspect
from service.lots import routes as lots
from service.metrics import routes as metrics
from service.middleware import BodyLimit, RequestLog
from service.openapi import build_schema
from service.people import routes as people
from service.readings import routes as readings
from service.releases import routes as releases
from service.reports import routes as reports
from service.review import routes as review
from service.runtime import Runtime
from service.sessions import routes as sessions
from service.settings import MEBIBYTE, Settings, UploadSettings
from service.specs import routes as specs
from service.startup import open_runtime
from service.stations import routes as stations
from service.tablets import routes as tablets
from service.teaching import routes as teaching

_log = structlog.get_logger(__name__)

API_VERSION = "1"

# A tablet's photo has 2 to 6 MB: on the way to its place it is not to be written elsewhere as well.
MultiPartParser.spool_max_size = 8 * MEBIBYTE


def create_app(settings: Settings, *, inspect: Inspect = inspect) -> FastAPI:
    """Build the application.

    Args:
        settings: all of them; nothing else is read from the environment.
        inspect: the inspection pipeline.

    Raises:
        RuntimeError: a route has no declared role, or a declaration no route.
    """
    return build_app(settings.upload, partial(open_runtime, settings, inspect))


def build_app(
    upload: UploadSettings, runtime: Callable[[], AbstractContextManager[Runtime]]
) -> FastAPI:
    """Build the application, whose `state.open_runtime` opens all that it works with at a start.

    Raises:
        RuntimeError: a route has no declared role, or a declaration no route.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as stack:
            try:
                app.state.runtime = stack.enter_context(app.state.open_runtime())
            except Exception as error:
                expected = isinstance(error, TelitiError)
                _log.error("the service cannot start", problem=str(error), exc_info=not expected)
                raise
            yield

    app = _Application(
        title="Teliti",
        version=API_VERSION,
        description="Inspects photos of finished craft items against the buyer's spec.",
        lifespan=lifespan,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # the pages load scripts from elsewhere, which a workshop may not reach
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        form_limits={
            "max_files": upload.max_photos,
            "max_fields": upload.max_photos + 8,
            "max_part_size": 1024,
        },
        middleware=[
            Middleware(RequestLog),
            Middleware(BodyLimit, max_bytes=upload.max_request_bytes),
        ],
    )
    app.state.open_runtime = runtime
    install_error_handlers(app)
    app.router.route_class = guard.GuardedRoute
    for router in (
        sessions.router,
        people.router,
        tablets.router,
        audit.router,
        inspections.router,
        readings.router,
        guidance.router,
        lots.router,
        review.router,
        drift.router,
        insight.router,
        reports.router,
        specs.router,
        teaching.router,
        datasets.router,
        stations.router,
        releases.router,
        health.router,
        metrics.router,
    ):
        app.include_router(router)
    webclient.install(app)
    guard.check(app)
    return app


class _Application(FastAPI):
    """Describes itself by our schema."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = build_schema(self)
        return self.openapi_schema


def _operation_id(route: APIRoute) -> str:
    return route.name
