"""What an evaluation found, as plain columns and rows."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from mteval.io.hashing import sha256

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = [
    "Evaluation",
    "Level",
    "MetricColumn",
    "SegmentStatistics",
    "Unit",
    "csv_text",
    "detail_text",
    "flat_system",
    "flat_terms",
    "known_number",
    "unit_statistics",
]

Level = Literal["system", "domain", "document", "segment"]
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

    @property
    def heading(self) -> str:
        """The label, with the direction that is better."""
        return f"{self.label} {'↑' if self.higher_is_better else '↓'}"


@dataclass(frozen=True, repr=False)
class Evaluation:
    """Hold every number of one evaluation, and the texts that it is about.

    A score that does not exist (a document that a system has not translated) is NaN in the arrays,
    None in rows, null in JSON and empty in files; never 0.

    Attributes:
        systems: names, n_systems of them.
        documents: ids, n_documents of them, in order.
        document_domains: for each document its domain, or None.
        segment_documents: for each of n_segments segments, the index of its document.
        segment_numbers: its number within the document, from 1.
        sources: n_segments texts, or None.
        references: n_references columns of n_segments texts.
        hypotheses: n_systems lists of n_segments texts; None is not translated.
        metrics: what was computed.
        scores: by metric and level; shapes (n_systems,), (n_systems, n_domains),
            (n_systems, n_documents), (n_systems, n_segments).
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
    document_domains: Sequence[str | None] = ()
    statistics: Mapping[str, SegmentStatistics] = field(default_factory=dict)
    intervals: Mapping[str, Scores] = field(default_factory=dict)
    ranks: Mapping[str, Sequence[int | None]] = field(default_factory=dict)
    resampling: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return (
            f"<Evaluation of {', '.join(self.systems)}: {len(self.documents)} documents, "
            f"{len(self.segment_numbers)} segments, {', '.join(m.name for m in self.metrics)}>"
        )

    def domains(self) -> list[str | None]:
        """List the domains in the order of their first documents; none where no document has one.

        None stands for documents without a domain among those that have one.
        """
        found = list(dict.fromkeys(self.document_domains))
        return found if any(found) else []

    def domain_documents(self) -> npt.NDArray[np.bool_]:
        """Tell which documents belong to which domain: shape (n_domains, n_documents)."""
        return np.array(
            [[own == domain for own in self.document_domains] for domain in self.domains()],
            dtype=bool,
        ).reshape(-1, len(self.documents))

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

    def domain_rows(self) -> list[dict[str, Any]]:
        """List one row for each domain and system, with the scores over its documents."""
        counts = self.document_counts()
        belongs = self.domain_documents()
        return [
            {
                "system": system,
                "domain": domain,
                "documents": int((counts[s, belongs[g]] > 0).sum()),
                "segments": int(counts[s, belongs[g]].sum()),
                **{m.name: known_number(self.scores[m.name]["domain"][s, g]) for m in self.metrics},
            }
            for g, domain in enumerate(self.domains())
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

    def frame(self, table: Level | Literal["term", "occurrence"]) -> pd.DataFrame:
        """Give a table as a pandas DataFrame: scores, one column a metric, or terms.

        Args:
            table: a row is a system, a domain of a system, a document of a system, a segment of a
                system, a term of a text, or an occurrence of a term in a text.
        """
        import pandas as pd

        if table == "segment":
            return pd.DataFrame(self.segment_table().to_pandas())
        rows: Sequence[Mapping[str, Any]]
        if table == "system":
            rows = [flat_system(row) for row in self.system_rows()]
        elif table == "domain":
            rows = self.domain_rows()
        elif table == "document":
            rows = self.document_rows()
        else:
            rows = flat_terms(self.terms) if table == "term" else self.occurrences
        return pd.DataFrame(list(rows))

    def _repr_html_(self) -> str:
        """Show the scores of systems where a notebook shows the value of a cell."""
        import pandas as pd

        rows = [
            {"system": row["system"], "segments": row["segments"]}
            | {
                m.heading: ""
                if row[m.name] is None
                else f"{row[m.name]:.{m.decimals}f}" + detail_text(row, m)
                for m in self.metrics
            }
            for row in self.system_rows()
        ]
        with pd.option_context("display.max_colwidth", None):
            return str(pd.DataFrame(rows).to_html(index=False, border=0))

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
        """Give every number on a row of its own, with its metric, level, system and place.

        Scores of domains are in their own table.
        """
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
            **({"domains": list(self.document_domains)} if self.domains() else {}),
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
            # An argument that is no UTF-8 is shown with escapes.
            "command": [part.encode("utf-8", "backslashreplace").decode() for part in command],
            "versions": dict(self.versions),
            "signatures": self.signatures(),
            "term_signature": self.term_signature(),
            "segment_signatures": {
                m.name: m.segment_signature for m in self.metrics if m.is_metric
            },
            "metrics": {
                m.name: {key: value for key, value in asdict(m).items() if key != "name"}
                for m in self.metrics
            },
            "resampling": dict(self.resampling),
            "resampled": [m.name for m in self.metrics if m.name in self.intervals],
            "systems": list(self.systems),
            "documents": list(self.documents),
            "domains": list(self.document_domains),
            "segments": self.document_sizes().tolist(),
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
            **({"domains": self.domain_rows()} if self.domains() else {}),
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


def flat_system(row: Mapping[str, Any]) -> dict[str, Any]:
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


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows as CSV text, with a line of headings; nothing for no rows."""
    import pyarrow as pa
    import pyarrow.csv

    if not rows:
        return ""
    buffer = pa.BufferOutputStream()
    pa.csv.write_csv(pa.Table.from_pylist([dict(row) for row in rows]), buffer)
    return str(buffer.getvalue().to_pybytes().decode("utf-8")).removesuffix("\n")


def detail_text(row: Mapping[str, Any], metric: MetricColumn) -> str:
    """Say in short how wide a system score's interval is (half of it), and its rank."""
    ends, rank = row.get(f"{metric.name}_ci"), row.get(f"{metric.name}_rank")
    return (f" ±{(ends[1] - ends[0]) / 2:.{metric.decimals}f}" if ends else "") + (
        f" ({rank})" if rank is not None else ""
    )


def known_number(value: float) -> float | None:
    """Give a score as rows hold it: None for one that does not exist."""
    return None if math.isnan(value) else float(value)
