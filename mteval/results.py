"""What an evaluation found, as plain columns, and the run folder it is kept in."""

from __future__ import annotations

import csv
import io
import json
import math
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from mteval.errors import InputError, place
from mteval.files import kind_of, new_folder, read_bytes, read_text, sha256

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = [
    "Evaluation",
    "Level",
    "MetricColumn",
    "Run",
    "SegmentStatistics",
    "Unit",
    "csv_text",
    "find_run",
    "find_runs",
    "flat_terms",
    "known_number",
    "read_record",
    "read_rows",
    "run_id",
    "unit_statistics",
    "write_run",
]

TERMS_FILE = "terms.csv"
OCCURRENCES_FILE = "occurrences.csv"
STATISTICS_FILE = "statistics.npz"
_TERM_COLUMNS = ("system", "kind", "concept", "source", "occurrences", "right", "renderings")
_OCCURRENCE_COLUMNS = (
    *("system", "kind", "document", "segment", "concept", "source", "verdict", "rendering"),
    "severity",
)
_RECORDED = frozenset({"inputs", "systems", "metrics", "signatures"})
_COUNTS = frozenset({"segment", "occurrences", "right"})
_MAY_BE_EMPTY = frozenset({"rendering", "renderings"})

Level = Literal["system", "document", "segment"]
# What is drawn at once where scores are resampled.
Unit = Literal["segments", "documents"]
Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SegmentStatistics:
    """Hold what a metric counted, and what makes scores of it.

    Attributes:
        values: (n_systems, n_segments, k); a segment that is not translated is a row of 0.
        score: from summed statistics (..., k) to scores (...).
        segment_score: from the statistics of single segments (..., k) to scores (...).
    """

    values: Scores
    score: Callable[[Scores], Scores]
    segment_score: Callable[[Scores], Scores]


def unit_statistics(
    statistics: Mapping[str, SegmentStatistics], sizes: Sequence[int], unit: Unit
) -> dict[str, SegmentStatistics]:
    """Sum statistics over what is resampled: segments as they are, or whole documents."""
    if unit == "segments":
        return dict(statistics)
    starts = np.cumsum([0, *sizes[:-1]])
    return {
        name: replace(found, values=np.add.reduceat(found.values, starts, axis=1))
        for name, found in statistics.items()
    }


@dataclass(frozen=True, slots=True)
class MetricColumn:
    """Say how to read the scores of one metric.

    Attributes:
        name: key in JSON and files.
        label: heading in tables.
        higher_is_better: direction.
        decimals: digits after the point that tables show.
        signature: parameters and versions behind system and document scores.
        segment_signature: the same for segment scores.
        variant: what of several the metric is, for the heading.
        footnote: what a reader of the scores must know of it.
        is_metric: whether it is one of the metrics; the accuracy of terms is not.
        model: name of the model of a learned metric.
        scale: how many points are the whole of what a system may gain.
    """

    name: str
    label: str
    higher_is_better: bool
    decimals: int
    signature: str
    segment_signature: str
    variant: str | None = None
    footnote: str | None = None
    is_metric: bool = True
    model: str | None = None
    scale: float = 100.0


@dataclass(frozen=True)
class Evaluation:
    """Hold every number of one evaluation, and the texts that it is about.

    A score that does not exist (a document that a system has not translated) is NaN in the arrays,
    None in rows, null in JSON and empty in files; never 0.

    Attributes:
        systems: names, n_systems of them.
        documents: ids, n_documents of them, in order.
        segment_documents: for each of n_segments segments, the index of its document.
        segment_numbers: its number within the document, from 1.
        sources: n_segments texts, or None.
        references: n_references columns of n_segments texts.
        hypotheses: n_systems lists of n_segments texts; None is not translated.
        metrics: what was computed.
        scores: by metric and level; shapes (n_systems,), (n_systems, n_documents),
            (n_systems, n_segments).
        inputs: SHA-256 of every text that went in.
        versions: what computed the scores.
        notes: what a reader must know: skipped paths, empty hypotheses, missing documents.
        flags: by flag, the segments it marks, as pairs of indices of system and segment, each with
            a detail.
        error_spans: by metric, for metrics that find errors, those of each segment: start, end,
            text, severity, confidence, reference.
        terms: one row for each concept that occurs and each text, references too: what it has.
        occurrences: one row for each occurrence of a term and each text: verdict and rendering.
        statistics: by metric, what the scores were made of.
        intervals: by metric, the 95 % interval of system scores, (n_systems, 2); none for metrics
            that could not be resampled.
        ranks: by metric, the rank of each system, which those share that no test separates (paired
            bootstrap, Holm, 5 %); None for systems that lack segments.
        resampling: samples, seed and unit behind them.
    """

    systems: tuple[str, ...]
    documents: tuple[str, ...]
    segment_documents: npt.NDArray[np.int64]
    segment_numbers: npt.NDArray[np.int64]
    sources: Sequence[str] | None
    references: Sequence[Sequence[str]]
    hypotheses: Sequence[Sequence[str | None]]
    metrics: tuple[MetricColumn, ...]
    scores: Mapping[str, Mapping[Level, Scores]]
    inputs: Mapping[str, Any]
    versions: Mapping[str, str]
    notes: tuple[str, ...] = ()
    flags: Mapping[str, Mapping[tuple[int, int], str]] = field(default_factory=dict)
    error_spans: Mapping[str, Mapping[tuple[int, int], Sequence[Mapping[str, Any]]]] = field(
        default_factory=dict
    )

    terms: Sequence[Mapping[str, Any]] = ()
    occurrences: Sequence[Mapping[str, Any]] = ()
    statistics: Mapping[str, SegmentStatistics] = field(default_factory=dict)
    intervals: Mapping[str, Scores] = field(default_factory=dict)
    ranks: Mapping[str, Sequence[int | None]] = field(default_factory=dict)
    resampling: Mapping[str, Any] = field(default_factory=dict)

    def document_sizes(self) -> npt.NDArray[np.int64]:
        """Count the segments of each document: shape (n_documents,)."""
        return np.bincount(self.segment_documents, minlength=len(self.documents))

    def document_counts(self) -> npt.NDArray[np.int64]:
        """Count the segments scored: shape (n_systems, n_documents)."""
        translated = np.array(
            [[text is not None for text in system] for system in self.hypotheses], dtype=np.int64
        )
        starts = np.searchsorted(self.segment_documents, np.arange(len(self.documents)))
        return np.add.reduceat(translated, starts, axis=1)

    def system_rows(self) -> list[dict[str, Any]]:
        """List one row a system, with its scores over all segments that it has."""
        counts = self.document_counts()
        return [
            {
                "system": system,
                "segments": int(counts[s].sum()),
                **{
                    key: value
                    for m in self.metrics
                    for key, value in (
                        (m.name, known_number(self.scores[m.name]["system"][s])),
                        (f"{m.name}_ci", self._interval(m.name, s)),
                        (f"{m.name}_rank", self.ranks[m.name][s] if m.name in self.ranks else None),
                    )
                },
                "empty_hypotheses": sum(
                    text is not None and not text.strip() for text in self.hypotheses[s]
                ),
                "flags": {
                    flag: sum(place[0] == s for place in places)
                    for flag, places in self.flags.items()
                },
                "missing_documents": [
                    document for d, document in enumerate(self.documents) if counts[s, d] == 0
                ],
            }
            for s, system in enumerate(self.systems)
        ]

    def document_rows(self) -> list[dict[str, Any]]:
        """List one row for each document and system."""
        counts = self.document_counts()
        return [
            {
                "system": system,
                "document": document,
                "segments": int(counts[s, d]),
                **{
                    m.name: known_number(self.scores[m.name]["document"][s, d])
                    for m in self.metrics
                },
            }
            for d, document in enumerate(self.documents)
            for s, system in enumerate(self.systems)
        ]

    def flag_rows(self) -> list[dict[str, Any]]:
        """List one row for each flag and segment that it marks."""
        return [
            {**self._place(s, i), "flag": flag, "detail": places[s, i]}
            for flag, places in self.flags.items()
            for s, i in sorted(places)
        ]

    def error_span_rows(self) -> list[dict[str, Any]]:
        """List one row for each error that a metric found in a hypothesis."""
        return [
            {**self._place(s, i), "metric": metric, **span}
            for metric, found in self.error_spans.items()
            for (s, i), spans in sorted(found.items())
            for span in spans
        ]

    def frame(self, level: Level) -> pd.DataFrame:
        """Give the rows of one level as a pandas DataFrame, one column a metric."""
        import pandas as pd

        if level == "segment":
            return pd.DataFrame(self.segment_table().to_pandas())
        return pd.DataFrame(self.system_rows() if level == "system" else self.document_rows())

    def segment_table(self) -> pa.Table:
        """Give one row for each system and segment: texts, scores, flags."""
        import pyarrow as pa

        s, i = self._translated()
        documents = np.array(self.documents, dtype=object)
        hypotheses = [self.hypotheses[a][b] or "" for a, b in zip(s, i, strict=True)]
        places = list(zip(s.tolist(), i.tolist(), strict=True))
        columns: dict[str, Any] = {
            "system": np.array(self.systems, dtype=object)[s],
            "document": documents[self.segment_documents[i]],
            "segment": self.segment_numbers[i],
            "source": [None if self.sources is None else self.sources[b] for b in i],
            "hypothesis": hypotheses,
        }
        for r, column in enumerate(self.references, 1):
            columns["reference" if r == 1 else f"reference_{r}"] = [column[b] for b in i]
        for metric in self.metrics:
            values = self.scores[metric.name]["segment"][s, i]
            columns[metric.name] = pa.array(values, pa.float64(), mask=np.isnan(values))
        for name, found in self.error_spans.items():
            columns[f"{name}_error_spans"] = [
                json.dumps(found.get(place, []), ensure_ascii=False) for place in places
            ]
        columns["flags"] = [
            ";".join(
                [
                    *([] if text.strip() else ["empty"]),
                    *(flag for flag, places in self.flags.items() if place in places),
                ]
            )
            for text, place in zip(
                hypotheses, zip(s.tolist(), i.tolist(), strict=True), strict=True
            )
        ]
        text_columns = set(columns) - {"segment", *(metric.name for metric in self.metrics)}
        return pa.table(
            {
                name: pa.array(values, pa.string()) if name in text_columns else pa.array(values)
                for name, values in columns.items()
            }
        )

    def score_table(self) -> pa.Table:
        """Give every number on a row of its own, with its metric, level, system and place."""
        import pyarrow as pa

        counts = self.document_counts()
        s_segment, i_segment = self._translated()
        n_systems, n_documents = counts.shape
        s_document, d_document = (axis.ravel() for axis in np.indices((n_systems, n_documents)))
        levels: list[tuple[Level, Any, Any, Any, Any, Any]] = [
            ("system", np.arange(n_systems), None, None, counts.sum(axis=1), np.s_[:]),
            (
                "document",
                s_document,
                d_document,
                None,
                counts.ravel(),
                (s_document, d_document),
            ),
            (
                "segment",
                s_segment,
                self.segment_documents[i_segment],
                self.segment_numbers[i_segment],
                np.ones(len(s_segment), dtype=np.int64),
                (s_segment, i_segment),
            ),
        ]
        parts = []
        for metric in self.metrics:
            for level, s, d, numbers, n_segments, where in levels:
                values = self.scores[metric.name][level][where]
                size = len(values)
                parts.append(
                    pa.table(
                        {
                            "metric": pa.array([metric.name] * size, pa.string()),
                            "level": pa.array([level] * size, pa.string()),
                            "system": pa.array(
                                np.array(self.systems, dtype=object)[s], pa.string()
                            ),
                            "document": pa.nulls(size, pa.string())
                            if d is None
                            else pa.array(np.array(self.documents, dtype=object)[d], pa.string()),
                            "segment": pa.nulls(size, pa.int64())
                            if numbers is None
                            else pa.array(numbers, pa.int64()),
                            "segments": pa.array(n_segments, pa.int64()),
                            "value": pa.array(values, pa.float64(), mask=np.isnan(values)),
                            "higher_is_better": pa.array([metric.higher_is_better] * size),
                        }
                    )
                )
        return pa.concat_tables(parts)

    def signatures(self) -> dict[str, str]:
        """Map each metric to the signature of its system and document scores."""
        return {metric.name: metric.signature for metric in self.metrics if metric.is_metric}

    def term_signature(self) -> str | None:
        """Give the signature of the verdicts on terms, if there are any."""
        return next((m.signature for m in self.metrics if not m.is_metric), None)

    def fingerprint(self) -> str:
        """Hash everything that decides the numbers: texts, signatures, versions."""
        decisive = {
            "inputs": self.inputs,
            "versions": dict(self.versions),
            "signatures": [(m.name, m.signature, m.segment_signature) for m in self.metrics],
            "resampling": dict(self.resampling),
        }
        return sha256(json.dumps(decisive, sort_keys=True, ensure_ascii=True))

    def run_record(self, run: str, created: datetime, command: Sequence[str]) -> dict[str, Any]:
        """Describe the run: what was computed from what, by which versions, with which command."""
        return {
            "run": run,
            "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "fingerprint": self.fingerprint(),
            "command": list(command),
            "versions": dict(self.versions),
            "signatures": self.signatures(),
            "term_signature": self.term_signature(),
            "segment_signatures": {
                m.name: m.segment_signature for m in self.metrics if m.is_metric
            },
            "metrics": {
                m.name: {"label": m.label, "higher_is_better": m.higher_is_better}
                for m in self.metrics
            },
            "resampling": dict(self.resampling),
            "systems": list(self.systems),
            "documents": list(self.documents),
            "inputs": self.inputs,
            "notes": list(self.notes),
        }

    def document(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Give the one JSON document that ``mteval score --json`` prints."""
        return {
            "run": dict(record),
            "signatures": self.signatures(),
            "systems": self.system_rows(),
            "documents": self.document_rows(),
            "terms": [dict(row) for row in self.terms],
            "flags": self.flag_rows(),
            "error_spans": self.error_span_rows(),
        }

    def _interval(self, metric: str, system: int) -> list[float] | None:
        ends = self.intervals[metric][system] if metric in self.intervals else None
        return None if ends is None or np.isnan(ends).any() else [float(end) for end in ends]

    def _place(self, system: int, segment: int) -> dict[str, Any]:
        return {
            "system": self.systems[system],
            "document": self.documents[self.segment_documents[segment]],
            "segment": int(self.segment_numbers[segment]),
        }

    def _translated(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        mask = np.array([[text is not None for text in system] for system in self.hypotheses])
        s, i = np.nonzero(mask)
        return s, i


def run_id(created: datetime, fingerprint: str) -> str:
    """Name a run: its UTC time and the first digits of its fingerprint."""
    return f"{created:%Y%m%dT%H%M%SZ}-{fingerprint[:8]}"


def write_run(
    evaluation: Evaluation, results: Path, created: datetime, command: Sequence[str]
) -> tuple[Path, dict[str, Any]]:
    """Write a run folder, whole or not at all.

    Returns:
        The folder and the record in its run.json.

    Raises:
        InputError: the folder cannot be written.
    """
    base = run_id(created, evaluation.fingerprint())
    for attempt in range(1, 100):
        run = base if attempt == 1 else f"{base}-{attempt}"
        if kind_of(results / run) is not None:
            continue
        record = evaluation.run_record(run, created, command)
        try:
            with new_folder(results / run) as folder:
                _write_files(evaluation, record, folder)
        except InputError:
            # Another process with the same inputs took the name within the same second.
            if kind_of(results / run) is not None:
                continue
            raise
        return results / run, record
    raise InputError(
        f"{place(results / base)}: a hundred runs of this name exist; remove some or name another "
        "folder with -o"
    )


def _write_files(evaluation: Evaluation, record: Mapping[str, Any], folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    text = json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True)
    # An argument that is no UTF-8 stays readable: its bytes become JSON escapes.
    (folder / "run.json").write_bytes((text + "\n").encode("utf-8", "backslashreplace"))
    pa.parquet.write_table(evaluation.score_table(), folder / "scores.parquet")
    _write_csv([_flat_system(row) for row in evaluation.system_rows()], folder / "systems.csv")
    _write_csv(evaluation.document_rows(), folder / "documents.csv")
    pa.csv.write_csv(evaluation.segment_table(), folder / "segments.csv")
    np.savez(
        folder / STATISTICS_FILE,
        **{name: _compact(found.values) for name, found in evaluation.statistics.items()},
    )
    if evaluation.term_signature() is not None:
        _write_csv(flat_terms(evaluation.terms), folder / TERMS_FILE, _TERM_COLUMNS)
        _write_csv(evaluation.occurrences, folder / OCCURRENCES_FILE, _OCCURRENCE_COLUMNS)


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
        if kind_of(self.folder / OCCURRENCES_FILE) is None:
            raise InputError(
                f"{place(self.folder)}: this run was scored without terms; score again with a "
                "termbase (--terms, or terms.csv beside the references)"
            )
        return read_rows(self.folder, "occurrences.csv")

    @cached_property
    def statistics(self) -> dict[str, Scores]:
        """By metric, the statistics of every system: (n_systems, n_segments, k)."""
        path = self.folder / STATISTICS_FILE
        if kind_of(path) is None:
            raise InputError(
                f"{place(self.folder)}: this run keeps no statistics, as it is of an older mteval; "
                "score again"
            )
        try:
            with np.load(io.BytesIO(read_bytes(path)), allow_pickle=False) as arrays:
                return {name: arrays[name].astype(np.float64) for name in arrays.files}
        except (ValueError, OSError, zipfile.BadZipFile, KeyError) as error:
            raise InputError(
                f"{place(path)}: this is not a file that mteval score wrote ({error}); score "
                "again, or name another run"
            ) from None


def _flat_system(row: Mapping[str, Any]) -> dict[str, Any]:
    """Flatten a row of systems for a table: columns for an interval's ends, and for each flag."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if key.endswith("_ci"):
            flat[f"{key}_low"], flat[f"{key}_high"] = value or (None, None)
        elif key == "flags":
            flat |= {f"flag_{flag}": count for flag, count in value.items()}
        else:
            flat[key] = "; ".join(value) if key == "missing_documents" else value
    return flat


def flat_terms(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Flatten term rows for a table: a column for each verdict, renderings as one text."""
    return [
        {
            **{key: value for key, value in row.items() if key not in ("verdicts", "renderings")},
            **row["verdicts"],
            "renderings": "; ".join(
                f"{found['rendering'] or '-'} ({found['verdict']}) x{found['count']}"
                for found in row["renderings"]
            ),
        }
        for row in rows
    ]


def _compact(values: Scores) -> npt.NDArray[Any]:
    """Hold counts as integers, which take half the room."""
    integers = values.astype(np.int32)
    return integers if np.array_equal(integers, values) else values


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows as CSV text, with a line of headings; nothing for no rows."""
    import pyarrow as pa
    import pyarrow.csv

    if not rows:
        return ""
    buffer = pa.BufferOutputStream()
    pa.csv.write_csv(pa.Table.from_pylist([dict(row) for row in rows]), buffer)
    return str(buffer.getvalue().to_pybytes().decode("utf-8")).removesuffix("\n")


def find_runs(results: Path) -> list[Path]:
    """List the run folders of a folder of results that have terms, the oldest first.

    Raises:
        InputError: there is no such folder.
    """
    if kind_of(results) != "folder":
        raise InputError(
            f"{place(results)}: there is no such folder of results; make runs with: mteval score"
        )
    return sorted(
        path
        for path in results.iterdir()
        # What a killed run left behind begins with a dot.
        if not path.name.startswith(".") and kind_of(path / OCCURRENCES_FILE) == "file"
    )


def find_run(run: Path, results: Path) -> Run:
    """Find a run by its folder, or by its name in a folder of results.

    Raises:
        InputError: there is none.
    """
    for folder in (run, results / run):
        if kind_of(folder) == "folder":
            return Run(folder)
    raise InputError(
        f"{place(run)}: there is no such run, nor in {place(results)}; score first, or check the "
        "name"
    )


def read_record(run: Path) -> dict[str, Any]:
    """Read the record of a run.

    Raises:
        InputError: there is none, or it is no JSON.
    """
    path = run / "run.json"
    try:
        record = json.loads(read_text(path))
    except ValueError:
        record = None
    if not isinstance(record, dict) or not record.keys() >= _RECORDED:
        raise InputError(
            f"{place(path)}: this is not the record of a run; score again, or name another run"
        )
    return record


def read_rows(run: Path, file: Literal["terms.csv", "occurrences.csv"]) -> list[dict[str, Any]]:
    """Read the rows of a file of a run; what is empty is None.

    Raises:
        InputError: the file cannot be read, or lacks a column.
    """
    path = run / file
    wanted = _TERM_COLUMNS if file == TERMS_FILE else _OCCURRENCE_COLUMNS
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""), strict=True)
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
            f"{place(path, reader.line_num)}: this is not a file that mteval score wrote "
            f"({error}); score again, or name another run"
        ) from None
    return rows


def known_number(value: float) -> float | None:
    """Give a score as rows hold it: None for one that does not exist."""
    return None if math.isnan(value) else float(value)
