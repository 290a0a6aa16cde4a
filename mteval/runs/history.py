"""The history of a folder of runs: what each changed, and how scores and terms moved."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mteval.runs.changes import run_changes, system_changes
from mteval.runs.entries import RunEntry
from mteval.runs.files import REPORT_FILE
from mteval.runs.record import comparability_key
from mteval.runs.schema.record import TERM_METRIC
from mteval.runs.sql import RunDatabase

__all__ = ["History", "read_history"]


@dataclass(frozen=True)
class History:
    """The runs of a folder of results, the oldest first.

    Attributes:
        runs: what is known of each.
        columns: by metric, its label, direction and digits, as the newest run has them.
        scores: by run, system and metric, the score over all segments; None is missing.
        segments: by run and system, how many segments were scored.
        terms: one row for each system and concept: ``runs`` lists run, occurrences and right.
        skipped: what is no whole run, with the reason: one sentence each.
    """

    runs: tuple[RunEntry, ...]
    columns: Mapping[str, Mapping[str, Any]]
    scores: Mapping[str, Mapping[str, Mapping[str, float | None]]]
    segments: Mapping[str, Mapping[str, int | None]]
    terms: Sequence[Mapping[str, Any]]
    skipped: tuple[str, ...] = ()

    @property
    def left_out(self) -> tuple[str, ...]:
        """The old name of ``skipped``."""
        return self.skipped

    def as_dict(self) -> dict[str, Any]:
        """Return the one JSON document that ``mteval history --json`` prints."""
        trends, incomparable = self._trends()
        seen: dict[str, RunEntry] = {}
        rows = []
        for n, run in enumerate(self.runs):
            before = self.runs[n - 1] if n else None
            systems = []
            known: dict[str, tuple[list[str], bool]] = {}
            for system in self._systems(run):
                earlier = seen.get(system)
                systems.append(
                    {
                        **self.scores[run.name].get(system, {}),
                        "system": system,
                        "segments": self.segments[run.name].get(system),
                        "changed": system_changes(run, earlier, before, system, known),
                        "incomparable": incomparable.get((run.name, system), []),
                    }
                )
                seen[system] = run
            rows.append(
                {
                    "run": run.name,
                    "created": None if run.created is None else f"{run.created:%Y-%m-%dT%H:%M:%SZ}",
                    "fingerprint": run.fingerprint,
                    "command": run.command,
                    "changed": run_changes(run, before),
                    "systems": systems,
                    "signatures": run.signatures,
                }
            )
        return {
            "runs": rows,
            "metrics": {name: dict(column) for name, column in self.columns.items()},
            "trends": {"systems": trends, "terms": [dict(row) for row in self.terms]},
        }

    def report_links(self, page: Path) -> dict[str, str]:
        """Return by run that has a report its address as seen from a page."""
        links = {}
        for run in self.runs:
            report = run.folder / REPORT_FILE
            if report.is_file():
                try:
                    path = Path(os.path.relpath(report.absolute(), page.absolute().parent))
                except ValueError:  # on another drive of Windows
                    links[run.name] = report.absolute().as_uri()
                else:
                    links[run.name] = quote(path.as_posix())
        return links

    def _systems(self, run: RunEntry) -> list[str]:
        return list(dict.fromkeys([*run.record.get("systems", ()), *self.scores[run.name]]))

    def _trends(self) -> tuple[list[dict[str, Any]], dict[tuple[str, str], list[str]]]:
        """Return the scores of each system and metric over runs, and which do not compare."""
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        latest: dict[tuple[str, str], dict[Any, tuple[str, float]]] = {}
        last_key: dict[tuple[str, str], Any] = {}
        incomparable: dict[tuple[str, str], list[str]] = {}
        for run in self.runs:
            for system, by_metric in self.scores[run.name].items():
                for metric, score in by_metric.items():
                    if score is None:
                        continue
                    key = (system, metric)
                    shared = comparability_key(run.record, system, metric)
                    of_key = latest.setdefault(key, {})
                    before = None if shared is None else of_key.get(shared)
                    comparable = key not in last_key or (
                        shared is not None and shared == last_key[key]
                    )
                    if not comparable:
                        incomparable.setdefault((run.name, system), []).append(metric)
                    found.setdefault(key, []).append(
                        {
                            "run": run.name,
                            "score": score,
                            "delta": None if before is None else score - before[1],
                            "compared_with": None if before is None else before[0],
                            "comparable": comparable,
                        }
                    )
                    last_key[key] = shared
                    of_key[shared] = (run.name, score)
        order = list(self.columns)
        trends = [
            {"system": system, "metric": metric, "runs": runs}
            for (system, metric), runs in sorted(
                found.items(), key=lambda item: (item[0][0], order.index(item[0][1]))
            )
        ]
        return trends, incomparable


def read_history(results: Path) -> History:
    """Return the runs of a folder of results; what is no whole run is skipped, and named.

    Raises:
        InputError: there is no such folder, or no run in it.
    """
    with RunDatabase(results) as database:
        scores: dict[str, dict[str, dict[str, float | None]]] = {}
        segments: dict[str, dict[str, int | None]] = {}
        database.load("scores", "level = 'system' AND system IS NOT NULL AND metric IS NOT NULL")
        database.load("terms", "kind = 'system' AND system IS NOT NULL AND concept IS NOT NULL")
        for run, system, metric, n_segments, value in database.rows(
            "SELECT run, system, metric, segments, value FROM scores"
        ):
            scores.setdefault(run, {}).setdefault(system, {})[metric] = (
                None if value is None or not math.isfinite(value) else value
            )
            segments.setdefault(run, {})[system] = n_segments
        terms = [
            {"system": system, "concept": concept, "source": source, "runs": counts}
            for system, concept, source, counts in database.rows(
                """
                SELECT system, concept, last("source" ORDER BY n),
                    list({'run': run, 'occurrences': occurrences, 'right': "right"} ORDER BY n)
                FROM terms JOIN run_order USING (run) GROUP BY system, concept
                ORDER BY system, concept
                """
            )
        ]
        runs = tuple(database.runs.values())
        skipped = database.skipped()
    for entry in runs:
        scores.setdefault(entry.name, {})
        segments.setdefault(entry.name, {})
    return History(runs, _metric_columns(runs, scores), scores, segments, terms, skipped)


def _metric_columns(
    runs: Sequence[RunEntry], scores: Mapping[str, Mapping[str, Mapping[str, float | None]]]
) -> dict[str, dict[str, Any]]:
    """Return how to read the scores of each metric, as the newest run that says it does."""
    present = {name for by in scores.values() for row in by.values() for name in row}
    order = dict.fromkeys(name for run in runs for name in run.metrics if name in present)
    names = [name for name in (*order, *sorted(present - set(order))) if name != TERM_METRIC]
    columns: dict[str, dict[str, Any]] = {}
    for name in (*names, *(present & {TERM_METRIC})):
        known: dict[str, Any] = {}
        for run in runs:
            known |= run.metrics.get(name, {})
        label, higher, decimals = (
            known.get(key) for key in ("label", "higher_is_better", "decimals")
        )
        columns[name] = {
            "label": label if isinstance(label, str) else name,
            "higher_is_better": higher if isinstance(higher, bool) else True,
            # What an older mteval does not say: three digits serve every scale.
            "decimals": decimals if isinstance(decimals, int) and 0 <= decimals <= 9 else 3,
        }
    return columns
