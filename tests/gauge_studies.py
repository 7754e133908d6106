"""Worked examples of gauge studies as they were published."""

import numpy as np

from qc.decision.gauge import Reading, Study

# AIAG, Measurement Systems Analysis, 4th ed. (2010), chapter III-B: 10 parts × 3 appraisers × 3
# trials. Rows are trials, columns parts. Also in McNeese, "Three Ways to Analyze a Gage R&R
# Study" (BPI Consulting, 2015), table 1.
_AIAG = """
 0.29 -0.56  1.34  0.47 -0.80  0.02  0.59 -0.31  2.26 -1.36
 0.41 -0.68  1.17  0.50 -0.92 -0.11  0.75 -0.20  1.99 -1.25
 0.64 -0.58  1.27  0.64 -0.84 -0.21  0.66 -0.17  2.01 -1.31
 0.08 -0.47  1.19  0.01 -0.56 -0.20  0.47 -0.63  1.80 -1.68
 0.25 -1.22  0.94  1.03 -1.20  0.22  0.55  0.08  2.12 -1.62
 0.07 -0.68  1.34  0.20 -1.28  0.06  0.83 -0.34  2.19 -1.50
 0.04 -1.38  0.88  0.14 -1.46 -0.29  0.02 -0.46  1.77 -1.49
-0.11 -1.13  1.09  0.20 -1.07 -0.67  0.01 -0.56  1.45 -1.77
-0.15 -0.96  0.67  0.11 -1.45 -0.49  0.21 -0.49  1.87 -2.16
"""
AIAG = np.array(_AIAG.split(), float).reshape(3, 3, 10).transpose(2, 0, 1)
"""(parts, operators, trials)"""

# Houf & Berman (1988), thermal impedance of power modules, °C/W × 100, as printed in Vidakovic,
# Statistics for Bioengineering Sciences (Springer, 2011), example 11.14. Rows are parts, columns
# the three tests of each operator in turn.
_HOUF_BERMAN = """
37 38 37 41 41 40 41 42 41
42 41 43 42 42 42 43 42 43
30 31 31 31 31 31 29 30 28
42 43 42 43 43 43 42 42 42
28 30 29 29 30 29 31 29 29
42 42 43 45 45 45 44 46 45
25 26 27 28 28 30 29 27 27
40 40 40 43 42 42 43 43 41
25 25 25 27 29 28 26 26 26
35 34 34 35 35 34 35 34 35
"""
HOUF_BERMAN = np.array(_HOUF_BERMAN.split(), float).reshape(10, 3, 3)


def study(values):
    """Build a study from (parts, operators, trials)."""
    return Study.of(
        [
            Reading(f"part {i}", f"operator {j}", str(k), float(value))
            for (i, j, k), value in np.ndenumerate(values)
        ]
    )
