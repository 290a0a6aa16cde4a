"""The report of a run: one HTML file with summary, documents, terms, segments and plots."""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from mteval.runs.results import Results
from mteval.runs.schema.record import MetricColumn
from mteval.views.html import anchors
from mteval.views.html.documents import heat_maps
from mteval.views.html.looks import LOOKS
from mteval.views.html.render import render, safe
from mteval.views.html.script_data import script_data
from mteval.views.html.segments import segment_markup
from mteval.views.html.summary import summarise
from mteval.views.html.terms import term_section
from mteval.views.plots import distribution_plot, drawn_note, length_plot, pair_plot
from mteval.views.score_tables import domain_name
from mteval.views.term_tables import VERDICT_SIGNS

__all__ = ["report_page"]


@dataclass(frozen=True, slots=True)
class _Filters:
    """What the segments may be filtered by: names of each."""

    documents: Sequence[str]
    domains: Sequence[str]
    verdicts: Sequence[str]
    flags: Sequence[str]
    metrics: Sequence[MetricColumn]


@dataclass(frozen=True, slots=True)
class _Plot:
    """A plot as safe markup, with its heading and how to read it."""

    heading: str
    text: str
    svg: str


@dataclass(frozen=True, slots=True)
class _Reproduction:
    """What decides the numbers, and how to have them again.

    Attributes:
        signatures: of metrics and terms.
        fingerprint: of the run, if it has one.
        command: that made the run.
        versions: of Python and the packages, as they were.
        requirements: the same packages, as a registry has them.
        local_builds: versions of packages that a registry does not have: those with a local label.
        inputs: hashes of the texts, as JSON.
    """

    signatures: Mapping[str, str]
    fingerprint: str | None
    command: str
    versions: Mapping[str, str]
    requirements: Sequence[str]
    local_builds: Mapping[str, str]
    inputs: str


def report_page(evaluation: Results, record: Mapping[str, Any]) -> str:
    """Return the report of an evaluation as one HTML page that needs nothing else.

    Tables need no script; filters, highlights and sorting do. The same evaluation and record give
    the same page. Of more than MAX_TEXTS texts the segments are left out, and the page says so.

    Args:
        evaluation: what to show.
        record: of its run, as run.json has it.
    """
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    filters = _Filters(
        documents=evaluation.documents,
        domains=[domain_name(domain) for domain in evaluation.domains()],
        verdicts=list(VERDICT_SIGNS),
        flags=[flag for flag, cells in evaluation.flags.items() if cells],
        metrics=[m for m in evaluation.metrics if _has_segment_scores(evaluation, m)],
    )
    shows_segments = bool(anchors.linked_segments(evaluation))
    return render(
        "report.html",
        script=safe(script),
        script_hash=f"sha256-{digest}",
        run=record["run"],
        created=record.get("created"),
        systems=evaluation.systems,
        n_segments=len(evaluation.segment_numbers),
        summary=summarise(evaluation),
        heat_maps=heat_maps(evaluation),
        terms=term_section(evaluation),
        looks=LOOKS,
        filters=filters,
        shows_segments=shows_segments,
        max_texts=anchors.MAX_TEXTS,
        segments=safe(segment_markup(evaluation, filters.metrics)) if shows_segments else "",
        has_spans=any(evaluation.error_spans.values()),
        plots=_plots(evaluation),
        reproduction=_reproduction(evaluation, record),
        data=script_data(evaluation, filters.metrics, filters.flags) if shows_segments else None,
    )


@cache
def _script() -> str:
    return (files("mteval.views.html") / "templates" / "report.js").read_text("utf-8")


def _has_segment_scores(results: Results, metric: MetricColumn) -> bool:
    return metric.is_metric and not bool(np.isnan(results.scores[metric.name]["segment"]).all())


def _plots(results: Results) -> list[_Plot]:
    """Return the plots that there is anything to draw in."""
    note = drawn_note(results)
    plots = (
        _Plot(
            "Segment scores of each system",
            "Boxes reach from quartile to quartile, with the median; dots are outliers.",
            safe(distribution_plot(results)),
        ),
        _Plot(
            "Metric against metric",
            "One point a segment and system: where metrics disagree, look. "
            "In small runs a point leads to its segment.",
            safe(pair_plot(results)),
        ),
        _Plot(
            "Length against score",
            "Medians over segments of like length.",
            safe(length_plot(results)),
        ),
    )
    return [replace(plot, text=f"{plot.text} {note}".strip()) for plot in plots if plot.svg]


def _reproduction(results: Results, record: Mapping[str, Any]) -> _Reproduction:
    terms = results.term_signature()
    packages = {name: of for name, of in results.versions.items() if name != "python"}
    # What follows a plus (torch 2.13.0+cpu) tells builds of a version apart (PEP 440, local version
    # identifiers), and no public registry takes it.
    public = {name: version.partition("+")[0] for name, version in packages.items()}
    return _Reproduction(
        signatures=results.signatures() | ({} if terms is None else {"terms": terms}),
        fingerprint=record.get("fingerprint"),
        command=shlex.join(record.get("command", ())),
        versions=results.versions,
        requirements=[f"{name}=={version}" for name, version in public.items()],
        local_builds={name: of for name, of in packages.items() if of != public[name]},
        inputs=json.dumps(results.inputs, ensure_ascii=False, indent=1),
    )
