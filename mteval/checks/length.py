"""Outputs that are far shorter or longer than expected, or cut off.

Lengths are in characters, white space folded. Expected is the mean of the references, or else what
follows from the length of the source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mteval.checks.base import Check, Rule, Segment
from mteval.languages.pair import length_ratios
from mteval.languages.text import fold_spaces

__all__ = ["LONG", "SHORT"]

# Shorter texts vary too much in length to tell anything by it.
_MIN_EXPECTED = 100
# A line of a few characters may need a sentence to be told in another language.
_MIN_EXPECTED_OF_LONG = 50


@dataclass(frozen=True, slots=True)
class _Limits:
    """Shares of the expected length that an output falls short of, or goes beyond.

    Chosen on the systems of WMT22 zh-en so that those flagged are wrong. ``cut_off`` is for texts
    that stop in the middle of a sentence, which need to be less short.
    """

    short: float
    cut_off: float
    long: float


_BY_REFERENCES = _Limits(short=0.5, cut_off=0.75, long=2.2)
# Without references the expectation is looser.
_BY_SOURCE = _Limits(short=0.42, cut_off=0.75, long=2.5)

# A text that ends with punctuation, and one that stops after a word or a comma.
_ENDED = re.compile(r"(?:[^\w\s]|_)\s*$")
_CUT_OFF = re.compile(r"[\w,，、]\s*$")


def _expect(segment: Segment) -> tuple[float, _Limits] | None:
    """Return the expected number of characters, and the limits; None where it is not known."""
    if segment.references:
        lengths = [len(fold_spaces(text)) for text in segment.references]
        return sum(lengths) / len(lengths), _BY_REFERENCES
    ratio = length_ratios(segment.source_language, segment.target_language).checks
    if segment.source is None or ratio is None:
        return None
    source = fold_spaces(segment.source)
    n_letters = segment.source_language.count_letters(source)
    return n_letters * ratio + sum(c.isascii() for c in source), _BY_SOURCE


def _must_end(segment: Segment) -> bool:
    """Return whether a translation has to end with punctuation, as a heading has not."""
    texts = segment.references if segment.source is None else (segment.source,)
    return all(_ENDED.search(text) and not _CUT_OFF.search(text) for text in texts)


def _prepare_short(segment: Segment) -> Rule | None:
    expectation = _expect(segment)
    if expectation is None or expectation[0] < _MIN_EXPECTED:
        return None
    expected, limits = expectation
    must_end = _must_end(segment)

    def rule(text: str) -> str | None:
        share = len(fold_spaces(text)) / expected
        if share < limits.short:
            return f"{share:.0%} of the expected length"
        if share < limits.cut_off and must_end and _CUT_OFF.search(text):
            return f"{share:.0%} of the expected length, and no end to the last sentence"
        return None

    return rule


def _prepare_long(segment: Segment) -> Rule | None:
    expectation = _expect(segment)
    if expectation is None or not expectation[0]:
        return None
    expected, limits = expectation

    def rule(text: str) -> str | None:
        length = len(fold_spaces(text))
        if length < _MIN_EXPECTED or length <= limits.long * max(expected, _MIN_EXPECTED_OF_LONG):
            return None
        return f"{length / expected:.1f} times the expected length"

    return rule


SHORT = Check("short", "far shorter than expected, or cut off", _prepare_short)
LONG = Check("long", "far longer than expected", _prepare_long)
