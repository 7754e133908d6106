"""What happens once, before the first request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from qc.geometry.selfcheck import require_sound_vision
from qc.geometry.station import read_station
from qc.spec import example_specs, read_spec
from qc.spec.files import SUFFIXES
from service.database import Database
from service.experts import EXPERTS_FOLDER, ExpertFolder
from service.inspections.service import newest_photos
from service.inspector import Gate, Inspect
from service.metrics.figures import Metrics
from service.people import service as people
from service.releases.active import ActiveDetector
from service.releases.shadow import shadowing
from service.runtime import Runtime
from service.samples import inspecting_samples
from service.settings import CatalogueSettings, Settings
from service.specs.service import get_spec, store_spec
from service.stations.service import store_station
from service.stores import open_database, photo_store, report_store
from service.teaching.learner import Learner
from service.webhooks.worker import delivering

_PHOTOS_TO_KNOW = 20


@contextmanager
def open_runtime(settings: Settings, inspect: Inspect) -> Iterator[Runtime]:
    """Open database, photo store and detector; close them at the end.

    Raises:
        DatabaseError: a newer version of the software wrote the database, or it is damaged.
        StorageError: the photos that the database names are not where they should be.
        SpecError, StationError, ReleaseError: a file that the settings name is not valid.
        NormalityError, JudgeError: a memory or a judge of a product is not valid.
        MetricsUnavailableError: figures are asked for and cannot be kept.
        VisionError: the installed OpenCV does not measure correctly.
    """
    require_sound_vision()
    database = open_database(settings.storage)
    try:
        database.migrate()
        _store_catalogue(database, settings.catalogue)
        with database.writing() as session:
            lives = timedelta(hours=settings.sign_in.code_hours)
            first_code = people.invite_first_admin(session, lives)
        photos = photo_store(settings.storage)
        with database.reading() as session:
            photos.recognise(newest_photos(session, _PHOTOS_TO_KNOW))
        reports = report_store(settings.storage)
        for store in (photos, reports):
            store.clear_drafts()
        gate = Gate(settings.inspection)
        runtime = Runtime(
            settings=settings,
            database=database,
            photos=photos,
            reports=reports,
            gate=gate,
            inspect=inspect,
            releases=ActiveDetector.open(database, settings),
            experts=_open_experts(database, settings),
            learner=Learner(settings.storage.data_dir),
            metrics=Metrics.open(settings.metrics, database, gate, settings.storage.data_dir),
            first_code=first_code,
        )
        with (
            inspecting_samples(runtime, settings.catalogue.samples_dir),
            shadowing(runtime, settings.release.shadow_interval_s),
            delivering(database, settings.webhook),
        ):
            try:
                yield runtime
            finally:
                runtime.learner.close()
    finally:
        database.close()


def _open_experts(database: Database, settings: Settings) -> ExpertFolder:
    """Read every product's experts once, so that a damaged file stops the start."""
    experts = ExpertFolder(settings.storage.data_dir / EXPERTS_FOLDER)
    with database.reading() as session:
        for spec_id in experts.specs():
            experts.load(get_spec(session, spec_id))
    return experts


def _store_catalogue(database: Database, catalogue: CatalogueSettings) -> None:
    # Files are read first: others wait for whoever writes.
    specs = list(example_specs())
    if catalogue.specs_dir:
        paths = sorted(catalogue.specs_dir.glob("*"))
        specs += [read_spec(path) for path in paths if path.suffix.lower() in SUFFIXES]
    stations = []
    if catalogue.stations_dir:
        stations = [read_station(path) for path in sorted(catalogue.stations_dir.glob("*.json"))]
    with database.writing() as session:
        for spec in specs:
            store_spec(session, spec)
        for station in stations:
            store_station(session, station)
