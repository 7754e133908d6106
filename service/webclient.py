"""The page that people use: the built web client, served beside the API.

Vite names files in `assets/` by their content, so a browser may keep them for ever; every
other file is asked for anew.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BUNDLE = Path(__file__).parent / "web" / "dist"

_MISSING = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Teliti</title>
<h1>The page is not built yet</h1>
<p>The API works; only the page for people is missing.
Build it with <code>make web</code>, then start the service again.</p>
</html>
"""


def install(app: FastAPI) -> None:
    """Serve the bundle for every path that the API does not have."""

    @app.get("/v1/{path:path}", include_in_schema=False)
    def no_such_endpoint(path: str) -> None:
        raise HTTPException(404, f"The API has no /v1/{path}.")

    if BUNDLE.is_dir():
        app.frontend("/", directory=BUNDLE, fallback="index.html", check_dir=True)
        app.add_middleware(_CacheControl)
    else:

        @app.get("/", include_in_schema=False)
        def bundle_missing() -> HTMLResponse:
            return HTMLResponse(_MISSING, status_code=503)


class _CacheControl:
    """Tells the browser how long it may keep a file of the bundle."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_cache(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = scope["path"].startswith("/assets/") and message["status"] == 200
                MutableHeaders(scope=message).setdefault(
                    "Cache-Control",
                    "public, max-age=31536000, immutable" if kept else "no-cache",
                )
            await send(message)

        await self._app(scope, receive, send_with_cache)
