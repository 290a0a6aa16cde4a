"""Output checks: what is plainly wrong with a translation, whatever its scores say.

Each check prefers to say nothing where there is doubt, because a translator has to look at every
flag. Where there are references, they excuse: a number, a name in Chinese characters or a
repetition that a reference shares is no fault of a system. Nothing is said of empty hypotheses.

* ``copy``: the source again, or most of its Chinese characters. Nothing else is
  said of such a segment.
* ``chinese``: Chinese characters that no reference has.
* ``short`` and ``long``: the length in characters against the expected one (``_expected``).
* ``repetition``: words or characters back to back, or the same words far more often than in the
  references and than anything in the source.
* ``number``: digits and Chinese numerals that the English has in no form known here. Not looked
  for: 0 and 1, 几十 and other vague ones, 两国, 三大, two digits in a row (十四五, 六一, 七八十),
  numbers of lists, those inside names (A2, PM2.5), old measures (亩, 斤), 等5国 after a list.
* ``date``: months, days, years, decades, weekdays, and the early, middle or late part of a month.

Chinese numerals are a few lines over the values that Unicode gives them; English number words are
read by text2num.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from mteval.checks.numbers import compare, is_found, spare_values
from mteval.languages.en_numbers import read_figures
from mteval.languages.numbers import Number
from mteval.languages.text import HAN, count_han, fold_spaces, shorten
from mteval.languages.zh_numbers import expected_numbers

__all__ = ["CHECKS", "Check", "check_outputs"]

# Index of a system, index of a segment.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Check:
    """Name a check.

    Attributes:
        name: one word for the flags column.
        meaning: the explanation, to follow "N segments".
    """

    name: str
    meaning: str


CHECKS: tuple[Check, ...] = (
    Check("copy", "that repeat the source instead of translating it"),
    Check("chinese", "with Chinese characters left in the English"),
    Check("short", "far shorter than expected, or cut off"),
    Check("long", "far longer than expected"),
    Check("repetition", "that say the same words over and over"),
    Check("number", "with a number of the source missing or different"),
    Check("date", "with a date of the source missing or different"),
)

# --- copies, Chinese characters, lengths -----------------------------------------------------

# English characters for one Han character, where no references tell: the median of WMT22's
# references, what is not Chinese in the source taken as it is.
_ENGLISH_PER_HAN = 4.5
# Shorter texts vary too much in length to tell anything by it.
_LONG_ENOUGH = 100
_TOO_SHORT = 0.5
# A text that stops in the middle of a sentence needs to be less short.
_CUT_SHORT = 0.75
_TOO_LONG = 2.2
# Without references the expectation is looser.
_TOO_SHORT_BY_SOURCE = 0.42
_CUT_SHORT_BY_SOURCE = 0.75
_TOO_LONG_BY_SOURCE = 2.5
_MOST = 0.8
_FEW_HAN = 4
# The character 丨 serves as a line between titles.
_RUN_OF_HAN = re.compile(f"(?:(?!丨)[{HAN}])+")
# A text that ends with punctuation, and one that stops after a word or a comma.
_ENDED = re.compile(r"(?:[^\w\s]|_)\s*$")
_CUT_OFF = re.compile(r"[\w,，、]\s*$")
_SHOWN = 3


def check_outputs(
    sources: Sequence[str] | None,
    references: Sequence[Sequence[str]],
    systems: Sequence[Sequence[str | None]],
) -> dict[str, dict[Place, str]]:
    """Find what is plainly wrong with translations into English.

    Without sources only lengths (against references), Chinese characters and repetitions are
    looked at. Nothing is said of hypotheses that are empty or None.

    Args:
        sources: ``n_segments`` Chinese texts, or None.
        references: ``n_references`` columns of ``n_segments`` English texts; may be empty.
        systems: ``n_systems`` lists of ``n_segments`` hypotheses.

    Returns:
        By the name of a check, in the order of ``CHECKS``: the index of the system and of the
        segment, and what is wrong, in words.

    Raises:
        MissingPackageError: text2num is not installed, and there are sources.
    """
    found: dict[str, dict[Place, str]] = {check.name: {} for check in CHECKS}
    seen: dict[tuple[int, str], dict[str, str]] = {}
    n_segments = max((len(system) for system in systems), default=0)
    segments = [
        _Segment(None if sources is None else sources[i], tuple(column[i] for column in references))
        for i in range(n_segments)
    ]
    for s, system in enumerate(systems):
        for i, text in enumerate(system):
            if text is None or not text.strip():
                continue
            key = (i, text)
            if key not in seen:
                seen[key] = segments[i].check(text)
            for name, detail in seen[key].items():
                found[name][s, i] = detail
    return found


class _Segment:
    """Keep what is to be known of a source and its references, each thing worked out once."""

    def __init__(self, source: str | None, references: tuple[str, ...]) -> None:
        self.source = source
        self.references = tuple(text for text in references if text.strip())

    def check(self, text: str) -> dict[str, str]:
        """Give, by check, what is wrong with a hypothesis."""
        if (detail := self._copy(text)) is not None:
            return {"copy": detail}
        rules: dict[str, Callable[[str], str | None]] = {
            "chinese": self._chinese,
            "short": self._short,
            "long": self._long,
            "repetition": self._repetition,
            "number": functools.partial(self._wrong, kind="number"),
            "date": functools.partial(self._wrong, kind="date"),
        }
        return {name: detail for name, rule in rules.items() if (detail := rule(text)) is not None}

    def _copy(self, text: str) -> str | None:
        # Without a Chinese character there may be nothing to translate: Porsche 911.
        if self.source is None or text.isascii() or not _RUN_OF_HAN.search(text):
            return None
        source, copy = _bare(self.source), _bare(text)
        if source == copy:
            return "the source itself"
        wanted, kept = _RUN_OF_HAN.findall(source), _RUN_OF_HAN.findall(copy)
        n_wanted, n_kept = sum(map(len, wanted)), sum(map(len, kept))
        if n_kept < _FEW_HAN or n_kept * 2 < len(copy):
            return None
        common = (Counter("".join(wanted)) & Counter("".join(kept))).total()
        if common < _MOST * n_wanted or common < _MOST * n_kept:
            return None
        return f"{common} of the {n_wanted} Chinese characters of the source"

    def _chinese(self, text: str) -> str | None:
        if text.isascii():
            return None
        excused = frozenset().union(*(_RUN_OF_HAN.findall(text) for text in self.references))
        runs = [run for run in dict.fromkeys(_RUN_OF_HAN.findall(text)) if run not in excused]
        if not runs:
            return None
        more = len(runs) - _SHOWN
        shown = ", ".join(shorten(run, 20) for run in runs[:_SHOWN])
        return f"{shown}{f' and {more} more' if more > 0 else ''} left in Chinese"

    @functools.cached_property
    def _expected(self) -> tuple[float, bool] | None:
        """Give the expected number of characters, and whether references tell it."""
        if self.references:
            lengths = [len(fold_spaces(text)) for text in self.references]
            return sum(lengths) / len(lengths), True
        if self.source is None:
            return None
        source = fold_spaces(self.source)
        n_han = count_han(source)
        return n_han * _ENGLISH_PER_HAN + sum(c.isascii() for c in source), False

    @functools.cached_property
    def _ends(self) -> bool:
        """Tell whether a translation has to end with punctuation."""
        texts = self.references if self.source is None else (self.source,)
        return all(_ENDED.search(text) and not _CUT_OFF.search(text) for text in texts)

    def _short(self, text: str) -> str | None:
        if self._expected is None:
            return None
        expected, by_reference = self._expected
        length = len(fold_spaces(text))
        if expected < _LONG_ENOUGH:
            return None
        share = length / expected
        if share < (_TOO_SHORT if by_reference else _TOO_SHORT_BY_SOURCE):
            return f"{share:.0%} of the expected length"
        limit = _CUT_SHORT if by_reference else _CUT_SHORT_BY_SOURCE
        if share < limit and self._ends and _CUT_OFF.search(text):
            return f"{share:.0%} of the expected length, and no end to the last sentence"
        return None

    def _long(self, text: str) -> str | None:
        if self._expected is None:
            return None
        expected, by_reference = self._expected
        limit = _TOO_LONG if by_reference else _TOO_LONG_BY_SOURCE
        length = len(fold_spaces(text))
        # A line of a few characters may need a sentence to be told in English.
        if length < _LONG_ENOUGH or length <= limit * max(expected, _LONG_ENOUGH / 2):
            return None
        return f"{length / expected:.1f} times the expected length" if expected else None

    @functools.cached_property
    def _rhythm(self) -> tuple[int, int]:
        """Give how often source or references say a thing: in a row, and at all."""
        loops = [_loops(text) for text in self.references]
        in_row = [loop.row[1] for loop in loops]
        at_all = [loop.often[1] for loop in loops]
        if self.source is not None:
            loop = _loops(" ".join(_bare(self.source)))
            in_row.append(loop.row[1])
            at_all.append(loop.often[1])
        return max(in_row, default=0), max(at_all, default=0)

    def _repetition(self, text: str) -> str | None:
        loops = _loops(text)
        phrase, count = loops.row
        if count and count > self._rhythm[0]:
            return f"repeats {shorten(phrase)!r} {count} times in a row"
        phrase, count = loops.often
        if count and count > 2 * self._rhythm[1]:
            return f"repeats {shorten(phrase)!r} {count} times"
        return None

    @functools.cached_property
    def _wanted(self) -> tuple[Number, ...]:
        """List the numbers and dates to look for: those that some reference has, if there are."""
        if self.source is None:
            return ()
        wanted = expected_numbers(self.source)
        if not (wanted and self.references):
            return wanted
        known = [read_figures(text) for text in self.references]
        return tuple(item for item in wanted if any(is_found(item, english) for english in known))

    def _wrong(self, text: str, kind: Literal["number", "date"]) -> str | None:
        if not any(item.kind == kind for item in self._wanted):
            return None
        english = read_figures(text)
        missing = [
            item for item in self._wanted if item.kind == kind and not is_found(item, english)
        ]
        if not missing:
            return None
        spare = spare_values(english, self._wanted)
        details = dict.fromkeys(compare(item, english, spare) for item in missing)
        more = len(details) - _SHOWN
        return "; ".join(list(details)[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _bare(text: str) -> str:
    """Fold a text to its letters and digits."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


# --- repetition ------------------------------------------------------------------------------

_WORD = re.compile(rf"[{HAN}]|(?:[a-z]\.){{2,}}|[^\W_{HAN}]+(?:['’][^\W_{HAN}]+)*")
_LONGEST_PHRASE = 16
# Very, very, very good; and, with the words of a phrase: on and on and on.
_WORD_IN_ROW = 4
_PHRASE_IN_ROW = 3
_PHRASE = 4
_PHRASE_OFTEN = 5
# Within a word: hahahaha is laughter, three times that is a loop.
_LONG_WORD = 24
_LETTERS_IN_ROW = re.compile(r"([^\W\d_]{1,8}?)\1{5,}")


@dataclass(frozen=True, slots=True)
class _Loops:
    """Hold what a text says most often in a row, and most often at all; "" and 0 for nothing."""

    row: tuple[str, int] = ("", 0)
    often: tuple[str, int] = ("", 0)


@functools.lru_cache(maxsize=65536)
def _loops(text: str) -> _Loops:
    row, often = ("", 0), ("", 0)
    words = _WORD.findall(text.lower())
    for word in words:
        if len(word) < _LONG_WORD:
            continue
        if (letters := _LETTERS_IN_ROW.search(word)) is not None:
            row = letters[1], len(letters[0]) // len(letters[1])
    pairs = Counter(itertools.pairwise(words))
    if max(pairs.values(), default=0) < _PHRASE_IN_ROW:
        return _Loops(row)
    for size in range(1, min(_LONGEST_PHRASE, len(words) // 2) + 1):
        length = 0
        for i in range(size, len(words)):
            length = length + 1 if words[i] == words[i - size] else 0
            count = 1 + length // size
            least = _WORD_IN_ROW if size == 1 else _PHRASE_IN_ROW
            if count >= least and count > row[1]:
                row = " ".join(words[i - size + 1 : i + 1]), count
    phrases = Counter(zip(*(words[i:] for i in range(_PHRASE)), strict=False))
    if phrases:
        phrase, count = max(phrases.items(), key=lambda item: item[1])
        if count >= _PHRASE_OFTEN:
            often = " ".join(phrase), count
    return _Loops(row, often)
