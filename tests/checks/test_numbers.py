from __future__ import annotations

import itertools
import random
import re
import sys

import pytest

from mteval.errors import MissingPackageError
from tests.checks.flags import flags

RIGHT = [
    ("20多项", "more than 20|20-odd|over twenty|two dozen|23"),
    ("3700余人", "more than 3,700|3.7 thousand|some 3,750"),
    ("３，７００人", "3,700|3700|3.7 thousand|3, 700"),
    ("700人", "700|700-odd|more than 700|seven hundred|SEVEN HUNDRED"),
    ("4680万", "46.8 million|46,800,000|46.8m|46.8 mn"),
    ("46.8亿元", "4.68bn|4.68 billion|4,680 million|nearly 4.7 billion"),
    ("3.5万亿", "3.5 trillion|3,500 billion"),
    ("26.8萬人", "268,000|268 thousand"),
    ("2万4801张", "24,801"),
    ("1亿5千万", "150 million"),
    ("三百五十万", "3.5 million|three and a half million"),
    ("五千多名", "more than 5,000|over five thousand"),
    ("两万至三万", "20,000-30,000|twenty to thirty thousand|20 to 30 thousand"),
    ("100万", "a million|one million"),
    ("1000多亿", "more than 100 billion"),
    ("十几个国家", "more than ten|a dozen|13"),
    ("十二个月", "twelve months|12|a year"),
    ("5国", "five|5"),
    ("百分之三十", "30%|thirty per cent|30 percent"),
    ("３０％", "30%|thirty percent"),
    ("三分之二", "two thirds|two-thirds|2/3|67%|two out of three"),
    ("四分之一", "a quarter|one-fourth|25%"),
    ("第十届", "tenth|10th|X"),
    ("第28届", "COP28|28th|twenty-eighth"),
    ("党的二十大", "20th|twentieth"),
    ("运-20飞机", "Y-20|Y20"),
    ("3倍", "tripled|threefold|quadrupled|three times"),
    ("2倍", "doubled|twice|tripled"),
    ("50%", "half"),
    ("3成", "30%|three tenths"),
    ("14天", "two weeks|14 days|a fortnight"),
    ("过去10年", "the past decade|ten years"),
    ("20年", "two decades"),
    ("下午3点", "3 pm|15:00"),
    ("18:40", "6:40 pm"),
    ("3年半", "three and a half years|3.5 years"),
]
WRONG = [
    ("20多项", "30 items", "20多项 is 30 here"),
    ("3700余人", "700 people", "3700余人 is missing here"),
    ("3700余人", "37,000 people", "3700余人 is 37,000 here"),
    ("4680万", "4.68 million", "4680万 is 4.68 million here"),
    ("46.8亿元", "46.8 billion", "46.8亿元 is 46.8 billion here"),
    ("3.5万亿", "3.5 billion", "3.5万亿 is 3.5 billion here"),
    ("26.8万人", "2.68 million", "26.8万人 is 2.68 million here"),
    ("两万人", "two thousand", "两万人 is 2000 here"),
    ("三百五十万", "thirty-five million", "三百五十万 is 35 million here"),
    ("三分之二", "a third of it", "三分之二 is missing here"),
    ("第28届", "COP27", "第28届 is 27 here"),
    ("第十届", "the ninth", "第十届 is missing here"),
    ("30%", "13 percent", "30% is missing here"),
    ("过去10年", "the past two decades", "10年 is 2 decades here"),
    ("运-20飞机", "Y-30 aircraft", "20 is 30 here"),
    # Only larger numbers are rounded, and to two digits at least.
    ("1234人", "1,200 people", "1234人 is 1,200 here"),
    ("46800人", "50,000 people", "46800人 is 50,000 here"),
    ("4680人", "8,200 people", "4680人 is missing here"),
    # One wrong digit is likelier than another number of that size.
    ("4680人", "4,700 and 4,780", "4680人 is 4,780 here"),
    ("30人、40人、50人、60人", "nobody", "30人 is missing here; 40人 is missing here; 50人 is "
     "missing here; and 1 more"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "text"), [(source, text) for source, texts in RIGHT for text in texts.split("|")]
)
def test_right_numbers(source: str, text: str) -> None:
    assert flags(f"有{source}。", f"There: {text}.") == {}


@pytest.mark.parametrize(("source", "text", "detail"), WRONG)
def test_wrong_numbers(source: str, text: str, detail: str) -> None:
    assert flags(f"有{source}。", f"There: {text}.") == {"number": detail}


@pytest.mark.parametrize(
    "source",
    [
        "一带一路十分重要，统一一律一定万一千万",
        "几十人、数百人、几百万人、数十年、两国三大四方",
        "“十四五”、六一、五一、双十一、七八十、四六级",
        "3. 本店不支持",
        "A2系列CN1接口、PM2.5、#12",
        "一是坚持、二是发展、三是合作",
        "出访汤加、老挝等5国",
        "100亩、3斤、1个、0次",
        "上个月、去年、每周、下一步",
        "半年",
    ],
)
def test_what_is_no_number(source: str) -> None:
    assert flags(source, "There is none of it in the text.") == {}


def test_a_number_that_no_reference_has_is_not_missed() -> None:
    assert flags("地址：北一路555号", "Address: North Road") == {"number": "555号 is missing here"}
    assert flags("地址：北一路555号", "Address: North Road", "It is in North Road") == {}
    assert "number" in flags("地址：北一路555号", "Address: North Road", "555 North Road")


def test_text2num_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from mteval.languages import en_numbers

    monkeypatch.setitem(sys.modules, "text_to_num", None)
    en_numbers._number_words.cache_clear()
    en_numbers.read_figures.cache_clear()
    try:
        assert flags("没有", "Nothing to count") == {}
        with pytest.raises(MissingPackageError, match=r"pip install mteval-toolkit$"):
            flags("有30人", "There are 30 people")
    finally:
        en_numbers._number_words.cache_clear()


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("10月22日", "October 22|22 October|Oct. 22nd|the 22nd of October|10/22|October22nd"),
        ("10月22日", "10 month 22 day|October twenty-second"),
        ("10月26日至27日", "October 26-27|26 and 27 October|from October 26 to October 27"),
        ("2023年10月27日", "OCTOBER 27, 2023|27.10.2023|2023-10-27"),
        ("2023-10-27", "October 27, 2023"),
        ("二〇二三年", "2023|twenty twenty-three"),
        ("9月", "September|Sept. 10|September 10"),
        ("十二月", "December|12 month"),
        ("3至6月", "March to June"),
        ("20世纪80年代", "the 1980s|the eighties"),
        ("21世纪", "the 21st century|the twenty-first century"),
        ("95后", "post-95 generation|born after 1995"),
        ("10月下旬", "late October|the end of October|October"),
        ("星期五", "Friday|today|Fri."),
        ("第三季度", "the third quarter|Q3"),
        ("7月1日", "July 1|the first of July"),
    ],
)
def test_right_dates(source: str, texts: str) -> None:
    for text in texts.split("|"):
        assert flags(f"{source}举行", f"It was held: {text}.") == {}, text


@pytest.mark.parametrize(
    ("source", "text", "detail"),
    [
        ("9月", "October", "9月 is October here"),
        ("11月11日", "April 11", "11月11日 is April 11 here"),
        ("12月21日", "December 12", "21日 is day 12 here"),
        ("10月26日至27日", "October 26-28", "27日 is day 28 here"),
        ("二〇二三年", "2013", "二〇二三年 is 2013 here"),
        ("二〇二三年", "2100", "二〇二三年 is missing here"),
        ("20世纪80年代", "the 1970s", "80年代 is missing here"),
        ("21世纪", "the 20th century", "21世纪 is 20 here"),
        ("10月下旬", "early October", "10月下旬 is early October here"),
        ("星期五", "Thursday", "星期五 is Thursday here"),
        ("7月1日", "July 2", "1日 is day 2 here"),
    ],
)
def test_wrong_dates(source: str, text: str, detail: str) -> None:
    assert flags(f"{source}举行", f"It was held: {text}.") == {"date": detail}


DIGIT = re.compile(r"(?<![\w.,-])[2-9][0-9]*(?![\w.,])")


def test_changed_digits_are_found() -> None:
    """Change one digit of numbers in sentences like those of official releases."""
    sentences = [
        ("{0}月{1}日，中国军队出动{2}余名官兵。", "On {3} {1}, more than {2} troops were sent."),
        (
            "贸易额达到{2}亿元，增长{1}%。",
            "Trade reached {2} hundred million yuan, up {1} percent.",
        ),
        ("第{1}届论坛有{2}人参加。", "The {1}th Forum was attended by {2} people."),
    ]
    months = {9: "September", 10: "October", 11: "November", 12: "December"}
    rng = random.Random(1)
    wrong = found = 0
    for (chinese, english), month, _ in itertools.product(sentences, months, range(10)):
        numbers = month, rng.randint(20, 29), rng.choice([350, 468, 799, 903]), months[month]
        source, text = chinese.format(*numbers), english.format(*numbers)
        assert flags(source, text) == {}
        match = rng.choice(list(re.finditer(r"\d+", text)))
        place = rng.randrange(match.start(), match.end())
        digit = rng.choice([d for d in "123456789" if d != text[place]])
        changed = text[:place] + digit + text[place + 1 :]
        wrong += 1
        found += bool(flags(source, changed).keys() & {"number", "date"})
    # The rest: 350余名 is as well 359.
    assert found / wrong > 0.9
