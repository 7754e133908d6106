"""The two cookies: scripts cannot read them, other sites cannot send them."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response

SESSION_COOKIE: Final = "teliti_session"
TABLET_COOKIE: Final = "teliti_tablet"

_KEPT_S: Final = {
    SESSION_COOKIE: None,  # until the browser is closed; the server ends it earlier
    TABLET_COOKIE: 400 * 24 * 3600,  # as long as browsers allow, renewed by every sign-in
}


def set_cookie(request: Request, response: Response, name: str, token: str) -> None:
    """Make the browser keep a token."""
    response.set_cookie(
        name,
        token,
        max_age=_KEPT_S[name],
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def clear_cookie(response: Response, name: str) -> None:
    """Make the browser forget a token."""
    response.delete_cookie(name, path="/", httponly=True, samesite="strict")
