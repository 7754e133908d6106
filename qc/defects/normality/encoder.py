"""The encoder: features of every patch of a picture, its nearest neighbour, and a suspicion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from qc.defects.release import ModelRelease, active_folder, read_release_of
from qc.defects.session import Session
from qc.errors import ReleaseError

NAME: Final = "encoder"
STRIDE_PX: Final = 16
"""Height and width of a picture are multiples of this."""

PATCH_PX: Final = 8
"""Distance of two patches' centres."""

Floats = NDArray[np.float32]


class EncoderRelease(ModelRelease):
    """What `release.json` says of an encoder."""

    channels: PositiveInt = Field(description="Number of features of a patch.")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A picture's patches against a memory.

    `features` `(H/8, W/8, channels)`, `distance` `(H/8, W/8)` to the nearest memory vector,
    `row` `(H/8, W/8)` of that vector, and `suspicion` `(H/8, W/8)`: the highest logit that the
    encoder's own detector gives any type of defect in the patch, 0 where the release has none.
    """

    features: Floats
    distance: Floats
    row: NDArray[np.int64]
    suspicion: Floats


class Encoder:
    """A release, loaded."""

    def __init__(
        self,
        release: EncoderRelease,
        session: Session,
        folder: Path | None = None,
        threads: int = 0,
    ) -> None:
        self.release = release
        self._session = session
        self._folder = folder
        self._threads = threads
        self._others: dict[str, Encoder] = {}

    @classmethod
    def load(cls, folder: Path, *, threads: int = 0) -> Self:
        """Load a release after verifying its checksum; `threads` as `Session`.

        Raises:
            ReleaseError: the release is incomplete, altered or cannot be run.
        """
        release = read_release_of(EncoderRelease, folder)
        session = Session(folder / "model.onnx", threads=threads)
        encoder = cls(release, session, folder, threads)
        side = release.stride_px
        shape = encoder.describe(np.zeros((side, side, 3), np.uint8)).shape
        if shape != (side // PATCH_PX, side // PATCH_PX, release.channels):
            raise ReleaseError(
                f"the encoder in {folder} gives features of {shape}, but the release says "
                f"{release.channels} channels",
                fix="Export the encoder again, with its release file.",
            )
        return encoder

    @classmethod
    def load_active(cls, *, threads: int = 0) -> Self:
        """Load the active release; `threads` as `Session`.

        Raises:
            ReleaseError: as `load`, or no encoder is active.
        """
        folder = active_folder(NAME)
        if folder is None:
            raise ReleaseError(
                "no encoder release is active", fix="Take models/encoder from a trusted copy."
            )
        return cls.load(folder, threads=threads)

    def release_of(self, reference: str, sha256: str) -> Encoder:
        """Return the release with which a memory was learnt: this one, or one beside it.

        Args:
            reference: `name@version` that the memory states.
            sha256: of its weights, likewise.

        Returns:
            This one where no such release lies beside it.

        Raises:
            ReleaseError: it lies there, but is altered or cannot be run.
        """
        if sha256 == self.release.sha256 or self._folder is None:
            return self
        if sha256 not in self._others:
            version = reference.rpartition("@")[2]
            folder = self._folder.parent / version
            is_beside = re.fullmatch(r"\d+\.\d+\.\d+", version) and folder.is_dir()
            other = Encoder.load(folder, threads=self._threads) if is_beside else self
            self._others[sha256] = other if other.release.sha256 == sha256 else self
        return self._others[sha256]

    @property
    def reference(self) -> str:
        """`name@version` of the release."""
        return self.release.reference

    def describe(self, pixels: NDArray[np.uint8]) -> Floats:
        """Return the features `(H/8, W/8, channels)` of a picture `(H, W, 3)` sRGB.

        H and W must be multiples of 16.
        """
        return self.suspect(pixels)[0]

    def suspect(self, pixels: NDArray[np.uint8]) -> tuple[Floats, Floats]:
        """Return the features and the suspicion `(H/8, W/8)` of a picture, as `Comparison`'s."""
        channels = self.release.channels
        found = self.compare(
            pixels,
            np.zeros(channels, np.float32),
            np.zeros((channels, 1), np.float32),
            np.zeros((1, 1), np.float32),
        )
        return found.features, found.suspicion

    def compare(
        self, pixels: NDArray[np.uint8], mean: Floats, projection: Floats, memory: Floats
    ) -> Comparison:
        """Describe every patch and find its nearest memory vector; every pair is compared.

        Args:
            pixels: `(H, W, 3)` sRGB, H and W multiples of 16.
            mean: `(channels,)`, subtracted first.
            projection: `(channels, D)`, applied next.
            memory: `(M, D)`.
        """
        rows, columns = (side // PATCH_PX for side in pixels.shape[:2])
        stride = self.release.stride_px
        missing = [(0, -side % stride) for side in pixels.shape[:2]]
        whole = np.pad(pixels, (*missing, (0, 0)), mode="symmetric")
        inputs: dict[str, NDArray[Any]] = {
            "image": whole[None],
            "mean": mean,
            "projection": projection,
            "memory": memory,
        }
        names = ["features", "distance", "nearest"]
        suspects = "suspicion" in self._session.outputs
        found = self._session.compute([*names, *(["suspicion"] if suspects else [])], inputs)
        features, distance, row, *rest = (part[0][:rows, :columns] for part in found)
        suspicion = rest[0] if rest else np.zeros((rows, columns), np.float32)
        return Comparison(features, distance, row, suspicion)
