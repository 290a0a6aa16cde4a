"""Spaces and apostrophes of English pages that lost them.

Some pages come with every space gone and each apostrophe turned into a double quote, as in
``eachother"scoreinterests``. A line is cut into runs of letters, numbers and marks; ``word_search``
finds the words in the runs, and ``quotes`` which quotes are apostrophes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from mteval.ingest import weights
from mteval.ingest.quotes import NEGATED, quote_roles
from mteval.ingest.word_search import LETTER, WordSearch

__all__ = ["is_despaced", "restore_spaces"]

_ADDRESS = (
    r"(?:https?://|www\.)[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:/[\w./?=&%#~-]*)?|[\w.-]{0,64}@[\w.-]+"
)
_PIECE = re.compile(
    rf"""(?P<space>\s+) | (?P<address>{_ADDRESS})
    | (?P<initials>(?:[A-Z]\.){{2,}} | (?<=\d)[ap]\.m\. | \b(?:i\.e\.|e\.g\.))
    | (?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\d) | \d+(?:[.:]\d+)*)
    | (?P<word>(?:(?!(?:[A-Z]\.){{2}}|https?://|www\.){LETTER})+)
    | (?P<open>[(\[{{]) | (?P<close>[)\]}}]) | (?P<stop>[,.;:!?…]+) | (?P<unit>[%‰+])
    | (?P<currency>[$¥€£]) # a dash between numbers or capitals joins them, and so does "R&D"
    | (?P<dash>(?<!\d)—|--+|(?<=[a-z,])–(?=[a-z])|(?<![A-Z])&) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_STARTS = {"word", "number", "initials", "address", "open", "currency", "dash"}
_ENDS = {"word", "number", "initials", "address", "suffix", "close", "stop", "unit", "dash"}
_ABBREVIATIONS = ("etc", "vs", "Inc", "Co", "Ltd", "Corp")


class _Piece(NamedTuple):
    """A part of a line that spaces may be round; its kind is a group of ``_PIECE``."""

    kind: str
    text: str


def is_despaced(line: str) -> bool:
    """Return whether a line is English that lost its spaces, by the lengths of its letter runs.

    A line that lost only part of them is; an ordinary line with a long word or address is not.
    """
    lengths = [len(run) for run in re.findall("[A-Za-z]+", re.sub(_ADDRESS, " ", line))]
    letters, longest = sum(lengths), max(lengths, default=0)
    if letters <= weights.MIN_LATIN_SHARE * sum(map(str.isalpha, line)):
        return False
    spaceless = letters > weights.MAX_ORDINARY_RUN and len(line.split()) == 1
    in_long_runs = sum(length for length in lengths if length > weights.MAX_ORDINARY_RUN)
    return (
        spaceless
        or longest > weights.MAX_LONGEST_RUN
        or in_long_runs > weights.MIN_SHARE_IN_LONG_RUNS * letters
    )


def restore_spaces(lines: Sequence[str], vocabulary: Collection[str] = ()) -> list[str]:
    """Return the lines of one page with the spaces and apostrophes of de-spaced ones restored.

    Every other character stays, in order; lines that are not de-spaced stay as they are. Names
    that one line sets off help in all others, so give the lines of a page together.
    ``vocabulary`` adds words and names that the library may not know.
    """
    despaced = [is_despaced(line) for line in lines]
    if not any(despaced):
        return list(lines)
    words = WordSearch({word for entry in vocabulary for word in re.findall(f"{LETTER}+", entry)})
    words.learn(lines)
    return [
        _restore(line, words) if lost else line for line, lost in zip(lines, despaced, strict=True)
    ]


def _restore(line: str, words: WordSearch) -> str:
    pieces = list(_pieces(line, words))
    gaps = (index > 0 and _is_spaced(pieces, index) for index in range(len(pieces)))
    return "".join(" " * gap + piece.text for gap, piece in zip(gaps, pieces, strict=True))


def _pieces(line: str, words: WordSearch) -> Iterator[_Piece]:
    """Yield the words, numbers and marks of a line, and what belongs to the piece before."""
    roles = quote_roles(line, words)
    position, number = 0, ""
    while position < len(line):
        role = roles.get(position)
        if role in ("open", "close"):
            piece = _Piece(role, line[position])
        elif role is not None:
            piece = _Piece("suffix", line[position].replace('"', "'") + role)
        else:
            match = next(_PIECE.finditer(line, position))
            piece = _Piece(str(match.lastgroup), match[0])
        position += len(piece.text)
        if piece.kind != "word":
            yield piece
        else:
            model = len(piece.text) == 1 and re.match(r"-\d", line[position:])  # 20 Y-20 aircraft
            suffix = _suffix_of_number(number, piece.text, words) if number and not model else ""
            run = piece.text[len(suffix) :]
            negated = NEGATED.search(run) if roles.get(position) == "t" else None
            end = negated.start() if negated else len(run)
            yield from [_Piece("suffix", suffix)] if suffix else []
            yield from (
                _Piece("word", word) for word in (*words.split(run[:end]), run[end:]) if word
            )
        number = piece.text if piece.kind == "number" else ""


def _suffix_of_number(number: str, run: str, words: WordSearch) -> str:
    """Return what belongs to a number: "th" of "20th", "s" of "1990s", "G" of "5G"."""
    suffixes = ["st", "nd", "rd", "th", *re.findall("^[A-Z](?![A-Z])", run)]
    suffixes += ["s"] if number.endswith("0") else []
    gains = {words.gain(run, suffix): suffix for suffix in suffixes if run.startswith(suffix)}
    return gains[max(gains)] if max(gains, default=0.0) > weights.ODD else ""


def _is_spaced(pieces: list[_Piece], index: int) -> bool:
    """Return whether a space belongs before a piece."""
    left, right = pieces[index - 1], pieces[index]
    if left.kind not in _ENDS or right.kind not in _STARTS:
        return False
    if left.text == "." and right.kind == "word" and right.text[0].islower():
        return index > 1 and pieces[index - 2].text in _ABBREVIATIONS
    if right.kind == "number" and left.kind in ("word", "unit"):  # COP28, but US 2023, PLA 71st
        acronym = re.fullmatch(r"(?!RMB|USD)(?:[B-HJ-Z]|[A-Z]{2,5})|\+", left.text)
        ordinal = index + 1 < len(pieces) and pieces[index + 1].text in ("st", "nd", "rd", "th")
        return not acronym or ordinal or len(right.text) > 3
    return not (right.kind == "currency" and re.fullmatch("[A-Z]{1,3}", left.text))
