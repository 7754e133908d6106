"""What a snapshot says of itself, read without looking at its photos."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from qc.datasets.model import Split
from qc.datasets.snapshot import CARD_FILE, SplitBy, read_manifest, tampered
from qc.errors import SnapshotError


class SnapshotCard(BaseModel):
    """`snapshot.json`: how many photos of each part, and what is labelled on them."""

    model_config = ConfigDict(frozen=True)

    created: date
    split_by: SplitBy
    photos: dict[Split, int]
    regions: dict[str, int]
    """Labelled regions by type, the types of which there is none included."""
    false_alarms: int


def read_card(folder: Path) -> tuple[SnapshotCard, str]:
    """Return the card of a snapshot and the snapshot's identity.

    Only card and manifest are looked at: `verify_snapshot` tells whether every photo is whole.

    Raises:
        SnapshotError: the card is missing or changed, or the manifest as in `read_manifest`.
    """
    listed, identity = read_manifest(folder)
    try:
        card = (folder / CARD_FILE).read_bytes()
    except OSError as error:
        raise tampered(folder, CARD_FILE, "is missing") from error
    if listed.get(CARD_FILE) != hashlib.sha256(card).hexdigest():
        raise tampered(folder, CARD_FILE, "was changed")
    try:
        return SnapshotCard.model_validate_json(card), identity
    except ValidationError as error:
        raise SnapshotError(
            f"{folder / CARD_FILE} cannot be read: {error}",
            fix="Make the snapshot anew with this version.",
        ) from error
