"""A tablet with somebody signed in on it."""

from __future__ import annotations

from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx2
from station_page import Service
from visitors import cookies_of

from faults.ledger import Upload
from service.people.roles import Role


class Tablet:
    """Sends uploads; where the session is over, somebody signs in again."""

    def __init__(self, service: Service) -> None:
        self._runtime = service.runtime
        self._client = httpx2.Client(base_url=service.address, timeout=60)
        self._sign_in()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def send(self, upload: Upload) -> httpx2.Response:
        """Send an upload and return the answer."""
        answer = self._client.send(upload.request(self._client))
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            self._sign_in()
            answer = self._client.send(upload.request(self._client))
        return answer

    def bytes_of(self, upload: Upload) -> bytes:
        """Return what `send` would put on the wire."""
        request = upload.request(self._client)
        head = [f"POST {request.url.path} HTTP/1.1".encode()]
        head += [name + b": " + value for name, value in request.headers.raw]
        return b"\r\n".join(head) + b"\r\n\r\n" + request.read()

    def _sign_in(self) -> None:
        self._client.cookies.clear()
        self._client.cookies.update(cookies_of(self._runtime, Role.PACKER, tablet=True))
