from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.corpus.document_files import write_document, write_system
from mteval.corpus.layout import (
    is_plain,
    load_plain_systems,
    load_plain_test_set,
    load_systems,
    load_test_set,
)
from mteval.corpus.model import Document, SystemOutput, check_names
from mteval.errors import InputError, MismatchError, UsageError
from tests.conftest import ROOT

LINE = st.text(st.characters(exclude_characters="\0\r\n\ufeff", exclude_categories=["Cs"]))
FULL_LINE = LINE.filter(lambda line: bool(line.strip()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_document(tmp_path, Document.from_columns("d", ["甲", "乙"], [["a", "b"], ["A", "B"]]))
    return tmp_path


def test_files_are_named_as_the_design_says(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["d.en.B.txt", "d.en.txt", "d.zh.txt"]
    assert (folder / "d.en.B.txt").read_text() == "A\nB\n"


@given(st.data())
def test_what_is_written_loads_the_same(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("layout")
    n_references = data.draw(st.integers(1, 3))
    documents = []
    for id in data.draw(st.sets(st.sampled_from(["a", "b.c", "北京", "x y"]), min_size=1)):
        n = data.draw(st.integers(1, 4))
        column = st.lists(FULL_LINE, min_size=n, max_size=n)
        documents.append(
            Document.from_columns(
                id, data.draw(column), [data.draw(column) for _ in range(n_references)]
            )
        )
    for document in documents:
        write_document(folder / "references", document)
    output = SystemOutput(
        "x y", {d.id: tuple(data.draw(LINE) for _ in d.segments) for d in documents}
    )
    write_system(folder / "systems", output)

    test_set = load_test_set(folder / "references")
    assert {d.id: d.segments for d in test_set.documents} == {d.id: d.segments for d in documents}
    assert [d.id for d in test_set.documents] == sorted(d.id for d in documents)
    [loaded], notes = load_systems([folder / "systems" / "x y"])
    assert (loaded.name, dict(loaded.documents)) == ("x y", dict(output.documents))
    assert notes == []


def test_metadata_comes_from_the_toml_file(folder: Path) -> None:
    (folder / "d.toml").write_text(
        'title = "T"\ndate = 2023-12-28\npublisher = "P"\nkinds = ["heading", "text"]\n'
    )
    [document] = load_test_set(folder).documents
    assert (document.title, document.date, document.publisher) == ("T", "2023-12-28", "P")
    assert [segment.kind for segment in document.segments] == ["heading", "text"]


def test_reference_only_text_is_kept_unscored_if_it_says_so(folder: Path) -> None:
    (folder / "e.en.txt").write_text("only English\n")
    with pytest.raises(MismatchError, match=r'e\.zh\.txt: .* say languages = \["en"\] in e\.toml'):
        load_test_set(folder)
    (folder / "e.toml").write_text('languages = ["en"]\n')
    assert load_test_set(folder).unscored == ("e",)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("d.en.txt", "a\n\n", r"d\.en\.txt:2: the line is empty"),
        ("d.zh.txt", " \n乙\n", r"d\.zh\.txt:1: the line is empty"),
        ("d.en.txt", "", r"d\.en\.txt: the file is empty"),
        ("d.en.txt", "a\nb\nc\n", r"d\.en\.txt has 3 lines where .*d\.zh\.txt has 2"),
        ("d.toml", 'kinds = ["text"]\n', r"d\.toml: kinds has 1 entries where .* has 2 lines"),
        ("d.toml", 'kinds = ["text", "x"]\n', r"d\.toml: kinds has 'x'"),
        ("d.toml", "kinds\n", r"d\.toml: this is not valid TOML"),
        ("f.zh.txt", "丙\n", r"f\.en\.txt: there is no such file, though other documents have"),
        ("d.en.txt", "a\nb\0\n", r"d\.en\.txt:2: a NUL character stands at byte offset 3"),
    ],
)
def test_a_bad_folder_is_refused(folder: Path, name: str, content: str, says: str) -> None:
    (folder / name).write_text(content)
    with pytest.raises(InputError, match=says):
        load_test_set(folder)


def test_no_folder_and_no_document_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        load_test_set(tmp_path / "missing")
    with pytest.raises(InputError, match=r"no <document>\.zh\.txt"):
        load_test_set(tmp_path)


def test_what_is_no_output_is_skipped_and_said(tmp_path: Path) -> None:
    (tmp_path / "README.md").touch()
    (tmp_path / "notes").mkdir()
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "d.txt").write_text("a\n")
    systems, notes = load_systems(sorted(tmp_path.iterdir()))
    assert [system.name for system in systems] == ["x"]
    assert [note.split(": ", 1)[1] for note in notes] == [
        "skipped, it is a file and a system is a folder",
        "skipped, it holds no <document>.txt",
    ]
    with pytest.raises(InputError, match="no system output"):
        load_systems([tmp_path / "README.md"])


def test_a_link_keeps_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "run-5").mkdir()
    (tmp_path / "run-5" / "d.txt").write_text("a\n")
    (tmp_path / "latest").symlink_to(tmp_path / "run-5")
    [system], _ = load_systems([tmp_path / "latest"])
    assert system.name == "latest"


def test_two_systems_of_one_name_are_refused(tmp_path: Path) -> None:
    for parent in ("one", "two"):
        (tmp_path / parent / "x").mkdir(parents=True)
        (tmp_path / parent / "x" / "d.txt").write_text("a\n")
    systems, _ = load_systems([tmp_path / "one" / "x", tmp_path / "two" / "x"])
    with pytest.raises(MismatchError, match=r"two systems have the name x \(.*one.*two"):
        check_names(systems)
    with pytest.raises(MismatchError, match="system x is given twice"):
        check_names([systems[0], systems[0]])


def test_a_link_to_nothing_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "d.txt").write_text("a\n")
    (tmp_path / "gone").symlink_to(tmp_path / "nothing")
    systems, [note] = load_systems([tmp_path / "gone", tmp_path / "x"])
    assert [system.name for system in systems] == ["x"]
    assert "link to nothing" in note


@pytest.mark.parametrize(
    ("file", "name"), [("x.txt", "x"), ("ref.A.en", "ref.A"), ("model-1.5", "model-1.5")]
)
def test_plain_files_keep_what_is_no_suffix(tmp_path: Path, file: str, name: str) -> None:
    (tmp_path / file).write_text("a\n")
    test_set = load_plain_test_set(None, [tmp_path / file])
    assert test_set.documents[0].id == name
    assert [system.name for system in load_plain_systems([tmp_path / file], test_set)] == [name]


@pytest.mark.parametrize("id", ["sources", "fixes", "terms", "foo.en", ".x", "a/b", "a\nb", " "])
def test_an_id_that_cannot_name_files_is_refused(tmp_path: Path, id: str) -> None:
    with pytest.raises(
        InputError, match=r"cannot be used: .* another id in sources\.toml|empty id"
    ):
        write_document(tmp_path, Document.from_columns(id, ["甲"], [["a"]]))
    assert list(tmp_path.iterdir()) == []


def test_plain_files_make_one_document(tmp_path: Path) -> None:
    for name, text in [("src.zh", "甲\n乙\n"), ("ref.A.en", "a\nb\n"), ("x.en", "a\n\n")]:
        (tmp_path / name).write_text(text)
    test_set = load_plain_test_set(tmp_path / "src.zh", [tmp_path / "ref.A.en"])
    assert [document.id for document in test_set.documents] == ["src"]
    [system] = load_plain_systems([tmp_path / "x.en"], test_set)
    assert system.name == "x"
    assert system.hypotheses(test_set) == ["a", ""]
    without = load_plain_test_set(None, [tmp_path / "ref.A.en"])
    assert (without.documents[0].id, without.sources) == ("ref.A", None)


def test_plain_files_and_folders_do_not_mix(tmp_path: Path) -> None:
    (tmp_path / "ref.txt").write_text("a\n")
    assert is_plain([tmp_path / "ref.txt"], None)
    assert not is_plain([tmp_path], None)
    with pytest.raises(UsageError, match="is a folder and cannot stand beside"):
        is_plain([tmp_path / "ref.txt", tmp_path], None)
    with pytest.raises(UsageError, match="is a folder"):
        is_plain([tmp_path], tmp_path / "ref.txt")


def test_a_line_break_in_a_segment_cannot_be_written(tmp_path: Path) -> None:
    document = Document.from_columns("d", ["甲"], [["a\nb"]])
    with pytest.raises(InputError, match="document d, segment 1 contains a line break or"):
        write_document(tmp_path, document)
    assert list(tmp_path.iterdir()) == []


def test_the_shipped_test_set_loads() -> None:
    test_set = load_test_set(ROOT / "references")
    assert {d.id: len(d.segments) for d in test_set.documents} == {
        "mnd-2023-11-30-consensus": 3,
        "mnd-2023-12-28-military-diplomacy": 7,
        "mnd-2023-12-28-video-call": 1,
        "state-2023-10-27-blinken-wang": 15,
    }
    assert test_set.unscored == ("li-shangfu-russia-visit",)
