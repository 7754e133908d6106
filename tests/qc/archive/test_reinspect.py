"""`qc reinspect`: both engines write the same, and a kill neither loses nor doubles anything."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import goods
import networks
import pytest
from program import BOWL_SPEC, Program

from qc.archive import Ledger, find_items
from qc.errors import ArchiveError
from qc.spec.examples import find_spec

PLAIN = 80
"""Enough for several blocks of the engine ray, so that something is left when it is killed."""


@pytest.fixture(scope="module")
def archive(bowl_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two bowls on the mat, photos without a mat, and a file that is no photo."""
    folder = tmp_path_factory.mktemp("archive")
    (folder / "monday").mkdir()
    for name in ("a-bowl.jpg", "monday/b-bowl.jpg"):
        shutil.copy(bowl_path, folder / name)
    for seed in range(PLAIN):
        goods.write(folder / "plain", seed)
    (folder / "torn.jpg").write_bytes(b"no photo")
    return folder


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "detector" / "0.0.1"
    return networks.write_release(folder, networks.darkness(), ("crack",))


def arguments(archive: Path, out: Path, release: Path, *more: object) -> list[str]:
    words = ("reinspect", archive, "--spec", BOWL_SPEC, "--out", out, "--release", release, *more)
    return [str(word) for word in words]


def names(path: Path) -> list[str]:
    return [json.loads(line)["item"] for line in path.read_bytes().split(b"\n")[:-1]]


@pytest.fixture
def whole(qc: Program, archive: Path, release: Path, tmp_path: Path) -> Path:
    """What the local engine writes without any interruption."""
    out = tmp_path / "local.jsonl"
    run = qc(*arguments(archive, out, release))
    assert run.status == 65
    assert f"1 error, {PLAIN} retake" in run.out
    return out


@pytest.mark.slow
def test_a_run_goes_on_where_it_was_killed(
    qc: Program, archive: Path, release: Path, whole: Path, tmp_path: Path
) -> None:
    content = whole.read_bytes()
    assert names(whole) == sorted(names(whole))
    assert len(set(names(whole))) == PLAIN + 3
    lines = content.splitlines(keepends=True)
    assert "cannot" in lines[-1].decode() or "not" in json.loads(lines[-1])["error"]["text"]
    assert len(json.loads(lines[0])["inspection"]["measurements"]) > 0
    for kept in (0, 1, 7, PLAIN + 3):
        out = tmp_path / f"{kept}.jsonl"
        shutil.copy(f"{whole}.terms", f"{out}.terms")
        half = lines[kept][: len(lines[kept]) // 2] if kept < len(lines) else b""
        out.write_bytes(b"".join(lines[:kept]) + half)
        assert qc(*arguments(archive, out, release)).status == 65
        assert out.read_bytes() == content


@pytest.mark.slow
def test_ray_writes_the_same_bytes_though_it_is_killed_in_the_middle(
    archive: Path, release: Path, whole: Path, tmp_path: Path
) -> None:
    pytest.importorskip("ray")
    out = tmp_path / "ray.jsonl"
    # In three goes, as a large archive is
    several = "from qc.archive import engines; engines._ITEMS_IN_ONE_GO = 30"
    code = f"{several}; from qc.cli import main; main()"
    options = ("--engine", "ray", "--workers", "1")
    command = [sys.executable, "-c", code, *arguments(archive, out, release, *options)]
    environment = os.environ | {
        "RAY_TMPDIR": "/tmp/teliti-ray",  # sockets need a short path
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "PYTHONWARNINGS": "ignore",
    }
    first = subprocess.Popen(command, env=environment, start_new_session=True)
    patience = time.monotonic() + 240
    while not out.exists() or out.read_bytes().count(b"\n") < 4:
        assert first.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < patience
        time.sleep(0.05)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    before = out.read_bytes().count(b"\n")
    assert before < PLAIN + 3, "there was nothing left to do"
    second = subprocess.run(command, env=environment, timeout=300, check=False)
    assert second.returncode == 65
    assert out.read_bytes() == whole.read_bytes()


def test_results_of_other_terms_are_not_mixed(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with Ledger(path, {"release": "a", "judges": ()}) as ledger:
        ledger.add('{"item": "x"}')
    assert Ledger(path, {"release": "a", "judges": ()}).done == {"x"}
    with pytest.raises(ArchiveError, match="made with release a, not b"):
        Ledger(path, {"release": "b", "judges": ()})
    path.write_text("nothing of ours\n")
    with pytest.raises(ArchiveError, match="no file of results"):
        Ledger(path, {"release": "a", "judges": ()})
    Path(f"{path}.terms").unlink()
    with pytest.raises(ArchiveError, match="does not say"):
        Ledger(path, {"release": "a", "judges": ()})


def test_items_of_several_views_are_folders(tmp_path: Path) -> None:
    spec = find_spec(BOWL_SPEC)
    side = spec.views[0].model_copy(update={"name": "side"})
    two = spec.model_copy(update={"views": (*spec.views, side)})
    for name in ("0017/top.png", "0017/side.png", "0002/top.png"):
        shutil.copy(goods.write(tmp_path / "photos", 1), tmp_path / "x.png")
        (tmp_path / "items" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(tmp_path / "x.png", tmp_path / "items" / name)
    found = list(find_items(tmp_path / "items", two))
    assert [(item.name, [view for view, _ in item.photos]) for item in found] == [
        ("0002", ["top"]),
        ("0017", ["top", "side"]),
    ]
    shutil.copy(goods.write(tmp_path / "photos", 1), tmp_path / "items" / "0002" / "left.png")
    with pytest.raises(ArchiveError, match=r"ITEM/top\.jpg"):
        list(find_items(tmp_path / "items", two))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArchiveError, match="no photo"):
        list(find_items(tmp_path / "empty", spec))
    with pytest.raises(ArchiveError, match="cannot read"):
        list(find_items(tmp_path / "absent", spec))


def test_items_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    spec = find_spec(BOWL_SPEC)
    names = ("a/z.jpg", "a.jpg", "a-b/c.PNG", "a/b/d.webp", "a/b.jpg", "B.jpeg", "ä.jpg", ".f.jpg")
    for name in (*names, "a/notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [item.name for item in find_items(tmp_path, spec)]
    assert found == [path.as_posix() for path in sorted(map(Path, names))]
