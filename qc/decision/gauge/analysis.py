"""The ANOVA method (AIAG MSA 4th ed., chapter III-B): parts and operators are random samples."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import fdtrc

from qc.decision.gauge.average_range import NDC_FACTOR, analyse_ranges
from qc.decision.gauge.intervals import (
    MeanSquare,
    interval_of_difference,
    interval_of_part_to_gauge,
    interval_of_sum,
)
from qc.decision.gauge.report import AnovaRow, Component, GaugeReport, Interval, Rating, Source
from qc.decision.gauge.study import Study

POOLING_ALPHA = 0.25
"""An interaction whose p exceeds this is counted as repeatability.

The cautious one of the customary levels (Bancroft 1964; Burdick et al. 2005): pooling at 0.05
would hide many a true interaction. AIAG's worked example is pooled under either.
"""

_STUDY_SDS = 6.0
"""Width of the study variation in standard deviations, as in the 4th edition (5.15 before)."""


def analyse(
    study: Study,
    tolerance: float | None = None,
    *,
    pooling_alpha: float = POOLING_ALPHA,
    confidence: float = 0.95,
) -> GaugeReport:
    """Analyse a crossed study.

    Args:
        study: balanced readings.
        tolerance: upper less lower limit, in the readings' unit; None where there is none.
        pooling_alpha: the interaction is pooled where its p exceeds this.
        confidence: of the intervals, two-sided.

    Raises:
        ValueError: the tolerance is not above 0, or a level is not between 0 and 1.
    """
    if tolerance is not None and not tolerance > 0:
        raise ValueError(f"tolerance must be above 0, got {tolerance}")
    if not (0 <= pooling_alpha <= 1 and 0 < confidence < 1):
        raise ValueError("pooling_alpha must be within 0 to 1, confidence between 0 and 1")
    squares = _mean_squares(study)
    interaction, error = squares.interaction, squares.error
    p_interaction = float(fdtrc(interaction.df, error.df, interaction.value / error.value))
    pooled = p_interaction > pooling_alpha
    model = squares.pooled() if pooled else squares
    variances = _variances(study, model)
    intervals = _intervals(study, model, confidence)
    if pooled:
        del intervals["interaction"]

    total_sd = math.sqrt(variances["total"])
    components = tuple(
        _component(source, variance, intervals.get(source), total_sd, tolerance)
        for source, variance in variances.items()
    )
    ratio = interval_of_part_to_gauge(
        model.part, model.operator, model.interaction, model.error, study.trials, confidence
    )
    grr_sd = math.sqrt(variances["gauge R&R"])
    of_total = 100 * grr_sd / total_sd
    of_tolerance = _STUDY_SDS * 100 * grr_sd / tolerance if tolerance else None
    ndc_exact = NDC_FACTOR * math.sqrt(variances["part"]) / grr_sd
    return GaugeReport(
        parts=len(study.parts),
        operators=len(study.operators),
        trials=study.trials,
        tolerance=tolerance,
        confidence=confidence,
        pooling_alpha=pooling_alpha,
        interaction_pooled=pooled,
        interaction_p=p_interaction,
        anova=_table(study, squares, p_interaction),
        components=components,
        grr_percent_of_total=of_total,
        grr_percent_of_total_interval=Interval(
            lower=100 / math.sqrt(1 + ratio.upper), upper=100 / math.sqrt(1 + ratio.lower)
        ),
        rating_of_total=Rating.of(of_total),
        grr_percent_of_tolerance=of_tolerance,
        grr_percent_of_tolerance_interval=_of_tolerance(intervals["gauge R&R"], tolerance),
        rating_of_tolerance=Rating.of(of_tolerance) if of_tolerance is not None else None,
        ndc=math.floor(ndc_exact),
        ndc_exact=ndc_exact,
        average_range=analyse_ranges(study),
    )


class _MeanSquares(NamedTuple):
    part: MeanSquare
    operator: MeanSquare
    interaction: MeanSquare
    error: MeanSquare

    def pooled(self) -> _MeanSquares:
        """Count the interaction as error."""
        df = self.interaction.df + self.error.df
        both = MeanSquare((self.interaction.ss + self.error.ss) / df, df)
        return self._replace(interaction=both, error=both)


def _mean_squares(study: Study) -> _MeanSquares:
    values = study.values - study.values.mean()  # keeps digits where a part is 300 mm ± 0.01
    parts, operators, trials = values.shape
    cell = values.mean(axis=2)
    by_part, by_operator = cell.mean(axis=1), cell.mean(axis=0)
    sums = (
        (operators * trials * np.sum(by_part**2), parts - 1),
        (parts * trials * np.sum(by_operator**2), operators - 1),
        (
            trials * np.sum((cell - by_part[:, None] - by_operator) ** 2),
            (parts - 1) * (operators - 1),
        ),
        (np.sum((values - cell[:, :, None]) ** 2), parts * operators * (trials - 1)),
    )
    return _MeanSquares(*(MeanSquare(float(ss / df), df) for ss, df in sums))


def _table(study: Study, squares: _MeanSquares, p_interaction: float) -> tuple[AnovaRow, ...]:
    part, operator, interaction, error = squares

    def main_effect(source: Literal["part", "operator"], square: MeanSquare) -> AnovaRow:
        """In the random model the main effects are tested against the interaction."""
        f = square.value / interaction.value if interaction.value else None
        p = float(fdtrc(square.df, interaction.df, f)) if f is not None else None
        return AnovaRow(source=source, df=square.df, ss=square.ss, ms=square.value, f=f, p=p)

    return (
        main_effect("part", part),
        main_effect("operator", operator),
        AnovaRow(
            source="part × operator",
            df=interaction.df,
            ss=interaction.ss,
            ms=interaction.value,
            f=interaction.value / error.value,
            p=p_interaction,
        ),
        AnovaRow(source="repeatability", df=error.df, ss=error.ss, ms=error.value),
        AnovaRow(
            source="total",
            df=study.values.size - 1,
            ss=float(np.sum((study.values - study.values.mean()) ** 2)),
        ),
    )


def _variances(study: Study, model: _MeanSquares) -> dict[Source, float]:
    parts, operators, trials = study.values.shape
    part, operator, interaction, error = (square.value for square in model)
    of_interaction = max(0.0, (interaction - error) / trials)  # 0 where both are pooled
    of_operator = max(0.0, (operator - interaction) / (parts * trials))
    of_part = max(0.0, (part - interaction) / (operators * trials))
    gauge = error + of_operator + of_interaction
    return {
        "gauge R&R": gauge,
        "repeatability": error,
        "reproducibility": of_operator + of_interaction,
        "operator": of_operator,
        "interaction": of_interaction,
        "part": of_part,
        "total": gauge + of_part,
    }


def _intervals(study: Study, model: _MeanSquares, confidence: float) -> dict[Source, Interval]:
    parts, operators, trials = study.values.shape
    part, operator, interaction, error = model
    if interaction is error:  # pooled: one mean square must not count as two independent ones
        gauge = [(1 / (parts * trials), operator), (1 - 1 / (parts * trials), error)]
    else:
        gauge = [
            (1 / (parts * trials), operator),
            ((parts - 1) / (parts * trials), interaction),
            ((trials - 1) / trials, error),
        ]
    return {
        "gauge R&R": interval_of_sum(gauge, confidence),
        "repeatability": interval_of_sum([(1, error)], confidence),
        "operator": interval_of_difference(operator, interaction, parts * trials, confidence),
        "interaction": interval_of_difference(interaction, error, trials, confidence),
        "part": interval_of_difference(part, interaction, operators * trials, confidence),
    }


def _component(
    source: Source,
    variance: float,
    interval: Interval | None,
    total_sd: float,
    tolerance: float | None,
) -> Component:
    sd = math.sqrt(variance)
    return Component(
        source=source,
        variance=variance,
        variance_interval=interval,
        contribution_percent=100 * variance / total_sd**2,
        sd=sd,
        percent_of_total=100 * sd / total_sd,
        percent_of_tolerance=_STUDY_SDS * 100 * sd / tolerance if tolerance else None,
    )


def _of_tolerance(variance: Interval, tolerance: float | None) -> Interval | None:
    if tolerance is None:
        return None
    lower, upper = (
        _STUDY_SDS * 100 * math.sqrt(bound) / tolerance
        for bound in (variance.lower, variance.upper)
    )
    return Interval(lower=lower, upper=upper)
