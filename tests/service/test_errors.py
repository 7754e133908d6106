"""Every error has one status and one form."""

import importlib
import pkgutil

import pytest

import qc
import service
from qc.errors import PhotoError, PhotoTooLargeError, TelitiError
from service.errors import STATUS, BusyError, NotFoundError, StorageError, status_of
from service.specs.service import SpecUnknownError


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TelitiError("x"), 400),
        (PhotoError("x"), 422),
        (PhotoTooLargeError("x"), 413),
        (NotFoundError("x"), 404),
        (SpecUnknownError("x"), 404),
        (StorageError("x"), 503),
        (BusyError("x", retry_after_s=1), 429),
    ],
)
def test_a_subclass_has_its_own_status_or_its_parents(error: TelitiError, status: int) -> None:
    assert status_of(error) == status


def test_every_direct_error_has_a_status() -> None:
    for package in (qc, service):  # an error counts once its module is imported
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)
    ours = {e for e in TelitiError.__subclasses__() if e.__module__.startswith(("qc.", "service."))}
    assert len(ours) > 5
    assert ours - set(STATUS) == set()
