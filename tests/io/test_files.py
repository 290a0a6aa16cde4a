from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from mteval.errors import InputError
from mteval.io import pipes
from mteval.io.files import (
    MAX_BYTES,
    MAX_LINE,
    check_inside,
    kind_of,
    read_bytes,
    read_lines,
    read_text,
)


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


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.txt").touch()
    with pytest.raises(InputError, match="the file is empty"):
        read_lines(tmp_path / "x.txt")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_text(tmp_path / "missing.txt")
    with pytest.raises(InputError, match="folder where a file is wanted"):
        read_text(tmp_path)


def test_paths_that_cannot_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the path cannot be used"):
        kind_of(tmp_path / ("x" * 300))
    assert kind_of(tmp_path) == "folder"
    assert kind_of(tmp_path / "x") is None


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
    with os.fdopen(os.open(path, os.O_RDWR), "wb", buffering=0) as writer:
        writer.write(b"one\ntw")

        def end() -> None:
            with writer:
                writer.write(b"o\n")

        later = threading.Timer(0.2, end)
        later.start()
        assert read_lines(path) == ["one", "two"]
        later.join(30)
    with pytest.raises(InputError, match="this is a device"):
        read_bytes(Path("/dev/zero"))


@pytest.mark.parametrize("written", [b"", b"half a li"])
def test_a_pipe_whose_writer_is_gone_ends(
    tmp_path: Path, written: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipes, "PATIENCE_SECONDS", 0.1)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(os.open(path, os.O_WRONLY), "wb", buffering=0) as writer:
        writer.write(written)
    if written:
        assert read_bytes(path) == written
    else:
        # As for whoever opens it now, nobody has come yet.
        with pytest.raises(InputError, match=r"cannot be read \(nobody has written to the pipe"):
            read_bytes(path)
    os.close(reader)


@pytest.mark.parametrize("text", [b"", b"one\ntwo\n", b"x" * 300_000])
def test_a_pipe_that_is_opened_before_its_writer_is_read(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)

    def write() -> None:
        with path.open("wb", buffering=0) as file:
            time.sleep(0.1)
            file.write(text[:3])
            time.sleep(0.1)
            file.write(text[3:])

    later = threading.Timer(0.2, write)
    later.start()
    assert read_bytes(path) == text
    later.join(30)


def test_a_writer_who_takes_long_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipes, "PATIENCE_SECONDS", 0.1)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with os.fdopen(os.open(path, os.O_RDWR), "wb", buffering=0) as writer:

        def write() -> None:
            with writer:
                writer.write(b"late")

        later = threading.Timer(0.5, write)
        later.start()
        assert read_bytes(path) == b"late"
        later.join(30)


def test_a_pipe_that_is_open_already_ends_where_it_ended() -> None:
    for text in (b"", b"text"):
        reader, writer = os.pipe()
        os.write(writer, text)
        os.close(writer)
        assert read_bytes(Path(f"/dev/fd/{reader}")) == text
        os.close(reader)


def test_a_pipe_that_does_not_block_is_read() -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)

    def write() -> None:
        os.write(writer, b"text")
        os.close(writer)

    later = threading.Timer(0.2, write)
    later.start()
    assert read_bytes(Path(f"/dev/fd/{reader}")) == b"text"
    later.join(30)
    os.close(reader)


def test_a_file_that_has_nothing_for_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipes, "PATIENCE_SECONDS", 0.1)
    (tmp_path / "x").write_text("text")

    def blocks(*_: object) -> bytes:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(os, "read", blocks)
        patch.setattr(pipes, "_wait", lambda *_: False)
        with pytest.raises(InputError, match=r"cannot be read \(Resource temporarily unavailable"):
            read_bytes(tmp_path / "x")


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
