"""What a training run depends on, kept with the run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, field_validator

from training.errors import TrainingDataError
from training.labels import TYPES

SurfaceName = Literal["procedural", "wood", "boards", "hires", "textures"]
EncoderName = Literal["tf_efficientnet_lite0", "tf_efficientnet_lite2"]
"""Encoders whose ImageNet weights come with the `training` extra, by timm's names."""


class TrainingConfig(BaseModel):
    """Settings of one run; `run/config.json` is this model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 1
    mm_per_px: PositiveFloat = 0.2
    encoder: EncoderName = "tf_efficientnet_lite0"
    side_px: PositiveInt = Field(default=256, multiple_of=32)
    batch: PositiveInt = 12
    minutes: PositiveFloat = Field(
        default=60.0, description="Wall-clock budget; the learning rate falls to zero over it."
    )
    max_steps: int = Field(
        default=100_000, ge=0, description="0 when fine-tuning: the release's weights stay."
    )
    learning_rate: PositiveFloat = 2e-3
    warm_up_steps: PositiveInt = 200
    encoder_rate: PositiveFloat = Field(
        default=0.3, description="Learning rate of the encoder relative to the decoder's."
    )
    weight_decay: float = Field(default=0.01, ge=0)
    frozen_stages: int = Field(
        default=2, ge=0, description="First encoder stages that keep their ImageNet weights."
    )
    ema_decay: float = Field(default=0.998, gt=0, lt=1)
    check_every: PositiveInt = Field(default=250, description="Steps between validations.")
    check_patches: PositiveInt = 240
    patience: PositiveInt = Field(default=8, description="Validations without a better one.")
    # bf16 pays where the processor multiplies it (AMX, AVX-512 BF16); on AVX2 it takes ten times
    # as long.
    precision: Literal["fp32", "bf16"] = "fp32"
    workers: int = Field(default=1, ge=0)
    threads: int = Field(default=0, ge=0, description="0 leaves the choice to torch.")
    boards_share: float = Field(default=0.35, ge=0, le=1, description="Patches with real labels.")
    surfaces: tuple[SurfaceName, ...] = Field(
        default=("procedural", "boards", "hires", "textures"),
        description="What defects are composited on; `wood` is `procedural` without materials.",
    )
    frequency: dict[str, float] = Field(
        default={}, description="How often a type is composited where it is not as often as usual."
    )
    reviewed_share: float = Field(
        default=0.0, ge=0, lt=1, description="Patches of a snapshot, when fine-tuning."
    )
    output_patches: PositiveInt = Field(
        default=480, description="Patches from which a new type's own output learns."
    )
    output_steps: PositiveInt = Field(
        default=160, description="Steps in which it learns from them; every width has as many."
    )
    zoom_share: float = Field(
        default=0.0, ge=0, le=1, description="Patches shown up to 2.5 times larger than they are."
    )
    crossed_share: float = Field(
        default=0.0, ge=0, le=1, description="Composites on wood with another's grain as well."
    )
    renders_share: float = Field(default=0.0, ge=0, le=1, description="Patches of renders.")

    @field_validator("frequency")
    @classmethod
    def _known(cls, frequency: dict[str, float]) -> dict[str, float]:
        if unknown := sorted(set(frequency) - set(TYPES)):
            raise ValueError(f"no type {unknown[0]!r}; there are: {', '.join(TYPES)}")
        return frequency

    def write(self, path: Path) -> None:
        """Keep the configuration with its run."""
        # Of processes that train together each writes the same, and none reads half of it.
        new = path.with_suffix(f".{os.getpid()}")
        new.write_text(self.model_dump_json(indent=2) + "\n")
        new.replace(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a configuration file.

        Raises:
            TrainingDataError: the file is missing or not a valid configuration.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValueError) as error:
            raise TrainingDataError(
                f"cannot read configuration {path}: {error}", fix="Correct the file."
            ) from error
