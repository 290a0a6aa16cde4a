"""Where sentences and clauses of Chinese and English end."""

from __future__ import annotations

import functools
import re

__all__ = ["clause_ends", "ends_in", "sentence_ends"]

# Where a sentence ends: Chinese stops, or Latin ones before white space and a capital or digit.
_SENTENCE_END = re.compile(
    r"""[。！？…]+["'”’」』）》】]*
      | (?<!\.)[.!?]+["'”’)\]]*(?=\s+["'“‘(\[]?[A-Z0-9\u3400-\u9fff])""",
    re.VERBOSE,
)
# A stop after these ends no sentence: titles, initials, references.
_ABBREVIATION = re.compile(
    r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gen|Lt|Col|Maj|Capt|Adm|Sgt|Gov|Amb|St|No|Nos|Art|"
    r"Jr|Sr|vs|cf|al|etc|e\.g|i\.e|U\.S|U\.N|U\.K|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$"
)
_CLAUSE_END = re.compile(r"""[，；：、]+[”’」』）》]*|[,;:]["'”’)\]]*(?=\s)|\s[–—-]+(?=\s)|——""")


def ends_in(text: str, marks: str) -> bool:
    """Return whether a text ends in one of some marks, but for closing quotes and brackets."""
    return _at_end(marks).search(text) is not None


@functools.cache
def _at_end(marks: str) -> re.Pattern[str]:
    return re.compile(rf"""[{re.escape(marks)}]["'”’)\]」』）》】]*\s*$""")


def sentence_ends(text: str) -> list[int]:
    """Return the offsets at which a Chinese or English sentence has ended."""
    return [
        match.end()
        for match in _SENTENCE_END.finditer(text)
        if not _ABBREVIATION.search(text, max(0, match.start() - 8), match.start() + 1)
    ]


def clause_ends(text: str) -> list[int]:
    """Return the offsets at which a sentence or a clause of one has ended."""
    return sorted({*sentence_ends(text), *(match.end() for match in _CLAUSE_END.finditer(text))})
