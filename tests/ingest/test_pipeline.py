from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import pytest

from mteval.errors import InputError, MismatchError, MissingPackageError
from mteval.ingest.output import Ingested, write_ingested
from mteval.ingest.pipeline import ingest_page, ingest_pages
from tests.conftest import ROOT

PAGES = sorted((ROOT / "references" / "raw").glob("*.txt"))
SOURCES = ROOT / "references" / "sources.toml"
FIXES = ROOT / "references" / "fixes.toml"

CHINESE = (
    "吴谦:中方重视中美两军关系,愿与美方一道落实两国元首共识。",
    "双方就国际和地区安全形势深入交换了意见。",
)
ENGLISH = (
    "Wu Qian: China values its military relations with the US and stands ready to work with the "
    "US side to implement the consensus of the two heads of state.",
    "The two sides had an in-depth exchange of views on the international and regional security "
    "situation.",
)


@pytest.fixture(scope="module")
def ingested() -> dict[str, Ingested]:
    return {
        page.name: result
        for page, result in zip(
            PAGES, ingest_pages(PAGES, sources=SOURCES, fixes=FIXES), strict=True
        )
    }


def test_the_five_pages_become_exactly_what_they_must(
    ingested: dict[str, Ingested], expected_pairs: dict[str, list[tuple[str, str]]]
) -> None:
    found = {
        result.document.id: [(s.source, s.references[0]) for s in result.document.segments]
        for result in ingested.values()
    }
    english_only = found.pop("li-shangfu-russia-visit")
    assert found == expected_pairs
    expected = (ROOT / "tests" / "data" / "seed-004.en.txt").read_text("utf-8").splitlines()
    assert english_only == [(None, line) for line in expected]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_line_is_kept_or_dropped_once(ingested: dict[str, Ingested], page: Path) -> None:
    report = ingested[page.name].report
    accounted = [line for kept in report.kept for line in kept.lines]
    accounted += [dropped.line for dropped in report.dropped]
    lines = page.read_text("utf-8").split("\n")
    assert sorted(accounted) == [n for n, line in enumerate(lines, 1) if line.strip()]
    assert all(dropped.reason and dropped.text for dropped in report.dropped)


# What expected/README of the five pages says must be dropped, by raw line, with its reason.
@pytest.mark.parametrize(
    ("page", "reasons"),
    [
        ("000", {1: "title", 3: "byline", 5: "lead", 7: "question", 23: "share button"}),
        (
            "001",
            {
                **{3: "navigation", 4: "navigation", 6: "title", 8: "byline", 10: "title"},
                **{12: "lead", 14: "question", 20: "editor's line", 22: "disclaimer"},
            },
        ),
        ("002", {1: "title", 3: "byline", 5: "lead", 7: "question", 37: "page control"}),
        ("003", {1: "title", 4: "byline", 64: "link", 84: "share button", 86: "comment form"}),
        ("004", {2: "picture caption"}),
    ],
)
def test_dropped_lines_have_the_reason_a_reader_would_give(
    ingested: dict[str, Ingested], page: str, reasons: dict[int, str]
) -> None:
    [report] = [r.report for name, r in ingested.items() if name.startswith(page)]
    found = {dropped.line: dropped.reason.split(",")[0] for dropped in report.dropped}
    assert {line: found.get(line) for line in reasons} == reasons


def test_metadata_is_lifted(ingested: dict[str, Ingested]) -> None:
    assert {
        result.document.id: (result.document.date, result.document.publisher)
        for result in ingested.values()
    } == {
        "mnd-2023-11-30-consensus": ("2023-11-30", "國防部網"),
        "mnd-2023-12-28-video-call": ("2023-12-28", "国防部发布"),
        "mnd-2023-12-28-military-diplomacy": ("2023-12-28", "国防部网"),
        "state-2023-10-27-blinken-wang": ("2023-10-27", "美国驻华大使馆网"),
        "li-shangfu-russia-visit": (None, None),
    }


def test_headings_are_told(ingested: dict[str, Ingested]) -> None:
    kinds = {
        result.document.id: [s.kind for s in result.document.segments].count("heading")
        for result in ingested.values()
    }
    assert kinds.pop("state-2023-10-27-blinken-wang") == 5
    assert set(kinds.values()) == {0}


def test_without_fixes_the_damage_is_flagged_with_its_place() -> None:
    [report] = [ingest_page(page).report for page in PAGES if page.name.startswith("000")]
    assert [damage.line for damage in report.damage] == [7, 9]
    assert "?qū)υ捄献?" in report.damage[1].text
    assert report.fixes == ()


def test_fixes_are_on_record(ingested: dict[str, Ingested]) -> None:
    [result] = [r for name, r in ingested.items() if name.startswith("000")]
    assert [(fix.line, fix.replace) for fix in result.report.fixes] == [
        (9, "領域對話合作,"),
        (7, "當地時間"),
    ]
    assert result.report.damage == ()
    assert result.metadata["fixes"][0]["find"] == "領(lǐng)域?qū)υ捄献?,"


def test_without_an_entry_the_id_is_the_stem(tmp_path: Path) -> None:
    page = tmp_path / "some page.txt"
    page.write_text("\n".join([*CHINESE, *ENGLISH]), "utf-8")
    assert ingest_page(page).document.id == "some page"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (CHINESE, "no English text"),
        (ENGLISH, "no Chinese text"),
        (["分享到", "Share"], "neither Chinese nor English text"),
        (["一二三四五。", "Cats sleep."], "no paragraph has a counterpart"),
        (["", "123"], "neither Chinese nor English text"),
        ([""], "the file is empty"),
        # Headings of a menu in the other language, by chance alike.
        (
            ["大使出席华侨华人中秋晚会", *ENGLISH, "Consulate closed on public holidays"],
            "no paragraph has a counterpart",
        ),
    ],
)
def test_pages_that_hold_no_pair_are_refused(tmp_path: Path, lines: list[str], says: str) -> None:
    page = tmp_path / "x.txt"
    page.write_text("\n".join(lines), "utf-8")
    with pytest.raises(InputError, match=rf"x\.txt: .*{says}"):
        ingest_page(page)


def test_english_only_is_kept_where_sources_say_so(tmp_path: Path) -> None:
    page = tmp_path / "x.txt"
    page.write_text("\n".join([*ENGLISH, "图为会场。"]), "utf-8")
    (tmp_path / "sources.toml").write_text('[pages."x.txt"]\nlanguages = ["en"]\n')
    [result] = ingest_pages([page])
    assert [segment.references for segment in result.document.segments] == [(e,) for e in ENGLISH]
    assert result.metadata["languages"] == ["en"]


def test_a_page_glossed_with_combining_accents_is_chinese(tmp_path: Path) -> None:
    from pypinyin import Style, pinyin

    glossed = [
        "".join(
            f"{c}({pinyin(c, style=Style.TONE)[0][0]})" if "一" <= c <= "龥" else c for c in line
        )
        for line in CHINESE
    ]
    page = tmp_path / "x.txt"
    page.write_text(
        "\n".join(unicodedata.normalize("NFD", x) for x in [*glossed, *ENGLISH]), "utf-8"
    )
    assert [s.source for s in ingest_page(page).document.segments] == list(CHINESE)


def test_a_missing_package_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opencc", None)
    with pytest.raises(MissingPackageError, match=r"\(opencc\); run: pip install 'mteval-toolkit"):
        ingest_page(tmp_path / "x.txt")


def test_two_pages_cannot_become_one_document(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.txt").write_text("\n".join([*CHINESE, *ENGLISH]), "utf-8")
    with pytest.raises(MismatchError, match="both become document x"):
        ingest_pages([tmp_path / "one" / "x.txt", tmp_path / "two" / "x.txt"])


def test_what_is_written_is_what_is_shipped(ingested: dict[str, Ingested], tmp_path: Path) -> None:
    write_ingested(tmp_path, list(ingested.values()))
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (ROOT / "references" / path.name).read_bytes(), path.name
    assert len(list(tmp_path.iterdir())) == 14
