"""A fitted judge: the weights of the experts, and where it draws the line."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, PositiveFloat
from scipy.special import expit

from qc.errors import JudgeError

_LEAST = 1e-6

Expert = Literal["detector", "normality"]
EXPERTS: Final[tuple[Expert, ...]] = ("detector", "normality")


def evidence(
    detector: NDArray[np.floating] | float, normality: NDArray[np.floating] | float | None
) -> NDArray[np.float64]:
    """What the experts say on scales on which it adds up: `(n, 1)` or `(n, 2)`.

    Args:
        detector: probability of a surface's most suspicious pixels.
        normality: its score over the memory's threshold; None where the product has no memory.
    """
    sure = np.clip(np.atleast_1d(np.asarray(detector, np.float64)), _LEAST, 1 - _LEAST)
    columns = [np.log(sure / (1 - sure))]
    if normality is not None:
        columns.append(np.log(np.maximum(np.atleast_1d(normality), _LEAST)))
    return np.column_stack(columns)


class Judge(BaseModel):
    """`probability = sigmoid(Σ weight · evidence + offset)`; below `pass_below` a surface passes.

    It belongs to one view of a spec, one detector release and one memory of good items.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    spec: str | None = Field(description="`id` of the spec; None for whole photos.")
    view: str | None = None
    detector: str = Field(description="Release whose scores it was fitted to.")
    normality: str | None = Field(description="Name of the memory; None where it uses none.")
    weights: tuple[NonNegativeFloat, ...] = Field(min_length=1, max_length=2)
    offset: float
    pass_below: float = Field(ge=0, le=1)
    escape_price: PositiveFloat
    review_price: PositiveFloat
    defect_rate: float = Field(gt=0, lt=1, description="Share of defective items in production.")
    good: NonNegativeInt = Field(description="Known good items that it was fitted to.")
    defective: NonNegativeInt
    coverage: float = Field(description="Share that passes by itself, by cross-validation.")
    risk: float = Field(description="Share of defective ones among those, by cross-validation.")
    missed: NonNegativeInt = Field(description="Of the known defective ones, how many pass.")
    missed_bound: float = Field(description="At most this share of all does, at 95 % confidence.")

    @property
    def reference(self) -> str:
        """`name` with what changes a decision."""
        return f"{self.name}@{self.pass_below:.4g}"

    def require(self, detector: str | None, normality: str | None) -> None:
        """Check that the experts are those whose scores it knows.

        Args:
            detector: reference of the release.
            normality: name of the memory.

        Raises:
            JudgeError: another release, or another memory.
        """
        for kind, known, given in (
            ("detector", self.detector, detector),
            ("normality", self.normality, normality),
        ):
            if known is not None and known != given:
                raise JudgeError(
                    f"judge {self.name} was fitted with {kind} {known}, not with {given}",
                    fix="Fit it again (qc judge), or inspect without it.",
                )

    def probability(self, detector: float, normality: float | None) -> float:
        """Return how probable it is that a surface is defective; arguments as `evidence`."""
        given = normality if len(self.weights) > 1 else None
        margin = evidence(detector, given)[0] @ np.array(self.weights) + self.offset
        return float(expit(margin))

    def passes(self, probability: float) -> bool:
        """Tell whether a surface passes without a person."""
        return probability < self.pass_below
