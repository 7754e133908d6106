"""Inspect an archive of photos again: streaming, resumable, by one of several engines.

`items` says what there is, `engines` inspect it, `ledger` keeps what came of it.
"""

from qc.archive.engines import Engine, Setup, engine
from qc.archive.items import Item, find_items
from qc.archive.ledger import Ledger

__all__ = ["Engine", "Item", "Ledger", "Setup", "engine", "find_items"]
