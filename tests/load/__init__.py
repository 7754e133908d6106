"""A shift under load: how many stations a machine serves, and what happens beyond.

`python -m load` (with `tests` on the path) starts the service with its real pipeline, sends it the
photos of more and more stations, and prints throughput and latency.
"""

ITEM_EVERY_S = 12
"""How often a station has an item."""
