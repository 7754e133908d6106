"""Weights between a network that learns and a release that is run.

A release has every batch normalisation folded into the convolution before it. Here the folded
weights are put back, and the normalisations get statistics of their own again, so that training
goes on from exactly what the release computes.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from timm.layers.norm_act import BatchNormAct2d
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from qc.defects.release import Release, read_release
from training.config import EncoderName
from training.errors import TrainingDataError
from training.network import ENCODER, FINE_SIDE, SILENT_LOGIT, DefectNetwork
from training.normalise import normalise
from training.stem import of_normalised

_PREFIX = "network."
_FINEST_MIXER = "mixers.0.depthwise.weight"
_STEM = "encoder.conv_stem"
_OWN = re.compile(r"own\.(\d+)\.")
_EXPORTERS_BIAS = "weight_bias"
"""What torch's exporter called the bias where it folded by itself, as in release 0.1.0."""


def folded(network: DefectNetwork) -> DefectNetwork:
    """Return a copy for inference, its normalisations folded into its convolutions.

    The exporter folds them as well, but not where two scales share the convolutions.
    """
    lean = copy.deepcopy(network).eval()
    names: dict[nn.Module, str] = {module: name for name, module in lean.named_modules()}
    for name, conv, norm in list(_convolutions(lean)):
        if norm is None:
            continue
        lean.set_submodule(name, fuse_conv_bn_eval(conv, norm))
        # timm's normalisation carries the activation that follows it.
        after = norm.act if isinstance(norm, BatchNormAct2d) else nn.Identity()
        lean.set_submodule(names[norm], after)
    return lean


def load_release(network: nn.Module, model: Path, types: tuple[str, ...]) -> list[str]:
    """Fill a network with the weights of an exported release.

    Args:
        network: a `DefectNetwork`; it may have more outputs than the release, after those.
        model: the release's `model.onnx`.
        types: of the network's outputs; those which the release has stand first.

    Returns:
        The types that the release did not know; they start from silence.

    Raises:
        TrainingDataError: the file is unreadable, or of another network.
    """
    stored = {
        item.name.removeprefix(_PREFIX): torch.from_numpy(numpy_helper.to_array(item).copy())
        for item in _initializers(model)
    }
    if f"{_STEM}.byte_weight" in stored:
        raw = (stored[f"{_STEM}.byte_{part}"] for part in ("weight", "bias"))
        stored[f"{_STEM}.weight"], stored[f"{_STEM}.bias"] = of_normalised(*raw)
    known = _fill_head(network, stored)
    grown = _silence_grown(network, stored)
    for name, conv, norm in _convolutions(network):
        if name == "head" or name.startswith(grown):
            continue
        _copy(conv.weight, stored, f"{name}.weight", model)
        if conv.bias is not None:
            _copy(conv.bias, stored, f"{name}.bias", model)
        if norm is not None:
            nn.init.ones_(norm.weight)
            norm.reset_running_stats()
            _statistics(norm)[1].fill_(1 - norm.eps)
            by_exporter = f"{name}.{_EXPORTERS_BIAS}"
            bias = by_exporter if by_exporter in stored else f"{name}.bias"
            _copy(norm.bias, stored, bias, model)
    return list(types[known:])


def own_widths(model: Path) -> tuple[int, ...]:
    """Return the widths of the own outputs of an exported release, in their order.

    Raises:
        TrainingDataError: the file is unreadable.
    """
    return _own_widths(_shapes(model))


def _own_widths(shapes: Mapping[str, Sequence[int]]) -> tuple[int, ...]:
    count = len({found[1] for name in shapes if (found := _OWN.match(name))})
    lasts = (shapes.get(f"own.{number}.last.weight") for number in range(count))
    return tuple(int(last[1]) if last else 0 for last in lasts)


def _shapes(model: Path) -> dict[str, Sequence[int]]:
    return {i.name.removeprefix(_PREFIX): tuple(i.dims) for i in _initializers(model)}


def read_network(release: Path) -> DefectNetwork:
    """Return exactly the network that a release computes, whatever its version.

    Raises:
        ReleaseError: the release was altered.
        TrainingDataError: the file is unreadable, or of another network.
    """
    said, model = read_release(release), release / "model.onnx"
    shapes = _shapes(model)
    network = DefectNetwork(
        len(said.types),
        fine_side=int(shapes[_FINEST_MIXER][-1]) if _FINEST_MIXER in shapes else FINE_SIDE,
        encoder_name=encoder_of(said),
        own=_own_widths(shapes),
    )
    load_release(network, model, said.types)
    return network


def encoder_of(release: Release) -> EncoderName:
    """Name a release's encoder; before there was a choice, every release had the same."""
    name: EncoderName = release.training.get("config", {}).get("encoder", ENCODER)
    return name


def read_run(weights: Path, encoder_name: EncoderName = ENCODER) -> DefectNetwork:
    """Return the network whose weights a run wrote, as `best.pt`."""
    stored = torch.load(weights, map_location="cpu", weights_only=True)
    own = _own_widths({name: tuple(value.shape) for name, value in stored.items()})
    types = len(stored["head.bias"]) + len(own)
    network = DefectNetwork(types, encoder_name=encoder_name, own=own)
    network.load_state_dict(stored)
    return network


def read_judge(release: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Read the judge of a release: weights `(types, scales)` and offset `(types,)`.

    Its record says it; before there was one, the graph held both by name. None where neither does.

    Raises:
        ReleaseError: the release was altered.
        TrainingDataError: its graph is unreadable.
    """
    recorded: dict[str, list[Any]] | None = read_release(release).training.get("judge")
    if recorded:
        return np.array(recorded["weights"]), np.array(recorded["offset"])
    stored = {i.name: numpy_helper.to_array(i) for i in _initializers(release / "model.onnx")}
    if not {"weights", "offset"} <= set(stored):
        return None
    weights, offset = (stored[name].astype(np.float64) for name in ("weights", "offset"))
    return weights.reshape(offset.size, -1), offset.reshape(offset.size)


@torch.no_grad()
def blended(
    network: DefectNetwork,
    model: Path,
    types: tuple[str, ...],
    share: float,
    start: Path | None = None,
) -> DefectNetwork:
    """Average a network's weights with those of the release from which its training went on.

    Both are folded first. Between a network and what it was fine-tuned to, the average often
    keeps what the one and gains what the other knows (M. Wortsman et al., Robust fine-tuning of
    zero-shot models, CVPR 2022).

    Args:
        network: fine-tuned.
        model: the release's `model.onnx`.
        types: of the network's outputs.
        share: of the fine-tuned weights; the release's have the rest.
        start: file of the network as training began, whose outputs for types that the release
            does not know were fitted to the release's features; without it they are silent there.

    Raises:
        TrainingDataError: the file is unreadable, or of another network.
    """
    before = copy.deepcopy(network)
    new = load_release(before, model, types)
    if start:
        known = len(types) - len(new)
        first = torch.load(start, map_location="cpu", weights_only=True)
        for part in ("weight", "bias"):
            before.get_parameter(f"head.{part}")[known:] = first[f"head.{part}"][known:]
        for number in range(max(0, known - before.head.out_channels), len(before.own)):
            prefix = f"own.{number}."
            before.own[number].load_state_dict(
                {n.removeprefix(prefix): v for n, v in first.items() if n.startswith(prefix)}
            )
    mean, release = folded(network), folded(before).state_dict()
    for name, value in mean.state_dict().items():
        value.lerp_(release[name], 1 - share)
    return mean


@torch.no_grad()
def restore(released: nn.Module, model: Path) -> None:
    """Give a `ReleasedNetwork` the very numbers of a release's graph, as far as it has them.

    Unfolding and folding again rounds, so that a network which was not trained further would
    differ from its release in the last bits.
    """
    own = released.state_dict()
    for item in _initializers(model):
        value = own.get(item.name)
        if value is not None and value.shape == tuple(item.dims):
            value.copy_(torch.from_numpy(numpy_helper.to_array(item).copy()))


@torch.no_grad()
def settle_norms(network: nn.Module, pictures: Iterable[Tensor]) -> None:
    """Give every normalisation the statistics of its input, without changing the function.

    Args:
        network: freshly filled by `load_release`.
        pictures: batches of uint8 `(N, H, W, 3)`.
    """
    norms = [norm for _, _, norm in _convolutions(network) if norm is not None]
    moments: dict[nn.Module, list[tuple[Tensor, Tensor]]] = {norm: [] for norm in norms}

    def note(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        moments[norm].append((inputs[0].mean((0, 2, 3)), inputs[0].square().mean((0, 2, 3))))

    network.eval()
    with ExitStack() as hooks:
        for norm in norms:
            hooks.callback(norm.register_forward_pre_hook(note).remove)
        for batch in pictures:
            network(normalise(batch))
    for norm in norms:
        means, squares = (
            torch.stack(values).mean(0) for values in zip(*moments[norm], strict=True)
        )
        variance = (squares - means.square()).clamp(min=1e-6)
        # The gain and shift that undo the normalisation keep the output as it was.
        running_mean, running_var = _statistics(norm)
        gain = norm.weight / torch.sqrt(running_var + norm.eps)
        norm.bias.copy_(norm.bias + gain * (means - running_mean))
        norm.weight.copy_(gain * torch.sqrt(variance + norm.eps))
        running_mean.copy_(means)
        running_var.copy_(variance)


def _initializers(model: Path) -> list[onnx.TensorProto]:
    try:
        return list(onnx.load(str(model)).graph.initializer)
    except Exception as error:
        raise TrainingDataError(f"{model} is unreadable: {error}", fix="Fetch it again.") from error


def _statistics(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    return norm.get_buffer("running_mean"), norm.get_buffer("running_var")


def _convolutions(network: nn.Module) -> Iterator[tuple[str, nn.Conv2d, nn.BatchNorm2d | None]]:
    """Every convolution with the normalisation that follows it, in the order of definition."""
    pending: tuple[str, nn.Conv2d] | None = None
    for name, module in network.named_modules():
        if isinstance(module, nn.BatchNorm2d) and pending:
            yield *pending, module
            pending = None
        elif isinstance(module, nn.Conv2d):
            if pending:
                yield *pending, None
            pending = name, module
    if pending:
        yield *pending, None


@torch.no_grad()
def _fill_head(network: nn.Module, stored: dict[str, Tensor]) -> int:
    own_weight, own_bias = (network.get_parameter(f"head.{part}") for part in ("weight", "bias"))
    weight, bias = stored.get("head.weight"), stored.get("head.bias")
    if weight is None or bias is None or weight.shape[1:] != own_weight.shape[1:]:
        raise TrainingDataError("the file has another head", fix="Use a release of this network.")
    known = len(weight)
    if known > len(own_weight):
        raise TrainingDataError(
            f"the release has {known} types, the network {len(own_weight)}",
            fix="Keep every type of the release, in its order.",
        )
    own = len(_own_widths({name: value.shape for name, value in stored.items()}))
    if own and known < len(own_weight):
        raise TrainingDataError(
            f"the release has {known} types in its head, the network {len(own_weight)}, and "
            f"{own} types after those",
            fix="Give the types that it does not know outputs of their own.",
        )
    nn.init.zeros_(own_weight)
    nn.init.constant_(own_bias, SILENT_LOGIT)
    own_weight[:known].copy_(weight)
    own_bias[:known].copy_(bias)
    return known + own


def _silence_grown(network: nn.Module, stored: dict[str, Tensor]) -> tuple[str, ...]:
    """Silence own outputs that the release does not have; return the prefixes of their names."""
    outputs: Any = network.get_submodule("own")
    there = _own_widths({name: value.shape for name, value in stored.items()})
    if len(there) > len(outputs):
        raise TrainingDataError(
            f"the release has {len(there)} types with outputs of their own, "
            f"the network {len(outputs)}",
            fix="Keep every type of the release, in its order.",
        )
    for output in outputs[len(there) :]:
        output.silence()
    return tuple(f"own.{number}." for number in range(len(there), len(outputs)))


@torch.no_grad()
def _copy(parameter: Tensor, stored: dict[str, Tensor], name: str, model: Path) -> None:
    value = stored.get(name)
    if value is not None and value.shape[:2] == parameter.shape[:2]:
        value = _centre(value, parameter.shape[2:])
    if value is None or value.shape != parameter.shape:
        raise TrainingDataError(
            f"{model} has no {name} of shape {tuple(parameter.shape)}",
            fix="Use a release of this network.",
        )
    parameter.copy_(value)


def _centre(kernel: Tensor, size: torch.Size) -> Tensor:
    """Cut a kernel `(…, H, W)` to its middle; releases up to 0.4.0 mixed wider at fine levels."""
    for axis, side in zip((-2, -1), size, strict=False):
        beyond = kernel.shape[axis] - side
        if beyond > 0 and beyond % 2 == 0:
            kernel = kernel.narrow(axis, beyond // 2, side)
    return kernel
