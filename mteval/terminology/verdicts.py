"""What a text wrote for every occurrence of a term, and whether it may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from mteval.encoder import Embed
from mteval.pinyin import pinyin
from mteval.terminology.matching import Hit, Matcher, Occurrence, attached_year
from mteval.terminology.normalise import Word, fold_source, split_words
from mteval.terminology.search import Passage, Question, Vectors, candidates, choose
from mteval.terminology.termbase import Rendering

__all__ = ["RIGHT", "VERDICTS", "Finding", "Verdict", "check"]

Verdict = Literal[
    "preferred", "admitted", "deprecated", "transliterated", "left in Chinese", "omitted", "other"
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
# The verdicts that count as a right rendering.
RIGHT = frozenset({"preferred", "admitted"})

# A listed rendering is near where it should be within so many characters, or such a share of the
# text; one farther off is rather another occurrence's.
_NEAR, _NEAR_SHARE = 80, 0.25


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold the verdict on one occurrence of a term in one text.

    Attributes:
        segment: index of the segment.
        occurrence: where the term stands in the source.
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


def check(
    matchers: Sequence[Matcher],
    sources: Sequence[str],
    columns: Sequence[Sequence[str | None]],
    embed: Embed | None = None,
    *,
    references: int = 0,
) -> list[list[Finding]]:
    """Find what every text wrote for every occurrence of a term.

    Args:
        matchers: for each of n_segments segments, the terms in force when it was published.
        sources: n_segments Chinese texts.
        columns: texts to check, n_segments each; None is not translated, and has no findings.
        embed: sentence encoder to search with where no listed rendering explains an occurrence;
            without one, such an occurrence is "omitted" (omitted or unclear).
        references: how many of the columns, the first ones, are official references: what they
            have for a term helps to find what the others have.

    Returns:
        For each column its findings, in the order of the sources.
    """
    occurrences = [m.occurrences(source) for m, source in zip(matchers, sources, strict=True)]
    vectors = None if embed is None else Vectors(embed)
    official: dict[tuple[int, Occurrence], str] = {}
    checked = []
    for c, column in enumerate(columns):
        segments = {
            i: _Segment(i, matchers[i], sources[i], occurrences[i], text)
            for i, text in enumerate(column)
            if text is not None and occurrences[i]
        }
        _check_column(segments, vectors, official)
        findings = [finding for segment in segments.values() for finding in segment.findings()]
        checked.append(findings)
        if c < references:
            for finding in findings:
                if finding.start is not None:
                    text = (column[finding.segment] or "")[finding.start : finding.end]
                    official.setdefault((finding.segment, finding.occurrence), text)
    return checked


def _check_column(
    segments: Mapping[int, _Segment],
    vectors: Vectors | None,
    official: Mapping[tuple[int, Occurrence], str],
) -> None:
    having: defaultdict[int, list[int]] = defaultdict(list)
    for i, segment in segments.items():
        for concept in {o.concepts[0] for o in segment.occurrences}:
            having[concept].append(i)
        segment.pair_listed(near=vectors is not None)
        segment.find_untranslated()
    if vectors is None:
        return
    for i, segment in segments.items():
        questions = {
            n: Question(
                segment.passage,
                segment.source,
                occurrence,
                tuple(r.text for r in segment.matcher.concepts[occurrence.concepts[0]].renderings),
                official.get((i, occurrence)),
                [segments[k].passage for k in having[occurrence.concepts[0]] if k != i],
                [s.passage for k, s in segments.items() if k not in having[occurrence.concepts[0]]],
            )
            for n, occurrence in enumerate(segment.occurrences)
            if n not in segment.found
        }
        segment.answer(questions, vectors)


class _Segment:
    """Hold one segment of one text while its occurrences are explained one after the other."""

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
        """List what was found; what was not is omitted."""
        return [
            self.found.get(n) or Finding(self.number, occurrence, occurrence.concepts[0], "omitted")
            for n, occurrence in enumerate(self.occurrences)
        ]

    def pair_listed(self, *, near: bool) -> None:
        """Pair occurrences with listed renderings one to one, long renderings first, by place.

        Args:
            near: leave a rendering that stands far from where it should to the search, which knows
                whether something nearer explains the term.
        """
        lengths = {hit.words[1] - hit.words[0] for hits in self.hits.values() for hit in hits}
        for length in sorted(lengths, reverse=True):
            pairs = [
                (not hit.exact, self._distance(occurrence, hit), hit.order, hit.start, n, hit)
                for n, occurrence in enumerate(self.occurrences)
                for concept in occurrence.concepts
                for hit in self.hits[concept]
                if hit.words[1] - hit.words[0] == length
            ]
            for _, distance, _, _, n, hit in sorted(pairs, key=lambda pair: pair[:-1]):
                if (
                    n not in self.found
                    and not self.passage.taken[hit.words[0] : hit.words[1]].any()
                    and not (near and distance > max(_NEAR, _NEAR_SHARE * len(self.passage.text)))
                ):
                    self._accept(n, hit.words, hit.start, hit.end, hit.rendering.status, hit)

    def find_untranslated(self) -> None:
        """Find terms that stand in the text in Chinese characters or in pinyin."""
        for n, occurrence in enumerate(self.occurrences):
            if n in self.found:
                continue
            term = self.source[occurrence.start : occurrence.end]
            places: list[tuple[Verdict, int, int]] = [
                ("left in Chinese", start, end)
                for start, end in self.matcher.left_in_chinese(
                    self.passage.text, occurrence.concepts[0]
                )
            ]
            places += [("transliterated", *place) for place in _spelt(term, self.passage.words)]
            for verdict, start, end in places:
                inside = [
                    k
                    for k, word in enumerate(self.passage.words)
                    if word.start < end and start < word.end
                ]
                if inside and not self.passage.taken[inside].any():
                    self._accept(n, (inside[0], inside[-1] + 1), start, end, verdict)
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
            concepts = self.occurrences[n].concepts
            hit = next((h for c in concepts for h in self.hits[c] if h.words == best.words), None)
            verdict: Verdict = "other" if hit is None else hit.rendering.status
            self._accept(n, best.words, best.start, best.end, verdict, hit, best.confidence)
            for other, answer in answers.items():
                if answer is not None and self.passage.taken[slice(*answer.words)].any():
                    answers[other] = choose(questions[other], candidates(questions[other], vectors))

    def _distance(self, occurrence: Occurrence, hit: Hit) -> float:
        middle = (occurrence.start + occurrence.end) / 2
        expected = self.passage.expected(len(self.source), middle)
        return abs((hit.start + hit.end) / 2 - expected)

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


def _spelt(term: str, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Find where a text spells a term in pinyin, however it is joined or split."""
    folded = fold_source(term).text
    letters = pinyin(folded)
    if len(folded) < 2 or not letters:
        return
    spelt = ["".join(c for c in word.text.lower() if c.isalpha()) for word in words]
    for i in range(len(words)):
        joined = ""
        for j in range(i, len(words)):
            joined += spelt[j]
            if not spelt[j] or not letters.startswith(joined):
                break
            if joined == letters:
                yield words[i].start, words[j].end
                break
