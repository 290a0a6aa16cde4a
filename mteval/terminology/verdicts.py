"""What a text wrote for every occurrence of a term, and whether it may."""

from __future__ import annotations

import functools
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from mteval.languages.encoder import Embed
from mteval.languages.pinyin import pinyin
from mteval.languages.text import count_han
from mteval.terminology.concepts import Rendering
from mteval.terminology.matching import Hit, Matcher, Occurrence, attached_year
from mteval.terminology.normalise import fold_source, split_words
from mteval.terminology.passages import Passage, Question, pinyin_letters
from mteval.terminology.search import candidates, choose
from mteval.terminology.vectors import Vectors
from mteval.terminology.vocabulary import Verdict
from mteval.terminology.weights import NEAR_CHARACTERS, NEAR_SHARE, PASSAGES

if not TYPE_CHECKING:
    from mteval._moved import old_names

    __getattr__ = old_names(__name__)

__all__ = ["REVISION", "Checked", "Finding", "check"]

# Goes up whenever the rules of matching or searching change a verdict.
REVISION = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one occurrence of a term in one text.

    Attributes:
        segment: index of the segment.
        occurrence: where the term is in the source.
        concept: index of the concept.
        verdict: what was done with it; "omitted" is omitted or unclear.
        start: character offset in the text where the rendering found starts; None if none was.
        end: where it ends (half-open).
        listed: the rendering of the termbase that it is; None if it is none.
        confidence: probability, 0-1, that the text renders the term there, where it was searched
            for.
    """

    segment: int
    occurrence: Occurrence
    concept: int
    verdict: Verdict
    start: int | None = None
    end: int | None = None
    listed: Rendering | None = None
    confidence: float | None = None


@dataclass(frozen=True)
class Checked:
    """The verdicts on several texts.

    Attributes:
        findings: for each text its findings, in the order of the sources.
        unexplained: how many occurrences no listed rendering near where it should be, pinyin or
            Chinese explains.
        searched: whether these were searched for.
    """

    findings: list[list[Finding]]
    unexplained: int
    searched: bool


def check(
    matchers: Sequence[Matcher],
    sources: Sequence[str],
    columns: Sequence[Sequence[str | None]],
    embed: Embed | None = None,
    *,
    references: int = 0,
    most_searched: int | None = None,
) -> Checked:
    """Return what every text wrote for every occurrence of a term.

    Args:
        matchers: for each of n_segments segments, the terms in force when it was published.
        sources: n_segments Chinese texts.
        columns: texts to check, n_segments each; None is not translated, and has no findings.
        embed: sentence encoder to search with where no listed rendering explains an occurrence;
            without one, such an occurrence is "omitted" (omitted or unclear).
        references: how many of the columns, the first ones, are official references: what they
            have for a term helps to find what the others have.
        most_searched: do not search if more occurrences than this are unexplained.
    """
    occurrences = [m.occurrences(source) for m, source in zip(matchers, sources, strict=True)]
    texts = [
        {
            i: _Segment(i, matchers[i], sources[i], occurrences[i], text)
            for i, text in enumerate(column)
            if text is not None and occurrences[i]
        }
        for column in columns
    ]
    segments = [segment for text in texts for segment in text.values()]
    for segment in segments:
        segment.pair_listed(near=True)
        segment.find_untranslated()
    unexplained = sum(len(s.occurrences) - len(s.found) for s in segments)
    searched = embed is not None and (most_searched is None or unexplained <= most_searched)
    if embed is not None and searched:
        vectors = Vectors(embed)
        official: dict[tuple[int, Occurrence], str] = {}
        for number, text in enumerate(texts):
            _search(text, vectors, official)
            if number < references:
                for segment in text.values():
                    for finding in segment.found.values():
                        rendering = segment.passage.text[finding.start : finding.end]
                        official.setdefault((finding.segment, finding.occurrence), rendering)
    else:
        for segment in segments:
            segment.pair_listed(near=False)
    return Checked(
        [
            [finding for segment in text.values() for finding in segment.findings()]
            for text in texts
        ],
        unexplained,
        searched,
    )


def _search(
    segments: Mapping[int, _Segment],
    vectors: Vectors,
    official: Mapping[tuple[int, Occurrence], str],
) -> None:
    """Search a text for what renders the terms that nothing else explains."""
    having: defaultdict[int, dict[int, None]] = defaultdict(dict)
    for i, segment in segments.items():
        for occurrence in segment.occurrences:
            having[occurrence.concepts[0]][i] = None
    open_segments = [s for s in segments.values() if len(s.found) < len(s.occurrences)]
    vectors([word.text for segment in open_segments for word in segment.passage.words])
    for segment in open_segments:
        questions = {}
        for n, occurrence in enumerate(segment.occurrences):
            if n not in segment.found:
                concept = occurrence.concepts[0]
                elsewhere = (segments[k].passage for k in having[concept] if k != segment.number)
                without = (s.passage for k, s in segments.items() if k not in having[concept])
                questions[n] = Question(
                    segment.passage,
                    segment.source,
                    occurrence,
                    tuple(r.text for r in segment.matcher.concepts[concept].renderings),
                    official.get((segment.number, occurrence)),
                    tuple(islice(elsewhere, PASSAGES)),
                    tuple(islice(without, PASSAGES)),
                )
        segment.answer(questions, vectors)
        # What nothing nearer explains may well be rendered far from where it should.
        segment.pair_listed(near=False)


class _Segment:
    """A segment of a text while its occurrences are explained one after the other."""

    def __init__(
        self,
        number: int,
        matcher: Matcher,
        source: str,
        occurrences: Sequence[Occurrence],
        text: str,
    ) -> None:
        self.number = number
        self.matcher = matcher
        self.source = source
        self.occurrences = occurrences
        self.passage = Passage(text, split_words(text))
        self.found: dict[int, Finding] = {}
        concepts = {concept for occurrence in occurrences for concept in occurrence.concepts}
        self.hits: defaultdict[int, list[Hit]] = defaultdict(list)
        for hit in matcher.hits(self.passage.words, concepts):
            self.hits[hit.concept].append(hit)

    def findings(self) -> list[Finding]:
        """Return what was found, by occurrence; what was not is omitted."""
        return [
            self.found.get(n) or Finding(self.number, occurrence, occurrence.concepts[0], "omitted")
            for n, occurrence in enumerate(self.occurrences)
        ]

    def pair_listed(self, *, near: bool) -> None:
        """Pair occurrences with listed renderings one to one, long renderings first, by distance.

        Args:
            near: leave a rendering that is far from where it should be to the search, which knows
                whether something nearer explains the term.
        """
        reach = max(NEAR_CHARACTERS, NEAR_SHARE * len(self.passage.text))
        by_length: defaultdict[int, list[Hit]] = defaultdict(list)
        for hits in self.hits.values():
            for hit in hits:
                by_length[hit.words[1] - hit.words[0]].append(hit)
        numbers: defaultdict[int, list[int]] = defaultdict(list)
        for n, occurrence in enumerate(self.occurrences):
            for concept in occurrence.concepts:
                numbers[concept].append(n)
        middles = [(occurrence.start + occurrence.end) / 2 for occurrence in self.occurrences]
        for length in sorted(by_length, reverse=True):
            expected = self.passage.expected(len(self.source), middles)
            pairs = [
                (
                    not hit.exact,
                    abs((hit.start + hit.end) / 2 - float(expected[n])),
                    hit.order,
                    hit.start,
                    n,
                    hit,
                )
                for hit in by_length[length]
                for n in numbers[hit.concept]
                if n not in self.found
            ]
            for _, distance, _, _, n, hit in sorted(pairs, key=lambda pair: pair[:-1]):
                if (
                    n not in self.found
                    and not self.passage.taken[hit.words[0] : hit.words[1]].any()
                    and not (near and distance > reach)
                ):
                    self._accept(n, hit.words, hit.start, hit.end, hit.rendering.status, hit)

    def find_untranslated(self) -> None:
        """Find terms that are in the text in Chinese characters or in pinyin."""
        chinese: defaultdict[int, deque[Occurrence]] = defaultdict(deque)
        for left in self.matcher.left_in_chinese(self.passage.text):
            for concept in left.concepts:
                chinese[concept].append(left)
        # Every stretch is looked at once, as what is taken stays so.
        spelt: dict[str, Iterator[tuple[int, int]]] = {}
        for n, occurrence in enumerate(self.occurrences):
            if n in self.found:
                continue
            term = self.source[occurrence.start : occurrence.end]
            stretches: Iterator[tuple[Verdict, int, int]] = chain(
                (
                    ("left in Chinese", left.start, left.end)
                    for concept in occurrence.concepts
                    for left in _popped(chinese[concept])
                ),
                (
                    ("transliterated", *span)
                    for span in spelt.setdefault(term, _spelt(term, self.passage))
                ),
            )
            for verdict, start, end in stretches:
                words = self.passage.words_within(start, end)
                if words[0] < words[1] and not self.passage.taken[slice(*words)].any():
                    hit = self._hit(occurrence, words)
                    # Names of people are listed in pinyin, as a rule.
                    self._accept(
                        n, words, start, end, verdict if hit is None else hit.rendering.status, hit
                    )
                    break

    def answer(self, questions: Mapping[int, Question], vectors: Vectors) -> None:
        """Search for what renders the rest, the surest answer first."""
        answers = {n: choose(q, candidates(q, vectors)) for n, q in questions.items()}
        while any(answers.values()):
            n, best = max(
                ((n, answer) for n, answer in answers.items() if answer is not None),
                key=lambda item: (item[1].odds, -item[0]),
            )
            del answers[n]
            hit = self._hit(self.occurrences[n], best.words)
            verdict: Verdict = "other" if hit is None else hit.rendering.status
            self._accept(n, best.words, best.start, best.end, verdict, hit, best.confidence)
            for other, answer in answers.items():
                if answer is not None and self.passage.taken[slice(*answer.words)].any():
                    answers[other] = choose(questions[other], candidates(questions[other], vectors))

    def _hit(self, occurrence: Occurrence, words: tuple[int, int]) -> Hit | None:
        """Return the listed rendering of a term that some words are, if they are one."""
        hits = (hit for concept in occurrence.concepts for hit in self.hits[concept])
        return next((hit for hit in hits if hit.words == words), None)

    def _accept(
        self,
        n: int,
        words: tuple[int, int],
        start: int,
        end: int,
        verdict: Verdict,
        hit: Hit | None = None,
        confidence: float | None = None,
    ) -> None:
        occurrence = self.occurrences[n]
        self.passage.take(words, (occurrence.start + occurrence.end) / 2, (start + end) / 2)
        self.found[n] = Finding(
            self.number,
            occurrence,
            occurrence.concepts[0] if hit is None else hit.concept,
            verdict,
            start,
            attached_year(self.passage.text, end, occurrence.year),
            None if hit is None else hit.rendering,
            confidence,
        )


def _popped(spans: deque[Occurrence]) -> Iterator[Occurrence]:
    while spans:
        yield spans.popleft()


def _spelt(term: str, passage: Passage) -> Iterator[tuple[int, int]]:
    """Yield where a text spells a term in pinyin, however it is joined or split: offsets."""
    letters = _letters(term)
    for size in range(1, len(letters) + 1):
        for first in passage.by_letters.get(letters[:size], ()):
            joined = letters[:size]
            last = first
            while joined != letters and last + 1 < len(passage.words):
                last += 1
                joined += passage.spelt[last]
                if not passage.spelt[last] or not letters.startswith(joined):
                    break
            if joined == letters:
                yield passage.words[first].start, passage.words[last].end


@functools.lru_cache(maxsize=65536)
def _letters(term: str) -> str:
    """Return a term in pinyin; empty for one character, which is easily an English word."""
    folded = fold_source(term).text
    return pinyin_letters(pinyin(folded)) if count_han(folded) > 1 else ""
