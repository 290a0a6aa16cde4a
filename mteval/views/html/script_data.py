"""What the script of a report needs besides the texts in the page, for filters and marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np

from mteval.runs.results import Results
from mteval.runs.schema.record import MetricColumn
from mteval.runs.schema.rows import (
    OccurrenceRow,
    reference_index,
    reference_name,
)
from mteval.views.html.anchors import SegmentIndex, segment_index
from mteval.views.html.looks import LOOKS, look_index
from mteval.views.html.word_diff import TOKEN, word_diffs
from mteval.views.term_tables import VERDICT_SIGNS

__all__ = ["ScriptData", "script_data"]

# Start and end in UTF-16 units, index of a class of MARK_CLASSES, and what to say of it.
TermSpan = tuple[int, int, int, str]
# The same with the class itself.
ErrorMark = tuple[int, int, str, str]
# By the index of a system, or the name of a reference, or "source".
SegmentSpans = dict[int | str, list[TermSpan]]

# Digits of a score beyond those that are shown, for sorting.
_MORE_DECIMALS = 2
MARK_CLASSES = ("src", *(f"term {look.css}" for look in LOOKS))
_SOURCE_CLASS = 0


class ScriptData(TypedDict):
    """The data of the script, as JSON.

    Keys:
        systems: names.
        segment_documents: for each segment the index of its document.
        document_domains: for each document the index of its domain, if any has one.
        scores: by metric, system x segment, to sort by; null is missing.
        verdict_bits: system x segment: a bit for each verdict that a rendering has.
        flag_bits: system x segment: a bit for each flag.
        token: pattern of what counts as a word.
        diffs: system x segment, as word_diffs returns them.
        mark_classes: that spans of terms name by index.
        term_spans: by segment, then by text.
        error_spans: by segment and system, as "3-0".
    """

    systems: Sequence[str]
    segment_documents: list[int]
    document_domains: list[int]
    scores: dict[str, list[list[float | None]]]
    verdict_bits: list[list[int]]
    flag_bits: list[list[int]]
    token: str
    diffs: list[list[str]]
    mark_classes: Sequence[str]
    term_spans: dict[int, SegmentSpans]
    error_spans: dict[str, list[ErrorMark]]


def script_data(
    results: Results, metrics: Sequence[MetricColumn], flags: Sequence[str]
) -> ScriptData:
    """Return the data of the script.

    Args:
        results: of the run.
        metrics: those with scores of segments.
        flags: names, in the order of the page.
    """
    index = segment_index(results)
    domains = results.domain_documents()
    return {
        "systems": results.systems,
        "segment_documents": results.segment_documents.tolist(),
        "document_domains": domains.argmax(0).tolist() if results.domains() else [],
        "scores": {
            m.name: [
                [None if x != x else round(x, m.decimals + _MORE_DECIMALS) for x in row]
                for row in results.scores[m.name]["segment"].tolist()
            ]
            for m in metrics
        },
        "verdict_bits": _verdict_bits(results, index),
        "flag_bits": _flag_bits(results, flags),
        "token": TOKEN,
        "diffs": word_diffs(results),
        "mark_classes": MARK_CLASSES,
        "term_spans": _term_spans(results, index),
        "error_spans": _error_spans(results),
    }


def _verdict_bits(results: Results, index: SegmentIndex) -> list[list[int]]:
    bits = np.zeros((len(results.systems), len(results.segment_numbers)), np.int64)
    systems = {name: s for s, name in enumerate(results.systems)}
    bit = {verdict: 1 << n for n, verdict in enumerate(VERDICT_SIGNS)}
    for row in results.occurrences:
        if row.kind == "system":
            bits[systems[row.system], index[row.document, row.segment]] |= bit[row.verdict]
    found: list[list[int]] = bits.tolist()
    return found


def _flag_bits(results: Results, flags: Sequence[str]) -> list[list[int]]:
    bits = np.zeros((len(results.systems), len(results.segment_numbers)), np.int64)
    for n, flag in enumerate(flags):
        for cell in results.flags[flag]:
            bits[cell] |= 1 << n
    found: list[list[int]] = bits.tolist()
    return found


def _term_spans(results: Results, index: SegmentIndex) -> dict[int, SegmentSpans]:
    """Return by segment where renderings stand in its texts, and terms in its source."""
    systems = {name: s for s, name in enumerate(results.systems)}
    found: dict[int, SegmentSpans] = {}
    for row in results.occurrences:
        i = index[row.document, row.segment]
        spans = found.setdefault(i, {})
        key, text = _text_of(results, systems, row, i)
        if row.start is not None and row.end is not None and text is not None:
            spans.setdefault(key, []).append(
                (
                    _utf16_units(text, row.start),
                    _utf16_units(text, row.end),
                    _SOURCE_CLASS + 1 + look_index(row.verdict),
                    f"{row.source}: {row.verdict}",
                )
            )
        if results.sources is not None:
            source = results.sources[i]
            span = (
                _utf16_units(source, row.source_start),
                _utf16_units(source, row.source_end),
                _SOURCE_CLASS,
                row.concept,
            )
            known = spans.setdefault("source", [])
            if span not in known:
                known.append(span)
    return found


def _text_of(
    results: Results, systems: Mapping[str, int], row: OccurrenceRow, segment: int
) -> tuple[int | str, str | None]:
    """Return the key of the text that an occurrence is of, and what it has for the segment."""
    if row.kind == "system":
        s = systems[row.system]
        return s, results.hypotheses[s][segment]
    # References are named as their columns are, whatever a system is called.
    r = reference_index(row.system)
    return reference_name(r), results.references[r][segment]


def _error_spans(results: Results) -> dict[str, list[ErrorMark]]:
    found: dict[str, list[ErrorMark]] = {}
    for metric, cells in results.error_spans.items():
        for (s, i), spans in cells.items():
            text = results.hypotheses[s][i] or ""
            found.setdefault(f"{i}-{s}", []).extend(
                (
                    _utf16_units(text, span.start),
                    _utf16_units(text, span.end),
                    f"error {span.severity}",
                    f"{metric}: {span.severity} error",
                )
                for span in spans
            )
    return found


def _utf16_units(text: str, position: int) -> int:
    """Return how many UTF-16 units stand before a position, which is how a browser counts."""
    if text.isascii():
        return position
    return position + sum(char > "\uffff" for char in text[:position])
