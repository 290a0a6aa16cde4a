"""Title, date and publisher of a page, lifted from its lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mteval.ingest import weights
from mteval.ingest.boilerplate import boilerplate_reason
from mteval.ingest.dates import TIME, WEEKDAY, iso_date, strip_dates
from mteval.ingest.lines import Line
from mteval.ingest.page_languages import PAGE_WORDS, joined
from mteval.languages.text import count_han, count_latin_words, to_simplified

__all__ = ["Metadata", "find_metadata"]

_TIME = re.compile(TIME)
_PUBLISHER = re.compile(rf"(?:{joined('publisher_labels')})\s*[:：]\s*", re.IGNORECASE)
# What follows a publisher: a separator, a date, what the languages say.
_YEAR_MARKS = "".join(words.date_marks[0] for words in PAGE_WORDS)
_PUBLISHER_END = re.compile(
    rf"\s*(?:[|｜丨;；,，[【(（]|\d{{4}}\s?[-/.{_YEAR_MARKS}]|{joined('publisher_end')}|$)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[。！？!?;；.]$")
# Whose page it is; who speaks or is spoken to; a subtitle, as ——在开幕式上的致辞; a remark.
_NO_TITLE = re.compile(rf"(?:{joined('publisher_names')})$|[:：,，]$|^[—－-]{{2}}|^[（(]")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page states of itself; None is what it does not state.

    ``title_line`` is the number of the line that the title stands on, ``date`` is YYYY-MM-DD.
    """

    title: str | None = None
    title_line: int | None = None
    date: str | None = None
    publisher: str | None = None


def find_metadata(
    boilerplate: Sequence[Line], text: Sequence[Line], paired: Collection[int]
) -> Metadata:
    """Return title, date and publisher.

    The title is the heading right above the byline, if the text repeats its words; else the first
    heading that has a counterpart; else the one that the text repeats most. A line that is a date
    and nothing else, above or below the text, is the statement's own date and goes before the time
    stamp of the site that carries it.

    Args:
        boilerplate: lines dropped by rule; bylines are among them.
        text: the other lines.
        paired: numbers of the Chinese lines that have a counterpart.
    """
    bylines = [
        line for line in boilerplate if iso_date(line.text) or _PUBLISHER.search(_plain(line))
    ]
    title = _find_title(bylines, text, paired)
    sentences = [line.number for line in text if _SENTENCE_END.search(line.text)]
    own_dates = [
        line
        for line in text
        if _is_date(line.text) and (not sentences or not sentences[0] < line.number < sentences[-1])
    ]
    publishers = [name for line in bylines if (name := _labelled_publisher(line))]
    publishers.sort(key=lambda name: not count_han(name))  # the Chinese name first, as the title is
    publishers += [name for line in bylines if (name := _beside_stamp(line.text))]
    return Metadata(
        None if title is None else title.text,
        None if title is None else title.number,
        next((date for line in (*own_dates, *bylines) if (date := iso_date(line.text))), None),
        next(iter(publishers), None),
    )


def _find_title(
    bylines: Sequence[Line], text: Sequence[Line], paired: Collection[int]
) -> Line | None:
    zh = [line for line in text if line.language == "zh"]
    candidates = _title_candidates(zh, paired)
    body = _character_pairs("\n".join(_plain(line) for line in zh if _is_sentence(line)))

    def overlap(line: Line) -> float:
        pairs = _character_pairs(_plain(line))
        return len(pairs & body) / len(pairs) if pairs else 0.0

    for byline in bylines:
        above = [line for line in candidates if line.number < byline.number]
        if above:
            if above[-1].number in paired or overlap(above[-1]) >= weights.MIN_TITLE_OVERLAP:
                return above[-1]
            break
    long = [line for line in candidates if count_han(line.text) >= weights.MIN_TITLE_HAN]
    long = long or candidates
    first_paired = sorted(paired)[: weights.MAX_LINE_OF_TITLE]
    with_counterpart = [line for line in long if line.number in first_paired]
    if with_counterpart:
        return with_counterpart[0]
    # Of equals the last, which is the nearest to the text.
    return max(reversed(long), key=overlap, default=None)


def _title_candidates(zh: Sequence[Line], paired: Collection[int]) -> list[Line]:
    """Return the headings before the first sentence that has a counterpart."""
    sentences = [x.number for x in zh if _is_sentence(x) and (x.number in paired or not paired)]
    end = min(sentences, default=max(paired, default=0) + 1)
    headings = [
        line
        for line in zh
        if line.number < end and not _is_sentence(line) and not _is_date(line.text)
    ]
    return [line for line in headings if not _NO_TITLE.search(_plain(line))] or headings


def _plain(line: Line) -> str:
    return to_simplified(line.text)


def _is_sentence(line: Line) -> bool:
    return bool(_SENTENCE_END.search(line.text))


def _character_pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1) if count_han(text[i : i + 2]) == 2}


def _is_date(text: str) -> bool:
    """Return whether a line is a date, perhaps bracketed with a city: （2024年9月20日，武汉）."""
    if iso_date(text) is None:
        return False
    rest = WEEKDAY.sub("", strip_dates(to_simplified(text)))
    bare = rest.strip(" ()（）,，")
    in_brackets = text.strip().startswith(("(", "（")) and text.strip().endswith((")", "）"))
    words = count_han(bare) + count_latin_words(bare)
    return not bare or (in_brackets and words <= weights.MAX_WORDS_BY_DATE)


def _labelled_publisher(line: Line) -> str | None:
    text = _plain(line)
    match = _PUBLISHER.search(text)
    if match is None:
        return None
    # Simplified characters are as many, so that the name can be cut from the line as it is.
    source = line.text if len(line.text) == len(text) else text
    end = _PUBLISHER_END.search(text, match.end())
    return source[match.end() : end.start() if end else None].strip() or None


def _beside_stamp(text: str) -> str | None:
    """Return what is beside a time stamp where that is one name and no labelled field."""
    if not _TIME.search(text) or iso_date(text) is None:
        return None
    rest = _TIME.sub(" ", strip_dates(text, " ")).strip(" ,|｜-")
    if not rest or ":" in rest or "：" in rest or boilerplate_reason(rest):
        return None
    return rest if count_han(rest) + count_latin_words(rest) <= weights.MAX_WORDS_BY_STAMP else None
