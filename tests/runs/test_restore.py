"""A run is read back as it was written, whatever it has, and never from files that do not fit."""

from __future__ import annotations

import csv
import dataclasses
import functools
import io
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv
import pyarrow.parquet
import pytest

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import InputError
from mteval.io.csv_rows import neutralise
from mteval.runs.evaluation import Evaluation
from mteval.runs.read import Run, find_run, find_runs, read_rows
from mteval.runs.record import comparability_key, fingerprint, run_record, score_document
from mteval.runs.rows import document_rows, domain_rows, error_span_rows, flag_rows, system_rows
from mteval.runs.sql import query_runs
from mteval.runs.tables import score_table, segment_table
from mteval.runs.write import run_id, write_run
from mteval.views.html.report import report_page

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def written(evaluation: Evaluation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, _ = write_run(evaluation, tmp_path_factory.mktemp("results"), NOON, ["mteval", "score"])
    return folder


def test_every_part_is_read_back(evaluation: Evaluation, written: Path) -> None:
    again = Run(written).evaluation
    for field in dataclasses.fields(Evaluation):
        before, after = getattr(evaluation, field.name), getattr(again, field.name)
        if field.name in ("scores", "intervals", "tests"):
            assert_same(after, before)
        elif field.name == "statistics":
            assert after == {}
        elif isinstance(before, np.ndarray):
            np.testing.assert_array_equal(after, before)
        elif field.name in ("terms", "occurrences"):
            assert list(after) == list(before)
        elif field.name in ("references", "hypotheses", "sources"):
            assert [list(x) for x in after] == [list(x) for x in before]
        else:
            assert after == before, field.name
    assert list(again.metrics) == list(evaluation.metrics)
    assert list(again.flags) == ["odd", "none"]


def test_what_was_not_checked_is_missing_and_not_0(evaluation: Evaluation, tmp_path: Path) -> None:
    unchecked = dataclasses.replace(evaluation, unchecked=("copy", "short"))
    folder, _ = write_run(unchecked, tmp_path, NOON, report=report_page)
    again = Run(folder).evaluation
    assert again.unchecked == ("copy", "short")
    assert list(again.flags) == ["odd", "none"]
    [system, *_] = json.loads((folder / "evaluation.json").read_text("utf-8"))["systems"]
    assert system["flags"] == {"copy": None, "short": None, "odd": 1, "none": 0}
    with (folder / "systems.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["flag_copy"], row["flag_odd"]) for row in rows] == [("", "1")] * 3
    assert (folder / "report.html").read_text("utf-8").count("1 odd, not checked") == 3


def assert_same(after: Any, before: Any) -> None:
    """Compare arrays in nested mappings, NaN with NaN."""
    if isinstance(before, Mapping):
        assert list(after) == list(before) or set(after) == set(before)
        for key, value in before.items():
            assert_same(after[key], value)
    else:
        np.testing.assert_array_equal(after, before)


def test_statistics_are_read_back(evaluation: Evaluation, written: Path) -> None:
    statistics = Run(written).statistics
    assert set(statistics) == {"chrf", "bleu", "term_accuracy"}
    for name, values in statistics.items():
        np.testing.assert_array_equal(values, evaluation.statistics[name].values)
        assert values.dtype == np.float64
    # What is counted takes half the room; other numbers are kept as they are.
    with np.load(written / "statistics.npz") as arrays:
        assert arrays["bleu"].dtype == np.int32


def test_numbers_that_are_no_counts_keep_their_digits(tmp_path: Path) -> None:
    test_set = TestSet((Document.from_columns("d", None, [["one"]]),))
    evaluation = mteval.evaluate(test_set, [SystemOutput("x", {"d": ("one",)})], ["chrf"])
    [(name, found)] = evaluation.statistics.items()
    halves = dataclasses.replace(found, values=found.values + 0.5)
    changed = dataclasses.replace(evaluation, statistics={name: halves})
    for results, dtype in ((changed, np.float64), (evaluation, np.int32)):
        run = Run(write_run(results, tmp_path, NOON)[0])
        np.testing.assert_array_equal(run.statistics[name], results.statistics[name].values)
        # What is counted takes half the room.
        with np.load(run.folder / "statistics.npz") as arrays:
            assert arrays[name].dtype == dtype
        assert (run.folder / "run.json").read_text("utf-8").startswith('{\n  "run": "20261122T')
    assert "domains" not in score_document(evaluation, run_record(evaluation, "a", NOON))


def test_rows_are_those_of_the_arrays(evaluation: Evaluation) -> None:
    [x, y, part] = system_rows(evaluation)
    assert [row.system for row in (x, y, part)] == ["x", "y", "part"]
    assert [row.segments for row in (x, y, part)] == [6, 6, 5]
    assert [row.empty_hypotheses for row in (x, y, part)] == [1, 1, 1]
    assert [row.missing_documents for row in (x, y, part)] == [[], [], ["e"]]
    assert [row.flags for row in (x, y, part)] == [{"odd": 1, "none": 0}] * 3
    assert x.scores == {
        name: evaluation.scores[name]["system"][0] for name in ("chrf", "bleu", "term_accuracy")
    }
    assert x.intervals["chrf"] == tuple(evaluation.intervals["chrf"][0])
    assert [row.ranks["chrf"] for row in (x, y, part)] == list(evaluation.ranks["chrf"])
    assert part.ranks["chrf"] is None
    documents = [(row.document, row.system, row.segments) for row in document_rows(evaluation)]
    assert documents == [
        *(("d", "x", 2), ("d", "y", 2), ("d", "part", 2)),
        *(("e", "x", 1), ("e", "y", 1), ("e", "part", 0)),
        *(("f", "x", 3), ("f", "y", 3), ("f", "part", 3)),
    ]
    assert document_rows(evaluation)[5].scores["chrf"] is None
    assert (
        document_rows(evaluation)[6].scores["chrf"] == evaluation.scores["chrf"]["document"][0, 2]
    )
    assert [
        (row.domain, row.system, row.documents, row.segments) for row in domain_rows(evaluation)
    ] == [
        *(("news", "x", 2, 5), ("news", "y", 2, 5), ("news", "part", 2, 5)),
        *((None, "x", 1, 1), (None, "y", 1, 1), (None, "part", 0, 0)),
    ]
    assert domain_rows(evaluation)[1].scores["bleu"] == evaluation.scores["bleu"]["domain"][1, 0]
    assert [dataclasses.astuple(row) for row in flag_rows(evaluation)] == [
        *(("x", "d", 1, "odd", "first of d"), ("y", "f", 1, "odd", "first of f")),
        ("part", "f", 3, "odd", "last"),
    ]
    assert [
        (row.system, row.document, row.segment, row.metric, row.start, row.text)
        for row in error_span_rows(evaluation)
    ] == [
        *(("x", "e", 1, "bleu", 0, "The"), ("part", "d", 2, "bleu", 0, "The")),
        ("part", "d", 2, "bleu", 4, "drill"),
    ]


def test_tables_have_every_number(evaluation: Evaluation, written: Path) -> None:
    scores = pyarrow.parquet.read_table(written / "scores.parquet")
    assert scores.equals(score_table(evaluation))
    rows = scores.to_pylist()
    # Three metrics: 3 systems, 9 documents, 17 segments that are translated.
    assert len(rows) == 3 * (3 + 9 + 17)
    for row in rows:
        level = evaluation.scores[row["metric"]][row["level"]]
        index: tuple[int, ...] = (evaluation.systems.index(row["system"]),)
        if row["document"] is not None:
            d = evaluation.documents.index(row["document"])
            index += (d,) if row["segment"] is None else ([0, 2, 3][d] + row["segment"] - 1,)
        value = level[index]
        assert row["value"] == (None if np.isnan(value) else value)
        assert row["higher_is_better"] is True
    counts = {
        (row["level"], row["system"], row["document"]): row["segments"]
        for row in rows
        if row["metric"] == "bleu"
    }
    assert (counts["system", "part", None], counts["document", "part", "e"]) == (5, 0)
    assert counts["segment", "x", "f"] == 1
    segments = segment_table(evaluation).to_pylist()
    assert [(row["system"], row["document"], row["segment"]) for row in segments][11:14] == [
        *(("y", "f", 3), ("part", "d", 1), ("part", "d", 2))
    ]
    assert [row["flags"] for row in segments if row["system"] == "x"] == [
        *("odd", "", "", "", "", "empty")
    ]
    last = segments[-1]
    assert (last["hypothesis"], last["reference"], last["flags"]) == ("", "Bad.", "empty;odd")
    assert json.loads(segments[2]["bleu_error_spans"])[0]["text"] == "The"
    assert segments[3]["bleu_error_spans"] == "[]"
    assert segments[2]["reference_2"] == "It is over."


def test_the_record_says_what_was_computed_from_what(evaluation: Evaluation) -> None:
    record = run_record(evaluation, "a name", NOON, ["mteval", "\udcff"])
    assert (record["run"], record["created"]) == ("a name", "2026-11-22T12:00:00Z")
    assert record["command"] == ["mteval", "\\udcff"]
    assert record["fingerprint"] == fingerprint(evaluation)
    assert record["segments"] == [2, 1, 3]
    assert record["domains"] == ["news", None, "news"]
    assert record["resampled"] == ["chrf", "bleu", "term_accuracy"]
    assert set(record["signatures"]) == set(record["segment_signatures"]) == {"chrf", "bleu"}
    assert record["term_signature"] == evaluation.metrics[2].signature
    assert record["metrics"]["term_accuracy"]["is_metric"] is False
    document = score_document(evaluation, record)
    assert list(document) == [
        *("run", "signatures", "systems", "documents", "domains", "tests"),
        *("terms", "flags", "error_spans"),
    ]
    assert document["run"] == record
    assert len(document["domains"]) == 6


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": {}},
        {"versions": {"sacrebleu": "0"}},
        {"document_domains": ("news", None, None)},
        {"resampling": {"samples": 61, "seed": 12345, "unit": "segments"}},
        {"metrics": ()},
    ],
    ids=str,
)
def test_all_that_decides_numbers_is_in_the_fingerprint(
    evaluation: Evaluation, change: dict[str, Any]
) -> None:
    assert fingerprint(dataclasses.replace(evaluation, **change)) != fingerprint(evaluation)
    other = dataclasses.replace(evaluation, notes=("another note",), flags={})
    assert fingerprint(other) == fingerprint(evaluation)


def test_scores_compare_by_what_decides_them(evaluation: Evaluation) -> None:
    record: Any = run_record(evaluation, "a", NOON)

    def changed(*keys: str, value: Any = "other") -> Any:
        copy = json.loads(json.dumps(record))
        inner = copy
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value
        return copy

    key = comparability_key(record, "part", "chrf")
    assert key is not None
    assert key[0] == record["signatures"]["chrf"]
    # part lacks e, so the references of e do not matter to it.
    assert [document for document, *_ in key[1:]] == ["d", "f"]
    assert comparability_key(changed("inputs", "references", "e"), "part", "chrf") == key
    assert (
        comparability_key(changed("inputs", "references", "d", "references"), "part", "chrf") != key
    )
    assert comparability_key(changed("signatures", "bleu"), "part", "chrf") == key
    assert comparability_key(changed("signatures", "chrf"), "part", "chrf") != key
    assert comparability_key(changed("inputs", "dates", "d"), "part", "chrf") == key
    # In whatever order a version of mteval wrote them.
    reversed_keys = dict(reversed(record["inputs"]["references"]["d"].items()))
    turned = changed("inputs", "references", "d", value=reversed_keys)
    assert len(reversed_keys) > 1
    assert comparability_key(turned, "part", "chrf") == key
    terms = comparability_key(record, "part", "term_accuracy")
    assert terms is not None
    assert terms[0] == record["term_signature"]
    assert terms[1][2] == "2023-11-30"
    assert comparability_key(changed("inputs", "dates", "d"), "part", "term_accuracy") != terms
    assert comparability_key(changed("term_signature"), "part", "term_accuracy") != terms
    assert comparability_key(changed("term_signature"), "part", "chrf") == key
    for gone in (
        changed("signatures", value={}),
        changed("signatures", value=None),
        changed("inputs", value=None),
        changed("inputs", "references", value=None),
        changed("inputs", "systems", value=None),
    ):
        assert comparability_key(gone, "part", "chrf") is None
    assert comparability_key(record, "nobody", "chrf") is None
    assert comparability_key(changed("inputs", "dates", value=None), "part", "term_accuracy")


def test_the_name_of_a_run_is_its_time_and_fingerprint(evaluation: Evaluation) -> None:
    assert run_id(NOON, "0123456789abcdef") == "20261122T120000Z-01234567"
    now = datetime.now(timezone.utc)
    assert run_id(now, "0" * 8)[:8] == f"{now:%Y%m%d}"


def test_a_run_without_a_time_is_made_now(evaluation: Evaluation, tmp_path: Path) -> None:
    before = datetime.now(timezone.utc).replace(microsecond=0)
    _, record = write_run(evaluation, str(tmp_path))
    made = datetime.fromisoformat(record["created"].replace("Z", "+00:00"))
    assert before <= made <= datetime.now(timezone.utc)
    assert record["command"] == []


def test_a_report_is_made_of_the_evaluation_and_its_record(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    folder, record = write_run(
        evaluation, tmp_path, NOON, report=lambda found, made: f"{found.systems} {made['run']} ü"
    )
    assert (folder / "report.html").read_text("utf-8") == f"{evaluation.systems} {folder.name} ü"
    assert record["run"] == folder.name


def test_a_report_that_fails_is_a_note_on_a_whole_run(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    def fails(*_: object) -> str:
        raise ValueError("no\nplots")

    told: list[str] = []
    folder, record = write_run(evaluation, tmp_path, NOON, report=fails, tell=told.append)
    assert told == [
        "the report of the run could not be written (ValueError: no plots); the run itself is "
        f"whole, and `mteval report {folder}` writes the report again"
    ]
    assert Run(folder).record == record
    assert not (folder / "report.html").exists()
    with pytest.warns(UserWarning, match="the report of the run could not be written"):
        write_run(evaluation, tmp_path, NOON, report=fails)


def test_only_a_hundred_runs_have_one_name(
    evaluation: Evaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mteval.runs.write._MAX_ATTEMPTS", 3)
    names = [write_run(evaluation, tmp_path, NOON)[0].name for _ in range(2)]
    assert names[1] == f"{names[0]}-2"
    with pytest.raises(InputError, match=f"{names[0]}: a hundred runs of this name exist; remove"):
        write_run(evaluation, tmp_path, NOON)


def test_runs_are_found_by_folder_and_by_name(
    evaluation: Evaluation, written: Path, tmp_path: Path
) -> None:
    results = written.parent
    assert find_runs(results) == [written]
    assert find_run(written, tmp_path).folder == written
    assert find_run(Path(written.name), results).folder == results / written.name
    assert find_run(Path(written.name), results).name == written.name
    with pytest.raises(InputError) as raised:
        find_run(Path("nowhere"), results)
    assert str(raised.value) == (
        f"nowhere: there is no such run, nor in {results}; score first, or check the name"
    )
    with pytest.raises(InputError, match=r"nothing: there is no such folder of results; make runs"):
        find_runs(tmp_path / "nothing")
    # A run without terms is none of these.
    without = dataclasses.replace(evaluation, metrics=evaluation.metrics[:2])
    other, _ = write_run(without, tmp_path, NOON)
    assert not (other / "occurrences.csv").exists()
    assert find_runs(tmp_path) == []


def test_terms_are_tallied_in_a_file(evaluation: Evaluation, written: Path) -> None:
    tallies = read_rows(written, "terms.csv")
    assert [(row.system, row.concept, row.occurrences, row.right) for row in tallies] == [
        (row.system, row.concept, row.occurrences, row.right) for row in evaluation.terms
    ]
    assert read_rows(written, "occurrences.csv")[0].verdict == evaluation.occurrences[0].verdict


def edited(written: Path, folder: Path, file: str, edit: Callable[[Any], Any]) -> Run:
    """Copy a run, and change a file of JSON or the rows of a file of CSV."""
    run = Path(shutil.copytree(written, folder / "run"))
    path = run / file
    text = path.read_text("utf-8")
    if file.endswith(".json"):
        content = json.loads(text)
        edit(content)
        path.write_text(json.dumps(content), "utf-8")
    else:
        rows = list(csv.DictReader(io.StringIO(text)))
        edit(rows)
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        path.write_text(out.getvalue(), "utf-8")
    return Run(run)


def put(*keys: Any, value: Any) -> Callable[[Any], None]:
    def edit(content: Any) -> None:
        for key in keys[:-1]:
            content = content[key]
        content[keys[-1]] = value

    return edit


@pytest.mark.parametrize(
    ("file", "edit", "said"),
    [
        ("run.json", put("domains", value=["news"]), "3 documents have 3 numbers of segments"),
        ("run.json", put("segments", value=[2, 1]), "3 documents have 2 numbers of segments"),
        ("run.json", put("segments", 2, value=10**6), "1000003 segments have 87 scores"),
        ("run.json", put("segments", 2, value=2), "f has no segment 3"),
        ("run.json", put("systems", 0, value="z"), "there is no x"),
        ("evaluation.json", lambda content: content["systems"].pop(), "3 systems have 2 rows"),
        ("evaluation.json", put("flags", 0, "segment", value=3), "d has no segment 3"),
        ("evaluation.json", put("flags", 0, "segment", value=0), "d has no segment 0"),
        ("evaluation.json", put("flags", value={}), "flags: this is no list"),
        ("evaluation.json", lambda content: content.pop("flags"), "flags: this is no list"),
        ("evaluation.json", lambda content: content.pop("terms"), "terms: this is no list"),
        (
            "evaluation.json",
            put("terms", 0, "renderings", 0, "verdict", value="odd"),
            "there is no verdict 'odd'",
        ),
        # There are two references.
        (
            "evaluation.json",
            put("terms", 0, "system", value="reference_3"),
            "there is no reference reference_3",
        ),
        ("evaluation.json", put("terms", -1, "system", value="z"), "there is no system z"),
    ],
)
def test_files_that_do_not_fit_together_are_refused(
    written: Path, tmp_path: Path, file: str, edit: Callable[[Any], Any], said: str
) -> None:
    run = edited(written, tmp_path, file, edit)
    with pytest.raises(InputError, match="the files of this run do not fit together") as raised:
        _ = run.evaluation
    assert said in str(raised.value)
    assert str(raised.value).endswith("; score again, or name another run")


def test_a_list_is_no_document(written: Path, tmp_path: Path) -> None:
    run = edited(written, tmp_path, "run.json", lambda _: None)
    (run.folder / "evaluation.json").write_text("[]", "utf-8")
    with pytest.raises(InputError, match=r"evaluation\.json: this is no mapping"):
        _ = run.evaluation


def test_texts_that_no_system_has_are_empty(evaluation: Evaluation, tmp_path: Path) -> None:
    part = dataclasses.replace(
        evaluation,
        hypotheses=[[*texts[:2], None, *texts[3:]] for texts in evaluation.hypotheses],
        error_spans={},
    )
    again = Run(write_run(part, tmp_path, NOON)[0]).evaluation
    assert evaluation.sources is not None
    assert again.sources == [*evaluation.sources[:2], "", *evaluation.sources[3:]]
    assert again.references[1] == [*evaluation.references[1][:2], "", *evaluation.references[1][3:]]


@pytest.mark.parametrize("file", ["evaluation.json", "scores.parquet", "segments.csv"])
def test_a_file_that_is_gone_is_named(written: Path, tmp_path: Path, file: str) -> None:
    run = edited(written, tmp_path, "run.json", lambda _: None)
    (run.folder / file).unlink()
    with pytest.raises(InputError, match=f"{file}: this file is not in the run, which an older"):
        _ = run.evaluation


def test_statistics_of_another_shape_are_refused(written: Path, tmp_path: Path) -> None:
    run = edited(written, tmp_path, "run.json", lambda _: None)
    np.savez(run.folder / "statistics.npz", bleu=np.zeros((3, 5, 2)))
    with pytest.raises(InputError, match=r"bleu is \(3, 5, 2\) where systems, segments are \(3, 6"):
        _ = run.statistics
    np.savez(Run(run.folder).folder / "statistics.npz", bleu=np.zeros((3, 6)))
    with pytest.raises(InputError, match="not a file that mteval score wrote"):
        _ = Run(run.folder).statistics


@pytest.mark.parametrize(
    "edit",
    [
        put("systems", value=None),
        put("metrics", value=None),
        put("signatures", value=None),
        put("inputs", value=None),
        put("inputs", "systems", value=None),
        put("metrics", "bleu", value={}),
        put("metrics", "bleu", "higher_is_better", value=None),
        lambda content: content["signatures"].pop("bleu"),
    ],
)
def test_a_record_that_lacks_what_judges_a_run_is_refused(
    written: Path, tmp_path: Path, edit: Callable[[Any], Any]
) -> None:
    run = edited(written, tmp_path, "run.json", edit)
    with pytest.raises(InputError, match=r"run\.json: this is not the record of a run \("):
        _ = run.record


def test_a_part_of_a_record_that_is_null_is_one_that_is_not_there(
    written: Path, tmp_path: Path
) -> None:
    run = edited(written, tmp_path, "run.json", put("segments", value=None))
    assert "segments" not in run.record
    assert "term_signature" in run.record
    with pytest.raises(InputError, match=r"run\.json: it has no segments; score again"):
        _ = run.statistics


GONE = object()


def parts(value: Any, depth: int) -> Iterator[tuple[Any, ...]]:
    """Yield the keys that lead to each part of JSON down to a depth; of lists to the first."""
    for key in value if isinstance(value, dict) else range(min(len(value), 1)):
        yield (key,)
        if depth > 1 and isinstance(value[key], (dict, list)):
            yield from ((key, *below) for below in parts(value[key], depth - 1))


@pytest.mark.parametrize("file", ["run.json", "evaluation.json"])
@pytest.mark.parametrize("value", [GONE, None, "x", 10**30], ids=["gone", "null", "text", "huge"])
def test_no_change_of_any_part_ends_in_a_traceback(
    written: Path, tmp_path: Path, file: str, value: Any
) -> None:
    folder = Path(shutil.copytree(written, tmp_path / "run"))
    text = (folder / file).read_text("utf-8")
    found = json.loads(text)
    sentences = []
    for path in parts(found, 3 if file == "evaluation.json" else 2):
        changed = json.loads(text)
        *above, last = path
        holder = functools.reduce(lambda part, key: part[key], above, changed)
        if value is GONE:
            del holder[last]
        else:
            holder[last] = value
        (folder / file).write_text(json.dumps(changed), "utf-8")
        run = Run(folder)
        try:
            evaluation, record = run.evaluation, run.record
        except InputError as error:
            sentences.append(str(error))
        else:
            # What is read is what can be shown.
            assert json.dumps(score_document(evaluation, record), allow_nan=False)
    assert len(sentences) > 3
    assert all(str(tmp_path) in each and "\n" not in each for each in sentences)


@pytest.mark.parametrize(
    ("file", "change", "reason"),
    [
        ("segments.csv", lambda rows: rows.pop(), "part has 4 segments where 5 were scored"),
        ("segments.csv", lambda rows: rows.append(rows[0]), "a segment of a system is there twice"),
        ("segments.csv", lambda rows: rows.clear(), "segments.csv: it has no rows"),
        ("occurrences.csv", lambda rows: rows.pop(), "occurrences of .* where . were judged"),
        ("occurrences.csv", lambda rows: rows.clear(), "has 0 occurrences of .* where . were"),
    ],
)
def test_rows_that_were_taken_out_are_noticed(
    written: Path, tmp_path: Path, file: str, change: Callable[[Any], Any], reason: str
) -> None:
    path = Path(shutil.copytree(written, tmp_path / "run")) / file
    head, *rows = path.read_text("utf-8").splitlines(keepends=True)
    change(rows)
    path.write_text("".join([head, *rows]), "utf-8")
    with pytest.raises(InputError, match=reason):
        _ = Run(tmp_path / "run").evaluation


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_spreadsheet_may_have_saved_a_file(
    written: Path, tmp_path: Path, end: str, mark: str
) -> None:
    folder = Path(shutil.copytree(written, tmp_path / "run"))
    for name in ("occurrences.csv", "terms.csv"):
        head, *rows = csv.reader(io.StringIO((folder / name).read_text("utf-8")))
        out = io.StringIO()
        more = [[*head, "note"], *([*row, "seen"] for row in rows)]
        csv.writer(out, lineterminator=end).writerows(more)
        (folder / name).write_bytes(f"{mark}{out.getvalue()}".encode())
    assert Run(folder).occurrences == Run(written).occurrences
    assert read_rows(folder, "terms.csv") == read_rows(written, "terms.csv")


HOSTILE = ["=1+1", "'=1", "''@x", "-0.5", "\tx", "'s", '"', "=\n=2"]


@pytest.fixture(scope="module")
def hostile_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    test_set = TestSet((Document.from_columns("=d", HOSTILE, [[f"={text}" for text in HOSTILE]]),))
    outputs = [SystemOutput("-x", {"=d": tuple(HOSTILE)}), SystemOutput("'+y", {"=d": ("a",) * 8})]
    evaluation = mteval.evaluate(test_set, outputs, ["chrf"], samples=0, checks=False)
    return Run(write_run(evaluation, tmp_path_factory.mktemp("results"), NOON)[0])


def test_no_file_of_a_run_has_a_formula_and_every_text_comes_back(hostile_run: Run) -> None:
    for name in ("systems", "documents", "segments"):
        with (hostile_run.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r"))]
    found = hostile_run.evaluation
    assert found.systems == ("-x", "'+y")
    assert list(found.hypotheses[0]) == HOSTILE == list(found.sources or ())
    _, rows, skipped = query_runs(
        hostile_run.folder.parent,
        "SELECT source, hypothesis, reference, document FROM segments WHERE system = '-x' "
        "ORDER BY segment",
    )
    assert rows == [(text, text, f"={text}", "=d") for text in HOSTILE]
    assert skipped == ()


def test_a_run_of_before_apostrophes_keeps_its_own(hostile_run: Run, tmp_path: Path) -> None:
    def as_before(found: dict[str, Any]) -> None:
        del found["neutralised"]

    old = edited(hostile_run.folder, tmp_path / "run", "run.json", as_before)
    path = old.folder / "segments.csv"
    lines = path.read_text("utf-8").replace("\"''+y\"", '"\'+y"').replace('"\'-x"', '"-x"')
    path.write_text(lines.replace('"\'=d"', '"=d"'), "utf-8")
    assert old.evaluation.hypotheses[0] == [neutralise(text) for text in HOSTILE]


def test_a_row_of_some_megabytes_is_read_back(tmp_path: Path) -> None:
    long = "word and " * 700_000
    test_set = TestSet((Document.from_columns("d", None, [["one"]]),))
    evaluation = mteval.evaluate(
        test_set, [SystemOutput("x", {"d": (long,)})], ["bleu"], samples=0, checks=False
    )
    run = Run(write_run(evaluation, tmp_path, NOON)[0])
    assert run.evaluation.hypotheses[0] == [long]
    _, rows, _ = query_runs(tmp_path, "SELECT length(hypothesis) FROM segments")
    assert rows == [(len(long),)]
