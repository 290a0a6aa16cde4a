"""Spaces and apostrophes of English pages that lost them.

Some pages come with every space gone and each apostrophe turned into a double quote, as in
``eachother"scoreinterests``. The words are found by the library wordsegment (Jenks 2018; search
and n-gram counts of Norvig 2009). This module gives it the cues it cannot have: capitals, names,
digits, punctuation, and which of the quotes are apostrophes.
"""

from __future__ import annotations

import copy
import functools
import math
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from mteval.languages.pinyin import pinyin_syllables

__all__ = ["is_despaced", "restore_spaces"]

# Letters in a run. Of 36,000 ordinary lines (WMT21 and WMT22, zh-en) none is taken for de-spaced;
# of WMT22's reference A without its spaces, 99 % of the words are in lines that are.
_LONG_RUN, _VERY_LONG_RUN = 22, 28

# Log10 probabilities on the library's scale, where the rarest word has -7.9 and two words that
# have nothing to do with each other -11 to -13 ("shang fu" -11.7, "sho igu" -13.3). Chosen on
# half of the references of WMT21 news, WMT21 TED and WMT22 zh-en with their spaces removed;
# moving any of them by 1 changes the share of right words by 0.0015 at most.
_KNOWN = -4.0  # a word that the caller knows
_NAME = -7.0  # a name that the page sets off
_GIVEN_NAME = -7.0  # two syllables of pinyin after a third: Liu Zhenli
_PINYIN = -10.0  # two syllables of pinyin elsewhere: Xiangshan
_ACRONYM = -9.0
_DERIVED = -10.0  # "hegemonism"
_STRAY = -8.0  # a single letter
# Log10 factors, chosen likewise.
_UNKNOWN_CAPITAL = 6.0  # names are rarely as improbable as the library takes unknown words to be
_COMMON_CAPITAL = -1.0  # a dictionary word with a capital: "Put in" against "Putin"
_ACRONYM_PAIR = -2.0  # "AD MM"
_UNLISTED = -2.5  # counted on the web, but in no dictionary: "ibu"
_FREQUENT = -4.2  # what is likelier than this is a word all the same: "non"
# Costs of reading a quote as something, in the same unit. Set by hand: two plural possessives in
# one paragraph (3.5) are likelier than a quotation set amid words (4); moving any of
# them by 1 changes the share of right words by 0.0002 at most.
_ODD, _UNCLOSED, _UNLIKELY, _NEVER = 1.0, 3.0, 4.0, 8.0
_AMID, _CONTRACTION, _PLURAL, _SYLLABLE = 2.0, 1.5, 1.75, 3.0

_LETTER = "[A-Za-zÀ-ÖØ-öø-ɏ]"
_SET_OFF = re.compile(f"(?<![A-Z])[A-Z][a-z]{{2,14}}(?!(?![A-Z]){_LETTER})")
_QUOTE = re.compile(f"({_LETTER}*)([\"'’“”‘])(?=({_LETTER}*))")
_ADDRESS = (
    r"(?:https?://|www\.)[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:/[\w./?=&%#~-]*)?|[\w.-]{0,64}@[\w.-]+"
)
_PIECE = re.compile(
    rf"""(?P<space>\s+) | (?P<address>{_ADDRESS})
    | (?P<initials>(?:[A-Z]\.){{2,}} | (?<=\d)[ap]\.m\. | \b(?:i\.e\.|e\.g\.))
    | (?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\d) | \d+(?:[.:]\d+)*)
    | (?P<word>(?:(?!(?:[A-Z]\.){{2}}|https?://|www\.){_LETTER})+)
    | (?P<open>[(\[{{]) | (?P<close>[)\]}}]) | (?P<stop>[,.;:!?…]+) | (?P<unit>[%‰+])
    | (?P<currency>[$¥€£]) # a dash between numbers or capitals joins them, and so does "R&D"
    | (?P<dash>(?<!\d)—|--+|(?<=[a-z,])–(?=[a-z])|(?<![A-Z])&) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_STARTS = {"word", "number", "initials", "address", "open", "currency", "dash"}
_ENDS = {"word", "number", "initials", "address", "suffix", "close", "stop", "unit", "dash"}
_CLOSES = {'"': '"“', "'": "'‘", "”": "“", "’": "‘", "“": "", "‘": ""}
_NEGATED = re.compile(
    "(?:do|does|did|is|are|was|were|has|have|had|ca|could|wo|would|should|must|need|might|ai)n$",
    re.IGNORECASE,
)
_SUBJECT = "(?:I|(?i:you|he|she|it|we|they|who|what|that|there))$"
_CONTRACTIONS = {  # what follows an apostrophe: what comes before
    "s": r"(?:\w|[A-Z]\.)$",
    "t": rf"(?i:{_NEGATED.pattern})",
    "re": "(?i:you|we|they)$",
    "ve": _SUBJECT,
    "ll": _SUBJECT,
    "d": _SUBJECT,
    "m": "I$",
    "clock": "o$",
}
_DERIVATION = re.compile("(.{4,}?)(?:isms?|ists?|i[sz]ation|i[sz]ing|ness|e?s|ed|ing|ly)")
# In use since the library's counts were made (2006).
_NEW_WORDS = {"bitcoin", "blockchain", "covid", "cryptocurrency", "smartphone"}
_ABBREVIATIONS = ("etc", "vs", "Inc", "Co", "Ltd", "Corp")


class _Piece(NamedTuple):
    kind: str
    text: str


class _Words:
    """Find the words in runs of letters: the library's search over scores that see capitals."""

    def __init__(self, vocabulary: Collection[str]) -> None:
        self._names = {_plain(word): _KNOWN for word in {*vocabulary, *_NEW_WORDS}}
        self._library = _library()
        # The search asks its object for these three; the copy shares the tables.
        self._search = copy.copy(self._library)
        self._search.clean = str
        self._search.divide = self._divide
        self._search.score = functools.cache(self._score)
        self.split = functools.cache(self._search.segment)

    def learn(self, lines: Sequence[str]) -> None:
        """Add the names that stand delimited in some line, the shorter ones first."""
        found = {name for line in lines for name in _SET_OFF.findall(line)}
        for name in sorted(found, key=lambda name: (len(name), name)):
            least = _GIVEN_NAME if _is_pinyin(name.lower()) else _PINYIN  # Linhe, Sanjiangyuan
            pinyin = _is_pinyin(name.lower(), most=3) and self.log_score(name) < least
            if pinyin or self.split(name) == [name]:
                self._names.setdefault(name.lower(), _NAME)
                self._search.score.cache_clear()
                self.split.cache_clear()

    def log_score(self, run: str) -> float:
        words = self.split(run)
        pairs = zip(words, ["<s>", *words], strict=False)
        return sum(math.log10(self._search.score(word, previous)) for word, previous in pairs)

    def gain(self, run: str, suffix: str) -> float:
        """Tell how much likelier a run is when its beginning belongs to what precedes it."""
        return self.log_score(run[len(suffix) :]) - self.log_score(run)

    def _divide(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the first words that a text may have, each with the rest."""
        shape = re.match("[A-Z]{2,}s?|Mc[A-Z][^A-Z]*|.[^A-Z]*", text, re.DOTALL)
        end = min(shape.end() if shape else 1, self._library.limit)
        for cut in range(1, end + 1):
            word = text[:cut]
            # Passing over unknown words makes the search eight times faster, and no worse.
            if cut in (1, end) or word[0].isupper() or self._is_word(word):
                yield word, text[cut:]

    def _is_word(self, word: str) -> bool:
        word = _plain(word)
        return word in self._library.unigrams or word in self._names or self._is_derived(word)

    def _is_derived(self, word: str) -> bool:
        match = _DERIVATION.fullmatch(word)
        return match is not None and match[1] in self._library.unigrams

    def _score(self, word: str, previous: str) -> float:
        """Score a word after another as the library does, corrected by what capitals tell."""
        lowered, before = _plain(word), _plain(previous)
        if lowered == "cannot":  # the counts know it as two words
            return float(self._library.bigrams["can not"] / self._library.total)
        if (len(word) == 1 and word not in "aAI") or (before, lowered) == ("can", "not"):
            return 10**_STRAY
        score = math.log10(self._library.score(lowered, before))
        capital, known = word[0].isupper(), lowered in self._library.unigrams
        if capital and not known:
            score += _UNKNOWN_CAPITAL
        elif word.isupper() and previous.isupper() and len(previous) > 1:
            score += _ACRONYM_PAIR
        elif lowered in _listed():
            score += _COMMON_CAPITAL if word.istitle() and word != "I" else 0.0
        elif known and (self._is_fused(lowered) if capital else score < _FREQUENT):
            score += _UNLISTED
        floor = -math.inf
        if lowered in self._names:
            floor = self._names[lowered]
        elif capital and _is_pinyin(lowered):
            after_name = previous[0].isupper() and _is_syllable(before)
            floor = _GIVEN_NAME if after_name else floor if known else _PINYIN
        elif not known and re.fullmatch("[A-Z]{2,5}s?", word):
            floor = _ACRONYM
        elif not known and self._is_derived(lowered):
            floor = _DERIVED
        return float(10 ** max(score, floor))

    def _is_fused(self, word: str) -> bool:
        """Tell whether a long word is found more often as two. Short ones may be names: Putin."""
        count, pairs = self._library.unigrams[word], self._library.bigrams
        splits = (f"{word[:cut]} {word[cut:]}" for cut in range(1, len(word)))
        return len(word) > 7 and any(pairs.get(split, 0.0) > count for split in splits)


@functools.cache
def _library() -> Any:
    """Load the library's tables once per process (0.7 s); nobody may change them."""
    import wordsegment

    segmenter = wordsegment.Segmenter()
    segmenter.load()
    return segmenter


@functools.cache
def _listed() -> frozenset[str]:
    """Take the library's list of dictionary words: no names, nothing above 15 letters."""
    return frozenset((*_library().words, "a"))


@functools.cache
def _is_pinyin(word: str, most: int = 2) -> bool:
    """Tell whether a word is two (or up to ``most``) syllables that need no apostrophe between."""
    cuts = (cut for cut in range(2, len(word) - 1) if word[cut] not in "aeo")
    return any(
        _is_syllable(word[:cut])
        and (_is_syllable(word[cut:]) or (most > 2 and _is_pinyin(word[cut:], most - 1)))
        for cut in cuts
    )


def _is_syllable(word: str) -> bool:
    return word in pinyin_syllables()


@functools.cache
def _plain(word: str) -> str:
    """Lower-case a word and take its accents off, as the library's tables have it."""
    return "".join(c for c in unicodedata.normalize("NFD", word.lower()) if c.isascii())


def is_despaced(line: str) -> bool:
    """Tell whether a line is English that lost its spaces, by the lengths of its letter runs.

    A line that lost only part of them is; an ordinary line with a long word or address is not.
    """
    lengths = [len(run) for run in re.findall("[A-Za-z]+", re.sub(_ADDRESS, " ", line))]
    letters, longest = sum(lengths), max(lengths, default=0)
    if letters * 2 <= sum(map(str.isalpha, line)):
        return False
    spaceless = letters > _LONG_RUN and len(line.split()) == 1
    share = sum(length for length in lengths if length > _LONG_RUN) / max(letters, 1)
    return spaceless or longest > _VERY_LONG_RUN or share > 1 / 2


def restore_spaces(lines: Sequence[str], vocabulary: Collection[str] = ()) -> list[str]:
    """Restore the spaces and apostrophes of the de-spaced lines of one page.

    Every other character stays, in order; lines that are not de-spaced stay as they are. Names
    that one line sets off help in all others, so give the lines of a page together.
    ``vocabulary`` adds words and names that the library may not know.
    """
    despaced = [is_despaced(line) for line in lines]
    if not any(despaced):
        return list(lines)
    words = _Words({word for entry in vocabulary for word in re.findall(f"{_LETTER}+", entry)})
    words.learn(lines)
    return [
        _restore(line, words) if lost else line for line, lost in zip(lines, despaced, strict=True)
    ]


def _restore(line: str, words: _Words) -> str:
    pieces = list(_pieces(line, words))
    gaps = (index > 0 and _is_spaced(pieces, index) for index in range(len(pieces)))
    return "".join(" " * gap + piece.text for gap, piece in zip(gaps, pieces, strict=True))


def _pieces(line: str, words: _Words) -> Iterator[_Piece]:
    """Cut a line into words, numbers, marks and what belongs to the piece before."""
    roles = _quote_roles(line, words)
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
            negated = _NEGATED.search(run) if roles.get(position) == "t" else None
            end = negated.start() if negated else len(run)
            yield from [_Piece("suffix", suffix)] if suffix else []
            yield from (
                _Piece("word", word) for word in (*words.split(run[:end]), run[end:]) if word
            )
        number = piece.text if piece.kind == "number" else ""


def _suffix_of_number(number: str, run: str, words: _Words) -> str:
    """Find what belongs to a number: "th" of "20th", "s" of "1990s", "G" of "5G"."""
    suffixes = ["st", "nd", "rd", "th", *re.findall("^[A-Z](?![A-Z])", run)]
    suffixes += ["s"] if number.endswith("0") else []
    gains = {words.gain(run, suffix): suffix for suffix in suffixes if run.startswith(suffix)}
    return gains[max(gains)] if max(gains, default=0.0) > _ODD else ""


def _quote_roles(line: str, words: _Words) -> dict[int, str]:
    """Decide at the least total cost what each quote is.

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
                    total += _UNLIKELY if state.endswith(mark) else _ODD * len(state)
                elif role == "close":
                    to = state[:-1]
                    total += 0.0 if state and state[-1] in _CLOSES[mark] else _UNLIKELY
                if len(to) <= 2 and (to not in reached or total < reached[to][0]):
                    reached[to] = total, {**roles, match.start(2): role}
        paths = reached
    # Speech that goes on in the next paragraph stays open.
    ends = [(cost + _UNCLOSED * len(state), state) for state, (cost, _) in paths.items()]
    return paths[min(ends)[1]][1]


def _role_costs(match: re.Match[str], words: _Words) -> dict[str, float]:
    """List what a quote between two runs of letters may be, each with its cost."""
    before, mark, run = match.groups()
    left, right = match.string[: match.start(2)], match.string[match.end() :]
    begins = not re.search(r"[^\s(\[{—–-]$", left)
    ends = not re.match(r"[^\s)\]}—–,.;:!?…-]", right)
    costs = {
        "open": _NEVER if ends else 0.0 if begins else _AMID,
        "close": _NEVER if begins else 0.0 if ends else _AMID,
    }
    if mark in "“‘":
        costs["close"] = _UNLIKELY + (0.0 if ends else _NEVER)
    elif mark in "”’":
        costs["open"] = _NEVER
    if mark in "“”‘":
        return costs
    # An apostrophe that is still one is seldom anything else.
    intact = 0.0 if mark == '"' else -_UNLIKELY
    if before.endswith(("s", "S")):
        costs[""] = _PLURAL + intact + (_ODD if ends else 0.0)
    for suffix, pattern in _CONTRACTIONS.items():
        if run.startswith(suffix) and re.search(pattern, left):
            costs[suffix] = _CONTRACTION + intact - words.gain(run, suffix)
    if not before or not run:
        return costs
    last = words.split(before)[-1]
    if last in ("O", "D") and run[0].isupper():
        costs[words.split(run)[0]] = intact
    if last[0].isupper() and _is_syllable(last.lower()):  # Xi'an, Yu'E
        for suffix in (run[:cut] for cut in (1, 2, 3)):
            if suffix[0] in "aeoAEO" and _is_syllable(suffix.lower()):
                costs[suffix] = _SYLLABLE + intact - words.gain(run, suffix)
    return costs


def _is_spaced(pieces: list[_Piece], index: int) -> bool:
    """Tell whether a space belongs before a piece."""
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
