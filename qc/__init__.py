"""Teliti's inspector: photos and a buyer's spec in, a verdict with its reasons out.

A library without web or torch. Start reading at `qc.inspection.pipeline`.
"""

from importlib.metadata import version

__version__ = version("teliti")
