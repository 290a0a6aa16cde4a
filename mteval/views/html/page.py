"""The report of a run: one HTML file with summary, documents, terms, segments and plots."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shlex
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from mteval.runs.evaluation import Evaluation
from mteval.runs.rows import document_rows, domain_rows, system_rows
from mteval.runs.schema.record import MetricColumn
from mteval.runs.schema.rows import (
    OccurrenceRow,
    SystemRow,
    TermRow,
    reference_index,
    reference_name,
)
from mteval.runs.tables import detail_text
from mteval.views.best import ScoredRow, best_systems
from mteval.views.html.render import escaped, render, safe
from mteval.views.plots import distribution_plot, interval_plot, length_plot, pair_plot
from mteval.views.score_tables import domain_name, samples_text
from mteval.views.term_tables import VERDICT_SIGNS, gravest_first

__all__ = ["report_page"]

# How a verdict looks: class of the stylesheet, sign, and what it stands for. Colours repeat what
# signs say.
_LOOKS = {
    "+": ("ok", "✓", "preferred or admitted"),
    "x": ("bad", "✗", "deprecated, transliterated or left in Chinese"),
    "?": ("other", "?", "other: not in the termbase"),
    "-": ("gone", "–", "omitted or unclear"),
}
_CLASSES = ("src", *(f"term {css}" for css, _, _ in _LOOKS.values()))
# Places of a rendering that the table of terms names; the files of the run have all.
_PLACES_SHOWN = 5
# Terms that the summary names.
_TERMS_SHOWN = 5
_RENDERINGS_SHOWN = 3
_SYSTEMS_SHOWN = 3
# What counts as a word where hypothesis and reference are compared: signs of ASCII, of typography
# and of Chinese stand alone, all else between them and white space is a word. Written out, as the
# browser reads the same pattern and its classes of Unicode are not Python's.
_SPACE = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
_SIGNS = r"!-/:-@\[-`{-~\xa1-\xbf\u2010-\u2027\u2030-\u205e\u3001-\u3020\uff01-\uff0f\uff1a-\uff20"
TOKEN = rf"[^{_SPACE}{_SIGNS}]+|[{_SIGNS}]"
_TOKENS = re.compile(TOKEN)
_QUOTES = str.maketrans("“”‘’", "\"\"''")


def report_page(evaluation: Evaluation, record: Mapping[str, Any]) -> str:
    """Write the report of an evaluation as one HTML page that needs nothing else.

    Tables need no script; filters, highlights and sorting do. The same evaluation and record give
    the same page.

    Args:
        evaluation: what to show.
        record: of its run, as run.json holds it.
    """
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    in_segments = [m for m in evaluation.metrics if _has_segment_scores(evaluation, m)]
    plots = (
        (
            "Segment scores of each system",
            "Boxes reach from quartile to quartile, with the median; dots are outliers.",
            distribution_plot(evaluation),
        ),
        (
            "Metric against metric",
            "One point a segment and system: where metrics disagree, look. "
            "In small runs a point leads to its segment.",
            pair_plot(evaluation),
        ),
        (
            "Length against score",
            "Medians over segments of like length.",
            length_plot(evaluation),
        ),
    )
    rows = system_rows(evaluation)
    flag_names = [flag for flag, places in evaluation.flags.items() if places]
    return render(
        "report.html",
        script=safe(script),
        script_hash=f"sha256-{digest}",
        run=record["run"],
        created=record.get("created"),
        n_segments=len(evaluation.segment_numbers),
        documents=evaluation.documents,
        domains=[domain_name(domain) for domain in evaluation.domains()],
        system_names=evaluation.systems,
        metrics=[
            {
                "name": m.name,
                "label": m.label,
                "heading": m.heading,
                "variant": m.variant,
                "in_segments": m in in_segments,
            }
            for m in evaluation.metrics
        ],
        systems=_systems(evaluation, rows),
        flagged=bool(flag_names),
        resampling=samples_text(evaluation.resampling) if evaluation.intervals else None,
        findings=_findings(evaluation, rows),
        wrong_terms=_wrong_terms(evaluation),
        interval_plot=safe(interval_plot(evaluation)),
        footnotes=[m.footnote for m in evaluation.metrics if m.footnote],
        notes=evaluation.notes,
        heat=[_heat(evaluation, m) for m in evaluation.metrics],
        terms=_terms(evaluation),
        term_names=_term_names(evaluation),
        signs=[
            {"css": css, "glyph": glyph, "meaning": text} for css, glyph, text in _LOOKS.values()
        ],
        verdicts=list(VERDICT_SIGNS),
        flag_names=flag_names,
        segments=safe(_segments(evaluation, in_segments)),
        has_spans=any(evaluation.error_spans.values()),
        plots=[
            {"heading": heading, "text": text, "svg": safe(svg)}
            for heading, text, svg in plots
            if svg
        ],
        signatures=evaluation.signatures()
        | ({} if evaluation.term_signature() is None else {"terms": evaluation.term_signature()}),
        fingerprint=record.get("fingerprint"),
        command=shlex.join(record.get("command", ())),
        versions=evaluation.versions,
        inputs=json.dumps(evaluation.inputs, ensure_ascii=False, indent=1),
        data=_data(evaluation, in_segments, flag_names),
    )


@cache
def _script() -> str:
    return (files("mteval.views.html") / "templates" / "report.js").read_text("utf-8")


def _has_segment_scores(evaluation: Evaluation, metric: MetricColumn) -> bool:
    return metric.is_metric and not bool(np.isnan(evaluation.scores[metric.name]["segment"]).all())


def _systems(evaluation: Evaluation, rows: Sequence[SystemRow]) -> list[dict[str, Any]]:
    total = len(evaluation.segment_numbers)
    best = {m.name: best_systems(rows, m, total) for m in evaluation.metrics}
    return [
        {
            "system": row.system,
            "segments": str(row.segments) if row.segments == total else f"{row.segments}/{total}",
            "cells": [
                {
                    "text": "–"
                    if (score := row.scores[m.name]) is None
                    else f"{score:.{m.decimals}f}",
                    "best": row.system in best[m.name],
                    "detail": detail_text(row, m),
                }
                for m in evaluation.metrics
            ],
            "flags": ", ".join(f"{n} {flag}" for flag, n in row.flags.items() if n),
        }
        for row in rows
    ]


def _findings(evaluation: Evaluation, rows: Sequence[SystemRow]) -> list[str]:
    """Say in sentences which system is best by which metric."""
    total = len(evaluation.segment_numbers)
    complete = [row for row in rows if row.segments == total]
    by_verdict: dict[str, list[str]] = {}
    for metric in evaluation.metrics:
        known = [row for row in complete if row.scores[metric.name] is not None]
        best = [row.system for row in known if row.system in best_systems(known, metric, total)]
        if not best:
            continue
        ranks = evaluation.ranks.get(metric.name) or [None] * len(evaluation.systems)
        leaders = [name for name, rank in zip(evaluation.systems, ranks, strict=True) if rank == 1]
        others = [name for name in leaders if name not in best]
        text = f"{_joined(best)} {'scores' if len(best) == 1 else 'score'} best"
        if others:
            text += f", but no test separates {'it' if len(best) == 1 else 'them'} from "
            text += _joined(others)
        elif leaders and len(best) == 1:
            text = f"{best[0]} is best, significantly"
        by_verdict.setdefault(text, []).append(metric.label)
    return [f"{_joined(labels)}: {text}." for text, labels in by_verdict.items()]


def _wrong_terms(evaluation: Evaluation) -> list[Any]:
    """Say of the gravest wrong terms who wrote what, and where."""
    place = _segment_index(evaluation)
    found = []
    gravest = gravest_first(row for row in evaluation.terms if row.kind == "system")
    for concept in gravest[:_TERMS_SHOWN]:
        wrong: dict[tuple[str, str], dict[str, OccurrenceRow]] = {}
        for row in evaluation.occurrences:
            if (
                row.concept == concept
                and row.kind == "system"
                and VERDICT_SIGNS[row.verdict] != "+"
            ):
                alike = wrong.setdefault((row.verdict, row.rendering or ""), {})
                alike.setdefault(row.system, row)
        # What is certainly wrong goes before what is only not known.
        order = sorted(
            wrong.items(),
            key=lambda item: (list(_LOOKS).index(VERDICT_SIGNS[item[0][0]]), -len(item[1])),
        )
        term = next(row for row in evaluation.terms if row.concept == concept)
        shared = any(
            row.kind == "reference" and row.right < row.occurrences
            for row in evaluation.terms
            if row.concept == concept
        )
        found.append(
            safe("<span lang='zh'>{}</span>{}: {}{}").format(
                term.source,
                f" ({term.target})" if term.target else "",
                safe("; ").join(
                    _who_wrote(evaluation, place, verdict, rendering, first)
                    for (verdict, rendering), first in order[:_RENDERINGS_SHOWN]
                ),
                ". The reference is not as in the termbase either." if shared else ".",
            )
        )
    return found


def _who_wrote(
    evaluation: Evaluation,
    place: Mapping[tuple[str, int], int],
    verdict: str,
    rendering: str,
    first: Mapping[str, OccurrenceRow],
) -> Any:
    """Name the systems that have a rendering, each with a link to where it has it first."""
    css, glyph, _ = _LOOKS[VERDICT_SIGNS[verdict]]
    where = safe(", ").join(
        safe("<bdi>{}</bdi> (<a href='#s{}-{}'>{}:{}</a>)").format(
            system,
            place[row.document, row.segment],
            evaluation.systems.index(system),
            row.document,
            row.segment,
        )
        for system, row in list(first.items())[:_SYSTEMS_SHOWN]
    )
    more = f" and {len(first) - _SYSTEMS_SHOWN} more systems" if len(first) > _SYSTEMS_SHOWN else ""
    return safe("<span class='v {}'>{} {}</span> {}in {}{}").format(
        css, glyph, rendering or verdict, f"({verdict}) " if rendering else "", where, more
    )


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _heat(evaluation: Evaluation, metric: MetricColumn) -> dict[str, Any]:
    """Return document x system; heat is 0 for the worst score of the metric, 100 for the best."""
    sizes = evaluation.document_sizes()
    domain_sizes = evaluation.domain_documents() @ sizes
    starts = np.searchsorted(evaluation.segment_documents, np.arange(len(sizes)))
    by_document = evaluation.scores[metric.name]["document"]
    known = by_document[~np.isnan(by_document)]
    low, high = (known.min(), known.max()) if known.size else (0.0, 0.0)
    n_systems = len(evaluation.systems)

    def heat(score: float) -> int:
        share = (score - low) / (high - low) if high > low else 0.5
        return round(100 * min(max(share if metric.higher_is_better else 1 - share, 0.0), 1.0))

    def line(
        name: str, first: int | None, size: int, rows: Sequence[ScoredRow], n: int
    ) -> dict[str, Any]:
        own = rows[n * n_systems : (n + 1) * n_systems]
        best = best_systems(own, metric, size)
        cells = [
            {"text": "", "best": False, "heat": 0}
            if (score := row.scores[metric.name]) is None
            else {
                "text": f"{score:.{metric.decimals}f}",
                "best": row.system in best,
                "heat": heat(score),
            }
            for row in own
        ]
        return {"document": name, "segments": size, "first": first, "cells": cells}

    of_domains, of_documents = domain_rows(evaluation), document_rows(evaluation)
    return {
        "heading": metric.heading,
        "domains": [
            line(domain_name(domain), None, int(domain_sizes[g]), of_domains, g)
            for g, domain in enumerate(evaluation.domains())
        ],
        "rows": [
            line(document, int(starts[d]), int(sizes[d]), of_documents, d)
            for d, document in enumerate(evaluation.documents)
        ],
    }


def _term_names(evaluation: Evaluation) -> list[dict[str, Any]]:
    """List the texts that have terms: name, whether it is a reference, how many are right."""
    found: dict[str, dict[str, Any]] = {}
    for row in evaluation.terms:
        entry = found.setdefault(
            row.system,
            {"name": row.system, "official": row.kind == "reference", "right": 0, "of": 0},
        )
        entry["right"] += row.right
        entry["of"] += row.occurrences
    return list(found.values())


def _terms(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Lay out term x text: every rendering with its verdict and its places."""
    if not evaluation.terms:
        return []
    names = _term_names(evaluation)
    place = _segment_index(evaluation)
    systems = {name: s for s, name in enumerate(evaluation.systems)}
    found: dict[tuple[str, str], dict[tuple[str, str], list[OccurrenceRow]]] = {}
    for row in evaluation.occurrences:
        cell = found.setdefault((row.concept, row.system), {})
        cell.setdefault((row.verdict, (row.rendering or "").casefold()), []).append(row)
    by_concept = {row.concept: row for row in evaluation.terms}
    of_systems = [row for row in evaluation.terms if row.kind == "system"]
    order = gravest_first(of_systems)
    order += [concept for concept in by_concept if concept not in set(order)]
    return [
        {
            "concept": concept,
            "source": by_concept[concept].source,
            "target": by_concept[concept].target,
            "severity": by_concept[concept].severity,
            "search": _searched(concept, by_concept[concept], found, names),
            "cells": [
                {
                    "official": name["official"],
                    "renderings": [
                        _rendering(rows, place, None if name["official"] else systems[name["name"]])
                        for rows in sorted(
                            found.get((concept, name["name"]), {}).values(),
                            key=lambda rows: -len(rows),
                        )
                    ],
                }
                for name in names
            ],
        }
        for concept in order
    ]


def _searched(
    concept: str,
    row: TermRow,
    found: Mapping[tuple[str, str], Mapping[tuple[str, str], Any]],
    names: Sequence[Mapping[str, Any]],
) -> str:
    """Gather what a search for a term looks through; the browser folds it as it does the search."""
    renderings = [
        rendering for name in names for _, rendering in found.get((concept, name["name"]), ())
    ]
    return "\n".join(dict.fromkeys([concept, row.source, row.target or "", *renderings]))


def _rendering(
    rows: Sequence[OccurrenceRow], place: Mapping[tuple[str, int], int], system: int | None
) -> dict[str, Any]:
    css, glyph, _ = _LOOKS[VERDICT_SIGNS[rows[0].verdict]]
    anchor = "" if system is None else f"-{system}"
    labels = [f"{row.document}:{row.segment}" for row in rows[:_PLACES_SHOWN]]
    return {
        "css": css,
        "glyph": glyph,
        "verdict": rows[0].verdict,
        "rendering": rows[0].rendering or rows[0].verdict,
        "count": len(rows),
        "where": ", ".join(labels),
        "places": [
            {"href": f"#s{place[row.document, row.segment]}{anchor}", "label": label}
            for row, label in zip(rows[:_PLACES_SHOWN], labels, strict=True)
        ],
        "more": len(rows) - len(labels),
    }


def _segment_index(evaluation: Evaluation) -> dict[tuple[str, int], int]:
    return {
        (evaluation.documents[d], int(number)): i
        for i, (d, number) in enumerate(
            zip(evaluation.segment_documents, evaluation.segment_numbers, strict=True)
        )
    }


def _segments(evaluation: Evaluation, metrics: Sequence[MetricColumn]) -> str:
    """Lay out every segment that a system has: source, references, systems side by side.

    Joined here rather than by the template, which takes ten times as long for a large run.
    """
    systems = [escaped(name) for name in evaluation.systems]
    columns = [
        [
            ["–" if value != value else f"{value:.{m.decimals}f}" for value in row]
            for row in evaluation.scores[m.name]["segment"].tolist()
        ]
        for m in metrics
    ]
    head = "".join(f"<th scope=col class=num>{escaped(m.heading)}" for m in metrics)
    cell = [f'<td data-m="{escaped(m.label)}">' for m in metrics]
    head = f"<thead><tr><th scope=col>system<th scope=col>hypothesis{head}</thead><tbody>"
    flags: dict[tuple[int, int], list[str]] = {}
    for flag, places in evaluation.flags.items():
        for spot, detail in places.items():
            flags.setdefault(spot, []).append(f"{flag}: {detail}" if detail else flag)
    parts = []
    for i, (d, number) in enumerate(
        zip(evaluation.segment_documents.tolist(), evaluation.segment_numbers.tolist(), strict=True)
    ):
        rows = []
        for s, system in enumerate(systems):
            text = evaluation.hypotheses[s][i]
            if text is None:
                continue
            cells = "".join(
                start + column[s][i] for start, column in zip(cell, columns, strict=True)
            )
            marks = flags.get((s, i))
            noted = f"<span class=flags>⚑ {escaped('; '.join(marks))}</span>" if marks else ""
            rows.append(
                f"<tr id=s{i}-{s}><th scope=row>{system}<td><span class=t>{escaped(text)}</span>"
                f"{noted}{cells}\n"
            )
        if not rows:
            continue
        name = escaped(f"{evaluation.documents[d]}:{number}")
        lines = []
        if evaluation.sources is not None:
            lines.append(
                f"<p lang=zh><small lang=en>source</small> <span class=t data-t=source>"
                f"{escaped(evaluation.sources[i])}</span>"
            )
        for r, column in enumerate(evaluation.references):
            label = reference_name(r)
            lines.append(
                f"<p><small>{label.replace('_', ' ')}</small> <span class=t data-t={label}>"
                f"{escaped(column[i])}</span>"
            )
        parts.append(
            f'<article class=segment id=s{i} tabindex=-1 aria-label="{name}"><h3>{name}</h3>'
            f"{''.join(lines)}<table>{head}{''.join(rows)}</table></article>\n"
        )
    return "".join(parts)


def _data(
    evaluation: Evaluation, metrics: Sequence[MetricColumn], flags: Sequence[str]
) -> dict[str, Any]:
    """Gather what filters and highlights need besides the texts in the page."""
    shape = (len(evaluation.systems), len(evaluation.segment_numbers))
    place = _segment_index(evaluation)
    systems = {name: s for s, name in enumerate(evaluation.systems)}
    verdict_bits, flag_bits = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for f, flag in enumerate(flags):
        for spot in evaluation.flags[flag]:
            flag_bits[spot] |= 1 << f
    spans: dict[int, dict[Any, list[Any]]] = {}
    kinds = list(VERDICT_SIGNS)
    looks = list(_LOOKS)
    for row in evaluation.occurrences:
        i = place[row.document, row.segment]
        of_segment = spans.setdefault(i, {})
        if row.kind == "system":
            s: Any = systems[row.system]
            text = evaluation.hypotheses[s][i]
            verdict_bits[s, i] |= 1 << kinds.index(row.verdict)
        else:
            # References are named as their columns are, whatever a system is called.
            index = reference_index(row.system)
            s, text = reference_name(index), evaluation.references[index][i]
        if row.start is not None and row.end is not None and text is not None:
            kind = 1 + looks.index(VERDICT_SIGNS[row.verdict])
            label = f"{row.source}: {row.verdict}"
            of_segment.setdefault(s, []).append(
                [_units(text, row.start), _units(text, row.end), kind, label]
            )
        if evaluation.sources is not None:
            source = evaluation.sources[i]
            ends = (row.source_start, row.source_end)
            mark = [*(_units(source, end) for end in ends), 0, row.concept]
            known = of_segment.setdefault("source", [])
            if mark not in known:
                known.append(mark)
    return {
        "systems": evaluation.systems,
        "segment_documents": evaluation.segment_documents.tolist(),
        "document_domains": evaluation.domain_documents().argmax(0).tolist()
        if evaluation.domains()
        else [],
        "scores": {
            m.name: [
                [None if x != x else round(x, m.decimals + 2) for x in row]
                for row in evaluation.scores[m.name]["segment"].tolist()
            ]
            for m in metrics
        },
        "verdict_bits": verdict_bits.tolist(),
        "flag_bits": flag_bits.tolist(),
        "token": TOKEN,
        "diffs": _diffs(evaluation),
        "mark_classes": _CLASSES,
        "term_spans": spans,
        "error_spans": _error_spans(evaluation),
    }


def _error_spans(evaluation: Evaluation) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for metric, places in evaluation.error_spans.items():
        for (s, i), spans in places.items():
            text = evaluation.hypotheses[s][i] or ""
            found.setdefault(f"{i}-{s}", []).extend(
                [
                    _units(text, span.start),
                    _units(text, span.end),
                    f"error {span.severity}",
                    f"{metric}: {span.severity} error",
                ]
                for span in spans
            )
    return found


def _diffs(evaluation: Evaluation) -> list[list[str]]:
    """Compare the words of each hypothesis with those of the first reference.

    Returns:
        For each system and segment runs of three counts of tokens, in one text: as in the
        reference, only in the reference, only in the hypothesis; "" for no difference.
    """
    if not evaluation.references:
        return []
    from rapidfuzz.distance import Indel

    reference = [_words(text) for text in evaluation.references[0]]
    found = []
    for system in evaluation.hypotheses:
        texts = []
        for text, words in zip(system, reference, strict=True):
            runs: list[int] = []
            same = gone = added = 0
            own = [] if text is None else _words(text)
            for step in () if text is None else Indel.opcodes(words, own):
                if step.tag == "equal":
                    if gone or added:
                        runs += (same, gone, added)
                        same = gone = added = 0
                    same += step.src_end - step.src_start
                else:
                    gone += step.src_end - step.src_start
                    added += step.dest_end - step.dest_start
            if gone or added:
                runs += (same, gone, added)
            texts.append(" ".join(map(str, runs)))
        found.append(texts)
    return found


def _words(text: str) -> list[str]:
    """Split a text as the browser will; case and the shape of quotes make no other word."""
    words = _TOKENS.findall(text)
    # Joined by what stands in no word: one call for all of them is faster.
    return "\0".join(words).lower().translate(_QUOTES).split("\0") if words else []


def _units(text: str, position: int) -> int:
    """Count UTF-16 units before a position, which is how a browser counts."""
    if text.isascii():
        return position
    return position + sum(char > "\uffff" for char in text[:position])
