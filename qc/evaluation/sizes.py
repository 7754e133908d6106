"""How large found defects are said to be, against the masks of their labels.

A spec judges a defect by its length and area: one that is found, but taken for half as long, may
pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from qc.defects.regions import Region
from qc.defects.sizes import size_of_mask

HEAD: Final = ("found", "length", "10–90 %", "area", "10–90 %")
"""Of a table whose rows end as `Sizes.cells`."""

MEANING: Final = (
    "Length and area of what is found with 0.5 or more, over those of the label: the median and "
    "the limits of the middle 80 %."
)


class Spread(BaseModel):
    """Of a ratio over many defects: its median, and the limits of the middle 80 %."""

    model_config = ConfigDict(frozen=True)

    p10: float
    median: float
    p90: float


class Sizes(BaseModel):
    """What findings say of the sizes of some defects."""

    model_config = ConfigDict(frozen=True)

    defects: int = Field(description="Those that were found.")
    length: Spread = Field(description="Length as found over length as labelled.")
    area: Spread = Field(description="Area as found over area as labelled.")

    @property
    def cells(self) -> tuple[str, ...]:
        """As a row of a table."""
        spreads = (self.length, self.area)
        pairs = [(f"{s.median:.2f}", f"{s.p10:.2f}–{s.p90:.2f}") for s in spreads]
        return (str(self.defects), *pairs[0], *pairs[1])


def said_over_true(
    region: Region, mask: NDArray[np.bool_], scale: float = 1.0
) -> tuple[float, float]:
    """Return the ratios of length and area of a finding to those of a mask.

    Args:
        region: the finding.
        mask: `(H, W)` true on the defect.
        scale: the finding's unit of length per pixel of the mask.
    """
    length, _, area = size_of_mask(mask)
    return region.length / (length * scale), region.area / (area * scale**2)


def sizes(ratios: Sequence[tuple[float, float]]) -> Sizes | None:
    """Summarise the ratios of `said_over_true`; None where there are none."""
    if not ratios:
        return None
    length, area = (_spread(values) for values in zip(*ratios, strict=True))
    return Sizes(defects=len(ratios), length=length, area=area)


def _spread(values: Sequence[float]) -> Spread:
    low, middle, high = (round(float(v), 2) for v in np.percentile(values, (10, 50, 90)))
    return Spread(p10=low, median=middle, p90=high)
