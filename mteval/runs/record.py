"""The record of a run: what decides its numbers, and when two scores compare."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from mteval.io.hashing import sha256
from mteval.runs.results import Results
from mteval.runs.rows import (
    document_rows,
    domain_rows,
    error_span_rows,
    flag_rows,
    pair_test_rows,
    system_rows,
)
from mteval.runs.schema.record import TERM_METRIC, MetricRecord, RunRecord
from mteval.runs.standings import findings

__all__ = ["comparability_key", "fingerprint", "run_record", "score_document"]


def fingerprint(results: Results) -> str:
    """Return a hash of everything that decides the numbers: texts, signatures, versions."""
    decisive = {
        "inputs": results.inputs,
        **({"domains": list(results.document_domains)} if results.domains() else {}),
        "versions": dict(results.versions),
        "signatures": [(m.name, m.signature, m.segment_signature) for m in results.metrics],
        "resampling": dict(results.resampling),
    }
    return sha256(json.dumps(decisive, sort_keys=True, ensure_ascii=True))


def run_record(
    results: Results, run: str, created: datetime, command: Sequence[str] = ()
) -> RunRecord:
    """Return the record of a run: what was computed from what, by which versions and command."""
    return {
        "run": run,
        "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "fingerprint": fingerprint(results),
        # An argument that is no UTF-8 is shown with escapes.
        "command": [part.encode("utf-8", "backslashreplace").decode() for part in command],
        "versions": dict(results.versions),
        "signatures": dict(results.signatures()),
        "term_signature": results.term_signature(),
        **({"term_statuses": dict(results.term_statuses)} if results.term_statuses else {}),
        "segment_signatures": {m.name: m.segment_signature for m in results.metrics if m.is_metric},
        "metrics": {m.name: cast("MetricRecord", m.as_dict()) for m in results.metrics},
        "resampling": results.resampling.copy(),
        "resampled": [m.name for m in results.metrics if m.name in results.intervals],
        "systems": list(results.systems),
        "documents": list(results.documents),
        "domains": list(results.document_domains),
        "segments": results.document_sizes().tolist(),
        "inputs": results.inputs,
        "notes": list(results.notes),
        "findings": findings(results),
        "neutralised": True,
    }


def score_document(results: Results, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the one JSON document that ``mteval score --json`` prints."""
    tests = [row.as_dict() for row in pair_test_rows(results)]
    return {
        "run": dict(record),
        "signatures": results.signatures(),
        "systems": [row.as_dict() for row in system_rows(results)],
        "documents": [row.as_dict() for row in document_rows(results)],
        **(
            {"domains": [row.as_dict() for row in domain_rows(results)]}
            if results.domains()
            else {}
        ),
        **({"tests": tests} if tests else {}),
        "terms": [row.as_dict() for row in results.terms],
        "flags": [row.as_dict() for row in flag_rows(results)],
        "error_spans": [row.as_dict() for row in error_span_rows(results)],
    }


def comparability_key(record: RunRecord, system: str, metric: str) -> tuple[Any, ...] | None:
    """Return what two scores of a system must share to compare; None where it is not recorded.

    That is the signature of the metric, and the sources and references of the system's documents;
    for terms their dates too, as those say which renderings were in force.

    Args:
        record: of the run that has the score, of any version.
        system: name of the system.
        metric: name of the metric, or ``term_accuracy``.
    """
    inputs = record.get("inputs") or {}
    is_terms = metric == TERM_METRIC
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
