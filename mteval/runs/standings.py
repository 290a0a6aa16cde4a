"""What the scores and tests of a run say of its systems, in sentences.

A sentence rests on the tests of the pairs that it names, never on ranks: systems of one rank can
differ significantly. Whoever is not ranked is named with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mteval.runs.best import best_score
from mteval.runs.results import Results
from mteval.runs.schema.record import MetricColumn
from mteval.statistics.significance import ALPHA
from mteval.wording import MAX_LISTED, joined

__all__ = ["findings", "lacks", "left_out_text", "system_lacks"]

_Counts = npt.NDArray[np.int64]


def findings(results: Results) -> list[str]:
    """Return sentences on which system scores best, and on what its tests against others show.

    Metrics of which the same is to be said share a sentence. Where no tests were made (none were
    asked for, there are too many systems, or an older mteval wrote the run) none is claimed.
    """
    if len(results.systems) < 2:
        return []
    incomplete = system_lacks(results)
    labels_by_text: dict[str, list[str]] = {}
    for metric in results.metrics:
        scores = results.scores[metric.name]["system"]
        # Of a metric that scored nothing, as of terms where none occurs, there is nothing to say.
        if not np.isnan(scores).all():
            text = _finding(results, metric, incomplete)
            labels_by_text.setdefault(text, []).append(metric.label)
    return [f"{joined(labels, len(labels))}: {text}." for text, labels in labels_by_text.items()]


def system_lacks(results: Results) -> dict[str, str]:
    """Return by system that lacks segments what it lacks, in words."""
    return lacks(results.systems, results.document_counts(), results.document_sizes())


def lacks(systems: Sequence[str], counts: _Counts, sizes: _Counts) -> dict[str, str]:
    """Return by system that lacks segments what it lacks: ``no output for 1 of 2 documents``.

    Args:
        systems: names.
        counts: how many segments of each document they have, (n_systems, n_documents).
        sizes: how many each document has, (n_documents,).
    """
    found = {}
    for system, own in zip(systems, counts, strict=True):
        documents, segments = int((own == 0).sum()), int((sizes - own).sum())
        if documents and segments == sizes[own == 0].sum():
            found[system] = f"no output for {documents:,} of {len(sizes):,} documents"
        elif segments:
            found[system] = f"no output for {segments:,} of {sizes.sum():,} segments"
    return found


def left_out_text(reasons: Mapping[str, str], consequence: str = "not ranked") -> str:
    """Return who is left out, and why: ``y has no output for 1 of 2 documents, so it is ...``.

    Args:
        reasons: by system, what it has not.
        consequence: what it is not, as a result.
    """
    systems_by_reason: dict[str, list[str]] = {}
    for system, reason in reasons.items():
        systems_by_reason.setdefault(reason, []).append(system)
    parts = [
        f"{joined(systems)} {'has' if len(systems) == 1 else 'have'} {reason}"
        for reason, systems in list(systems_by_reason.items())[:MAX_LISTED]
    ]
    more = len(reasons) - sum(map(len, list(systems_by_reason.values())[:MAX_LISTED]))
    if more:
        parts.append(f"{more:,} more lack output or a score")
    return f"{', '.join(parts)}, so {'it is' if len(reasons) == 1 else 'they are'} {consequence}"


def _finding(results: Results, metric: MetricColumn, incomplete: Mapping[str, str]) -> str:
    """Return what is to be said of a metric that has some scores."""
    scores = results.scores[metric.name]["system"]
    left_out = dict(incomplete)
    for system, score in zip(results.systems, scores, strict=True):
        if np.isnan(score):
            left_out.setdefault(system, "no score")
    ranked = [s for s, system in enumerate(results.systems) if system not in left_out]
    after = f"; {left_out_text(left_out)}" if left_out else ""
    if not ranked:
        return f"no system has both every segment and a score, so none is best{after}"
    if len(ranked) == 1:
        only = results.systems[ranked[0]]
        return f"only {only} has every segment and a score, so there is nothing to rank{after}"
    best = best_score(scores[ranked].tolist(), higher_is_better=metric.higher_is_better)
    leaders = [s for s in ranked if scores[s] == best]
    tests = results.tests.get(metric.name)
    of_whom = f" of the {len(ranked):,} systems with every segment and a score" if left_out else ""
    return _leading(results.systems, leaders, ranked, tests, of_whom) + after


def _leading(
    systems: Sequence[str],
    leaders: Sequence[int],
    ranked: Sequence[int],
    tests: npt.NDArray[np.float64] | None,
    of_whom: str,
) -> str:
    """Return what there is to say of the systems with the best score.

    Args:
        systems: names.
        leaders: indices of those with the best score.
        ranked: indices of all that are ranked.
        tests: corrected p-values, (n_systems, n_systems), if any were made.
        of_whom: among whom they are best, if not among all.
    """
    others = [s for s in ranked if s not in leaders]
    shown: dict[str, list[str]] = {}
    if tests is not None and others:
        for leader in leaders:
            shown.setdefault(_shown(systems, others, tests[leader]), []).append(systems[leader])
    if len(leaders) == 1 and list(shown) == [_BETTER_THAN_ALL]:
        return f"{systems[leaders[0]]} is best{of_whom}, significantly"
    names = joined([systems[s] for s in leaders])
    text = f"{names} scores best{of_whom}"
    if len(leaders) > 1:
        text = f"{names} score best{of_whom}, with the same score"
    for outcome, of in shown.items():
        text += f"; {outcome}" if len(shown) == 1 else f"; {joined(of)}: {outcome}"
    return text


_BETTER_THAN_ALL = "significantly better than every other"


def _shown(systems: Sequence[str], others: Sequence[int], p_values: npt.NDArray[np.float64]) -> str:
    """Return what the tests of a system with the best score against others show."""
    better = [systems[s] for s in others if p_values[s] < ALPHA]
    unclear = [systems[s] for s in others if p_values[s] >= ALPHA]
    untested = [systems[s] for s in others if np.isnan(p_values[s])]
    if len(better) == len(others):
        return _BETTER_THAN_ALL
    parts = [f"significantly better than {joined(better)}"] if better else []
    if unclear:
        parts.append(
            f"no significant difference from {joined(unclear)} (which does not show that they are "
            "equal)"
        )
    if untested:
        parts.append(f"too little data to test it against {joined(untested)}")
    return "; ".join(parts)
