from __future__ import annotations

import json
import math
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.errors import InputError, UsageError
from mteval.runs.entries import RunEntry
from mteval.runs.history import read_history
from mteval.runs.sql import VIEWS, query_runs
from mteval.runs.write import write_run
from mteval.views.history_tables import history_tables
from mteval.views.html.history import history_page
from tests.conftest import Run

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=timezone.utc)
TERMS = """concept,source,target,status,severity,note
defence,国防部,Ministry of National Defense,preferred,major,
exercise,演习,exercise,preferred,major,
"""
# Ids that a sniffing reader takes for a date, a number and nothing.
SOURCES = {"2023-11-30": ["国防部宣布演习。", "演习结束。"], "001": ["国防部表示欢迎。"]}
REFERENCES = {
    "2023-11-30": [
        "The Ministry of National Defense announced an exercise.",
        "The exercise ended.",
    ],
    "001": ["The Ministry of National Defense welcomed it."],
}
OUTPUTS = {
    "x": {
        "2023-11-30": ["The Defence Ministry announced a drill today.", "The exercise ended."],
        "001": ["The Ministry of National Defense welcomed it warmly."],
    },
    "y": {
        "2023-11-30": ["National defence department declares manoeuvres.", "Drill ends here."],
        "001": ["=1+1 The defence department shows welcome."],
    },
}
DOMAINS = {"001": "news"}
Texts = Mapping[str, Sequence[str]]


def make_run(
    results: Path,
    hour: int,
    *,
    outputs: Mapping[str, Texts] = OUTPUTS,
    references: Texts = REFERENCES,
    sources: Texts = SOURCES,
    terms: str | None = TERMS,
    metrics: Sequence[str] = ("bleu", "ter"),
    command: Sequence[str] = ("mteval", "score"),
    seed: int = 12345,
    domains: Mapping[str, str] = DOMAINS,
) -> Path:
    """Score, and write the run of an hour after noon."""
    test_set = TestSet(
        tuple(
            Document.from_columns(d, list(sources[d]), [list(references[d])], domain=domains.get(d))
            for d in references
        )
    )
    systems = [
        SystemOutput(name, {d: tuple(lines) for d, lines in documents.items()})
        for name, documents in outputs.items()
    ]
    file = results.parent / "terms.csv"
    if terms is not None:
        file.write_text(terms, "utf-8")
    evaluation = mteval.evaluate(
        test_set,
        systems,
        list(metrics),
        terms=None if terms is None else file,
        samples=100,
        seed=seed,
        allow_missing=True,
        checks=False,
    )
    folder, _ = write_run(evaluation, results, NOON + timedelta(hours=hour), command)
    return folder


def changed(base: Mapping[str, Texts], system: str, document: str, *lines: str) -> dict[str, Texts]:
    return {**base, system: {**base[system], document: list(lines)}}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make runs, each with something else than the one before."""
    results = tmp_path_factory.mktemp("made") / "results"
    make_run(results, 0)
    better = changed(OUTPUTS, "x", "001", "The Ministry of National Defense welcomed it.")
    make_run(results, 1, outputs=better)
    mended = {**REFERENCES, "001": ["The Ministry of National Defense welcomed this."]}
    make_run(results, 2, outputs=better, references=mended)
    admitted = f"{TERMS}exercise,演习,drill,admitted,major,\n"
    make_run(results, 3, outputs=better, references=mended, terms=admitted)
    make_run(
        results, 4, outputs=better, references=mended, terms=admitted, metrics=("bleu", "chrf")
    )
    make_run(
        results, 5, outputs=better, references=mended, terms=admitted, metrics=("bleu", "chrf")
    )
    make_run(results, 6, outputs=better, metrics=("bleu",), seed=1)
    return results


@pytest.fixture
def results(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "results"))


def document_of(run: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((run / "evaluation.json").read_text("utf-8"))
    return document


def test_the_words_say_what_changed(made: Path) -> None:
    runs = read_history(made).as_dict()["runs"]
    assert [run["changed"] for run in runs] == [
        ["first run"],
        ["output of 001 of x"],
        ["references of 001"],
        ["termbase"],
        ["metric chrF added", "metric TER removed"],
        ["nothing"],
        [
            *("references of 001", "termbase", "metric chrF removed"),
            "resampling (seed 12345 -> 1)",
        ],
    ]
    x, y = runs[1]["systems"]
    assert (x["changed"], y["changed"]) == (["output of 001"], ["nothing"])


def test_ranks_of_more_resamples_are_told_as_such(tmp_path: Path) -> None:
    """Three systems have more pairs to tell apart than so few resamples can."""
    three = {**OUTPUTS, "z": OUTPUTS["x"]}
    for n, outputs in enumerate((OUTPUTS, three, OUTPUTS)):
        make_run(tmp_path / "results", n, outputs=outputs, terms=None, metrics=("bleu",))
    _, more, fewer = read_history(tmp_path / "results").as_dict()["runs"]
    assert more["changed"] == ["resampling (rank samples)", "system z added"]
    assert fewer["changed"] == ["resampling (rank samples)", "system z removed"]
    # Many are counted.
    many = {f"s{n}": OUTPUTS["x"] for n in range(4)}
    other = dict.fromkeys(many, OUTPUTS["y"])
    for n, outputs in enumerate((many, other), 3):
        make_run(tmp_path / "results", n, outputs=outputs, terms=None, metrics=("bleu",))
    *_, new, last = read_history(tmp_path / "results").as_dict()["runs"]
    assert new["changed"][1:] == ["4 systems added", "system x removed", "system y removed"]
    assert last["changed"] == ["outputs of 4 systems"]


def test_what_all_systems_share_is_worked_out_once_a_run(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def counted(run: RunEntry, before: RunEntry) -> list[str]:
        asked.append((run.name, before.name))
        return []

    monkeypatch.setattr("mteval.runs.changes._shared_changes", counted)
    history = read_history(made)
    history.as_dict()
    # For the run, and for the systems that the run before has too; nothing for equal runs.
    assert max(Counter(asked).values()) == 2


def test_scores_and_trends_are_those_of_the_run_folders(made: Path) -> None:
    history = read_history(made).as_dict()
    folders = sorted(made.iterdir())
    assert [run["run"] for run in history["runs"]] == [folder.name for folder in folders]
    found = {
        (trend["system"], trend["metric"], point["run"]): point
        for trend in history["trends"]["systems"]
        for point in trend["runs"]
    }
    count = 0
    for folder, run in zip(folders, history["runs"], strict=True):
        for row, shown in zip(document_of(folder)["systems"], run["systems"], strict=True):
            assert shown["segments"] == row["segments"] == 3
            for metric in ("bleu", "ter", "chrf", "term_accuracy"):
                assert shown.get(metric) == row.get(metric)
                if metric in row:
                    assert found[row["system"], metric, folder.name]["score"] == row[metric]
                    count += 1
    assert count == len(found)
    rights = {
        (term["system"], term["concept"], point["run"]): (point["right"], point["occurrences"])
        for term in history["trends"]["terms"]
        for point in term["runs"]
    }
    assert rights == {
        (row["system"], row["concept"], folder.name): (row["right"], row["occurrences"])
        for folder in folders
        for row in document_of(folder)["terms"]
        if row["kind"] == "system"
    }
    assert len(rights) == 2 * 2 * 7


def test_differences_are_from_the_last_run_that_compares(made: Path) -> None:
    history = read_history(made).as_dict()
    names = [run["run"] for run in history["runs"]]
    [bleu] = [
        trend["runs"]
        for trend in history["trends"]["systems"]
        if (trend["system"], trend["metric"]) == ("x", "bleu")
    ]
    # Other references in the third run; the last has those of the first two again.
    assert [point["compared_with"] for point in bleu] == [
        *(None, names[0], None, names[2], names[3], names[4], names[1])
    ]
    assert bleu[1]["delta"] == bleu[1]["score"] - bleu[0]["score"] > 0
    assert bleu[6]["delta"] == 0
    marked = [run["systems"][0]["incomparable"] for run in history["runs"]]
    assert marked == [
        *([], [], ["bleu", "ter", "term_accuracy"], ["term_accuracy"], [], []),
        ["bleu", "term_accuracy"],
    ]


def test_a_changed_source_a_new_system_and_one_that_comes_back(tmp_path: Path) -> None:
    results = tmp_path / "results"
    only = {"x": OUTPUTS["x"]}
    make_run(results, 0, terms=None, metrics=["bleu"])
    make_run(results, 1, terms=None, metrics=["bleu"], outputs=only)
    sources = {**SOURCES, "001": ["国防部表示欢迎"]}
    make_run(results, 2, terms=None, metrics=["bleu"], sources=sources)
    make_run(results, 3, terms=None, metrics=["bleu"], outputs={**OUTPUTS, "z": OUTPUTS["x"]})
    _, second, third, fourth = read_history(results).as_dict()["runs"]
    assert second["changed"] == ["system y removed"]
    assert third["changed"] == ["sources of 001", "system y added"]
    first = sorted(path.name for path in results.iterdir())[0]
    assert [row["changed"] for row in third["systems"]] == [
        ["sources of 001"],
        ["sources of 001", f"since {first}"],
    ]
    assert [row["changed"] for row in fourth["systems"]][2] == ["new system"]


def test_changed_domains_are_told_and_their_scores_can_be_queried(tmp_path: Path) -> None:
    results = tmp_path / "results"
    first = make_run(results, 0, terms=None)
    make_run(results, 1, terms=None, domains={"001": "news", "2023-11-30": "speech"})
    make_run(results, 2, terms=None, domains={})
    history = read_history(results).as_dict()
    assert [run["changed"] for run in history["runs"]][1:] == [
        ["domains of 2023-11-30"],
        ["domains of 2023-11-30, 001"],
    ]
    # What changed no score leaves them comparable.
    assert not any(row["incomparable"] for run in history["runs"] for row in run["systems"])
    query = "SELECT domain, system, documents, segments, bleu FROM domains WHERE run = "
    _, rows, left_out = query_runs(results, f"{query}'{first.name}'")
    assert left_out == ()
    assert sorted(rows, key=str) == sorted(
        [
            tuple(row[key] for key in ("domain", "system", "documents", "segments", "bleu"))
            for row in document_of(first)["domains"]
        ],
        key=str,
    )
    assert query_runs(results, "SELECT count(DISTINCT run) FROM domains")[1] == [(2,)]


def test_the_screen_shows_runs_trends_and_terms(results: Path, mteval: Run) -> None:
    shown = mteval("history")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "output of 001" in shown.stdout
    assert "≠" in shown.stdout
    # Right in the run that admits the drill, wrong before.
    [line] = [line for line in shown.stdout.splitlines() if " y " in line and "演习" in line]
    assert line.split()[2:] == ["0/2", "0/2", "0/2", *["1/2"] * 3, "0/2"]
    elsewhere = mteval("history", "-o", results, "--json", cwd=results.parent.parent)
    document = json.loads(elsewhere.stdout)
    assert [len(run["systems"]) for run in document["runs"]] == [2] * 7
    assert document == read_history(results).as_dict()


class Page(HTMLParser):
    """Collect what a page holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_needs_nothing_else_and_leads_to_reports(results: Path, mteval: Run) -> None:
    folder = sorted(results.iterdir())[1]
    (folder / "report.html").write_text("a report", "utf-8")
    page = results.parent / "pages" / "history.html"
    done = mteval("history", "--page", page)
    assert (done.returncode, done.stdout) == (0, "")
    found = Page(page.read_text("utf-8"))
    tags = {tag for tag, _ in found.tags}
    assert "svg" in tags
    assert not tags & {"script", "link", "iframe", "img", "object", "embed", "base", "form"}
    links = [attributes.get("href") for tag, attributes in found.tags if tag == "a"]
    leading = [link for link in links if link and not link.startswith("#")]
    assert leading == [f"../results/{folder.name}/report.html"]
    assert (page.parent / leading[0]).is_file()
    asked = {"src", "srcset", "href", "xlink:href", "action", "poster", "data", "style"}
    addresses = [
        value
        for _, attributes in found.tags
        for key, value in attributes.items()
        if key in asked and value and ("//" in value or "url(http" in value)
    ]
    assert addresses == []
    chinese = [attributes for tag, attributes in found.tags if attributes.get("lang") == "zh"]
    assert chinese


HOSTILE = "<script>alert('x')</script> & \"q\" $\\frac{1}{2}$"


def test_hostile_names_and_texts_stay_text(tmp_path: Path) -> None:
    results = tmp_path / "results"
    outputs = {
        HOSTILE: OUTPUTS["x"],
        "=HYPERLINK(1)": OUTPUTS["y"],
    }
    command = ["mteval", "score", "line\nline", "</code><script>1</script>", "\udcff"]
    first = make_run(results, 0, outputs=outputs, command=command, metrics=["bleu"])
    document = "001"
    worse = changed(outputs, HOSTILE, document, '<img src=x onerror=alert(1)>, "quoted"')
    make_run(results, 1, outputs=worse, metrics=["bleu"])
    for name in ("javascript:alert(1)", "a*b[c]?", "run=1", "it's {x,y}", "<b>"):
        copied = results / name
        shutil.copytree(first, copied)
        (copied / "report.html").write_text("a report", "utf-8")

    found = read_history(results)
    assert found.skipped == ()
    history = found.as_dict()
    assert len(history["runs"]) == 7
    assert {row["system"] for run in history["runs"] for row in run["systems"]} == set(outputs)
    text = history_page(history, found.report_links(results / "history.html"))
    page = Page(text)
    assert not {tag for tag, _ in page.tags} & {"script", "img", "b"}
    assert HOSTILE in page.text
    assert any("</code><script>1</script>" in data for data in page.text)
    links = [str(a["href"]) for tag, a in page.tags if tag == "a" and "report" in str(a["href"])]
    assert len(links) == 5
    assert all(link.split("/")[0].count(":") == 0 for link in links)
    assert not any(key.startswith("on") for _, a in page.tags for key in a)
    text.encode("utf-8")
    # On the screen every system has its row.
    cells = [cell.text for row in history_tables(history)[0].groups[0] for cell in row]
    assert {HOSTILE, "=HYPERLINK(1)"} <= set(cells)

    _, rows, _ = query_runs(results, "SELECT DISTINCT system FROM segments ORDER BY system")
    assert rows == [(name,) for name in sorted(outputs)]
    _, rows, _ = query_runs(
        results, "SELECT hypothesis FROM segments WHERE hypothesis LIKE '<img%'"
    )
    assert rows == [(worse[HOSTILE][document][0],)]
    _, rows, _ = query_runs(results, "SELECT run, count(*) FROM scores GROUP BY run")
    assert {run for run, _ in rows} == {path.name for path in results.iterdir()}
    assert len({count for _, count in rows}) == 1


def test_every_view_has_the_rows_of_its_files(made: Path) -> None:
    folders = sorted(made.iterdir())
    for view in VIEWS:
        columns, rows, left_out = query_runs(made, f"SELECT * FROM {view} ORDER BY run")
        assert left_out == ()
        assert columns[0] == "run"
        assert {row[0] for row in rows} == {folder.name for folder in folders}
    # What looks like a date or a number stays the text that it is.
    columns, rows, _ = query_runs(
        made,
        "SELECT document, typeof(document), typeof(bleu), typeof(segment), chrf IS NULL "
        f"FROM segments WHERE run = '{folders[0].name}' AND system = 'x' ORDER BY ALL",
    )
    assert rows == [
        *(("001", "VARCHAR", "DOUBLE", "BIGINT", True),),
        *(("2023-11-30", "VARCHAR", "DOUBLE", "BIGINT", True),) * 2,
    ]
    _, rows, _ = query_runs(
        made, "SELECT run, system, value FROM scores WHERE level = 'system' AND metric = 'bleu'"
    )
    assert {(run, system): value for run, system, value in rows} == {
        (folder.name, row["system"]): row["bleu"]
        for folder in folders
        for row in document_of(folder)["systems"]
    }
    # Empty and bare is missing, as the flags of what was not checked; empty in quotes is text.
    _, rows, _ = query_runs(
        made,
        "SELECT DISTINCT flags, flag_copy, missing_documents "
        "FROM segments JOIN systems USING (run, system)",
    )
    assert rows == [(None, None, "")]
    _, rows, _ = query_runs(
        made, "SELECT count(*) FROM occurrences WHERE (verdict = 'omitted') <> (start IS NULL)"
    )
    assert rows == [(0,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO 'stolen.csv'",
        "COPY runs FROM '/etc/passwd'",
        "EXPORT DATABASE 'stolen'",
        "ATTACH 'stolen.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "INSTALL h3 FROM community",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SELECT 1; SET autoinstall_known_extensions = true",
        "SELECT * FROM reasons",  # a variable of ours
        "SELECT nope FROM runs",
        "SELEC",
        "",
        "-- nothing",
        "SELECT now()",
    ],
)
def test_a_query_reads_and_writes_nothing_else(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    if sql == "SELECT now()" and _has("pytz"):
        pytest.skip("pytz is here")
    with pytest.raises(UsageError, match=r"^the query ") as caught:
        query_runs(made, sql)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def _has(package: str) -> bool:
    from importlib.util import find_spec

    return find_spec(package) is not None


def test_more_rows_than_anybody_reads_are_in_the_json(results: Path, mteval: Run) -> None:
    for n_rows, note in ((1000, ""), (1001, "mteval: the first 1,000 of 1,001 rows are shown; ")):
        shown = mteval("history", "--sql", f"SELECT 'row' || range AS r FROM range({n_rows})")
        assert shown.stdout.count("row") == 1001
        assert f"{'1,000 of ' if note else ''}{n_rows:,} rows" in shown.stdout
        assert shown.stderr.startswith(note)
        assert bool(shown.stderr) == bool(note)
    whole = mteval("history", "--json", "--sql", "SELECT * FROM range(1001)")
    assert len(json.loads(whole.stdout)["rows"]) == 1001


def test_sql_from_the_command_line(results: Path, mteval: Run) -> None:
    shown = mteval("history", "--sql", "SELECT system, segments FROM systems ORDER BY ALL LIMIT 1")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.split()[-2:] == ["x", "3"]
    query = (
        "SELECT 'nan'::DOUBLE, 'inf'::DOUBLE, 1.5::DECIMAL(9, 2), DATE '2026-11-22', {'a': [1, 2]},"
        " NULL, true, 170141183460469231731687303715884105727::HUGEINT, 'ab'::BLOB, created"
        " FROM runs LIMIT 1"
    )
    found = json.loads(mteval("history", "--json", "--sql", query).stdout)
    assert list(found) == ["columns", "rows"]
    assert found["rows"] == [
        [
            *(None, None, 1.5, "2026-11-22", {"a": [1, 2]}, None, True, 2**127 - 1, "6162"),
            "2026-11-22T12:00:00",
        ]
    ]
    wrong = mteval("history", "--sql", "SELECT nope FROM runs")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    [line] = wrong.stderr.splitlines()
    assert line.startswith("mteval: the query cannot be run: ")
    both = mteval("history", "--sql", "SELECT 1", "--page", "x.html")
    assert both.returncode == 2


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no record": lambda run: (run / "run.json").unlink(),
    "half a record": lambda run: truncate(run / "run.json"),
    "a list": lambda run: (run / "run.json").write_text("[]"),
    "a record of something else": lambda run: (run / "run.json").write_text('{"a": 1}'),
    "inputs of another kind": lambda run: (run / "run.json").write_text('{"inputs": 7}'),
    "systems of another kind": lambda run: (run / "run.json").write_text('{"systems": [[]]}'),
    "deep": lambda run: (run / "run.json").write_text("[" * 100_000),
    "no UTF-8": lambda run: (run / "run.json").write_bytes(b'{"systems": "\xff"}'),
    "half a parquet": lambda run: truncate(run / "scores.parquet"),
    "an empty parquet": lambda run: (run / "scores.parquet").write_bytes(b""),
    "no scores": lambda run: (run / "scores.parquet").unlink(),
    "half of the terms": lambda run: (run / "terms.csv").write_bytes(
        (run / "terms.csv").read_bytes()[:-30]
    ),
    "terms of another kind": lambda run: (run / "terms.csv").write_text("a,b\n1,2\n"),
    "terms that are no UTF-8": lambda run: (run / "terms.csv").write_bytes(b"\xff\xfe"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_run_is_left_out_with_one_sentence(results: Path, damage: str) -> None:
    broken = sorted(results.iterdir())[2]
    DAMAGES[damage](broken)
    found = read_history(results)
    [sentence] = found.skipped
    assert sentence.startswith(f"{broken} is skipped in the history: ")
    assert "\n" not in sentence
    history = found.as_dict()
    assert [run["run"] for run in history["runs"]] == [
        path.name for path in sorted(results.iterdir()) if path != broken
    ]
    _, rows, left_out = query_runs(results, "SELECT DISTINCT run FROM scores")
    assert len(rows) == 6
    assert left_out == found.skipped


def test_files_that_only_sql_reads_are_checked_too(results: Path) -> None:
    one, two, *_ = sorted(results.iterdir())
    truncate(one / "segments.csv")
    (two / "systems.csv").write_text("nonsense")
    assert read_history(results).left_out == ()
    _, rows, left_out = query_runs(results, "SELECT DISTINCT run FROM runs")
    assert len(rows) == 5
    assert len(left_out) == 2


def test_a_warning_names_the_folder_and_the_rest_is_shown(results: Path, mteval: Run) -> None:
    (results / "half run").mkdir()
    (results / "half run" / "scores.parquet").write_bytes(b"PAR1")
    (results / "comet.com").mkdir()
    (results / "comet.com" / "archive.zip").write_bytes(b"")
    (results / ".scratch").mkdir()
    (results / ".scratch" / "run.json").write_text("{")
    (results / "README.md").write_text("about")
    done = mteval("history", "--json")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        f"mteval: warning: {Path('results') / 'half run'} is skipped in the history: "
        "run.json is not there"
    ]
    assert len(json.loads(done.stdout)["runs"]) == 7


def test_a_run_of_an_older_mteval_has_what_it_has(results: Path) -> None:
    old = sorted(results.iterdir())[0]
    record = json.loads((old / "run.json").read_text("utf-8"))
    for key in ("created", "fingerprint", "command", "resampling", "term_signature", "notes"):
        del record[key]
    record["metrics"] = {"bleu": {"higher_is_better": True, "label": "BLEU"}}
    (old / "run.json").write_text(json.dumps(record), "utf-8")
    for file in ("evaluation.json", "terms.csv", "occurrences.csv", "statistics.npz"):
        (old / file).unlink()
    moved = old.rename(results / "from another machine")
    found = read_history(results)
    assert found.skipped == ()
    first = found.as_dict()["runs"][0]
    assert (first["run"], first["created"], first["fingerprint"]) == (moved.name, None, None)
    assert first["systems"][0]["bleu"] > 0
    assert query_runs(results, "SELECT * FROM runs")[2] == ()
    history_page(found.as_dict(), {})
    # One with a record alone but for its scores, and no more than names in it.
    (moved / "run.json").write_text('{"systems": ["x", "y"]}')
    [x, _] = read_history(results).as_dict()["runs"][0]["systems"]
    assert x["bleu"] == first["systems"][0]["bleu"]


def test_runs_without_terms_or_of_nothing_else(tmp_path: Path) -> None:
    results = tmp_path / "results"
    make_run(results, 0, terms=None, metrics=["ter"])
    history = read_history(results).as_dict()
    assert list(history["metrics"]) == ["ter"]
    assert history["trends"]["terms"] == []
    assert len(history_tables(history)) == 1
    history_page(history, {})
    assert query_runs(results, "SELECT count(*) FROM terms")[1] == [(0,)]


@pytest.mark.parametrize("folder", ["missing", "empty", "only damaged"])
def test_a_folder_without_a_run_is_an_error(tmp_path: Path, mteval: Run, folder: str) -> None:
    if folder != "missing":
        (tmp_path / folder).mkdir()
    if folder == "only damaged":
        (tmp_path / folder / "run").mkdir()
        (tmp_path / folder / "run" / "run.json").write_text("{")
    with pytest.raises(InputError):
        read_history(tmp_path / folder)
    done = mteval("history", "-o", folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Lay out a small test set and a system as files."""
    for suffix, texts in (("zh", SOURCES), ("en", REFERENCES)):
        for id, lines in texts.items():
            path = tmp_path / "references" / f"{id}.{suffix}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    for id, lines in OUTPUTS["x"].items():
        path = tmp_path / "systems" / "x" / f"{id}.txt"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return tmp_path


def scoring(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "mteval",
            "score",
            "systems/x",
            "-m",
            "bleu",
            "--samples",
            "0",
            *arguments,
        ],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_two_processes_at_once_write_two_whole_runs(corpus: Path) -> None:
    processes = [scoring(corpus) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    found = read_history(corpus / "results")
    assert found.skipped == ()
    one, two = found.as_dict()["runs"]
    assert one["fingerprint"] == two["fingerprint"]
    assert two["changed"] == ["nothing"]
    files = [sorted(path.name for path in run.folder.iterdir()) for run in found.runs]
    assert files[0] == files[1]
    assert query_runs(corpus / "results", "SELECT count(*) FROM segments")[1] == [(6,)]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_killed_process_leaves_only_whole_runs(corpus: Path) -> None:
    began = time.monotonic()
    assert scoring(corpus).wait(60) == 0
    whole = time.monotonic() - began
    [made] = (corpus / "results").iterdir()
    files = sorted(path.name for path in made.iterdir())
    draw = random.Random(5)
    # Any moment, and, as the writing is a small part of the whole, moments within it.
    for moments in ([draw.uniform(0.2, 2) * whole for _ in range(6)], None):
        running = {n: scoring(corpus, "-o", f"results-{n}") for n in range(6)}
        began = time.monotonic()
        while running:
            for n, process in list(running.items()):
                writes = any((corpus / f"results-{n}").glob(".*"))
                if writes if moments is None else time.monotonic() - began > moments[n]:
                    time.sleep(0 if moments else n * 0.03)
                    process.kill()
                if process.poll() is not None:
                    del running[n]
        for n in range(6):
            for path in (corpus / f"results-{n}").glob("*"):
                path.rename(
                    corpus / "results" / f"{path.name}-{n}{'-w' if moments is None else ''}"
                )
    found = read_history(corpus / "results")
    assert found.skipped == ()
    for run in found.runs:
        # The report is an extra, written after the run; what is unfinished of it begins with a dot.
        there = {path.name for path in run.folder.iterdir() if not path.name.startswith(".")}
        assert there | {"report.html"} == set(files)
        assert not math.isnan(found.scores[run.name]["x"]["bleu"] or math.nan)
    assert query_runs(corpus / "results", "SELECT DISTINCT run FROM segments")[2] == ()


def test_a_record_whose_systems_are_null_is_shown_by_its_scores(results: Path) -> None:
    before = read_history(results).as_dict()
    for path in results.glob("*/run.json"):
        record = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps(record | {"systems": None}), "utf-8")
    assert read_history(results).as_dict()["trends"] == before["trends"]
