"""Run folders: writing one whole or not at all, finding them, reading them back."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mteval.errors import InputError, location
from mteval.io.files import kind_of, list_folder, read_bytes, read_text
from mteval.io.writing import new_folder
from mteval.runs.evaluation import Evaluation, MetricColumn, csv_text, flat_system, flat_terms

__all__ = [
    "REPORT_FILE",
    "Run",
    "basis",
    "find_run",
    "find_runs",
    "read_record",
    "read_rows",
    "record_fault",
    "run_id",
    "write_run",
]

REPORT_FILE = "report.html"
# What `mteval score --json` prints, from which an evaluation is read back.
_EVALUATION_FILE = "evaluation.json"
_SCORES_FILE = "scores.parquet"
_SEGMENTS_FILE = "segments.csv"
_DOMAINS_FILE = "domains.csv"
_TERMS_FILE = "terms.csv"
_OCCURRENCES_FILE = "occurrences.csv"
_STATISTICS_FILE = "statistics.npz"
_TERM_COLUMNS = ("system", "kind", "concept", "source", "occurrences", "right", "renderings")
_OCCURRENCE_COLUMNS = (
    *("system", "kind", "document", "segment", "concept", "source", "verdict", "rendering"),
    "severity",
)
_RECORDED = frozenset({"inputs", "systems", "metrics", "signatures"})
# Mappings in a record, and whether their values are mappings too.
_SHAPES: tuple[tuple[tuple[str, ...], int], ...] = (
    (("signatures",), 1),
    (("versions",), 1),
    (("resampling",), 1),
    (("metrics",), 2),
    (("inputs",), 1),
    (("inputs", "references"), 2),
    (("inputs", "systems"), 2),
    (("inputs", "dates"), 1),
)
# What must be so of a metric for its scores to be shown.
_METRIC_KINDS: Mapping[str, type] = {
    "label": str,
    "higher_is_better": bool,
    "decimals": int,
    "signature": str,
    "segment_signature": str,
    "is_metric": bool,
}
# What new_folder writes a run in, and so what a killed run leaves behind; and how old one must be
# to be taken for that: younger, it may not be locked yet, or cannot be told from one in use.
_SCRATCH = re.compile(r"\.\d{8}T\d{6}Z-[0-9a-f]{8}(-\d+)?\.\w+")
_UNLOCKED_SECONDS = 60.0
_UNLOCKABLE_SECONDS = 86_400.0
_MOST_SEGMENTS_A_SCORE = 100
# Of a file of a run, which holds the texts of all systems.
_MOST_BYTES = 512 * 1024 * 1024
# A backslash, or half a surrogate pair, in JSON as it is written here: other text is unescaped.
_ESCAPE = re.compile(r"\\\\|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_NUMBER = (int, float, None)
_SEVERITIES = ("critical", "major", "minor")
_TEXT = (str,)
# What evaluation.json and occurrences.csv must have to be read and shown; None: any other key.
_EVALUATION = {
    "systems": [{"flags": {None: (int,)}, "missing_documents": [_TEXT]}],
    "terms": [
        {
            **dict.fromkeys(("system", "kind", "concept", "source"), _TEXT),
            **dict.fromkeys(("occurrences", "right"), (int,)),
            "target": (str, None),
            "severity": _SEVERITIES,
            "verdicts": {None: (int,)},
            "renderings": [{"rendering": (str, None), "verdict": _TEXT, "count": (int,)}],
        }
    ],
    "flags": [{"flag": _TEXT, "detail": _TEXT, "segment": (int,)}],
    "error_spans": [{"metric": _TEXT, "segment": (int,), "start": (int,), "end": (int,)}],
}
_OCCURRENCE = {
    **dict.fromkeys(("system", "kind", "document", "concept", "source", "verdict"), _TEXT),
    **dict.fromkeys(("segment", "source_start", "source_end"), (int,)),
    **dict.fromkeys(("start", "end"), (int, None)),
    "rendering": (str, None),
    "severity": _SEVERITIES,
    "confidence": _NUMBER,
}
_COUNTS = frozenset({"segment", "occurrences", "right"})
_MAY_BE_EMPTY = frozenset({"rendering", "renderings"})

# What comes of files that are not those that were written; from pyarrow almost anything does.
_DAMAGE = (
    *(ValueError, LookupError, TypeError, AttributeError, OSError, RuntimeError, ArithmeticError),
    *(MemoryError, csv.Error),
)

Scores = npt.NDArray[np.float64]


def run_id(created: datetime, fingerprint: str) -> str:
    """Name a run: its UTC time and the first digits of its fingerprint."""
    return f"{created:%Y%m%dT%H%M%SZ}-{fingerprint[:8]}"


def write_run(
    evaluation: Evaluation,
    results: Path | str,
    created: datetime | None = None,
    command: Sequence[str] = (),
    report: Callable[[Evaluation, Mapping[str, Any]], str] | None = None,
) -> tuple[Path, dict[str, Any]]:
    """Write a run folder, whole or not at all.

    Args:
        evaluation: what to write.
        results: the folder that holds run folders.
        created: when the evaluation was made, in UTC; now, by default.
        command: what was called, if it was a command.
        report: makes the HTML page of an evaluation and the record of its run, as ``report_page``
            does; no page without.

    Returns:
        The folder and the record in its run.json.

    Raises:
        InputError: the folder cannot be written.
    """
    created = created or datetime.now(timezone.utc)
    results = Path(results)
    _remove_left_behind(results)
    base = run_id(created, evaluation.fingerprint())
    for attempt in range(1, 100):
        run = base if attempt == 1 else f"{base}-{attempt}"
        if kind_of(results / run) is not None:
            continue
        record = evaluation.run_record(run, created, command)
        try:
            with new_folder(results / run) as folder, _locked(folder):
                _write_files(evaluation, record, folder)
                if report is not None:
                    (folder / REPORT_FILE).write_text(report(evaluation, record), "utf-8")
        except InputError:
            # Another process with the same inputs took the name within the same second.
            if kind_of(results / run) is not None:
                continue
            raise
        return results / run, record
    raise InputError(
        f"{location(results / base)}: a hundred runs of this name exist; remove some or name "
        "another folder with -o"
    )


def _remove_left_behind(results: Path) -> None:
    """Remove what runs that were killed while writing have left in a folder of results."""
    try:
        left = [path for path in results.iterdir() if _SCRATCH.fullmatch(path.name)]
    except OSError:
        return
    for path in left:
        try:
            age = time.time() - path.stat().st_mtime
            # Another run may be about to lock a young one.
            if age > _UNLOCKED_SECONDS:
                with _locked(path) as locked:
                    if locked or age > _UNLOCKABLE_SECONDS:
                        shutil.rmtree(path, ignore_errors=True)
        except OSError:  # in use, or renamed
            continue


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold a lock on a folder, which ends with the process; False where there are no such locks.

    Raises:
        BlockingIOError: another process holds it.
    """
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):  # Windows
        yield False
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            locked = True
        except BlockingIOError:
            raise
        except OSError:  # some network file systems
            locked = False
        yield locked
    finally:
        os.close(handle)


def _write_files(evaluation: Evaluation, record: Mapping[str, Any], folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    _write_json(record, folder / "run.json", indent=2)
    _write_json(evaluation.document(record), folder / _EVALUATION_FILE)
    # Opened here, as pyarrow takes no path that is not UTF-8.
    with (folder / _SCORES_FILE).open("wb") as file:
        # Checksums, as a flipped bit would be another number.
        pa.parquet.write_table(evaluation.score_table(), file, write_page_checksum=True)
    _write_csv([flat_system(row) for row in evaluation.system_rows()], folder / "systems.csv")
    _write_csv(evaluation.document_rows(), folder / "documents.csv")
    if evaluation.domains():
        _write_csv(evaluation.domain_rows(), folder / _DOMAINS_FILE)
    with (folder / _SEGMENTS_FILE).open("wb") as file:
        pa.csv.write_csv(evaluation.segment_table(), file)
    np.savez(
        folder / _STATISTICS_FILE,
        **{name: _compact(found.values) for name, found in evaluation.statistics.items()},
    )
    if evaluation.term_signature() is not None:
        _write_csv(flat_terms(evaluation.terms), folder / _TERMS_FILE, _TERM_COLUMNS)
        _write_csv(evaluation.occurrences, folder / _OCCURRENCES_FILE, _OCCURRENCE_COLUMNS)


def _write_json(content: Mapping[str, Any], path: Path, indent: int | None = None) -> None:
    # Not sorted: metrics and flags come back in their order.
    text = json.dumps(content, ensure_ascii=False, indent=indent)
    # An argument that is no UTF-8 stays readable: its bytes become JSON escapes.
    path.write_bytes(f"{text}\n".encode("utf-8", "backslashreplace"))


def _write_csv(rows: Sequence[Mapping[str, Any]], path: Path, columns: Sequence[str] = ()) -> None:
    """Write rows, or the headings alone where there are none."""
    text = csv_text(rows) or ",".join(f'"{column}"' for column in columns)
    path.write_bytes(f"{text}\n".encode())


@dataclass(frozen=True)
class Run:
    """Hold what a run folder keeps, read as it is asked for.

    Attributes:
        folder: where it lies.
    """

    folder: Path

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.folder.name

    @cached_property
    def record(self) -> dict[str, Any]:
        """What was computed from what."""
        return read_record(self.folder)

    @cached_property
    def occurrences(self) -> list[dict[str, Any]]:
        """Every occurrence of a term."""
        if kind_of(self.folder / _OCCURRENCES_FILE) is None:
            raise InputError(
                f"{location(self.folder)}: this run was scored without terms; score again with a "
                "termbase (--terms, or terms.csv beside the references)"
            )
        return read_rows(self.folder, "occurrences.csv")

    @cached_property
    def statistics(self) -> dict[str, Scores]:
        """By metric, the statistics of every system: (n_systems, n_segments, k)."""
        path = self.folder / _STATISTICS_FILE
        if kind_of(path) is None:
            raise InputError(
                f"{location(self.folder)}: this run keeps no statistics, as it is of an older "
                "mteval; score again"
            )
        shape = len(self.record["systems"]), sum(self.record.get("segments", ()))
        try:
            with np.load(io.BytesIO(read_bytes(path, _MOST_BYTES)), allow_pickle=False) as arrays:
                found = {name: arrays[name].astype(np.float64) for name in arrays.files}
            for name, array in found.items():
                if array.ndim != 3 or array.shape[:2] != shape:
                    raise ValueError(f"{name} is {array.shape} where systems, segments are {shape}")
        # Damaged headers make numpy raise almost anything: SyntaxError, TokenError, MemoryError...
        except Exception as error:
            raise InputError(
                f"{location(path)}: this is not a file that mteval score wrote ({error}); "
                "score again, or name another run"
            ) from None
        return found

    @cached_property
    def evaluation(self) -> Evaluation:
        """The evaluation as it was, less its statistics.

        Texts of documents that no system has are empty, as the folder does not keep them.
        """
        for file in (_EVALUATION_FILE, _SCORES_FILE, _SEGMENTS_FILE):
            if kind_of(self.folder / file) is None:
                raise InputError(
                    f"{location(self.folder / file)}: this file is not in the run, which an older "
                    "mteval wrote or somebody changed; score again"
                )
        try:
            return _read_evaluation(self.folder, self.record)
        except _DAMAGE as error:
            raise InputError(
                f"{location(self.folder)}: the files of this run do not fit together "
                f"({type(error).__name__}: {error}); score again, or name another run"
            ) from None


def _read_evaluation(folder: Path, record: Mapping[str, Any]) -> Evaluation:
    """Read back what _write_files wrote."""
    import pyarrow as pa
    import pyarrow.parquet

    document = _read_json(folder / _EVALUATION_FILE)
    _check_kinds(document, _EVALUATION, _EVALUATION_FILE)
    systems, documents = (
        {name: n for n, name in enumerate(record[key])} for key in ("systems", "documents")
    )
    sizes = np.array(record["segments"])
    # In this thread: pyarrow 23.0 starts others that abort a process that ends soon after.
    table = pa.parquet.ParquetFile(
        io.BytesIO(read_bytes(folder / _SCORES_FILE, _MOST_BYTES)),
        page_checksum_verification=True,
        pre_buffer=False,
    ).read(use_threads=False)
    # Records of before there were domains have none.
    document_domains = record.get("domains", [None] * len(documents))
    if not len(sizes) == len(documents) == len(document_domains):
        raise ValueError(f"{len(documents)} documents have {len(sizes)} numbers of segments")
    # Of what is said to be there some is, before room is made for all.
    if sizes.sum() > _MOST_SEGMENTS_A_SCORE * (table.num_rows + 1):
        raise ValueError(f"{sizes.sum()} segments have {table.num_rows} scores")
    starts = np.cumsum([0, *sizes[:-1]])
    n_segments = int(sizes.sum())
    domains = list(dict.fromkeys(document_domains))
    shapes = {
        "system": (len(systems),),
        "domain": (len(systems), len(domains) if any(domains) else 0),
        "document": (len(systems), len(documents)),
        "segment": (len(systems), n_segments),
    }

    def position(row: Mapping[str, Any]) -> tuple[int, int]:
        document = documents[row["document"]]
        if not 0 < row["segment"] <= sizes[document]:
            raise ValueError(f"{row['document']} has no segment {row['segment']}")
        return systems[row["system"]], int(starts[document]) + row["segment"] - 1

    columns = tuple(_metric_column(name, known) for name, known in record["metrics"].items())
    for text in (record["run"], record["versions"]["mteval-toolkit"], record["versions"]["python"]):
        if not isinstance(text, str):
            raise TypeError(f"{text!r} is no text")
    scores: dict[str, dict[Any, Scores]] = {
        column.name: {level: np.full(shape, np.nan) for level, shape in shapes.items()}
        for column in columns
    }
    where: dict[str, Callable[[Mapping[str, Any]], Any]] = {
        "system": lambda row: systems[row["system"]],
        "document": lambda row: (systems[row["system"]], documents[row["document"]]),
        "segment": position,
    }
    for row in table.select(
        ("metric", "level", "system", "document", "segment", "value")
    ).to_pylist():
        if row["value"] is not None:
            scores[row["metric"]][row["level"]][where[row["level"]](row)] = row["value"]

    for row in document.get("domains", ()):
        spot = (systems[row["system"]], domains.index(row["domain"]))
        for metric in columns:
            _check_kinds(row[metric.name], _NUMBER, metric.name)
            if row[metric.name] is not None:
                scores[metric.name]["domain"][spot] = row[metric.name]
    texts = _read_table(folder / _SEGMENTS_FILE, {"segment": pa.int64()})
    references = [name for name in texts[0] if name == "reference" or name.startswith("reference_")]
    sources = [""] * n_segments
    reference_texts = [[""] * n_segments for _ in references]
    hypotheses: list[list[str | None]] = [[None] * n_segments for _ in systems]
    for row in texts:
        s, i = position(row)
        hypotheses[s][i] = row["hypothesis"]
        sources[i] = row["source"]
        for column, name in zip(reference_texts, references, strict=True):
            column[i] = row[name]
    flags: dict[str, dict[tuple[int, int], str]] = {
        name: {} for name in document["systems"][0]["flags"]
    }
    for row in document["flags"]:
        flags[row["flag"]][position(row)] = row["detail"]
    spans: dict[str, dict[tuple[int, int], list[dict[str, Any]]]] = {
        name.removesuffix("_error_spans"): {} for name in texts[0] if name.endswith("_error_spans")
    }
    for row in document["error_spans"]:
        span = {
            k: v for k, v in row.items() if k not in ("system", "document", "segment", "metric")
        }
        spans[row["metric"]].setdefault(position(row), []).append(span)
    if len(document["systems"]) != len(systems):
        raise ValueError(f"{len(systems)} systems have {len(document['systems'])} rows")
    verdicts = {verdict for row in document["terms"] for verdict in row["verdicts"]}
    unknown = {
        found["verdict"] for row in document["terms"] for found in row["renderings"]
    } - verdicts
    if unknown:
        raise ValueError(f"there is no verdict {unknown.pop()!r}")
    known = {("system", name) for name in systems} | {("reference", name) for name in references}
    strangers = set(map(_text_of, document["terms"])) - known
    if strangers:
        raise ValueError(f"there is no {' '.join(strangers.pop())}")
    occurrences = _read_occurrences(folder, record, verdicts, known)
    ranked = [name for name in scores if "resampled" in record and name in record["resampled"]]
    return Evaluation(
        systems=tuple(systems),
        documents=tuple(documents),
        document_domains=tuple(document_domains),
        segment_documents=np.repeat(np.arange(len(sizes)), sizes),
        segment_numbers=np.concatenate([np.arange(1, size + 1) for size in sizes]),
        sources=None if texts[0]["source"] is None else sources,
        references=reference_texts,
        hypotheses=hypotheses,
        metrics=columns,
        scores=scores,
        inputs=record["inputs"],
        versions=record["versions"],
        notes=tuple(record["notes"]),
        flags=flags,
        error_spans=spans,
        terms=document["terms"],
        occurrences=occurrences,
        intervals={
            name: np.array(
                [row[f"{name}_ci"] or (np.nan, np.nan) for row in document["systems"]], np.float64
            )
            for name in ranked
        },
        ranks={
            name: ranks
            for name in ranked
            for ranks in [[row[f"{name}_rank"] for row in document["systems"]]]
            if any(ranks)
        },
        resampling=record["resampling"],
    )


def _text_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """Name the text of a term's row; a reference is (reference) beside a system of that name."""
    kind, name = row["kind"], row["system"]
    return kind, name.strip("()") if kind == "reference" else name


def _read_occurrences(
    folder: Path,
    record: Mapping[str, Any],
    verdicts: Iterable[str],
    texts: Container[tuple[str, str]],
) -> list[dict[str, Any]]:
    """Read the occurrences of terms, in these texts (kind, name) and with these verdicts."""
    import pyarrow as pa

    if record["term_signature"] is None:
        return []
    integers = ("segment", "source_start", "source_end", "start", "end")
    rows = _read_table(
        folder / _OCCURRENCES_FILE,
        {**dict.fromkeys(integers, pa.int64()), "confidence": pa.float64()},
    )
    sizes = dict(zip(record["documents"], record["segments"], strict=True))
    for row in rows:
        _check_kinds(row, _OCCURRENCE, _OCCURRENCES_FILE)
        if _text_of(row) not in texts or row["verdict"] not in verdicts:
            raise ValueError(f"{row['verdict']!r} of {row['system']!r} is not known elsewhere")
        if not 0 < row["segment"] <= sizes[row["document"]]:
            raise ValueError(f"{row['document']} has no segment {row['segment']}")
    return rows


def _check_kinds(value: Any, kinds: Any, where: str) -> None:
    """Check that what was read has the kinds that were written.

    Args:
        value: what was read.
        kinds: what must be in a mapping, by key; of a list, what its items must be, in a list;
            else what it may be: types, values, and None.
        where: a name for messages.

    Raises:
        TypeError: something is of another kind.
    """
    if isinstance(kinds, dict):
        if not isinstance(value, dict):
            raise TypeError(f"{where} is no mapping")
        for key in kinds:
            if key is not None and key not in value:
                raise TypeError(f"{where} has no {key}")
        for key, found in value.items():
            if key in kinds or None in kinds:
                _check_kinds(found, kinds.get(key, kinds.get(None)), f"{where}: {key}")
    elif isinstance(kinds, list):
        if not isinstance(value, list):
            raise TypeError(f"{where} is no list")
        for item in value:
            _check_kinds(item, kinds[0], where)
    elif type(value) not in kinds and not (isinstance(value, (str, type(None))) and value in kinds):
        raise TypeError(f"{where} is {value!r}")


def _metric_column(name: str, known: Mapping[str, Any]) -> MetricColumn:
    for key, kind in _METRIC_KINDS.items():
        if not isinstance(known[key], kind):
            raise TypeError(f"{key} of {name} is {known[key]!r}")
    return MetricColumn(name, **known)


def _read_table(path: Path, numbers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Read a CSV file: columns of these types, else of text; what is empty and bare is None."""
    import pyarrow as pa
    import pyarrow.csv

    data = read_bytes(path, _MOST_BYTES)
    header = next(csv.reader(io.StringIO(data[: data.index(b"\n")].decode("utf-8"))), [])
    if not header:
        raise ValueError(f"the first line of {path.name} names no columns")
    table = pa.csv.read_csv(
        pa.py_buffer(data),
        read_options=pa.csv.ReadOptions(use_threads=False),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types={name: numbers.get(name, pa.string()) for name in header},
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _compact(values: Scores) -> npt.NDArray[Any]:
    """Hold counts as integers, which take half the room."""
    integers = values.astype(np.int32)
    return integers if np.array_equal(integers, values) else values


def find_runs(results: Path) -> list[Path]:
    """List the run folders of a folder of results that have terms, the oldest first.

    Raises:
        InputError: there is no such folder.
    """
    if kind_of(results) != "folder":
        raise InputError(
            f"{location(results)}: there is no such folder of results; make runs with: mteval score"
        )
    # What a killed run left behind begins with a dot.
    return [path for path in list_folder(results) if kind_of(path / _OCCURRENCES_FILE) == "file"]


def find_run(run: Path, results: Path) -> Run:
    """Find a run by its folder, or by its name in a folder of results.

    Raises:
        InputError: there is none.
    """
    for folder in (run, results / run):
        if kind_of(folder) == "folder":
            return Run(folder)
    raise InputError(
        f"{location(run)}: there is no such run, nor in {location(results)}; score first, or check "
        "the name"
    )


def _read_json(path: Path) -> Any:
    """Read JSON; half a surrogate pair, of an argument that was no UTF-8, becomes its escape."""
    text = read_text(path, _MOST_BYTES)
    return json.loads(_ESCAPE.sub(lambda found: "\\\\" + found[0].lstrip("\\"), text))


def read_record(run: Path) -> dict[str, Any]:
    """Read the record of a run.

    Raises:
        InputError: there is none, or it is no JSON.
    """
    path = run / "run.json"
    try:
        record = _read_json(path)
    except (ValueError, RecursionError):
        record = None
    if (
        not isinstance(record, dict)
        or not record.keys() >= _RECORDED
        or record_fault(record) is not None
    ):
        raise InputError(
            f"{location(path)}: this is not the record of a run; score again, or name another run"
        )
    return record


def record_fault(record: Mapping[str, Any]) -> str | None:
    """Name the part of a record, of any version, that is of another kind than mteval writes."""
    for keys, depth in _SHAPES:
        found: Any = record
        for key in keys:
            found = found.get(key)
            if found is None:
                break
            if not isinstance(found, dict):
                return ".".join(keys)
        if depth == 2 and not all(isinstance(value, dict) for value in (found or {}).values()):
            return ".".join(keys)
    for where, texts in (
        ("signatures", record.get("signatures")),
        ("inputs.dates", (record.get("inputs") or {}).get("dates")),
        ("term_signature", {"": record.get("term_signature")}),
    ):
        if not all(isinstance(text, (str, type(None))) for text in (texts or {}).values()):
            return where
    sizes, domains = record.get("segments", []), record.get("domains", [])
    if not isinstance(sizes, list) or not all(type(n) is int and 0 < n < 2**31 for n in sizes):
        return "segments"
    if not isinstance(domains, list) or not all(isinstance(d, (str, type(None))) for d in domains):
        return "domains"
    for key in ("systems", "documents", "command", "notes"):
        listed = record.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
            return key
    return None


def basis(record: Mapping[str, Any], system: str, metric: str) -> tuple[Any, ...] | None:
    """Give what two scores of a system must share to compare; None where it is not recorded.

    That is the signature of the metric, and the sources and references of the system's documents;
    for terms their dates too, as those say which renderings were in force.

    Args:
        record: of the run that has the score, of any version.
        system: name of the system.
        metric: name of the metric, or ``term_accuracy``.
    """
    inputs = record.get("inputs") or {}
    is_terms = metric == "term_accuracy"
    signature = (
        record.get("term_signature") if is_terms else (record.get("signatures") or {}).get(metric)
    )
    references = inputs.get("references") or {}
    own = (inputs.get("systems") or {}).get(system) or {}
    documents = [document for document in sorted(own) if document in references]
    if signature is None or not documents:
        return None
    dates = (inputs.get("dates") or {}) if is_terms else {}
    return (
        signature,
        *((d, json.dumps(references[d], sort_keys=True), dates.get(d)) for d in documents),
    )


def read_rows(run: Path, file: Literal["terms.csv", "occurrences.csv"]) -> list[dict[str, Any]]:
    """Read the rows of a file of a run; what is empty is None.

    Raises:
        InputError: the file cannot be read, or lacks a column.
    """
    path = run / file
    wanted = _TERM_COLUMNS if file == _TERMS_FILE else _OCCURRENCE_COLUMNS
    reader = csv.DictReader(io.StringIO(read_text(path, _MOST_BYTES), newline=""), strict=True)
    rows = []
    try:
        lacking = set(wanted) - set(reader.fieldnames or ())
        if lacking:
            raise ValueError(f"no column {min(lacking)!r}")
        for cells in reader:
            if None in cells or None in cells.values():
                raise ValueError("the line has more or fewer cells than the header")
            row: dict[str, Any] = {name: cells[name] or None for name in wanted}
            if None in [row[name] for name in wanted if name not in _MAY_BE_EMPTY]:
                raise ValueError("a cell is empty")
            for name in _COUNTS & row.keys():
                row[name] = int(row[name])
            rows.append(row)
    except (csv.Error, ValueError) as error:
        raise InputError(
            f"{location(path, reader.line_num)}: this is not a file that mteval score wrote "
            f"({error}); score again, or name another run"
        ) from None
    return rows
