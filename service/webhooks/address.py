"""Where a webhook may go: to public addresses, and to hosts that the admin names.

A name is resolved once and the connection is made to that very address, so that a name which
points elsewhere a moment later (DNS rebinding) leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.errors import NotReadyError

_PORTS = {"https": 443, "http": 80}
_TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""NAT64 (RFC 6052, 8215): what looks public may lead to any IPv4 address."""


class WebhookAddressError(NotReadyError):
    """The receiver's address is not one that may be called."""

    code = "webhook-address"


@dataclass(frozen=True)
class Target:
    """A receiver: its name, and the one address at which it is called."""

    host: str
    port: int
    ip: str
    path: str
    tls: bool


def find_target(url: str, allowed_hosts: Collection[str]) -> Target:
    """Resolve the receiver's address.

    Raises:
        WebhookAddressError: it is not https or not public, and its host is not allowed by name;
            or its name is not known.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not host or parts.username or parts.password:
        raise WebhookAddressError(
            f"{url!r} is no address of a receiver", fix="Give https://HOST/PATH."
        )
    trusted = host in allowed_hosts
    if parts.scheme != "https" and not trusted:
        raise WebhookAddressError(
            f"{host} would be called without encryption",
            fix="Use https, or name the host in TELITI_WEBHOOK__ALLOWED_HOSTS.",
        )
    port = parts.port or _PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise WebhookAddressError(
            f"{host} is not known ({error})", fix="Check name and DNS."
        ) from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not trusted and not all(map(_is_public, addresses)):
        raise WebhookAddressError(
            f"{host} lies inside a private network",
            fix="Name the host in TELITI_WEBHOOK__ALLOWED_HOSTS if it is meant.",
        )
    path = parts.path or "/"
    return Target(
        host=host,
        port=port,
        ip=addresses[0],
        path=f"{path}?{parts.query}" if parts.query else path,
        tls=parts.scheme == "https",
    )


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        # An IPv4 address in other clothes is judged as what it is.
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return _is_public(str(inner))
        if any(ip in network for network in _TRANSLATED):
            return False
    return ip.is_global and not ip.is_multicast
