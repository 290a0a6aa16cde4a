"""Which pages belong together: one page in both languages, or one in each."""

from __future__ import annotations

from pathlib import Path

import pytest

from mteval.errors import InputError
from mteval.ingest.coupling import couple_pages, page_language, read_source
from mteval.ingest.pages import read_page
from mteval.ingest.pipeline import ingest_page, ingest_pages
from tests.conftest import Run
from tests.ingest import renderings
from tests.ingest.test_confidence import report
from tests.ingest.test_pipeline import CHINESE, ENGLISH

LINES = [*CHINESE, *ENGLISH]


@pytest.mark.parametrize("swapped", [False, True])
def test_a_page_in_each_language_becomes_one_document(
    tmp_path: Path, mteval: Run, swapped: bool
) -> None:
    zh, en = tmp_path / "talk.zh.txt", tmp_path / "talk.en.html"
    zh.write_text("\n".join([*CHINESE, "COVID-19"]), "gb18030")
    en.write_text(renderings.html_paragraphs(ENGLISH), "utf-8")
    files = [en, zh] if swapped else [zh, en]
    done = mteval("ingest", *files, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "were taken for a text and its translation" in done.stderr
    assert (tmp_path / "out" / "talk.zh.txt").read_text("utf-8").splitlines() == list(CHINESE)
    stated = (tmp_path / "out" / "talk.toml").read_text("utf-8")
    assert 'encoding = "GB2312"' in stated
    assert 'translation_raw = "talk.en.html"' in stated


def test_sources_name_the_translation(tmp_path: Path) -> None:
    names = ("a.txt", "b.txt", "c.txt")
    for name, lines in zip(names, (CHINESE, LINES, ENGLISH), strict=True):
        (tmp_path / name).write_text("\n".join(lines), "utf-8")
    (tmp_path / "sources.toml").write_text('[pages."a.txt"]\ntranslation = "c.txt"\n')
    results = ingest_pages([tmp_path / name for name in names])
    assert [result.document.id for result in results] == ["a", "b"]
    assert [len(result.document.segments) for result in results] == [2, 2]


def test_two_pages_in_one_language_are_no_pair(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("\n".join(CHINESE), "utf-8")
    with pytest.raises(InputError, match=r"a\.txt: the page has no English text"):
        ingest_pages([tmp_path / "a.txt", tmp_path / "b.txt"])
    with pytest.raises(InputError, match="cannot be a text and its translation"):
        ingest_page(tmp_path / "a.txt", translation=tmp_path / "b.txt")


def test_pages_that_name_each_other_are_refused(tmp_path: Path) -> None:
    for name, side in (("a.txt", 0), ("b.txt", 1)):
        lines = [pair[side] for pair in report("banking")]
        (tmp_path / name).write_text("\n\n".join(lines), "utf-8")
    (tmp_path / "sources.toml").write_text(
        "[pages.'a.txt']\ntranslation = 'b.txt'\n[pages.'b.txt']\ntranslation = 'a.txt'\n", "utf-8"
    )
    with pytest.raises(InputError, match="and has a translation itself"):
        ingest_pages([tmp_path / "a.txt", tmp_path / "b.txt"])


def write(folder: Path, name: str, lines: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_a_page_with_a_part_of_its_english_is_in_both_languages(tmp_path: Path) -> None:
    """A page whose English is a quarter of its text has a translation: it takes no other's."""
    pairs = report("payment")
    bilingual = write(
        tmp_path, "a.txt", [*(zh for zh, _ in pairs), *(en for _, en in pairs[: len(pairs) // 4])]
    )
    english = write(tmp_path, "b.txt", [en for _, en in pairs])
    assert page_language(read_page(bilingual)) is None
    assert page_language(read_page(english)) == "en"
    groups = couple_pages([read_source(path, None) for path in (bilingual, english)])
    assert [len(group.pages) for group in groups] == [1, 1]


def test_names_and_links_do_not_make_a_page_bilingual(tmp_path: Path) -> None:
    pairs = report("payment")
    chinese = write(
        tmp_path, "a.txt", [*(zh for zh, _ in pairs), "Hong Kong Monetary Authority", "Home | Menu"]
    )
    english = write(tmp_path, "b.txt", [*(en for _, en in pairs), "繁體", "香港金融管理局"])
    assert page_language(read_page(chinese)) == "zh"
    for paths in ([chinese, english], [english, chinese]):
        [group] = couple_pages([read_source(path, None) for path in paths])
        assert [source.page.path.name for source in group.pages] == ["a.txt", "b.txt"]
        assert group.languages == ("zh", "en")
        assert group.named_first == paths[0]
