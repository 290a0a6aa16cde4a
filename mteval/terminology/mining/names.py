"""Names that English marks by capitals, and the Chinese that they render.

A name is quoted on both sides, spelt in pinyin, or its Chinese is the stretch most like it to a
multilingual sentence encoder, if nothing elsewhere in the paragraph comes near.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mteval.languages.en_terms import ACRONYM, AFTER_NOUN, JOINT, QUOTED, SENTENCE_START
from mteval.languages.encoder import Embed
from mteval.languages.pinyin import is_reading, pinyin_syllables, strip_marks
from mteval.languages.text import count_han
from mteval.languages.zh_terms import YEAR_AT_END
from mteval.terminology.mining.pairs import (
    SegmentPair,
    SourceSpan,
    capitalised_runs,
    is_capital,
    is_noun,
)
from mteval.terminology.mining.source_terms import Neighbours
from mteval.terminology.mining.stretches import most_alike, stretches_of
from mteval.terminology.mining.weights import (
    MAX_NAME_WORDS,
    MAX_PINYIN_LETTERS,
    MAX_PINYIN_SYLLABLES,
    MAX_PINYIN_WORDS,
    MIN_PINYIN_LETTERS,
)
from mteval.terminology.normalise import (
    fold_source,
    is_acronym,
)
from mteval.terminology.vectors import Vectors

__all__ = ["NamePhrase", "names"]


@dataclass(frozen=True, slots=True)
class NamePhrase:
    """A capitalised phrase: half-open range of words, and its acronym."""

    words: tuple[int, int]
    acronym: str | None


def names(
    pairs: Sequence[SegmentPair], neighbours: Neighbours, embed: Embed
) -> Iterator[tuple[str, SourceSpan, NamePhrase, bool]]:
    """Yield the Chinese of capitalised names: folded, where it is, the name, whether it is sure."""
    # What recurs as a whole is looked at once.
    known: dict[tuple[str, str], list[_Name]] = {}
    for number, pair in enumerate(pairs):
        texts = pair.source, pair.passage.text
        if texts not in known:
            known[texts] = _names_of(pair, neighbours, embed)
        for start, end, words, sure in known[texts]:
            key = fold_source(pair.source[start:end]).text
            yield key, (number, start, end), NamePhrase(words, _acronym(pair, words)), sure


# A name of one segment: where its Chinese starts and ends, its words, and whether it is sure.
_Name = tuple[int, int, tuple[int, int], bool]


def _names_of(pair: SegmentPair, neighbours: Neighbours, embed: Embed) -> list[_Name]:
    """Return the names of a segment: quoted alike, in pinyin, most alike (the longest first)."""
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
    stretches = stretches_of(pair, neighbours) if phrases else []
    vectors = Vectors(embed)
    for words in sorted(phrases):
        best = most_alike(pair, words, stretches, vectors)
        if best is not None:
            scored.append((words[0] - words[1], -best[0], *best[1], words))
    take((start, end, words, False) for _, _, start, end, words in sorted(scored))
    take(spelt)
    return found


def _acronym(pair: SegmentPair, words: tuple[int, int]) -> str | None:
    """Return the acronym of a name, which is in parentheses after it, if there is one."""
    inside = pair.passage.words[slice(*words)]
    match = ACRONYM.match(pair.passage.text, inside[-1].end)
    initials = "".join(word.text[0] for word in inside if is_capital(word))
    return match[1] if match and match[1].upper().replace("+", "P") == initials else None


def _quoted_alike(pair: SegmentPair) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Pair what is quoted on both sides, in order, where both have as many quotations."""
    spans = [span for span in pair.quoted if not pair.is_known(*span)]
    words = pair.passage.words
    theirs = []
    for match in QUOTED.finditer(pair.passage.text):
        start, end = match.span(1)
        end = start + len(YEAR_AT_END.sub("", match[1]))
        inside = [k for k, word in enumerate(words) if start <= word.start and word.end <= end]
        if inside and not pair.passage.taken[inside].any():
            theirs.append((inside[0], inside[-1] + 1))
    if len(spans) == len(theirs):
        for (start, end), found in zip(spans, theirs, strict=True):
            if found[1] - found[0] <= end - start:
                yield start, end, found


def _phrases(pair: SegmentPair, i: int, j: int) -> Iterator[tuple[int, int]]:
    """Yield the names that a run may be: whole, parted where it is joined, with a noun after it."""
    text, words = pair.passage.text, pair.passage.words
    inner = [k for k in range(i, j) if not is_capital(words[k])]
    starts = [i, *(k + 1 for k in inner)]
    if SENTENCE_START.search(text[: words[i].start]):
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
        and AFTER_NOUN.match(text, words[j].end)
        and JOINT.fullmatch(text, words[j - 1].end, words[j].start)
    ):
        ends.append(j + 1)
    for a in starts:
        for b in ends:
            inside = [k for k in range(a, min(b, j)) if k not in inner]
            if 1 < len(inside) <= MAX_NAME_WORDS and not function[a] and not function[b - 1]:
                yield a, b
    yield from (
        (k, k + 1)
        for k in range(i, j)
        if is_acronym(words[k].text)
        and words[k].text.isalpha()
        and (k, k + 1) not in pair.capitals
        and (k + 1, k + 2) not in pair.capitals
    )


def _spelt(pair: SegmentPair, i: int, j: int) -> Iterator[tuple[tuple[int, int], int, int]]:
    """Yield the words of a run that spell something of the source in pinyin, and where it is."""
    words = pair.passage.words
    a = i
    while a < j:
        for b in range(min(a + MAX_PINYIN_WORDS, j), a, -1):
            letters = strip_marks("".join(word.text for word in words[a:b]))
            found = _spells(pair, letters) if letters.isascii() and letters.isalpha() else None
            if found is not None:
                yield (a, b), *found
                a = b - 1
                break
        a += 1


def _spells(pair: SegmentPair, letters: str) -> tuple[int, int] | None:
    """Return where a source has two to four characters that read as letters do, or None."""
    if not MIN_PINYIN_LETTERS <= len(letters) <= MAX_PINYIN_LETTERS:
        return None
    splits = [split for split in _syllables(letters, MAX_PINYIN_SYLLABLES) if len(split) > 1]
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
