"""sources.toml names pages, fixes.toml repairs them; neither is taken for what it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from mteval.errors import InputError
from mteval.ingest.config import SourceEntry, find_config, read_source_entry
from mteval.ingest.pipeline import ingest_pages
from tests.ingest.test_confidence import page, report
from tests.ingest.test_pipeline import CHINESE, ENGLISH


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            "[pages.'x.txt']\ntranslation = '../y.txt'\n",
            "translation of x.txt is '../y.txt'; write",
        ),
        ("[pages.'x.txt']\ntranslation = '/etc/passwd'\n", "of a file beside the page, without"),
        ("[pages.'x.txt']\ntranslation = '..'\n", "of a file beside the page, without a folder"),
        ('[pages."x.txt"]\ndocument = 3\n', "document of x.txt is 3; write it as text"),
        ('pages."x.txt" = 3\n', "is not a table"),
        ("pages = 3\n", "'pages' is not a table"),
        ("pages\n", "not valid TOML"),
        ('[pages."x.txt"]\ntitle = ["a"]\n', "title of x.txt is .* write it as text"),
        ('[pages."x.txt"]\nlanguages = "en"\n', "languages of x.txt is 'en'"),
    ],
)
def test_bad_sources_are_refused(tmp_path: Path, content: str, says: str) -> None:
    page = tmp_path / "x.txt"
    page.write_text("\n".join([*CHINESE, *ENGLISH]), "utf-8")
    (tmp_path / "sources.toml").write_text(content)
    with pytest.raises(InputError, match=rf"sources\.toml: .*{says}"):
        ingest_pages([page])


@pytest.mark.parametrize(
    ("fix", "says"),
    [
        ({"find": "nowhere"}, "occurs 0 times"),
        ({"find": "two"}, "occurs 2 times"),
        ({"find": "a\nb"}, "reaches over a line break"),
        ({"find": ""}, "must say raw, find, replace and reason"),
        ({"reason": ""}, "must say raw, find, replace and reason"),
    ],
)
def test_a_fix_that_does_not_fit_is_refused(tmp_path: Path, fix: dict[str, str], says: str) -> None:
    import tomli_w

    page = tmp_path / "x.txt"
    page.write_text("\n".join([*CHINESE, *ENGLISH]), "utf-8")
    entry = {"raw": "x.txt", "find": "values", "replace": "values", "reason": "test"} | fix
    (tmp_path / "fixes.toml").write_text(tomli_w.dumps({"fix": [entry]}))
    with pytest.raises(InputError, match=rf"fixes\.toml: .*{says}"):
        ingest_pages([page])


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("sources.toml", "[[page]]\nraw = 'page.txt'\n", "the file has 'page'"),
        ("sources.toml", "[pages.'page.txt']\ndomian = 'news'\n", "page.txt has 'domian'"),
        ("fixes.toml", "[[fixes]]\nraw = 'page.txt'\n", "the file has 'fixes'"),
    ],
)
def test_misspelt_keys_are_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    path = page(tmp_path, [part for pair in report("banking") for part in pair])
    with pytest.raises(InputError, match=said):
        ingest_pages([path])


def test_an_entry_states_what_the_file_says_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(
        '[pages."x.txt"]\ndocument = "id"\ndate = 2023-12-28\nlanguages = ["en"]\n', "utf-8"
    )
    entry = read_source_entry(path, tmp_path / "x.txt")
    assert entry == SourceEntry(document="id", date="2023-12-28", english_only=True)
    assert read_source_entry(path, tmp_path / "y.txt") == SourceEntry()
    assert read_source_entry(None, tmp_path / "x.txt") == SourceEntry()


def test_an_entry_is_completed_by_that_of_the_translation() -> None:
    own = SourceEntry(title="own", domain="")
    other = SourceEntry(title="other", domain="news", publisher="MND")
    assert own.completed_by(other) == SourceEntry(title="own", domain="", publisher="MND")


def test_the_nearest_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = [tmp_path / name for name in ("out", "raw/pages", "raw", "references")]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "fixes.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    for folder in folders:
        found = find_config("fixes.toml", tmp_path / "raw/pages/x.txt", tmp_path / "out")
        assert found is not None
        assert found.resolve() == folder / "fixes.toml"
        found.unlink()
    assert find_config("fixes.toml", tmp_path / "raw/pages/x.txt", tmp_path / "out") is None
