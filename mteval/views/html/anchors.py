"""Where segments stand in the page of a report."""

from __future__ import annotations

from mteval.runs.results import Results

__all__ = [
    "MAX_TEXTS",
    "SegmentIndex",
    "anchor",
    "linked_segments",
    "segment_href",
    "segment_index",
]

# How many texts of systems a page shows. Browsers open one with 30,000, of 13 MB, in 0.3 s; what
# has ten times as many takes minutes (chosen by hand between the two).
MAX_TEXTS = 50_000

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


def linked_segments(results: Results) -> SegmentIndex:
    """Return the index of the segments that the page shows: of all or, of too many texts, of none.

    Args:
        results: of the run; MAX_TEXTS is the limit of segments times systems.
    """
    n_texts = len(results.systems) * len(results.segment_numbers)
    return segment_index(results) if n_texts <= MAX_TEXTS else {}


def segment_href(
    index: SegmentIndex, document: str, segment: int, system: int | None = None
) -> str:
    """Return a link to a segment, or to what a system has for it; empty if the page lacks it."""
    found = index.get((document, segment))
    return "" if found is None else f"#{anchor(found, system)}"


def anchor(segment: int, system: int | None = None) -> str:
    """Return the id of a segment, or of what a system has for it, by their indices."""
    return f"s{segment}" if system is None else f"s{segment}-{system}"
