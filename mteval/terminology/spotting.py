"""Where a term may stand in a paragraph and its translation, for the proposals of a termbase.

Chinese marks neither words nor names, so the text itself says where a term may begin and end:
quotation marks, punctuation, years, characters that only join, and phrases that recur between
changing neighbours (accessor variety, Feng et al. 2004). English marks names by capitals; the
stretch of Chinese that a name renders is the one most like it to a multilingual sentence encoder,
if nothing elsewhere in the paragraph comes near.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mteval.languages.encoder import Embed
from mteval.languages.pinyin import is_reading, pinyin_syllables, strip_marks
from mteval.languages.text import HAN, count_han
from mteval.terminology.matching import Matcher, Occurrence
from mteval.terminology.normalise import (
    BREAK,
    MIDDLE_DOTS,
    Word,
    fold_source,
    is_acronym,
    split_words,
)
from mteval.terminology.search import Passage, Vectors
from mteval.terminology.termbase import Termbase

__all__ = [
    "Neighbours",
    "Pair",
    "Phrase",
    "Place",
    "capitalised_runs",
    "is_capital",
    "is_noun",
    "is_term",
    "listed_terms",
    "names",
    "quoted_terms",
    "read_pairs",
    "recurrent_terms",
]

# A longer quotation with pronouns, particles and the like is a saying, and no name.
_LONGEST_SAYING = 6
# Han characters of a recurrent phrase.
_SHORTEST, _LONGEST = 3, 15
# Characters of a stretch that a capitalised name is likened to.
_LONGEST_NAME = 16
# Capitalised words of a name.
_MOST_WORDS = 12
# Han characters that a single English character stands for (1 / 3.9, see search), and how much
# shorter and longer than that the Chinese of a name may be.
_HAN_PER_CHARACTER, _LEAST_RATIO, _MOST_RATIO = 0.256, 0.4, 2.2
# A name and its Chinese are at least so alike (cosine) ...
_LEAST_ALIKE = 0.55
# ... and more so than whatever stands elsewhere near, by so much.
_MARGIN = 0.03
# What a stretch gains in likeness for each end at a mark or a joining character, and loses for
# standing as far off as the paragraph is long.
_EDGE, _DISTANCE = 0.02, 0.2
# An end that no mark shows is where likeness falls by so much, within so many characters.
_CLEAR, _SHIFT = 0.02, 3
# A character that always stands beside the same other one, and occurs so often, belongs to it:
# for recurrent phrases, for the Chinese of names.
_SELDOM, _OFTEN = 2, 3
# The Chinese of a name is within so many characters, or such a share of the paragraph, but
# within so many in any case.
_NEAR, _NEAR_SHARE, _NEAR_MOST = 40, 0.25, 150
_CHUNK = re.compile(rf"[{HAN}{MIDDLE_DOTS}A-Za-z0-9-]+")
_QUOTED = re.compile('[“‘「『《"]([^“”‘’「」『』《》"。！？!?；;，,：:\\n]{2,20})[”’」』》"]')
_ENGLISH_QUOTED = re.compile('[“"‘]([^“”"‘’\\n]{2,60})[”"’]')
# 参加A、B、C等: what stands between two marks of an enumeration, or is its end.
_LISTED = re.compile(rf"(?<=、)([{HAN}]{{2,10}}?)(?=、|等|[,，;；。])")
# Characters that join two names, unless they are part of a word.
_AND = re.compile("(?<![共缓温饱])和(?![平谐解睦约谈])|与|及|、|兼")
_JOINING = re.compile(
    "[的了在及将等是也都而与并但或被把向从由兼]|(?<![共缓温饱])和(?![平谐解睦约谈])|对(?![话外等抗华])"
)
_YEAR_AT_END = re.compile(r"\s?[-‐‑–—−]?\s?(?:19|20)\d\d(?:年)?$")
# No term begins so; some characters join only if no word of theirs follows.
_NO_START = re.compile(
    "[的了在及将等是也都而与并但或被把其该这那就又还再很更最不没们着过地得之则却个名位年月日时者]"
    "|[^共缓温饱中][和与及]|和(?![平谐解睦约谈])|以(?![色军])|对(?![话外等抗华])|为|有|向|从|由|于|[中上下](?![^的了])|已|正|让|使|给"
    "|来自|我|你|他|她|它|说|能|可|会(?!议)|要(?!求)"
)
_NO_END = frozenset(
    "的了在和与及将等为对以是有也都而中上下并从被把向由于或但其该这那就又还再很更最不没着地得之则却"
    "已正让使给我你他她它说能可要就第一个两各每"
)
# No term of plain characters has these inside.
_NO_INSIDE = frozenset("的了着是在将也我你他她它们这那就都不没")
_AND_SO_ON = re.compile("(?<![平高初中同均])等(?![级离候])")
_DATE = re.compile(r"\d[年月日]")
# Between the capitalised words of a name.
_INNER = frozenset({"of", "and", "for", "on"})
_JOINT = re.compile(r"(?:[\s-]|['’]s?\s|&|\b(?:the|The|a|an)\b)*")
_AFTER_NOUN = re.compile(
    r"\s*(?:[^\w\s]|$|(?:of|and|in|on|for|with|at|is|was|are|were|will|has)\b)"
)
_ACRONYM = re.compile(r"\s?\(([A-Z][A-Za-z+-]{1,9})\)")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;\"“”'(])\s*(?:(?:The|A|An)\s)?$")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Hold a capitalised phrase: half-open range of words, and its acronym."""

    words: tuple[int, int]
    acronym: str | None


# An occurrence: segment, start, end.
Place = tuple[int, int, int]


class Pair:
    """Hold one segment with its reference, and what of both a termbase explains."""

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self.passage = Passage(text, split_words(text))
        self.known: list[tuple[int, int]] = []

    @functools.cached_property
    def chunks(self) -> list[tuple[int, int]]:
        """Runs of the source between marks: half-open character offsets."""
        return [match.span() for match in _CHUNK.finditer(self.source)]

    @functools.cached_property
    def quoted(self) -> list[tuple[int, int]]:
        """What stands in quotation marks in the source, without a year: character offsets."""
        spans = []
        for match in _QUOTED.finditer(self.source):
            name = _YEAR_AT_END.sub("", match[1]).strip()
            start = match.start(1) + match[1].index(name)
            is_sentence = len(name) > _LONGEST_SAYING and _NO_INSIDE & set(name)
            if count_han(name) > 1 and not is_sentence:
                spans.append((start, start + len(name)))
        return spans

    @functools.cached_property
    def capitals(self) -> set[tuple[int, int]]:
        """Capitalised words that follow another one directly, as ranges of one word."""
        words, text = self.passage.words, self.passage.text
        return {
            (k, k + 1)
            for k in range(1, len(words))
            if is_capital(words[k])
            and is_capital(words[k - 1])
            and _JOINT.fullmatch(text, words[k - 1].end, words[k].start)
        }

    def is_known(self, start: int, end: int) -> bool:
        """Tell whether a stretch lies wholly inside a term of the termbase."""
        return any(first <= start and end <= last for first, last in self.known)

    def keys(self, words: tuple[int, int]) -> str:
        """Join the keys of words."""
        return " ".join(word.key for word in self.passage.words[slice(*words)])

    def surface(self, words: tuple[int, int]) -> str:
        """Give words as they are written."""
        first, last = self.passage.words[words[0]], self.passage.words[words[1] - 1]
        return " ".join(self.passage.text[first.start : last.end].split())


def read_pairs(
    sources: Sequence[str], references: Sequence[str], termbase: Termbase | None
) -> list[Pair]:
    """Pair sources with references, and take what a termbase explains."""
    pairs = [Pair(source, text) for source, text in zip(sources, references, strict=True)]
    if termbase is None or not pairs:
        return pairs
    matcher = Matcher(termbase.concepts)
    for pair in pairs:
        occurrences = matcher.occurrences(pair.source)
        pair.known = [(each.start, each.end) for each in occurrences]
        _take_known(pair, matcher, occurrences)
    return pairs


def _take_known(pair: Pair, matcher: Matcher, occurrences: Sequence[Occurrence]) -> None:
    """Take the words that render terms of the termbase, long renderings first."""
    passage = pair.passage
    middles: defaultdict[int, list[float]] = defaultdict(list)
    for each in occurrences:
        for concept in each.concepts:
            middles[concept].append((each.start + each.end) / 2)
    hits = matcher.hits(passage.words, middles)
    for hit in sorted(hits, key=lambda hit: (hit.words[0] - hit.words[1], hit.start)):
        if not passage.taken[slice(*hit.words)].any():
            place_ = (hit.start + hit.end) / 2
            scale = len(pair.source) / max(len(passage.text), 1)
            middle = min(middles[hit.concept], key=lambda m: abs(m - place_ * scale))
            passage.take(hit.words, middle, place_)


class Neighbours:
    """Count what stands beside every one or two characters of the corpus; None is a mark."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.texts = [
            (number, fold_source(pair.source[start:end]).text)
            for number, pair in enumerate(pairs)
            for start, end in pair.chunks
        ]
        self._before: defaultdict[str, Counter[str | None]] = defaultdict(Counter)
        self._after: defaultdict[str, Counter[str | None]] = defaultdict(Counter)
        for _, text in self.texts:
            for length in (1, 2):
                for k in range(len(text) - length + 1):
                    gram = text[k : k + length]
                    self._before[gram][text[k - 1] if k else None] += 1
                    self._after[gram][text[k + length : k + length + 1] or None] += 1

    def is_cut(self, term: str, least: int) -> bool:
        """Tell whether a term begins or ends inside a word, by what never stands otherwise.

        ``least`` is how often the characters at its end must occur for that.
        """
        return any(
            beside is not None and None not in beside and len(beside) == 1
            for length in (1, 2)
            for beside in (
                self._before.get(term[:length]),
                self._after.get(term[-length:]),
            )
            if beside is not None and beside.total() >= least
        )


# Candidates of the source.


def quoted_terms(pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield what stands in quotation marks, folded, without a year."""
    for pair in pairs:
        for start, end in pair.quoted:
            if not pair.is_known(start, end):
                yield fold_source(pair.source[start:end]).text


def listed_terms(pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield what stands between the commas of an enumeration, folded."""
    for pair in pairs:
        for match in _LISTED.finditer(pair.source):
            term = fold_source(match[1]).text
            if not pair.is_known(*match.span(1)) and len(term) > 1 and not _AND.search(term):
                yield term


def recurrent_terms(neighbours: Neighbours) -> list[str]:
    """List phrases that recur in at least two segments between changing neighbours, folded."""
    texts = neighbours.texts
    places = [(t, k) for t, (_, text) in enumerate(texts) for k in range(len(text))]
    whole = []
    for length in range(_SHORTEST, _LONGEST + 1):
        at: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for t, k in places:
            if k + length <= len(texts[t][1]):
                at[texts[t][1][k : k + length]].append((t, k))
        at = defaultdict(list, {gram: found for gram, found in at.items() if len(found) > 1})
        whole += [
            gram
            for gram, found in at.items()
            if len({texts[t][0] for t, _ in found}) > 1
            and is_term(gram)
            and _is_whole(found, length, texts)
            and not neighbours.is_cut(gram, _SELDOM)
        ]
        places = [place for found in at.values() for place in found]
    return whole


def is_term(text: str) -> bool:
    """Tell whether folded text is of Han characters only, and may begin and end as it does."""
    if not _SHORTEST <= count_han(text) == len(text) <= _LONGEST:
        return False
    return not (
        _NO_START.match(text)
        or text[-1] in _NO_END
        or _NO_INSIDE & set(text)
        or _AND_SO_ON.search(text)
    )


def _is_whole(
    found: Sequence[tuple[int, int]], length: int, texts: Sequence[tuple[int, str]]
) -> bool:
    """Tell whether no one character stands mostly before a phrase, nor after it."""
    before = Counter(texts[t][1][k - 1] if k else None for t, k in found)
    after = Counter(texts[t][1][k + length : k + length + 1] or None for t, k in found)
    for beside in (before, after):
        beside.pop(None, None)
        if beside and max(beside.values()) > len(found) / 2:
            return False
    return True


def names(
    pairs: Sequence[Pair], neighbours: Neighbours, embed: Embed
) -> Iterator[tuple[str, Place, Phrase, bool]]:
    """Yield the Chinese of capitalised names: folded, its place, the name, whether for sure."""
    for number, pair in enumerate(pairs):
        for start, end, words, sure in _names_of(pair, neighbours, embed):
            key = fold_source(pair.source[start:end]).text
            yield key, (number, start, end), Phrase(words, _acronym(pair, words)), sure


# A name of one segment: where its Chinese starts and ends, its words, and whether it is sure.
_Name = tuple[int, int, tuple[int, int], bool]


def _names_of(pair: Pair, neighbours: Neighbours, embed: Embed) -> list[_Name]:
    """List the names of a segment: quoted alike, in pinyin, most alike (the longest first)."""
    found: list[_Name] = []

    def take(names: Iterable[_Name]) -> None:
        for name in names:
            start, end, words, sure = name
            quoted = any(start < b and a < end for a, b in pair.quoted) and not sure
            if not quoted and not any(
                (start < last and first < end) or (words[0] < w[1] and w[0] < words[1])
                for first, last, w, _ in found
            ):
                found.append(name)

    take((start, end, words, True) for start, end, words in _quoted_alike(pair))
    runs = capitalised_runs(pair)
    spelt = [
        (start, end, words, True)
        for i, j in runs
        for words, start, end in _spelt(pair, i, j)
        if not any(start < last and first < end for first, last in pair.quoted)
    ]
    # What a generic word follows is part of a longer name: Beijing Xiangshan Forum.
    take(name for name in spelt if (name[2][1], name[2][1] + 1) not in pair.capitals)
    used = {k for _, _, words, _ in found for k in range(*words)}
    phrases = {
        words for i, j in runs for words in _phrases(pair, i, j) if not used & set(range(*words))
    }
    scored = []
    stretches = _stretches(pair, neighbours) if phrases else []
    vectors = Vectors(embed)
    for words in sorted(phrases):
        best = _likest(pair, words, stretches, vectors)
        if best is not None:
            scored.append((words[0] - words[1], -best[0], *best[1], words))
    take((start, end, words, False) for _, _, start, end, words in sorted(scored))
    take(spelt)
    return found


def _acronym(pair: Pair, words: tuple[int, int]) -> str | None:
    """Find the acronym of a name, which stands in parentheses after it."""
    inside = pair.passage.words[slice(*words)]
    match = _ACRONYM.match(pair.passage.text, inside[-1].end)
    initials = "".join(word.text[0] for word in inside if is_capital(word))
    return match[1] if match and match[1].upper().replace("+", "P") == initials else None


def _quoted_alike(pair: Pair) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Pair what is quoted on both sides, in order, where both have as many quotations."""
    spans = [span for span in pair.quoted if not pair.is_known(*span)]
    words = pair.passage.words
    theirs = []
    for match in _ENGLISH_QUOTED.finditer(pair.passage.text):
        start, end = match.span(1)
        end = start + len(_YEAR_AT_END.sub("", match[1]))
        inside = [k for k, word in enumerate(words) if start <= word.start and word.end <= end]
        if inside and not pair.passage.taken[inside].any():
            theirs.append((inside[0], inside[-1] + 1))
    if len(spans) == len(theirs):
        for (start, end), found in zip(spans, theirs, strict=True):
            if found[1] - found[0] <= end - start:
                yield start, end, found


def capitalised_runs(pair: Pair) -> list[tuple[int, int]]:
    """List the longest runs of free capitalised words, with what joins them inside."""
    text, words = pair.passage.text, pair.passage.words
    if text.isupper():
        return []
    runs = []
    i = 0
    while i < len(words):
        if not is_capital(words[i]) or pair.passage.taken[i]:
            i += 1
            continue
        j = i + 1
        end = j
        while j < len(words) and not pair.passage.taken[j]:
            if not _JOINT.fullmatch(text, words[j - 1].end, words[j].start):
                break
            if is_capital(words[j]):
                end = j + 1
            elif words[j].text not in _INNER:
                break
            j += 1
        runs.append((i, end))
        i = end
    return runs


def is_noun(word: Word, *, plural: bool) -> bool:
    """Tell by its form whether a word in small letters is likelier a noun than anything else."""
    # American spelling makes a dialog of a dialogue.
    if word.text in (word.key, f"{word.key}ue"):
        return not word.text.endswith("ly")
    return plural and (word.text == f"{word.key}s" or word.text.endswith("ings"))


def is_capital(word: Word) -> bool:
    """Tell whether a word begins with a capital letter."""
    return word.key != BREAK and word.text[:1].isupper()


def _phrases(pair: Pair, i: int, j: int) -> Iterator[tuple[int, int]]:
    """Yield the names that a run may be: whole, parted where it is joined, with a noun after it."""
    text, words = pair.passage.text, pair.passage.words
    inner = [k for k in range(i, j) if not is_capital(words[k])]
    starts = [i, *(k + 1 for k in inner)]
    if _SENTENCE_START.search(text[: words[i].start]):
        starts.append(i + 1)
    ends = [*inner, j]
    function = pair.passage.is_function_word
    if (
        j < len(words)
        and not pair.passage.taken[j]
        and not function[j]
        # Neither a verb, as a rule, nor what somebody has.
        and is_noun(words[j], plural=False)
        and words[j - 1].text[-2:].isalpha()
        and _AFTER_NOUN.match(text, words[j].end)
        and _JOINT.fullmatch(text, words[j - 1].end, words[j].start)
    ):
        ends.append(j + 1)
    for a in starts:
        for b in ends:
            inside = [k for k in range(a, min(b, j)) if k not in inner]
            if 1 < len(inside) <= _MOST_WORDS and not function[a] and not function[b - 1]:
                yield a, b
    yield from (
        (k, k + 1)
        for k in range(i, j)
        if is_acronym(words[k].text)
        and words[k].text.isalpha()
        and (k, k + 1) not in pair.capitals
        and (k + 1, k + 2) not in pair.capitals
    )


def _spelt(pair: Pair, i: int, j: int) -> Iterator[tuple[tuple[int, int], int, int]]:
    """Yield the words of a run that spell what stands in the source in pinyin, and where."""
    words = pair.passage.words
    a = i
    while a < j:
        for b in range(min(a + 3, j), a, -1):
            letters = strip_marks("".join(word.text for word in words[a:b]))
            found = _spells(pair, letters) if letters.isascii() and letters.isalpha() else None
            if found is not None:
                yield (a, b), *found
                a = b - 1
                break
        a += 1


def _spells(pair: Pair, letters: str) -> tuple[int, int] | None:
    """Find where a source has two to four characters that read as letters do."""
    if not 4 <= len(letters) <= 24:
        return None
    splits = [split for split in _syllables(letters, 4) if len(split) > 1]
    for split in splits:
        for first, last in pair.chunks:
            for start in range(first, last - len(split) + 1):
                end = start + len(split)
                stretch = pair.source[start:end]
                if (
                    count_han(stretch) == len(split)
                    and not pair.is_known(start, end)
                    and all(map(_reads, stretch, split))
                ):
                    return start, end
    return None


_reads = functools.cache(is_reading)


def _syllables(letters: str, most: int) -> Iterator[tuple[str, ...]]:
    """Yield the ways to split letters into syllables, at most so many."""
    if not letters:
        yield ()
    elif most:
        for k in range(1, min(6, len(letters)) + 1):
            if letters[:k] in pinyin_syllables():
                for rest in _syllables(letters[k:], most - 1):
                    yield letters[:k], *rest


def _stretches(pair: Pair, neighbours: Neighbours) -> list[tuple[int, int]]:
    """List the stretches of a source that may be a name."""
    source = pair.source
    found = []
    for first, last in pair.chunks:
        for start in range(first, last):
            if (
                source[start] in MIDDLE_DOTS
                or source[start] == "-"
                or _NO_START.match(source, start)
            ):
                continue
            if start > first and _is_inside_latin(source, start):
                continue
            for end in range(start + 2, min(start + _LONGEST_NAME, last) + 1):
                if source[end - 1] in _NO_END or source[end - 1] in f"{MIDDLE_DOTS}-":
                    continue
                if end < last and _is_inside_latin(source, end):
                    continue
                term = fold_source(source[start:end]).text
                if (
                    count_han(term) > 1
                    and not _DATE.search(term)
                    and not pair.is_known(start, end)
                    and not neighbours.is_cut(term, _OFTEN)
                ):
                    found.append((start, end))
    return found


def _is_inside_latin(text: str, at: int) -> bool:
    a, b = text[at - 1], text[at]
    return a.isascii() and b.isascii() and a.isalnum() and b.isalnum()


def _likest(
    pair: Pair, words: tuple[int, int], stretches: Sequence[tuple[int, int]], vectors: Vectors
) -> tuple[float, tuple[int, int]] | None:
    """Find the stretch most like a name, if none elsewhere comes near: its score and place."""
    passage, source = pair.passage, pair.source
    begin, end = passage.words[words[0]].start, passage.words[words[1] - 1].end
    scale = len(source) / max(len(passage.text), 1)
    expected = (begin + end) / 2 * scale
    reach = min(max(_NEAR, _NEAR_SHARE * len(source)), _NEAR_MOST)
    usual = (end - begin) * _HAN_PER_CHARACTER
    surface = pair.surface(words)
    most = max(_MOST_RATIO * usual, 4) if words[1] - words[0] > 1 else _LONGEST_NAME
    # Stretches are in order.
    begins = bisect_left(stretches, (int(expected - reach) - _LONGEST_NAME, 0))
    ends = bisect_left(stretches, (int(expected + reach) + 1, 0))
    near = [
        (first, last)
        for first, last in stretches[begins:ends]
        if _LEAST_RATIO * usual <= last - first <= most
        and abs((first + last) / 2 - expected) <= reach
        and surface not in source[first:last]
    ]
    if not near:
        return None
    if "and" in [word.text for word in passage.words[slice(*words)]]:
        # Two names, unless one Chinese name has both words without a joining character.
        near = [(a, b) for a, b in near if not _AND.search(source[a:b])]
        if not near:
            return None
    alike = (
        vectors([fold_source(source[a:b]).text or BREAK for a, b in near]) @ vectors([surface])[0]
    )
    far = np.array([abs((a + b) / 2 - expected) for a, b in near]) / len(source)
    edges = np.array([_is_edge(source, a) + _is_edge(source, b) for a, b in near])
    scores = alike - _DISTANCE * far + _EDGE * edges
    best = int(scores.argmax())
    first, last = near[best]
    rivals = [s for s, (a, b) in zip(scores, near, strict=True) if b <= first or last <= a]
    if alike[best] < _LEAST_ALIKE or scores[best] - max(rivals, default=-1.0) < _MARGIN:
        return None
    # An end within a run of characters must be told from those beside it.
    for end in (0, 1):
        if _is_edge(source, near[best][end]):
            continue
        for other, (span, value) in enumerate(zip(near, alike, strict=True)):
            if (
                other != best
                and span[1 - end] == near[best][1 - end]
                and abs(span[end] - near[best][end]) <= _SHIFT
                and value > alike[best] - _CLEAR
            ):
                return None
    return float(scores[best]), near[best]


def _is_edge(text: str, at: int) -> bool:
    """Tell whether a term may end or begin at a place, as a mark or a joining character says."""
    return (
        not _CHUNK.fullmatch(text[at - 1 : at + 1])
        or at in (0, len(text))
        or any(
            m.start() == at or m.end() == at
            for m in _JOINING.finditer(text, max(0, at - 4), at + 4)
        )
    )
