"""Which systems score best: one rule for the screen, exports and the report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mteval.runs.schema.record import MetricColumn
from mteval.runs.schema.rows import DocumentRow, DomainRow, SystemRow

__all__ = ["ScoredRow", "best_score", "best_systems"]

ScoredRow = SystemRow | DomainRow | DocumentRow


def best_score(scores: Iterable[float | None], *, higher_is_better: bool) -> float | None:
    """Return the best of the scores that there are; None where there is none."""
    known = [score for score in scores if score is not None]
    return (max if higher_is_better else min)(known, default=None)


def best_systems(
    rows: Sequence[ScoredRow], metric: MetricColumn, n_segments: int
) -> frozenset[str]:
    """Return the systems with the best score by a metric, of those that have every segment.

    Scores over different segments do not compare, so one that lacks segments is never best; and a
    single system has nothing to be better than.

    Args:
        rows: a row for each system, over the same texts.
        metric: by which they are judged.
        n_segments: how many segments these texts have.
    """
    if len(rows) < 2:
        return frozenset()
    complete = {row.system: row.scores[metric.name] for row in rows if row.segments == n_segments}
    best = best_score(complete.values(), higher_is_better=metric.higher_is_better)
    if best is None:
        return frozenset()
    return frozenset(system for system, score in complete.items() if score == best)
