from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.errors import InputError
from mteval.io.files import read_lines
from mteval.io.writing import new_folder, write_files

LINE = st.text(st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"]))


@given(st.lists(LINE, min_size=1).filter(lambda lines: not lines[0].startswith("\ufeff")))
def test_written_lines_read_back(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    write_files(folder, {"x.txt": "".join(f"{line}\n" for line in lines)})
    assert read_lines(folder / "x.txt") == lines
    assert [path.name for path in folder.iterdir()] == ["x.txt"]


def test_a_new_folder_is_whole_or_absent(tmp_path: Path) -> None:
    with new_folder(tmp_path / "run") as scratch:
        (scratch / "a").write_text("a")
        assert not (tmp_path / "run").exists()
    assert (tmp_path / "run" / "a").read_text() == "a"

    with pytest.raises(ZeroDivisionError), new_folder(tmp_path / "other") as scratch:
        (scratch / "a").write_text(str(1 / 0))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_a_new_folder_does_not_replace_one(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "old").touch()
    with (
        pytest.raises(InputError, match="cannot be written"),
        new_folder(tmp_path / "run") as scratch,
    ):
        (scratch / "new").touch()
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["old"]


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        write_files(tmp_path / "file" / "below", {"x": "y"})


def test_a_folder_in_the_place_of_one_file_leaves_all_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    (tmp_path / "b.txt").mkdir()
    with pytest.raises(InputError, match=r"b\.txt: it cannot be written \(there is a folder"):
        write_files(tmp_path, {"a.txt": "new", "b.txt": "new"})
    assert (tmp_path / "a.txt").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_a_failure_while_writing_leaves_no_folder(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match="cannot be written"),
        new_folder(tmp_path / "run") as scratch,
    ):
        (scratch / "missing" / "second").write_text("fails as on a full disk")
    assert list(tmp_path.iterdir()) == []
