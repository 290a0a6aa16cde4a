"""What cannot be judged, or judges nothing, does not pass the gate, whatever is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from mteval.comparison.coverage import new_systems
from mteval.comparison.failures import Failure
from mteval.comparison.gate import gate, parse_drops
from mteval.errors import InputError, MtevalError, UsageError
from mteval.runs.read import Run
from tests.comparison.test_gate import (
    REFERENCES,
    SOURCES,
    TERMS,
    changed,
    copied,
    score,
    with_terms,
)

# What may be asked of a run that is as good as its baseline.
REQUESTS: list[dict[str, Any]] = [
    {"max_drop": {"chrf": 99}},
    {"max_drop": {"term_accuracy": 1}},
    {"max_drop": {}, "fail_on": ["deprecated"]},
    {"max_drop": {}, "fail_on": ["omitted"]},
    {"max_drop": {}, "must_pass": ["critical"]},
    {"max_drop": {}, "must_pass": ["exercise"]},
]
all_requests = pytest.mark.parametrize("request_", REQUESTS, ids=str)


@all_requests
def test_systems_and_documents_of_the_baseline_must_be_there(request_: dict[str, Any]) -> None:
    whole = score({"x": REFERENCES, "y": REFERENCES, "z": REFERENCES}, terms=TERMS)
    part = score({"x": REFERENCES, "y": {"d": REFERENCES["d"]}}, terms=TERMS)
    assert gate(part, whole, **request_) == [
        Failure("missing", "y", "lacks e"),
        Failure("missing", "z", f"{part.name} does not have this system"),
    ]
    again = score({"z": REFERENCES, "y": REFERENCES, "x": REFERENCES}, terms=TERMS)
    assert gate(again, whole, **request_) == []
    # What is new does no harm, if it is whole.
    assert new_systems(whole, score({"x": REFERENCES}, terms=TERMS)) == ["y", "z"]
    assert gate(whole, score({"x": REFERENCES}, terms=TERMS), **request_) == []


def test_a_new_document_hides_no_drop_of_others() -> None:
    """The whole score rises, by a document that the baseline lacks."""
    wrong = ["Nothing of all this."] * len(REFERENCES["d"])
    half = [*wrong[:2], "This is sentence q.", *wrong[3:]]
    baseline = score({"x": {"d": half}}, terms=TERMS)
    run = score({"x": {"d": wrong, "e": REFERENCES["e"]}}, terms=TERMS)
    [failure] = gate(run, baseline, max_drop={"chrf": 0})
    assert failure.kind == "drop"
    assert run.system_score("chrf", "x") > baseline.system_score("chrf", "x")
    assert failure.reason.startswith("chrf fell by ")
    better = score({"x": {"d": REFERENCES["d"], "e": ["no"] * len(REFERENCES["e"])}}, terms=TERMS)
    assert gate(better, baseline, max_drop={"chrf": 0}, any_drop=True) == []


@pytest.mark.parametrize("bound", ["chrf=101", "term_accuracy=2"])
def test_a_bound_that_lets_everything_pass_is_refused(bound: str) -> None:
    run = score({"x": REFERENCES}, terms=TERMS)
    with pytest.raises(UsageError, match=f"--max-drop {bound} lets everything pass"):
        gate(run, run, max_drop=parse_drops([bound]))


def test_a_document_that_left_the_test_set_is_missing() -> None:
    before = score({"x": REFERENCES}, terms=TERMS)
    texts = {"d": REFERENCES["d"]}
    now = score({"x": texts}, terms=TERMS, references=texts)
    for request in REQUESTS[2:]:
        assert gate(now, before, **request) == [Failure("missing", "x", "lacks e")]
        assert gate(before, now, **request) == []


@all_requests
def test_what_is_new_or_has_no_baseline_must_be_whole(request_: dict[str, Any]) -> None:
    part = score({"x": REFERENCES, "y": {"d": REFERENCES["d"]}}, terms=TERMS)
    before = score({"x": REFERENCES}, terms=TERMS)
    lacking = [Failure("missing", "y", "lacks e")]
    assert gate(part, before, **request_) == lacking
    if not request_["max_drop"]:
        assert gate(part, None, **request_) == lacking
        assert gate(before, None, **request_) == []


@pytest.mark.parametrize(("left", "lacking"), [(19, "1 segment"), (1, "19 segments")])
def test_segments_that_are_gone_are_counted(tmp_path: Path, left: int, lacking: str) -> None:
    run = copied(score({"x": REFERENCES}), tmp_path)
    table = pa.parquet.read_table(run.folder / "scores.parquet").to_pylist()
    for row in table:
        if row["level"] == "document" and row["document"] == "d":
            row["segments"] = left
    pa.parquet.write_table(pa.Table.from_pylist(table), run.folder / "scores.parquet")
    whole = score({"x": REFERENCES})
    assert gate(run, whole, max_drop={"chrf": 1}) == [
        Failure("missing", "x", f"lacks {lacking} of d")
    ]


def test_a_system_that_left_the_record_is_missing_though_the_scores_have_it(
    tmp_path: Path,
) -> None:
    whole = score({"x": REFERENCES, "y": REFERENCES}, terms=TERMS)
    cut = edited(whole, tmp_path, lambda record: record["systems"].remove("y"))
    assert gate(cut, whole, **REQUESTS[2]) == [
        Failure("missing", "y", f"{cut.name} does not have this system")
    ]
    assert gate(whole, cut, **REQUESTS[2]) == []


class TestTermsThatJudgeNothing:
    def test_no_occurrence_at_all_fails(self) -> None:
        none = TERMS.replace("国防部", "外交部").replace("演习", "会谈")
        run = score({"x": REFERENCES, "y": REFERENCES}, terms=none)
        reason = "no occurrence of a term was judged"
        assert gate(run, None, max_drop={}, fail_on=["omitted"]) == [
            Failure("rendering", "x", reason),
            Failure("rendering", "y", reason),
        ]
        assert gate(run, None, max_drop={}, must_pass=["critical"]) == [
            Failure("term", system, "no occurrence of a critical term was judged")
            for system in ("x", "y")
        ]
        with pytest.raises(UsageError, match="no such term occurs"):
            gate(run, None, max_drop={}, must_pass=["defence"])
        part = score({"x": REFERENCES, "y": {"e": REFERENCES["e"]}}, terms=TERMS)
        assert gate(part, None, max_drop={}, must_pass=["defence"]) == [
            Failure("missing", "y", "lacks d"),
            Failure("term", "y", "no occurrence of defence was judged"),
        ]

    def test_a_termbase_without_deprecated_renderings_fails_for_them(self) -> None:
        kept = "".join(line for line in TERMS.splitlines(keepends=True) if "deprecated" not in line)
        run = score({"x": with_terms("Defence Department")}, terms=kept)
        assert run.record["term_statuses"] == {"preferred": 3, "admitted": 2, "deprecated": 0}
        assert gate(run, None, max_drop={}, fail_on=["deprecated"]) == [
            Failure(
                *("rendering", "x"),
                "no term that occurs has a deprecated rendering, so that none can be judged",
            )
        ]
        assert (
            gate(score({"x": REFERENCES}, terms=kept), None, max_drop={}, fail_on=["omitted"]) == []
        )
        assert gate(score({"x": REFERENCES}, terms=TERMS), None, **REQUESTS[2]) == []

    def test_another_termbase_than_the_baselines_does_not_compare(self) -> None:
        before = score({"x": REFERENCES}, terms=TERMS)
        for terms in (
            TERMS.replace("deprecated,critical", "admitted,critical"),
            TERMS.replace("critical", "minor"),
            TERMS + "end,结束,end,preferred,minor,\n",
        ):
            run = score({"x": REFERENCES}, terms=terms)
            for request in REQUESTS[2:]:
                with pytest.raises(InputError, match="have other termbases or rules for terms"):
                    gate(run, before, **request)
            # Other scores do.
            assert gate(run, before, **REQUESTS[0]) == []

    def test_another_version_with_the_same_rules_does(self, tmp_path: Path) -> None:
        run = score({"x": REFERENCES}, terms=TERMS)
        old = edited(run, tmp_path, lambda record: aged(record, "version:"))
        assert gate(run, old, max_drop={}, fail_on=["deprecated"]) == []
        older = edited(run, tmp_path / "rules", lambda record: aged(record, "rules:"))
        with pytest.raises(InputError, match="have other termbases or rules for terms"):
            gate(run, older, max_drop={}, fail_on=["deprecated"])

    def test_other_sources_or_dates_do_not_compare(self, tmp_path: Path) -> None:
        run = score({"x": REFERENCES}, terms=TERMS)
        other = score(
            {"x": REFERENCES}, terms=TERMS, sources={**SOURCES, "e": ["演习开始了。", "结束。"]}
        )
        dated = edited(run, tmp_path, lambda record: record["inputs"]["dates"].update(d="2023"))
        for before, words in ((other, "sources of e"), (dated, "dates of d")):
            with pytest.raises(InputError, match=f"have other {words}, so their terms do not"):
                gate(run, before, max_drop={}, fail_on=["deprecated"])

        # What an older mteval did not record is no difference.
        for key in ("dates", "references"):
            old = edited(run, tmp_path / key, partial(_without_input, key=key))
            for one, before in ((run, old), (old, run)):
                assert gate(one, before, max_drop={}, fail_on=["deprecated"]) == []

    def test_other_references_alone_do(self) -> None:
        run = score({"x": REFERENCES}, terms=TERMS)
        other = score({"x": REFERENCES}, terms=TERMS, references=changed(2, 4))
        assert gate(run, other, max_drop={}, fail_on=["deprecated"]) == []


def aged(record: dict[str, Any], part: str) -> None:
    """Change a part of the signature of terms."""
    record["term_signature"] = record["term_signature"].replace(part, f"{part}0.0.")


def _without(record: dict[str, Any], key: str) -> None:
    del record[key]


def _without_input(record: dict[str, Any], key: str) -> None:
    del record["inputs"][key]


def edited(run: Run, folder: Path, edit: Callable[[dict[str, Any]], object]) -> Run:
    """Copy a run, and change its record."""
    found = copied(run, folder)
    record = json.loads((found.folder / "run.json").read_text("utf-8"))
    edit(record)
    (found.folder / "run.json").write_text(json.dumps(record), "utf-8")
    return found


class TestFilesThatWereChanged:
    @pytest.mark.parametrize("side", ["run", "baseline"])
    @pytest.mark.parametrize("keep", [0, 1, 4])
    def test_occurrences_that_were_taken_out(self, tmp_path: Path, side: str, keep: int) -> None:
        good = score({"x": REFERENCES, "y": with_terms("It")}, terms=TERMS)
        cut = copied(good, tmp_path)
        path = cut.folder / "occurrences.csv"
        lines = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join(lines[: keep + 1]), "utf-8")
        runs = (cut, good) if side == "run" else (good, cut)
        with pytest.raises(InputError, match=r"occurrences\.csv: the occurrences of terms give"):
            gate(*runs, max_drop={}, fail_on=["deprecated"])
        assert gate(good, good, max_drop={}, fail_on=["deprecated"]) == []

    @pytest.mark.parametrize("side", ["run", "baseline"])
    @pytest.mark.parametrize(
        "change",
        [
            lambda a: a * np.nan,
            lambda a: a * 0,
            lambda a: -a,
            lambda a: a + np.inf,
            lambda a: a[:, 1:],
            lambda a: a[:, :, 1:],
            lambda a: a[:, :, :1],
            lambda a: a[:0],
            lambda a: a[0],
            lambda a: a.astype(object),
            lambda a: a + 1j,
        ],
    )
    @pytest.mark.parametrize("metric", ["chrf", "term_accuracy"])
    def test_statistics_that_are_no_more_those_of_the_scores(
        self, tmp_path: Path, side: str, metric: str, change: Callable[[Any], Any]
    ) -> None:
        good = score({"x": REFERENCES, "y": changed(3, 9)}, terms=TERMS)
        bad = copied(good, tmp_path)
        path = bad.folder / "statistics.npz"
        with np.load(path) as arrays:
            found = dict(arrays)
        with np.errstate(all="ignore"):
            np.savez(path, **(found | {metric: change(found[metric].astype(float))}))
        runs = (bad, good) if side == "run" else (good, bad)
        with pytest.raises(InputError, match=r"statistics\.npz: "):
            gate(*runs, max_drop={metric: 1}, any_drop=True)

    def test_a_metric_without_any_number(self, tmp_path: Path) -> None:
        good = score({"x": REFERENCES, "y": REFERENCES}, terms=TERMS)
        empty = copied(good, tmp_path)
        path = empty.folder / "scores.parquet"
        table = pa.parquet.read_table(path)
        null = pa.array([None] * len(table), pa.float64())
        index = table.column_names.index("value")
        pa.parquet.write_table(table.set_column(index, "value", null), path)
        with np.load(empty.folder / "statistics.npz") as arrays:
            found = {name: values * 0 for name, values in arrays.items()}
        np.savez(empty.folder / "statistics.npz", **found)
        request: Mapping[str, Any] = {"max_drop": {"term_accuracy": 1}}
        for run, before, reason in (
            (empty, good, "term_accuracy has no score any more"),
            (good, empty, f"{empty.name} has no score of term_accuracy to compare with"),
            (empty, empty, f"{empty.name} has no score of term_accuracy to compare with"),
        ):
            assert gate(run, before, **request) == [
                Failure("missing", system, reason) for system in ("x", "y")
            ]

    @pytest.mark.parametrize("side", ["run", "baseline"])
    @all_requests
    def test_a_record_that_lacks_any_part(
        self, tmp_path: Path, side: str, request_: dict[str, Any]
    ) -> None:
        good = score({"x": with_terms("Defence Department"), "y": REFERENCES}, terms=TERMS)
        for key in json.loads((good.folder / "run.json").read_text("utf-8")):
            cut = edited(good, tmp_path / key, partial(_without, key=key))
            runs = (cut, good) if side == "run" else (good, cut)
            before: list[Failure] | str = gate(good, good, **request_)
            try:
                found: list[Failure] | str = gate(*runs, **request_)
            except MtevalError as error:
                found = str(error)
                assert cut.name in found
                assert "\n" not in found
            assert isinstance(found, str) or found == before


@pytest.mark.parametrize("points", [-1.0, float("nan"), float("inf")])
def test_points_from_python_are_checked(points: float) -> None:
    run = score({"x": REFERENCES})
    with pytest.raises(UsageError, match=r"chrf may drop by .* points; give a number from 0 up"):
        gate(run, run, max_drop={"chrf": points})
    assert gate(run, run, max_drop={"chrf": 0}) == []
