"""The summary of a report: scores of systems, which is best, and the gravest wrong terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mteval.runs.best import best_systems
from mteval.runs.results import Results
from mteval.runs.rows import system_rows
from mteval.runs.schema.record import MetricColumn
from mteval.runs.schema.rows import OccurrenceRow, SystemRow
from mteval.runs.shown import (
    BEST_MEANING,
    detail_text,
    number_text,
    segments_text,
    sign_meanings,
)
from mteval.runs.standings import findings
from mteval.views.html.anchors import SegmentIndex, linked_segments, segment_href
from mteval.views.html.looks import look_index, look_of
from mteval.views.html.render import safe
from mteval.views.plots import drawn_note, interval_plot
from mteval.views.renderings import rendering_key
from mteval.views.score_tables import flags_text
from mteval.views.term_tables import VERDICT_SIGNS, gravest_first

__all__ = ["Summary", "summarise"]

# Chosen by hand, so that the terms of a summary take a paragraph each.
_MAX_TERMS = 5
_MAX_RENDERINGS = 3
_MAX_SYSTEMS = 3


@dataclass(frozen=True, slots=True)
class _Score:
    """A score as text, whether it is the best, and its interval and rank."""

    text: str
    best: bool
    detail: str


@dataclass(frozen=True, slots=True)
class _System:
    """A system with a score for each metric."""

    system: str
    segments: str
    cells: Sequence[_Score]
    flags: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What the first section shows.

    Attributes:
        metrics: columns of the scores.
        systems: rows of the scores.
        flagged: whether any segment has a flag.
        signs: of the scores, each with what it means.
        best_meaning: what a star means, if there is any.
        findings: sentences on which system scores best.
        wrong_terms: safe markup on each of the gravest wrong terms.
        interval_plot: safe markup; empty without intervals.
        drawn_note: which systems it shows; empty for all.
        footnotes: of metrics.
        notes: of the run.
    """

    metrics: Sequence[MetricColumn]
    systems: Sequence[_System]
    flagged: bool
    signs: Sequence[tuple[str, str]]
    best_meaning: str | None
    findings: Sequence[str]
    wrong_terms: Sequence[str]
    interval_plot: str
    drawn_note: str
    footnotes: Sequence[str]
    notes: Sequence[str]


def summarise(results: Results) -> Summary:
    """Return the summary of results."""
    rows = system_rows(results)
    return Summary(
        metrics=results.metrics,
        systems=_systems(results, rows),
        flagged=any(flags_text(row) for row in rows),
        signs=sign_meanings(results),
        best_meaning=BEST_MEANING if len(rows) > 1 else None,
        findings=findings(results),
        wrong_terms=_wrong_terms(results),
        interval_plot=safe(interval_plot(results)),
        drawn_note=drawn_note(results),
        footnotes=[metric.footnote for metric in results.metrics if metric.footnote],
        notes=results.notes,
    )


def _systems(results: Results, rows: Sequence[SystemRow]) -> list[_System]:
    n_segments = len(results.segment_numbers)
    best = {m.name: best_systems(rows, m, n_segments) for m in results.metrics}

    def cell(row: SystemRow, metric: MetricColumn) -> _Score:
        return _Score(
            number_text(row.scores[metric.name], metric.decimals, "–"),
            row.system in best[metric.name],
            detail_text(row, metric),
        )

    return [
        _System(
            row.system,
            segments_text(row.segments, n_segments),
            [cell(row, metric) for metric in results.metrics],
            flags_text(row),
        )
        for row in rows
    ]


def _wrong_terms(results: Results) -> list[str]:
    """Return safe markup for each of the gravest wrong terms: who wrote what, and where."""
    index = linked_segments(results)
    gravest = gravest_first(row for row in results.terms if row.kind == "system")
    return [_wrong_term(results, index, concept) for concept in gravest[:_MAX_TERMS]]


def _wrong_term(results: Results, index: SegmentIndex, concept: str) -> str:
    # The first occurrence of each system, by verdict and rendering.
    wrong: dict[tuple[str, str], dict[str, OccurrenceRow]] = {}
    for row in results.occurrences:
        if row.concept == concept and row.kind == "system" and VERDICT_SIGNS[row.verdict] != "+":
            alike = wrong.setdefault(rendering_key(row.verdict, row.rendering), {})
            alike.setdefault(row.system, row)
    # What is certainly wrong goes before what is only not known.
    order = sorted(wrong.items(), key=lambda item: (look_index(item[0][0]), -len(item[1])))
    rows = [row for row in results.terms if row.concept == concept]
    shared = any(row.kind == "reference" and row.right < row.occurrences for row in rows)
    return safe("<span lang='zh'>{}</span>{}: {}{}").format(
        rows[0].source,
        f" ({rows[0].target})" if rows[0].target else "",
        safe("; ").join(
            [
                *(_who_wrote(results, index, first) for _, first in order[:_MAX_RENDERINGS]),
                *([f"and {more} more"] if (more := len(order) - _MAX_RENDERINGS) > 0 else []),
            ]
        ),
        ". The reference is not as in the termbase either." if shared else ".",
    )


def _who_wrote(results: Results, index: SegmentIndex, first: Mapping[str, OccurrenceRow]) -> str:
    """Return safe markup that names the systems with a rendering, each with a link to the first.

    Args:
        results: that the occurrences are of.
        index: of the segments.
        first: by system, where it has the rendering first.
    """
    one = next(iter(first.values()))
    verdict, rendering = one.verdict, one.rendering
    look = look_of(verdict)
    locations = safe(", ").join(
        safe("<bdi>{}</bdi> ({})").format(
            system,
            _linked(
                f"{row.document}:{row.segment}",
                segment_href(index, row.document, row.segment, results.systems.index(system)),
            ),
        )
        for system, row in list(first.items())[:_MAX_SYSTEMS]
    )
    more = f" and {len(first) - _MAX_SYSTEMS} more systems" if len(first) > _MAX_SYSTEMS else ""
    return safe("<span class='v {}'>{} {}</span> {}in {}{}").format(
        look.css,
        look.glyph,
        rendering or verdict,
        f"({verdict}) " if rendering else "",
        locations,
        more,
    )


def _linked(label: str, href: str) -> str:
    return safe("<a href='{}'>{}</a>").format(href, label) if href else label
