"""The terms of a report: what every text has for every term, with links to where it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mteval.runs.results import Results
from mteval.runs.schema.rows import OccurrenceRow, TermRow
from mteval.views.html.anchors import SegmentIndex, anchor, segment_index
from mteval.views.html.looks import look_of
from mteval.views.term_tables import gravest_first

__all__ = ["TermSection", "term_section"]

# Locations of a rendering that the page names; the files of the run have all.
_MAX_LOCATIONS = 5

# Occurrences by concept and text, then by verdict and rendering.
_Renderings = Mapping[tuple[str, str], Mapping[tuple[str, str], Sequence[OccurrenceRow]]]


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
    """A location, with its address in the page."""

    href: str
    label: str


@dataclass(frozen=True, slots=True)
class _Rendering:
    """A rendering of a text, or the verdict where it has none.

    Attributes:
        css: class of its verdict.
        glyph: sign of its verdict.
        verdict: on it.
        rendering: as the text has it first.
        count: how often the text has it.
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
    index = segment_index(results)
    found = _renderings(results)
    by_concept = {row.concept: row for row in results.terms}
    order = gravest_first(row for row in results.terms if row.kind == "system")
    wrong = set(order)
    order += [concept for concept in by_concept if concept not in wrong]
    systems = {name: s for s, name in enumerate(results.systems)}
    return TermSection(
        texts,
        [
            _Term(
                concept=concept,
                source=by_concept[concept].source,
                target=by_concept[concept].target,
                severity=by_concept[concept].severity,
                search=_searched(by_concept[concept], found, texts),
                cells=[
                    _Cell(
                        text.official,
                        [
                            _rendering(rows, index, None if text.official else systems[text.name])
                            for rows in sorted(
                                found.get((concept, text.name), {}).values(),
                                key=lambda rows: -len(rows),
                            )
                        ],
                    )
                    for text in texts
                ],
            )
            for concept in order
        ],
    )


def _texts(results: Results) -> list[_Text]:
    found: dict[str, _Text] = {}
    for row in results.terms:
        text = found.setdefault(row.system, _Text(row.system, row.kind == "reference"))
        text.right += row.right
        text.of += row.occurrences
    return list(found.values())


def _renderings(results: Results) -> _Renderings:
    found: dict[tuple[str, str], dict[tuple[str, str], list[OccurrenceRow]]] = {}
    for row in results.occurrences:
        cell = found.setdefault((row.concept, row.system), {})
        cell.setdefault((row.verdict, (row.rendering or "").casefold()), []).append(row)
    return found


def _searched(row: TermRow, found: _Renderings, texts: Sequence[_Text]) -> str:
    """Return what a search for a term looks through; the browser folds it as it does the search."""
    renderings = [
        rendering for text in texts for _, rendering in found.get((row.concept, text.name), ())
    ]
    return "\n".join(dict.fromkeys([row.concept, row.source, row.target or "", *renderings]))


def _rendering(
    rows: Sequence[OccurrenceRow], index: SegmentIndex, system: int | None
) -> _Rendering:
    look = look_of(rows[0].verdict)
    links = [
        _Link(
            f"#{anchor(index[row.document, row.segment], system)}",
            f"{row.document}:{row.segment}",
        )
        for row in rows[:_MAX_LOCATIONS]
    ]
    return _Rendering(
        css=look.css,
        glyph=look.glyph,
        verdict=rows[0].verdict,
        rendering=rows[0].rendering or rows[0].verdict,
        count=len(rows),
        where=", ".join(link.label for link in links),
        places=links,
        more=len(rows) - len(links),
    )
