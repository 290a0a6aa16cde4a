from __future__ import annotations

import pytest

from mteval.ingest.boilerplate import boilerplate_reason
from mteval.ingest.lines import Line, language_of
from mteval.ingest.metadata import Metadata, find_metadata


def lift(*texts: str, paired: tuple[int, ...] = ()) -> Metadata:
    lines = [Line(n, text, language_of(text)) for n, text in enumerate(texts, 1)]
    furniture = [line for line in lines if boilerplate_reason(line.text)]
    return find_metadata(furniture, [x for x in lines if x not in furniture], paired)


def test_the_title_is_the_heading_above_the_byline() -> None:
    found = lift(
        "在法治轨道上深化改革",
        "国防部:中美两军视频通话",
        "来源:国防部网 2023-12-28 16:16:45",
        "正文。",
    )
    assert found == Metadata("国防部:中美两军视频通话", 2, "2023-12-28", "国防部网")


def test_the_dateline_of_the_statement_goes_before_the_stamp_of_the_site() -> None:
    found = lift("会晤", "2023年10月30日 04:43 美国驻华大使馆网", "2023年10月27日", "正文。")
    assert (found.date, found.publisher) == ("2023-10-27", "美国驻华大使馆网")


def test_without_a_byline_the_first_heading_before_the_text_is_the_title() -> None:
    assert lift("中法联合声明", "一、双方同意。", paired=(2,)).title == "中法联合声明"
    assert lift("双方同意。", "附件", paired=(1, 2)).title is None


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("发布时间:2023-12-28 来源:国防部", "2023-12-28"),
        ("来源:新华社 2024/1/5 08:00", "2024-01-05"),
        ("来源:新华社 2024.01.05", "2024-01-05"),
        ("来源:新华社 2024-13-05 08:00", None),
    ],
)
def test_dates_come_out_as_iso(line: str, date: str | None) -> None:
    assert lift("标题", line, "正文。").date == date
