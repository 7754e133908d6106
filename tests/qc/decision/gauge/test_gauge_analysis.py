"""Gauge studies against published examples, brute force and simulated studies of known truth."""

import math

import numpy as np
import pytest
from gauge_studies import AIAG, HOUF_BERMAN, study

from qc.decision.gauge import analyse
from qc.decision.gauge.report import Rating


def test_aiag_example_by_anova():
    """Published in AIAG MSA 4th ed., chapter III-B, and by McNeese (2015)."""
    report = analyse(study(AIAG), pooling_alpha=0.05)
    sums = {row.source: (row.df, row.ss) for row in report.anova}
    assert sums["operator"] == (2, pytest.approx(3.1673, abs=5e-5))
    assert sums["part"] == (9, pytest.approx(88.3619, abs=5e-5))
    assert sums["part × operator"] == (18, pytest.approx(0.3590, abs=5e-5))
    assert sums["repeatability"] == (60, pytest.approx(2.7589, abs=5e-5))
    assert sums["total"] == (89, pytest.approx(94.6471, abs=5e-5))
    assert report.interaction_p == pytest.approx(0.974, abs=5e-4)
    assert report.interaction_pooled
    for source, sd, contribution in (
        ("repeatability", 0.199933, 3.4),
        ("reproducibility", 0.226838, 4.4),
        ("gauge R&R", 0.302373, 7.8),
        ("part", 1.042327, 92.2),
    ):
        component = report.component(source)
        assert component.sd == pytest.approx(sd, abs=5e-6)
        assert component.contribution_percent == pytest.approx(contribution, abs=0.05)
    assert report.component("total").sd == pytest.approx(1.085, abs=5e-4)
    assert report.grr_percent_of_total == pytest.approx(27.9, abs=0.05)
    assert report.ndc_exact == pytest.approx(4.861, abs=1e-3)
    assert report.ndc == 4  # truncated, as the manual's text says
    assert report.rating_of_total is Rating.CONDITIONAL


def test_aiag_example_by_average_and_range():
    """Published in AIAG MSA 4th ed., chapter III-B (and by McNeese, to three decimals)."""
    ranges = analyse(study(AIAG)).average_range
    assert ranges.repeatability_sd == pytest.approx(0.20188, abs=3e-5)
    assert ranges.reproducibility_sd == pytest.approx(0.22963, abs=6e-5)
    assert ranges.grr_sd == pytest.approx(0.30582, abs=6e-5)
    assert ranges.part_sd == pytest.approx(1.10456, abs=2e-4)
    assert ranges.total_sd == pytest.approx(1.14610, abs=2e-4)
    assert ranges.grr_percent_of_total == pytest.approx(26.68, abs=0.01)
    assert ranges.ndc == 5


def test_interaction_is_kept_where_it_is_significant():
    """Houf & Berman's data, with a significant interaction; Montgomery prints the components."""
    report = analyse(study(HOUF_BERMAN))
    assert not report.interaction_pooled
    assert report.component("interaction").variance == pytest.approx(0.7280, abs=5e-5)
    assert report.component("repeatability").variance == pytest.approx(0.5111, abs=5e-5)
    assert report.component("operator").variance == pytest.approx(0.5646, abs=5e-5)
    assert report.component("part").variance == pytest.approx(48.2926, abs=5e-5)


def test_sums_of_squares_are_those_of_least_squares():
    """Nested regressions on dummy variables: an ANOVA that knows no formula for balanced data."""
    values = np.random.default_rng(4).normal(150, 1, (4, 3, 2))
    parts, operators, _ = (np.arange(n).reshape(shape) for n, shape in _axes(values))
    part = np.broadcast_to(parts, values.shape).ravel()
    operator = np.broadcast_to(operators, values.shape).ravel()
    cell = part * 3 + operator
    y = values.ravel()

    def residual(*factors):
        columns = [np.ones(len(y))]
        for factor in factors:
            columns += [(factor == level).astype(float) for level in np.unique(factor)]
        design = np.column_stack(columns)
        return float(np.sum((y - design @ np.linalg.lstsq(design, y, rcond=None)[0]) ** 2))

    ss = {row.source: row.ss for row in analyse(study(values)).anova}
    assert ss["total"] == pytest.approx(residual())
    assert ss["part"] == pytest.approx(residual() - residual(part))
    assert ss["operator"] == pytest.approx(residual(part) - residual(part, operator))
    assert ss["part × operator"] == pytest.approx(residual(part, operator) - residual(cell))
    assert ss["repeatability"] == pytest.approx(residual(cell))


def _axes(values):
    for axis, n in enumerate(values.shape):
        shape = [1, 1, 1]
        shape[axis] = n
        yield n, shape


@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_variances_add_up_and_do_not_depend_on_the_zero(alpha):
    values = np.random.default_rng(2).normal(0, 1, (10, 3, 3))
    report = analyse(study(values), pooling_alpha=alpha)
    parts = ("repeatability", "operator", "interaction", "part")
    total = math.fsum(report.component(source).variance for source in parts)
    assert report.component("total").variance == pytest.approx(total)
    moved = analyse(study(values + 300), pooling_alpha=alpha)
    assert moved.component("total").variance == pytest.approx(total)
    scaled = analyse(study(values * 10), pooling_alpha=alpha)
    assert scaled.grr_percent_of_total == pytest.approx(report.grr_percent_of_total)


def test_percent_of_tolerance_is_six_sigma():
    report = analyse(study(AIAG), tolerance=18.0)
    assert report.grr_percent_of_tolerance == pytest.approx(100 * 6 * 0.302373 / 18, abs=1e-3)
    interval = report.grr_percent_of_tolerance_interval
    assert interval.lower < report.grr_percent_of_tolerance < interval.upper
    assert report.rating_of_tolerance is Rating.CONDITIONAL


def test_operators_alike_give_no_negative_variance():
    values = np.random.default_rng(0).normal(0, 1, (5, 2, 2))
    values -= values.mean(axis=(0, 2), keepdims=True)
    report = analyse(study(values))
    assert report.component("operator").variance == 0
    assert report.component("operator").variance_interval.lower == 0


@pytest.mark.parametrize("of_interaction", [0.3, 0.0])
def test_intervals_cover_the_truth_as_often_as_they_say(of_interaction):
    """Simulated studies; the interaction is always kept where there is one, else always pooled.

    Of 600 studies 95 % ± 1.8 % (two standard deviations) would cover; the method errs a little
    on the safe side (Burdick et al. 2005).
    """
    rng = np.random.default_rng(20)
    truth = {"repeatability": 1.0, "operator": 0.5, "part": 4.0, "gauge R&R": 1.5 + of_interaction}
    if of_interaction:
        truth["interaction"] = of_interaction
    of_total = 100 * math.sqrt(truth["gauge R&R"] / (truth["gauge R&R"] + truth["part"]))
    hits = dict.fromkeys([*truth, "% of total"], 0)
    studies = 600
    for _ in range(studies):
        values = (
            rng.normal(0, 2, (10, 1, 1))
            + rng.normal(0, math.sqrt(0.5), (1, 3, 1))
            + rng.normal(0, math.sqrt(of_interaction), (10, 3, 1))
            + rng.normal(0, 1, (10, 3, 3))
        )
        report = analyse(study(values), pooling_alpha=1.0 if of_interaction else 0.0)
        for source, variance in truth.items():
            interval = report.component(source).variance_interval
            hits[source] += interval.lower <= variance <= interval.upper
        interval = report.grr_percent_of_total_interval
        hits["% of total"] += interval.lower <= of_total <= interval.upper
    shares = {source: hit / studies for source, hit in hits.items()}
    assert all(0.93 <= share <= 0.99 for share in shares.values()), shares


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="tolerance"):
        analyse(study(AIAG), tolerance=0)
    with pytest.raises(ValueError, match="pooling_alpha"):
        analyse(study(AIAG), pooling_alpha=2)
