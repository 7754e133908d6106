"""The workshop's own certificate authority, and the server's certificate by it.

The authority is made once and kept in the data folder; tablets install its certificate once. It
can vouch for private addresses and this machine's own names only (RFC 5280, name constraints), so
that a stolen key opens no other site to the thief. The server's certificate is renewed at a start
where it ends soon or the machine has got another address; tablets notice nothing of it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from service.errors import NotReadyError
from service.https.names import Names

FOLDER: Final = "https"
"""In the data folder."""

_AUTHORITY_LIVES: Final = timedelta(days=3650)
_SERVER_LIVES: Final = timedelta(days=397)  # what Apple's and Google's browsers accept
_RENEWED_BEFORE_END: Final = timedelta(days=60)
_CLOCK_TOLERANCE: Final = timedelta(days=1)

_PRIVATE_NETWORKS: Final = (
    "10.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)
_PRIVATE_DOMAINS: Final = ("home.arpa", "internal", "lan", "local", "localhost")


class CertificateError(NotReadyError):
    """The certificates in the data folder cannot serve."""

    code = "certificate-unusable"


@dataclass(frozen=True)
class Certificates:
    """Files for the server, and the authority that tablets install."""

    authority_pem: Path
    server_pem: Path
    server_key: Path
    fingerprint: str
    """SHA-256 of the authority's certificate, as devices show it: `AB:CD:…`."""

    def authority_der(self) -> bytes:
        """Return the authority's certificate as devices install it."""
        certificate = x509.load_pem_x509_certificate(self.authority_pem.read_bytes())
        return certificate.public_bytes(serialization.Encoding.DER)


def provide_certificates(data_dir: Path, names: Names, now: datetime) -> Certificates:
    """Return certificates for `names`; make what is not there yet or ends soon.

    Raises:
        CertificateError: a file is damaged, or the authority may not vouch for a name.
    """
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        authority, key = _authority(folder, names, now)
        if not _serves(folder, authority, names, now):
            _make_server(folder, authority, key, names, now)
    except (ValueError, TypeError, OSError) as error:
        raise CertificateError(
            f"the certificates in {folder} cannot be used: {error}",
            fix="Restore the folder from a backup, or remove it and install the new certificate "
            "on every tablet.",
        ) from error
    digest = authority.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certificates(
        folder / "authority.pem", folder / "server.pem", folder / "server.key", digest
    )


def _authority(
    folder: Path, names: Names, now: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    path, key_path = folder / "authority.pem", folder / "authority.key"
    if path.exists() or key_path.exists():
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        key = _read_key(key_path)
        if certificate.public_key() != key.public_key():
            raise ValueError("authority.key is not the key of authority.pem")
        if now >= certificate.not_valid_after_utc:
            raise ValueError(f"the authority ended on {certificate.not_valid_after_utc:%Y-%m-%d}")
        _check_allowed(certificate, names)
        return certificate, key
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Teliti"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Teliti {names.hosts[0]} {now:%Y-%m-%d}"),
        ]
    )
    networks = [ipaddress.ip_network(network) for network in _PRIVATE_NETWORKS]
    networks += [
        ipaddress.ip_network(address)
        for address in names.addresses
        if not any(address in network for network in networks)
    ]
    domains = dict.fromkeys((*names.hosts, *_PRIVATE_DOMAINS))
    permitted = [*map(x509.DNSName, domains), *map(x509.IPAddress, networks)]
    certificate = (
        _builder(subject, subject, key, now, _AUTHORITY_LIVES)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_path, key)
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return certificate, key


def _check_allowed(authority: x509.Certificate, names: Names) -> None:
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = constraints.permitted_subtrees or []
    domains = [one.value for one in permitted if isinstance(one, x509.DNSName)]
    networks = [one.value for one in permitted if isinstance(one, x509.IPAddress)]
    refused = [
        host
        for host in names.hosts
        if not any(host == domain or host.endswith(f".{domain}") for domain in domains)
    ] + [
        str(address)
        for address in names.addresses
        if not any(
            address in network
            for network in networks
            if isinstance(network, ipaddress.IPv4Network | ipaddress.IPv6Network)
        )
    ]
    if refused:
        raise ValueError(f"the authority was made for other names than {', '.join(refused)}")


def _serves(folder: Path, authority: x509.Certificate, names: Names, now: datetime) -> bool:
    """Tell whether the server's certificate is there and good for these names for a while."""
    path, key_path = folder / "server.pem", folder / "server.key"
    if not (path.exists() and key_path.exists()):
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, InvalidSignature):
        return False
    held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        certificate.public_key() == _read_key(key_path).public_key()
        and certificate.not_valid_before_utc <= now
        and now < certificate.not_valid_after_utc - _RENEWED_BEFORE_END
        and set(names.hosts) <= set(held.get_values_for_type(x509.DNSName))
        and set(names.addresses) <= set(held.get_values_for_type(x509.IPAddress))
    )


def _make_server(
    folder: Path,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    names: Names,
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names.hosts[0][:64])])
    alternatives = [*map(x509.DNSName, names.hosts), *map(x509.IPAddress, names.addresses)]
    lives = min(_SERVER_LIVES, authority.not_valid_after_utc - now)
    certificate = (
        _builder(subject, authority.subject, key, now, lives)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    _write_key(folder / "server.key", key)
    (folder / "server.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    lives: timedelta,
) -> x509.CertificateBuilder:
    begins = now.astimezone(UTC) - _CLOCK_TOLERANCE  # a tablet's clock may be behind
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lives)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    unused: Iterable[str] = (
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        **dict.fromkeys(unused, False),
    )


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path.name} is no elliptic-curve key")
    return key


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a key that nobody but the service's own user may read, from its first byte on."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
