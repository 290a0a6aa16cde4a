"""What the official texts themselves do with the terms: vary, deprecate, or go their own way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypedDict

from mteval.errors import UnavailableError
from mteval.terminology.concepts import Concept
from mteval.terminology.inventory import Inventory
from mteval.terminology.matching import Hit, Matcher
from mteval.terminology.normalise import split_words
from mteval.terminology.scores import rendering_key
from mteval.terminology.vocabulary import UNLISTED

__all__ = ["PROBLEMS", "AuditLocation", "AuditRendering", "AuditRow", "audit"]

PROBLEMS = ("deprecated", "unlisted", "omitted", "inconsistent")


class AuditLocation(TypedDict):
    """A segment of a document."""

    document: str
    segment: int


class AuditRendering(TypedDict):
    """A rendering of a term in the official texts, and where it is."""

    rendering: str | None
    verdict: str
    count: int
    places: list[AuditLocation]


class AuditRow(TypedDict):
    """A term that the official texts do not render as the termbase prefers."""

    concept: str
    source: str
    target: str | None
    problems: list[str]
    renderings: list[AuditRendering]


def audit(
    inventory: Inventory,
    english_only: Mapping[str, Sequence[str]],
    days: Mapping[str, date | None] | None = None,
) -> list[AuditRow]:
    """Return the concepts that the official texts do not render as the termbase prefers.

    Args:
        inventory: of a test set with its references.
        english_only: lines of documents without a source, by id; deprecated wording is looked for
            in them, as nothing else can be checked without the Chinese.
        days: when these documents were published, where that is known.

    Returns:
        One row for each concept with a problem, in the order of the termbase: ``problems`` (of
        PROBLEMS; "inconsistent" is more than one rendering) and ``renderings``, each with its
        verdict, count and places.

    Raises:
        UnavailableError: there are no references.
    """
    if not inventory.n_references:
        raise UnavailableError(
            "an audit is of the official texts, and there are none; name them with -r"
        )
    found: _Found = defaultdict(dict)
    _count_findings(found, inventory)
    _count_english_only(found, inventory, english_only, days or {})
    rows: list[AuditRow] = []
    for c in sorted(found):
        concept, renderings = inventory.termbase.concepts[c], list(found[c].values())
        problems = _problems(renderings)
        if problems:
            rows.append(
                {
                    "concept": concept.id,
                    "source": concept.sources[0],
                    "target": None if concept.preferred is None else concept.preferred.text,
                    "problems": problems,
                    "renderings": sorted(renderings, key=lambda entry: -entry["count"]),
                }
            )
    return rows


# By index of the concept, then by word keys and verdict.
_Found = defaultdict[int, dict[tuple[str | None, str], AuditRendering]]


def _count_findings(found: _Found, inventory: Inventory) -> None:
    """Add what the references have for each occurrence of a term."""
    for n in range(inventory.n_references):
        texts = inventory.texts[n]
        for finding in inventory.findings[n]:
            text = texts[finding.segment] or ""
            rendering = None if finding.start is None else text[finding.start : finding.end]
            document = inventory.documents[inventory.segment_documents[finding.segment]]
            segment = int(inventory.segment_numbers[finding.segment])
            key = rendering_key(finding, texts)
            entries = found[finding.concept]
            _count(entries, key, finding.verdict, rendering, document, segment)


def _count_english_only(
    found: _Found,
    inventory: Inventory,
    english_only: Mapping[str, Sequence[str]],
    days: Mapping[str, date | None],
) -> None:
    """Add the deprecated wording of documents without a source."""
    # As a rule no rendering is dated, and one matcher serves all days.
    matchers: dict[tuple[Concept, ...], Matcher] = {}
    for document, lines in english_only.items():
        concepts = inventory.termbase.in_force(days.get(document))
        matcher = matchers.get(concepts) or matchers.setdefault(concepts, Matcher(concepts))
        for number, line in enumerate(lines, 1):
            for hit in _deprecated(matcher, line):
                rendering = line[hit.start : hit.end]
                key = " ".join(word.key for word in split_words(rendering))
                _count(found[hit.concept], key, "deprecated", rendering, document, number)


def _deprecated(matcher: Matcher, line: str) -> list[Hit]:
    """Return deprecated renderings that are no part of a right one, of whatever concept."""
    hits = matcher.hits(split_words(line), range(len(matcher.concepts)))
    right = [hit.words for hit in hits if hit.rendering.status != "deprecated"]
    return [
        hit
        for hit in hits
        if hit.rendering.status == "deprecated"
        and not any(a <= hit.words[0] and hit.words[1] <= b for a, b in right)
    ]


def _problems(entries: Sequence[AuditRendering]) -> list[str]:
    verdicts = {entry["verdict"] for entry in entries}
    has = {
        "deprecated": "deprecated" in verdicts,
        "unlisted": bool(verdicts & UNLISTED),
        "omitted": "omitted" in verdicts,
        "inconsistent": sum(entry["rendering"] is not None for entry in entries) > 1,
    }
    return [problem for problem in PROBLEMS if has[problem]]


def _count(
    entries: dict[tuple[str | None, str], AuditRendering],
    key: str | None,
    verdict: str,
    rendering: str | None,
    document: str,
    segment: int,
) -> None:
    """Add a rendering to those of a concept, by its word keys and verdict."""
    entry = entries.setdefault(
        (key, verdict), {"rendering": rendering, "verdict": verdict, "count": 0, "places": []}
    )
    entry["count"] += 1
    location: AuditLocation = {"document": document, "segment": segment}
    if location not in entry["places"]:
        entry["places"].append(location)
