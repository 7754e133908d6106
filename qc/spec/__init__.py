"""Buyers' specs: the models, the reader that locates every error, and the examples."""

from qc.spec.examples import example_specs, find_spec
from qc.spec.models import Spec
from qc.spec.reader import parse_spec, read_spec

__all__ = ["Spec", "example_specs", "find_spec", "parse_spec", "read_spec"]
