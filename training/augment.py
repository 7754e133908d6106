"""What cameras do to a picture: the only module that knows albumentations."""

from __future__ import annotations

import os

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # it would ask the network for news

import albumentations
import cv2
import numpy as np
from numpy.typing import NDArray

cv2.setNumThreads(1)  # every worker process has its own core


class CameraEffects:
    """Blur, noise, compression, exposure and white balance, reproducible from a seed."""

    def __init__(self, strength: float = 1.0) -> None:
        """Prepare the effects; `strength` scales how often each occurs."""
        some = strength
        self._pipeline = albumentations.Compose(
            [
                albumentations.OneOf(
                    [
                        albumentations.GaussianBlur(blur_limit=0, sigma_limit=(0.3, 1.6)),
                        albumentations.MotionBlur(blur_limit=(3, 7)),
                        albumentations.Downscale(scale_range=(0.45, 0.9)),
                        albumentations.Sharpen(alpha=(0.1, 0.5)),
                    ],
                    p=0.5 * some,
                ),
                albumentations.RandomBrightnessContrast(
                    brightness_limit=0.2, contrast_limit=0.25, p=0.5 * some
                ),
                albumentations.RandomGamma(gamma_limit=(70, 140), p=0.3 * some),
                albumentations.RGBShift(25, 15, 30, p=0.4 * some),  # white balance
                albumentations.HueSaturationValue(6, 35, 10, p=0.4 * some),
                albumentations.ToGray(p=0.04 * some),
                albumentations.OneOf(
                    [
                        albumentations.GaussNoise(std_range=(0.01, 0.06)),
                        albumentations.ISONoise(intensity=(0.05, 0.35)),
                    ],
                    p=0.4 * some,
                ),
                albumentations.ImageCompression(quality_range=(40, 95), p=0.4 * some),
            ]
        )

    def __call__(self, pixels: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
        """Return the picture as a camera would have delivered it."""
        self._pipeline.set_random_seed(seed)
        return np.asarray(self._pipeline(image=pixels)["image"], np.uint8)
