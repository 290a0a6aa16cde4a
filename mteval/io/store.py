"""Segment scores kept on disk, so that no text is scored twice by the same model.

One SQLite file in the user's cache folder. SQLite makes it safe for several runs at once and for
runs that are killed; a checksum in every row keeps a damaged file from being believed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import stat
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import platformdirs

from mteval.errors import InputError, location
from mteval.io.sqlite_files import check_is_file, is_locked, sqlite_reason
from mteval.io.surrogates import utf8

__all__ = ["CacheUse", "CachedScore", "ScoreCache", "cache_folder", "clear_cache", "describe_cache"]

_FILE = "scores-1.sqlite3"  # the number changes with the layout below
_LAYOUT = """
CREATE TABLE IF NOT EXISTS signatures (id BLOB PRIMARY KEY, signature TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS scores (
  signature BLOB, key BLOB, score REAL NOT NULL, detail TEXT NOT NULL, checksum BLOB NOT NULL,
  PRIMARY KEY (signature, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vectors (
  signature BLOB, key BLOB, vector BLOB NOT NULL, checksum BLOB NOT NULL,
  PRIMARY KEY (signature, key)
);
CREATE TABLE IF NOT EXISTS files (
  path TEXT PRIMARY KEY, size INTEGER NOT NULL, modified INTEGER NOT NULL, changed INTEGER NOT NULL,
  inode INTEGER NOT NULL, sha256 TEXT NOT NULL, checksum BLOB NOT NULL
) WITHOUT ROWID;
"""
Floats = npt.NDArray[np.float32]
# The texts that were scored together.
Key = TypeVar("Key", bound="tuple[str | None, ...]")
# How long to wait for another run that is writing: what it writes at once takes milliseconds.
_PATIENCE_SECONDS = 5.0
# Files that another process kept locked for that long: they are not waited for again.
_KEPT_LOCKED: set[Path] = set()
# SQLite takes 999 parameters a query everywhere.
_KEYS_A_QUERY = 900
# Of a file that is hashed, read at a time.
_BLOCK_BYTES = 1 << 22
# What SQLite says where a file cannot be used, but is not damaged.
_NOT_DAMAGE = ("locked", "busy", "unable to open", "readonly", "disk is full", "disk I/O error")


class _Damage(sqlite3.DatabaseError):
    """A row that SQLite believes and its checksum does not."""


class CachedScore(NamedTuple):
    """A score and what else the metric said of the segment (JSON values)."""

    score: float
    detail: Mapping[str, Any]


class CacheUse(NamedTuple):
    """How many scores of one signature are kept."""

    signature: str
    scores: int


def cache_folder() -> Path:
    """Return the folder: ``MTEVAL_CACHE_DIR``, else the platform's place for the user's caches."""
    return Path(os.environ.get("MTEVAL_CACHE_DIR") or platformdirs.user_cache_dir("mteval", False))


def _digest(*parts: bytes) -> bytes:
    """Hash parts so that no two lists of parts look the same (BLAKE2b, 16 bytes)."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        state.update(len(part).to_bytes(8, "little"))
        state.update(part)
    return state.digest()


def _key(texts: Sequence[str | None]) -> bytes:
    return _digest(*(b"" if text is None else b"\1" + utf8(text) for text in texts))


class ScoreCache:
    """Scores on disk under the full texts and the signature that they were computed with.

    Nothing that is wrong with the cache is fatal: a damaged file is set aside, one that cannot be
    used is done without, and ``notes`` says so.

    Args:
        folder: where the file lies; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self.notes: list[str] = []
        self._path = None if folder is None else folder / _FILE
        self._connection: sqlite3.Connection | None = None
        self._inode: int | None = None
        self._may_start_over = True
        self._open()

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, signature: str, units: Iterable[Key]) -> dict[Key, CachedScore]:
        """Return the scores that are kept, by the texts that were scored together."""
        name = _digest(signature.encode())
        keys = {_key(unit): unit for unit in units}
        found: dict[Key, CachedScore] = {}
        try:
            for key, score, detail, checksum in self._rows(
                "SELECT key, score, detail, checksum FROM scores", name, list(keys)
            ):
                if score == 0 and checksum == _row_checksum(name, key, -0.0, detail):
                    score = -0.0  # SQLite drops its sign
                if checksum != _row_checksum(name, key, score, detail):
                    raise _Damage("a row does not match its checksum")
                found[keys[key]] = CachedScore(score, json.loads(detail) if detail else {})
        except (sqlite3.Error, *_MANGLED) as error:
            self._give_up(error)
            return {}
        return found

    def get_vectors(self, signature: str, texts: Iterable[str]) -> dict[str, Floats]:
        """Return the embeddings that are kept, float32 (width,) each, by text."""
        name = _digest(signature.encode())
        keys = {_key((text,)): text for text in texts}
        found: dict[str, Floats] = {}
        try:
            for key, vector, checksum in self._rows(
                "SELECT key, vector, checksum FROM vectors", name, list(keys)
            ):
                if checksum != _digest(name, key, vector):
                    raise _Damage("a row does not match its checksum")
                found[keys[key]] = np.frombuffer(vector, dtype="<f4")
        except (sqlite3.Error, *_MANGLED) as error:
            self._give_up(error)
            return {}
        return found

    def put_vectors(self, signature: str, vectors: Mapping[str, Floats]) -> None:
        """Keep the embeddings of texts, float32 (width,) each."""
        name = _digest(signature.encode())
        rows = []
        for text, vector in vectors.items():
            key, data = _key((text,)), vector.astype("<f4").tobytes()
            rows.append((name, key, data, _digest(name, key, data)))
        self._write(("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows))

    def put(
        self, signature: str, scores: Mapping[Key, CachedScore], label: str | None = None
    ) -> None:
        """Keep scores; they are on disk when this returns.

        Args:
            signature: what they were computed with.
            scores: by the texts that were scored together.
            label: how ``describe_cache`` names the signature; the signature itself by default.
        """
        name = _digest(signature.encode())
        rows = []
        for unit, (score, detail) in scores.items():
            if score != score:  # SQLite has no NaN
                continue
            key = _key(unit)
            text = json.dumps(detail, sort_keys=True) if detail else ""
            rows.append((name, key, score, text, _row_checksum(name, key, score, text)))
        self._write(
            ("INSERT OR REPLACE INTO signatures VALUES (?, ?)", [(name, label or signature)]),
            ("INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?, ?)", rows),
        )

    def file_sha256(self, path: Path) -> str:
        """Hash a file, or remember its hash while its size, times and inode stay the same.

        Raises:
            InputError: the file cannot be read, or is none.
        """
        try:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):  # a pipe would keep us waiting
                raise InputError(f"{location(path)}: this is not a file; name one")
            # SQLite's integers have 63 bits and a sign; some file systems number beyond.
            times = (found.st_mtime_ns, found.st_ctime_ns)
            facts = (found.st_size, *times, found.st_ino & (1 << 63) - 1)
            name = os.fsencode(path.resolve())  # not every name is text that SQLite takes
            known = self._known_hash(name, facts)
            if known is not None:
                return known
            state = hashlib.sha256()
            with path.open("rb") as file:
                while block := file.read(_BLOCK_BYTES):
                    state.update(block)
            value = state.hexdigest()
        except OSError as error:
            raise InputError(
                f"{location(path)}: the file cannot be read ({error.strerror}); check its "
                "permissions"
            ) from None
        row = (name, *facts, value)
        checksum = _digest(repr(row).encode())
        self._write(
            ("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", [(*row, checksum)])
        )
        return value

    def _rows(
        self, query: str, signature: bytes, keys: Sequence[bytes]
    ) -> Iterator[tuple[Any, ...]]:
        if self._connection is None:
            return
        for start in range(0, len(keys), _KEYS_A_QUERY):
            part = keys[start : start + _KEYS_A_QUERY]
            marks = ",".join("?" * len(part))
            yield from self._connection.execute(
                f"{query} WHERE signature = ? AND key IN ({marks})", [signature, *part]
            )

    def _known_hash(self, path: bytes, facts: tuple[int, ...]) -> str | None:
        if self._connection is None:
            return None
        try:
            row = self._connection.execute(
                "SELECT size, modified, changed, inode, sha256, checksum FROM files WHERE path = ?",
                [path],
            ).fetchone()
        except sqlite3.Error as error:
            self._give_up(error)
            return None
        if row is None or row[:4] != facts:
            return None
        if row[5] != _digest(repr((path, *row[:5])).encode()):
            self._give_up(_Damage("a row does not match its checksum"))
            return None
        return str(row[4])

    def _write(self, *statements: tuple[str, Sequence[tuple[Any, ...]]]) -> None:
        for _ in range(2):  # again, into the new file, where the old one was damaged
            if self._connection is None:
                return
            try:
                with self._connection:
                    for statement, rows in statements:
                        self._connection.executemany(statement, rows)
            except sqlite3.Error as error:
                self._give_up(error)
            else:
                return

    def _open(self) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            check_is_file(self._path)
            patience = 0.0 if self._path in _KEPT_LOCKED else _PATIENCE_SECONDS
            self._connection = sqlite3.connect(self._path, timeout=patience)
            self._inode = self._path.stat().st_ino
            self._connection.executescript(_LAYOUT)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        """Set a damaged file aside and begin a new one; do without one that cannot be used."""
        self.close()
        path = self._path
        if path is None:
            return
        reason = sqlite_reason(error)
        usable = self._may_start_over and not isinstance(error, OSError)
        if not usable or any(word in reason for word in _NOT_DAMAGE):
            if is_locked(reason):
                _KEPT_LOCKED.add(path)
            self._path = None
            self.notes.append(
                f"warning: {location(path)}: the cache of scores cannot be used ({reason}); scores "
                "are computed and not kept (set MTEVAL_CACHE_DIR to another folder)"
            )
            return
        self._may_start_over = False
        aside = path.with_name(f"{path.stem}-damaged-{time.time_ns()}.sqlite3")
        what = "another run has set it aside"
        try:
            # Another run's new file is not to blame.
            if self._inode is None or path.stat().st_ino == self._inode:
                path.rename(aside)
                path.with_name(path.name + "-journal").unlink(missing_ok=True)
                what = f"it was set aside as {aside.name}"
        except OSError:
            self._path = None
            what = "it cannot be set aside"
        self.notes.append(
            f"warning: {location(path)}: the cache of scores is damaged ({reason}) and {what}; "
            "scores are recomputed"
        )
        self._open()


# What decoding damaged text raises.
_MANGLED = (UnicodeError, ValueError, TypeError, KeyError, AttributeError)


def _row_checksum(signature: bytes, key: bytes, score: float, detail: str) -> bytes:
    return _digest(signature, key, float(score).hex().encode(), detail.encode())


def describe_cache(folder: Path) -> tuple[int, list[CacheUse]]:
    """Return the size of the cache in bytes, damaged files included, and what it holds.

    Raises:
        InputError: the file is damaged, or cannot be read.
    """
    path = folder / _FILE
    try:
        size = sum(path.lstat().st_size for path in _files(folder))
        if not path.exists():
            return size, []
        check_is_file(path)
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE_SECONDS
        )
        try:
            rows = connection.execute(
                "SELECT signatures.signature, count(scores.key) FROM signatures LEFT JOIN scores "
                "ON scores.signature = signatures.id GROUP BY signatures.id ORDER BY 1"
            ).fetchall()
        finally:
            connection.close()
    except (OSError, sqlite3.Error) as error:
        reason = sqlite_reason(error)
        todo = "the next run sets it aside, or clear it with: mteval cache clear"
        if is_locked(reason):
            todo = "another process is writing to it; try again when that has ended"
        elif isinstance(error, OSError):
            reason = error.strerror or reason
            todo = "check its permissions, or set MTEVAL_CACHE_DIR to another folder"
        raise InputError(
            f"{location(path)}: the cache of scores cannot be read ({reason}); {todo}"
        ) from None
    return size, [CacheUse(*row) for row in rows]


def clear_cache(folder: Path) -> int:
    """Remove every kept score, damaged files included, and count the bytes freed.

    Raises:
        InputError: a file cannot be removed.
    """
    size = 0
    for path in _files(folder):
        try:
            size += path.lstat().st_size
            path.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(
                f"{location(path)}: the file cannot be removed ({error.strerror}); check "
                "permissions"
            ) from None
    return size


def _files(folder: Path) -> list[Path]:
    try:
        names = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        raise InputError(
            f"{location(folder)}: this is no folder; set MTEVAL_CACHE_DIR to one, or remove it"
        ) from None
    except OSError as error:
        raise InputError(
            f"{location(folder)}: the folder of the cache cannot be read ({error.strerror}); check "
            "its permissions, or set MTEVAL_CACHE_DIR to another"
        ) from None
    return [folder / name for name in sorted(names) if fnmatchcase(name, "scores-*.sqlite3*")]
