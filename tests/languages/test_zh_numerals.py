from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.languages.zh_numerals import certain_value, read_numeral

DIGITS = "零一二三四五六七八九"
# The largest whole number below which floats are exact.
LARGEST = 2**53


def section(number: int) -> str:
    """Write a number below 10,000, without zeros before it."""
    text = ""
    for scale, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, scale)
        if digit:
            text += DIGITS[digit] + name
        elif text and not text.endswith("零"):
            text += "零"
    return text.rstrip("零")


def numeral(number: int) -> str:
    """Write a number in Chinese numerals, as schools teach it."""
    if number >= 10**8:
        above, below = divmod(number, 10**8)
        text, lower = numeral(above) + "亿", 10**7
    elif number >= 10**4:
        above, below = divmod(number, 10**4)
        text, lower = section(above) + "万", 10**3
    else:
        return section(number)
    if not below:
        return text
    return text + ("零" if below < lower else "") + numeral(below)


def test_the_writer() -> None:
    written = ["十", "三百五十", "一万零五十", "两亿", "一亿零五十万", "一万亿"]
    numbers = [10, 350, 10_050, 2 * 10**8, 100_500_000, 10**12]
    assert [numeral(n).replace("二亿", "两亿") for n in numbers] == ["一十", *written[1:]]


@given(st.integers(1, LARGEST))
def test_what_is_written_is_read(number: int) -> None:
    text = numeral(number)
    assert read_numeral(text) == (number,)
    assert certain_value(text) == number
    short = text.removeprefix("一") if text.startswith("一十") else text
    assert read_numeral(short) == (number,)
    assert read_numeral(text.replace("二千", "两千").replace("二百", "两百")) == (number,)


@given(st.integers(1, 9), st.sampled_from("百千万亿"), st.integers(1, 9))
def test_a_last_digit_without_its_scale(first: int, scale: str, second: int) -> None:
    size = {"百": 100, "千": 1000, "万": 10**4, "亿": 10**8}[scale]
    expected = first * size + second * size // 10
    assert read_numeral(DIGITS[first] + scale + DIGITS[second]) == (expected,)


@given(st.integers(1, 9), st.sampled_from(["", "十", "百", "千", "十万", "百万", "亿"]))
def test_two_digits_in_a_row_are_a_range(first: int, scale: str) -> None:
    run = DIGITS[first] + DIGITS[min(first + 1, 9)] + scale
    size = {"": 1, "十": 10, "百": 100, "千": 1000, "十万": 10**5, "百万": 10**6, "亿": 10**8}[
        scale
    ]
    if first < 9:
        assert read_numeral(run) == (first * size, (first + 1) * size)
    assert certain_value(run) is None


@given(st.text("零〇一二三四五六七八九", min_size=3))
def test_digit_by_digit(run: str) -> None:
    expected = float("".join(str(DIGITS.index(c.replace("〇", "零"))) for c in run))
    assert read_numeral(run) == (expected,)


@given(
    st.integers(1, 9999), st.integers(0, 9), st.sampled_from(["万", "亿", "万亿", "千万", "百万"])
)
def test_digits_with_scales(whole: int, tenth: int, scale: str) -> None:
    exponent = {"万": 4, "亿": 8, "万亿": 12, "千万": 7, "百万": 6}[scale]
    expected = (whole * 10 + tenth) * 10 ** (exponent - 1)
    (value,) = read_numeral(f"{whole}.{tenth}{scale}")
    assert value == pytest.approx(expected)
    assert read_numeral(f"{whole:,}{scale}") == (whole * 10**exponent,)


@pytest.mark.parametrize(
    ("run", "values"),
    [
        ("一亿两千万", (120_000_000,)),
        ("一万二", (12_000,)),
        ("一万零二", (10_002,)),
        ("一万二千", (12_000,)),
        ("三百五", (350,)),
        ("三百零五", (305,)),
        ("七八十", (70, 80)),
        ("两三百万", (2_000_000, 3_000_000)),
        ("十七八", (17, 18)),
        ("三五百", (300, 500)),
        ("百万", (1_000_000,)),
        ("千万", (10_000_000,)),
        ("万亿", (10**12,)),
        ("百", (100,)),
        ("十", (10,)),
        ("两", (2,)),
        ("〇", (0,)),
        ("二〇二三", (2023,)),
        ("一九九八", (1998,)),
        ("五四", (54,)),
        ("九一八", (918,)),
        ("3.5亿", (350_000_000,)),
        ("3,700", (3700,)),
        ("2万4801", (24_801,)),
        ("1亿5千万", (150_000_000,)),
        ("三万亿五千亿", (3.5 * 10**12,)),
        ("3万3", (33_000,)),
        ("七点五", (7.5,)),
        ("零点五", (0.5,)),
        ("三点一四", (3.14,)),
        ("一点五亿", (1.5 * 10**8,)),
        ("二十三点七万亿", (2.37 * 10**13,)),
        ("三点五百万", (3.5 * 10**6,)),
        ("一一点五", ()),
        ("十百", ()),
        ("一百二百", ()),
        ("百八十", ()),
        ("一一百", ()),
        ("万一", ()),
    ],
)
def test_what_numerals_mean(run: str, values: tuple[float, ...]) -> None:
    assert read_numeral(run) == values


@pytest.mark.parametrize("run", ["七八十", "千万", "百万", "零五", "五四", "十百", "两三"])
def test_what_is_not_certain(run: str) -> None:
    assert certain_value(run) is None


@given(st.text("零〇一二三四五六七八九十百千万亿两0123456789.,", min_size=1))
def test_no_run_of_numerals_is_too_much(run: str) -> None:
    for value in read_numeral(run):
        assert value >= 0
