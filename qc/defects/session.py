"""The one place that runs onnxruntime: it owns threads and providers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from qc.errors import ReleaseError


class Session:
    """A network ready to run.

    Input: uint8 `(N, H, W, 3)` sRGB. Output: float32 `(N, types, h, w)` probabilities, at every
    pixel or, of a release since 0.6.1, at every second one either way.
    """

    def __init__(self, model: Path, *, threads: int = 0) -> None:
        """Load a network; `threads` 0 leaves the number to onnxruntime.

        Raises:
            ReleaseError: the file is no network that onnxruntime can run.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # A thread that waits for another one would burn its core meanwhile: of two photos at once
        # each then takes the other's time, a quarter of the detector's and more.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(model), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's exceptions share no base class
            raise ReleaseError(
                f"{model} cannot be run: {error}", fix="Take the release from a trusted copy."
            ) from error
        self._input = self._session.get_inputs()[0].name

    @property
    def outputs(self) -> frozenset[str]:
        """Names of what the network computes."""
        return frozenset(output.name for output in self._session.get_outputs())

    def run(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the probability maps of a batch of equally large images."""
        (maps,) = self._session.run(None, {self._input: images})
        return np.asarray(maps, np.float32)

    def compute(
        self, outputs: Sequence[str], inputs: Mapping[str, NDArray[Any]]
    ) -> list[NDArray[Any]]:
        """Return outputs of a network with several inputs, by name."""
        return [np.asarray(value) for value in self._session.run(list(outputs), dict(inputs))]
