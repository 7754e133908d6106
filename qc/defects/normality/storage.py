"""The file of a memory: a NumPy archive with a card and a checksum, and nothing executable."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from qc.defects.normality.bank import DefectBank
from qc.defects.normality.encoder import Encoder
from qc.defects.normality.memory import Memory
from qc.defects.normality.model import Normality, NormalityCard
from qc.errors import NormalityError, first_problem

MAX_BYTES = 200_000_000

_FIX = "Take it from a trusted copy, or learn it again."
_FORMAT = "teliti-normality-2"
_READABLE = frozenset({"teliti-normality-1", _FORMAT})
"""The first version knew no suspicion; its memories judge as they did, with their encoder."""


def save(path: Path, normality: Normality) -> None:
    """Write a file, whole or not at all."""
    parts = _parts(normality.card, normality.memory, normality.bank)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as file:
        np.savez(file, sha256=_text(_digest(parts)), **parts)
    unfinished.replace(path)


def assemble(card: NormalityCard, memory: Memory, bank: DefectBank, encoder: Encoder) -> Normality:
    """Return a memory ready to judge, named as its file would be."""
    return Normality(card, memory, bank, encoder, _digest(_parts(card, memory, bank)))


def load(path: Path, encoder: Encoder) -> Normality:
    """Read a file.

    Args:
        path: of the file.
        encoder: with which it was learnt, or a release beside that.

    Raises:
        NormalityError: it is missing, damaged, altered, or was learnt with an encoder that is not
            there.
        ReleaseError: that encoder is altered.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise NormalityError(f"{path} is too large for a memory", fix=_FIX)
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            if sum(member.file_size for member in archive.zip.infolist()) > MAX_BYTES:
                raise NormalityError(f"{path} is too large for a memory", fix=_FIX)
            parts = {name: archive[name] for name in archive.files}
        stated = bytes(parts.pop("sha256")).decode()
    except OSError as error:
        raise NormalityError(
            f"cannot read {path}: {error.strerror or 'damaged'}", fix="Check the path."
        ) from error
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile, AttributeError) as error:
        raise NormalityError(f"{path} is not a memory of good photos", fix=_FIX) from error
    digest = _digest(parts)
    if digest != stated:
        raise NormalityError(f"{path} was altered: its checksum does not fit", fix=_FIX)
    try:
        if bytes(parts["format"]).decode() not in _READABLE:
            raise NormalityError(
                f"{path} is of another version", fix="Learn it again with this version."
            )
        card = NormalityCard.model_validate_json(bytes(parts["card"]))
        memory = Memory(
            parts["mean"], parts["projection"], parts["vectors"], parts["spread"], parts["photo"]
        )
        bank = DefectBank(
            parts["defects"],
            parts["radius"],
            parts["defect_type"],
            tuple(bytes(parts["types"]).decode().split()),
        )
    except KeyError as error:
        raise NormalityError(f"{path} lacks {error}", fix=_FIX) from error
    except ValidationError as error:
        raise NormalityError(f"{path}: {first_problem(error)}", fix=_FIX) from error
    own = encoder.release_of(card.encoder, card.encoder_sha256)
    return Normality(card, memory, bank, own, digest)


def load_by_view(paths: Sequence[Path], first: str, encoder: Encoder) -> dict[str, Normality]:
    """Read memories by the view that each knows.

    Args:
        paths: of the files.
        first: the view of one that was learnt without a spec.
        encoder: as for `load`.

    Raises:
        NormalityError: as `load`, or two know the same view.
    """
    memories: dict[str, Normality] = {}
    for path in paths:
        memory = load(path, encoder)
        view = memory.card.view or first
        if view in memories:
            raise NormalityError(
                f"{path} is a second memory of view {view}", fix="Give one a view."
            )
        memories[view] = memory
    return memories


def _parts(card: NormalityCard, memory: Memory, bank: DefectBank) -> dict[str, Any]:
    return {
        "format": _text(_FORMAT),
        "card": _text(card.model_dump_json()),
        "mean": memory.mean,
        "projection": memory.projection,
        "vectors": memory.vectors,
        "spread": memory.spread,
        "photo": memory.photo,
        "defects": bank.vectors,
        "radius": bank.radius,
        "defect_type": bank.type,
        "types": _text(" ".join(bank.types)),
    }


def _text(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)


def _digest(parts: Mapping[str, NDArray[Any]]) -> str:
    sha256 = hashlib.sha256()
    for name in sorted(parts):
        array = np.ascontiguousarray(parts[name])
        sha256.update(f"{name} {array.dtype} {array.shape} ".encode())
        sha256.update(array.tobytes())
    return sha256.hexdigest()
