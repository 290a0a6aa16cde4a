"""Proposals for a termbase, mined from aligned texts: quoted names, names, recurrent phrases.

What renders a candidate is searched for as in ``mteval terms``, and a term of which the search can
make nothing is not proposed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np

from mteval.errors import MismatchError
from mteval.languages.encoder import Embed
from mteval.terminology.matching import Matcher, Occurrence, Patterns
from mteval.terminology.normalise import BREAK, fold_source
from mteval.terminology.search import PASSAGES, Question, Vectors, candidates, choose
from mteval.terminology.spotting import (
    Neighbours,
    Pair,
    Phrase,
    Place,
    capitalised_runs,
    is_capital,
    is_noun,
    is_term,
    listed_terms,
    names,
    quoted_terms,
    read_pairs,
    recurrent_terms,
)
from mteval.terminology.termbase import Concept, Rendering, Termbase, TermbaseRow

__all__ = ["Kind", "Proposal", "mine", "proposed_rows"]

Kind = Literal["quoted", "name", "recurrent"]

# Of stretches that are as alike as that the longest is taken.
_CLEAR = 0.02
# A recurrent phrase is not given up for a stretch around it that is more alike by no more.
_TOLERANCE = 0.05
# A character that always stands beside the same other one, and occurs so often, belongs to it.
_SELDOM = 2
# The whole of a name may be less alike than the part that the search found, by so much.
_EXTENDED = 0.05
# Occurrences of one term that are searched; the others are looked up by the renderings found.
_SEARCHED = 12
# Confidence where the search had nothing, but the text has a rendering that it found elsewhere.
_LOOKED_UP = 0.5
# Confidence where quotations are paired by their order.
_QUOTED_ALIKE = 0.9
# A quoted name and capitalised words that the search does not trust are at least so alike.
_LEAST_QUOTED = 0.3
# A name rendered otherwise in every place is kept if it and one rendering are so alike.
_ALIKE_ALONE = 0.8
# What stands in an enumeration and its English are at least so alike.
_LEAST_LISTED = 0.45
# Vectors are forgotten after so many segments, as there is no end to them.
_BLOCK = 100


@dataclass(frozen=True, slots=True)
class Proposal:
    """Hold one concept that the aligned texts suggest.

    Attributes:
        source: the Chinese, as written at its first place, without marks and year.
        target: the English, as written most often, without article.
        kind: what made it a candidate.
        count: occurrences of the source term, but for those inside longer terms.
        paired: occurrences for which the reference has exactly the target, by keys of words.
        documents: where it occurs, each once.
        renderings: all that was found for it, most frequent first, with an acronym that stands in
            parentheses after one of them.
        confidence: 0-1, mean of the search over the occurrences; a name in pinyin has 1.
        places: document and number of the segment, from 1.
    """

    source: str
    target: str
    kind: Kind
    count: int
    paired: int
    documents: tuple[str, ...]
    renderings: tuple[tuple[str, int], ...]
    confidence: float
    places: tuple[tuple[str, int], ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the proposal as JSON holds it."""
        return {
            **{f.name: getattr(self, f.name) for f in fields(self)},
            "documents": list(self.documents),
            "renderings": [{"rendering": r, "count": n} for r, n in self.renderings],
            "places": [{"document": d, "segment": n} for d, n in self.places],
        }


@dataclass(frozen=True, slots=True)
class _Claim:
    """Hold what a reference has for one occurrence: half-open range of words, confidence."""

    words: tuple[int, int]
    confidence: float


@dataclass
class _Candidate:
    """Hold a source term that may be worth proposing; ``key`` is its folded text."""

    key: str
    kind: Kind
    named: dict[Place, Phrase]
    claims: dict[Place, _Claim]
    spelt: set[Place]


def mine(
    sources: Sequence[str],
    references: Sequence[str],
    places: Sequence[tuple[str, int]],
    termbase: Termbase | None,
    embed: Embed,
) -> list[Proposal]:
    """Propose concepts for a termbase.

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
    found: dict[str, _Candidate] = {}
    for key in quoted_terms(pairs):
        found.setdefault(key, _Candidate(key, "quoted", {}, {}, set()))
    for key, place_, phrase, spelt in names(pairs, neighbours, embed):
        candidate = found.setdefault(key, _Candidate(key, "name", {}, {}, set()))
        candidate.named.setdefault(place_, phrase)
        if spelt:
            candidate.spelt.add(place_)
    for key in listed_terms(pairs):
        found.setdefault(key, _Candidate(key, "name", {}, {}, set()))
    for key in recurrent_terms(neighbours):
        found.setdefault(key, _Candidate(key, "recurrent", {}, {}, set()))
    for concept in () if termbase is None else termbase.concepts:
        for source in concept.sources:
            found.pop(fold_source(source).text, None)
    _search(pairs, found, embed)
    kept, better = _consistent(pairs, found.values(), neighbours, embed)
    better = [key for key in better if key not in found]
    found = {key: _Candidate(key, "recurrent", {}, {}, set()) for key in better}
    _search(pairs, found, embed)
    kept += _consistent(pairs, found.values(), neighbours, embed)[0]
    proposals = _proposals(pairs, kept, places, termbase)
    return sorted(proposals, key=lambda each: -each.count * each.confidence)


# Their English.


def _search(pairs: Sequence[Pair], found: dict[str, _Candidate], embed: Embed) -> None:
    """Search for what renders each candidate, and keep it in its claims."""
    patterns = Patterns(found)
    at: defaultdict[str, list[Place]] = defaultdict(list)
    for number, pair in enumerate(pairs):
        folded = fold_source(pair.source)
        for key, start, end in patterns.find(folded.text):
            first, last = folded.span(start, end)
            if not pair.is_known(first, last):
                at[key].append((number, first, last))
    asked: defaultdict[int, list[tuple[str, Place]]] = defaultdict(list)
    for key, places in at.items():
        step = -(-len(places) // _SEARCHED)
        chosen = dict.fromkeys([*found[key].named, *places[::step]])
        for each in chosen:
            asked[each[0]].append((key, each))
    having = {key: {number for number, _, _ in places} for key, places in at.items()}
    vectors = Vectors(embed)
    for block, number in enumerate(sorted(asked)):
        if block % _BLOCK == _BLOCK - 1:
            vectors = Vectors(embed)
        for key, each in asked[number]:
            _ask(pairs, found[key], each, having[key], vectors)
    for key, places in at.items():
        _look_up(pairs, found[key], places)


def _ask(
    pairs: Sequence[Pair],
    candidate: _Candidate,
    each: Place,
    having: set[int],
    vectors: Vectors,
) -> None:
    number, start, end = each
    pair = pairs[number]
    named = candidate.named.get(each)
    if each in candidate.spelt and named is not None:
        sure = _QUOTED_ALIKE if candidate.kind == "quoted" else 1.0
        candidate.claims[each] = _Claim(named.words, sure)
        return
    around = range(max(0, number - 50), min(len(pairs), number + 50))
    question = Question(
        pair.passage,
        pair.source,
        Occurrence((0,), start, end),
        (),
        None,
        [pairs[k].passage for k in sorted(having - {number})[:PASSAGES]],
        [pairs[k].passage for k in around if k not in having][:PASSAGES],
    )
    answer = choose(question, candidates(question, vectors))
    if answer is None:
        if candidate.kind == "quoted":
            _claim_name(pair, candidate, each, vectors)
        return
    words = _extended(pair, pair.source[start:end], answer.words, vectors)
    if named is not None:
        common = min(words[1], named.words[1]) - max(words[0], named.words[0])
        if 2 * common <= named.words[1] - named.words[0]:
            return
        # A noun in small letters may belong to it: Agreement meetings.
        if not (words[0] == named.words[0] and words[1] == named.words[1] + 1) or not is_noun(
            pair.passage.words[words[1] - 1], plural=True
        ):
            words = named.words
    candidate.claims[each] = _Claim(words, answer.confidence)


def _claim_name(pair: Pair, candidate: _Candidate, each: Place, vectors: Vectors) -> None:
    """Claim the capitalised words most like a quoted name that the search has nothing for."""
    _, start, end = each
    spans = [
        (a, b)
        for i, j in capitalised_runs(pair)
        for a in range(i, j)
        for b in range(a + 2, j + 1)
        if is_capital(pair.passage.words[a])
        and is_capital(pair.passage.words[b - 1])
        and b - a <= end - start
    ]
    if not spans:
        return
    [expected] = pair.passage.expected(len(pair.source), [(start + end) / 2])
    centres = np.array([pair.passage.starts[a:b].mean() for a, b in spans])
    alike = vectors([pair.surface(span) for span in spans]) @ vectors([candidate.key])[0]
    scores = alike - np.abs(centres - expected) / max(len(pair.passage.text), 1)
    best = int(scores.argmax())
    if alike[best] >= _LEAST_QUOTED:
        candidate.claims[each] = _Claim(spans[best], float(alike[best]))


def _extended(pair: Pair, term: str, words: tuple[int, int], vectors: Vectors) -> tuple[int, int]:
    """Extend a rendering to the whole of a name that it breaks off, if that is about as alike."""
    first, last = words
    while (first, first + 1) in pair.capitals and not pair.passage.taken[first - 1]:
        first -= 1
    while (last, last + 1) in pair.capitals and not pair.passage.taken[last]:
        last += 1
    ranges = list(dict.fromkeys([words, (words[0], last), (first, words[1]), (first, last)]))
    alike = vectors([pair.surface(each) for each in ranges]) @ vectors([fold_source(term).text])[0]
    return ranges[int((alike + _EXTENDED * (np.arange(len(ranges)) > 0)).argmax())]


def _look_up(pairs: Sequence[Pair], candidate: _Candidate, places: Sequence[Place]) -> None:
    """Look for the renderings found where the search had none, or was not asked."""
    if not candidate.claims:
        return
    counts = Counter(pairs[n].keys(c.words) for (n, _, _), c in candidate.claims.items())
    order = sorted(counts, key=lambda text: (-counts[text], text))
    for each in places:
        if each in candidate.claims:
            continue
        used = [c.words for (n, _, _), c in candidate.claims.items() if n == each[0]]
        passage = pairs[each[0]].passage
        keys = [word.key for word in passage.words]
        found = (
            (k, k + len(parts))
            for parts in map(str.split, order)
            for k in range(len(keys))
            if keys[k : k + len(parts)] == parts
            and not passage.taken[k : k + len(parts)].any()
            and not any(k < last and first < k + len(parts) for first, last in used)
        )
        words = next(found, None)
        if words is not None:
            candidate.claims[each] = _Claim(words, _LOOKED_UP)


# What is kept.


def _consistent(
    pairs: Sequence[Pair], found: Iterable[_Candidate], neighbours: Neighbours, embed: Embed
) -> tuple[list[_Candidate], list[str]]:
    """Keep the candidates whose English says what they say; list better ones for the others."""
    vectors = Vectors(embed)
    kept = []
    better: dict[str, None] = {}
    for candidate in found:
        claims = candidate.claims
        if not claims:
            continue
        counts = Counter(pairs[n].keys(claim.words) for (n, _, _), claim in claims.items())
        best = max(counts, key=lambda text: counts[text])
        if candidate.kind == "recurrent" and (counts[best] < 2 or 2 * counts[best] < len(claims)):
            continue
        of_best = [
            (each, claim)
            for each, claim in claims.items()
            if pairs[each[0]].keys(claim.words) == best
        ]
        if candidate.kind == "recurrent":
            others = [_likest_around(pairs, *each, neighbours, vectors) for each in of_best[:3]]
            if any(others):
                better |= {other: None for other in others if other and is_term(other)}
                continue
        if candidate.kind == "name" and counts[best] == 1 < len(claims):
            # What was rendered in as many ways as places is right only if it is very alike.
            texts = [pairs[n].surface(claim.words) for (n, _, _), claim in claims.items()]
            if (vectors(texts) @ vectors([candidate.key])[0]).max() < _ALIKE_ALONE:
                continue
        if candidate.kind == "name" and not candidate.named:
            each, claim = of_best[0]
            surface = pairs[each[0]].surface(claim.words)
            likeness = float(vectors([candidate.key])[0] @ vectors([surface])[0])
            if likeness < _LEAST_LISTED or not _is_name(pairs[each[0]], claim.words):
                continue
        kept.append(candidate)
    return kept, list(better)


def _is_name(pair: Pair, words: tuple[int, int]) -> bool:
    function = pair.passage.is_function_word
    return not pair.passage.text.isupper() and all(
        function[k] or is_capital(pair.passage.words[k]) for k in range(*words)
    )


def _likest_around(
    pairs: Sequence[Pair], each: Place, claim: _Claim, neighbours: Neighbours, vectors: Vectors
) -> str | None:
    """Give the stretch around a term that is much more like its rendering, folded, if any."""
    number, start, end = each
    pair = pairs[number]
    first, last = next((a, b) for a, b in pair.chunks if a <= start < b)
    around = [
        (a, b)
        for a in range(max(first, start - 3), end - 1)
        for b in range(max(a + 2, start + 2), min(last, end + 3) + 1)
        if a < end and start < b
    ]
    texts = [fold_source(pair.source[a:b]).text or BREAK for a, b in around]
    target = vectors([pair.surface(claim.words)])[0]
    alike = vectors(texts) @ target
    own = vectors([fold_source(pair.source[start:end]).text])[0] @ target
    # What has one character less is about as alike if that is half a word.
    halved = [(a, b) in ((start + 1, end), (start, end - 1)) and b - a > 1 for a, b in around]
    allowed = np.where(halved, _TOLERANCE / 4, _TOLERANCE)
    better = [
        (text, value)
        for text, value, much in zip(texts, alike, allowed, strict=True)
        if value > own + much and not neighbours.is_cut(text, _SELDOM)
    ]
    if not better:
        return None
    most = max(value for _, value in better)
    return max((text for text, value in better if value > most - _CLEAR), key=len)


def _proposals(
    pairs: Sequence[Pair],
    kept: Sequence[_Candidate],
    places: Sequence[tuple[str, int]],
    termbase: Termbase | None,
) -> list[Proposal]:
    known = () if termbase is None else termbase.concepts
    by_key = {candidate.key: candidate for candidate in kept}
    while True:
        # Any rendering will do: only the source terms are looked for.
        concepts = [Concept(key, (key,), (Rendering("x", "preferred"),)) for key in by_key]
        matcher = Matcher([*concepts, *known])
        at: defaultdict[str, list[Place]] = defaultdict(list)
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
    pairs: Sequence[Pair],
    candidate: _Candidate,
    found: Sequence[Place],
    places: Sequence[tuple[str, int]],
) -> Proposal | None:
    claims = {each: candidate.claims[each] for each in found if each in candidate.claims}
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
    """Give what is most frequent, of equals the alphabetically first, headings last."""
    return min(counts, key=lambda text: (-counts[text], text.isupper(), text))


# Rows of a termbase.


def proposed_rows(proposals: Sequence[Proposal], termbase: Termbase | None) -> list[TermbaseRow]:
    """Make rows of proposals: the target preferred, what else occurs twice or more admitted.

    The name of a concept is made of its English, with a number where the termbase, or a proposal
    before, has it already.
    """
    used = {concept.id.casefold() for concept in (() if termbase is None else termbase.concepts)}
    rows = []
    for proposal in proposals:
        slug = name = _slug(proposal.target)
        number = 2
        while name in used:
            name = f"{slug}-{number}"
            number += 1
        used.add(name)
        note = (
            f"mined: {proposal.count} occurrence{'s' if proposal.count > 1 else ''}, "
            f"document{'s' if len(proposal.documents) > 1 else ''} "
            f"{', '.join(proposal.documents)}, confidence {proposal.confidence:.2f}"
        )
        admitted = [
            text
            for text, count in proposal.renderings
            if count > 1 and text.casefold() != proposal.target.casefold()
        ]
        # The same words in other letter case cannot have two statuses.
        admitted = list({text.casefold(): text for text in reversed(admitted)}.values())[::-1]
        preferred = TermbaseRow(name, proposal.source, proposal.target, "preferred", "minor", note)
        rows.append(preferred)
        rows += [replace(preferred, target=text, status="admitted") for text in admitted]
    return rows


def _slug(text: str) -> str:
    """Make a name for a concept of its English: ASCII letters and digits, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain.replace("'", ""))) or "term"
