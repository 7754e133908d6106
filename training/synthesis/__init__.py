"""Synthesis: defects composited on photos of wood, and rendered items."""

PAINTED_MM_PER_PX = 0.2
"""Scale of composites and renders: what painters count in pixels are fifths of a millimetre."""
