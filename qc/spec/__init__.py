"""Buyers' specs: the models, the readers that locate every error, and the examples."""

from qc.spec.examples import example_specs, find_spec
from qc.spec.files import read_spec
from qc.spec.models import Spec
from qc.spec.reader import parse_spec

__all__ = ["Spec", "example_specs", "find_spec", "parse_spec", "read_spec"]
