"""The encoder: features of every patch of a picture, and its nearest neighbour in a memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

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

    `features` `(H/8, W/8, channels)`, `distance` `(H/8, W/8)` to the nearest memory vector and
    `row` `(H/8, W/8)` of that vector.
    """

    features: Floats
    distance: Floats
    row: NDArray[np.int64]


class Encoder:
    """A release, loaded."""

    def __init__(self, release: EncoderRelease, session: Session) -> None:
        self.release = release
        self._session = session

    @classmethod
    def load(cls, folder: Path, *, threads: int = 0) -> Self:
        """Load a release after verifying its checksum; `threads` as `Session`.

        Raises:
            ReleaseError: the release is incomplete, altered or cannot be run.
        """
        release = read_release_of(EncoderRelease, folder)
        encoder = cls(release, Session(folder / "model.onnx", threads=threads))
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

    @property
    def reference(self) -> str:
        """`name@version` of the release."""
        return self.release.reference

    def describe(self, pixels: NDArray[np.uint8]) -> Floats:
        """Return the features `(H/8, W/8, channels)` of a picture `(H, W, 3)` sRGB.

        H and W must be multiples of 16.
        """
        channels = self.release.channels
        (features,) = self._session.compute(
            ["features"],
            {
                "image": pixels[None],
                "mean": np.zeros(channels, np.float32),
                "projection": np.zeros((channels, 1), np.float32),
                "memory": np.zeros((1, 1), np.float32),
            },
        )
        return np.asarray(features[0], np.float32)

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
        features, distance, row = self._session.compute(
            ["features", "distance", "nearest"],
            {"image": pixels[None], "mean": mean, "projection": projection, "memory": memory},
        )
        return Comparison(features[0], distance[0], row[0])
