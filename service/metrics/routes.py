"""HTTP of figures. A monitoring system has no session: it shows a token of the settings."""

from __future__ import annotations

from hmac import compare_digest
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Response

from service.errors import CredentialsError, NotFoundError, problems
from service.guard import GuardedRoute
from service.runtime import RuntimeDep

router = APIRouter(tags=["health"], route_class=GuardedRoute)

_TEXT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Figures in the text format of Prometheus.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}


class MetricsOffError(NotFoundError):
    """No token is set, so nothing is counted."""

    code = "metrics-off"


class MetricsTokenError(CredentialsError):
    """The token is missing or wrong."""

    code = "metrics-token"


@router.get("/metrics", response_class=Response, responses=_TEXT | problems(401, 404, 422))
def get_metrics(
    runtime: RuntimeDep,
    authorization: Annotated[
        str, Header(description="`Bearer`, and the token of the settings.")
    ] = "",
) -> Response:
    """Give the figures of this process."""
    token = runtime.settings.metrics.token
    if runtime.metrics is None or token is None:
        raise MetricsOffError(
            "this service keeps no figures", fix="Set TELITI_METRICS__TOKEN and start it again."
        )
    expected = f"Bearer {token.get_secret_value()}"
    if not compare_digest(authorization.encode(), expected.encode()):
        raise MetricsTokenError(
            "the token is missing or wrong", fix="Send the header Authorization: Bearer TOKEN."
        )
    return Response(runtime.metrics.write(), media_type=runtime.metrics.content_type)
