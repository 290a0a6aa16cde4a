"""What the toolkit asks of a language, and what holds for one of which nothing more is known."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata

from mteval.languages import sentences
from mteval.languages.numbers import (
    MIN_SIGNIFICANT_DIGITS,
    Figures,
    Number,
    read_digits,
    significant_digits,
)
from mteval.languages.page_words import PageWords

__all__ = ["Language"]

_WORD = re.compile(r"[^\W\d_]+")
# Whole numbers in digits that no separator, letter or hyphen touches.
_PLAIN_NUMBER = re.compile(r"(?<![\w.,'’-])[0-9]+(?![\w'’-]|[.,][0-9])", re.ASCII)
_ANY_NUMBER = re.compile(r"[0-9]+(?:[.,'’\u00a0\u202f ][0-9]+)*")
_SPEAKER = re.compile(r"^\s*([^\W\d_][^:：\n]{0,50}?)\s*[:：]")
_NOTHING = re.compile(r"(?!)")


@functools.cache
def _runs(letters: str) -> re.Pattern[str]:
    return re.compile(f"[{letters}]+") if letters else _NOTHING


class Language:
    """A language, by what the toolkit has to know of it.

    As it stands it is one of which nothing is known but its code: words are runs of letters, and
    numbers are digits. A language that is known derives from it and says more; it is one module and
    a line in ``mteval.languages.registry``.

    Attributes:
        code: ISO 639-1, or 639-3 where that has none.
        name: in English, for messages.
        script: ISO 15924; "" where unknown.
        letters: of its script, for use inside a character class; "" where unknown.
        speaker: matches the label before what somebody says; group 1 is the speaker.
        stops: marks that end a sentence.
        pauses: marks after which a line goes on, as no heading does.
        question_marks: marks that end a question.
        capitals: matches where a word with a capital, or a number, begins within a sentence; None
            where the script has no capitals.
        asks: found in the label of somebody who asks.
        answers: found in the label of somebody who answers.
        page_words: what web pages in the language put round a text.
    """

    code: str = "und"
    name: str = "an unknown language"
    script: str = ""
    letters: str = ""
    stops: str = ".!?。！？…"
    pauses: str = ";；:："
    question_marks: str = "?？"
    capitals: re.Pattern[str] | None = None
    speaker: re.Pattern[str] = _SPEAKER
    asks: re.Pattern[str] = _NOTHING
    answers: re.Pattern[str] = _NOTHING
    page_words: PageWords = PageWords()

    def __init__(self, code: str = "") -> None:
        if code:
            self.code = self.name = code

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r})"

    # --- texts ---

    def fold(self, text: str) -> str:
        """Return a text with the spellings of one thing made one (NFKC; scripts, where known)."""
        return unicodedata.normalize("NFKC", text)

    def count_words(self, text: str) -> int:
        """Return the number of words in the script of the language; of letters, if it has no words.

        Which of two languages a text is in shows by which has more.
        """
        return len(_WORD.findall(text))

    def count_letters(self, text: str) -> int:
        """Return the number of letters in the script of the language."""
        return sum(map(len, _runs(self.letters).findall(text)))

    def script_runs(self, text: str) -> list[str]:
        """Return the runs of letters in the script of the language; none where it is unknown."""
        return _runs(self.letters).findall(text)

    def lemma(self, word: str) -> str:
        """Return what the inflected forms and spellings of a lower-case word have in common."""
        return word

    def romanise(self, text: str) -> str:
        """Return how Latin script spells a name of another script; "" where that is not known."""
        del text
        return ""

    def syllables(self) -> frozenset[str]:
        """Return the syllables that ``romanise`` makes names of; none where that is not known."""
        return frozenset()

    def ends_sentence(self, text: str) -> bool:
        """Return whether a text ends as a sentence does."""
        return sentences.ends_in(text, self.stops)

    def is_question(self, text: str) -> bool:
        """Return whether a text ends as a question does."""
        return sentences.ends_in(text, self.question_marks)

    def is_heading(self, text: str) -> bool:
        """Return whether a text ends neither as a sentence nor as what goes on."""
        return not sentences.ends_in(text, self.stops + self.pauses)

    def split_sentences(self, text: str) -> list[str]:
        """Return the sentences of a paragraph; at least one, though it be empty."""
        ends = [0, *(end for end in self.sentence_ends(text) if 0 < end < len(text)), len(text)]
        found = (text[start:end].strip() for start, end in itertools.pairwise(ends))
        return [sentence for sentence in found if sentence] or [text.strip()]

    def sentence_ends(self, text: str) -> list[int]:
        """Return the offsets at which a sentence has ended."""
        return sentences.sentence_ends(text)

    def clause_ends(self, text: str) -> list[int]:
        """Return the offsets at which a sentence or a clause of one has ended."""
        return sentences.clause_ends(text)

    # --- numbers and dates ---

    def find_numbers(self, text: str) -> tuple[Number, ...]:
        """Return the numbers and months of a text, certain or not."""
        return tuple(
            Number("number", match[0], (read_digits(match[0]),))
            for match in _PLAIN_NUMBER.finditer(text)
        )

    def expected_numbers(self, text: str) -> tuple[Number, ...]:
        """Return the numbers and dates that a translation of the text must have."""
        numbers = dict.fromkeys(self.find_numbers(text))
        return tuple(
            n for n in numbers if len(significant_digits(n.text)) >= MIN_SIGNIFICANT_DIGITS
        )

    def read_figures(self, text: str) -> Figures:
        """Return the numbers and dates that a text has, or may be said to have."""
        return Figures(
            digits=frozenset(significant_digits(match[0]) for match in _ANY_NUMBER.finditer(text))
        )

    def month_name(self, month: int) -> str:
        """Return the name of a month, from 1."""
        return f"month {month}"

    def weekday_name(self, weekday: int) -> str:
        """Return the name of a day of the week, from 0 for Monday."""
        return f"weekday {weekday + 1}"
