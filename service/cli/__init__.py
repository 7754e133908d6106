"""The service's commands of the `qc` program."""

from service.cli import audit, migrate, people, release, report, snapshot
from service.cli.backup import backup, restore
from service.cli.doctor import doctor
from service.cli.retention import retention
from service.cli.serve import serve

__all__ = [
    "audit",
    "backup",
    "doctor",
    "migrate",
    "people",
    "release",
    "report",
    "restore",
    "retention",
    "serve",
    "snapshot",
]
