"""The service's commands of the `qc` program."""

from service.cli import audit, people
from service.cli.serve import serve

__all__ = ["audit", "people", "serve"]
