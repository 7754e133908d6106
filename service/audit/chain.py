"""The hash chain: every entry's hash covers the entry and the hash of the one before it.

An entry that was changed no longer has its hash; where one was removed or inserted, the numbers
or the hashes before and after do not join. Whoever can write the whole database could compute
all hashes anew: the hash of the newest entry, noted down elsewhere, shows that as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

ROOT_HASH: Final = "0" * 64
"""What the first entry follows."""


@dataclass(frozen=True)
class Entry:
    """One entry as it is hashed."""

    sequence: int
    at: datetime
    person_id: UUID | None
    person: str
    tablet_id: UUID | None
    tablet: str | None
    action: str
    subject: str
    before_sha256: str | None
    after_sha256: str | None
    previous_hash: str

    def hash(self) -> str:
        """Return the SHA-256 of the entry's JSON: UTF-8, fields in order, no white space."""
        fields = [
            self.sequence,
            self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            None if self.person_id is None else str(self.person_id),
            self.person,
            None if self.tablet_id is None else str(self.tablet_id),
            self.tablet,
            self.action,
            self.subject,
            self.before_sha256,
            self.after_sha256,
            self.previous_hash,
        ]
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Link:
    """An entry with the hash that was stored beside it."""

    entry: Entry
    hash: str


@dataclass(frozen=True)
class Verification:
    """What a walk along the chain found; no problems means that it is whole."""

    entries: int
    head: str
    problems: tuple[str, ...]


def verify_chain(links: Iterable[Link], head: tuple[int, str]) -> Verification:
    """Walk along the chain from its first entry.

    Args:
        links: all entries, ordered by sequence.
        head: sequence and hash at which the chain ends.
    """
    problems: list[str] = []
    sequence, last = 0, ROOT_HASH
    count = 0
    for link in links:
        entry = link.entry
        if entry.sequence != sequence + 1:
            problems.append(_gap(sequence + 1, entry.sequence - 1))
        elif entry.previous_hash != last:
            problems.append(
                f"entry {entry.sequence} does not follow entry {sequence}: "
                "one of them was inserted or replaced"
            )
        if entry.hash() != link.hash:
            problems.append(f"entry {entry.sequence} was changed")
        sequence, last = entry.sequence, link.hash
        count += 1
    if sequence < head[0]:
        problems.append(_gap(sequence + 1, head[0]))
    elif (sequence, last) != head:
        problems.append(f"the log ends with entry {sequence}, but not as it was written")
    return Verification(count, last, tuple(problems))


def _gap(first: int, last: int) -> str:
    return f"entry {first} is missing" if first == last else f"entries {first}–{last} are missing"
