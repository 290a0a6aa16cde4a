"""Pages of known truth, made from paragraphs that are known to be translations of each other.

A page is a text, in order, with a title; what one kind of site puts round a text; a layout (which
language stands where); and what copying does to the characters. All of it is varied apart, so
that a page that fails says which of them it is.
"""

from __future__ import annotations

import calendar
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import opencc
import pypinyin

from mteval.languages.text import HAN, fold_spaces, to_simplified
from tests.ingest.sites import BARE, Site

Pair = tuple[str, str]
# Between paragraphs of one language that the other has in one.
BREAK = "\n\n"
MONTHS = [calendar.month_name[number] for number in range(1, 13)]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph in both languages, or in the one that the page has it in."""

    zh: str | None = None
    en: str | None = None
    # A question or lead belongs to the text and is no answer: layouts group by it.
    opens_round: bool = False


@dataclass(frozen=True)
class Text:
    """What a page is about: a title, a date, and paragraphs."""

    title: Paragraph
    date: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Page:
    """A page and its truth."""

    name: str
    text: str
    pairs: tuple[Pair, ...]
    title: str | None = None
    date: str | None = None
    publisher: str | None = None

    def __str__(self) -> str:
        return self.name


def _sides(paragraphs: Iterable[Paragraph]) -> tuple[list[str], list[str]]:
    items = list(paragraphs)
    return [p.zh for p in items if p.zh], [p.en for p in items if p.en]


def chinese_first(paragraphs: Sequence[Paragraph]) -> list[str]:
    zh, en = _sides(paragraphs)
    return zh + en


def english_first(paragraphs: Sequence[Paragraph]) -> list[str]:
    zh, en = _sides(paragraphs)
    return en + zh


def interleaved(paragraphs: Sequence[Paragraph]) -> list[str]:
    return [side for p in paragraphs for side in (p.zh, p.en) if side]


def interleaved_english_first(paragraphs: Sequence[Paragraph]) -> list[str]:
    return [side for p in paragraphs for side in (p.en, p.zh) if side]


def by_round(paragraphs: Sequence[Paragraph]) -> list[str]:
    """Put each round of question and answer in Chinese, then the same in English."""
    rounds: list[list[Paragraph]] = [[]]
    for paragraph in paragraphs:
        if paragraph.opens_round:
            rounds.append([])
        rounds[-1].append(paragraph)
    return [line for items in rounds for line in chinese_first(items)]


Layout = Callable[[Sequence[Paragraph]], list[str]]
LAYOUTS: tuple[Layout, ...] = (
    chinese_first,
    english_first,
    interleaved,
    interleaved_english_first,
    by_round,
)


def make_page(
    name: str,
    text: Text,
    layout: Layout = chinese_first,
    site: Site = BARE,
    seed: int = 0,
    *,
    titles_apart: bool = False,
) -> Page:
    """Lay a text out as a page of a site.

    Both titles stand at the head, or with ``titles_apart`` each where its language begins, the
    byline by the Chinese one.
    """
    rng = random.Random(seed)
    if titles_apart:
        text = replace(text, paragraphs=(text.title, *text.paragraphs), title=Paragraph())
    body = layout(text.paragraphs)
    # Whatever stands between paragraphs stands anywhere but before the first.
    for line in site.inside:
        body.insert(rng.randint(1, len(body)), line)
    title = text.paragraphs[0].zh if titles_apart else text.title.zh
    if titles_apart:
        place = body.index(title) + (not site.byline_above) if title else 0
        body[place:place] = site.byline
        head = []
    else:
        titles = [side for side in (text.title.zh, text.title.en) if side]
        head = [*site.byline, *titles] if site.byline_above else [*titles, *site.byline]
    year, month, day = (int(part) for part in text.date.split("-"))
    dates = {
        "iso": text.date,
        "chinese": f"{year}年{month}月{day}日",
        "english": f"{MONTHS[month - 1]} {day}, {year}",
    }
    lines = [*site.head, *head, *body, *site.tail]
    made = "\n\n".join(line.format_map(dates) if "{" in line else line for line in lines)
    pairs = tuple(
        (fold_spaces(p.zh.replace(BREAK, "")), fold_spaces(p.en))
        for p in (text.title, *text.paragraphs)
        if p.zh and p.en
    )
    states_date = any("{" in line for line in (*site.byline, *site.tail)) or any(
        dates["chinese"] in (p.zh, to_simplified(p.zh or "")) or p.en == dates["english"].upper()
        for p in text.paragraphs
    )
    return Page(
        name,
        made + "\n",
        pairs,
        title,
        text.date if states_date else None,
        site.publisher,
    )


# Changes to a text --------------------------------------------------------------------------------


def map_chinese(text: Text, change: Callable[[str], str]) -> Text:
    """Change the Chinese side of every paragraph and of the title."""

    def changed(paragraph: Paragraph) -> Paragraph:
        return replace(paragraph, zh=change(paragraph.zh) if paragraph.zh else None)

    return replace(
        text,
        title=changed(text.title),
        paragraphs=tuple(changed(paragraph) for paragraph in text.paragraphs),
    )


def drop_sides(text: Text, seed: int, share: float = 0.3) -> Text:
    """Take one language away from some paragraphs, at least one pair staying."""
    rng = random.Random(seed)
    kept = []
    for paragraph in text.paragraphs:
        if paragraph.zh and paragraph.en and rng.random() < share:
            if rng.random() < 0.5:
                paragraph = replace(paragraph, zh=None)
            else:
                paragraph = replace(paragraph, en=None)
        kept.append(paragraph)
    if not any(p.zh and p.en for p in kept):
        kept[-1] = text.paragraphs[-1]
    return replace(text, paragraphs=tuple(kept))


def in_one_language(text: Text, language: str) -> Text:
    """Take all of the other language away."""

    def alone(paragraph: Paragraph) -> Paragraph:
        if language == "zh":
            return replace(paragraph, en=None)
        return replace(paragraph, zh=None)

    return replace(
        text, title=alone(text.title), paragraphs=tuple(alone(p) for p in text.paragraphs)
    )


def rename_speaker(text: Text, zh: str, en: str) -> Text:
    """Put another label where the speaker of the five pages has his."""
    return replace(
        text,
        paragraphs=tuple(
            replace(
                p,
                zh=p.zh and re.sub(r"^[吴吳][谦謙]:", zh, p.zh),
                en=p.en and re.sub(r"^Wu Qian: ?", f"{en} ", p.en),
            )
            for p in text.paragraphs
        ),
    )


def join_texts(texts: Sequence[Text]) -> Text:
    """Make one text with several rounds of questions out of several."""
    return replace(texts[0], paragraphs=tuple(p for text in texts for p in text.paragraphs))


def without_english_questions(text: Text, rounds: Iterable[int]) -> Text:
    """Take the English of some questions away (rounds from 0)."""
    gone = set(rounds)
    number = -1
    kept = []
    for paragraph in text.paragraphs:
        if paragraph.opens_round:
            number += 1
            if number in gone:
                paragraph = replace(paragraph, en=None)
        kept.append(paragraph)
    return replace(text, paragraphs=tuple(kept))


def merge_sides(text: Text, seed: int, merges: int = 1) -> Text:
    """Let one language have in one paragraph what the other has in two neighbours."""
    rng = random.Random(seed)
    paragraphs = list(text.paragraphs)
    for _ in range(merges):
        places = [
            n
            for n, (one, two) in enumerate(pairwise(paragraphs))
            if one.zh and one.en and two.zh and two.en and not two.opens_round
            if not one.opens_round and BREAK not in one.zh + one.en + two.zh + two.en
        ]
        if not places:
            break
        n = rng.choice(places)
        one, two = paragraphs[n : n + 2]
        zh, en = (BREAK, " ") if rng.random() < 0.5 else ("", BREAK)
        merged = replace(one, zh=f"{one.zh}{zh}{two.zh}", en=f"{one.en}{en}{two.en}")
        paragraphs[n : n + 2] = [merged]
    return replace(text, paragraphs=tuple(paragraphs))


_FULL_WIDTH = str.maketrans(",:;?!()", "，：；？！（）")


def full_width(zh: str) -> str:
    """Write Chinese with the punctuation of Chinese; digits and Latin words keep theirs."""
    return re.sub(
        r"(?<![0-9A-Za-z])[,:;?!()]|[,:;?!()](?![0-9A-Za-z])",
        lambda match: match[0].translate(_FULL_WIDTH),
        zh,
    )


def convert_script(profile: str) -> Callable[[str], str]:
    """Convert with an OpenCC profile: s2t, s2tw, s2hk, t2s."""
    converter = opencc.OpenCC(profile)
    return lambda text: str(converter.convert(text))


# Changes to a page --------------------------------------------------------------------------------


def gloss(page: Page, every: int = 6, size: int = 1, brackets: str = "()") -> Page:
    """Write pinyin behind every sixth run of ``size`` Chinese characters."""
    left, right = brackets[0], brackets[1]
    count = 0

    def glossed(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        if count % every:
            return match[0]
        readings = pypinyin.pinyin(match[0], style=pypinyin.Style.TONE)
        return f"{match[0]}{left}{''.join(reading[0] for reading in readings)}{right}"

    return replace(page, text=re.sub(rf"[{HAN}]{{{size}}}", glossed, page.text))


def copy_badly(page: Page, *, bom: bool = False, crlf: bool = False, indent: str = "") -> Page:
    """Save a page as other programs do."""
    text = "\n".join(indent + line if line else line for line in page.text.split("\n"))
    if crlf:
        text = text.replace("\n", "\r\n")
    return replace(page, text="\ufeff" + text if bom else text)


# Marks --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Marks:
    """How well the pairs found agree with the truth."""

    right: int
    found: int
    true: int
    wrong: tuple[Pair, ...] = field(repr=False, default=())
    missing: tuple[Pair, ...] = field(repr=False, default=())

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.true)

    def __str__(self) -> str:
        shown = [f"{self.right} of {self.true} pairs right, {self.found} found"]
        for label, pairs in (("wrong", self.wrong), ("missing", self.missing)):
            shown += [f"  {label}: {zh[:50]} | {en[:70]}" for zh, en in pairs]
        return "\n".join(shown)


def mark(found: Sequence[Pair], true: Sequence[Pair]) -> Marks:
    """Compare pairs; those that occur twice count twice."""
    got, wanted = Counter(found), Counter(true)
    return Marks(
        (got & wanted).total(),
        len(found),
        len(true),
        tuple((got - wanted).elements()),
        tuple((wanted - got).elements()),
    )


def lines_with_text(text: str) -> Iterator[int]:
    """Give the numbers (from 1) of the lines that are not blank."""
    return (number for number, line in enumerate(text.split("\n"), 1) if line.strip("\ufeff \r\t"))
