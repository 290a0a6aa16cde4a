"""Flags on outputs that look broken, and on segments whose reference is a summary."""

from __future__ import annotations

from mteval.errors import UnavailableError
from mteval.evaluation.findings import Findings
from mteval.evaluation.inputs import Texts
from mteval.wording import counted, listing

__all__ = ["add_checks", "add_summaries"]


def add_checks(found: Findings, texts: Texts) -> None:
    """Check the outputs, as far as the packages for that are installed."""
    from mteval.checks.outputs import check_outputs

    try:
        found.flags |= check_outputs(texts.sources, texts.references, texts.hypotheses)
    except UnavailableError as error:
        found.notes.append(f"outputs are not checked: {error}")


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
