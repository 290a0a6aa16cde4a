"""Pages of known truth in every kind of file and encoding, and pages as annual reports have them.

The paragraphs are those of ``test_variations``, rendered by ``tests.ingest.renderings``, and those
of ``benchmarks/alignment_reports.tsv`` in traditional Chinese, damaged on one side or the other.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mteval.ingest.output import Ingested
from mteval.ingest.pages import read_page
from mteval.ingest.pipeline import ingest_page
from mteval.languages.encoder import Embed
from mteval.languages.text import fold_spaces
from tests.conftest import ROOT
from tests.ingest import pages, renderings
from tests.ingest.pages import BREAK, Pair, Paragraph, Text, make_page
from tests.ingest.sites import BARE, SITES
from tests.ingest.test_variations import ROUNDS, SPEAKERS, TEXTS, embed

__all__ = ["embed"]


@dataclass(frozen=True)
class Case:
    """Files, the first two of which are a text and its translation if there are two; the truth."""

    name: str
    files: tuple[tuple[str, bytes], ...]
    pairs: tuple[Pair, ...]
    encoding: str | None = "UTF-8"

    def __str__(self) -> str:
        return self.name


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _texts() -> Iterator[tuple[str, Text]]:
    """Vary what is written: speakers, questions without English, missing and merged paragraphs."""
    for seed, (name, text) in enumerate((*TEXTS.items(), ("rounds", ROUNDS))):
        yield name, text
        yield f"{name} missing", pages.drop_sides(text, seed + 10, 0.2)
        yield f"{name} merged", pages.merge_sides(text, seed, 2)
    speaker = pages.rename_speaker(ROUNDS, *SPEAKERS["full-width"])
    yield "speaker", pages.without_english_questions(speaker, (1,))
    joined = pages.join_texts([TEXTS["call"], TEXTS["diplomacy"], TEXTS["consensus"]])
    yield "order of rounds", pages.merge_sides(joined, 3, 2)


def _html() -> Iterator[Case]:
    sites = (BARE, *SITES.values())
    for seed, (name, text) in enumerate(_texts()):
        render = renderings.HTML[seed % len(renderings.HTML)]
        layout = pages.LAYOUTS[seed % len(pages.LAYOUTS)]
        page = make_page(name, text, layout, sites[seed % len(sites)], seed)
        made = render(_lines(page.text)).encode()
        yield Case(f"{render.__name__} {layout.__name__} {name}", (("x.html", made),), page.pairs)


def _tables() -> Iterator[Case]:
    for seed, (name, text) in enumerate(_texts()):
        both = [p for p in (text.title, *text.paragraphs) if p.zh or p.en]
        rows = [(p.zh or "", p.en or "") for p in both]
        pairs = make_page(name, text).pairs
        left = seed % 2 == 1
        made = renderings.html_table(rows, english_left=left, header=seed % 3 > 0)
        yield Case(f"table {name}", (("x.htm", made.encode()),), pairs)
        if BREAK not in "".join(map("".join, rows)):
            made = renderings.markdown_table(rows)
            yield Case(f"markdown table {name}", (("x.md", made.encode()),), pairs)


def _documents() -> Iterator[Case]:
    for seed, (name, text) in enumerate(_texts()):
        layout = pages.LAYOUTS[(seed + 2) % len(pages.LAYOUTS)]
        page = make_page(name, text, layout, seed=seed)
        lines = _lines(page.text)
        if seed % 3 == 0:
            yield Case(
                f"markdown {name}", (("x.md", renderings.markdown(lines).encode()),), page.pairs
            )
        elif seed % 3 == 1:
            yield Case(f"docx {name}", (("x.docx", renderings.docx(lines)),), page.pairs, None)
        else:
            yield Case(f"odt {name}", (("x.odt", renderings.odt(lines)),), page.pairs, None)
    rows = [(p.zh or "", p.en or "") for p in TEXTS["readout"].paragraphs]
    pairs = make_page("x", TEXTS["readout"]).pairs
    title = [TEXTS["readout"].title.zh or "", TEXTS["readout"].title.en or ""]
    made = renderings.docx(title, rows)
    yield Case("docx table", (("x.docx", made),), pairs, None)


ENCODINGS = {
    "gb18030": "GB18030",
    "gbk": "GBK",
    "big5": "Big5",
    "big5hkscs": "Big5-HKSCS",
    "utf-16-le": "UTF-16-LE",
    "utf-16-be": "UTF-16-BE",
    "utf-16": "UTF-16-LE (with a byte-order mark)",
    "utf-8-sig": "UTF-8 (with a byte-order mark)",
}


def _encodings() -> Iterator[Case]:
    for seed, (encoding, stated) in enumerate(ENCODINGS.items()):
        for name, text in TEXTS.items():
            if encoding.startswith("big5"):
                text = pages.map_chinese(text, pages.convert_script("s2hk"))
            page = make_page(name, text, pages.LAYOUTS[seed % len(pages.LAYOUTS)], seed=seed)
            content = page.text.replace("’", "'").replace("—", "-")
            pairs = tuple(
                (zh.replace("—", "-"), en.replace("’", "'").replace("—", "-"))
                for zh, en in page.pairs
            )
            try:
                data = content.encode(encoding)
            except UnicodeEncodeError:
                continue
            if encoding in ("gb18030", "gbk", "big5hkscs"):
                stated = ""  # the smallest that holds the text is named
            yield Case(f"{encoding} {name}", (("x.txt", data),), pairs, stated or None)
            lines = _lines(content)
            html = renderings.html_paragraphs(lines).replace("utf-8", encoding.split("-sig")[0])
            yield Case(f"{encoding} html {name}", (("x.html", html.encode(encoding)),), pairs, None)


def _two_files() -> Iterator[Case]:
    for seed, (name, text) in enumerate(_texts()):
        page = make_page(name, text)
        zh = make_page("zh", pages.in_one_language(text, "zh"), site=SITES["gov"]).text
        en = make_page("en", pages.in_one_language(text, "en")).text
        files = [
            ("x.zh.html", renderings.html_paragraphs(_lines(zh)).encode()),
            ("x.en.docx", renderings.docx(_lines(en))),
        ]
        if seed % 2:
            files.reverse()
        yield Case(f"two files {name}", tuple(files), page.pairs, None)


FAMILIES = {
    "html": list(_html()),
    "tables": list(_tables()),
    "documents": list(_documents()),
    "encodings": list(_encodings()),
    "two files": list(_two_files()),
}


def _ingested(case: Case, folder: Path, embed: Embed) -> Ingested:
    paths = []
    for name, data in case.files:
        paths.append(folder / name)
        paths[-1].write_bytes(data)
    return ingest_page(paths[0], translation=paths[1] if len(paths) > 1 else None, embed=embed)


def _found(result: Ingested) -> list[Pair]:
    return [(s.source or "", s.references[0]) for s in result.document.segments]


def _check_account(result: Ingested, case: Case, folder: Path) -> None:
    """Check that every block of the files is kept or dropped, once, and dropped for a reason."""
    report = result.report
    for file, name in enumerate((report.page, report.translation)):
        if name is None:
            continue
        kept = [n for k in report.kept for n in (k.translation_lines if file else k.lines)]
        dropped = [d.line for d in report.dropped if d.file == file]
        lines = read_page(Path(name)).lines
        assert sorted(kept + dropped) == [line.number for line in lines]
    assert all(dropped.reason for dropped in report.dropped)


@pytest.mark.parametrize("family", FAMILIES)
def test_pages_of_every_kind_give_their_true_pairs(
    family: str, embed: Embed, tmp_path: Path
) -> None:
    right = found = true = 0
    shown = []
    for case in FAMILIES[family]:
        result = _ingested(case, tmp_path, embed)
        marks = pages.mark(_found(result), case.pairs)
        right, found, true = right + marks.right, found + marks.found, true + marks.true
        if marks.f1 < 1:
            shown.append(f"{case}: {marks}")
        _check_account(result, case, tmp_path)
        if case.encoding is not None:
            assert result.report.encodings == (case.encoding,)
    f1 = 2 * right / (found + true)
    assert f1 >= 0.98, f"F1 {f1:.4f}\n" + "\n".join(shown)


def test_there_are_pages_enough() -> None:
    assert sum(map(len, FAMILIES.values())) >= 40


# Annual reports -----------------------------------------------------------------------------------


def _reports() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    rows = (ROOT / "benchmarks" / "alignment_reports.tsv").read_text("utf-8").splitlines()
    reports: dict[str, list[Pair]] = {}
    for row in rows:
        name, zh, en = row.split("\t")
        reports.setdefault(name, []).append((fold_spaces(zh), fold_spaces(en)))
    for name, pairs in reports.items():
        for start in range(0, len(pairs) - 13, 5):
            yield f"{name} {start}", pairs[start : start + 14]


def _damaged(name: str, pairs: list[Pair], seed: int) -> Text:
    """Delete one paragraph on one side and two on the other, or merge and add some."""
    rng = random.Random(seed)
    items = [Paragraph(zh, en) for zh, en in pairs]
    if seed % 2:
        less, *more = rng.sample(range(len(items)), 3)
        items[less] = Paragraph(None, items[less].en)
        for n in more:
            items[n] = Paragraph(items[n].zh, None)
        return Text(Paragraph(), "2023-01-01", tuple(items))
    text = pages.merge_sides(Text(Paragraph(), "2023-01-01", tuple(items)), seed, 2)
    added = Paragraph("本行另於年內舉辦員工義工日。", None)
    place = rng.randint(1, len(text.paragraphs))
    paragraphs = (*text.paragraphs[:place], added, *text.paragraphs[place:])
    return Text(text.title, text.date, paragraphs)


def test_annual_reports_with_damaged_sides_are_paired(embed: Embed, tmp_path: Path) -> None:
    right = found = true = 0
    shown = []
    for number, (name, pairs) in enumerate(_reports()):
        for seed in range(4):
            text = _damaged(name, pairs, number * 4 + seed)
            layout = (pages.chinese_first, pages.interleaved)[seed // 2]
            page = make_page(f"{name} {layout.__name__} {seed}", text, layout)
            case = Case(page.name, (("x.txt", page.text.encode()),), page.pairs)
            result = _ingested(case, tmp_path, embed)
            marks = pages.mark(_found(result), case.pairs)
            right, found, true = right + marks.right, found + marks.found, true + marks.true
            if marks.f1 < 1:
                dropped = Counter((x.reason, x.text) for x in result.report.dropped)
                shown.append(f"{case}: {marks}\n{dropped}")
            _check_account(result, case, tmp_path)
    f1 = 2 * right / (found + true)
    assert f1 >= 0.98, f"F1 {f1:.4f}\n" + "\n".join(shown)
