"""Each bound decides its examples: half of it, or twice as much, decides one of them otherwise.

An example is given with what comes of it as the bound is; each bound has one on either side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from mteval.ingest import weights
from mteval.ingest.boilerplate import boilerplate_reason
from mteval.ingest.clean import find_damage
from mteval.ingest.coupling import page_language
from mteval.ingest.filtering import filter_lines
from mteval.ingest.html import read_html
from mteval.ingest.line_languages import settle_languages, takes_turns
from mteval.ingest.lines import Line, LineLanguage, language_of
from mteval.ingest.markdown import read_markdown
from mteval.ingest.metadata import find_metadata
from mteval.ingest.pages import Page
from mteval.ingest.respace import is_despaced

Examples = tuple[tuple[Callable[[], object], object], ...]
HAN = "双方就国际和地区安全形势深入交换意见达成广泛共识各方对此表示欢迎并期待继续合作"
WORDS = [
    *("the", "two", "sides", "had", "an", "in", "depth", "exchange", "of", "views", "on"),
    *("regional", "security", "matters"),
]
# A run of letters longer than ordinary ones.
RUN = "abcdefghijklmnopqrstuvwxyz"


def numbered(texts: Sequence[str]) -> list[Line]:
    return [Line(number, text, language_of(text)) for number, text in enumerate(texts, 1)]


def language(*texts: str) -> LineLanguage | None:
    return page_language(Page(Path("x"), b"", tuple(numbered(texts)), "plain text", "UTF-8"))


def han(number: int) -> str:
    return (HAN * (number // len(HAN) + 1))[:number]


def english(number: int) -> str:
    return " ".join((WORDS * (number // len(WORDS) + 1))[:number])


def language_in_chinese_file(words: int) -> list[str]:
    """Return the lines kept of a Chinese file one line of which has so many English words."""
    line = Line(1, f"出席:{english(words)}", "zh")
    return [kept.language for kept in filter_lines([line], ("zh", "en")).text]


def settled(*texts: str) -> list[str]:
    return [line.language for line in settle_languages(numbered(texts))]


def names_settled(name: str) -> list[str]:
    """Return the languages of a page that has a name once in each half."""
    return settled("本年情况良好。", name, "本行业务稳健。", "All is well.", name)


def turns(pattern: str) -> bool:
    names: dict[str, LineLanguage] = {"z": "zh", "e": "en"}
    return takes_turns([names[letter] for letter in pattern])


def respaced(text: str) -> bool:
    return filter_lines([Line(1, text, "en")]).respaced


def rule(text: str) -> Callable[[], object]:
    return lambda: boilerplate_reason(text)


def title(*texts: str, paired: tuple[int, ...] = ()) -> str | None:
    lines = numbered(texts)
    dropped = [line for line in lines if boilerplate_reason(line.text)]
    return find_metadata(dropped, [x for x in lines if x not in dropped], paired).title


def title_by_overlap(body: str) -> str | None:
    """Return the title of a page: a heading with a counterpart, or the one above the byline."""
    heading, above = "国防部谈对外交往工作", "两军视频通话成果丰硕"
    return title(heading, above, "2023-12-28 16:16:45 新华网", body, "好。", paired=(1, 4, 5))


def title_by_line(*paired: str) -> str | None:
    """Return the title of a page: one of the headings with a counterpart, or the one repeated."""
    lines = (*paired, "两军视频通话成果丰硕", "两军视频通话成果丰硕。")
    return title(*lines, paired=(*range(1, len(paired) + 1), len(lines)))


def publisher(text: str) -> str | None:
    return find_metadata(numbered([text]), [], ()).publisher


def own_date(text: str) -> str | None:
    return find_metadata([], numbered([text]), ()).date


def outside(blocks: Sequence[str], text: str) -> bool:
    """Return whether a text of a page is outside its main text."""
    found, _ = read_html(f"<html><body>{''.join(blocks)}</body></html>", "x")
    [reason] = {block.reason for block in found if block.text.strip() == text}
    return reason is not None


def story(before: int, block: str) -> list[str]:
    """Return a block of a page, so many short blocks, and the main text."""
    said = (
        "China and the United States agreed to go on with their talks on trade, which both sides "
        "called long overdue, in the coming weeks."
    )
    main = "".join(f"<p>{said} Part {part}.</p>" for part in "abcdefgh")
    return [block, *(f"<p>item {n}</p>" for n in range(before)), f"<article>{main}</article>"]


def after_story(block: str) -> list[str]:
    return [*story(0, "<p>start</p>"), *(f"<p>item {n}</p>" for n in range(20)), block]


PROSE = ("China and the US agreed to go on with their talks on trade. " * 2)[:99] + "."


def prose_outside(text: str, linked: int = 0) -> bool:
    """Return whether a text far below the main text, partly linked, is outside it."""
    block = f"<p><a href=x>{text[:linked]}</a>{text[linked:]}</p>"
    return outside(after_story(block), text)


def paragraphs(*widths: int) -> int:
    text = "\n".join(("Abcd " * 60)[: width - 1] + "x" for width in widths)
    return len(read_markdown(text, "x")[0])


EXAMPLES: dict[str, Examples] = {
    # 300 Han characters are 187 English words.
    "MIN_LANGUAGE_SHARE": (
        (lambda: language(han(300), english(14)), "zh"),
        (lambda: language(han(300), english(28)), None),
    ),
    "LETTERS_PER_WORD": (
        (lambda: language(han(300), "thetwosideshadanexchange" * 4), "zh"),
        (lambda: language(han(300), "thetwosideshadanexchange" * 6), None),
    ),
    "MIN_WORDS_OF_OTHER_LANGUAGE": (
        (lambda: language_in_chinese_file(6), ["zh"]),
        (lambda: language_in_chinese_file(10), []),
    ),
    "MAX_MIXED_RATIO": (
        (lambda: settled("One.", "毕马威会计师 KPMG Hub", "Two."), ["en", "en", "en"]),
        (lambda: settled("One.", "毕马威会计师事务所公司 KPMG Hub", "Two."), ["en", "zh", "en"]),
    ),
    "MIN_SHARE_OF_CHANGES": (
        (lambda: turns("zezeeezze"), True),
        (lambda: turns("zzeezzeez"), False),
    ),
    "MIN_LINES_IN_TURNS": ((lambda: turns("zeze"), True), (lambda: turns("zez"), False)),
    "MAX_WORDS_OF_NAME": (
        (lambda: names_settled("The Bank of East Asia"), ["zh", "zh", "zh", "en", "en"]),
        (
            lambda: names_settled("The Bank of East Asia in Hong Kong"),
            ["zh", "en", "zh", "en", "en"],
        ),
    ),
    "MAX_RUN_RESPACED": (
        (lambda: respaced("the" * 200), True),
        (lambda: respaced("the" * 400), False),
    ),
    "MAX_CHARACTERS_RESPACED": (
        (lambda: respaced("andthetwosidesagreedtocontinue,".ljust(3000, ",")), True),
        (lambda: respaced("andthetwosidesagreedtocontinue,".ljust(6000, ",")), False),
    ),
    "BLOCKS_NEAR_TEXT": (
        (lambda: outside(story(7, "<p>Notice</p>"), "Notice"), False),
        (lambda: outside(story(14, "<p>Notice</p>"), "Notice"), True),
    ),
    "MIN_PROSE_CHARACTERS": (
        (lambda: prose_outside("They will meet again soon then."), False),
        (lambda: prose_outside("All rights go here."), True),
    ),
    "MAX_LINKED_SHARE": (
        (lambda: prose_outside(PROSE, 35), False),
        (lambda: prose_outside(PROSE, 75), True),
    ),
    "MAX_WRAPPED_WIDTH": (
        (lambda: paragraphs(100, 98, 30), 1),
        (lambda: paragraphs(160, 158, 30), 3),
    ),
    "MIN_WRAPPED_SHARE": (
        (lambda: paragraphs(80, 78, 30), 1),
        (lambda: paragraphs(80, 40, 30), 3),
    ),
    "MAX_GAP_IN_DAMAGE": (
        (lambda: len(find_damage(1, "各領域ù對話合作\ufffd,在")), 1),
        (lambda: len(find_damage(1, "各領域ù對話合作交流互鑒取得\ufffd,在")), 2),
    ),
    "CONTEXT_OF_DAMAGE": ((lambda: find_damage(1, "各領域ù對話合作")[0].text, "領域ù對話"),),
    "MAX_SHORT_LINE": (
        (rule("点击查看" + han(30)), "page control"),
        (rule("点击查看" + han(50)), None),
    ),
    "MAX_CHARACTERS_SEARCHED": (
        (rule("https://example.org/" + "a" * 2500), "link"),
        (rule("https://example.org/" + "a" * 4500), None),
    ),
    "MAX_HAN_BY_LINK": (
        (rule("原文链接地址 https://example.org/a"), "link"),
        (rule("如有疑问请查看本局网页 https://example.org/a"), None),
    ),
    "MAX_WORDS_BY_LINK": (
        (rule("Original link: https://example.org/a"), "link"),
        (rule("For enquiries please write to https://example.org/a"), None),
    ),
    "MAX_BYLINE": (
        (rule(f"来源：{han(22)} 作者：{han(22)}"), "byline"),
        (rule(f"来源：{han(42)} 作者：{han(42)}"), None),
    ),
    "MAX_BESIDE_STAMP": (
        (rule("2023-10-30 04:43 美国驻华大使馆网"), "byline"),
        (rule("2023-10-30 04:43 双方代表在北京举行第四轮工作会谈"), None),
    ),
    "MAX_BESIDE_STAMP_AND_LABEL": (
        (rule(f"2023-10-30 04:43 来源：{han(20)}"), "byline"),
        (rule(f"2023-10-30 04:43 来源：{han(45)}"), None),
    ),
    "MAX_LABELLED_BYLINE": (
        (rule(f"发布机构：{han(14)}"), "byline"),
        (rule(f"发布机构：{han(35)}"), None),
    ),
    "MAX_DATED_BYLINE": (
        (rule(f"作者：{han(20)} 2023-10-30"), "byline"),
        (rule(f"作者：{han(40)} 2023-10-30"), None),
    ),
    "MIN_BYLINE_FIELDS": (
        (rule(f"作者：{han(9)} 摄影：{han(9)}"), "byline"),
        (rule(f"作者：{han(9)}"), None),
    ),
    "MIN_DISCLAIMER_MARKS": (
        (rule(f"{han(45)}，转载请注明出处，如有侵权请联系删除"), "disclaimer"),
        (rule(f"{han(45)}，转载请注明出处"), None),
    ),
    "MAX_CREDIT": (
        (rule(f"{han(12)}供稿李晓明"), "editor's line"),
        (rule(f"{han(24)}供稿李晓明"), None),
    ),
    "MIN_MENU_TAGS": (
        (rule("【图集】昨日 【视频】今日 【评论】明日"), "navigation"),
        (rule("【孤峰状】和 【断崖状】两种走势"), None),
    ),
    "MIN_MENU_ITEMS": (
        (rule("要闻速递 | 国际观察 | 军事外交"), "navigation"),
        (rule("国防部新闻发言人谈话 | 中美两军视频通话举行"), None),
    ),
    "MIN_ITEMS_BY_DOTS": (
        (rule("要闻速递 · 国际观察 · 军事外交 · 图片视频"), "navigation"),
        (rule("王毅会见安东尼 · 布林肯和杰克 · 沙利文"), None),
    ),
    "MAX_MENU_ITEM": (
        (rule(f"{han(20)}|要闻速递|国际观察"), "navigation"),
        (rule(f"{han(40)}|要闻速递|国际观察"), None),
    ),
    "MAX_ITEM_OF_TWO": (
        (rule("English | 国防部网"), "navigation"),
        (rule("English | 外交部发言人办公室"), None),
    ),
    "MIN_TITLE_HAN": (
        (
            lambda: title("王毅会见布林肯", "会谈双方", "会谈双方会谈双方交换意见。"),
            "王毅会见布林肯",
        ),
        (
            lambda: title("发言人办公室", "两军通话会谈成功", "两军会谈取得成果。"),
            "两军通话会谈成功",
        ),
    ),
    "MIN_TITLE_OVERLAP": (
        (lambda: title_by_overlap("两军视频通。"), "两军视频通话成果丰硕"),
        (lambda: title_by_overlap("两军视。"), "国防部谈对外交往工作"),
    ),
    "MAX_LINE_OF_TITLE": (
        (lambda: title_by_line("简报", "会谈", "国防部谈对外交往工作"), "国防部谈对外交往工作"),
        (
            lambda: title_by_line("简报", "会谈", "要点", "国防部谈对外交往工作"),
            "两军视频通话成果丰硕",
        ),
    ),
    "MAX_WORDS_BY_DATE": (
        (lambda: own_date("（2024年9月20日，湖北省武汉市）"), "2024-09-20"),
        (lambda: own_date("（2024年9月20日，第十四届全国人民代表大会通过）"), None),
    ),
    "MAX_WORDS_BY_STAMP": (
        (
            lambda: publisher("2023-10-30 04:43 美利坚合众国驻华大使馆新闻文化处"),
            "美利坚合众国驻华大使馆新闻文化处",
        ),
        (lambda: publisher(f"2023-10-30 04:43 {han(30)}"), None),
    ),
    "MAX_ORDINARY_RUN": (
        (lambda: is_despaced("aspokesmansaidonFridaythat"), True),
        (lambda: is_despaced("Internationalization"), False),
    ),
    "MAX_LONGEST_RUN": (
        (lambda: is_despaced(f"{english(40)} aspokesmansaidonWednesdaythatitwas"), True),
        (lambda: is_despaced(f"{english(40)} antidisestablishmentarian"), False),
    ),
    "MIN_SHARE_IN_LONG_RUNS": (
        (lambda: is_despaced(f"they said {RUN} yes {RUN}"), True),
        (lambda: is_despaced(f"{english(12)} {RUN}"), False),
    ),
    "MIN_LATIN_SHARE": (
        (lambda: is_despaced(f"{han(20)}aspokesmansaidonWednesdaythat"), True),
        (lambda: is_despaced(f"{han(40)}aspokesmansaidonWednesdaythat"), False),
    ),
}
# Scores on a wide plateau, as their comment says: what they decide together is in test_respace.py.
PLATEAU = {
    *("KNOWN_WORD", "SET_OFF_NAME", "GIVEN_NAME", "PINYIN_NAME", "ACRONYM", "DERIVED_WORD"),
    *("STRAY_LETTER", "UNKNOWN_CAPITAL", "COMMON_CAPITAL", "ACRONYM_PAIR", "UNLISTED"),
    *("MIN_FREQUENT", "MIN_FUSED_LETTERS", "ODD", "UNCLOSED", "UNLIKELY", "NEVER"),
    *("AMID_WORDS", "CONTRACTION", "PLURAL", "SYLLABLE"),
}


def outcomes(name: str) -> list[object]:
    return [example() for example, _ in EXAMPLES[name]]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_bound_decides_its_examples(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [result for _, result in EXAMPLES[name]]
    assert outcomes(name) == expected
    value = getattr(weights, name)
    for other in (value / 2, value * 2):
        with monkeypatch.context() as context:
            context.setattr(weights, name, type(value)(other))
            assert outcomes(name) != expected, f"{name} = {other:g} changes nothing"


def test_every_number_has_examples() -> None:
    numbers = {name for name, value in vars(weights).items() if isinstance(value, (int, float))}
    assert numbers == set(EXAMPLES) | PLATEAU
