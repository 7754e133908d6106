"""Copies of everything that a service keeps, and the way back."""

from service.backup.restore import check_snapshot, restore
from service.backup.snapshot import Manifest, back_up

__all__ = ["Manifest", "back_up", "check_snapshot", "restore"]
