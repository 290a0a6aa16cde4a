"""Pages unlike the five: every one must give exactly its true pairs, and account for its lines.

Most are made by code from the known paragraphs of the five pages (``tests.ingest.pages``) in the
manner of other sites (``tests.ingest.sites``). Those under ``tests/data/pages`` are written by
hand; their people and places are invented.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mteval.errors import InputError
from mteval.ingest.boilerplate import boilerplate_reason
from mteval.ingest.clean import strip_glosses
from mteval.ingest.pipeline import ingest_page
from mteval.languages.encoder import Embed, sentence_encoder
from mteval.languages.text import fold_spaces
from tests.conftest import DATA, Run, without_progress
from tests.ingest import pages
from tests.ingest.pages import Page, Pair, Paragraph, Text, make_page
from tests.ingest.sites import SITES


def _known_texts() -> dict[str, Text]:
    """Read the known pairs; title, question and their English are added by hand."""
    pairs: dict[str, list[Paragraph]] = {}
    for line in (DATA / "expected-segments.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        paragraph = Paragraph(fold_spaces(row["src"]), fold_spaces(row["ref"]))
        pairs.setdefault(row["doc"], []).append(paragraph)
    consensus = Paragraph(
        "记者:当地时间11月15日,中美元首在旧金山举行会晤,同意恢复两军高层沟通。"
        "请发言人介绍此后双方军事沟通有何进展?",
        "Question: On November 15 local time, the Chinese and US heads of state met in San "
        "Francisco and agreed to resume high-level communication between the two militaries. "
        "What progress has been made in military communication since then?",
        opens_round=True,
    )
    call = Paragraph(
        "记者:21日,军委联合参谋部参谋长刘振立应约与美军参联会主席布朗进行视频通话。"
        "请介绍双方进一步发展两军关系的相关举措。",
        "Question: On the 21st, Chief of the Joint Staff Department Liu Zhenli had a video call at "
        "request with Chairman of the US Joint Chiefs of Staff Brown. Please tell us what the two "
        "sides will do to further develop military-to-military relations.",
        opens_round=True,
    )
    diplomacy = Paragraph(
        "记者:媒体关注到,今年中国的军事外交开展得有声有色,取得丰硕成果。请进一步介绍有关情况。",
        "Question: The media have noticed that China's military diplomacy was vibrant this year "
        "and achieved fruitful results. Please give us more details.",
        opens_round=True,
    )
    consensus_pairs = pairs["mnd-2023-11-30-consensus"]
    state_pairs = pairs["state-2023-10-27-blinken-wang"]
    return {
        "consensus": pages.map_chinese(
            Text(
                Paragraph(
                    "国防部:中美两国防务部门就落实元首共识保持沟通",
                    "MND: Chinese and US Defense Authorities Stay in Communication on Consensus",
                ),
                "2023-11-30",
                (consensus, *consensus_pairs),
            ),
            pages.convert_script("t2s"),
        ),
        "call": Text(
            Paragraph(
                "国防部:中美两军视频通话取得积极成果",
                "MND: Video Call between Chinese and US Militaries Yields Positive Outcomes",
            ),
            "2023-12-28",
            (call, *pairs["mnd-2023-12-28-video-call"]),
        ),
        "diplomacy": Text(
            Paragraph(
                "国防部:全面推进国际军事合作提质增效",
                "MND: Raising the Quality and Efficiency of International Military Cooperation",
            ),
            "2023-12-28",
            (diplomacy, *pairs["mnd-2023-12-28-military-diplomacy"]),
        ),
        "readout": Text(state_pairs[0], "2023-10-27", tuple(state_pairs[1:])),
    }


TEXTS = _known_texts()
ROUNDS = pages.join_texts([TEXTS["consensus"], TEXTS["call"], TEXTS["diplomacy"]])
SPEAKERS = {
    "name": ("张晓刚:", "Zhang Xiaogang:"),
    "full-width": ("毛宁：", "Mao Ning:"),
    "title": ("国防部发言人张晓刚:", "Spokesperson Zhang Xiaogang:"),
    "ministry": ("外交部发言人汪文斌：", "Foreign Ministry Spokesperson Wang Wenbin:"),
    "rank": ("张晓刚大校:", "Senior Colonel Zhang Xiaogang:"),
    "answer": ("答:", "A:"),
    "answer-word": ("答：", "Answer:"),
    "other-form": ("华春莹:", "Ms. Hua:"),
}


def _layouts() -> Iterator[Page]:
    for name, text in (*TEXTS.items(), ("rounds", ROUNDS)):
        for layout in pages.LAYOUTS:
            yield make_page(f"layout {layout.__name__} {name}", text, layout)
        for key in ("mnd", "gov", "gazette"):
            for layout in (pages.chinese_first, pages.english_first):
                label = f"titles apart {key} {layout.__name__} {name}"
                yield make_page(label, text, layout, SITES[key], titles_apart=True)


def _rounds() -> Iterator[Page]:
    for gone in ((), (0,), (1,), (2,), (0, 2), (0, 1, 2)):
        text = pages.without_english_questions(ROUNDS, gone)
        for layout in (pages.chinese_first, pages.by_round, pages.interleaved):
            name = f"rounds {layout.__name__} without {gone}"
            yield make_page(name, text, layout, SITES["mnd"], seed=len(gone))


def _speakers() -> Iterator[Page]:
    for key, (zh, en) in SPEAKERS.items():
        text = pages.rename_speaker(ROUNDS, zh, en)
        for layout in (pages.chinese_first, pages.by_round):
            yield make_page(f"speaker {key} {layout.__name__}", text, layout)


def _scripts() -> Iterator[Page]:
    for profile in ("s2t", "s2tw", "s2hk"):
        for name, text in TEXTS.items():
            traditional = pages.map_chinese(text, pages.convert_script(profile))
            yield make_page(f"script {profile} {name}", traditional, pages.by_round)


def _glosses() -> Iterator[Page]:
    for name, text in TEXTS.items():
        traditional = make_page(name, pages.map_chinese(text, pages.convert_script("s2t")))
        yield replace(pages.gloss(traditional), name=f"gloss character {name}")
        plain = make_page(name, text)
        yield replace(pages.gloss(plain, brackets="（）"), name=f"gloss wide brackets {name}")
        yield replace(pages.gloss(plain, size=2), name=f"gloss words {name}")
        yield replace(pages.gloss(plain, size=4), name=f"gloss phrases {name}")


def _missing() -> Iterator[Page]:
    for name, text in (*TEXTS.items(), ("rounds", ROUNDS)):
        for seed in range(4):
            layout = pages.LAYOUTS[seed]
            gappy = pages.drop_sides(text, seed)
            yield make_page(f"missing {seed} {layout.__name__} {name}", gappy, layout)


def _punctuation() -> Iterator[Page]:
    for name, text in TEXTS.items():
        wide = pages.map_chinese(text, pages.full_width)
        for layout in (pages.chinese_first, pages.interleaved):
            yield make_page(f"full-width {layout.__name__} {name}", wide, layout)


def _sites() -> Iterator[Page]:
    for seed, (key, site) in enumerate(SITES.items()):
        for name, text in TEXTS.items():
            for layout in (pages.chinese_first, pages.interleaved):
                yield make_page(f"site {key} {layout.__name__} {name}", text, layout, site, seed)


def _copies() -> Iterator[Page]:
    for name, text in TEXTS.items():
        page = make_page(name, text, pages.by_round, SITES["xinhua"])
        yield replace(pages.copy_badly(page, bom=True, crlf=True), name=f"copy CRLF and BOM {name}")
        yield replace(pages.copy_badly(page, indent="\u3000\u3000"), name=f"copy indented {name}")
        yield replace(pages.copy_badly(page, indent="\u00a0\u200b "), name=f"copy no-break {name}")


def _mixtures() -> Iterator[Page]:
    """Vary everything at once."""
    for seed in range(40):
        rng = random.Random(seed)
        name, text = rng.choice([*TEXTS.items(), ("rounds", ROUNDS), ("rounds", ROUNDS)])
        text = pages.rename_speaker(text, *rng.choice(list(SPEAKERS.values())))
        if rng.random() < 0.5:
            text = pages.without_english_questions(text, rng.sample(range(3), 2))
        if rng.random() < 0.5:
            text = pages.drop_sides(text, seed, 0.2)
        if rng.random() < 0.5:
            text = pages.map_chinese(text, pages.full_width)
        if rng.random() < 0.3:
            text = pages.map_chinese(text, pages.convert_script("s2t"))
        key = rng.choice(list(SITES))
        layout = rng.choice(pages.LAYOUTS)
        page = make_page(f"mixture {seed} {key} {name}", text, layout, SITES[key], seed)
        if rng.random() < 0.3:
            page = pages.gloss(page, every=rng.randint(5, 15), size=rng.randint(1, 3))
        if rng.random() < 0.3:
            page = pages.copy_badly(page, bom=True, crlf=True, indent="　　")
        yield page


def _by_hand() -> Iterator[Page]:
    """Read the pages written by hand, their pairs, and what they state of themselves."""
    for path in sorted((DATA / "pages").glob("*.txt")):
        rows = path.with_suffix(".pairs.tsv").read_text("utf-8").splitlines()
        stated = dict(row[2:].split(": ", 1) for row in rows if row.startswith("# "))
        pairs: list[Pair] = []
        for row in rows:
            if not row.startswith("# "):
                zh, en = row.split("\t")
                pairs.append((fold_spaces(zh), fold_spaces(en)))
        yield Page(path.stem, path.read_text("utf-8"), tuple(pairs), **stated)


FAMILIES = {
    "layouts": list(_layouts()),
    "rounds": list(_rounds()),
    "speakers": list(_speakers()),
    "scripts": list(_scripts()),
    "glosses": list(_glosses()),
    "missing": list(_missing()),
    "punctuation": list(_punctuation()),
    "sites": list(_sites()),
    "copies": list(_copies()),
    "mixtures": list(_mixtures()),
    "by hand": list(_by_hand()),
}
PAGES = [page for family in FAMILIES.values() for page in family]


@pytest.fixture(scope="module")
def embed() -> Embed:
    """Encode each text once: the pages share most of their paragraphs."""
    encode = sentence_encoder()
    known: dict[str, npt.NDArray[Any]] = {}

    def embed(texts: Sequence[str]) -> npt.NDArray[Any]:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, encode(new), strict=True))
        return np.array([known[text] for text in texts])

    return embed


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_the_page_gives_its_true_pairs_and_accounts_for_its_lines(
    page: Page, embed: Embed, tmp_path: Path
) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(page.text.encode())
    result = ingest_page(path, embed=embed)
    document, report = result.document, result.report
    found = [(segment.source or "", segment.references[0]) for segment in document.segments]
    marks = pages.mark(found, page.pairs)
    assert marks.f1 == 1.0, f"\n{marks}"
    assert found == list(page.pairs)

    accounted = [line for kept in report.kept for line in kept.lines]
    accounted += [dropped.line for dropped in report.dropped]
    assert sorted(accounted) == list(pages.lines_with_text(page.text))
    assert all(dropped.reason for dropped in report.dropped)

    stated = (document.title, document.date, document.publisher)
    assert stated == (page.title, page.date, page.publisher)


@pytest.mark.parametrize("site", ["mnd", "fmprc", "state", "daily", "repost"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_in_one_language_with_the_furniture_of_two_is_refused(
    site: str, language: str, embed: Embed, tmp_path: Path
) -> None:
    for name, text in TEXTS.items():
        page = make_page(name, pages.in_one_language(text, language), site=SITES[site])
        path = tmp_path / "page.txt"
        path.write_text(page.text, "utf-8")
        with pytest.raises(InputError, match=r"no (Chinese|English) text|no paragraph has a count"):
            ingest_page(path, embed=embed)


def test_the_command_refuses_a_page_in_one_language_in_one_sentence(
    mteval: Run, tmp_path: Path
) -> None:
    text = pages.in_one_language(TEXTS["diplomacy"], "zh")
    path = tmp_path / "page.txt"
    path.write_text(make_page("page", text, site=SITES["fmprc"]).text, "utf-8")
    done = mteval("ingest", path, "-o", tmp_path / "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(without_progress(done.stderr).splitlines()) == 1
    assert "page.txt" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("given", "stripped"),
    [
        ("例行(lìxíng)记者会", "例行记者会"),
        ("国防部（guó fáng bù）网", "国防部网"),
        ("西安(Xī'ān)会议", "西安会议"),
        ("国家(ɡuójiā)利益", "国家利益"),
        ("我们(wo\u030cmen)的", "我们的"),
        ("一点儿(yīdiǎnr)也不", "一点儿也不"),
        # Names in brackets, and words of other languages, are text.
        ("北京(Beijing)论坛", "北京(Beijing)论坛"),
        ("咖啡馆(café)里", "咖啡馆(café)里"),
        ("简历(résumé)上", "简历(résumé)上"),
        ("你好(lìxíng)", "你好(lìxíng)"),
    ],
)
def test_glosses_of_words_go_and_words_stay(given: str, stripped: str) -> None:
    assert strip_glosses(given)[0] == stripped


# Headings, fields and sentences of notices and statements that use the words of furniture.
TEXT = [
    "任何国家都不应采取未经安理会授权的单边制裁",
    "外交部就美方涉台言论发表评论",
    "评论：霸权主义不得人心",
    "把发展机遇分享给世界",
    "携手书写合作共赢的下一篇",
    "纪录片今日在京开始拍摄",
    "申请人请登录后填写表格",
    "请登录www.example.org在线提交申请表并打印预约单",
    "如有疑问，请发邮件至consular@example.org咨询",
    "For enquiries, please write to consular@example.org.",
    "办公时间：周一至周五上午9:00至11:30",
    "时间：2024年6月5日（星期三）上午9:30",
    "时间:2011年6月29日 15:00—15:40",
    "Time: 9:30 a.m., Wednesday, June 5, 2024",
    "地址：前进路8号 电话：12345678 传真：12345679",
    "主题：开放科学，共创未来",
    "翻译：架起文明沟通的桥梁",
    "阅读：点亮乡村孩子的未来",
    "A Race Against Time: Saving the Reefs",
    "Just Published: A New Book on Diplomacy",
    "By Land and Sea: The Revival of Trade Routes",
    "Strengthening Privacy Policy in the Digital Age",
    "This picture shows how life expectancy has grown.",
    "呈现出【孤峰状】、【锯齿状】、【断崖状】三种走势",
    "保护版权所有者的合法权益",
    "（2024年9月20日，武汉）",
    "(Wuhan, September 20, 2024)",
]


@pytest.mark.parametrize("line", TEXT)
def test_words_of_furniture_do_not_make_furniture(line: str) -> None:
    assert boilerplate_reason(line) is None
