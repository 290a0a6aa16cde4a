"""Proposals for a termbase, mined from aligned texts: quoted names, names, recurrent phrases.

What renders a candidate is searched for as in ``mteval terms``, and a term of which the search can
make nothing is not proposed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from mteval.errors import MismatchError
from mteval.languages.encoder import Embed
from mteval.terminology.concepts import Concept, Rendering
from mteval.terminology.matching import Matcher
from mteval.terminology.mining.names import names
from mteval.terminology.mining.pairs import SegmentPair, SourceSpan, read_pairs
from mteval.terminology.mining.renderings import Candidate, CandidateKind, search_renderings
from mteval.terminology.mining.selection import consistent
from mteval.terminology.mining.source_terms import (
    Neighbours,
    listed_terms,
    quoted_terms,
    recurrent_terms,
)
from mteval.terminology.normalise import fold_source
from mteval.terminology.termbase import Termbase

__all__ = ["Proposal", "mine"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A concept that the aligned texts suggest.

    Attributes:
        source: the Chinese, as written at its first occurrence, without marks and year.
        target: the English, as written most often, without article.
        kind: what made it a candidate.
        count: occurrences of the source term, but for those inside longer terms.
        paired: occurrences for which the reference has exactly the target, by keys of words.
        documents: where it occurs, each once.
        renderings: all that was found for it, most frequent first, with an acronym in
            parentheses after one of them.
        confidence: 0-1, mean of the search over the occurrences; a name in pinyin has 1.
        places: document and number of the segment, from 1.
    """

    source: str
    target: str
    kind: CandidateKind
    count: int
    paired: int
    documents: tuple[str, ...]
    renderings: tuple[tuple[str, int], ...]
    confidence: float
    places: tuple[tuple[str, int], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the proposal as JSON has it."""
        return {
            **{f.name: getattr(self, f.name) for f in fields(self)},
            "documents": list(self.documents),
            "renderings": [{"rendering": r, "count": n} for r, n in self.renderings],
            "places": [{"document": d, "segment": n} for d, n in self.places],
        }


def mine(
    sources: Sequence[str],
    references: Sequence[str],
    places: Sequence[tuple[str, int]],
    termbase: Termbase | None,
    embed: Embed,
) -> list[Proposal]:
    """Return concepts that a termbase may want.

    Args:
        sources: n_segments Chinese texts.
        references: their official translations.
        places: document and number of each segment.
        termbase: what is known already; its terms, and what lies inside them, are not proposed.
        embed: sentence encoder.

    Returns:
        Proposals by count times confidence, the highest first; equals by their first place.

    Raises:
        MismatchError: the three sequences are not of one length.
    """
    if not len(sources) == len(references) == len(places):
        raise MismatchError(
            f"{len(sources)} sources, {len(references)} references and {len(places)} places do "
            "not pair; give one of each for every segment"
        )
    pairs = read_pairs(sources, references, termbase)
    neighbours = Neighbours(pairs)
    found: dict[str, Candidate] = {}
    for key in quoted_terms(pairs):
        found.setdefault(key, Candidate(key, "quoted"))
    for key, span, phrase, spelt in names(pairs, neighbours, embed):
        candidate = found.setdefault(key, Candidate(key, "name"))
        candidate.named.setdefault(span, phrase)
        if spelt:
            candidate.spelt.add(span)
    for key in listed_terms(pairs):
        found.setdefault(key, Candidate(key, "name"))
    for key in recurrent_terms(neighbours):
        found.setdefault(key, Candidate(key, "recurrent"))
    for concept in () if termbase is None else termbase.concepts:
        for source in concept.sources:
            found.pop(fold_source(source).text, None)
    search_renderings(pairs, found, embed)
    kept, better = consistent(pairs, found.values(), neighbours, embed)
    better = [key for key in better if key not in found]
    found = {key: Candidate(key, "recurrent") for key in better}
    search_renderings(pairs, found, embed)
    kept += consistent(pairs, found.values(), neighbours, embed)[0]
    proposals = _proposals(pairs, kept, places, termbase)
    return sorted(proposals, key=lambda each: -each.count * each.confidence)


def _proposals(
    pairs: Sequence[SegmentPair],
    kept: Sequence[Candidate],
    places: Sequence[tuple[str, int]],
    termbase: Termbase | None,
) -> list[Proposal]:
    known = () if termbase is None else termbase.concepts
    by_key = {candidate.key: candidate for candidate in kept}
    while True:
        # Any rendering will do: only the source terms are looked for.
        concepts = [Concept(key, (key,), (Rendering("x", "preferred"),)) for key in by_key]
        matcher = Matcher([*concepts, *known])
        at: defaultdict[str, list[SourceSpan]] = defaultdict(list)
        for number, pair in enumerate(pairs):
            for each in matcher.occurrences(pair.source):
                if each.concepts[0] < len(concepts):
                    key = concepts[each.concepts[0]].id
                    at[key].append((number, each.start, each.end))
        proposals = {key: _proposal(pairs, by_key[key], found, places) for key, found in at.items()}
        # What is given up leaves its occurrences to the shorter terms inside.
        if all(proposals.get(key) for key in by_key):
            return [proposal for proposal in proposals.values() if proposal]
        by_key = {key: by_key[key] for key in by_key if proposals.get(key)}


def _proposal(
    pairs: Sequence[SegmentPair],
    candidate: Candidate,
    found: Sequence[SourceSpan],
    places: Sequence[tuple[str, int]],
) -> Proposal | None:
    claims = {each: candidate.claims[each] for each in found if each in candidate.claims}
    # A term is rendered in half of its places at least.
    if 2 * len(claims) < len(found) or not claims:
        return None
    if candidate.kind == "recurrent" and len({number for number, _, _ in found}) < 2:
        return None
    surfaces: defaultdict[str, Counter[str]] = defaultdict(Counter)
    acronyms: Counter[str] = Counter()
    for each, claim in claims.items():
        pair = pairs[each[0]]
        surfaces[pair.keys(claim.words)][pair.surface(claim.words)] += 1
        named = candidate.named.get(each)
        if named is not None and named.acronym:
            acronyms[named.acronym] += 1
    renderings = Counter({_first(counts): counts.total() for counts in surfaces.values()})
    target = _first(renderings)
    paired = renderings[target]
    if candidate.kind == "name" and not target[:1].isupper():
        return None
    for acronym, count in acronyms.items():
        renderings[acronym] += count
    number, start, end = found[0]
    where = tuple(dict.fromkeys(places[number] for number, _, _ in found))
    return Proposal(
        source=pairs[number].source[start:end],
        target=target,
        kind=candidate.kind,
        count=len(found),
        paired=paired,
        documents=tuple(dict.fromkeys(document for document, _ in where)),
        renderings=tuple(sorted(renderings.items(), key=lambda item: (-item[1], item[0]))),
        confidence=float(np.mean([claim.confidence for claim in claims.values()])),
        places=where,
    )


def _first(counts: Counter[str]) -> str:
    """Return what is most frequent, of equals the alphabetically first, headings last."""
    return min(counts, key=lambda text: (-counts[text], text.isupper(), text))
