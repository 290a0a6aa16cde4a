"""Files and folders written whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mteval.errors import InputError, location

__all__ = ["new_folder", "write_files"]


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a scratch folder that becomes ``path``, whole or not at all.

    Yields a scratch folder beside ``path``; it is renamed to ``path`` on success and removed
    on any failure.

    Raises:
        InputError: the folder cannot be written, or ``path`` exists and is not empty.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise _cannot_write(path, error) from None
    try:
        yield scratch
        scratch.chmod(0o777 & ~_umask())
        scratch.rename(path)
    except OSError as error:
        raise _cannot_write(path, error) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def write_files(folder: Path, contents: Mapping[str, str | bytes]) -> None:
    """Write several files into a folder, replacing what is there; texts become UTF-8.

    Everything is written beside its place first and renamed last, so that a failure while
    writing (a full disk, a folder in a file's place) leaves the old files as they were.

    Raises:
        InputError: the folder or a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".mteval-", dir=folder))
    except OSError as error:
        raise _cannot_write(folder, error) from None
    path = folder
    try:
        for name, content in contents.items():
            path = folder / name
            (scratch / name).write_bytes(
                content.encode("utf-8") if isinstance(content, str) else content
            )
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, "there is a folder of this name")
        for name in contents:
            path = folder / name
            (scratch / name).replace(path)
    except OSError as error:
        raise _cannot_write(path, error) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _cannot_write(path: Path, error: OSError) -> InputError:
    reason = error.strerror or str(error)
    return InputError(
        f"{location(path)}: it cannot be written ({reason}); "
        "check permissions and free space, or name another folder with -o"
    )
