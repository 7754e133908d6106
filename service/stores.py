"""Which database and which stores the settings name: files of the data folder, or others."""

from __future__ import annotations

from service.database import DATABASE_FILE, Database, make_data_folder
from service.settings import StorageSettings
from service.storage import PHOTOS_FOLDER, REPORTS_FOLDER, PhotoStore


def open_database(settings: StorageSettings) -> Database:
    """Open the database; tables are made by `Database.migrate`.

    Raises:
        DatabaseError: its folder or its driver cannot be used.
    """
    timeout_s = settings.busy_timeout_s
    if settings.database_url is not None:
        make_data_folder(settings.data_dir)  # releases and certificates lie there all the same
        return Database.postgresql(
            settings.database_url.get_secret_value(), busy_timeout_s=timeout_s
        )
    return Database.sqlite(settings.data_dir / DATABASE_FILE, busy_timeout_s=timeout_s)


def has_database(settings: StorageSettings) -> bool:
    """Tell whether there is a database that was not made just now by looking."""
    return settings.database_url is not None or (settings.data_dir / DATABASE_FILE).is_file()


def photo_store(settings: StorageSettings) -> PhotoStore:
    """Return where photos are kept."""
    return _store(settings, PHOTOS_FOLDER)


def report_store(settings: StorageSettings) -> PhotoStore:
    """Return where the files of signed reports are kept."""
    return _store(settings, REPORTS_FOLDER)


def _store(settings: StorageSettings, name: str) -> PhotoStore:
    if settings.objects_url is not None:
        return PhotoStore.remote(f"{settings.objects_url}/{name}")
    return PhotoStore.local(settings.data_dir / name)
