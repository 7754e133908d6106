"""Every reader is fuzzed a little (`make fuzz` does it at length), and the harness notices."""

from __future__ import annotations

from contextlib import suppress
from importlib.util import find_spec

import pytest
from fuzz.__main__ import fuzz, slug
from fuzz.targets import CORPUS, TARGETS

from qc.errors import TelitiError

needs_atheris = pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed")


@pytest.mark.slow
@needs_atheris
@pytest.mark.parametrize("name", ["photo", "spec in Excel, its parts", "COCO"])
def test_nothing_but_a_refusal_comes_of_any_input(name: str) -> None:
    row = fuzz(name, 300)
    assert row.inputs == 300
    assert row.sound, row.said[-3000:]


@pytest.mark.slow
@needs_atheris
def test_the_memory_of_who_fuzzes_does_not_count() -> None:
    held = b"x" * (1200 * 2**20)
    assert fuzz("mat", 1).peak_mib < len(held) / 2**20


@pytest.mark.slow
@needs_atheris
def test_a_reader_that_breaks_is_noticed() -> None:
    row = fuzz("broken", 2_000)
    assert (row.crashes, row.hangs) == (1, 0)
    assert row.found[0]
    assert not row.found[0].startswith(b"b")


@pytest.mark.slow
@needs_atheris
def test_a_reader_that_never_ends_is_noticed() -> None:
    row = fuzz("stuck", 2_000, hang_s=0.5)
    assert (row.crashes, row.hangs) == (0, 1)
    assert not row.found[0].startswith(b"b")


@pytest.mark.parametrize("name", TARGETS)
def test_fuzzing_starts_from_what_is_read_gladly(name: str) -> None:
    for seed in TARGETS[name].seeds():
        TARGETS[name].read(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_what_broke_a_reader_once_is_refused_or_read(name: str) -> None:
    for path in (CORPUS / slug(name)).glob("*"):
        with suppress(TelitiError):
            TARGETS[name].read(path.read_bytes())
