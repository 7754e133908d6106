"""Uploads survive a service that is killed: a small run of `python tests/killable.py`."""

from __future__ import annotations

from pathlib import Path

import pytest
import scale
from killable import compare_with_stores, upload_while_killed


@pytest.mark.slow
@pytest.mark.parametrize(("where", "nodes"), [("files", 1), ("scale", 2)])
def test_every_receipt_has_its_inspection_and_nothing_comes_twice(
    tmp_path: Path, where: str, nodes: int
) -> None:
    if where == "scale" and not scale.AVAILABLE:
        pytest.skip("PostgreSQL and S3 are not installed")
    environment = scale.environment() if where == "scale" else {}
    outcome = upload_while_killed(tmp_path, environment, uploads=24, most_between=8, nodes=nodes)
    compare_with_stores(tmp_path, environment, outcome)
    assert outcome.kills >= 1
    assert outcome.cut_off >= 1
    assert nodes == 1 or outcome.taken_over >= 1
