"""Furniture goes under its reason; text of a statement never does.

The lines are typical of the sites named in the comments, worded for this test.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from mteval.ingest.boilerplate import BOILERPLATE, boilerplate_reason
from tests.conftest import ROOT

LINES = [
    # xinhuanet.com, mod.gov.cn, fmprc.gov.cn, people.com.cn
    ("byline", "来源:国防部网 责任编辑:王粲 2023-12-28 16:16:45"),
    ("byline", "來源：國防部網"),
    ("byline", "2023-12-28 17:20:11 来源： 新华网"),
    ("byline", "Source: Xinhua  Editor: Li Jing  2023-12-28 17:20:11"),
    ("byline", "2023年10月30日 04:43 美国驻华大使馆网"),
    ("share button", "分享到微信朋友圈×"),
    ("share button", "分享到："),
    ("share button", "Share | Print | Email"),
    ("page control", "加载下一页"),
    ("page control", "上一篇：外交部回应"),
    ("page control", "Back to top"),
    ("comment form", "验证码,看不清楚请换一张"),
    ("comment form", "Leave a comment"),
    ("disclaimer", "【免责声明】:本文转载于网络。"),
    ("disclaimer", "Copyright © 2023 Ministry of National Defense. All rights reserved."),
    ("disclaimer", "版权所有 未经书面授权禁止使用 京ICP备10013067号"),
    ("navigation", "首页 > 新闻 > 要闻"),
    ("navigation", "要闻 | 评论 | 国际 | 军事 | 图片"),
    ("navigation", "您的位置：首页 > 发言人"),
    ("navigation", "Skip to main content"),
    ("picture caption", "(资料图片)"),
    ("picture caption", "图为国防部新闻发言人吴谦大校。"),
    ("picture caption", "[Photo by Zhang San/China Daily]"),
    ("link", "https://www.state.gov/readout-2/"),
    ("editor's line", "中国公共网摘编亓淦玉"),
]

TEXT = [
    # Headings and paragraphs that speak of what furniture is made of.
    "外交部发言人谈微信在美禁令",
    "中方敦促菲方停止侵权挑衅",
    "图们江区域合作会议举行",
    "中国、老挝、泰国、缅甸四国加强湄公河联合巡逻执法",
    "关于转载问题的决定在北京公布并立即生效,各方对此表示欢迎。",
    "安东尼·J·布林肯国务卿在华盛顿会晤了王毅。",
    "Comments by the Foreign Minister on the Middle East",
    "Home Affairs Minister Visits Beijing",
    "Latest Developments in Ukraine",
    "By working together, the two sides can share the benefits of growth.",
    "OFFICE OF THE SPOKESPERSON",
    "READOUT",
    "OCTOBER 27, 2023",
    "2023年10月27日",
    "简报",
    "记者:请介绍有关情况。",
    "问:中方对此有何评论?",
    "The first point [1] and the second [2] stand in the text [3] as they were.",
    "王毅会见安东尼 · 布林肯和杰克 · 沙利文",
    "By Strengthening Mutual Trust",
    "翻译：谢谢大家",
    "Editor: what do you make of this",
    "Source: the Ministry told us that it would act on this",
    "国防部发布会将在微信公众号直播。",
    "答：未经中国政府书面许可，任何人不得进入。",
    "Photo by appointment only",
    "评论 中美关系的走向",
]


@pytest.mark.parametrize(("reason", "line"), LINES)
def test_furniture_goes_under_its_reason(reason: str, line: str) -> None:
    assert boilerplate_reason(line) == reason


@pytest.mark.parametrize("line", TEXT)
def test_text_stays(line: str) -> None:
    assert boilerplate_reason(line) is None


def test_no_line_of_the_references_is_furniture() -> None:
    for path in (ROOT / "references").glob("*.txt"):
        for line in path.read_text("utf-8").splitlines():
            assert boilerplate_reason(line) is None, line


def test_hardly_a_line_of_wmt22_is_furniture(wmt22: Path) -> None:
    """Check precision on running text of many kinds: under 1 line in 200."""
    for name in ("src.zh", "ref.A.en"):
        lines = (wmt22 / name).read_text("utf-8").splitlines()
        hits = [line for line in lines if boilerplate_reason(line)]
        assert len(hits) <= len(lines) / 200, hits


def test_no_rule_hangs_on_a_long_line_that_hardly_misses_it() -> None:
    """Run lines on which a careless pattern would take longer than the universe has."""
    for part in ["Author: " + "a" * 5000, "By " + "Aa " * 2000, "share " * 1500, "分享 " * 2000]:
        assert boilerplate_reason(part + "#。") is None
    for part in ["来源" * 2500, "(photo " * 1000, "·" * 5000, "2023-12-28 " * 500, "图" * 5000]:
        boilerplate_reason(part + "#")


def test_rules_have_distinct_reasons() -> None:
    reasons = [reason for reason, _ in BOILERPLATE]
    assert len(set(reasons)) == len(reasons)
