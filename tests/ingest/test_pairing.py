"""What the order of a page's lines says about headings, where the languages take turns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from mteval.ingest.pipeline import ingest_page

CHINESE = (
    "年內，全港平均每日食水用量為289萬立方米，較上年度增加1.4%。",
    "客戶服務",
    "客戶諮詢熱線全年接獲約46萬個來電，其中92%在12秒內獲接聽。",
    "電子帳單的登記用戶增至112萬，佔全部用戶的36%。",
)
ENGLISH = (
    "Average daily consumption of fresh water was 2.89 million cubic metres, up 1.4% on last year.",
    "Customer services",
    "The customer enquiry hotline received about 460,000 calls in the year, 92% of which were "
    "answered within 12 seconds.",
    "Customers registered for electronic bills rose to 1.12 million, or 36% of all customers.",
)


def pairs(folder: Path, lines: Sequence[str]) -> list[tuple[str | None, str]]:
    path = folder / "page.txt"
    path.write_text("\n\n".join(lines), "utf-8")
    document = ingest_page(path).document
    return [(segment.source, segment.references[0]) for segment in document.segments]


@pytest.mark.parametrize("english_first", [False, True])
def test_a_heading_above_both_paragraphs_is_in_neither(tmp_path: Path, english_first: bool) -> None:
    lines: list[str] = []
    for n, both in enumerate(zip(CHINESE, ENGLISH, strict=True)):
        ordered = both[::-1] if english_first else both
        # The language that leads has no heading.
        lines += ordered[1:] if n == 1 else ordered
    assert pairs(tmp_path, lines) == [(CHINESE[n], ENGLISH[n]) for n in (0, 2, 3)]


@pytest.mark.parametrize("english_first", [False, True])
def test_a_heading_between_a_paragraph_and_its_translation_is_in_it(
    tmp_path: Path, english_first: bool
) -> None:
    joined = CHINESE[1] + CHINESE[2], f"{ENGLISH[1]} {ENGLISH[2]}"
    items = (
        [(CHINESE[0],), (joined[0],), (CHINESE[3],)],
        [(ENGLISH[0],), (ENGLISH[1], ENGLISH[2]), (ENGLISH[3],)],
    )
    if english_first:
        items = (
            [(ENGLISH[0],), (joined[1],), (ENGLISH[3],)],
            [(CHINESE[0],), (CHINESE[1], CHINESE[2]), (CHINESE[3],)],
        )
    lines = [line for both in zip(*items, strict=True) for side in both for line in side]
    assert pairs(tmp_path, lines) == [
        (CHINESE[0], ENGLISH[0]),
        joined,
        (CHINESE[3], ENGLISH[3]),
    ]
