"""Title, date and publisher of a page, lifted from its lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mteval.ingest.boilerplate import boilerplate_reason
from mteval.ingest.lines import Line
from mteval.languages.text import count_han, count_latin_words, to_simplified

__all__ = ["Metadata", "find_metadata"]

_DATE = re.compile(r"(?<!\d)(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?!\d)日?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"\b({'|'.join(_MONTHS)})[a-z]{{0,6}}\b\.?"
_ENGLISH_DATE = re.compile(
    rf"{_MONTH}\s(\d{{1,2}}),?\s(\d{{4}})|\b(\d{{1,2}})\s{_MONTH},?\s(\d{{4}})", re.IGNORECASE
)
_WEEKDAY = re.compile(r"星期[一二三四五六日天]|\b[a-z]{3,6}day\b", re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}[:：]\d{2}([:：]\d{2})?")
# "资料来源" and the like name where a table or a picture comes from.
_PUBLISHER = re.compile(
    r"(?:(?:文章|信息|稿件|新闻)来源|(?<![\u4e00-\u9fff])来源|稿源|发布机构|发文机关|\bsource)"
    r"\s*[:：]\s*",
    re.IGNORECASE,
)
# What follows a publisher: a separator, the next label, a date. Chinese names have no space.
_PUBLISHER_END = re.compile(
    r"\s*(?:[|｜丨;；,，[【(（]|(?:责任)?编辑\s*[:：]|责编|作者\s*[:：]"
    r"|[发更成][布表新文](?:时间|日期)|[时日][间期]\s*[:：]"
    r"|\b(?:web editor|editor|author|time|date|updated|posted|published|views|font|share|print)\b"
    rf"|\d{{4}}\s?[-/.年]|{_MONTH}\s\d|(?<=[\u4e00-\u9fff])\s|$)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[。！？!?;；.]$")
_NO_TITLE = re.compile(
    # Whose page it is: 中国政府网, 云州市人民政府.
    r"(网|网站|政府|外交部|国防部|委员会|办公室|办公厅|使馆|领事馆|通讯社|日报|客户端)$"
    # Who speaks or is spoken to; a subtitle: ——在开幕式上的致辞; a remark in brackets.
    r"|[:：,，]$|^[—－-]{2}|^[（(]"
)
# Chinese titles have more characters than section headings and names of offices ("发言人办公室").
_TITLE_HAN = 7
# A title repeats the text: this share of its pairs of characters at least. On references/raw and
# tests/data/pages names of sites, menus and headlines of other stories have 0 to 0.27, titles 0.14
# to 0.93 (median 0.6); the two titles below 0.3 are told by their counterparts.
_TITLE_OVERLAP = 0.3


@dataclass(frozen=True, slots=True)
class Metadata:
    """Hold what a page states of itself; None is what it does not state.

    ``title_line`` is the number of the line that the title stands on, ``date`` is YYYY-MM-DD.
    """

    title: str | None = None
    title_line: int | None = None
    date: str | None = None
    publisher: str | None = None


def find_metadata(
    furniture: Sequence[Line], text: Sequence[Line], paired: Collection[int]
) -> Metadata:
    """Find title, date and publisher.

    The title is the heading right above the byline, if the text repeats its words; else the first
    heading that has a counterpart; else the one that the text repeats most. A line that is a date
    and nothing else, above or below the text, is the statement's own date and goes before the time
    stamp of the site that carries it.

    Args:
        furniture: lines dropped by rule; bylines are among them.
        text: the other lines.
        paired: numbers of the Chinese lines that have a counterpart.
    """
    bylines = [
        line for line in furniture if _iso_date(line.text) or _PUBLISHER.search(_plain(line))
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
        next((date for line in (*own_dates, *bylines) if (date := _iso_date(line.text))), None),
        next(iter(publishers), None),
    )


def _find_title(
    bylines: Sequence[Line], text: Sequence[Line], paired: Collection[int]
) -> Line | None:
    zh = [line for line in text if line.language == "zh"]
    # Titles stand before the first sentence that has a counterpart.
    sentences = [x.number for x in zh if _is_sentence(x) and (x.number in paired or not paired)]
    end = min(sentences, default=max(paired, default=0) + 1)
    headings = [
        line
        for line in zh
        if line.number < end and not _is_sentence(line) and not _is_date(line.text)
    ]
    candidates = [line for line in headings if not _NO_TITLE.search(_plain(line))] or headings
    body = _character_pairs("\n".join(_plain(line) for line in zh if _is_sentence(line)))

    def overlap(line: Line) -> float:
        pairs = _character_pairs(_plain(line))
        return len(pairs & body) / len(pairs) if pairs else 0.0

    for byline in bylines:
        above = [line for line in candidates if line.number < byline.number]
        if above:
            if above[-1].number in paired or overlap(above[-1]) >= _TITLE_OVERLAP:
                return above[-1]
            break
    long = [line for line in candidates if count_han(line.text) >= _TITLE_HAN] or candidates
    # A title is among the first lines of the translation; a heading further down is of a section.
    with_counterpart = [line for line in long if line.number in sorted(paired)[:3]]
    if with_counterpart:
        return with_counterpart[0]
    # Of equals the last, which is the nearest to the text.
    return max(reversed(long), key=overlap, default=None)


def _plain(line: Line) -> str:
    return to_simplified(line.text)


def _is_sentence(line: Line) -> bool:
    return bool(_SENTENCE_END.search(line.text))


def _character_pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1) if count_han(text[i : i + 2]) == 2}


def _iso_date(text: str) -> str | None:
    for match in _DATE.finditer(text):
        year, month, day = (int(part) for part in match.groups())
        if 1 <= month <= 12 and 1 <= day <= 31:
            return f"{year:04}-{month:02}-{day:02}"
    for match in _ENGLISH_DATE.finditer(text):
        name = match[1] or match[5]
        month = _MONTHS.index(name.lower()) + 1
        return f"{int(match[3] or match[6]):04}-{month:02}-{int(match[2] or match[4]):02}"
    return None


def _is_date(text: str) -> bool:
    """Tell a line that is a date, in brackets maybe and with a place: （2024年9月20日，武汉）."""
    if _iso_date(text) is None:
        return False
    rest = _WEEKDAY.sub("", _ENGLISH_DATE.sub("", _DATE.sub("", to_simplified(text))))
    bare = rest.strip(" ()（）,，")
    in_brackets = text.strip().startswith(("(", "（")) and text.strip().endswith((")", "）"))
    return not bare or (in_brackets and count_han(bare) + count_latin_words(bare) <= 8)


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
    """Give what stands beside a time stamp where that is one name and no labelled field."""
    if not _TIME.search(text) or _iso_date(text) is None:
        return None
    rest = _TIME.sub(" ", _ENGLISH_DATE.sub(" ", _DATE.sub(" ", text))).strip(" ,|｜-")
    if not rest or ":" in rest or "：" in rest or boilerplate_reason(rest):
        return None
    return rest if count_han(rest) + count_latin_words(rest) <= 20 else None
