"""The certificates of https: do they still serve, and does nobody else read their keys?"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from service.doctor.findings import Finding, State
from service.https.authority import FOLDER

_SOON: Final = timedelta(days=30)
_NAMED: Final = {"authority": "Install the new one on every tablet then.", "server": ""}


def examine_certificates(data_dir: Path, now: datetime) -> Iterator[Finding]:
    """Look at each certificate and at the keys; at nothing where https was never served."""
    folder = data_dir / FOLDER
    if not folder.is_dir():
        return
    for name, consequence in _NAMED.items():
        yield _certificate(folder / f"{name}.pem", name, consequence, now)
    yield _keys(folder)


def _certificate(path: Path, name: str, consequence: str, now: datetime) -> Finding:
    subject = f"certificate of the {name}"
    again = f"Start `qc serve --https` again, which makes a new one. {consequence}".strip()
    try:
        ends = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        return Finding(
            subject=subject,
            state=State.BAD,
            detail=f"{path} cannot be read ({error})",
            fix="Restore the folder https/ from a backup.",
        )
    if ends <= now:
        fix = "Move the folder https/ away, then start again; install the new one on every tablet."
        return Finding(
            subject=subject,
            state=State.BAD,
            detail=f"it ended on {ends:%Y-%m-%d}",
            fix=fix if name == "authority" else again,
        )
    soon = ends < now + _SOON
    return Finding(
        subject=subject,
        state=State.WATCH if soon else State.GOOD,
        detail=f"valid until {ends:%Y-%m-%d}",
        fix=again if soon else "",
    )


def _keys(folder: Path) -> Finding:
    readable = [
        path.name
        for path in sorted(folder.glob("*.key"))
        if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    if readable:
        return Finding(
            subject="keys of the certificates",
            state=State.BAD,
            detail=f"other users of this machine may read {', '.join(readable)}",
            fix=f"chmod 600 {folder}/*.key",
        )
    return Finding(
        subject="keys of the certificates", state=State.GOOD, detail="the service's user's alone"
    )
