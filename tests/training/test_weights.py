"""Going on from a release: what the exported file computes is where training starts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from qc.defects.session import Session
from training.errors import TrainingDataError
from training.export import export_onnx
from training.labels import TYPES
from training.network import SILENT_LOGIT, DefectNetwork
from training.normalise import normalise
from training.released import ReleasedNetwork
from training.weights import blended, folded, load_release, own_widths, read_run, settle_norms

pytestmark = pytest.mark.slow
KNOWN = 4


@pytest.fixture(scope="module")
def trained() -> DefectNetwork:
    """A network whose normalisations have statistics, as after training."""
    torch.manual_seed(0)
    network = DefectNetwork(KNOWN).train()
    with torch.no_grad():
        for _ in range(3):
            network(torch.randn(2, 3, 64, 64))
    return network.eval()


@pytest.fixture(scope="module")
def model(trained: DefectNetwork, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("release") / "model.onnx"
    export_onnx(ReleasedNetwork(trained, torch.ones(KNOWN, 1), torch.zeros(KNOWN)), path)
    return path


def test_the_function_survives_unfolding_and_settling(trained: DefectNetwork, model: Path) -> None:
    grown = DefectNetwork(len(TYPES)).eval()
    assert load_release(grown, model, TYPES) == list(TYPES[KNOWN:])
    pictures = torch.randint(0, 256, (2, 96, 64, 3), dtype=torch.uint8)
    with torch.no_grad():
        expected = trained(normalise(pictures))
        assert torch.allclose(grown(normalise(pictures))[:, :KNOWN], expected, atol=1e-4)
        settle_norms(grown, [pictures])
        settled = grown(normalise(pictures))
    assert torch.allclose(settled[:, :KNOWN], expected, atol=1e-3)
    assert torch.all(torch.sigmoid(settled[:, KNOWN:]) < 0.02)


def test_settled_norms_see_what_they_are_told_to_expect(model: Path) -> None:
    """Training mode then normalises by about the stored statistics: nothing jumps."""
    grown = DefectNetwork(len(TYPES)).eval()
    load_release(grown, model, TYPES)
    pictures = torch.randint(0, 256, (4, 64, 64, 3), dtype=torch.uint8)
    settle_norms(grown, [pictures])
    with torch.no_grad():
        still = grown(normalise(pictures))
        moving = grown.train()(normalise(pictures))
    assert torch.allclose(still, moving, atol=0.05)


def test_a_file_of_another_network_is_refused(model: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="4 types"):
        load_release(DefectNetwork(KNOWN - 1), model, TYPES[: KNOWN - 1])
    broken = tmp_path / "model.onnx"
    broken.write_bytes(b"no network")
    with pytest.raises(TrainingDataError, match="unreadable"):
        load_release(DefectNetwork(KNOWN), broken, TYPES[:KNOWN])


@pytest.fixture(scope="module")
def grown(trained: DefectNetwork) -> DefectNetwork:
    """The trained network with two more types, whose outputs are their own."""
    torch.manual_seed(3)
    network = DefectNetwork(KNOWN + 2, own=(0, 16)).eval()
    network.load_state_dict(trained.state_dict(), strict=False)
    for parameter in network.own.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return network


@pytest.fixture(scope="module")
def grown_model(grown: DefectNetwork, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("grown") / "model.onnx"
    export_onnx(ReleasedNetwork(grown, torch.ones(KNOWN + 2, 1), torch.zeros(KNOWN + 2)), path)
    return path


def test_own_outputs_survive_a_release_and_one_more_is_silent(
    grown: DefectNetwork, grown_model: Path, model: Path
) -> None:
    assert own_widths(model) == ()
    assert own_widths(grown_model) == (0, 16)
    names = (*TYPES[:KNOWN], "burn", "ring", "mould")
    again = DefectNetwork(KNOWN + 3, own=(0, 16, 0)).eval()
    assert load_release(again, grown_model, names) == ["mould"]
    images = torch.randn(1, 3, 64, 96)
    with torch.no_grad():
        found = again(images)
        assert torch.allclose(found[:, :-1], grown(images), atol=1e-4)
        assert torch.all(found[:, -1] == SILENT_LOGIT)


def test_a_network_without_the_releases_own_outputs_is_refused(grown_model: Path) -> None:
    names = TYPES[: KNOWN + 2]
    with pytest.raises(TrainingDataError, match="2 types with outputs of their own"):
        load_release(DefectNetwork(KNOWN + 1, own=(0,)), grown_model, names)
    with pytest.raises(TrainingDataError, match="4 types in its head"):
        load_release(DefectNetwork(KNOWN + 4, own=(0, 16)), grown_model, names)
    with pytest.raises(TrainingDataError, match=r"no own\.1\.laterals"):
        load_release(DefectNetwork(KNOWN + 2, own=(0, 24)), grown_model, names)


def test_a_runs_weights_say_which_outputs_are_its_own(grown: DefectNetwork, tmp_path: Path) -> None:
    torch.save(grown.state_dict(), tmp_path / "best.pt")
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(read_run(tmp_path / "best.pt").eval()(images), grown(images))


def test_onnxruntime_gives_the_known_types_to_the_bit(model: Path, grown_model: Path) -> None:
    """Whatever stands beside them in the graph, at any size."""
    plain, more = Session(model, threads=1), Session(grown_model, threads=1)
    for height, width in ((64, 64), (128, 192)):
        picture = np.random.default_rng(height).integers(0, 256, (1, height, width, 3), np.uint8)
        found = more.run(picture)
        assert found.shape == (1, KNOWN + 2, height // 2, width // 2)
        np.testing.assert_array_equal(found[:, :KNOWN], plain.run(picture))


def test_without_new_types_a_release_does_the_same_work_as_those_before(model: Path) -> None:
    """As many operations of each kind as the shipped release: a tile takes as long."""
    shipped = Path(__file__).parents[2] / "models" / "detector" / "0.6.1" / "model.onnx"
    ours, theirs = (
        Counter(node.op_type for node in onnx.load(str(path)).graph.node)
        for path in (model, shipped)
    )
    assert ours == theirs


def test_a_new_own_output_begins_in_a_blend_as_training_began(
    grown: DefectNetwork, model: Path, tmp_path: Path
) -> None:
    """From a release without own outputs: at share 0 the known are its, the new as they began."""
    names = (*TYPES[:KNOWN], "burn", "ring")
    torch.save(grown.state_dict(), tmp_path / "start.pt")
    torch.manual_seed(4)
    taught = DefectNetwork(KNOWN + 2, own=(0, 16)).eval()
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        whole = blended(taught, model, names, 0.0, tmp_path / "start.pt")(images)
        assert torch.allclose(whole, grown(images), atol=1e-4)


def test_folding_changes_nothing_but_the_norms(trained: DefectNetwork) -> None:
    pictures = torch.randn(1, 3, 64, 96)
    lean = folded(trained)
    with torch.no_grad():
        assert torch.allclose(lean(pictures), trained(pictures), atol=1e-5)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in lean.modules())
    assert any(isinstance(module, torch.nn.BatchNorm2d) for module in trained.modules())


def test_what_a_new_type_began_with_is_kept_where_the_release_is(
    trained: DefectNetwork, model: Path, tmp_path: Path
) -> None:
    torch.manual_seed(2)
    names = (*TYPES[:KNOWN], "burn")
    begun, taught = DefectNetwork(KNOWN + 1).eval(), DefectNetwork(KNOWN + 1).eval()
    load_release(begun, model, names)
    with torch.no_grad():
        begun.head.weight[-1] = 0.3
        begun.head.bias[-1] = -1.0
    torch.save(begun.state_dict(), tmp_path / "start.pt")
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        whole = blended(taught, model, names, 0.0, tmp_path / "start.pt")(images)
        assert torch.allclose(whole, begun(images), atol=1e-4)
        assert torch.allclose(whole[:, :-1], trained(images), atol=1e-4)
        silent = blended(taught, model, names, 0.0)(images)
        assert torch.allclose(silent[:, -1:], torch.full_like(silent[:, -1:], SILENT_LOGIT))


def test_a_blend_goes_from_the_release_to_the_network(trained: DefectNetwork, model: Path) -> None:
    torch.manual_seed(1)
    other = DefectNetwork(KNOWN).train()
    with torch.no_grad():
        other(torch.randn(2, 3, 64, 64))
    other.eval()
    names = TYPES[:KNOWN]
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(blended(other, model, names, 1.0)(images), other(images), atol=1e-4)
        assert torch.allclose(blended(other, model, names, 0.0)(images), trained(images), atol=1e-4)
    mine, theirs = folded(other).state_dict(), folded(trained).state_dict()
    for name, value in blended(other, model, names, 0.25).state_dict().items():
        expected = 0.25 * mine[name] + 0.75 * theirs[name]
        assert torch.allclose(value, expected, atol=1e-4), name
