from __future__ import annotations

import pytest

from mteval.languages import zh_terms


def test_quotations_and_lists() -> None:
    assert zh_terms.QUOTED.findall("参加“北部·联合-2023”和「和平方舟」，“好。”") == [
        "北部·联合-2023",
        "和平方舟",
    ]
    assert zh_terms.LISTED.findall("参加陆军、海军、空军等") == ["海军", "空军"]
    assert zh_terms.CHUNK.findall("北部·联合-2023，很好。") == ["北部·联合-2023", "很好"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("中国和俄罗斯", ["中国", "俄罗斯"]),
        ("维护和平与发展", ["维护和平", "发展"]),
        ("共和国", ["共和国"]),
    ],
)
def test_what_joins_names(text: str, parts: list[str]) -> None:
    assert zh_terms.JOINS_NAMES.split(text) == parts


@pytest.mark.parametrize(
    ("text", "starts"),
    [("的演习", True), ("会见", True), ("会议", False), ("以色列", False), ("以便", True)],
)
def test_where_no_term_begins(text: str, starts: bool) -> None:
    assert bool(zh_terms.NO_TERM_START.match(text)) == starts


@pytest.mark.parametrize(
    ("after", "year"),
    [
        ("-2023演习", "2023"),
        (" 2023”", "2023"),
        ("2023年", None),
        ("20231", None),
        ("2023-10", None),
    ],
)
def test_a_year_after_a_name(after: str, year: str | None) -> None:
    match = zh_terms.YEAR_AFTER.match(after)
    assert (None if match is None else match[1]) == year


def test_and_so_on() -> None:
    assert zh_terms.AND_SO_ON.split("美国等国家平等相待") == ["美国", "国家平等相待"]
