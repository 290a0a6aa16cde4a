"""What web pages put round a text: named reasons to drop a line, each a rule of its own.

The rules join the words of the languages (``mteval.languages.page_words``) with marks and sizes.
They see a line in simplified characters with its spaces folded, and they judge that line alone;
what only its neighbours show (a title, a lead, a question without counterpart) is detected once the
alignment is known (``mteval.ingest.unpaired``).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mteval.ingest import weights
from mteval.ingest.dates import DATE, TIME, WRITTEN_DATE
from mteval.ingest.page_languages import PAGE_WORDS, joined
from mteval.languages.page_words import AT_START, either
from mteval.languages.text import (
    HAN,
    compose,
    count_han,
    count_latin_words,
    fold_spaces,
    to_simplified,
)

__all__ = ["BOILERPLATE", "boilerplate_reason"]

Rule = Callable[[str], bool]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_SENTENCE_END = re.compile(r"[。!?！？…；;]|[a-z)]\.(\s|$)")
_STOPS = ("。", "！", "!", "？", "?")
# Letters set apart for show: 版 权 所 有.
_SPACED_OUT = re.compile(rf"(?:(?<=^)|(?<=[\s,，]))[{HAN}](?: [{HAN},，])+(?=\s|$)")

# Addresses are ASCII; Chinese goes on right behind them without a space.
_URL = re.compile(r"(https?://|www\.)[!-~]+|[\w.+-]+@[\w-]+(\.[\w-]+)+", re.IGNORECASE | re.ASCII)

_ANY_DATE = _pattern(f"{DATE}|{WRITTEN_DATE}")
# The hour that something begins has a.m., or an end: 15:00-15:40; a time stamp has neither.
_STAMP = _pattern(
    rf"({DATE}[\s T]*|{WRITTEN_DATE},?\s(?:{joined('time_lead')})?){TIME}"
    rf"(?!\s?[-—–~]|\s?(?:{joined('time_marks')}))|{TIME},?\s{WRITTEN_DATE}"
)
# Labels that only bylines have ...
_FIELD = _pattern(rf"({joined('byline_labels')})\s*[:：\[【]")
# ... and labels that text has, too, with the value that makes a byline of them.
_WEAK_FIELD = _pattern(rf"{AT_START}({joined('weak_byline_labels')})\s*[:：]")
_WEAK_LINE = _pattern(
    rf"^[（(【\[]?\s*({joined('byline')}"
    rf"|({joined('count_labels')})\s*[:：]\s*\d+({joined('count_unit')})?"
    rf"|({joined('date_labels')})\s*[:：]\s*({DATE}|{WRITTEN_DATE})(,?\s?{TIME})?)\s*[)）】\]]?$"
)
_CREDITED = re.compile(joined("credited"))

_SHARE = _pattern(joined("share"))
_SHARE_LINE = _pattern(joined("share_line"))
_PAGING = _pattern(joined("paging"))
_COMMENT = _pattern(joined("comment"))
_CONSENT = _pattern(joined("consent"))
_CAPTION = _pattern(joined("caption"))
_CREDIT = _pattern(joined("credit"))

_DISCLAIMER_MARKS = [
    _pattern(either(words.disclaimer.get(kind, "") for words in PAGE_WORDS))
    for kind in dict.fromkeys(kind for words in PAGE_WORDS for kind in words.disclaimer)
]
_DISCLAIMER_HEAD = _pattern(rf"^[【\[(（]?\s*({joined('disclaimer_titles')})\s*([】\])）]|[:：]|$)")
_CONTACT = _pattern(rf"({joined('contact_labels')})\s*[:：.]")
# A notice gives addresses and numbers, too; the foot of a site has this before them.
_CONTACT_US = _pattern(rf"^({joined('contact_titles')})\b")

_MENU = _pattern(joined("menu"))
_MENU_TAG = _pattern(joined("menu_tag"))
_MENU_SEPARATOR = re.compile(r"\s[/·•]\s?|[|｜丨>»›]|\s·")


def _size(line: str) -> int:
    """Return the size of a line in Han characters and Latin words."""
    return count_han(line) + count_latin_words(line)


def _is_link(line: str) -> bool:
    rest = _URL.sub("", line)
    return (
        rest != line
        and count_han(rest) <= weights.MAX_HAN_BY_LINK
        and count_latin_words(rest) <= weights.MAX_WORDS_BY_LINK
    )


def _is_byline(line: str) -> bool:
    size = _size(line)
    if size > weights.MAX_BYLINE or _SENTENCE_END.search(_ANY_DATE.sub("", _URL.sub("", line))):
        return False
    fields = len(_FIELD.findall(line)) + len(_WEAK_FIELD.findall(line))
    stamp = _STAMP.search(line)
    if stamp and (fields or stamp.start() == 0 or stamp.end() == len(line)):
        return _size(_STAMP.sub("", line)) <= (
            weights.MAX_BESIDE_STAMP_AND_LABEL if fields else weights.MAX_BESIDE_STAMP
        )
    if _FIELD.search(line) and size <= weights.MAX_LABELLED_BYLINE:
        return True
    if fields and _ANY_DATE.search(line) and size <= weights.MAX_DATED_BYLINE:
        return True
    return (
        fields >= weights.MIN_BYLINE_FIELDS
        or bool(_WEAK_LINE.match(line))
        or bool(_CREDITED.match(line))
    )


def _short_with(pattern: re.Pattern[str]) -> Rule:
    return lambda line: _size(line) <= weights.MAX_SHORT_LINE and bool(pattern.search(line))


def _is_share(line: str) -> bool:
    return _short_with(_SHARE)(line) or bool(_SHARE_LINE.match(line))


def _is_disclaimer(line: str) -> bool:
    if _DISCLAIMER_HEAD.match(line):
        return True
    marks = sum(bool(mark.search(line)) for mark in _DISCLAIMER_MARKS)
    short = _size(line) <= weights.MAX_SHORT_LINE and not line.endswith(_STOPS)
    return marks >= (1 if short else weights.MIN_DISCLAIMER_MARKS)


def _is_credit(line: str) -> bool:
    return _size(line) <= weights.MAX_CREDIT and bool(_CREDIT.search(line))


def _is_contact(line: str) -> bool:
    return bool(_CONTACT_US.match(line) and _CONTACT.search(line))


def _is_menu(line: str) -> bool:
    if _size(line) <= weights.MAX_SHORT_LINE and _MENU.search(line):
        return True
    if len(_MENU_TAG.findall(line)) >= weights.MIN_MENU_TAGS:
        return True
    if _SENTENCE_END.search(line):
        return False
    items = [item.strip() for item in _MENU_SEPARATOR.split(line) if item.strip()]
    if len(items) == 2 and max(map(_size, items)) <= weights.MAX_ITEM_OF_TWO:
        return any(_MENU.fullmatch(item) for item in items)
    dots_alone = line.count("·") == len(_MENU_SEPARATOR.findall(line))
    least = weights.MIN_ITEMS_BY_DOTS if dots_alone else weights.MIN_MENU_ITEMS
    return len(items) >= least and max(map(_size, items)) <= weights.MAX_MENU_ITEM


BOILERPLATE: tuple[tuple[str, Rule], ...] = (
    ("link", _is_link),
    ("disclaimer", _is_disclaimer),
    ("contact details", _is_contact),
    ("byline", _is_byline),
    ("share button", _is_share),
    ("page control", _short_with(_PAGING)),
    ("comment form", _short_with(_COMMENT)),
    ("cookie notice", _short_with(_CONSENT)),
    ("picture caption", _short_with(_CAPTION)),
    ("editor's line", _is_credit),
    ("navigation", _is_menu),
)


def _join_spaced_out(line: str) -> str:
    return _SPACED_OUT.sub(lambda match: match[0].replace(" ", ""), line)


_normal = compose(to_simplified, fold_spaces, _join_spaced_out)


def boilerplate_reason(line: str) -> str | None:
    """Return the name of the first rule that a line falls under; None for a line of text."""
    if len(line) > weights.MAX_CHARACTERS_SEARCHED:
        return None
    normal = _normal(line)
    return next((reason for reason, applies in BOILERPLATE if applies(normal)), None)
