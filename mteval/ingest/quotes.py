"""Which quotes of a de-spaced line are quotation marks, and which are apostrophes of a word."""

from __future__ import annotations

import re

from mteval.ingest import weights
from mteval.ingest.word_search import LETTER, WordSearch, is_syllable

__all__ = ["NEGATED", "quote_roles"]

_QUOTE = re.compile(f"({LETTER}*)([\"'’“”‘])(?=({LETTER}*))")
_CLOSES = {'"': '"“', "'": "'‘", "”": "“", "’": "‘", "“": "", "‘": ""}
# A verb that "not" is contracted with, and its n.
NEGATED = re.compile(
    "(?:do|does|did|is|are|was|were|has|have|had|ca|could|wo|would|should|must|need|might|ai)n$",
    re.IGNORECASE,
)
_SUBJECT = "(?:I|(?i:you|he|she|it|we|they|who|what|that|there))$"
_CONTRACTIONS = {  # what follows an apostrophe: what comes before
    "s": r"(?:\w|[A-Z]\.)$",
    "t": rf"(?i:{NEGATED.pattern})",
    "re": "(?i:you|we|they)$",
    "ve": _SUBJECT,
    "ll": _SUBJECT,
    "d": _SUBJECT,
    "m": "I$",
    "clock": "o$",
}


def quote_roles(line: str, words: WordSearch) -> dict[int, str]:
    """Return what each quote of a line is, by its offset, at the least total cost.

    "open", "close", or for an apostrophe the letters after it that belong to the same word.
    """
    paths: dict[str, tuple[float, dict[int, str]]] = {"": (0.0, {})}  # marks open: cost, roles
    for match in _QUOTE.finditer(line):
        mark, costs = match[2], _role_costs(match, words)
        reached: dict[str, tuple[float, dict[int, str]]] = {}
        for state, (cost, roles) in paths.items():
            for role, extra in costs.items():
                to, total = state, cost + extra
                if role == "open":
                    to += mark
                    total += weights.UNLIKELY if state.endswith(mark) else weights.ODD * len(state)
                elif role == "close":
                    to = state[:-1]
                    total += 0.0 if state and state[-1] in _CLOSES[mark] else weights.UNLIKELY
                if len(to) <= 2 and (to not in reached or total < reached[to][0]):
                    reached[to] = total, {**roles, match.start(2): role}
        paths = reached
    # Speech that goes on in the next paragraph stays open.
    ends = [(cost + weights.UNCLOSED * len(state), state) for state, (cost, _) in paths.items()]
    return paths[min(ends)[1]][1]


def _role_costs(match: re.Match[str], words: WordSearch) -> dict[str, float]:
    """Return what a quote between two runs of letters may be, each with its cost."""
    mark, left, right = match[2], match.string[: match.start(2)], match.string[match.end() :]
    begins = not re.search(r"[^\s(\[{—–-]$", left)
    ends = not re.match(r"[^\s)\]}—–,.;:!?…-]", right)
    costs = {
        "open": weights.NEVER if ends else 0.0 if begins else weights.AMID_WORDS,
        "close": weights.NEVER if begins else 0.0 if ends else weights.AMID_WORDS,
    }
    if mark in "“‘":
        costs["close"] = weights.UNLIKELY + (0.0 if ends else weights.NEVER)
    elif mark in "”’":
        costs["open"] = weights.NEVER
    if mark in "“”‘":
        return costs
    return costs | _apostrophe_costs(match, words, at_end=ends)


def _apostrophe_costs(match: re.Match[str], words: WordSearch, *, at_end: bool) -> dict[str, float]:
    """Return the letters that a quote may add to the word before it, each with its cost."""
    before, mark, run = match.groups()
    left = match.string[: match.start(2)]
    costs: dict[str, float] = {}
    # An apostrophe that is still one is seldom anything else.
    intact = 0.0 if mark == '"' else -weights.UNLIKELY
    if before.endswith(("s", "S")):
        costs[""] = weights.PLURAL + intact + (weights.ODD if at_end else 0.0)
    for suffix, pattern in _CONTRACTIONS.items():
        if run.startswith(suffix) and re.search(pattern, left):
            costs[suffix] = weights.CONTRACTION + intact - words.gain(run, suffix)
    if not before or not run:
        return costs
    last = words.split(before)[-1]
    if last in ("O", "D") and run[0].isupper():
        costs[words.split(run)[0]] = intact
    if last[0].isupper() and is_syllable(last.lower()):  # Xi'an, Yu'E
        for suffix in (run[:cut] for cut in (1, 2, 3)):
            if suffix[0] in "aeoAEO" and is_syllable(suffix.lower()):
                costs[suffix] = weights.SYLLABLE + intact - words.gain(run, suffix)
    return costs
