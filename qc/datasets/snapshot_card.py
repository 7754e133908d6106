"""What a snapshot says of itself, read without looking at its photos."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from qc.datasets.model import Split
from qc.datasets.snapshot import CARD_FILE, MANIFEST_FILE, SplitBy
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
        SnapshotError: the card is missing, or not the one of the manifest, or the manifest is not
            the one of the folder's name.
    """
    try:
        manifest = (folder / MANIFEST_FILE).read_bytes()
        card = (folder / CARD_FILE).read_bytes()
        identity = hashlib.sha256(manifest).hexdigest()
        line = f"{hashlib.sha256(card).hexdigest()}  {CARD_FILE}"
        if line not in manifest.decode(errors="replace").splitlines():
            raise ValueError(f"{CARD_FILE} is not the one of {MANIFEST_FILE}")
        if not identity.startswith(folder.resolve().name.removeprefix("snapshot-")):
            raise ValueError(f"{MANIFEST_FILE} is not the one of the folder's name")
        return SnapshotCard.model_validate_json(card), identity
    except (OSError, ValueError, ValidationError) as error:
        raise SnapshotError(
            f"{folder} is not a whole snapshot: {error}",
            fix="Take the whole snapshot from a trusted copy.",
        ) from error
