"""The record of a run (run.json): what was computed from what, by which versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Annotated, Any, TypedDict, cast, get_type_hints

from mteval.runs.schema.validation import ShapeError, checked

__all__ = [
    "RECORD_KEYS",
    "TERM_METRIC",
    "InputHashes",
    "MetricColumn",
    "MetricRecord",
    "ReferenceHashes",
    "ResamplingRecord",
    "RunRecord",
    "check_whole",
    "metric_column",
    "validation_error",
    "without_nulls",
]

# The share of right renderings among the metrics of a run; not one of the metrics itself.
TERM_METRIC = "term_accuracy"
# Records of every version have these keys; what has none of them is the record of something else.
RECORD_KEYS = frozenset({"inputs", "systems", "metrics", "signatures"})
# Keys of a record that mteval itself writes null.
_NULLABLE = frozenset({"term_signature"})


@dataclass(frozen=True, slots=True)
class MetricColumn:
    """How to read the scores of one metric.

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

    def as_dict(self) -> dict[str, Any]:
        """Return what the record has below the name of the metric."""
        return {key: value for key, value in asdict(self).items() if key != "name"}


class MetricRecord(TypedDict, total=False):
    """MetricColumn without its name, as a record of any version has it."""

    label: str
    higher_is_better: bool
    decimals: Annotated[int, range(18)]
    signature: str
    segment_signature: str
    variant: str | None
    footnote: str | None
    is_metric: bool
    model: str | None
    scale: float


class ReferenceHashes(TypedDict, total=False):
    """SHA-256 of the source of a document and of each of its references."""

    source: str | None
    references: list[str]


class InputHashes(TypedDict, total=False):
    """SHA-256 of every text that went in.

    Keys:
        references: by document.
        systems: by system and document.
        before_realignment: the systems as they were, where their lines were re-aligned.
        terms: of the termbase.
        dates: by document, as they say which renderings were in force.
    """

    references: dict[str, ReferenceHashes]
    systems: dict[str, dict[str, str]]
    before_realignment: dict[str, dict[str, str]]
    terms: str
    dates: dict[str, str | None]


class ResamplingRecord(TypedDict, total=False):
    """Samples, seed and unit behind intervals and ranks; rank_samples where ranks took more."""

    samples: int
    seed: int
    unit: str
    rank_samples: int


class RunRecord(TypedDict, total=False):
    """What run.json holds; records of other versions lack parts.

    Keys:
        run: name of the folder.
        created: when, in UTC, as 2026-11-22T12:00:00Z.
        fingerprint: hash of everything that decides the numbers.
        command: what was called, if it was a command.
        versions: by package.
        signatures: by metric, that of system and document scores.
        term_signature: of the verdicts on terms, if there are any.
        term_statuses: by status, how many occurrences are of a term with such a rendering.
        segment_signatures: by metric.
        metrics: by metric, MetricColumn without its name.
        resampling: samples, seed and unit.
        resampled: metrics that have intervals.
        systems: names.
        documents: ids.
        domains: of each document, or null.
        segments: of each document, how many.
        inputs: hashes of texts.
        notes: what a reader must know.
        findings: sentences on which system scores best, and what tests show of it.
        neutralised: whether CSV files have an apostrophe before every text that a spreadsheet
            would take for a formula.
    """

    run: str
    created: str
    fingerprint: str
    command: list[str]
    versions: dict[str, str]
    signatures: dict[str, str | None]
    term_signature: str | None
    term_statuses: dict[str, int]
    segment_signatures: dict[str, str]
    metrics: dict[str, MetricRecord]
    resampling: ResamplingRecord
    resampled: list[str]
    systems: list[str]
    documents: list[str]
    domains: list[str | None]
    segments: list[Annotated[int, range(1, 2**31)]]
    inputs: InputHashes
    notes: list[str]
    findings: list[str]
    neutralised: bool


def without_nulls(record: Mapping[str, Any]) -> RunRecord:
    """Return a record that lacks the parts that are null, as those of other versions lack them."""
    return cast(
        "RunRecord",
        {key: value for key, value in record.items() if value is not None or key in _NULLABLE},
    )


def validation_error(record: Mapping[str, Any]) -> str | None:
    """Return the part of a record, of any version, that is not what mteval writes."""
    try:
        checked(dict(record), RunRecord)
    except ShapeError as error:
        return error.path
    for key in ("systems", "documents"):
        names = record.get(key) or []
        if len(set(names)) < len(names):
            return key
    return None


def check_whole(record: Mapping[str, Any]) -> None:
    """Check that a record has what a judgement of the run rests on, each of its type.

    Raises:
        ShapeError: it has not.
    """
    for key in sorted(RECORD_KEYS):
        if record.get(key) is None:
            raise ShapeError("", f"it has no {key}")
    wrong = validation_error(record)
    if wrong is not None:
        raise ShapeError(wrong, "this is not what mteval writes")
    for key, value in record["inputs"].items():
        if value is None:
            raise ShapeError(f"inputs.{key}", "this is null")
    for name, column in record["metrics"].items():
        if not isinstance(column.get("higher_is_better"), bool):
            raise ShapeError(f"metrics.{name}", "it has no higher_is_better")
        if name != TERM_METRIC and name not in record["signatures"]:
            raise ShapeError("signatures", f"there is none of {name}")


def metric_column(name: str, known: Mapping[str, Any]) -> MetricColumn:
    """Return how to read the scores of a metric, as the record has it.

    Raises:
        ShapeError: a part is of another type, not there, or not known.
    """
    names = {field.name for field in fields(MetricColumn)}
    strange = sorted(known.keys() - names)
    lacking = [
        field.name
        for field in fields(MetricColumn)
        if field.name not in {"name", *known} and field.default is MISSING
    ]
    if strange or lacking:
        what = f"it has no {lacking[0]}" if lacking else f"{strange[0]} is not known"
        raise ShapeError(f"metrics.{name}", what)
    column = MetricColumn(name, **known)
    for key, hint in get_type_hints(MetricColumn).items():
        checked(getattr(column, key), hint, f"metrics.{name}.{key}")
    return column
