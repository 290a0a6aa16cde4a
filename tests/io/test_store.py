"""Scores come back as they were put, or not at all, whatever happens to the file or the process."""

from __future__ import annotations

import hashlib
import json
import math
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mteval.errors import InputError
from mteval.io.store import (
    CachedScore,
    CacheUse,
    ScoreCache,
    cache_folder,
    clear_cache,
    describe_cache,
)

FILE = "scores-1.sqlite3"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
UNIT = st.lists(st.none() | TEXT, min_size=1, max_size=4).map(tuple)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
SCORE = st.builds(
    CachedScore, st.floats(allow_nan=False), st.dictionaries(st.text(max_size=8), JSON, max_size=3)
)
# One file for all examples of a property makes them quick; every example has its own signature.
IN_ONE_FOLDER = settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

# Another run: it opens the cache, and says which of its scores are on disk.
WRITER = """
import sys
from pathlib import Path
from mteval.io import store
from mteval.io.store import CachedScore, ScoreCache

store._PATIENCE_SECONDS = 60.0  # for a machine whose disk others keep busy
folder, name, start, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
cache = ScoreCache(folder)
print("open", flush=True)
sys.stdin.readline()
for i in range(start, start + count):
    cache.put("s", {(name, str(i)): CachedScore(i / 7, {"i": i})})
    print(i, flush=True)
cache.close()
for note in cache.notes:
    print(note, file=sys.stderr)
"""


def writer(folder: Path, name: str, start: int, count: int) -> subprocess.Popen[str]:
    """Start another run; it waits for a line before it writes."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), name, str(start), str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def some_scores(count: int = 300) -> dict[tuple[str | None, ...], CachedScore]:
    """Make scores of which one in three says more; their rows fill several pages."""
    return {
        (f"原文{i}", f"hypothesis {i}", None): CachedScore(
            math.sin(i), {"errors": [[i, i + 3, "major"]]} if i % 3 == 0 else {}
        )
        for i in range(count)
    }


def damaged_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*-damaged-*"))


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give the bytes of a whole cache of ``some_scores`` and a few vectors."""
    folder = tmp_path_factory.mktemp("pristine")
    with closing(ScoreCache(folder)) as cache:
        cache.put("s", some_scores())
        cache.put_vectors("s", VECTORS)
    return (folder / FILE).read_bytes()


VECTORS = {f"text {i}": np.arange(i, i + 32, dtype=np.float32) / 3 for i in range(40)}


def check_that_nothing_wrong_is_believed(folder: Path, data: bytes, what: object) -> bool:
    """Open a file of these bytes: what is read is right, and after a note all that is put."""
    folder.mkdir()
    (folder / FILE).write_bytes(data)
    expected = some_scores()
    with closing(ScoreCache(folder)) as cache:
        for unit, score in cache.get("s", expected).items():
            assert score == expected[unit], what
        for text, vector in cache.get_vectors("s", VECTORS).items():
            np.testing.assert_array_equal(vector, VECTORS[text], str(what))
        more: dict[tuple[str | None, ...], CachedScore] = {
            ("later", str(i)): CachedScore(i / 3, {"i": i}) for i in range(20)
        }
        # Damage that shows on writing costs what was being written, once.
        notes = len(cache.notes)
        cache.put("s", more)
        if len(cache.notes) > notes:
            cache.put("s", more)
        found = cache.get("s", more)
        if found != more and len(cache.notes) > notes:
            cache.put("s", more)
            found = cache.get("s", more)
        assert all(score == more[unit] for unit, score in found.items()), what
        # A key out of its order hides scores from SQLite, and nothing else shows it.
        assert found == more or not cache.notes, (what, cache.notes)
        assert all(note.startswith("warning: ") for note in cache.notes), what
        assert all("is damaged" in note for note in cache.notes), (what, cache.notes)
        assert len(damaged_files(folder)) == len(cache.notes), (what, cache.notes)
        noticed = bool(cache.notes)
    with closing(ScoreCache(folder)) as cache:
        assert cache.get("s", more) == found, what
        assert not cache.notes, what
    return noticed


@pytest.fixture
def numbers() -> dict[str, int]:
    return {"example": 0}


@IN_ONE_FOLDER
@given(scores=st.dictionaries(UNIT, SCORE, max_size=5))
@example(
    scores={
        ("",): CachedScore(-0.0, {}),
        (None,): CachedScore(0.0, {}),
        ("", ""): CachedScore(5e-324, {}),
        ("a",): CachedScore(sys.float_info.max, {}),
        ("b",): CachedScore(-math.inf, {"": None}),
        ("c",): CachedScore(3.0, {}),
        ("d",): CachedScore(2.0**63, {}),
        ("\0",): CachedScore(0.1 + 0.2, {"名": ["词"]}),
    }
)
def test_what_is_put_is_got_back_exactly(
    tmp_path: Path, numbers: dict[str, int], scores: dict[tuple[str | None, ...], CachedScore]
) -> None:
    numbers["example"] += 1
    name = f"signature {numbers['example']}"
    with closing(ScoreCache(tmp_path)) as cache:
        cache.put(name, scores)
        before = cache.get(name, scores)
    with closing(ScoreCache(tmp_path)) as cache:
        after = cache.get(name, scores)
        assert not cache.notes
    assert before == after == scores
    for unit, (score, _) in scores.items():
        assert after[unit].score.hex() == score.hex()


@IN_ONE_FOLDER
@given(units=st.lists(UNIT, min_size=2, max_size=2, unique=True))
@example(units=[(None,), ("",)])
@example(units=[("a", "bc"), ("ab", "c")])
@example(units=[("a", None), ("a",)])
@example(units=[("a", ""), ("a", None)])
@example(units=[("\1",), ("",)])
@example(units=[("é",), ("e\u0301",)])
def test_other_texts_have_other_scores(
    tmp_path: Path, numbers: dict[str, int], units: list[tuple[str | None, ...]]
) -> None:
    numbers["example"] += 1
    name = f"signature {numbers['example']}"
    one, other = units
    with closing(ScoreCache(tmp_path)) as cache:
        cache.put(name, {one: CachedScore(1.0, {})})
        assert cache.get(name, units) == {one: CachedScore(1.0, {})}
        cache.put(name, {other: CachedScore(2.0, {})})
        assert cache.get(name, units) == {one: CachedScore(1.0, {}), other: CachedScore(2.0, {})}


def test_a_score_is_that_of_its_signature(tmp_path: Path) -> None:
    with closing(ScoreCache(tmp_path)) as cache:
        cache.put("one", {("a",): CachedScore(1.0, {})})
        cache.put("two", {("a",): CachedScore(2.0, {"x": 1})})
        assert cache.get("one", [("a",)]) == {("a",): CachedScore(1.0, {})}
        assert cache.get("two", [("a",)]) == {("a",): CachedScore(2.0, {"x": 1})}
        assert cache.get("three", [("a",)]) == {}


def test_a_later_score_replaces_an_earlier_one(tmp_path: Path) -> None:
    with closing(ScoreCache(tmp_path)) as cache:
        cache.put("s", {("a",): CachedScore(1.0, {"x": 1})})
        cache.put("s", {("a",): CachedScore(2.0, {})})
        assert cache.get("s", [("a",)]) == {("a",): CachedScore(2.0, {})}


def test_more_scores_than_a_query_takes_are_found(tmp_path: Path) -> None:
    scores = some_scores(2500)
    with closing(ScoreCache(tmp_path)) as cache:
        cache.put("s", scores)
        assert cache.get("s", [*scores, ("no such text", None)]) == scores


def test_nan_is_not_kept(tmp_path: Path) -> None:
    with closing(ScoreCache(tmp_path)) as cache:
        cache.put("s", {("a",): CachedScore(math.nan, {}), ("b",): CachedScore(1.0, {})})
        assert cache.get("s", [("a",), ("b",)]) == {("b",): CachedScore(1.0, {})}
        assert not cache.notes


@IN_ONE_FOLDER
@given(
    vectors=st.dictionaries(
        TEXT, st.lists(st.floats(width=32), max_size=8).map(lambda v: np.array(v, np.float32))
    )
)
def test_vectors_come_back_exactly(
    tmp_path: Path, numbers: dict[str, int], vectors: dict[str, Any]
) -> None:
    numbers["example"] += 1
    name = f"signature {numbers['example']}"
    with closing(ScoreCache(tmp_path)) as cache:
        cache.put_vectors(name, vectors)
        found = cache.get_vectors(name, [*vectors, "one that was not put anywhere"])
        assert cache.get_vectors(f"not {name}", vectors) == {}
        assert not cache.notes
    assert found.keys() == vectors.keys()
    for text, vector in vectors.items():
        assert found[text].dtype == np.float32
        assert found[text].tobytes() == vector.tobytes()


def test_two_runs_at_once_lose_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "not there yet"
    count = 300
    runs = {name: writer(folder, name, 0, count) for name in ("one", "two")}
    for run in runs.values():
        assert run.stdout is not None
        assert run.stdout.readline() == "open\n"
    for run in runs.values():
        assert run.stdin is not None
        run.stdin.write("go\n")
        run.stdin.flush()
    for run in runs.values():
        _, errors = run.communicate(timeout=60)
        assert (run.returncode, errors) == (0, "")
    expected = {(name, str(i)): CachedScore(i / 7, {"i": i}) for name in runs for i in range(count)}
    with closing(ScoreCache(folder)) as cache:
        assert cache.get("s", expected) == expected
        assert not cache.notes
    assert not damaged_files(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_run_keeps_what_it_had_written(tmp_path: Path) -> None:
    expected: dict[tuple[str, str], CachedScore] = {}
    for start, lines in ((0, 1), (10_000, 37), (20_000, 90)):
        with writer(tmp_path, "one", start, 9_000) as run:
            assert run.stdin is not None
            assert run.stdout is not None
            assert run.stdout.readline() == "open\n"
            run.stdin.write("go\n")
            run.stdin.flush()
            said = [run.stdout.readline() for _ in range(lines)]
            run.kill()
            said += run.stdout.readlines()
            assert run.wait() == -signal.SIGKILL
        written = [int(line) for line in said if line.endswith("\n")]
        assert lines <= len(written) < 9_000
        expected |= {("one", str(i)): CachedScore(i / 7, {"i": i}) for i in written}
        with closing(ScoreCache(tmp_path)) as cache:
            assert cache.get("s", expected) == expected
            assert not cache.notes
    assert not damaged_files(tmp_path)


@pytest.mark.parametrize(
    "data",
    [b"garbage", b"\xff" * 5000, b"SQLite format 3\0", b"SQLite format 3\0" + b"\7" * 9000],
    ids=["short", "long", "magic", "magic and rubbish"],
)
def test_garbage_is_set_aside(tmp_path: Path, data: bytes) -> None:
    folder = tmp_path / "cache"
    assert check_that_nothing_wrong_is_believed(folder, data, data[:20])
    (aside,) = damaged_files(folder)
    assert aside.read_bytes() == data


def test_a_file_cut_short_is_not_believed(tmp_path: Path, pristine: bytes) -> None:
    size = len(pristine)
    lengths = [0, 1, 15, 16, 99, 100, 101, 511, 512, 4095, 4096, 4097, 8192, 3 * 4096, size // 2]
    lengths += [size - 4096, size - 4095, size - 100, size - 1]
    noticed = [
        check_that_nothing_wrong_is_believed(tmp_path / str(length), pristine[:length], length)
        for length in lengths
    ]
    # An empty file is a new one.
    assert not noticed[0]
    assert sum(noticed) >= len(lengths) - 2


def test_a_flipped_byte_is_not_believed(tmp_path: Path, pristine: bytes) -> None:
    size = len(pristine)
    header = [0, 16, 17, 19, 20, 21, 24, 28, 31, 32, 36, 40, 44, 47, 52, 56, 59, 92, 100, 103]
    spread = [size * i // 61 + i for i in range(60)]
    noticed = []
    for place in sorted({*header, *spread}):
        for mask in (0xFF, 0x01):
            data = bytearray(pristine)
            data[place] ^= mask
            folder = tmp_path / f"{place}-{mask}"
            what = f"byte {place} of {size} ^ {mask:#x}"
            noticed.append(check_that_nothing_wrong_is_believed(folder, bytes(data), what))
    # Most positions are in rows, where a flip shows.
    assert sum(noticed) > len(noticed) / 3


def test_a_file_for_reading_only_is_read(tmp_path: Path, pristine: bytes) -> None:
    # To SQLite, byte 18 of this value says that a later version wrote the file: it is no damage.
    data = bytearray(pristine)
    data[18] = 9
    (tmp_path / FILE).write_bytes(data)
    expected = some_scores()
    with closing(ScoreCache(tmp_path)) as cache:
        assert cache.get("s", expected) == expected
        assert not cache.notes
        cache.put("s", {("later",): CachedScore(1.0, {})})
        (note,) = cache.notes
        assert "cannot be used" in note
        assert "readonly" in note
        assert cache.get("s", [("later",)]) == {}
    assert (tmp_path / FILE).read_bytes() == data
    assert not damaged_files(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        "score = score + 1e-9",
        "score = 'high'",
        "score = x'00ff'",
        "detail = '{\"x\": 2}'",
        "detail = 'no JSON'",
        "detail = CAST(detail AS BLOB)",
        "detail = x'ff'",
        "detail = CAST(x'ff' AS TEXT)",
        "checksum = 1",
        "checksum = CAST(x'ff' AS TEXT)",
        "signature = (SELECT id FROM signatures WHERE signature = 'other')",
    ],
)
def test_a_changed_row_is_not_believed(tmp_path: Path, change: str) -> None:
    unit = ("a", "b")
    with closing(ScoreCache(tmp_path)) as cache:
        cache.put("s", {unit: CachedScore(0.5, {"x": 1})})
        cache.put("other", {("c",): CachedScore(0.25, {})})
    with closing(sqlite3.connect(tmp_path / FILE)) as other, other:
        name = "(SELECT id FROM signatures WHERE signature = 's')"
        assert other.execute(f"UPDATE scores SET {change} WHERE signature = {name}").rowcount == 1
    with closing(ScoreCache(tmp_path)) as cache:
        found = {**cache.get("s", [unit]), **cache.get("other", [unit])}
        assert found == {}
        assert len(damaged_files(tmp_path)) == len(cache.notes) == 1
        assert str(tmp_path) in cache.notes[0]
        cache.put("s", {unit: CachedScore(0.75, {})})
        assert cache.get("s", [unit]) == {unit: CachedScore(0.75, {})}


@pytest.mark.parametrize("change", ["x'00'", "vector || x'00000000'", "'text'", "17"])
def test_a_changed_vector_is_not_believed(tmp_path: Path, change: str) -> None:
    vector = np.array([1, 2, 3], np.float32)
    with closing(ScoreCache(tmp_path)) as cache:
        cache.put_vectors("s", {"a": vector})
    with closing(sqlite3.connect(tmp_path / FILE)) as other, other:
        other.execute(f"UPDATE vectors SET vector = {change}")
    with closing(ScoreCache(tmp_path)) as cache:
        assert cache.get_vectors("s", ["a"]) == {}
        assert len(damaged_files(tmp_path)) == len(cache.notes) == 1
        cache.put_vectors("s", {"a": vector})
        np.testing.assert_array_equal(cache.get_vectors("s", ["a"])["a"], vector)


def test_a_run_does_not_set_aside_the_new_file_of_another(tmp_path: Path) -> None:
    unit = ("a",)
    with closing(ScoreCache(tmp_path)) as cache:
        cache.put("s", {unit: CachedScore(0.5, {})})
    with closing(sqlite3.connect(tmp_path / FILE)) as other, other:
        other.execute("UPDATE scores SET score = 1")
    with closing(ScoreCache(tmp_path)) as one, closing(ScoreCache(tmp_path)) as two:
        assert one.get("s", [unit]) == {}
        one.put("s", {unit: CachedScore(0.75, {})})
        assert two.get("s", [unit]) == {}
        assert two.get("s", [unit]) == {unit: CachedScore(0.75, {})}
    assert len(damaged_files(tmp_path)) == 1


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("I stand here", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with closing(ScoreCache(folder)) as cache:
            (note,) = cache.notes
            assert note.startswith("warning: ")
            assert "cannot be used" in note
            assert "MTEVAL_CACHE_DIR" in note
            cache.put("s", {("a",): CachedScore(1.0, {})})
            cache.put_vectors("s", {"a": np.zeros(3, np.float32)})
            assert cache.get("s", [("a",)]) == {}
            assert cache.get_vectors("s", ["a"]) == {}
            assert cache.file_sha256(tmp_path / "file") == sha256_of(tmp_path / "file")
            assert len(cache.notes) == 1
    assert (tmp_path / "file").read_text(encoding="utf-8") == "I stand here"


@pytest.mark.parametrize("when", ["before opening", "before reading", "before writing"])
def test_a_file_locked_for_too_long_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    monkeypatch.setattr("mteval.io.store._PATIENCE_SECONDS", 0.1)
    unit = ("a",)
    with closing(ScoreCache(tmp_path)) as cache:
        cache.put("s", {unit: CachedScore(1.0, {})})
    early = None if when == "before opening" else ScoreCache(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with closing(early or ScoreCache(tmp_path)) as cache:
            if when == "before writing":
                cache.put("s", {("b",): CachedScore(2.0, {})})
            assert cache.get("s", [unit]) == {}
            cache.put("s", {("b",): CachedScore(2.0, {})})
            (note,) = cache.notes
            assert "cannot be used" in note
            assert "locked" in note
        other.execute("ROLLBACK")
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    with closing(ScoreCache(tmp_path)) as cache:
        assert cache.get("s", [unit, ("b",)]) == {unit: CachedScore(1.0, {})}
        assert not cache.notes


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def overwrite(path: Path, data: bytes, modified: int) -> None:
    """Change a file in its place."""
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(modified, modified))


def refuse(*_: object, **__: object) -> None:
    """Stand in for Path.open where nothing may be read."""
    raise OSError(13, "the file was opened")


def test_the_hash_of_a_file_is_remembered_while_it_is_unchanged(tmp_path: Path) -> None:
    path, folder = tmp_path / "model.bin", tmp_path / "cache"
    path.write_bytes(b"a" * 100)
    modified = path.stat().st_mtime_ns
    with closing(ScoreCache(folder)) as cache:
        old = cache.file_sha256(path)
        assert old == sha256_of(path)
    # Remembered: the file is not opened again.
    with closing(ScoreCache(folder)) as cache, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        assert cache.file_sha256(path) == old
    with closing(ScoreCache(folder)) as cache:
        # Same size, same time of change: the file system's own clock tells.
        overwrite(path, b"b" * 100, modified)
        assert cache.file_sha256(path) == sha256_of(path)
        overwrite(path, b"c" * 100, modified + 1)
        assert cache.file_sha256(path) == sha256_of(path)
        overwrite(path, b"d" * 101, modified + 1)
        assert cache.file_sha256(path) == sha256_of(path)
        other = tmp_path / "other.bin"
        other.write_bytes(b"e" * 101)
        os.utime(other, ns=(modified + 1, modified + 1))
        other.replace(path)
        assert cache.file_sha256(path) == sha256_of(path)
        assert not cache.notes


def test_what_is_no_file_has_no_hash(tmp_path: Path) -> None:
    """A pipe that nobody writes to would be waited for."""
    os.mkfifo(tmp_path / "pipe")
    with closing(ScoreCache(tmp_path)) as cache:
        for path in (tmp_path / "pipe", tmp_path):
            with pytest.raises(InputError, match="this is not a file; name one"):
                cache.file_sha256(path)


def test_a_large_file_is_hashed_whole(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(bytes(range(256)) * (9 << 12) + b"tail")
    with closing(ScoreCache(None)) as cache:
        assert cache.file_sha256(path) == sha256_of(path)


@pytest.mark.parametrize("value", ["'00'", "x'00'", "replace(sha256, '0', '1')"])
def test_a_changed_hash_is_not_believed(tmp_path: Path, value: str) -> None:
    path, folder = tmp_path / "model.bin", tmp_path / "cache"
    path.write_bytes(b"a" * 100)
    with closing(ScoreCache(folder)) as cache:
        cache.file_sha256(path)
    with closing(sqlite3.connect(folder / FILE)) as other, other:
        other.execute(f"UPDATE files SET sha256 = {value}")
    with closing(ScoreCache(folder)) as cache:
        assert cache.file_sha256(path) == sha256_of(path)
        assert len(damaged_files(folder)) == len(cache.notes) == 1
        assert cache.file_sha256(path) == sha256_of(path)
        assert len(cache.notes) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_file_whose_name_is_no_text_is_hashed(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"model-\xff.bin")
    path.write_bytes(b"a")
    with closing(ScoreCache(tmp_path / "cache")) as cache:
        assert cache.file_sha256(path) == sha256_of(path)
        assert cache.file_sha256(path) == sha256_of(path)
        assert not cache.notes


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with closing(ScoreCache(tmp_path)) as cache:
        with pytest.raises(InputError, match=r"missing\.bin: the file cannot be read"):
            cache.file_sha256(tmp_path / "missing.bin")
        assert not cache.notes


def test_no_folder_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTEVAL_CACHE_DIR", str(tmp_path / "cache"))
    with closing(ScoreCache(None)) as cache:
        cache.put("s", {("a",): CachedScore(1.0, {})})
        cache.put_vectors("s", {"a": np.zeros(3, np.float32)})
        assert cache.get("s", [("a",)]) == {}
        assert cache.get_vectors("s", ["a"]) == {}
        assert not cache.notes
    assert list(tmp_path.iterdir()) == []


def test_a_cache_is_described_by_signature(tmp_path: Path) -> None:
    folder = tmp_path / "100% of #1 cache?"
    assert describe_cache(folder) == (0, [])
    with closing(ScoreCache(folder)) as cache:
        cache.put("two", {(str(i),): CachedScore(i, {}) for i in range(2)})
        cache.put("one", {(str(i),): CachedScore(i, {}) for i in range(7)})
        cache.put("one", {(str(i),): CachedScore(i, {}) for i in range(3)})
        size, uses = describe_cache(folder)
    assert uses == [CacheUse("one", 7), CacheUse("two", 2)]
    assert size == (folder / FILE).stat().st_size
    assert [path.name for path in folder.iterdir()] == [FILE]


def test_a_damaged_cache_is_not_described(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"garbage" * 100)
    with pytest.raises(InputError, match="mteval cache clear"):
        describe_cache(tmp_path)


def test_clearing_leaves_nothing_but_what_is_not_ours(tmp_path: Path) -> None:
    assert clear_cache(tmp_path / "not there") == 0
    (tmp_path / FILE).write_bytes(b"garbage" * 100)
    (tmp_path / "notes.json").write_text(json.dumps({}), encoding="utf-8")
    with closing(ScoreCache(tmp_path)) as cache:
        cache.put("s", some_scores(10))
    assert len(damaged_files(tmp_path)) == 1
    size, uses = describe_cache(tmp_path)
    assert uses == [CacheUse("s", 10)]
    assert size == 700 + (tmp_path / FILE).stat().st_size
    assert clear_cache(tmp_path) == size
    assert describe_cache(tmp_path) == (0, [])
    assert [path.name for path in tmp_path.iterdir()] == ["notes.json"]
    with closing(ScoreCache(tmp_path)) as cache:
        assert cache.get("s", some_scores(10)) == {}
        assert not cache.notes


def test_the_folder_is_that_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTEVAL_CACHE_DIR", str(tmp_path / "here"))
    assert cache_folder() == tmp_path / "here"
    for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for unset in (True, False):
        if unset:
            monkeypatch.delenv("MTEVAL_CACHE_DIR")
        else:
            monkeypatch.setenv("MTEVAL_CACHE_DIR", "")
        assert "mteval" in cache_folder().parts


def test_a_file_that_was_kept_locked_is_not_waited_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    connect = sqlite3.connect

    def noted(path: Path, *, timeout: float) -> sqlite3.Connection:
        waits.append(timeout)
        return connect(path, timeout=timeout / 50)

    ScoreCache(tmp_path).close()
    with closing(connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr(sqlite3, "connect", noted)
        for _ in range(3):
            with closing(ScoreCache(tmp_path)) as cache:
                assert "locked" in cache.notes[0]
    # A run that opens the cache for encoder, embeddings and scores waits once.
    assert waits == [5.0, 0.0, 0.0]


def test_a_locked_cache_is_not_described_as_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mteval.io.store._PATIENCE_SECONDS", 0.05)
    ScoreCache(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(InputError, match=r"locked\); another process is writing to it; try"):
            describe_cache(tmp_path)


@pytest.mark.parametrize("kind", ["pipe", "folder", "broken link", "device"])
def test_what_is_no_file_is_done_without(tmp_path: Path, kind: str) -> None:
    path = tmp_path / FILE
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "device" else tmp_path / "none" / "there")
    with closing(ScoreCache(tmp_path)) as cache:
        cache.put("s", {("a",): CachedScore(1.0, {})})
        assert cache.get("s", [("a",)]) == {}
        [note] = cache.notes
        assert "cannot be used" in note
    if kind in ("pipe", "folder", "device"):
        with pytest.raises(InputError, match=r"cannot be read \(it is no regular file\); check"):
            describe_cache(tmp_path)
    if kind == "folder":
        with pytest.raises(InputError, match="cannot be removed"):
            clear_cache(tmp_path)
    else:
        clear_cache(tmp_path)
        assert not path.is_symlink()
        assert not path.exists()


# As another user, as root opens every door.
CLOSED = """
import os, sys
from pathlib import Path
from mteval.errors import InputError
from mteval.io.store import ScoreCache, clear_cache, describe_cache
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
for folder in map(Path, sys.argv[1:]):
    for do in (clear_cache, describe_cache):
        try:
            print(do(folder))
        except InputError as error:
            print("refused:", error)
    print(*ScoreCache(folder).notes)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return an empty folder that other users may enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        path.chmod(0o755)
        if not all(parent.stat().st_mode & 0o001 for parent in path.parents):
            pytest.skip(f"a folder above {path} is closed to others")
        yield path


def test_closed_folders_are_one_sentence(open_folder: Path) -> None:
    below, unreadable, kept = (open_folder / name for name in ("below", "unreadable", "kept"))
    for folder, mode in ((below, 0o000), (unreadable, 0o311), (kept, 0o555)):
        (folder / "cache").mkdir(parents=True)
        (folder / FILE).write_bytes(b"")
        folder.chmod(mode)
    try:
        done = subprocess.run(
            [sys.executable, "-c", CLOSED, str(below / "cache"), str(unreadable), str(kept)],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        for folder in (below, unreadable, kept):
            folder.chmod(0o755)
    lines = done.stdout.splitlines()
    assert (done.returncode, len(lines)) == (0, 9), done.stderr
    assert all("refused:" in line and "ermission" in line for line in (*lines[:2], *lines[3:5]))
    assert "refused: " in lines[6]
    assert "the file cannot be removed (Permission denied); check permissions" in lines[6]
    assert "cannot be used" in lines[2]
    assert (kept / FILE).exists()
