"""The segments of a report: source, references, and all systems side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mteval.runs.results import CellIndex, Results
from mteval.runs.schema.record import MetricColumn
from mteval.runs.schema.rows import reference_name
from mteval.runs.shown import number_text
from mteval.views.html.anchors import anchor
from mteval.views.html.render import escaped

__all__ = ["segment_markup"]


def segment_markup(results: Results, metrics: Sequence[MetricColumn]) -> str:
    """Return the markup of every segment that a system has.

    Joined here rather than by the template, which takes ten times as long for a large run.

    Args:
        results: of the run.
        metrics: those with scores of segments.
    """
    tables = _SegmentTables(results, metrics)
    parts = []
    for i, (d, number) in enumerate(
        zip(results.segment_documents.tolist(), results.segment_numbers.tolist(), strict=True)
    ):
        table = tables.markup(i)
        if table:
            name = escaped(f"{results.documents[d]}:{number}")
            parts.append(
                f'<article class=segment id={anchor(i)} tabindex=-1 aria-label="{name}">'
                f"<h3>{name}</h3>{_official_texts(results, i)}{table}</article>\n"
            )
    return "".join(parts)


def _official_texts(results: Results, segment: int) -> str:
    """Return the markup of source and references."""
    lines = []
    if results.sources is not None:
        lines.append(
            f"<p lang=zh><small lang=en>source</small> <span class=t data-t=source>"
            f"{escaped(results.sources[segment])}</span>"
        )
    for r, column in enumerate(results.references):
        label = reference_name(r)
        lines.append(
            f"<p><small>{label.replace('_', ' ')}</small> <span class=t data-t={label}>"
            f"{escaped(column[segment])}</span>"
        )
    return "".join(lines)


class _SegmentTables:
    """The tables of segments, a row a system; what all of them share is escaped once."""

    def __init__(self, results: Results, metrics: Sequence[MetricColumn]) -> None:
        self._results = results
        self._systems = [escaped(name) for name in results.systems]
        self._scores = [
            [
                [number_text(value, m.decimals, "–") for value in row]
                for row in results.scores[m.name]["segment"].tolist()
            ]
            for m in metrics
        ]
        self._starts = [f'<td data-m="{escaped(m.label)}">' for m in metrics]
        headings = "".join(f"<th scope=col class=num>{escaped(m.heading)}" for m in metrics)
        self._head = (
            f"<thead><tr><th scope=col>system<th scope=col>hypothesis{headings}</thead><tbody>"
        )
        self._flags = _flags(results.flags)

    def markup(self, segment: int) -> str:
        """Return the markup of the table; empty if no system has the segment."""
        rows = []
        for s, system in enumerate(self._systems):
            text = self._results.hypotheses[s][segment]
            if text is None:
                continue
            cells = "".join(
                start + scores[s][segment]
                for start, scores in zip(self._starts, self._scores, strict=True)
            )
            flags = self._flags.get((s, segment))
            noted = f"<span class=flags>⚑ {escaped('; '.join(flags))}</span>" if flags else ""
            rows.append(
                f"<tr id={anchor(segment, s)}><th scope=row>{system}<td><span class=t>"
                f"{escaped(text)}</span>{noted}{cells}\n"
            )
        return f"<table>{self._head}{''.join(rows)}</table>" if rows else ""


def _flags(flags: Mapping[str, Mapping[CellIndex, str]]) -> dict[CellIndex, list[str]]:
    """Return the flags of each segment of a system, with their details."""
    found: dict[CellIndex, list[str]] = {}
    for flag, cells in flags.items():
        for cell, detail in cells.items():
            found.setdefault(cell, []).append(f"{flag}: {detail}" if detail else flag)
    return found
