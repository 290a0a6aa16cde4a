from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.errors import EncodingError, InputError
from mteval.io.files import (
    MAX_BYTES,
    MAX_LINE,
    check_inside,
    kind_of,
    new_folder,
    read_bytes,
    read_lines,
    read_text,
    read_toml,
    sha256,
    write_files,
)

LINE = st.text(st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"one\ntwo", ["one", "two"]),
        (b"one\r\ntwo\r\n", ["one", "two"]),
        (b"\xef\xbb\xbfone\n", ["one"]),
        (b"one\n\n", ["one", ""]),
        (b"\n", [""]),
        # U+2028, form feed and next-line end no line: wc -l counts only \n.
        ("a\u2028b\x0cc\x85d\n".encode(), ["a\u2028b\x0cc\x85d"]),
    ],
)
def test_lines_are_those_that_wc_counts(tmp_path: Path, data: bytes, lines: list[str]) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(data)
    assert read_lines(path) == lines


@given(st.lists(LINE, min_size=1).filter(lambda lines: not lines[0].startswith("\ufeff")))
def test_written_lines_read_back(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    write_files(folder, {"x.txt": "".join(f"{line}\n" for line in lines)})
    assert read_lines(folder / "x.txt") == lines
    assert [path.name for path in folder.iterdir()] == ["x.txt"]


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16"])
def test_other_encodings_are_named_with_the_offset(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.txt"
    text = "國防部發言人就中美兩軍關係答記者問。雙方保持溝通協調，我們將適時發布消息。\n" * 20
    path.write_bytes(("A line in ASCII\n" + text).encode(encoding))
    with pytest.raises(EncodingError) as error:
        read_text(path)
    with pytest.raises(UnicodeDecodeError) as plain:
        path.read_bytes().decode("utf-8")
    assert f"byte offset {plain.value.start};" in str(error.value)
    expected = {"gb18030": "GB", "big5": "BIG5", "utf-16": "UTF-16"}[encoding]
    assert f"it looks like {expected}" in str(error.value)
    assert f"{path}:" in str(error.value)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.txt").touch()
    with pytest.raises(InputError, match="the file is empty"):
        read_lines(tmp_path / "x.txt")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_text(tmp_path / "missing.txt")
    with pytest.raises(InputError, match="folder where a file is wanted"):
        read_text(tmp_path)


def test_bad_toml_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("good = 1\nbad =\n")
    with pytest.raises(InputError, match=r"x\.toml.*line 2"):
        read_toml(tmp_path / "x.toml")


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


def test_paths_that_cannot_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the path cannot be used"):
        kind_of(tmp_path / ("x" * 300))
    assert kind_of(tmp_path) == "folder"
    assert kind_of(tmp_path / "x") is None


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a\nb\0c\n", r"x\.txt:2: a NUL character stands at byte offset 3"),
        ("English only\n".encode("utf-16-le"), "it looks like UTF-16"),
        (b"ab\xed\xa0\x80\n", "half a surrogate pair stands at byte offset 2"),
    ],
)
def test_what_no_text_has_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "x.txt").write_bytes(data)
    with pytest.raises(EncodingError, match=says):
        read_text(tmp_path / "x.txt")


def test_the_encoding_of_a_long_file_is_told_too(tmp_path: Path) -> None:
    text = "国防部发言人就中美两军关系答记者问,双方保持着沟通协调。\n" * 3000
    (tmp_path / "x.txt").write_bytes(b"x" + text.encode("gb18030"))
    with pytest.raises(EncodingError, match="it looks like GB18030"):
        read_text(tmp_path / "x.txt")


def test_hash_is_that_of_sha256sum() -> None:
    # printf 'abc' | sha256sum (FIPS 180-2, appendix B.1)
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256("abc") == sha256(b"abc") == expected


def test_what_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(InputError, match="the file has 256 MiB, and no more than 256 MiB are read"):
        read_bytes(path)
    path.write_text(f"a\n{'b' * (MAX_LINE + 1)}\n")
    with pytest.raises(InputError, match=r"x\.txt:2: the line has 1,000,001 characters"):
        read_lines(path)


def test_a_pipe_is_read_and_a_device_is_not(tmp_path: Path) -> None:
    # What a shell makes of <(command). Opened for both, a pipe waits for nobody.
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with open(os.open(path, os.O_RDWR), "wb", buffering=0) as writer:
        writer.write(b"one\ntw")

        def end() -> None:
            writer.write(b"o\n")
            writer.close()

        later = threading.Timer(0.2, end)
        later.start()
        assert read_lines(path) == ["one", "two"]
        later.join()
    with pytest.raises(InputError, match="this is a device"):
        read_bytes(Path("/dev/zero"))


@pytest.mark.parametrize("written", [b"", b"half a li"])
def test_a_pipe_whose_writer_is_gone_ends(tmp_path: Path, written: bytes) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(os.open(path, os.O_WRONLY), "wb", buffering=0) as writer:
        writer.write(written)
    assert read_bytes(path) == written
    os.close(reader)


def test_links_lead_nowhere_outside(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x.txt").write_text("x")
    (folder / "y.txt").write_text("y")
    (folder / "z.txt").symlink_to("y.txt")
    (folder / "w.txt").symlink_to(tmp_path / "out" / "x.txt")
    (folder / "d").symlink_to("../out")
    check_inside(folder, [folder / "y.txt", folder / "z.txt", folder / "sub"])
    for name in ("w.txt", "d", "d/x.txt"):
        with pytest.raises(InputError, match="this is a link that leads out of"):
            check_inside(folder, [folder / name])
    # The folder may be reached through a link itself.
    (tmp_path / "link").symlink_to(folder)
    check_inside(tmp_path / "link", [tmp_path / "link" / "y.txt"])
