"""A tiny run: it learns one step, resumes, and its export gives what torch gives."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from qc.defects.detector import DefectMap, Detector
from qc.defects.regions import LOW, find_regions
from qc.defects.release import Release
from qc.defects.session import Session
from training.config import TrainingConfig
from training.datasets.catalogue import Catalogue, manifest
from training.datasets.patches import CompositeSource, Patches
from training.datasets.surfaces import procedural_surface
from training.errors import TrainingDataError
from training.export import OPSET, check_parity, export_onnx, same_instances
from training.history import HISTORY, curve
from training.labels import TYPES
from training.losses import defect_loss
from training.network import DefectNetwork, enlarged, load_encoder_weights
from training.normalise import normalise
from training.released import SCALES, ReleasedNetwork, logits_at_scales, stride_px
from training.team import Team
from training.train import fit, start

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads that wait for each other make networks this small slower, not faster."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def _patches(side: int = 64, length: int = 8) -> Patches:
    return Patches([CompositeSource([procedural_surface], [1.0])], [1.0], side, length, seed=3)


class _Composites(Catalogue):
    """Composites on procedural wood alone: no file is needed."""

    def training_patches(self, config: TrainingConfig, length: int) -> Patches:
        return _patches(config.side_px, length)

    def calibration_patches(self, config: TrainingConfig, length: int | None = None) -> Patches:
        return _patches(config.side_px, length or 8)


def test_a_run_learns_stops_and_resumes(tmp_path: Path) -> None:
    config = TrainingConfig(side_px=64, batch=4, max_steps=2, check_every=1, workers=0)
    catalogue = _Composites([], [], [], [])
    torch.manual_seed(0)
    state = start(config, torch.device("cpu"))
    before = {k: v.clone() for k, v in state.network.state_dict().items()}
    fit(state, catalogue, config, tmp_path, Team(0, 1, torch.device("cpu")))
    assert state.step == 2
    after = state.network.state_dict()
    assert not torch.equal(before["head.weight"], after["head.weight"])
    assert torch.equal(before["encoder.conv_stem.weight"], after["encoder.conv_stem.weight"])
    resumed = start(config, torch.device("cpu"))
    resumed.load(tmp_path / "checkpoint.pt")
    assert resumed.step == 2
    assert torch.equal(resumed.network.state_dict()["head.weight"], after["head.weight"])
    assert (tmp_path / "best.pt").exists()
    assert resumed.history == state.history
    kept = (tmp_path / HISTORY).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in kept] == state.history
    assert [one["step"] for one in state.history] == [1, 2]
    assert all(one["loss"] > 0 for one in state.history)
    assert max(one["mean_average_precision"] for one in curve(tmp_path)) == round(state.best, 4)


def test_repeated_steps_lower_the_loss() -> None:
    torch.manual_seed(0)
    network = DefectNetwork(len(TYPES))
    load_encoder_weights(network)
    optimiser = torch.optim.Adam(network.parameters(), 2e-3)
    pixels, target, known = (
        torch.stack(t) for t in zip(*(_patches()[i] for i in range(4)), strict=True)
    )
    losses = []
    for _ in range(8):
        loss = defect_loss(network(normalise(pixels)), target, known)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.9 * losses[0]


def test_what_is_unknown_does_not_count() -> None:
    logits = torch.randn(1, len(TYPES), 8, 8)
    target = torch.zeros_like(logits, dtype=torch.bool)
    known = torch.ones_like(target)
    known[..., 4:] = False
    changed = logits.clone()
    changed[..., 4:] += 5
    assert torch.equal(defect_loss(logits, target, known), defect_loss(changed, target, known))


def _detector(folder: Path, types: tuple[str, ...], scales: int = SCALES) -> Detector:
    """Load the network that lies in a folder, as a release of these types."""
    release = Release(
        name="tiny",
        version="0.0.1",
        created=date(2026, 1, 1),
        types=types,
        mm_per_px=0.2,
        stride_px=stride_px(scales),
        input="uint8 (N, H, W, 3) sRGB",
        sha256="0" * 64,
        opset=OPSET,
        thresholds={},
        training={},
        metrics={},
        licences=(),
    )
    return Detector(release, Session(folder / "model.onnx"))


@pytest.mark.filterwarnings("ignore")  # torch's exporter warns of its own internals
@pytest.mark.parametrize("scales", range(1, SCALES + 1))
def test_onnxruntime_gives_what_torch_gives(tmp_path: Path, scales: int) -> None:
    torch.manual_seed(1)
    network = DefectNetwork(len(TYPES), channels=16)
    torch.nn.init.normal_(network.head.weight, std=0.5)
    weights = torch.linspace(0.1, 1.5, len(TYPES) * scales).reshape(len(TYPES), scales)
    offset = torch.linspace(-1, 3, len(TYPES))
    released = ReleasedNetwork(network, weights, offset).eval()
    export_onnx(released, tmp_path / "model.onnx")
    detector = _detector(tmp_path, TYPES, scales)
    rng = np.random.default_rng(0)
    stride = stride_px(scales)
    pictures = [
        rng.integers(0, 256, (rows * stride, columns * stride, 3), dtype=np.uint8)
        for rows, columns in ((1, 1), (1, 3), (2, 1), (8, 4))
    ]
    assert check_parity(released, detector, pictures) < 1e-4
    altered = ReleasedNetwork(network, weights, offset + 0.1).eval()
    with pytest.raises(TrainingDataError, match="disagree"):
        check_parity(altered, detector, pictures)


@pytest.mark.filterwarnings("ignore")  # torch's exporter warns of its own internals
def test_own_outputs_are_exported_as_torch_computes_them(tmp_path: Path) -> None:
    torch.manual_seed(4)
    names = ("crack", "stain", "burn", "ring")
    network = DefectNetwork(4, channels=16, own=(0, 8)).eval()
    torch.nn.init.normal_(network.head.weight, std=0.5)
    for parameter in network.own.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    weights = torch.linspace(0.1, 1.5, 4 * SCALES).reshape(4, SCALES)
    released = ReleasedNetwork(network, weights, torch.linspace(-1, 3, 4)).eval()
    export_onnx(released, tmp_path / "model.onnx")
    rng = np.random.default_rng(1)
    pictures = [
        rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        for height, width in ((64, 64), (128, 64), (64, 320))
    ]
    assert check_parity(released, _detector(tmp_path, names), pictures) < 1e-4
    graph = onnx.load(str(tmp_path / "model.onnx")).graph
    assert not {node.op_type for node in graph.node} & {"If", "Loop", "Scan"}


@pytest.mark.parametrize("own", [(), (0, 8)])
def test_the_judge_weighs_what_was_calibrated(own: tuple[int, ...]) -> None:
    torch.manual_seed(2)
    network = DefectNetwork(3, channels=16, own=own).eval()
    torch.nn.init.normal_(network.head.weight, std=0.5)
    for parameter in network.own.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    weights, offset = torch.rand(3, SCALES), torch.linspace(-1, 3, 3)
    picture = torch.randint(0, 256, (1, 64, 128, 3), dtype=torch.uint8)
    with torch.no_grad():
        logits = logits_at_scales(network, normalise(picture))
        expected = (logits * weights[..., None, None]).sum(2) + offset[:, None, None]
        found = ReleasedNetwork(network, weights, offset)(picture)
    # Enlarging is linear: that of what the judge says is what it says of what was enlarged.
    assert torch.allclose(enlarged(torch.logit(found)), expected, atol=1e-3)


def test_a_manifest_changes_with_any_byte(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a", "b")]
    for file in files:
        file.write_bytes(file.name.encode())
    first = manifest(tmp_path, files)
    lines = "".join(f"{hashlib.sha256(n.encode()).hexdigest()}  {n}\n" for n in ("a", "b"))
    assert first == {"files": 2, "sha256": hashlib.sha256(lines.encode()).hexdigest()}
    files[1].write_bytes(b"c")
    assert manifest(tmp_path, files) != first


def test_a_pixel_on_a_limit_makes_no_other_instance() -> None:
    """Its last digit adds it to one of the two, whose strongest tenth then is two pixels."""
    core = np.zeros((1, 8, 32), np.float32)
    core[0, 4, 2:16] = 0.6
    core[0, 4, 2] = 0.95
    above, below, other = core.copy(), core.copy(), core.copy()
    above[0, 4, 16], below[0, 4, 16] = LOW + 1e-6, LOW - 1e-6
    other[0, 4, 20:26] = 0.8
    ours, theirs, another = (DefectMap(("crack",), maps) for maps in (above, below, other))
    assert find_regions(ours)[0].probability != find_regions(theirs)[0].probability
    assert same_instances(ours, theirs)
    assert not same_instances(ours, another)
