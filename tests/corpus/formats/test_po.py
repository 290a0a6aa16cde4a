"""PO files as gettext and its friends write them; polib is the oracle."""

from __future__ import annotations

import tempfile
from pathlib import Path

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.corpus.formats.corpus import Corpus
from mteval.corpus.formats.read import read_corpus
from mteval.corpus.formats.wanted import Wanted
from mteval.corpus.formats.write import write_corpus
from mteval.errors import EncodingError, InputError, UsageError
from tests.conftest import Run
from tests.corpus.formats.corpora import BREAKS, PIECES, TABS, check_sentence, small

HEADER = """# Translations of a program.
# FIRST AUTHOR <EMAIL@ADDRESS>, YEAR.
msgid ""
msgstr ""
"Project-Id-Version: program 1.0\\n"
"Language: en_GB\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
ENTRIES = """#. A greeting.
#: src/main.c:12 src/other.c:7
#, c-format
msgid "你好，%s"
msgstr "Hello, %s"

msgid ""
"第一行\\n"
"第二行 \\"引\\"\\t\\\\"
msgstr ""
"First line\\n"
"second \\"quoted\\"\\t\\\\"

#, fuzzy, c-format
#| msgid "再会"
msgid "再见"
msgstr "Farewell"

msgctxt "menu"
msgid "文件"
msgstr "File"

msgctxt "noun"
msgid "文件"
msgstr ""

msgid "%d 个文件"
msgid_plural "%d 些文件"
msgstr[0] "%d file"
msgstr[1] "%d files"

#~ msgid "旧的"
#~ msgstr "Old"
"""


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def pairs(corpus: Corpus) -> list[tuple[str | None, ...]]:
    return [(s.source, *s.references) for s in corpus.test_set.segments]


def test_entries_are_segments_and_what_is_no_reference_is_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "program.po", HEADER + ENTRIES)
    corpus = read_corpus(path)
    assert pairs(corpus) == [
        ("你好，%s", "Hello, %s"),
        ('第一行\n第二行 "引"\t\\', 'First line\nsecond "quoted"\t\\'),
        ("文件", "File"),
        ("%d 个文件", "%d file"),
        ("%d 些文件", "%d files"),
    ]
    assert [document.id for document in corpus.test_set.documents] == ["program"]
    assert corpus.languages == ("zh", "en-GB")
    lines = (HEADER + ENTRIES).split("\n")
    fuzzy = lines.index("#, fuzzy, c-format") + 1
    empty = lines.index('msgctxt "noun"') + 1
    assert corpus.notes == (
        f"{path}: 1 fuzzy entry skipped, as nobody has confirmed the translation: {path}:{fuzzy}",
        f"{path}: 1 obsolete entry skipped",
        f"{path}: 2 contexts (msgctxt) not kept",
        f"{path}: 1 segment without a reference was skipped: {path}:{empty}",
    )


def test_of_a_system_fuzzy_entries_count_and_empty_ones_are_empty(tmp_path: Path) -> None:
    path = write(tmp_path / "program.po", HEADER + ENTRIES)
    corpus = read_corpus(path, wanted=Wanted(as_system="mt"))
    [system] = corpus.systems
    assert system.documents["program"] == (
        "Hello, %s",
        'First line\nsecond "quoted"\t\\',
        "Farewell",
        "File",
        "",
        "%d file",
        "%d files",
    )
    assert any("1 fuzzy entry taken for output of the system" in note for note in corpus.notes)


@pytest.mark.parametrize(
    ("fields", "wanted", "languages"),
    [
        ("", Wanted(), ("zh", "en")),
        ("Language: zh_CN\\n", Wanted(), ("en", "zh-CN")),
        ("Language: de\\nX-Source-Language: fr\\n", Wanted(), ("fr", "de")),
        ("Language: de\\n", Wanted("fr"), ("fr", "de")),
        ("", Wanted("de", "fr"), ("de", "fr")),
    ],
)
def test_languages(tmp_path: Path, fields: str, wanted: Wanted, languages: tuple[str, str]) -> None:
    text = f'msgid ""\nmsgstr "{fields}"\n\nmsgid "a"\nmsgstr "b"\n'
    assert read_corpus(write(tmp_path / "x.po", text), wanted=wanted).languages == languages


def test_a_language_that_the_file_is_not_in_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.po", HEADER + ENTRIES)
    with pytest.raises(InputError, match=r"the target language 'fr' cannot be .* \(it has en-GB\)"):
        read_corpus(path, wanted=Wanted(target_language="fr"))


def test_a_language_with_one_plural_form_translates_the_plural(tmp_path: Path) -> None:
    text = 'msgid "%d file"\nmsgid_plural "%d files"\nmsgstr[0] "%d 个文件"\n'
    assert pairs(read_corpus(write(tmp_path / "x.po", text))) == [("%d files", "%d 个文件")]
    text = 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "0"\nmsgstr[1] "1"\nmsgstr[2] "2"\n'
    assert pairs(read_corpus(write(tmp_path / "x.po", text))) == [
        ("a", "0"),
        ("b", "1"),
        ("b", "2"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('msgid "a"\nmsgstr "b\n', 2, "neither a comment nor a keyword"),
        ('msgid "a"\nmsgstr b\n', 2, "neither a comment nor a keyword"),
        ('msgid "a"\nmsgstr "b" "c"\n', 2, "neither a comment nor a keyword"),
        ('msgid "a"\nmsgstr "b"c"\n', 2, "neither a comment nor a keyword"),
        ("hello\n", 1, "neither a comment nor a keyword"),
        ('msgid "a"\n\nmsgid "b"\nmsgstr "c"\n', 3, "this line cannot stand here"),
        ('msgstr "c"\n', 1, "this line cannot stand here"),
        ('"c"\n', 1, "this line cannot stand here"),
        ('msgid "a"\nmsgstr "b"\n\nmsgid "c"\n', 5, "ends before the translation"),
    ],
)
def test_what_is_no_po_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    path = write(tmp_path / "x.po", text)
    with pytest.raises(InputError, match=said) as caught:
        read_corpus(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    check_sentence(caught.value)


def test_a_template_is_sources_alone(tmp_path: Path) -> None:
    text = (
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=CHARSET\\n"\n\nmsgid "a"\nmsgstr ""\n'
    )
    assert pairs(read_corpus(write(tmp_path / "x.pot", text))) == [("a",)]


def test_the_declared_encoding_is_taken(tmp_path: Path) -> None:
    text = (HEADER + ENTRIES).replace("UTF-8", "GB18030")
    assert pairs(read_corpus(write(tmp_path / "x.po", text.encode("gb18030")))) == pairs(
        read_corpus(write(tmp_path / "y.po", HEADER + ENTRIES))
    )
    with pytest.raises(EncodingError, match=r"x\.po:\d+: the file says that it is in ascii"):
        read_corpus(write(tmp_path / "x.po", (HEADER + ENTRIES).replace("UTF-8", "ascii")))
    with pytest.raises(EncodingError, match="not UTF-8"):
        read_corpus(write(tmp_path / "x.po", (HEADER + ENTRIES).encode("gb18030")))


@pytest.mark.parametrize("declared", ["hex", "rot13", "nothing"])
def test_what_is_declared_and_is_not_an_encoding_of_text_is_ignored(
    tmp_path: Path, declared: str
) -> None:
    text = HEADER + ENTRIES
    found = read_corpus(write(tmp_path / "x.po", text.replace("UTF-8", declared)))
    assert pairs(found) == pairs(read_corpus(write(tmp_path / "y.po", text)))


def test_an_encoding_that_decodes_nothing_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.po", (HEADER + ENTRIES).replace("UTF-8", "undefined"))
    with pytest.raises(EncodingError, match="it is in undefined, and it is not") as caught:
        read_corpus(path)
    check_sentence(caught.value)


def test_a_file_that_is_a_path_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("# x"), 'msgid "secret"\nmsgstr "secret"\n')
    with pytest.raises(InputError, match="no segment here"):
        read_corpus(write(tmp_path / "x.po", "# x"))


def test_po_is_only_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the format po is only read; write another: folder, "):
        write_corpus(small(), tmp_path / "x", "po")
    with pytest.raises(UsageError, match=r"no format is written with the suffix '\.po'"):
        write_corpus(small(), tmp_path / "x.po")
    assert list(tmp_path.iterdir()) == []


TEXT = st.lists(
    st.sampled_from([*PIECES, *TABS, *BREAKS, "\\", '\\"', "\v"]), min_size=1, max_size=8
).map("".join)


@given(st.lists(st.tuples(TEXT, TEXT, st.booleans(), st.booleans()), min_size=1, max_size=5))
def test_what_polib_writes_is_read_as_polib_has_it(
    entries: list[tuple[str, str, bool, bool]],
) -> None:
    file = polib.POFile()
    file.metadata = {"Language": "en", "Content-Type": "text/plain; charset=UTF-8"}
    expected = []
    for source, target, fuzzy, obsolete in entries:
        entry = polib.POEntry(msgid=source, msgstr=target, obsolete=obsolete)
        if fuzzy:
            entry.flags.append("fuzzy")
        file.append(entry)
        if not fuzzy and not obsolete and source.strip() and target.strip():
            expected.append((source, target))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.po"
        file.save(str(path))
        if expected:
            assert pairs(read_corpus(path)) == expected
        else:
            with pytest.raises(InputError, match="no segment here"):
                read_corpus(path)


def test_score_and_convert_take_po_files(mteval: Run, tmp_path: Path) -> None:
    text = (HEADER + ENTRIES).replace('msgctxt "noun"\nmsgid "文件"', 'msgid "文档"')
    write(tmp_path / "ref.po", text)
    write(tmp_path / "mt.po", text.replace("Hello", "Hi"))
    scored = mteval("score", "mt.po", "-r", "ref.po", "-m", "chrf", "--json")
    assert scored.returncode == 0, scored.stderr
    assert "mt.po: its one document is taken for ref\n" in scored.stderr
    assert "mt.po: 2 segments of document ref ignored, as the references lack" in scored.stderr
    assert '"segments": 5' in scored.stdout
    done = mteval("convert", "ref.po", "out.jsonl")
    assert done.returncode == 0, done.stderr
    assert pairs(read_corpus(tmp_path / "out.jsonl")) == pairs(read_corpus(tmp_path / "ref.po"))
