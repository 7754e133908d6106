"""Faults injected into a running service: what was acknowledged is kept, once, as it was judged.

`python -m faults` (with `tests` on the path) injects each of them many times and prints a table.
"""
