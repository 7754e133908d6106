"""One message on its way: signed, sent once, answered or not."""

from __future__ import annotations

import hmac
import http.client
import socket
import ssl
from hashlib import sha256

from pydantic import AwareDatetime, BaseModel, Field

from service.errors import NotReadyError
from service.webhooks.address import Target

SIGNATURE_HEADER = "Teliti-Signature"


class DeliveryError(NotReadyError):
    """The receiver did not take the message."""

    code = "webhook-failed"


class Message(BaseModel):
    """What a receiver hears: that something happened, without names of people."""

    id: str = Field(description="Hash of the audit entry; the same whenever it is sent again.")
    sequence: int = Field(description="Messages come in this order; numbers are left out.")
    at: AwareDatetime
    event: str = Field(description="`inspection.kept`, `review.accepted`, …")
    subject: str = Field(description="`inspection/<id>`, `lot/<id>`, …; ask the API for it.")


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Return the signature's header: HMAC-SHA-256 of `<timestamp>.<body>`.

    The receiver makes the same, compares in constant time, and refuses old timestamps.
    """
    mac = hmac.new(secret.encode(), str(timestamp).encode() + b"." + body, sha256)
    return f"t={timestamp},v1={mac.hexdigest()}"


def deliver(target: Target, message: Message, secret: str, now: int, timeout_s: float) -> None:
    """Send a message to the very address that was checked; redirects are not followed.

    Raises:
        DeliveryError: it was not answered with 2xx.
    """
    body = message.model_dump_json().encode()
    headers = {
        "Content-Type": "application/json",
        "Teliti-Event-Id": message.id,
        SIGNATURE_HEADER: sign(secret, now, body),
        "User-Agent": "teliti",
    }
    connection = _Pinned(target, timeout_s)
    try:
        connection.request("POST", target.path, body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise DeliveryError(f"{target.host} does not answer ({error})") from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise DeliveryError(f"{target.host} answered {status}")


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was resolved before, under the receiver's name."""

    def __init__(self, target: Target, timeout_s: float) -> None:
        default = 443 if target.tls else 80
        super().__init__(target.host, target.port, timeout=timeout_s)
        self.default_port = default  # so that the Host header leaves it out
        self._target = target

    def connect(self) -> None:
        """Open the connection; with TLS the certificate must be the host's."""
        plain = socket.create_connection((self._target.ip, self._target.port), self.timeout)
        if not self._target.tls:
            self.sock = plain
            return
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(plain, server_hostname=self._target.host)
