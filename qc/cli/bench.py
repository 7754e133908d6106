"""`qc bench`: how long each stage of an inspection takes, and what its millimetres are worth."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any
from unittest.mock import patch

import numpy as np
import simplejpeg
import typer
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.progress import track
from rich.table import Table

from qc.cli.bench_calibration import calibration
from qc.cli.bench_detector import detector
from qc.cli.bench_geometry import geometry
from qc.cli.bench_side import side
from qc.cli.bench_uncalibrated import uncalibrated
from qc.defects.detector import Detector
from qc.defects.session import Session
from qc.geometry.station import Station
from qc.inspection import inspect, judging, sight
from qc.photo import decode_photo
from qc.samples import SHIPPED_SAMPLES, SampleError, read_samples
from qc.spec.examples import find_spec

_SIGHT = (
    "gate_light",
    "to_grey",
    "find_corners",
    "locate_mat",
    "ring_edges",
    "edge_width_px",
    "gate_drift",
    "find_parts",
    "trace_outline",
)
_JUDGING = (
    "surface_patch",
    "measure_view",
    "gate_glare",
    "find_defects",
    "find_notches",
    "compare_colour",
)
STAGES = dict.fromkeys(_SIGHT, sight) | dict.fromkeys(_JUDGING, judging)
"""What is timed, in the order in which it begins, and the modules that call it."""

BESIDE = ("measure_view", "find_notches")
"""Those of them that run in a second thread, beside others."""

app = typer.Typer(
    help="Measure speed on this machine, and accuracy on rendered scenes.",
    invoke_without_command=True,
)


app.command("detector")(detector)
app.command("calibration")(calibration)
app.command("geometry")(geometry)
app.command("side")(side)
app.command("uncalibrated")(uncalibrated)


@app.callback()
def bench(
    context: typer.Context,
    sample: Annotated[
        str, typer.Option(help="Name of a sample photo, for example bowl-sound.")
    ] = "bowl-sound",
    folder: Annotated[Path, typer.Option(help="Folder of samples.")] = SHIPPED_SAMPLES,
    runs: Annotated[int, typer.Option(min=1, help="Counted runs, after one warm-up.")] = 7,
    megapixels: Annotated[
        float, typer.Option(min=2, max=50, help="Size to which the photo is enlarged first.")
    ] = 12,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Time the stages of an inspection: median, 95th percentile and worst of several runs.

    The floor is what no pipeline around this network can do without: decoding the photo and the
    network's own passes over the same tiles.
    """
    if context.invoked_subcommand:
        return
    chosen = next((s for s in read_samples(folder) if s.photo_path.stem == sample), None)
    if chosen is None:
        raise SampleError(f"no sample {sample!r} in {folder}", fix="See `qc samples` for names.")
    data, place = _resized(chosen.photo_path.read_bytes(), chosen.read_station(), megapixels)
    requirements, network = find_spec(chosen.spec), Detector.load_active()
    view = requirements.views[0].name

    def once() -> dict[str, float]:
        with _timed_stages() as spent:
            start = time.perf_counter()
            decoded = decode_photo(data)
            spent["decode_photo"] = time.perf_counter() - start
            record = inspect({view: decoded}, requirements, place, network)
            spent["total"] = time.perf_counter() - start
        verdicts.add(record.verdict.value)
        return dict(spent)

    verdicts: set[str] = set()
    with _recorded_passes() as passes:
        once()

    def floor() -> float:
        start = time.perf_counter()
        decode_photo(data)
        for session, images in passes:
            session.run(images)
        return time.perf_counter() - start

    counted = [
        {**once(), "floor": floor()}
        for _ in track(range(runs), "Timing …", console=Console(stderr=True), transient=True)
    ]
    rows = {
        stage: _spread([run.get(stage, 0.0) for run in counted])
        for stage in ("decode_photo", *STAGES, "total", "floor")
    }
    size = decode_photo(data)
    report = {
        "photo": f"{size.width_px}x{size.height_px}",
        "runs": runs,
        "verdict": sorted(verdicts),
        "release": network.reference if network else None,
        "network_px": sum(int(images[..., 0].size) for _, images in passes),
        "total_over_floor": rows["total"]["median_ms"] / rows["floor"]["median_ms"],
        "stages": rows,
    }
    if as_json:
        print(json.dumps(report, indent=2))
    else:
        _print(report, rows)


def _spread(spent_s: list[float]) -> dict[str, float]:
    """Return median, 95th percentile and worst of times in seconds."""
    names = ("median_ms", "p95_ms", "max_ms")
    return dict(zip(names, (1e3 * np.percentile(spent_s, (50, 95, 100))).tolist(), strict=True))


@contextmanager
def _timed_stages() -> Iterator[dict[str, float]]:
    """Time the pipeline's own calls, so that the bench cannot drift from the pipeline."""
    spent: dict[str, float] = defaultdict(float)

    def timed(name: str, stage: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            try:
                return stage(*args, **kwargs)
            finally:
                spent[name] += time.perf_counter() - start

        return call

    with ExitStack() as patches:
        for name, module in STAGES.items():
            stage = timed(name, getattr(module, name))
            patches.enter_context(patch.object(module, name, stage))
        yield spent


@contextmanager
def _recorded_passes() -> Iterator[list[tuple[Session, NDArray[np.uint8]]]]:
    """Record what the network is given, to repeat its passes alone."""
    passes: list[tuple[Session, NDArray[np.uint8]]] = []
    run = Session.run

    def recorded(session: Session, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        passes.append((session, images))
        return run(session, images)

    with patch.object(Session, "run", recorded):
        yield passes


def _resized(data: bytes, station: Station, megapixels: float) -> tuple[bytes, Station]:
    """Resize a photo, and its station's calibration with it."""
    photo = decode_photo(data)
    factor = float(np.sqrt(megapixels * 1e6 / (photo.width_px * photo.height_px)))
    size = (round(photo.width_px * factor), round(photo.height_px * factor))
    pixels = np.asarray(Image.fromarray(photo.pixels).resize(size, Image.Resampling.BICUBIC))
    if station.camera:
        camera = station.camera
        station = station.model_copy(
            update={
                "camera": camera.model_copy(
                    update={
                        "width_px": size[0],
                        "height_px": size[1],
                        "fx_px": camera.fx_px * factor,
                        "fy_px": camera.fy_px * factor,
                        "cx_px": (camera.cx_px + 0.5) * factor - 0.5,
                        "cy_px": (camera.cy_px + 0.5) * factor - 0.5,
                    }
                )
            }
        )
    # Colour at half the resolution, as tablets and browsers write it.
    encoded = simplejpeg.encode_jpeg(
        np.ascontiguousarray(pixels), quality=90, colorsubsampling="420"
    )
    return bytes(encoded), station


def _print(report: dict[str, Any], rows: dict[str, dict[str, float]]) -> None:
    title = f"{report['photo']} px, {report['runs']} runs, verdict {'/'.join(report['verdict'])}"
    table = Table("stage", title=title)
    table.add_column("median ms", justify="right")
    table.add_column("p95 ms", justify="right")
    table.add_column("worst ms", justify="right")
    for stage, row in rows.items():
        if stage == "total":
            table.add_section()
        name = f"{stage} (beside others)" if stage in BESIDE else stage
        table.add_row(name, *(f"{row[key]:.1f}" for key in ("median_ms", "p95_ms", "max_ms")))
    Console().print(table)
    megapixels = report["network_px"] / 1e6
    print(f"total / floor = {report['total_over_floor']:.2f}; the network saw {megapixels:.2f} Mpx")
