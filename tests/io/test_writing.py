from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.errors import InputError
from mteval.io import pipes
from mteval.io.files import MAX_BYTES, read_lines
from mteval.io.writing import extend_file, new_folder, write_file, write_files, write_folder

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
    with pytest.raises(InputError, match=r"b\.txt: this is a folder where a file is expected"):
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


def test_an_empty_folder_gives_its_mode_and_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "new").symlink_to("other")
    for name in ("link", "new"):
        write_folder(tmp_path / name, {"a/b": "text"})
        assert (tmp_path / name).is_symlink()
    assert (tmp_path / "real" / "a" / "b").read_text() == "text"
    assert (tmp_path / "other" / "a" / "b").read_text() == "text"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o700


def is_marked(content: bytes) -> bool:
    return content.startswith(b"ours")


def test_a_file_is_replaced_if_it_is_ours_or_by_force(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_file(path, "ours 1", is_ours=is_marked)
    write_file(path, "ours 2", is_ours=is_marked)
    assert path.read_text() == "ours 2"
    path.write_text("theirs")
    before = path.stat()
    for is_ours in (is_marked, None):
        with pytest.raises(
            InputError, match=r"x: there is something already, a file of 6 bytes .*--"
        ):
            write_file(path, "ours 3", is_ours=is_ours)
    # The same content replaces nothing.
    write_file(path, "theirs")
    assert path.stat() == before
    write_file(path, "ours 3", force=True)
    assert path.read_text() == "ours 3"
    assert [each.name for each in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755])
def test_what_is_replaced_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "x"
    path.write_text("ours")
    path.chmod(mode)
    write_file(path, "ours, new", is_ours=is_marked)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_text() == "ours, new"
    write_files(tmp_path, {"x": "lines\n"})
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_what_is_new_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        write_file(tmp_path / "x", "new")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o640


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="takes root")
def test_what_is_replaced_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("ours")
    os.chown(path, 12345, 12346)
    write_file(path, "ours, new", is_ours=is_marked)
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 12346)


def test_another_name_of_a_file_keeps_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("ours")
    (tmp_path / "hard").hardlink_to(tmp_path / "x")
    write_file(tmp_path / "x", "ours, new", is_ours=is_marked)
    assert (tmp_path / "hard").read_text() == "ours"


@pytest.mark.parametrize("force", [False, True])
def test_a_link_is_followed_only_to_what_is_ours_or_not_there(tmp_path: Path, force: bool) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "ours").symlink_to("real/ours")
    (tmp_path / "chain").symlink_to("theirs")
    (tmp_path / "theirs").symlink_to(tmp_path / "real" / "theirs")
    (tmp_path / "missing").symlink_to("real/missing")
    (tmp_path / "real" / "ours").write_text("ours")
    (tmp_path / "real" / "theirs").write_text("theirs")
    for name in ("ours", "missing"):
        write_file(tmp_path / name, "ours, new", is_ours=is_marked, force=force)
        assert (tmp_path / name).is_symlink()
        assert (tmp_path / "real" / name).read_text() == "ours, new"
    for name in ("theirs", "chain"):
        with pytest.raises(InputError) as caught:
            write_file(tmp_path / name, "ours, new", is_ours=is_marked, force=force)
        assert f"{tmp_path / name}: this is a link to " in str(caught.value)
        assert str(tmp_path / "real" / "theirs") in str(caught.value)
        with pytest.raises(InputError, match="this is a link to"):
            write_files(tmp_path, {name: "lines"})
        assert (tmp_path / name).is_symlink()
    assert (tmp_path / "real" / "theirs").read_text() == "theirs"
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(InputError, match=r"it cannot be written \(Too many levels"):
        write_file(tmp_path / "circle", "ours", force=force)


def test_a_file_that_cannot_be_read_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with path.open("wb") as file:
        file.write(b"ours")
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(InputError, match="there is something already"):
        write_file(path, "ours, new", is_ours=is_marked)


def received(path: Path, into: list[bytes]) -> threading.Thread:
    """Read a pipe to its end beside the test."""
    reader = threading.Thread(target=lambda: into.append(path.read_bytes()), daemon=True)
    reader.start()
    return reader


@pytest.mark.parametrize("force", [False, True])
def test_a_pipe_is_written_to(tmp_path: Path, force: bool) -> None:
    # More than a pipe takes at once.
    content = "line\n" * 100_000
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to("pipe")
    for name in ("pipe", "link"):
        into: list[bytes] = []
        reader = received(pipe, into)
        write_file(tmp_path / name, content, force=force)
        reader.join(30)
        assert into == [content.encode()]
        assert pipe.is_fifo()
    into = []
    reader = received(pipe, into)
    write_files(tmp_path, {"pipe": "lines\n", "file": "text"})
    reader.join(30)
    assert into == [b"lines\n"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link", "pipe"]


def test_a_pipe_that_nobody_reads_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipes, "PATIENCE_SECONDS", 0.1)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="nobody has opened the pipe"):
        write_file(tmp_path / "pipe", "text", force=True)
    assert (tmp_path / "pipe").is_fifo()


def test_a_reader_who_leaves_early_is_no_error(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    write_file(Path(f"/dev/fd/{writer}"), "x" * 1_000_000)
    os.close(writer)


def test_open_descriptors_are_written_to_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "x"
    (tmp_path / "link").symlink_to("/dev/fd")
    with path.open("wb", buffering=0) as file:
        file.write(b"before\n")
        names = [f"/dev/fd/{file.fileno()}", f"{tmp_path}/link/{file.fileno()}"]
        if sys.platform == "linux":
            names.append(f"/proc/self/fd/{file.fileno()}")
        (tmp_path / "other").symlink_to(names[0])
        for name in (*names, str(tmp_path / "other")):
            write_file(Path(name), "line\n")
        file.write(b"after\n")
        inode = os.fstat(file.fileno()).st_ino
    assert path.read_text() == "before\n" + "line\n" * (len(names) + 1) + "after\n"
    assert path.stat().st_ino == inode
    with pytest.raises(InputError, match=r"it cannot be written \(Bad file descriptor\)"):
        write_file(Path("/dev/fd/999"), "line\n")


def test_a_terminal_and_a_device_are_written_to(tmp_path: Path) -> None:
    main, side = os.openpty()
    name = Path(os.ttyname(side))
    write_file(name, "line\n", force=True)
    assert os.read(main, 100) == b"line\r\n"
    assert stat.S_ISCHR(name.stat().st_mode)
    os.close(main)
    os.close(side)
    device = tmp_path / "null"
    try:
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        device.open("rb").close()
    except (OSError, AttributeError):
        pytest.skip("no device can be made here: that takes root on Linux")
    for force in (False, True):
        write_file(device, "line\n", force=force)
        write_files(tmp_path, {"null": "line\n"})
    assert stat.S_ISCHR(device.stat().st_mode)
    assert [each.name for each in tmp_path.iterdir()] == ["null"]


def test_a_socket_and_a_disk_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the paths of sockets are short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        with pytest.raises(InputError, match="it cannot be written"):
            write_file(Path("socket"), "text", force=True)
        assert Path("socket").is_socket()
    try:
        os.mknod("disk", 0o600 | stat.S_IFBLK, os.makedev(7, 250))
    except (OSError, AttributeError):
        return
    with pytest.raises(InputError, match="this is a disk"):
        write_file(Path("disk"), "text", force=True)
    assert Path("disk").is_block_device()


@pytest.mark.parametrize("through_link", [False, True])
def test_a_file_that_is_extended_is_somebodys(tmp_path: Path, through_link: bool) -> None:
    (tmp_path / "x").write_text("old")
    (tmp_path / "x").chmod(0o600)
    (tmp_path / "link").symlink_to("x")
    path = tmp_path / ("link" if through_link else "x")
    extend_file(path, b"old", b"old and new")
    assert (tmp_path / "x").read_text() == "old and new"
    assert (tmp_path / "link").is_symlink()
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600
    with pytest.raises(InputError, match="has changed since it was read"):
        extend_file(path, b"old", b"old and newer")
    assert (tmp_path / "x").read_text() == "old and new"
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="nothing can be added"):
        extend_file(tmp_path / "pipe", b"", b"new")


def test_the_first_of_two_signals_leaves_all_files_or_none(tmp_path: Path) -> None:
    """The signal comes between two files, and after the last one."""
    code = """
import os, signal, sys
from pathlib import Path
from mteval.io.interrupts import run_command
from mteval.io.writing import write_files
replaced = []
def replace(self, target, replace=Path.replace):
    replace(self, target)
    replaced.append(target)
    if len(replaced) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGINT)
Path.replace = replace
run_command(lambda: write_files(Path(sys.argv[1]), {"a": "new", "b": "new"}))
"""
    for number in ("1", "2"):
        folder = tmp_path / number
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", code, folder, number], capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (130, b"mteval: interrupted\n")
        assert {path.name: path.read_text() for path in folder.iterdir()} == {
            "a": "new",
            "b": "new",
        }


# As an ordinary user, whom modes stop: a file that is closed to writing, folders that are, a
# folder in which all may write and nobody may replace what is another's.
ORDINARY = """
import os, sys
from pathlib import Path
from mteval.errors import InputError
from mteval.io.writing import write_file, write_folder
folder = Path(sys.argv[1])
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
if not os.access(folder, os.X_OK):
    sys.exit(77)
own = folder / "own" / "x"
own.write_text("ours")
own.chmod(0o444)
(folder / "own" / "link").symlink_to(folder / "closed" / "x")
for path in (own, folder / "closed" / "x", folder / "closed" / "new", folder / "own" / "link"):
    try:
        write_file(path, "ours, new", is_ours=lambda content: True)
    except InputError as error:
        assert "it cannot be written (" in str(error), error
    else:
        sys.exit(f"{path} was written")
try:
    write_folder(folder / "closed" / "folder", {"a": "b"})
except InputError:
    pass
else:
    sys.exit("a folder was made")
assert own.read_text() == "ours"
write_file(own, "ours, new", force=True)
assert own.read_text() == "ours, new"
assert own.stat().st_mode & 0o777 == 0o444
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such modes on Windows")
def test_an_ordinary_user_is_stopped_by_modes() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("own", "closed"):
            (folder / part).mkdir()
            (folder / part).chmod(0o777)
        (folder / "closed" / "x").write_text("ours")
        (folder / "closed").chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", ORDINARY, folder], capture_output=True, text=True, check=False
        )
        left = sorted(path.name for path in folder.rglob("*"))
        text = (folder / "closed" / "x").read_text()
        (folder / "closed").chmod(0o777)
    if done.returncode == 77:
        pytest.skip("temporary folders are closed to others here")
    assert (done.returncode, done.stderr) == (0, "")
    assert left == ["closed", "link", "own", "x", "x"]
    assert text == "ours"
