from __future__ import annotations

import re
from dataclasses import replace

from mteval.runs.schema.rows import Severity, TermRow, TextKind
from mteval.views.html.summary import summarise
from tests.comparison.evaluations import column, evaluation_of
from tests.rows import occurrence

POINTS = column("points")


def test_metrics_with_the_same_finding_share_a_sentence() -> None:
    errors = column("errors", higher_is_better=False)
    evaluation = evaluation_of({POINTS: [[1], [3]], column("more"): [[9], [8]], errors: [[2], [1]]})
    assert summarise(evaluation).findings == [
        "points and errors: b scores best.",
        "more: a scores best.",
    ]


def test_one_system_is_best_of_nothing_nor_is_one_without_a_score() -> None:
    assert summarise(evaluation_of({POINTS: [[1]]})).findings == []
    assert summarise(evaluation_of({POINTS: [[1], [float("nan")]]})).findings == [
        "points: only a has every segment and a score, so there is nothing to rank; b has no "
        "score, so it is not ranked."
    ]


def term(
    concept: str, system: str, *, kind: TextKind = "system", severity: Severity = "major"
) -> TermRow:
    return TermRow(
        system=system,
        kind=kind,
        concept=concept,
        source="演习",
        target="exercise",
        severity=severity,
        occurrences=1,
        right=0,
        accuracy=0.0,
        verdicts={},
        renderings=[],
    )


def plain(markup: str) -> str:
    return re.sub("<.*?>", "", markup)


def test_who_wrote_a_wrong_term_is_named_with_a_link_the_worst_rendering_first() -> None:
    systems = ["a", "b", "c", "<d>", "e"]
    evaluation = replace(
        evaluation_of({POINTS: [[1, 2]] * 5}, systems=systems),
        terms=[term("k", name) for name in systems],
        occurrences=[
            *(
                occurrence(system=name, document="d0", segment=2, verdict="other", rendering="war")
                for name in ("a", "b", "c", "<d>")
            ),
            occurrence(system="e", document="d0", verdict="deprecated", rendering="practice"),
            # Not the first of its system, a right one, and one of a reference.
            occurrence(system="a", document="d0", verdict="other", rendering="war"),
            occurrence(system="e", document="d0", verdict="preferred"),
            occurrence(system="r", kind="reference", document="d0", verdict="other"),
        ],
    )
    [found] = summarise(evaluation).wrong_terms
    assert plain(found) == (
        "演习 (exercise): ✗ practice (deprecated) in e (d0:1); ? war (other) in a (d0:2), b (d0:2),"
        " c (d0:2) and 1 more systems."
    )
    assert re.findall("href='(.*?)'", found) == ["#s0-4", "#s1-0", "#s1-1", "#s1-2"]
    assert "<d>" not in found


def test_the_gravest_terms_are_named_and_a_wrong_reference_is_said() -> None:
    evaluation = replace(
        evaluation_of({POINTS: [[1]]}),
        terms=[
            *(term(f"k{n}", "a") for n in range(6)),
            term("grave", "a", severity="critical"),
            term("grave", "reference", kind="reference"),
        ],
    )
    found = [plain(text) for text in summarise(evaluation).wrong_terms]
    assert len(found) == 5
    assert found[0].endswith(". The reference is not as in the termbase either.")
    assert not found[1].endswith("either.")
