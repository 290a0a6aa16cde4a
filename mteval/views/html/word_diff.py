"""Which words of a hypothesis are not those of the reference, counted for the script to mark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mteval.runs.results import Results

__all__ = ["TOKEN", "word_diffs"]

# What counts as a word where hypothesis and reference are compared: signs of ASCII, of typography
# and of Chinese stand alone, all else between them and white space is a word. Written out, as the
# browser reads the same pattern and its classes of Unicode are not Python's.
_SPACE = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
_SIGNS = r"!-/:-@\[-`{-~\xa1-\xbf\u2010-\u2027\u2030-\u205e\u3001-\u3020\uff01-\uff0f\uff1a-\uff20"
TOKEN = rf"[^{_SPACE}{_SIGNS}]+|[{_SIGNS}]"
_TOKENS = re.compile(TOKEN)
_QUOTES = str.maketrans("“”‘’", "\"\"''")


def word_diffs(results: Results) -> list[list[str]]:
    """Return how the words of each hypothesis differ from those of the first reference.

    Returns:
        For each system and segment runs of three counts of tokens, in one text: as in the
        reference, only in the reference, only in the hypothesis; "" for no difference. Nothing
        without references.
    """
    if not results.references:
        return []
    reference = [_words(text) for text in results.references[0]]
    return [
        [
            "" if text is None else " ".join(map(str, _runs(words, _words(text))))
            for text, words in zip(system, reference, strict=True)
        ]
        for system in results.hypotheses
    ]


def _runs(reference: Sequence[str], hypothesis: Sequence[str]) -> Iterator[int]:
    """Yield three counts for each run of equal words that other words follow."""
    from rapidfuzz.distance import Indel

    same = gone = added = 0
    for step in Indel.opcodes(reference, hypothesis):
        if step.tag == "equal":
            if gone or added:
                yield from (same, gone, added)
                same = gone = added = 0
            same += step.src_end - step.src_start
        else:
            gone += step.src_end - step.src_start
            added += step.dest_end - step.dest_start
    if gone or added:
        yield from (same, gone, added)


def _words(text: str) -> list[str]:
    """Return a text split as the browser will; case and the shape of quotes make no other word."""
    words = _TOKENS.findall(text)
    # Joined by what stands in no word: one call for all of them is faster.
    return "\0".join(words).lower().translate(_QUOTES).split("\0") if words else []
