from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.languages.numbers import Number
from mteval.languages.zh_numbers import expected_numbers, find_numbers


def found(text: str) -> list[object]:
    """List the months by name and the values of the other numbers."""
    return [
        f"month {number.month}" if number.month else list(number.values)
        for number in find_numbers(text)
    ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("人口1.4亿，面积一百二十万平方公里", [[1.4e8], [1.2e6]]),
        ("一亿两千万人、一万二、七八十名", [[1.2e8], [12_000], [70, 80]]),
        ("百万人口", [[1e6]]),
        ("２０２３年１０月２７日", [[2023], "month 10", [27]]),
        ("二〇二三年十二月", [[2023], "month 12"]),
        ("12个月", [[12]]),
        ("2023-10-27", [[2023], "month 10", [27]]),
        ("2023 年 9 月", [[2023], "month 9"]),
        ("三分之二、百分之三十", [[2 / 3, 200 / 3, 67, 66], [30, 0.3]]),
        ("第一，3个，五名，第十届", [[1], [3], [5], [10]]),
        ("３，７００餘人", [[3700]]),
        ("统一、一律、十分、万一、一一说明", []),
        ("百分之七点五、三点五倍、一点五亿元", [[7.5, 0.075], [3.5], [1.5e8]]),
        # Times of the day are no decimals, and their hours no numbers.
        ("三点五分、八点二十、三点一刻", [[20]]),
        ("一千零一夜，３０万人，1.2亿，3万3", [[1001], [300_000], [1.2e8], [33_000]]),
        ("廿三日，卅人，俩人，伎俩", [[23], [30], [2]]),
        ("壹佰贰拾叁元，貳拾萬，大陆队伍收拾", [[123], [200_000]]),
        ("两三千，十七八，三五百", [[2000, 3000], [17, 18], [300, 500]]),
        # Signs are not read, in either language.
        ("-3%，负3度", [[3], [3]]),
        ("几十人、数百人", []),
        ("", []),
    ],
)
def test_every_number_is_found(text: str, numbers: list[object]) -> None:
    assert found(text) == numbers


@pytest.mark.parametrize(
    ("text", "values", "upper"),
    [
        ("十几个国家", (10,), 20),
        ("十多年", (10,), 20),
        ("20多项", (20,), 30),
        ("3700余人", (3700,), 3800),
        ("二十多万", (200_000,), 300_000),
        ("七八十多", (70, 80), 90),
        ("七八十", (70, 80), 80),
    ],
)
def test_more_than(text: str, values: tuple[float, ...], upper: float) -> None:
    (number,) = find_numbers(text)
    assert (number.values, number.upper) == (values, upper)


def test_what_a_translation_must_have() -> None:
    assert expected_numbers("11月11日，七八十人出席论坛，百万人观看，A2、PM2.5。") == (
        Number("date", "11月", (11.0,), month=11),
        Number("date", "11日", (11.0,), day=True, of_month=11, full_text="11月11日"),
    )
    assert expected_numbers("两名学生、两倍、二年级、三名") == (Number("number", "三名", (3.0,)),)
    assert [expected_numbers(f"{n}年")[0].kind for n in (999, 1000, 2999, 3000)] == [
        "number",
        "date",
        "date",
        "number",
    ]
    assert [number.month for number in expected_numbers("6月大、3月龄")] == [None, None]
    weekdays = [expected_numbers(f"星期{day}")[0].weekday for day in "一六日天"]
    assert weekdays == [0, 5, 6, 6]
    assert expected_numbers("千分之五") == (Number("number", "千分之五", (5.0, 0.005)),)
    assert expected_numbers("十几个国家")[0].upper == 20
    assert expected_numbers("有5国。") == (Number("number", "5国", (5.0,)),)
    assert expected_numbers("老挝等5国。") == ()
    # What is about a number is not asked for as that number; nor is what may be a time.
    assert expected_numbers("七八十人、十七八岁、两三千元、三点五到、几十人") == ()
    # One year: 1 is not looked for.
    assert expected_numbers("12个月") == ()
    assert expected_numbers("周五上旬") == (Number("date", "周五", weekday=4),)
    assert expected_numbers("10月上旬")[0] == Number("date", "10月上旬", month=10, part="early")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("14天", {14, 2}),
        ("24个月", {24, 2}),
        ("3周", {3, 21}),
        ("30%", {30, 0.3}),
        ("3倍", {3, 4, 2}),
        ("3成", {3, 30, 70}),
        ("3年半", {3, 0.3, 0.03, 3.5}),
        ("下午3点", {3, 15}),
        ("18:00", {18, 6}),
        ("30点", {30}),
        ("下午15点", {15, 3}),
        ("20年", {20, 2, 0.2}),
        ("3-5万人", {3, 30_000}),
        ("三点五倍", {3.5, 4.5, 2.5}),
    ],
)
def test_what_may_stand_for_a_number(text: str, values: set[float]) -> None:
    numbers = expected_numbers(text)
    assert {round(value, 9) for value in numbers[0].values} == values


CHINESE = st.text(
    st.one_of(
        st.sampled_from(
            "0123456789.,:%-第一二两三七八十百千万亿零〇余几多数分之年月日号世纪周个名 "
        ),
        st.characters(),
    )
)


@given(CHINESE)
def test_any_text_is_read(text: str) -> None:
    for number in (*find_numbers(text), *expected_numbers(text)):
        assert number.values or number.weekday is not None or number.part
        assert number.month is None or 1 <= number.month <= 12
        assert number.upper is None or number.upper >= number.values[0]
