"""Where segments stand in the page of a report."""

from __future__ import annotations

from mteval.runs.results import Results

__all__ = ["SegmentIndex", "anchor", "segment_index"]

# Index of a segment by document and number within it.
SegmentIndex = dict[tuple[str, int], int]


def segment_index(results: Results) -> SegmentIndex:
    """Return the index of every segment by its document and number."""
    return {
        (results.documents[d], int(number)): i
        for i, (d, number) in enumerate(
            zip(results.segment_documents, results.segment_numbers, strict=True)
        )
    }


def anchor(segment: int, system: int | None = None) -> str:
    """Return the id of a segment, or of what a system has for it, by their indices."""
    return f"s{segment}" if system is None else f"s{segment}-{system}"
