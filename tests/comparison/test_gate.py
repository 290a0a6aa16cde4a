"""Every rule of the gate lets pass what it should, and nothing else."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mteval
from mteval.comparison.gate import Failure, gate, parse_drops
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import InputError, UsageError
from mteval.runs.read import Run
from mteval.runs.schema.rows import OccurrenceRow
from mteval.runs.shown import number_text
from mteval.runs.write import write_run
from mteval.statistics.significance import min_p_value

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=timezone.utc)
TERMS = """concept,source,target,status,severity,note
defence,国防部,Ministry of National Defense,preferred,critical,
defence,国防部,Defence Department,deprecated,critical,
defence,国防部,Defense Department,deprecated,critical,
exercise,演习,exercise,preferred,minor,
exercise,演习,drill,admitted,minor,
exercise,演习,manoeuvre,deprecated,minor,
"""
# d has a term in each of its first two segments; e and f have one in their first.
SOURCES = {
    "d": ["国防部发言。", "演习结束。", *(f"第{n}句。" for n in range(2, 20))],
    "e": ["演习开始。", "结束。"],
    "f": ["演习开始。", *(f"第{n}句。" for n in range(9))],
}
REFERENCES = {
    "d": [
        "The Ministry of National Defense spoke.",
        "The exercise ended.",
        *(f"This is sentence number {n} of the text." for n in range(2, 20)),
    ],
    "e": ["The exercise began.", "It ended."],
}
Texts = Mapping[str, Sequence[str]]
NOTHING = {name: ["q"] * len(texts) for name, texts in REFERENCES.items()}
MORE_LOST = {"d": [text[-9:] + " " + text for text in REFERENCES["d"]], "e": REFERENCES["e"]}


def changed(first: int, last: int, texts: Texts = REFERENCES) -> Texts:
    """Shorten the segments first to last of d."""
    lines = [text[:12] if first <= n <= last else text for n, text in enumerate(texts["d"])]
    return {**texts, "d": lines}


def with_terms(defence: str = "Ministry of National Defense", exercise: str = "exercise") -> Texts:
    """Write other renderings into d."""
    lines = [f"The {defence} spoke.", f"The {exercise} ended.", *REFERENCES["d"][2:]]
    return {**REFERENCES, "d": lines}


# Runs take most of the time, and many tests want the same: they are written once, and only read.
_FOLDER = tempfile.TemporaryDirectory()
_written: dict[str, Path] = {}


def score(
    outputs: Mapping[str, Texts],
    *,
    metrics: Sequence[str] = ("chrf",),
    terms: str | None = None,
    references: Texts = REFERENCES,
    sources: Texts = SOURCES,
) -> Run:
    """Score outputs by system and document, and write the run."""
    key = json.dumps([outputs, metrics, terms, references, sources])
    if key not in _written:
        folder = Path(_FOLDER.name, str(len(_written)))
        folder.mkdir()
        if terms is not None:
            (folder / "terms.csv").write_text(terms, "utf-8")
        evaluation = mteval.evaluate(
            TestSet(
                tuple(
                    Document.from_columns(id, sources[id][: len(lines)], [lines])
                    for id, lines in references.items()
                )
            ),
            [
                SystemOutput(name, {id: tuple(lines) for id, lines in texts.items()})
                for name, texts in outputs.items()
            ],
            metrics,
            terms=None if terms is None else folder / "terms.csv",
            samples=0,
            checks=False,
            allow_missing=True,
        )
        _written[key], _ = write_run(evaluation, folder, NOON)
    return Run(_written[key])


def copied(run: Run, folder: Path) -> Run:
    """Copy a run, to change its files."""
    return Run(Path(shutil.copytree(run.folder, folder / run.name)))


def scores(run: Run, metric: str) -> list[float]:
    return [float(score) for score in run.evaluation.scores[metric]["system"]]


def kinds(failures: Sequence[Failure]) -> list[tuple[str, str]]:
    return [(failure.kind, failure.system) for failure in failures]


class TestDrops:
    @pytest.mark.parametrize("metric", ["chrf", "ter"])
    def test_a_significant_drop_fails_and_a_gain_passes(self, metric: str) -> None:
        good = score({"x": REFERENCES, "y": REFERENCES}, metrics=[metric])
        bad = score({"x": changed(2, 15), "y": REFERENCES}, metrics=[metric])
        [failure] = gate(bad, good, max_drop={metric: 0.5})
        assert (failure.kind, failure.system) == ("drop", "x")
        [old, _], [new, _] = scores(good, metric), scores(bad, metric)
        # Of TER more is worse.
        assert (new > old) == (metric == "ter")
        # The drop is that of the scores as they are shown everywhere.
        before, after = number_text(old, 1), number_text(new, 1)
        points = abs(Decimal(before) - Decimal(after))
        verb = "fell" if metric == "chrf" else "rose"
        assert failure.reason.startswith(
            f"{metric} {verb} by {points}, from {before} to {after}, where 0.5 is allowed (p = 0.00"
        )
        assert gate(good, bad, max_drop={metric: 0.0}) == []
        assert gate(good, bad, max_drop={metric: 0.0}, any_drop=True) == []

    def test_what_is_allowed_may_be_lost_and_no_more(self) -> None:
        good, bad = score({"x": REFERENCES}), score({"x": changed(2, 15)})
        drop = scores(good, "chrf")[0] - scores(bad, "chrf")[0]
        assert drop > 10
        assert gate(bad, good, max_drop={"chrf": drop}) == []
        assert kinds(gate(bad, good, max_drop={"chrf": math.nextafter(drop, 0)})) == [("drop", "x")]

    def test_a_drop_by_chance_passes_unless_any_drop_counts(self) -> None:
        # Each is worse than the other in eight segments.
        good, bad = score({"x": changed(2, 9)}), score({"x": changed(10, 17, MORE_LOST)})
        drop = scores(good, "chrf")[0] - scores(bad, "chrf")[0]
        assert drop > 0.1
        assert gate(bad, good, max_drop={"chrf": 0.1}) == []
        [failure] = gate(bad, good, max_drop={"chrf": 0.1}, any_drop=True)
        assert re.search(r"where 0.1 is allowed \(p = 0\.[1-9]", failure.reason)
        assert gate(bad, good, max_drop={"chrf": 50}, any_drop=True) == []

    @pytest.mark.parametrize(("n_differ", "fails"), [(1, True), (3, True), (5, True), (6, False)])
    def test_a_drop_over_too_few_segments_to_tell_fails(self, n_differ: int, fails: bool) -> None:
        # Six signs at best have a probability of 2 / 64, five of 2 / 32.
        both = [[False] * 40, [True] * n_differ + [False] * (40 - n_differ)]
        values = np.array(both, np.float64)[..., None]
        lowest = float(min_p_value(values, np.array([1.0]), [(0, 1)])[0])
        assert (lowest >= 0.05) == fails

    def test_a_drop_that_is_hardly_too_far_is_shown_with_the_digits_it_takes(self) -> None:
        good = score({"x": REFERENCES}, metrics=["chrf"])
        bad = score({"x": changed(2, 15)}, metrics=["chrf"])
        [old], [new] = scores(good, "chrf"), scores(bad, "chrf")
        allowed = (old - new) * (1 - 1e-9)
        [failure] = gate(bad, good, max_drop={"chrf": allowed})
        points, before, after = (
            Decimal(text) for text in re.findall(r"[\d.]*\d", failure.reason)[:3]
        )
        assert before - after == points > Decimal(allowed)
        # What is allowed is not rounded up to the drop.
        assert f"where {allowed!r} is allowed" in failure.reason

    def test_a_drop_is_never_shown_as_what_is_allowed(self) -> None:
        good, bad = score({"x": REFERENCES}), score({"x": changed(2, 8)})
        for run in (good, bad):
            run.record["metrics"]["chrf"]["decimals"] = 0
        [failure] = gate(bad, good, max_drop={"chrf": 21.0}, any_drop=True)
        assert failure.reason.startswith("chrf fell by 21.1, from 100.0 to 78.9, where 21 is")
        for run in (good, bad):
            # As of an older mteval.
            del run.record["metrics"]["chrf"]["decimals"]
        [failure] = gate(bad, good, max_drop={"chrf": 21})
        assert failure.reason.startswith("chrf fell by 21.106, from 100.000 to 78.894, where 21 is")

    @pytest.mark.parametrize(
        ("texts", "by", "refused"),
        [
            *((REFERENCES, 5e-5, False), (REFERENCES, 5e-4, True)),
            *((NOTHING, 5e-7, False), (NOTHING, 5e-6, True)),
        ],
    )
    def test_scores_are_those_of_their_statistics_but_for_the_last_digits(
        self, texts: Texts, by: float, refused: bool
    ) -> None:
        run = score({"x": texts})
        rows = [
            dataclasses.replace(row, value=row.value + by)
            for row in run.score_rows
            if row.level == "system" and row.value is not None
        ]
        vars(run)["score_rows"] = [*rows, *(row for row in run.score_rows if row.document)]
        with pytest.raises(InputError, match="a file was changed") if refused else nullcontext():
            assert gate(run, run, max_drop={"chrf": 0}) == []

    def test_a_fall_to_nothing_over_three_segments_fails(self) -> None:
        references = {"e": ["It began today.", "It ended.", "Nobody knows why."]}
        sources = {"e": ["一。", "二。", "三。"]}
        good, bad = (
            score({"x": texts}, references=references, sources=sources)
            for texts in (references, {"e": ["q", "q", "q"]})
        )
        [failure] = gate(bad, good, max_drop={"chrf": 0.5})
        assert failure.reason == (
            "chrf fell by 100.0, from 100.0 to 0.0, where 0.5 is allowed (too few segments differ "
            "to tell whether it is by chance)"
        )
        [failure] = gate(bad, good, max_drop={"chrf": 0.5}, any_drop=True)
        assert failure.reason.endswith("where 0.5 is allowed (p = 0.2500)")
        assert gate(bad, good, max_drop={"chrf": 100}) == []
        assert gate(good, bad, max_drop={"chrf": 0}) == []

    def test_a_drop_that_cannot_be_tested_fails(self) -> None:
        # One term each, in documents that the other run lacks: most resamples miss either.
        references: Texts = {
            "e": REFERENCES["e"],
            "f": ["The exercise began.", *(f"Number {n}." for n in range(9))],
        }
        outputs = {"e": ["The manoeuvre began.", "It ended."], "f": references["f"]}
        good, bad = (
            score({"x": {id: outputs[id]}}, terms=TERMS, references=references) for id in ("f", "e")
        )
        assert (scores(good, "term_accuracy"), scores(bad, "term_accuracy")) == ([1.0], [0.0])
        failures = gate(bad, good, max_drop={"term_accuracy": 0.1})
        assert kinds(failures) == [("missing", "x"), ("drop", "x")]
        assert failures[1].reason == (
            "term_accuracy fell by 1.000, from 1.000 to 0.000, where 0.1 is allowed (cannot be "
            "tested)"
        )

    def test_every_metric_and_system_is_judged(self) -> None:
        metrics = ["chrf", "ter"]
        good = score({"x": REFERENCES, "y": REFERENCES, "z": REFERENCES}, metrics=metrics)
        bad = score({"z": changed(2, 15), "y": REFERENCES, "x": changed(2, 12)}, metrics=metrics)
        failures = gate(bad, good, max_drop={"ter": 1, "chrf": 1})
        assert kinds(failures) == [("drop", "z"), ("drop", "x")] * 2
        assert [failure.reason.split()[0] for failure in failures] == ["ter"] * 2 + ["chrf"] * 2

    def test_terms_may_drop_too(self) -> None:
        good = score({"x": REFERENCES}, terms=TERMS)
        bad = score({"x": with_terms("Defence Department")}, terms=TERMS)
        for any_drop in (False, True):
            [failure] = gate(bad, good, max_drop={"term_accuracy": 0.1}, any_drop=any_drop)
            assert failure.reason.startswith("term_accuracy fell by 0.333, from 1.000 to 0.667")
        assert gate(bad, good, max_drop={"term_accuracy": 0.4}) == []

    def test_what_the_baseline_has_must_be_there(self) -> None:
        whole = score({"x": REFERENCES, "y": REFERENCES, "z": REFERENCES})
        part = score({"x": REFERENCES, "y": {"e": REFERENCES["e"]}})
        assert gate(part, whole, max_drop={"chrf": 99}) == [
            Failure("missing", "y", "lacks d"),
            Failure("missing", "z", f"{part.name} does not have this system"),
        ]
        references: Texts = {**REFERENCES, "f": ["Begun.", *(f"Number {n}." for n in range(9))]}
        three = score({"y": references}, references=references)
        one = score({"y": {"d": REFERENCES["d"]}}, references=references)
        assert gate(one, three, max_drop={"chrf": 99}) == [Failure("missing", "y", "lacks e, f")]
        none = score({"x": REFERENCES, "y": {"d": REFERENCES["d"]}, "z": REFERENCES})
        assert gate(none, whole, max_drop={"chrf": 99}) == [Failure("missing", "y", "lacks e")]
        # What is new does no harm.
        assert gate(whole, part, max_drop={"chrf": 0}) == []

    def test_a_score_that_is_gone_or_never_was_fails(self) -> None:
        references = {"d": REFERENCES["d"], "e": ["It ended."]}
        sources = {**SOURCES, "e": ["结束。"]}
        good, none = (
            score({"x": texts}, terms=TERMS, references=references, sources=sources)
            for texts in (references, {"e": references["e"]})
        )
        assert math.isnan(scores(none, "term_accuracy")[0])
        assert gate(none, good, max_drop={"term_accuracy": 1}) == [
            Failure("missing", "x", "lacks d"),
            Failure("missing", "x", "term_accuracy has no score any more"),
        ]
        never = Failure(
            "missing", "x", f"{none.name} has no score of term_accuracy to compare with"
        )
        assert gate(good, none, max_drop={"term_accuracy": 0}) == [never]
        assert gate(none, none, max_drop={"term_accuracy": 0}) == [never]
        assert gate(good, good, max_drop={"term_accuracy": 0}) == []


class TestRunsThatDoNotCompare:
    def test_other_references_are_refused(self) -> None:
        run = score({"x": REFERENCES})
        other = score({"x": REFERENCES}, references=changed(2, 2))
        with pytest.raises(
            InputError, match=f"^{run.name} and {other.name} have other references, so "
        ):
            gate(run, other, max_drop={"chrf": 1})

    def test_runs_without_a_common_system_are_refused(self) -> None:
        with pytest.raises(InputError, match="have no system of the same name; name them alike"):
            gate(score({"x": REFERENCES}), score({"y": REFERENCES}), max_drop={"chrf": 1})

    def test_metrics_that_either_run_lacks_are_refused(self) -> None:
        both = score({"x": REFERENCES}, metrics=["chrf", "ter"])
        one = score({"x": REFERENCES})
        for run, baseline in ((one, both), (both, one)):
            with pytest.raises(UsageError, match=f"{one.name} has no scores of 'ter'.*: chrf$"):
                gate(run, baseline, max_drop={"ter": 1})
        assert gate(one, both, max_drop={"chrf": 1}) == []
        with pytest.raises(UsageError, match=r"has no scores of 'bleu'; it has: chrf, ter$"):
            gate(both, both, max_drop={"bleu": 1})

    def test_scores_of_another_signature_are_refused(self) -> None:
        run = score({"x": REFERENCES}, terms=TERMS)
        other = score({"x": REFERENCES}, terms=TERMS.replace("drill", "war game"))
        with pytest.raises(InputError, match="term_accuracy was computed in two ways, ") as raised:
            gate(run, other, max_drop={"term_accuracy": 1})
        [now, before] = [one.record["term_signature"] for one in (run, other)]
        assert f"{before} in {other.name} and {now} in {run.name}" in str(raised.value)
        # Other metrics have the same signature in both.
        assert gate(run, other, max_drop={"chrf": 1}) == []

    def test_runs_without_statistics_are_refused(self, tmp_path: Path) -> None:
        run, old = score({"x": REFERENCES}), copied(score({"x": changed(2, 3)}), tmp_path)
        (old.folder / "statistics.npz").unlink()
        with pytest.raises(InputError, match="keeps no statistics"):
            gate(run, old, max_drop={"chrf": 1})

    def test_a_metric_without_statistics_is_refused(self, tmp_path: Path) -> None:
        run = score({"x": REFERENCES}, metrics=["chrf", "ter"])
        changed = copied(run, tmp_path)
        one = score({"x": REFERENCES})
        shutil.copy(one.folder / "statistics.npz", changed.folder)
        with pytest.raises(InputError, match=f"{changed.name} has no statistics of ter; score"):
            gate(run, changed, max_drop={"ter": 1})

    def test_other_numbers_of_segments_are_refused(self, tmp_path: Path) -> None:
        long = copied(score({"x": REFERENCES}), tmp_path)
        references = {"e": REFERENCES["e"]}
        short = copied(score({"x": references}, references=references), tmp_path)
        for run in (long, short):
            record = json.loads((run.folder / "run.json").read_text("utf-8"))
            # As of a version that did not record them.
            del record["inputs"]["references"]
            (run.folder / "run.json").write_text(json.dumps(record), "utf-8")
        with pytest.raises(
            InputError, match=f"{short.name} and {long.name} have 2 and 22 segments, so"
        ):
            gate(short, long, max_drop={"chrf": 1})


class TestRenderings:
    def test_a_new_wrong_rendering_fails_and_a_fixed_one_passes(self) -> None:
        good = score({"x": REFERENCES}, terms=TERMS)
        bad = score({"x": with_terms("Defence Department")}, terms=TERMS)
        assert gate(bad, good, max_drop={}, fail_on=["deprecated"]) == [
            Failure("rendering", "x", "国防部 is deprecated, 'Defence Department' (d:1)")
        ]
        assert gate(good, bad, max_drop={}, fail_on=["deprecated"]) == []

    def test_only_the_verdicts_asked_for_fail(self) -> None:
        good = score({"x": REFERENCES}, terms=TERMS)
        lines = ["The Defence Department spoke.", "It ended.", *REFERENCES["d"][2:]]
        bad = score({"x": {**REFERENCES, "d": lines}}, terms=TERMS)
        rows = [row for row in bad.occurrences if row.document == "d"]
        found = {row.source: row.verdict for row in rows if row.kind == "system"}
        assert found["国防部"] == "deprecated"
        assert found["演习"] == "omitted"
        assert gate(bad, good, max_drop={}, fail_on=["transliterated"]) == []
        assert gate(bad, good, max_drop={}, fail_on=["omitted"]) == [
            Failure("rendering", "x", "演习 is omitted (d:2)")
        ]
        assert len(gate(bad, good, max_drop={}, fail_on=["deprecated", "omitted"])) == 2

    def test_what_was_wrong_may_stay_as_it_was_and_no_other(self) -> None:
        before = score({"x": with_terms("Defence Department")}, terms=TERMS)
        same = score({"x": with_terms("Defence Department", "drill")}, terms=TERMS)
        other = score({"x": with_terms("Defense Department")}, terms=TERMS)
        assert gate(same, before, max_drop={}, fail_on=["deprecated"]) == []
        assert gate(other, before, max_drop={}, fail_on=["deprecated"]) == [
            Failure("rendering", "x", "国防部 is deprecated, 'Defense Department' (d:1)")
        ]
        # And one that is wrong in another verdict, if that is asked for.
        gone = score({"x": with_terms("It")}, terms=TERMS)
        assert gate(gone, before, max_drop={}, fail_on=["deprecated"]) == []
        assert kinds(gate(gone, before, max_drop={}, fail_on=["omitted"])) == [("rendering", "x")]

    def test_without_a_baseline_every_wrong_rendering_fails(self) -> None:
        bad = score({"x": with_terms("Defence Department"), "y": REFERENCES}, terms=TERMS)
        assert kinds(gate(bad, None, max_drop={}, fail_on=["deprecated"])) == [("rendering", "x")]
        good = score({"x": REFERENCES}, terms=TERMS)
        assert gate(good, None, max_drop={}, fail_on=["deprecated", "omitted"]) == []

    def test_systems_and_documents_that_the_baseline_lacks_are_judged_alone(self) -> None:
        worse: Texts = {"d": with_terms("Defence Department")["d"], "e": ["The manoeuvre.", "No."]}
        run = score({"x": worse, "y": worse}, terms=TERMS)
        before = score({"x": {"d": worse["d"]}}, terms=TERMS)
        assert [
            (failure.system, failure.reason)
            for failure in gate(run, before, max_drop={}, fail_on=["deprecated"])
        ] == [
            ("y", "国防部 is deprecated, 'Defence Department' (d:1)"),
            ("x", "演习 is deprecated, 'manoeuvre' (e:1)"),
            ("y", "演习 is deprecated, 'manoeuvre' (e:1)"),
        ]

    def test_occurrences_are_gone_over_a_few_times_whatever_the_systems(self) -> None:
        reads = 0

        class CountedRow(OccurrenceRow):
            def __getattribute__(self, name: str) -> Any:
                nonlocal reads
                reads += name == "system"
                return super().__getattribute__(name)

        run = score({f"s{n:02}": with_terms() for n in range(20)}, terms=TERMS)
        rows = [CountedRow(**row.as_dict()) for row in run.occurrences]
        vars(run)["occurrences"] = rows
        assert gate(run, None, max_drop={}, fail_on=["deprecated"], must_pass=["critical"]) == []
        assert len(rows) < reads < 10 * len(rows)

    def test_wrong_references_are_no_failure_of_a_system(self) -> None:
        references = with_terms("Defence Department")
        run = score({"x": REFERENCES}, terms=TERMS, references=references)
        assert any(row.kind == "reference" for row in run.occurrences)
        assert gate(run, None, max_drop={}, fail_on=["deprecated"]) == []
        assert gate(run, None, max_drop={}, must_pass=["defence"]) == []


class TestTerms:
    @pytest.mark.parametrize("name", ["defence", "国防部", "critical"])
    def test_a_term_that_must_be_right_fails_if_it_is_not(self, name: str) -> None:
        bad = score({"x": REFERENCES, "y": with_terms("Defence Department")}, terms=TERMS)
        wanted = "国防部 must be right and is deprecated, 'Defence Department' (d:1)"
        assert gate(bad, None, max_drop={}, must_pass=[name]) == [Failure("term", "y", wanted)]
        # A term that was wrong before fails all the same.
        assert kinds(gate(bad, bad, max_drop={}, must_pass=[name])) == [("term", "y")]
        good = score({"x": REFERENCES, "y": with_terms(exercise="manoeuvre")}, terms=TERMS)
        assert gate(good, None, max_drop={}, must_pass=[name]) == []

    def test_an_admitted_rendering_is_right(self) -> None:
        run = score({"x": with_terms(exercise="drill")}, terms=TERMS)
        assert gate(run, None, max_drop={}, must_pass=["exercise", "minor"]) == []

    def test_every_occurrence_must_be_right(self) -> None:
        texts = {**with_terms(exercise="manoeuvre"), "e": ["The drills began.", "It ended."]}
        run = score({"x": texts}, terms=TERMS)
        assert [f.reason for f in gate(run, None, max_drop={}, must_pass=["exercise"])] == [
            "演习 must be right and is deprecated, 'manoeuvre' (d:2)"
        ]

    def test_a_name_that_occurs_nowhere_is_refused_and_a_severity_fails(self) -> None:
        run = score({"x": REFERENCES, "y": REFERENCES}, terms=TERMS)
        reason = "no occurrence of a major term was judged"
        assert gate(run, None, max_drop={}, must_pass=["major", "minor"]) == [
            Failure("term", "x", reason),
            Failure("term", "y", reason),
        ]
        with pytest.raises(
            UsageError, match=rf"'nothing'.*in {run.name}; check the concept or source term$"
        ):
            gate(run, None, max_drop={}, must_pass=["defence", "nothing"])


class TestRequests:
    def test_something_must_be_asked_for(self) -> None:
        run = score({"x": REFERENCES})
        with pytest.raises(UsageError, match="nothing to judge by; give --max-drop"):
            gate(run, run, max_drop={})

    @pytest.mark.parametrize("verdict", ["preferred", "admitted", "unheard of"])
    def test_only_wrong_verdicts_can_fail(self, verdict: str) -> None:
        run = score({"x": REFERENCES})
        with pytest.raises(UsageError) as raised:
            gate(run, None, max_drop={}, fail_on=["deprecated", verdict])
        assert str(raised.value) == (
            f"--fail-on {verdict!r} is not a verdict of a wrong rendering; take one of: "
            "deprecated, transliterated, left in Chinese, omitted, other"
        )

    @pytest.mark.parametrize("name", ["fail_on", "must_pass"])
    def test_one_text_is_no_list_of_names(self, name: str) -> None:
        run = score({"x": REFERENCES})
        request: dict[str, Any] = {name: "critical"}
        with pytest.raises(UsageError, match=f"^{name} "):
            gate(run, None, max_drop={}, **request)

    def test_drops_need_a_baseline(self) -> None:
        with pytest.raises(UsageError, match="name one with --baseline"):
            gate(score({"x": REFERENCES}), None, max_drop={"chrf": 1})

    def test_renderings_and_terms_need_occurrences(self) -> None:
        run = score({"x": REFERENCES})
        requests: list[dict[str, Any]] = [{"fail_on": ["deprecated"]}, {"must_pass": ["critical"]}]
        for request in requests:
            with pytest.raises(InputError, match="was scored without terms"):
                gate(run, None, max_drop={}, **request)

    def test_failures_come_rule_by_rule(self) -> None:
        good = score({"x": REFERENCES, "y": REFERENCES}, terms=TERMS)
        worse = changed(2, 15, with_terms("Defence Department"))
        bad = score({"x": worse}, terms=TERMS)
        failures = gate(
            bad, good, max_drop={"chrf": 1}, fail_on=["deprecated"], must_pass=["critical"]
        )
        assert kinds(failures) == [
            *(("missing", "y"), ("drop", "x"), ("rendering", "x"), ("term", "x"))
        ]


class TestWrittenDrops:
    def test_metrics_and_points_are_read(self) -> None:
        assert parse_drops(["chrf=0", " BLEU = 1e-1", "term_accuracy=1"]) == {
            "chrf": 0.0,
            "bleu": 0.1,
            "term_accuracy": 1.0,
        }
        assert parse_drops([]) == {}

    def test_a_metric_given_twice_is_refused(self) -> None:
        with pytest.raises(UsageError, match=r"'CHRF=99': there is a bound for chrf already"):
            parse_drops(["chrf=1", "ter=1", "CHRF=99"])

    @pytest.mark.parametrize("points", ["", "x", "-1", "inf", "nan", "1=2"])
    def test_other_points_are_refused(self, points: str) -> None:
        self.check_refusal(f"chrf={points}")

    @pytest.mark.parametrize("text", ["chrf", "=1", " =1", ""])
    def test_anything_else_is_refused(self, text: str) -> None:
        self.check_refusal(text)

    def check_refusal(self, text: str) -> None:
        with pytest.raises(UsageError) as raised:
            parse_drops(["ter=1", text])
        assert str(raised.value) == (
            f"--max-drop {text!r} is not a metric and points; write it like chrf=0.5"
        )
