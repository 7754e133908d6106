"""The door of every route: who comes, and may they? Asked before anything of the body is read."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import BaseRoute

from qc.errors import TelitiError
from service.access import ACCESS
from service.cookies import SESSION_COOKIE, TABLET_COOKIE
from service.errors import CredentialsError, ForbiddenError
from service.plain_text import require_plain_text
from service.runtime import Runtime
from service.sessions import service as sessions
from service.visitor import Lost, SignedIn, VisitingTablet, Visitor

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_OPTIONAL: Final = frozenset({"bundle_missing"})
"""Declared routes that an application may lack."""


class SignInRequiredError(CredentialsError):
    """Nobody is signed in."""

    code = "sign-in-required"


class SessionExpiredError(CredentialsError):
    """Somebody was signed in; the session is over."""

    code = Lost.SESSION


class TabletRevokedError(CredentialsError):
    """The browser's device token is worthless."""

    code = Lost.TABLET


class TabletRequiredError(ForbiddenError):
    """PIN and badge count on enrolled tablets only."""

    code = "tablet-required"


class RoleRequiredError(ForbiddenError):
    """The person's role may not do this."""

    code = "role-required"


class CrossSiteError(ForbiddenError):
    """A page of another site caused this request."""

    code = "cross-site"


class GuardedRoute(APIRoute):
    """A route that is called only by whom `service.access` names."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the guard before the handler."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                request.state.visitor = await run_in_threadpool(_admit, request, self.name)
                await require_plain_text(request)
            except TelitiError:
                # A browser hears an answer only after it has sent everything: without this, an
                # upload whose session expired would look like a broken network.
                async for _ in request.stream():
                    pass
                raise
            return await handler(request)

        return guarded


def check(app: FastAPI) -> None:
    """Make sure that every route is guarded and has its roles declared.

    Raises:
        RuntimeError: one is not, or a declaration has no route.
    """
    names = [_name(context.original_route) for context in iter_route_contexts(app.routes)]
    missing = sorted(set(names) - set(ACCESS))
    stale = sorted(set(ACCESS) - set(names) - _OPTIONAL)
    twice = sorted({name for name in names if names.count(name) > 1})
    if missing or stale or twice:
        raise RuntimeError(
            f"service/access.py: routes without an entry: {missing}; entries without a route: "
            f"{stale}; names of several routes: {twice}"
        )


def _name(route: BaseRoute) -> str:
    name = getattr(route, "name", type(route).__name__)
    if not isinstance(route, GuardedRoute) and not (name in ACCESS and ACCESS[name].anybody):
        raise RuntimeError(f"route {name!r} is not guarded: give its router GuardedRoute")
    return name


def _admit(request: Request, name: str) -> Visitor:
    """Tell who comes, if they may.

    Raises:
        CredentialsError, ForbiddenError: they may not.
    """
    access = ACCESS[name]
    _check_same_site(request)
    visitor = _identify(request, unattended=access.unattended)
    allowed = (
        access.anybody
        or (access.tablet and visitor.tablet is not None)
        or (visitor.person is not None and visitor.person.role in access.roles)
    )
    if allowed:
        return visitor
    if visitor.lost is Lost.TABLET:
        raise TabletRevokedError(
            "this tablet is not enrolled any more", fix="Ask a lead to enrol it again."
        )
    if access.tablet:
        raise TabletRequiredError(
            "this browser is not enrolled as a tablet",
            fix="Ask a lead for a code, or sign in with a password.",
        )
    if visitor.person is not None:
        raise RoleRequiredError(
            f"a {visitor.person.role} may not do this",
            fix=f"Ask somebody who is {' or '.join(sorted(access.roles))}.",
        )
    if visitor.lost is Lost.SESSION:
        raise SessionExpiredError(
            "the session is over", fix="Sign in again, then send the same request again."
        )
    raise SignInRequiredError("nobody is signed in", fix="Sign in at /.")


def _identify(request: Request, *, unattended: bool) -> Visitor:
    session_token = request.cookies.get(SESSION_COOKIE)
    tablet_token = request.cookies.get(TABLET_COOKIE)
    if session_token is None and tablet_token is None:
        return Visitor()
    runtime: Runtime = request.app.state.runtime
    now = datetime.now(UTC)
    with runtime.database.reading() as session:
        visitor = sessions.identify(
            session, runtime.settings.sign_in, now, session_token, tablet_token
        )
        touch = not unattended and sessions.needs_touch(session, visitor, now)
    if touch:
        with runtime.database.writing() as session:
            sessions.touch(session, visitor, now)
    return visitor


def _check_same_site(request: Request) -> None:
    """Refuse what another site's page makes a browser send (OWASP: fetch metadata, origin).

    `SameSite=Strict` keeps the cookies back already; this also covers what needs no cookie, and
    other ports of the same host, which browsers call the same site.
    """
    if request.method in _SAFE_METHODS:
        return
    fetched = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    same = fetched in (None, "same-origin", "none") and (
        origin is None or urlsplit(origin).netloc == request.headers.get("host")
    )
    if not same:
        raise CrossSiteError(
            "the request comes from a page of another site", fix="Use the service's own page."
        )


# Of what has nothing to wait for FastAPI would make a job for a thread, were it not `async`.


async def _visitor(request: Request) -> Visitor:
    visitor: Visitor = request.state.visitor
    return visitor


VisitorDep = Annotated[Visitor, Depends(_visitor)]
"""Whoever sends the request, also nobody."""


async def _signed_in(visitor: VisitorDep) -> SignedIn:
    if visitor.person is None:
        raise SignInRequiredError("nobody is signed in", fix="Sign in at /.")
    return SignedIn(visitor.person, visitor.tablet)


SignedInDep = Annotated[SignedIn, Depends(_signed_in)]
"""The person who sends the request, of a role that `service.access` lists for the route."""


async def _tablet(visitor: VisitorDep) -> VisitingTablet:
    if visitor.tablet is None:
        raise TabletRequiredError("this browser is not enrolled as a tablet")
    return visitor.tablet


TabletDep = Annotated[VisitingTablet, Depends(_tablet)]
"""The tablet that sends the request."""


async def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


AddressDep = Annotated[str, Depends(_address)]
"""Where the request comes from, for lock-outs."""
