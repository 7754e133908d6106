"""Under which names and addresses the tablets of the workshop's network find this machine."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LOOPBACK: Final = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))
_OUTSIDE: Final = "192.0.2.1"
"""Of the block for documentation (RFC 5737): nothing is sent there."""


@dataclass(frozen=True)
class Names:
    """What a certificate is to vouch for."""

    hosts: tuple[str, ...]
    addresses: tuple[Address, ...]

    @property
    def best(self) -> str:
        """What a tablet should open: an address, for few workshops have a name server."""
        for address in self.addresses:
            if address.version == 4 and not address.is_loopback:
                return str(address)
        return self.hosts[0]


def names_of_this_machine(public_url: str | None = None) -> Names:
    """Find the machine's names and its addresses in the local network."""
    host = socket.gethostname().lower()
    hosts = [host, f"{host.partition('.')[0]}.local", "localhost"]
    addresses = [*_addresses(host), *_LOOPBACK]
    if public_url is not None:
        public = urlsplit(public_url).hostname or ""
        try:
            addresses.insert(0, ipaddress.ip_address(public))
        except ValueError:
            hosts.insert(0, public)
    return Names(tuple(dict.fromkeys(hosts)), tuple(dict.fromkeys(addresses)))


def _addresses(host: str) -> list[Address]:
    found: list[str] = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((_OUTSIDE, 9))  # chooses the way out, without sending anything
        found.append(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(host, None, socket.AF_INET)]
    return [ipaddress.ip_address(address) for address in found]
