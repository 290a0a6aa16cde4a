"""Flags on outputs that look broken, and on segments whose reference is a summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mteval.checks.outputs import check_outputs
from mteval.checks.registry import CHECKS
from mteval.errors import UnavailableError
from mteval.evaluation.findings import Findings, FlagDetails
from mteval.evaluation.inputs import Texts
from mteval.executor import Executor
from mteval.metrics.base import CellIndex
from mteval.wording import counted, listing

__all__ = ["add_checks", "add_summaries", "leave_out_checks"]

# Hypotheses of a batch: a quarter of a second's work, against 0.1 s for starting processes.
BATCH_SIZE = 500


class CheckBatch(NamedTuple):
    """Consecutive segments that are checked together.

    Attributes:
        start: index of the first.
        sources: of each, or None.
        references: n_references columns of them.
        hypotheses: n_systems columns of them.
    """

    start: int
    sources: Sequence[str] | None
    references: Sequence[Sequence[str]]
    hypotheses: Sequence[Sequence[str | None]]


def add_checks(found: Findings, texts: Texts, executor: Executor) -> None:
    """Check the outputs, as far as the packages for that are installed.

    The flags are the same, and in the same order, whatever the executor.
    """
    flags: dict[str, dict[CellIndex, str]] = {check.name: {} for check in CHECKS}
    try:
        for cells in executor.map(check_batch, list(check_batches(texts))):
            for name, details in cells.items():
                flags[name] |= details
    except UnavailableError as error:
        found.notes.append(f"outputs are not checked: {error}")
        leave_out_checks(found)
        return
    found.flags |= {name: dict(sorted(details.items())) for name, details in flags.items()}


def leave_out_checks(found: Findings) -> None:
    """Record that the outputs are not checked."""
    found.unchecked = tuple(check.name for check in CHECKS)


def check_batches(texts: Texts) -> Iterator[CheckBatch]:
    """Yield the segments in batches of about ``BATCH_SIZE`` hypotheses, at least one segment."""
    n_segments, size = len(texts.positions), max(BATCH_SIZE // max(len(texts.hypotheses), 1), 1)
    for start in range(0, n_segments, size):
        own = slice(start, start + size)
        yield CheckBatch(
            start,
            None if texts.sources is None else texts.sources[own],
            [column[own] for column in texts.references],
            [column[own] for column in texts.hypotheses],
        )


def check_batch(batch: CheckBatch) -> FlagDetails:
    """Return the flags of a batch, by the indices of segments in the whole test set."""
    found = check_outputs(batch.sources, batch.references, batch.hypotheses)
    return {
        name: {(s, batch.start + i): detail for (s, i), detail in cells.items()}
        for name, cells in found.items()
    }


def add_summaries(found: Findings, texts: Texts) -> None:
    """Flag segments whose reference is a summary, from which a translation must differ."""
    summaries = {
        f"{document.id}:{number}": int(start) + number - 1
        for document, start in zip(texts.test_set.documents, texts.starts, strict=True)
        for number in document.summaries
    }
    if not summaries:
        return
    found.notes.append(
        f"the reference of {counted(len(summaries), 'segment')} is a summary and no translation, "
        f"so that scores there say little ({listing(list(summaries))})"
    )
    found.flags["summary-reference"] = {
        (s, i): "the reference is a summary of the source"
        for s in range(len(texts.outputs))
        for i in summaries.values()
        if texts.translated[s, i]
    }
