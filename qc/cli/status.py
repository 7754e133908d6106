"""Exit statuses of the program."""

from __future__ import annotations

from typing import Final

from qc.decision.verdict import Verdict

EXIT_BY_VERDICT: Final = {
    Verdict.PASS: 0,
    Verdict.FAIL: 1,
    Verdict.CHECK: 2,
    Verdict.RETAKE: 3,
}

# From here on as in BSD's sysexits.
EXIT_USAGE = 64
EXIT_DATA = 65
EXIT_SOFTWARE = 70
EXIT_IO = 74
