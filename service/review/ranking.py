"""Which inspections are reviewed, and in which order.

1. `fail` before `check` before sampled passes;
2. within these the worst class found or feared first: critical, major, minor, none;
3. within these the oldest first.

A sampled pass is chosen by the SHA-256 of its id, which the service draws at random: nobody can
foresee which item is looked at again, and everybody can recompute afterwards that the choice was
fair.
"""

from __future__ import annotations

import hashlib
from typing import Final
from uuid import UUID

from qc.decision.sampling import CLASSES, unit_result
from qc.decision.verdict import Verdict
from qc.records import Inspection
from qc.spec.base import DefectClass
from qc.spec.models import Spec
from service.review.schemas import Cause

_CAUSES: Final = (Cause.FAIL, Cause.CHECK, Cause.SAMPLE)
_DIGESTS: Final = 1 << 256


def cause_of(verdict: Verdict, inspection_id: UUID, sample_rate: float) -> Cause | None:
    """Say why an inspection is reviewed; None where it is not.

    A photo that cannot be judged is taken again, so nobody needs to review it.
    """
    if verdict is Verdict.PASS:
        return Cause.SAMPLE if is_sampled(inspection_id, sample_rate) else None
    return None if verdict is Verdict.RETAKE else Cause(verdict)


def is_sampled(inspection_id: UUID, rate: float) -> bool:
    """Tell whether a pass is in the random sample: a share `rate` of all passes is."""
    digest = hashlib.sha256(inspection_id.bytes).digest()
    return int.from_bytes(digest) / _DIGESTS < rate


def worst_class(inspection: Inspection, spec: Spec) -> DefectClass | None:
    """Return the worst class that was found, or else the worst that is feared."""
    result = unit_result(inspection, spec)
    return result.worst or result.doubt


def rank(cause: Cause, defect_class: DefectClass | None) -> int:
    """Return the place in the queue: the lower the sooner."""
    severity = len(CLASSES) if defect_class is None else CLASSES.index(defect_class)
    return 10 * _CAUSES.index(cause) + severity
