"""Synthesis: defects composited on photos of wood, and rendered items."""
