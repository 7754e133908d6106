"""The program run in this process, and one photo that all its tests share."""

from __future__ import annotations

import sys
from pathlib import Path

import goods
import hypothesis
import networks
import pytest
import simplejpeg
from program import Program, Run
from scene import Scene, render

from qc.defects.normality import Encoder, Line, Normality, teach
from qc.defects.release import MODELS_VARIABLE
from qc.geometry.station import CameraCalibration, Station
from qc.photo import Photo

# Speed is measured elsewhere: how long an example takes says how busy the machine is.
hypothesis.settings.register_profile("teliti", deadline=None)
hypothesis.settings.load_profile("teliti")


@pytest.fixture
def qc(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Program:
    """Run `qc …`; no detector is active unless a test names a release."""
    from qc.cli import main  # loads every package with a command, which few tests need

    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path / "no-models"))

    def run(*arguments: object) -> Run:
        monkeypatch.setattr(sys, "argv", ["qc", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        return Run(int(stop.value.code or 0), out, err)

    return run


@pytest.fixture(scope="session")
def bowl() -> Photo:
    """A sound bowl on an A3 mat."""
    return render(Scene())


@pytest.fixture(scope="session")
def bowl_path(bowl: Photo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "bowl.jpg"
    path.write_bytes(simplejpeg.encode_jpeg(bowl.pixels, quality=95, colorsubsampling="444"))
    return path


@pytest.fixture(scope="session")
def station_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    station = Station(
        id="test",
        mat="teliti-a3-1",
        print_scale_measured=True,
        camera=CameraCalibration(
            width_px=1664, height_px=1248, fx_px=2200, fy_px=2200, cx_px=831.5, cy_px=623.5
        ),
    )
    path = tmp_path_factory.mktemp("stations") / "station-test.json"
    path.write_text(station.model_dump_json(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def darkness_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A detector that calls dark lines cracks."""
    folder = tmp_path_factory.mktemp("releases") / "0.0.1"
    return networks.write_release(folder, networks.darkness(), ("crack",))


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The encoder of memories of good items, as released."""
    return Encoder.load(goods.ENCODER)


@pytest.fixture(scope="session")
def memory(encoder: Encoder) -> Normality:
    """What twelve small good photos taught, at a quarter of the default number of pixels."""
    names = [f"{seed}.png" for seed in range(12)]
    return teach(names, goods.photo, Line("wood", size_px=192), encoder)
