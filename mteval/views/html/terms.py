"""The terms of a report: what every text has for every term, with links to where it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mteval.runs.results import Results
from mteval.runs.schema.rows import OccurrenceRow, Rendering, TermRow
from mteval.views.html.anchors import SegmentIndex, linked_segments, segment_href
from mteval.views.html.looks import look_of
from mteval.views.renderings import RenderingKey, occurrences_by_rendering, rendering_key
from mteval.views.term_tables import gravest_first

__all__ = ["TermSection", "term_section"]

# Locations of a rendering that the page names; the files of the run have all.
_MAX_LOCATIONS = 5

# Occurrences by concept and text, then by rendering.
_Located = Mapping[tuple[str, str], Mapping[RenderingKey, Sequence[OccurrenceRow]]]


@dataclass(slots=True)
class _Text:
    """A text that has terms, and how many of its renderings are right.

    Attributes:
        name: of the system or reference.
        official: whether it is a reference.
        right: how many renderings are right.
        of: of how many.
    """

    name: str
    official: bool
    right: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class _Link:
    """A location, with its address in the page, empty if it is not shown there."""

    href: str
    label: str


@dataclass(frozen=True, slots=True)
class _Rendering:
    """A rendering of a text, or the verdict where it has none.

    Attributes:
        css: class of its verdict.
        glyph: sign of its verdict.
        verdict: on it.
        rendering: as the text has it most often.
        count: how often the text has it, as terms.csv counts.
        where: the first locations, in one text.
        places: links to them.
        more: how many further locations there are.
    """

    css: str
    glyph: str
    verdict: str
    rendering: str
    count: int
    where: str
    places: Sequence[_Link]
    more: int


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a text has for a term, the commonest first."""

    official: bool
    renderings: Sequence[_Rendering]


@dataclass(frozen=True, slots=True)
class _Term:
    """A term, a cell for each text, and the text that a search looks through."""

    concept: str
    source: str
    target: str | None
    severity: str
    search: str
    cells: Sequence[_Cell]


@dataclass(frozen=True, slots=True)
class TermSection:
    """Term x text; nothing where no term occurs."""

    texts: Sequence[_Text]
    rows: Sequence[_Term]


def term_section(results: Results) -> TermSection:
    """Return the terms, those that systems have wrong first: the gravest, then the commonest."""
    texts = _texts(results)
    index = linked_segments(results)
    located = occurrences_by_rendering(results)
    by_concept: dict[str, dict[str, TermRow]] = {}
    for row in results.terms:
        by_concept.setdefault(row.concept, {})[row.system] = row
    order = gravest_first(row for row in results.terms if row.kind == "system")
    wrong = set(order)
    order += [concept for concept in by_concept if concept not in wrong]
    systems = {name: s for s, name in enumerate(results.systems)}
    return TermSection(
        texts,
        [
            _term(
                by_concept[concept],
                [
                    _Cell(
                        text.official,
                        _renderings(
                            by_concept[concept].get(text.name),
                            located,
                            index,
                            None if text.official else systems[text.name],
                        ),
                    )
                    for text in texts
                ],
            )
            for concept in order
        ],
    )


def _term(rows: Mapping[str, TermRow], cells: Sequence[_Cell]) -> _Term:
    """Return a term of which each text has a row, with the text that a search looks through.

    The browser folds that text as it does the search.
    """
    first = next(iter(rows.values()))
    renderings = [r.rendering or "" for row in rows.values() for r in row.renderings]
    searched = [first.concept, first.source, first.target or "", *renderings]
    return _Term(
        concept=first.concept,
        source=first.source,
        target=first.target,
        severity=first.severity,
        search="\n".join(dict.fromkeys(searched)),
        cells=cells,
    )


def _texts(results: Results) -> list[_Text]:
    found: dict[str, _Text] = {}
    for row in results.terms:
        text = found.setdefault(row.system, _Text(row.system, row.kind == "reference"))
        text.right += row.right
        text.of += row.occurrences
    return list(found.values())


def _renderings(
    row: TermRow | None, located: _Located, index: SegmentIndex, system: int | None
) -> list[_Rendering]:
    """Return the renderings of a term in a text, the commonest first; none without a row."""
    if row is None:
        return []
    places = located.get((row.concept, row.system), {})
    return [
        _rendering(
            found, places.get(rendering_key(found.verdict, found.rendering), ()), index, system
        )
        for found in row.renderings
    ]


def _rendering(
    found: Rendering, rows: Sequence[OccurrenceRow], index: SegmentIndex, system: int | None
) -> _Rendering:
    look = look_of(found.verdict)
    links = [
        _Link(
            segment_href(index, row.document, row.segment, system),
            f"{row.document}:{row.segment}",
        )
        for row in rows[:_MAX_LOCATIONS]
    ]
    return _Rendering(
        css=look.css,
        glyph=look.glyph,
        verdict=found.verdict,
        rendering=found.rendering or found.verdict,
        count=found.count,
        where=", ".join(link.label for link in links),
        places=links,
        more=found.count - len(links),
    )
