from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.checks.outputs import check_outputs
from tests.checks.flags import flags

SOURCE = "点击<b>保存</b>，{0}个文件由%s保存。"
GOOD = "Click <b>Save</b>: {0} files are saved by %s."


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (SOURCE, GOOD),
        (SOURCE, "%s saves {0} files if you click <B >Save</B>."),
        ("<b>甲</b>和<i>乙</i>", "<i>B</i> and <b>A</b>"),
        ('见<a href="/zh">此处</a>', 'see <a href="/en" title="more">here</a>'),
        ("第一行<br>第二行", "Line one<br/>line two"),
        ("<g id='1'>甲</g><x id='2'/>", '<g id="1">A</g><x id="2"/>'),
        ("电影<Titanic>，增长30%", 'The film "Titanic" grew by 30%d'),
        ("若a<b，且c>d", "If a < b and c > d, a<b and c>d"),
        ("#NBA#和#话题#", "NBA and a topic"),
        ("甲 < 乙 <- 丙 {注} [1] [法]", "less (note)"),
        ("写信给<a@b.org>，见<https://x.org/%E4%BD>", "Write to a@b.org, see x.org"),
        ("完成100%，%的", "100% done, % of"),
        ("他说会来，数组a", '"[I] will come," [s]he said of a[i] and "[quote]"'),
        ("数组a[i]和b[s]", "arrays a and b"),
    ],
)
def test_markup_that_is_kept_and_what_is_no_markup(source: str, text: str) -> None:
    assert flags(source, text) == {}


@pytest.mark.parametrize(
    ("source", "text", "detail"),
    [
        (SOURCE, GOOD.replace("<b>", ""), "<b> missing"),
        (SOURCE, GOOD.replace("</b>", ""), "</b> missing"),
        (SOURCE, GOOD.replace("<b>", "< b >"), "<b> missing"),
        (SOURCE, GOOD.replace("</b>", "<b>"), "</b> missing; <b> not in the source"),
        (SOURCE, GOOD.replace("{0}", "{1}"), "{0} missing; {1} not in the source"),
        (SOURCE, GOOD.replace("%s", "% s"), "%s missing"),
        (SOURCE, GOOD + " {0}", "{0} not in the source"),
        (SOURCE, "Click </b>Save<b>: {0} by %s", "</b>, <b> in the wrong order"),
        ("<b><i>甲</i></b>", "<b><i>A</b></i>", "<b>, <i>, </b> and 1 more in the wrong order"),
        ("你好，{{name}}", "Hello, {{Name}}", "{{name}} missing; {{Name}} not in the source"),
        ("%(n)d个，%1$s，${x}，%@", "%n, %2$s, $x", "%(n)d, %1$s, ${x} and 1 more missing; "
         "%2$s not in the source"),
        ("[b]好[/b]", "[b]good[b]", "[/b] missing; [b] not in the source"),
        ("[b]好[/b]", "[b]good", "[/b] missing"),
        ("[b]好[/b]", "good", "[b], [/b] missing"),
        ("您好，#PRS_ORG#", "Hello", "#PRS_ORG# missing"),
        ("退了 #NUMBER# 元", "returned # NUMBER # yuan", "#NUMBER# missing"),
        ("<p>甲</p>", "A", "<p>, </p> missing"),
        ("甲<foo/>乙<bar n='1'>丙<baz>", "A", "<foo/>, <bar n='1'> missing"),
        ("<1>甲</1>", "<1>A</2>", "</1> missing; </2> not in the source"),
        ("很好😋", "Very good <unk> <unk>", "<unk> not in the source"),
    ],
)  # fmt: skip
def test_markup_that_is_not_kept(source: str, text: str, detail: str) -> None:
    assert flags(source, text) == {"markup": detail}


def test_a_reference_excuses() -> None:
    without = GOOD.replace("<b>", "").replace("</b>", "")
    assert flags(SOURCE, without, GOOD, without) == {}
    assert flags(SOURCE, without, GOOD) == {"markup": "<b>, </b> missing"}
    assert flags("<b>甲</b>", "<b>A", "<b>B") == {}
    assert flags("很好", "It is <i>very</i> good", "<i>Good</i>") == {}
    assert flags(None, "It is <i>very good") == {}


TAGS = ["b", "i", "em", "span", "g id='1'", "a href='x'", "1"]
PLACEHOLDERS = ["{0}", "{name}", "{{user}}", "%s", "%1$d", "${path}", "<br/>", "<x id='7'/>"]
WORDS = [
    *("The", "two", "sides", "agreed", "to", "resume", "talks", "on", "the", "basis", "of"),
    *("equality", "and", "respect"),
]
FULL_WIDTH = str.maketrans("<>{}%$", "＜＞｛｝％＄")
PIECES = [*"<>/{}[]%#$= ", "b", "i", "0", "name", "</b>", "<b>", "{0}", "%s", "[/b]"]


def marked(rng: random.Random) -> tuple[str, str, list[str]]:
    """Put markup into a source and, in another order, into its translation."""
    tag, placeholder = rng.choice(TAGS), rng.choice(PLACEHOLDERS)
    start, end = f"<{tag}>", f"</{tag.split()[0]}>"
    words = list(WORDS)
    i, j = sorted(rng.sample(range(len(words)), 2))
    words[i], words[j] = start + words[i], words[j] + end
    words.insert(rng.randrange(len(words) + 1), placeholder)
    source = f"双方{placeholder}同意在平等{start}和尊重{end}的基础上恢复会谈"
    return source, " ".join(words), [start, end, placeholder]


def damaged(text: str, items: list[str], rng: random.Random) -> str:
    item = rng.choice(items)
    inner = item.strip("<>{}/$%")
    ways = [
        text.replace(item, "", 1),
        text.replace(item, inner, 1),
        text.replace(item, f"{item}{item}", 1),
        text.replace(item, f"{item[0]} {item[1:]}", 1),
        text.replace(item, item[:-1] + "_", 1),
        text.replace(item, item.translate(FULL_WIDTH), 1),
        text.replace(items[0], "\0").replace(items[1], items[0]).replace("\0", items[1]),
    ]
    return rng.choice(ways)


def test_made_errors_are_found() -> None:
    rng = random.Random(1)
    found = 0
    for _ in range(1000):
        source, text, items = marked(rng)
        assert flags(source, text) == {}
        found += "markup" in flags(source, damaged(text, items, rng))
    assert found == 1000


@given(st.lists(st.sampled_from(PIECES)), st.lists(st.sampled_from(PIECES)))
def test_any_markup(source: list[str], text: list[str]) -> None:
    first, second = "".join(source), "".join(text)
    found = check_outputs([first], [], [[second], [first]])["markup"]
    assert (1, 0) not in found
    assert all(detail and "\n" not in detail for detail in found.values())
    check_outputs(["<" * 2000 + "a b=" * 2000], [], [["<" * 2000 + "{" * 2000 + "%" * 2000]])
