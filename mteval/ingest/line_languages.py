"""The language of lines that their own words leave open: names, and words of both scripts."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, pairwise

from mteval.ingest import weights
from mteval.ingest.lines import WHOLE_LINE_END, Line, LineLanguage
from mteval.languages.text import count_han, count_latin_words

__all__ = ["settle_languages", "takes_turns"]

_CHINESE_SENTENCE = re.compile(r"[。！？；，、]")
_OTHER: dict[LineLanguage, LineLanguage] = {"zh": "en", "en": "zh"}


def settle_languages(lines: Sequence[Line]) -> list[Line]:
    """Return the lines, with the language settled of those that may be in either.

    These are lines of both scripts, and lines that occur once in each language. A heading such as
    "KPMG 畢馬威" or "Ernst & Young" belongs to the language around it where the page has one
    language after the other, and to the other one than its neighbours' where the languages take
    turns.
    """
    sure_indices = [index for index, line in enumerate(lines) if _is_sure(line)]
    sure = [lines[index].language for index in sure_indices]
    if not sure:
        return list(lines)
    turns = takes_turns(sure)
    twice = {text for text, count in Counter(line.text for line in lines).items() if count == 2}
    settled = list(lines)
    seen: set[str] = set()
    for index, line in enumerate(lines):
        # What both sides have in the same words: the name of a firm, an abbreviation.
        shared = line.text in twice and line.language == "en" and not _is_prose(line.text)
        if not (shared or _is_mixed(line.text)):
            continue
        before = _language_before(settled, index)
        following = islice(sure_indices, bisect_right(sure_indices, index), None)
        after = next((lines[n].language for n in following if lines[n].text != line.text), None)
        language = line.language
        if shared and turns:
            language = sure[0] if line.text not in seen else _OTHER[sure[0]]
        elif before == after and before is not None:
            language = _OTHER[before] if turns else before
        seen.add(line.text)
        settled[index] = replace(line, language=language)
    return settled


def takes_turns(languages: Sequence[LineLanguage]) -> bool:
    """Return whether the languages of a page's lines go back and forth, paragraph by paragraph."""
    changes = sum(before != after for before, after in pairwise(languages))
    return len(
        languages
    ) >= weights.MIN_LINES_IN_TURNS and changes > weights.MIN_SHARE_OF_CHANGES * (
        len(languages) - 1
    )


def _language_before(lines: Sequence[Line], index: int) -> LineLanguage | None:
    above = (lines[n].language for n in range(index - 1, -1, -1))
    return next((language for language in above if language != "none"), None)


def _is_sure(line: Line) -> bool:
    return line.language != "none" and not _is_mixed(line.text)


def _is_prose(text: str) -> bool:
    words = count_latin_words(text)
    return words > weights.MAX_WORDS_OF_NAME or WHOLE_LINE_END.search(text) is not None


def _is_mixed(text: str) -> bool:
    """Return whether a line has words of both scripts, in numbers that leave its language open."""
    han, words = count_han(text), count_latin_words(text)
    if not han or not words or _CHINESE_SENTENCE.search(text):
        return False
    return han <= weights.MAX_MIXED_RATIO * words and words <= weights.MAX_MIXED_RATIO * han
