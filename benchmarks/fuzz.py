"""Feed every reader damaged files, chosen by what code they reach: it must read or say a sentence.

    pip install atheris                                   (CPython 3.11-3.13, Linux or macOS)
    python -m benchmarks.fuzz [--inputs 100000] [--reader NAME ...] [--jobs N] [--failures FOLDER]

atheris drives libFuzzer; it is no dependency of mteval. Inputs are shared out among the readers,
each of which runs in a process of its own. An input is the content of a few files, which are
mutated as bytes and as what they are: the XML inside a .docx or .xlsx and not its deflated bytes,
the tables of a run's Parquet, values of JSON. A reader may return, or raise an MtevalError whose
message is one line and names the file. Anything else is a failure: another exception, a warning,
more than 5 s, more than 1 GB of memory, a crash. The input is kept, once for each place that fails,
and `python -m benchmarks.fuzz --reader NAME --replay FILE` runs it again.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import faulthandler
import functools
import hashlib
import importlib
import importlib.util
import io
import json
import os
import pkgutil
import random
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOST_SECONDS = 5.0
MOST_MEMORY_MB = 1000
# A hang in C code, which no exception can end, ends the process.
HANG_SECONDS = 20
# Of an input, unless its seed is larger.
MOST_BYTES = 1 << 14
MOST_MESSAGE = 1500
SEPARATOR = b"\0\xffFILE\xff\0"
# Where the folder of inputs lies in memory, writing takes no time.
FAST = Path("/dev/shm")

# The packages whose branches lead the mutations: all that a reader runs, but the libraries.
ROOMS_OF_READERS = ("cli", "comparison", "corpus", "ingest", "io", "runs", "terminology", "views")

Read = Callable[[Path], object]
Mutate = Callable[[random.Random, bytes], bytes]


@dataclass(frozen=True)
class Reader:
    """Say what a reader reads.

    ``files`` are names in a folder; ``read`` gets the folder. ``seeds`` are contents of the files
    that are as they should be, and ``words`` are what its kind of file is made of. ``pack`` names
    an archive that the files are put into first. ``share`` is the part of all inputs it gets,
    less for those that are slow.
    """

    files: tuple[str, ...]
    read: Read
    seeds: Callable[[], list[dict[str, bytes]]]
    words: tuple[bytes, ...] = ()
    pack: str | None = None
    share: float = 1.0
    mutate: Mapping[str, Mutate] = field(default_factory=dict)


# Readers. What is imported here is imported within, so that it can be instrumented before.


def page(name: str) -> Read:
    """Read a page as `mteval ingest` does."""

    def read(folder: Path) -> object:
        from mteval.ingest.pages import read_page

        return read_page(folder / name)

    return read


def corpus(name: str, format: str | None = None) -> Read:
    """Read a test set as `mteval convert` does."""

    def read(folder: Path) -> object:
        from mteval.corpus.formats.read import read_corpus

        return read_corpus(folder / name if name else folder, format)

    return read


def read_lines_files(folder: Path) -> object:
    """Read plain files as `mteval score HYP -s SRC -r REF` does."""
    from mteval.corpus.layout import load_plain_systems, load_plain_test_set

    test_set = load_plain_test_set(folder / "s.txt", [folder / "r.txt"])
    return [s.hypotheses(test_set) for s in load_plain_systems([folder / "h.txt"], test_set)]


def read_folders(folder: Path) -> object:
    """Read folders of references and systems as `mteval score` does."""
    from mteval.corpus.layout import load_systems, load_test_set

    test_set = load_test_set(folder / "references")
    systems, _ = load_systems([folder / "systems" / name for name in ("s", "t")])
    return [system.hypotheses(test_set) for system in systems]


def termbase(name: str) -> Read:
    """Read a termbase."""

    def read(folder: Path) -> object:
        from mteval.terminology.formats.registry import read_termbase

        return read_termbase(folder / name)

    return read


def read_repairs(folder: Path) -> object:
    """Ingest a page with sources.toml and fixes.toml."""
    import numpy as np

    from mteval.ingest.pipeline import ingest_page

    sources, fixes = folder / "sources.toml", folder / "fixes.toml"
    return ingest_page(
        folder / "x.txt",
        sources=sources if sources.exists() else None,
        fixes=fixes if fixes.exists() else None,
        embed=lambda texts: np.ones((len(texts), 4), np.float32),
    )


def read_config(folder: Path) -> object:
    """Read the settings of a project."""
    from mteval.cli.config import read_settings

    return read_settings(folder)


def read_run(folder: Path) -> object:
    """Read all that a run folder holds, as report, export, terms history and gate do."""
    from mteval.errors import MtevalError
    from mteval.runs.read import Run, read_rows

    failed: MtevalError | None = None
    run = Run(folder)
    for part in (
        lambda: run.record,
        lambda: run.evaluation,
        lambda: run.statistics,
        lambda: run.occurrences,
        lambda: read_rows(folder, "terms.csv"),
        lambda: run.evaluation.document(run.record),
        lambda: run.evaluation.segment_table(),
    ):
        try:
            part()
        except MtevalError as error:
            check(error, folder)
            failed = error
    if failed is not None:
        raise failed
    return None


def read_results(folder: Path) -> object:
    """Read the history of results, one of whose runs is damaged."""
    from mteval.runs.history import read_history

    return read_history(folder / "results").as_dict()


def read_gate(folder: Path) -> object:
    """Judge a damaged run by another, and the other way round."""
    from mteval.comparison.gate import gate
    from mteval.errors import MtevalError
    from mteval.runs.read import Run

    one, two = (Run(folder / "results" / name) for name in ("one", "two"))
    drops = {"bleu": 0.1, "term_accuracy": 0.1}
    for run, baseline in ((one, None), (one, two), (two, one)):
        try:
            gate(run, baseline, max_drop=drops if baseline else {}, fail_on=["other"])
            gate(run, baseline, max_drop={}, must_pass=["major"])
        except MtevalError as error:
            # The gate names runs by their names.
            check(error, folder, name="one")
    return None


def read_shown(folder: Path) -> object:
    """Make a damaged run's report and exports, as far as it can be read."""
    from mteval.runs.read import Run
    from mteval.views.exports.export import export_run
    from mteval.views.html.report import report_page

    run = Run(folder)
    evaluation, record = run.evaluation, run.record
    report_page(evaluation, record)
    export_run(evaluation, record, "json", ())
    export_run(evaluation, record, "markdown", ())
    return export_run(evaluation, record, "csv", ())


def read_cache(folder: Path) -> object:
    """Look scores up in a damaged cache, and put some; none may come back changed."""
    from mteval.errors import MtevalError
    from mteval.io.store import ScoreCache, describe_cache

    try:
        describe_cache(folder)
    except MtevalError as error:
        check(error, folder)
    right = cached()
    with closing(ScoreCache(folder)) as cache:
        for _ in range(2):
            for unit, score in cache.get("s", right).items():
                if score != right[unit]:
                    raise AssertionError(f"{score} where {right[unit]} was put")
            cache.get_vectors("s", ["a", "b"])
            cache.file_sha256(Path(__file__))
            cache.put("s", right)
        for note in cache.notes:
            check(MtevalError(note), folder)
    return None


# Seeds.

CHINESE = ("国防部发言人表示，中方对此高度关注。", "演习于本月结束，双方进行了交流。")
ENGLISH = (
    "The spokesperson of the Ministry of National Defense said that China was concerned.",
    "The exercise ended this month, and the two sides had exchanges.",
)
LINES = [*CHINESE, *ENGLISH]


def cached() -> dict[tuple[str | None, ...], Any]:
    """Make the scores that the cache of the seed holds."""
    from mteval.io.store import CachedScore

    return {(f"t{i}", None): CachedScore(i / 7, {"i": i} if i % 3 else {}) for i in range(60)}


def unpacked(data: bytes) -> dict[str, bytes]:
    """Give the files in an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def page_seeds(kind: str) -> list[dict[str, bytes]]:
    """Render the same page in a few ways."""
    from tests.ingest import renderings

    pairs = list(zip(CHINESE, ENGLISH, strict=True))
    if kind == "html":
        made = [render(LINES) for render in renderings.HTML] + [renderings.html_table(pairs)]
        return [{"x.html": text.encode()} for text in made] + [
            {"x.html": made[0].replace("utf-8", "gb18030").encode("gb18030")}
        ]
    if kind == "markdown":
        return [
            {"x.md": renderings.markdown(LINES).encode()},
            {"x.md": renderings.markdown_table(pairs).encode()},
            {"x.md": b"* a\n  * b\n\n1. c\n\n> d\n\n```\ne\n```\n<div>f</div>\n[g]: h\n"},
        ]
    if kind == "text":
        encodings = ("utf-8", "utf-16", "utf-16-le", "gb18030", "big5hkscs", "utf-32", "utf-8-sig")
        traditional = "\n".join(LINES).translate(str.maketrans("国发对关习双进", "國發對關習雙進"))
        return [
            {"x.txt": (traditional if e == "big5hkscs" else "\n".join(LINES)).encode(e, "ignore")}
            for e in encodings
        ]
    if kind == "docx":
        return [unpacked(renderings.docx(LINES, pairs))]
    if kind == "odt":
        return [unpacked(renderings.odt(LINES))]
    if kind == "archive":
        return [{"x.docx": renderings.docx(LINES, pairs)}, {"x.docx": renderings.odt(LINES)}]
    head = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n"
    body = renderings.html_paragraphs(LINES)
    return [
        {
            "x.mht": head
            + f"Content-Type: text/html; charset={charset}\n{more}\n".encode()
            + body.encode(charset)
            + b"\n--x--\n"
        }
        for charset, more in (("utf-8", ""), ("gb18030", "Content-Transfer-Encoding: 8bit\n"))
    ]


def corpus_seeds(format: str) -> list[dict[str, bytes]]:
    """Write corpora as files of a format."""
    from mteval.corpus.formats.registry import FORMATS
    from mteval.corpus.formats.write import write_corpus
    from mteval.corpus.model import Segment, SystemOutput
    from tests.corpus.formats.corpora import small

    segments = [Segment("源<b>", ('te"xt', "x")), Segment("文", ("two", "y"), "heading")]
    full = small(
        domain="news",
        date="2026-01-02",
        title="题",
        segments=segments,
        systems=(SystemOutput("s", {"d": ("x", "y z")}), SystemOutput("t", {"d": ("", "u")})),
        reference_names=("A", "ht"),
    )
    found = []
    for made in (full, small(id="e")):
        with tempfile.TemporaryDirectory() as name:
            suffix = next(iter(FORMATS[format].suffixes), "")
            path = Path(name) / f"x{'.xlf' if format == 'xliff-2.1' else suffix}"
            write_corpus(made, path, format)
            files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
            top = path.parent if path.is_file() else path
            found.append({str(file.relative_to(top)): file.read_bytes() for file in files})
    return found


def term_seeds(suffix: str) -> list[dict[str, bytes]]:
    """Write termbases."""
    from mteval.terminology.formats.registry import read_termbase, write_termbase

    text = (
        "concept,source,target,status,severity,note,case,valid_from,valid_to\n"
        'a,国防部,"Ministry, Defense",preferred,critical,n,exact,2020-01-01,2021-01-01\n'
        "a,国防部,MND,admitted,minor,,ignore,,\nb,演习,exercise,preferred,major,,,,\n"
        "b,演練,drill,deprecated,major,,,,\n"
    )
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "terms.csv"
        path.write_text(text, "utf-8")
        if suffix == "csv":
            return [
                {"terms.csv": path.read_bytes()},
                {"terms.csv": b"source,target\n\xe4\xb8\xad,a\n"},
            ]
        base = read_termbase(path)
        made = []
        for style in ("dca", "dct") if suffix == "tbx" else ("dca",):
            write_termbase(
                path.with_suffix(f".{suffix}"), base, style="dct" if style == "dct" else "dca"
            )
            made.append({f"terms.{suffix}": path.with_suffix(f".{suffix}").read_bytes()})
    return [unpacked(each["terms.xlsx"]) for each in made] if suffix == "xlsx" else made


@functools.cache
def a_run() -> dict[str, bytes]:
    """Score something small and give the files of its run folder."""
    import mteval

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for system in ("x", "y"):
            (folder / f"{system}.txt").write_text(f"The exercise ended.\n{system} it.\n", "utf-8")
        (folder / "src.txt").write_text("演习结束。\n国防部。\n", "utf-8")
        (folder / "ref.txt").write_text("The exercise ended here.\nMinistry, it.\n", "utf-8")
        (folder / "t.csv").write_text("source,target\n演习,exercise\n国防部,Ministry\n", "utf-8")
        from mteval.corpus.layout import load_plain_systems, load_plain_test_set

        test_set = load_plain_test_set(folder / "src.txt", [folder / "ref.txt"])
        systems = load_plain_systems([folder / "x.txt", folder / "y.txt"], test_set)
        evaluation = mteval.evaluate(
            test_set, systems, ["bleu", "ter"], terms=folder / "t.csv", samples=50
        )
        run, _ = mteval.write_run(evaluation, folder / "results")
        return {path.name: path.read_bytes() for path in sorted(run.iterdir())}


def run_seeds() -> list[dict[str, bytes]]:
    """Give a run, and one whose JSON alone is there."""
    return [a_run()]


def results_seeds() -> list[dict[str, bytes]]:
    """Give results with two runs, of which the first will be damaged."""
    return [
        {
            **{f"results/one/{name}": data for name, data in a_run().items()},
            **{f"results/two/{name}": data for name, data in a_run().items()},
        }
    ]


def cache_seeds() -> list[dict[str, bytes]]:
    """Fill a cache."""
    import numpy as np

    from mteval.io.store import ScoreCache

    with tempfile.TemporaryDirectory() as name:
        with closing(ScoreCache(Path(name))) as cache:
            cache.put("s", cached())
            cache.put_vectors("s", {"a": np.ones(8, np.float32)})
            cache.file_sha256(Path(__file__))
        return [{path.name: path.read_bytes() for path in Path(name).iterdir()}]


# Mutations.

_XML_WORDS = (
    *(b"<a>", b"</a>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&amp;", b"&#0;", b"&x;", b"<?x?>"),
    *(b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"<!DOCTYPE a [", b' xml:lang="zh"', b' id=""', b"xmlns="),
    *(b'encoding="UTF-16"', b'encoding="gb18030"', b' xml:space="preserve"', b"\xed\xa0\x80"),
)
_XML_NAMES = (".xml", ".tmx", ".xlf", ".tbx", ".rels")
_HTML_WORDS = (
    *(b"<p>", b"</p>", b"<table>", b"<td>", b"</td>", b"<tr>", b"<br>", b"<li>", b"<ul>", b"<pre>"),
    *(b"<script>", b"<!--", b"-->", b"<frameset>", b"&nbsp;", b"&#x110000;", b"&#0;", b"<svg>"),
    *(b' hidden="', b' style="display:none"', b"<meta charset=big5>", b"<template>", b"<select>"),
    *(b"<ruby>", b"<rt>", b"<math>", b"<title>", b"<textarea>", b"<plaintext>", b"<noscript>"),
)
_TEXT_WORDS = (
    *(b"\n", b"\r", b"\0", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x84\x31\x95\x33", b"\x1a"),
    *("。", "，", "中文", "\u2028", "\x85", "\u202e", "\ufffe", "\ufeff", "😀", "e\u0301"),
    *(b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\x80"),
)
_JSON_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e308,
    10**400,
    2**63,
    "",
    "x",
    "\ud800",
    "\0",
    [],
    {},
    [[]],
)
_TOML_WORDS = (
    *(b"[pages]", b'[pages."x.txt"]', b"[[fix]]", b"[fix]", b"[[pages]]", b"[tool.mteval]", b"= 1"),
    *(b"= []", b'= ["en"]', b"= {}", b"= 2020-01-01", b'"""', b"'''", b"= true", b"= 1e999", b"="),
    *(b"translation", b"languages", b"document", b"find", b'raw = "x.txt"', b"= nan", b"[a.b.c]"),
)
_TABLE_WORDS = (
    *(
        b"\t",
        b",",
        b'"',
        b'""',
        b"\n",
        b"\r\n",
        b"source",
        b"reference",
        b"hypothesis:",
        b":",
        b"=",
    ),
    *(b"document", b"segment", b"kind", b"heading", b"1", b"0", b"99999999999", b"reference_2"),
    *(b"preferred", b"deprecated", b"exact", b"2020-02-30", b"concept", b"status", b"\0"),
)


def bytes_of(words: Sequence[bytes | str]) -> tuple[bytes, ...]:
    """Encode the words that are text."""
    return tuple(word if isinstance(word, bytes) else word.encode() for word in words)


def change_bytes(  # noqa: C901, PLR0912 - a branch a kind of change
    draw: random.Random, data: bytes, words: tuple[bytes, ...], others: Sequence[bytes]
) -> bytes:
    """Change something in bytes: a bit, a piece, a word, a number, a line, an element."""
    at = draw.randint(0, len(data))
    size = draw.choice((0, 1, 2, 4, draw.randint(0, 64), draw.randint(0, len(data))))
    piece = data[at : at + size]
    kind = draw.randrange(12)
    if kind == 0 and data:
        at = draw.randrange(len(data))
        return data[:at] + bytes([data[at] ^ 1 << draw.randrange(8)]) + data[at + 1 :]
    if kind == 1:
        return data[:at] + data[at + size :]
    if kind in (10, 11):
        # What keeps lines and cells as they are gets further into a reader.
        runs = list(re.finditer(rb"[A-Za-z0-9\x80-\xff.]+", data))
        if runs:
            found = draw.choice(runs)
            new = draw.choice(
                (draw.choice(runs)[0], "，。".encode(), b"x" * 30, b" ", b"1", b"\x0c")
            )
            return data[: found.start()] + new + data[found.end() :]
    if kind == 2:
        times = min(draw.choice((2, 3, 50, 2000)), MOST_BYTES // max(len(piece), 1) + 1)
        return data[:at] + piece * times + data[at + size :]
    if kind == 3 and words:
        return data[:at] + draw.choice(words) * draw.choice((1, 1, 1, 300)) + data[at:]
    if kind == 4:
        numbers = list(re.finditer(rb"\d+", data))
        if numbers:
            found = draw.choice(numbers)
            new = draw.choice((b"0", b"-1", b"9" * 30, b"1e9", b"", b"2147483648", b"x"))
            return data[: found.start()] + new + data[found.end() :]
    if kind == 5:
        lines = data.split(b"\n")
        i, j = draw.randrange(len(lines)), draw.randrange(len(lines))
        lines[i], lines[j] = draw.choice(((lines[j], lines[i]), (lines[j], lines[j])))
        return b"\n".join(lines)
    if kind == 6:
        elements = list(re.finditer(rb"<[^<>]*>", data))
        if elements:
            one, two = draw.choice(elements), draw.choice(elements)
            return data[: one.start()] + two[0] + data[one.end() :]
    if kind == 7:
        strings = list(re.finditer(rb'"[^"\n]*"', data))
        if strings:
            one, two = draw.choice(strings), draw.choice(strings)
            new = draw.choice((two[0], b'""', b'"\xe4\xb8\xad"', b'"' + b"x" * 300 + b'"'))
            return data[: one.start()] + new + data[one.end() :]
    if kind == 8 and others:
        other = draw.choice(others)
        begin = draw.randint(0, len(other))
        return data[:at] + other[begin : begin + draw.randint(1, 200)] + data[at + size :]
    return data[:at] + draw.randbytes(draw.randint(1, 6)) + data[at + size :]


def change_xml(draw: random.Random, data: bytes) -> bytes:
    """Change an element of XML: its name, text, attributes or place."""
    from lxml import etree

    root = etree.fromstring(data)
    elements = [each for each in root.iter() if isinstance(each.tag, str)]
    one, two = draw.choice(elements), draw.choice(elements)
    parent = one.getparent()
    action = draw.randrange(8)
    if action == 0 and parent is not None:
        parent.remove(one)
    elif action == 1 and len(elements) < 300:
        one.append(copy.deepcopy(two))
    elif action == 2:
        one.tag = two.tag
    elif action == 3 and two.attrib:
        name = draw.choice(list(two.attrib))
        one.set(name, draw.choice(("", two.get(name), "x", "1", "zh", "en", "9" * 20, " ")))
    elif action == 4 and one.attrib:
        del one.attrib[draw.choice(list(one.attrib))]
    elif action == 5:
        one.text = draw.choice((None, "", two.text, "中 a", "\n  \n", "x" * 400))
    elif action == 6:
        one.tail = draw.choice((None, two.text, "y", "\n"))
    else:
        for each in list(two):
            one.append(each) if one not in (each, *each.iter()) else None
    return bytes(etree.tostring(root.getroottree(), encoding="utf-8"))


def change_json(draw: random.Random, data: bytes) -> bytes:
    """Change a value somewhere in JSON."""
    value = json.loads(data)
    holders: list[Any] = [[value]]
    for holder in holders:
        inner = holder.values() if isinstance(holder, dict) else holder
        holders += [each for each in inner if isinstance(each, (dict, list))]
        if len(holders) > 3000:
            break
    holder = draw.choice([h for h in holders if h] or [[value]])
    key = draw.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    action = draw.randrange(6)
    if action == 0 and isinstance(holder, dict):
        del holder[key]
    elif action == 1 and isinstance(holder, list):
        holder.append(holder[key])
    elif action == 2:
        holder[key] = [holder[key]] if draw.random() < 0.5 else {"x": holder[key]}
    else:
        holder[key] = draw.choice(_JSON_VALUES)
    return json.dumps(value if holders[0] is not holder else holder[0]).encode()


def change_parquet(draw: random.Random, data: bytes) -> bytes:
    """Change a column of a Parquet file: its name, type, values or rows."""
    import pyarrow as pa
    import pyarrow.parquet

    table = pa.parquet.read_table(io.BytesIO(data))
    at = draw.randrange(table.num_columns)
    name = table.column_names[at]
    values = table.column(at).to_pylist()
    action = draw.randrange(5)
    if action == 0:
        table = table.remove_column(at)
    elif action == 1:
        table = table.slice(draw.randrange(table.num_rows + 1))
    elif action == 2:
        row = draw.randrange(len(values))
        values[row] = draw.choice((None, values[0], values[-1]))
        table = table.set_column(at, name, pa.array(values, table.schema.field(at).type))
    else:
        new = draw.choice((None, "x", 7, 2**62, float("inf"), True, [1], b"\xff"))
        table = table.set_column(at, name, pa.array([new] * table.num_rows))
    out = io.BytesIO()
    pa.parquet.write_table(table, out, write_page_checksum=True)
    return out.getvalue()


def change_arrays(draw: random.Random, data: bytes) -> bytes:
    """Change an array of a .npz file, behind its checksums."""
    parts = unpacked(data)
    name = draw.choice(list(parts))
    parts[name] = change_bytes(draw, parts[name], (b"'<f8'", b"'|O'", b"(1,)", b"True"), ())
    return packed(parts)


def change_sqlite(draw: random.Random, data: bytes) -> bytes:
    """Change a cell of an SQLite file, or its layout."""
    home = FAST if FAST.is_dir() else None
    with tempfile.NamedTemporaryFile(dir=home) as file:
        file.write(data)
        file.flush()
        with closing(sqlite3.connect(file.name)) as connection, connection:
            table, column = draw.choice(
                connection.execute(
                    "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p"
                ).fetchall()
            )
            if draw.random() < 0.1:
                connection.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO x")
            else:
                value = draw.choice((0, -1, 1.5, float("inf"), "x", "\0", b"", b"\xff", "{}"))
                some = draw.choice(("", " WHERE random() % 7 = 0"))
                connection.execute(f"UPDATE OR IGNORE {table} SET {column} = ?{some}", [value])
        return Path(file.name).read_bytes()


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Put files into an archive, stored as they are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


_RUN_MUTATIONS: dict[str, Mutate] = {
    "run.json": change_json,
    "evaluation.json": change_json,
    "scores.parquet": change_parquet,
    "statistics.npz": change_arrays,
}
_RUN_FILES = (
    *("run.json", "evaluation.json", "scores.parquet", "segments.csv", "occurrences.csv"),
    *("terms.csv", "statistics.npz", "systems.csv", "documents.csv"),
)
_DOCX = ("word/document.xml", "word/header1.xml")
_XLSX = (
    *("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"),
    *("[Content_Types].xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"),
)
_FOLDERS = (
    *("references/d.zh.txt", "references/d.en.txt", "references/d.en.B.txt", "references/d.toml"),
    *("systems/s/d.txt", "systems/t/d.txt"),
)


def folders_seeds() -> list[dict[str, bytes]]:
    """Lay out references and systems."""
    return [
        {
            "references/d.zh.txt": "源\n文\n".encode(),
            "references/d.en.txt": b"a\nb\n",
            "references/d.en.B.txt": b"a\nc\n",
            "references/d.toml": b'title = "t"\ndate = 2020-01-02\nkinds = ["text", "heading"]\n',
            "systems/s/d.txt": b"x\n\n",
            "systems/t/d.txt": b"y\nz\n",
        }
    ]


def repairs_seeds() -> list[dict[str, bytes]]:
    """Make a page with its sources.toml and fixes.toml."""
    return [
        {
            "sources.toml": b'[pages."x.txt"]\ndocument = "d"\ndate = 2020-01-02\ntitle = "t"\n'
            b'languages = ["zh", "en"]\n',
            "fixes.toml": b'[[fix]]\nraw = "x.txt"\nfind = "ended"\nreplace = "began"\n'
            b'reason = "r"\n',
            "x.txt": "\n".join(LINES).encode(),
        }
    ]


def lines_seeds() -> list[dict[str, bytes]]:
    """Make plain files."""
    return [{"s.txt": "源\n文\n".encode(), "r.txt": b"a\nb\n", "h.txt": b"x\n\n"}]


_MME = (
    *("sources/zh-en.txt", "references/zh-en.refA.txt", "references/zh-en.refht.txt"),
    *("documents/zh-en.docs", "system-outputs/zh-en/s.txt", "system-outputs/zh-en/t.txt"),
)
_HTML = bytes_of((*_HTML_WORDS, *_TEXT_WORDS))
_XML = bytes_of((*_XML_WORDS, *_TEXT_WORDS[:8]))
_TABLE = bytes_of((*_TABLE_WORDS, *_TEXT_WORDS))
_TOML = bytes_of((*_TOML_WORDS, *_TEXT_WORDS[:8]))


def _page(kind: str, name: str, words: Sequence[bytes | str], **more: Any) -> Reader:
    return Reader(
        more.pop("files", (name,)),
        page(name),
        functools.partial(page_seeds, kind),
        bytes_of(words),
        **more,
    )


def _corpus(
    format: str,
    files: tuple[str, ...],
    words: tuple[bytes, ...],
    name: str | None = None,
    **more: Any,
) -> Reader:
    return Reader(
        files,
        corpus(files[0] if name is None else name, format if name == "" else None),
        functools.partial(corpus_seeds, format),
        words,
        **more,
    )


READERS: dict[str, Reader] = {
    "page, HTML": _page("html", "x.html", _HTML),
    "page, Markdown": _page("markdown", "x.md", (*_HTML, b"* ", b"> ", b"```", b"|", b"[", b"](")),
    "page, text": _page("text", "x.txt", _TEXT_WORDS),
    "page, MHTML": _page("mhtml", "x.mht", (*_HTML, b"Content-Type: ", b"boundary=", b"=?x?b?")),
    "page, DOCX": _page("docx", "x.docx", _XML, files=_DOCX, pack="x.docx"),
    "page, ODT": _page("odt", "x.odt", _XML, files=("content.xml",), pack="x.odt"),
    "page, archive": _page("archive", "x.docx", (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06")),
    "table, TSV": _corpus("tsv", ("x.tsv",), _TABLE),
    "table, CSV": _corpus("csv", ("x.csv",), _TABLE),
    "table, JSONL": _corpus("jsonl", ("x.jsonl",), _TABLE, mutate={"x.jsonl": change_json}),
    "WMT XML": _corpus("wmt-xml", ("x.xml",), _XML),
    "TMX": _corpus("tmx", ("x.tmx",), _XML),
    "XLIFF 1.2": _corpus("xliff-1.2", ("x.xlf",), _XML),
    "XLIFF 2.1": _corpus("xliff-2.1", ("x.xlf",), _XML),
    "mt-metrics-eval": _corpus("mt-metrics-eval", _MME, _TABLE, ""),
    "references and systems": Reader(_FOLDERS, read_folders, folders_seeds, _TOML),
    "folder, convert": Reader(_FOLDERS, corpus("", "folder"), folders_seeds, _TOML),
    "plain files": Reader(
        ("s.txt", "r.txt", "h.txt"), read_lines_files, lines_seeds, bytes_of(_TEXT_WORDS)
    ),
    "termbase, CSV": Reader(
        ("terms.csv",), termbase("terms.csv"), functools.partial(term_seeds, "csv"), _TABLE
    ),
    "termbase, XLSX": Reader(
        _XLSX,
        termbase("terms.xlsx"),
        functools.partial(term_seeds, "xlsx"),
        (*_XML, b' t="s"', b' t="inlineStr"', b' r="A1"', b' r="XFD1048576"', b"<f>", b"<v>"),
        pack="terms.xlsx",
        share=0.5,
    ),
    "termbase, TBX": Reader(
        ("terms.tbx",), termbase("terms.tbx"), functools.partial(term_seeds, "tbx"), _XML
    ),
    "sources and fixes": Reader(
        ("sources.toml", "fixes.toml", "x.txt"), read_repairs, repairs_seeds, _TOML, share=0.5
    ),
    "settings": Reader(
        ("mteval.toml", "pyproject.toml"),
        read_config,
        lambda: [
            {"mteval.toml": b'comet_model = "a"\nlong_inputs = "split"\n'},
            {"pyproject.toml": b'[tool.mteval]\ndevice = "cpu"\n'},
        ],
        _TOML,
    ),
    "run": Reader(
        _RUN_FILES, read_run, run_seeds, (*_TABLE, b"null", b"NaN"), mutate=_RUN_MUTATIONS
    ),
    "history": Reader(
        tuple(f"results/{run}/{name}" for run in ("one", "two") for name in _RUN_FILES),
        read_results,
        results_seeds,
        (*_TABLE, b"null", b"NaN"),
        mutate={f"results/one/{name}": change for name, change in _RUN_MUTATIONS.items()},
        share=0.1,
    ),
    "gate": Reader(
        tuple(f"results/{run}/{name}" for run in ("one", "two") for name in _RUN_FILES),
        read_gate,
        results_seeds,
        (*_TABLE, b"null", b"NaN"),
        mutate={f"results/one/{name}": change for name, change in _RUN_MUTATIONS.items()},
        share=0.3,
    ),
    "report, export": Reader(
        _RUN_FILES, read_shown, run_seeds, (*_TABLE, b"null"), mutate=_RUN_MUTATIONS, share=0.1
    ),
    "cache": Reader(
        ("scores-1.sqlite3",),
        read_cache,
        cache_seeds,
        (b"\0" * 8, b"\xff" * 8),
        mutate={"scores-1.sqlite3": change_sqlite},
    ),
}


# One process.


def check(error: Exception, folder: Path, name: str = "") -> None:
    """Check that an error is one line that names a file."""
    message = str(error)
    if len(message.splitlines()) != 1:
        raise AssertionError(f"the message is not one line: {message!r}") from error
    if len(message) > MOST_MESSAGE:
        raise AssertionError(f"the message has {len(message)} characters: {message[:300]!r}") from (
            error
        )
    if str(folder) not in message and not (name and name in message):
        raise AssertionError(f"the message names no file: {message!r}") from error


def lay_out(reader: Reader, data: bytes, folder: Path) -> None:
    """Write the files of an input."""
    parts = dict(zip(reader.files, data.split(SEPARATOR), strict=False))
    parts = {name: content for name, content in parts.items() if content != b"\0none"}
    if reader.pack is not None:
        parts = {reader.pack: packed(parts)}
    for name, content in parts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def joined(reader: Reader, parts: Mapping[str, bytes]) -> bytes:
    """Put the files of an input into one, as ``lay_out`` takes them apart."""
    return SEPARATOR.join(parts.get(name, b"\0none") for name in reader.files)


class Campaign:
    """Run the inputs of one reader, and count."""

    def __init__(self, name: str, inputs: int, failures: Path, seed: int) -> None:
        self.reader = READERS[name]
        self.inputs = inputs
        self.failures = failures
        self.seen: set[str] = set()
        self.stem = re.sub(r"\W+", "-", name)
        home = FAST if FAST.is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="mteval-fuzz-", dir=home))
        self.report: dict[str, Any] = {"inputs": 0, "refused": 0, "slowest": 0.0, "failures": []}
        self.seeds = [joined(self.reader, parts) for parts in self.reader.seeds()]
        self.others = [part for seed in self.seeds for part in seed.split(SEPARATOR)]
        self.draw = random.Random(seed)

    def mutate(self, data: bytes, most: int, seed: int) -> bytes:
        """Change one or a few of the files of an input."""
        draw = random.Random(seed)
        parts = data.split(SEPARATOR)[: len(self.reader.files)]
        parts += [b"\0none"] * (len(self.reader.files) - len(parts))
        if draw.random() < 0.05:
            parts = draw.choice(self.seeds).split(SEPARATOR)
        for _ in range(draw.choice((1, 1, 1, 2, 4))):
            at = min(draw.randrange(len(parts)), draw.randrange(len(parts)))
            name = self.reader.files[at]
            special = self.reader.mutate.get(name)
            if special is None and name.endswith(_XML_NAMES):
                special = change_xml
            if draw.random() < 0.02:
                parts[at] = draw.choice((b"", b"\0none", draw.choice(self.others)))
            elif special is not None and draw.random() < 0.7:
                # What was damaged before may be past changing in its own terms.
                with contextlib.suppress(Exception):
                    parts[at] = special(draw, parts[at])
            else:
                parts[at] = change_bytes(draw, parts[at], self.reader.words, self.others)
            parts[at] = parts[at][:most]
        return SEPARATOR.join(parts)[:most]

    def one(self, data: bytes) -> None:
        """Read one input."""
        (self.failures / f"{self.stem}.current").write_bytes(data)
        faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
        work = self.folder / "x"
        work.mkdir()
        lay_out(self.reader, data, work)
        began = time.perf_counter()
        try:
            try:
                self.reader.read(work)
            except Exception as error:
                from mteval.errors import MtevalError

                if not isinstance(error, MtevalError):
                    raise
                self.report["refused"] += 1
                check(error, work)
        except Exception as error:
            self.keep(error, data)
        seconds = time.perf_counter() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        if seconds > MOST_SECONDS:
            self.keep(TimeoutError(f"{seconds:.1f} s"), data)
        if memory > MOST_MEMORY_MB and self.report.get("memory", 0) <= MOST_MEMORY_MB:
            self.keep(MemoryError(f"{memory:.0f} MB"), data)
        faulthandler.cancel_dump_traceback_later()
        shutil.rmtree(work)
        self.report["inputs"] += 1
        self.report["slowest"] = max(self.report["slowest"], seconds)
        self.report["memory"] = memory
        if self.report["inputs"] % 500 == 0 or self.report["inputs"] >= self.inputs:
            self.write()
        if self.report["inputs"] >= self.inputs:
            shutil.rmtree(self.folder)
            (self.failures / f"{self.stem}.current").unlink()
            os._exit(0)

    def keep(self, error: BaseException, data: bytes) -> None:
        """Keep an input that failed in a place that none has failed in before."""
        frames = [
            f"{Path(frame.filename).name}:{frame.lineno}"
            for frame in traceback.extract_tb(error.__traceback__)
            if "fuzz.py" not in frame.filename
        ]
        what = str(error) if isinstance(error, AssertionError) else ""
        # What is quoted in messages differs from input to input.
        what = re.sub(r"\d+|'[^']*'|\S*mteval-fuzz\S*", "", what)
        key = hashlib.sha256(f"{type(error)}{frames[-3:]}{what[:80]}".encode()).hexdigest()[:10]
        if key in self.seen:
            return
        self.seen.add(key)
        (self.failures / f"{self.stem}-{key}.input").write_bytes(data)
        text = "".join(traceback.format_exception(error))
        (self.failures / f"{self.stem}-{key}.txt").write_text(text, "utf-8", "backslashreplace")
        self.report["failures"].append(f"{type(error).__name__}: {str(error)[:200]}")
        self.write()

    def write(self) -> None:
        """Write the numbers for the parent."""
        path = self.failures / f"{self.stem}.json"
        path.write_text(json.dumps(self.report), "utf-8")


def work(name: str, inputs: int, failures: Path, seed: int) -> None:
    """Run a campaign in this process, which it ends."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["mteval"]):
        for room in ROOMS_OF_READERS:
            package = importlib.import_module(f"mteval.{room}")
            for module in pkgutil.walk_packages(package.__path__, f"mteval.{room}."):
                importlib.import_module(module.name)
    campaign = Campaign(name, inputs, failures, seed)
    strict()
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(campaign.seeds):
            (Path(folder) / str(number)).write_bytes(data)
        most = max(MOST_BYTES, 2 * max(map(len, campaign.seeds)))
        options = [
            *("-timeout=1000", f"-rss_limit_mb={MOST_MEMORY_MB + 200}", f"-max_len={most}"),
            *(
                f"-seed={seed}",
                "-len_control=0",
                "-mutate_depth=2",
                f"-artifact_prefix={failures}/{campaign.stem}-",
            ),
            folder,
        ]
        atheris.Setup(["fuzz", *options], campaign.one, custom_mutator=campaign.mutate)
        atheris.Fuzz()


def strict() -> None:
    """Take a warning that a user would see on stderr for a failure."""
    warnings.simplefilter("error")
    for unseen in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", unseen)


def replay(name: str, path: Path) -> None:
    """Read one input that was kept."""
    strict()
    with tempfile.TemporaryDirectory() as folder:
        lay_out(READERS[name], path.read_bytes(), Path(folder))
        from mteval.errors import MtevalError

        try:
            print(f"read: {str(READERS[name].read(Path(folder)))[:300]}")
        except MtevalError as error:
            print(f"refused: {error}")
            check(error, Path(folder))


# All of them.


def launch(name: str, inputs: int, failures: Path) -> tuple[str, dict[str, Any]]:
    """Run the campaign of a reader in processes of its own: a new one where one crashed."""
    stem = re.sub(r"\W+", "-", name)
    total: dict[str, Any] = {
        **{"inputs": 0, "refused": 0, "slowest": 0.0, "memory": 0.0, "failures": []},
        **{"covered": 0, "new": 0, "seconds": 0.0},
    }
    began = time.monotonic()
    for seed in range(1, 6):
        log = failures / f"{stem}.log"
        with log.open("wb") as output:
            code = subprocess.call(
                [
                    *(sys.executable, "-m", "benchmarks.fuzz", "--reader", name),
                    *("--work", str(seed), "--inputs", str(inputs - total["inputs"])),
                    *("--failures", str(failures)),
                ],
                stdout=output,
                stderr=output,
            )
        said = log.read_text("utf-8", "replace")
        report = failures / f"{stem}.json"
        found = json.loads(report.read_text()) if report.exists() else {}
        report.unlink(missing_ok=True)
        for key in ("inputs", "refused"):
            total[key] += found.get(key, 0)
        for key in ("slowest", "memory"):
            total[key] = max(total[key], found.get(key, 0))
        total["failures"] += found.get("failures", [])
        covered = [int(n) for n in re.findall(r"\bcov: (\d+)", said)]
        if covered:
            total["covered"] = max(total["covered"], covered[-1])
            total["new"] = max(total["new"], covered[-1] - covered[0])
        if code == 0 and total["inputs"] >= inputs:
            break
        current = failures / f"{stem}.current"
        if current.exists():
            current.replace(failures / f"{stem}-crash-{seed}.input")
        shutil.copy(log, failures / f"{stem}-crash-{seed}.txt")
        total["failures"].append(f"the process ended with {code}: {said.strip()[-200:]}")
    total["seconds"] = time.monotonic() - began
    return name, total


def main() -> None:
    """Run the campaigns asked for and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--inputs", type=int, default=100_000, help="of all readers together")
    parser.add_argument("--reader", action="append", choices=[*READERS], metavar="NAME")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--failures", type=Path, default=Path(tempfile.gettempdir()) / "mteval-fuzz"
    )
    parser.add_argument("--replay", type=Path, help="an input that was kept")
    parser.add_argument("--work", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    names = options.reader or [*READERS]
    if options.replay is not None:
        replay(names[0], options.replay)
        return
    if importlib.util.find_spec("atheris") is None:
        sys.exit("atheris is not installed; install it with: pip install atheris")
    options.failures.mkdir(parents=True, exist_ok=True)
    if options.work is not None:
        work(names[0], options.inputs, options.failures, options.work)
        return
    shares = sum(READERS[name].share for name in names)
    counts = {n: -int(-options.inputs * READERS[n].share // shares) for n in names}
    with ThreadPoolExecutor(options.jobs) as pool:
        done = dict(
            pool.map(lambda name: launch(name, counts[name], options.failures.resolve()), names)
        )
    print(
        f"{'reader':24} {'inputs':>7} {'refused':>8} {'branches':>9} {'new':>6} {'slowest':>8} "
        f"{'memory':>7} {'failures':>8}"
    )
    for name, found in done.items():
        print(
            f"{name:24} {found['inputs']:7} {found['refused']:8} {found['covered']:9} "
            f"{found['new']:6} {found['slowest']:6.2f} s {found['memory']:4.0f} MB "
            f"{len(found['failures']):8}"
        )
    failed = [(name, text) for name, found in done.items() for text in found["failures"]]
    for name, text in failed:
        print(f"{name}: {text}")
    inputs = sum(found["inputs"] for found in done.values())
    print(f"{inputs:,} inputs, {len(failed)} failures; their inputs are in {options.failures}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
