"""What happens to every request: an id, an access log, limits, and security headers."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import unexpected
from service.settings import MEBIBYTE

if TYPE_CHECKING:
    from service.runtime import Runtime

_log = structlog.get_logger("teliti.access")

_FREQUENT: Final = frozenset({"/v1/guidance"})
"""Asked a few times a second by every tablet: only its failures belong in the log."""

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class RequestLog:
    """Gives every request an id, logs it, and answers for failures nobody expected."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = str(uuid4())
        scope["request_id"] = request_id
        began_s = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers.update(SECURITY_HEADERS)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_headers)
            except Exception:
                _log.exception("request failed", method=scope["method"], path=scope["path"])
                if status:
                    raise
                response = unexpected(Request(scope))
                await response(scope, receive, send_with_headers)
            finally:
                self._count(scope, status, time.perf_counter() - began_s)
                frequent = scope["path"] in _FREQUENT and status < HTTPStatus.INTERNAL_SERVER_ERROR
                (_log.debug if frequent else _log.info)(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    duration_ms=round((time.perf_counter() - began_s) * 1000, 1),
                    client=scope["client"][0] if scope.get("client") else None,
                )

    @staticmethod
    def _count(scope: Scope, status: int, seconds: float) -> None:
        runtime: Runtime | None = getattr(scope["app"].state, "runtime", None)
        if runtime is not None and runtime.metrics is not None:
            route = getattr(scope.get("route"), "path", "unknown")  # a pattern, without ids
            runtime.metrics.observe(scope["method"], route, status, seconds)


class BodyLimit:
    """Refuses a request body that is too large: at once where its length is announced.

    FastAPI has a limit of its own, which answers an announced length in plain text.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        received_bytes = int(announced) if announced.isdecimal() else 0

        async def receive_limited() -> Message:
            nonlocal received_bytes
            if received_bytes > self._max_bytes:
                raise self._too_large()
            message = await receive()
            if not announced:
                received_bytes += len(message.get("body", b""))
                if received_bytes > self._max_bytes:
                    raise self._too_large()
            return message

        await self._app(scope, receive_limited, send)

    def _too_large(self) -> HTTPException:
        limit = f"{self._max_bytes / MEBIBYTE:g} MiB"
        return HTTPException(413, f"The request is too large. Send at most {limit}.")
