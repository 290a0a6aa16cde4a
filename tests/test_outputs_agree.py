"""One run, every output of it: each number, count, rank and sentence is the same everywhere."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import lxml.html
import openpyxl
import pyarrow.parquet
import pytest

from mteval.cli.commands import main
from mteval.runs.read import Run
from mteval.runs.shown import RANK_MEANING, number_text, p_text
from mteval.tracking.plan import plan_run
from tests.chain import write_chain
from tests.cli.support import HEADER
from tests.views.exports.readers import page, unlatex

WIDTHS = (40, 80, 120, 200)
# In a chain each hardly differs from the next; the last one lacks a document.
COMPLETE = ("alpha", "beta", "gamma", "delta")
SYSTEMS = (*COMPLETE, "partial")
METRICS = ("chrf", "bleu", "term_accuracy")
DECIMALS = {"chrf": 1, "bleu": 1, "term_accuracy": 3}
# Every occurrence has a listed rendering, so that none is searched for.
TERMS = HEADER + (
    "ship,军舰,ship,preferred,critical,,,,\n"
    "ship,军舰,vessel,deprecated,critical,,,,\n"
    "port,港口,port,preferred,minor,,,,\n"
)
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    """What a command writes to, as a terminal."""

    def isatty(self) -> bool:
        return True


Command = Callable[..., str]
Row = Mapping[str, Any]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a project of five systems."""
    folder = tmp_path_factory.mktemp("project")
    write_chain(folder, SYSTEMS)
    (folder / "references" / "terms.csv").write_text(TERMS, "utf-8")
    (folder / "systems" / "partial" / "e.txt").unlink()
    # In segments that are wrong already, so that the chain stays one.
    for name, found, written in (
        ("gamma", "The 7 ships", "The 7 ship's"),
        ("delta", "The 4 ships", "The 4 vessels"),
    ):
        path = folder / "systems" / name / "d.txt"
        path.write_text(path.read_text("utf-8").replace(found, written), "utf-8")
    return folder


@pytest.fixture(scope="module")
def command(project: Path) -> Command:
    """Return what runs a command there; with a width on a terminal of so many columns."""

    def run(*arguments: str, width: int | None = None) -> str:
        stdout = io.StringIO() if width is None else Terminal()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(project)
            patch.setenv("COLUMNS", str(width))
            patch.setattr(sys, "argv", ["mteval", *arguments])
            patch.setattr(sys, "stdout", stdout)
            with pytest.raises(SystemExit) as exit:
                main()
        assert not exit.value.code, arguments
        return _ESCAPES.sub("", stdout.getvalue())

    return run


@pytest.fixture(scope="module")
def scored(command: Command) -> Any:
    """Score the systems once; return the JSON document."""
    return json.loads(
        command(
            *("score", *(f"systems/{name}" for name in SYSTEMS), "-m", "chrf", "-m", "bleu"),
            *("--allow-missing", "--json"),
        )
    )


@pytest.fixture(scope="module")
def run_folder(project: Path, scored: Any) -> Path:
    return project / "results" / str(scored["run"]["run"])


def row_of(document: Any, system: str) -> Row:
    [row] = [row for row in document["systems"] if row["system"] == system]
    found: Row = row
    return found


def half_width(row: Row, metric: str) -> float:
    low, high = row[f"{metric}_ci"]
    return float(high - low) / 2


def shown(row: Row) -> tuple[list[str], list[str], list[str]]:
    """Return the scores of a row as they are shown, its half widths, and its ranks."""
    return (
        [number_text(row[metric], DECIMALS[metric]) for metric in METRICS],
        [number_text(half_width(row, metric), DECIMALS[metric]) for metric in METRICS],
        [str(row[f"{m}_rank"]) for m in METRICS if row[f"{m}_rank"] is not None],
    )


def numbers_of(text: str) -> tuple[list[str], list[str], list[str]]:
    """Return the numbers of a text: with a point, of these those after ±, and those in brackets."""
    spreads = re.findall(r"±(\d+\.\d+)", text)
    return re.findall(r"(?<![±\d.])\d+\.\d+", text), spreads, re.findall(r"\((\d+)\)", text)


def parts(text: str, names: Sequence[str]) -> dict[str, str]:
    """Return by name what stands from it to the next name: a row, or a block of lines."""
    pieces = re.split(rf"\b({'|'.join(names)})\b", text)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_the_run_is_the_one_to_try(scored: Any) -> None:
    """A chain, ties of terms, a system that is not ranked; sentences by the tests of pairs."""
    assert [row_of(scored, name)["chrf_rank"] for name in SYSTEMS] == [1, 1, 1, 1, None]
    [of_scores, of_terms] = scored["run"]["findings"]
    left_out = "partial has no output for 1 of 2 documents, so it is not ranked."
    assert of_scores == (
        "chrF and BLEU: alpha scores best of the 4 systems with every segment and a score; "
        "significantly better than gamma and delta; no significant difference from beta (which "
        f"does not show that they are equal); {left_out}"
    )
    assert of_terms.startswith("Terms: alpha, beta and gamma score best of the 4 systems")
    assert of_terms.endswith(left_out)


@pytest.mark.parametrize("width", [*WIDTHS, None])
def test_terminals(command: Command, scored: Any, width: int | None) -> None:
    text = command(
        *("score", *(f"systems/{name}" for name in SYSTEMS), "-m", "chrf", "-m", "bleu"),
        *("--allow-missing", "-o", f"at-{width}"),
        width=width,
    )
    systems, documents = text.split("Documents")[:2]
    for name, part in parts(systems, SYSTEMS).items():
        assert numbers_of(part) == shown(row_of(scored, name))
    flat = one_line(text)
    for sentence in (*scored["run"]["findings"], RANK_MEANING):
        assert sentence in flat
    # A document after the other, with the systems in it.
    of_documents = re.split(r"Terms that", documents)[0]
    for document, part in parts(of_documents, ("d", "e")).items():
        for row in scored["documents"]:
            if row["document"] == document:
                numbers = [number_text(row[m], DECIMALS[m]) for m in METRICS if row[m] is not None]
                assert numbers_of(parts(part, SYSTEMS)[row["system"]])[0] == numbers


def test_exports_in_full(command: Command, scored: Any, run_folder: Path) -> None:
    name = run_folder.name
    tables: dict[str, list[dict[str, Any]]] = {}
    command("export", name, "--format", "csv", "--table", "systems", "-o", "x.csv")
    command("export", name, "--format", "parquet", "--table", "systems", "-o", "x.parquet")
    command("export", name, "--format", "xlsx", "-o", "x.xlsx")
    command("export", name, "--format", "json", "-o", "x.json")
    folder = run_folder.parent.parent
    with (folder / "x.csv").open(encoding="utf-8", newline="") as file:
        tables["csv"] = list(csv.DictReader(file))
    with (run_folder / "systems.csv").open(encoding="utf-8", newline="") as file:
        tables["run"] = list(csv.DictReader(file))
    tables["parquet"] = pyarrow.parquet.read_table(folder / "x.parquet").to_pylist()
    book = openpyxl.load_workbook(folder / "x.xlsx")
    headings, *rows = book["systems"].iter_rows(values_only=True)
    tables["xlsx"] = [dict(zip(map(str, headings), row, strict=True)) for row in rows]
    for found in tables.values():
        assert [row["system"] for row in found] == list(SYSTEMS)
        for row in found:
            expected = row_of(scored, row["system"])
            assert int(row["segments"]) == expected["segments"]
            for metric in METRICS:
                low, high = expected[f"{metric}_ci"]
                ends = float(row[f"{metric}_ci_low"]), float(row[f"{metric}_ci_high"])
                assert (float(row[metric]), *ends) == (expected[metric], low, high)
                rank = row[f"{metric}_rank"]
                assert (int(rank) if rank not in (None, "") else None) == expected[f"{metric}_rank"]
    about = dict(book["run"].iter_rows(values_only=True, min_row=2))
    assert [about["finding 1"], about["finding 2"]] == scored["run"]["findings"]
    assert about["meaning of rank"] == RANK_MEANING
    assert json.loads((folder / "x.json").read_text("utf-8")) == scored
    renderings = [{row[2]: row[-1]} for row in book["terms"].iter_rows(values_only=True, min_row=2)]
    assert len(renderings) == len(scored["terms"])


def test_exports_to_read(command: Command, scored: Any, run_folder: Path) -> None:
    folder = run_folder.parent.parent
    for kind in ("markdown", "latex"):
        command("export", run_folder.name, "--format", kind, "-o", f"x.{kind}")
    found = page((folder / "x.markdown").read_bytes())
    latex = (folder / "x.latex").read_text("utf-8")
    of_systems = latex[latex.index("\\midrule") : latex.index("\\bottomrule")]
    lines = [line.split(" & ") for line in of_systems.splitlines() if " & " in line]
    plain = re.compile(r"\\textbf\{(.*?)\}|\\\\$")
    rows = {
        "markdown": [row for row in found.rows if row[0] in SYSTEMS][: len(SYSTEMS)],
        "latex": [[unlatex(plain.sub(r"\1", cell).strip()) for cell in row] for row in lines],
    }
    for table in rows.values():
        assert [row[0] for row in table] == list(SYSTEMS)
        for row in table:
            expected = row_of(scored, row[0])
            assert numbers_of(" ".join(row[2:5])) == shown(expected)
            assert row[1] == ("20/40" if row[0] == "partial" else str(expected["segments"]))
    notes = [
        line.removesuffix("\\\\") for line in latex.split("footnotesize")[-1].splitlines()[1:-1]
    ]
    for text in (one_line("".join(found.nodes)), one_line(" ".join(map(unlatex, notes)))):
        for sentence in (*scored["run"]["findings"], RANK_MEANING):
            assert sentence in text


def counted(scored: Any) -> dict[tuple[str, str, str], int]:
    """Return how often a text has a rendering of a term."""
    return {
        (row["source"], row["system"], found["rendering"]): found["count"]
        for row in scored["terms"]
        for found in row["renderings"]
    }


def test_the_report(scored: Any, run_folder: Path) -> None:
    tree = lxml.html.fromstring((run_folder / "report.html").read_text("utf-8"))
    [summary] = tree.xpath("//section[@id='summary']")
    rows = {row.findtext(".//bdi"): row for row in summary.xpath(".//tbody/tr")}
    assert list(rows) == list(SYSTEMS)
    for name, row in rows.items():
        text = " ".join(cell.text_content() + " " for cell in row.xpath(".//td[position() > 1]"))
        # The interval is in small beside its score.
        assert numbers_of(re.sub(r"(?=±)", " ", text)) == shown(row_of(scored, name))
    assert [one_line(item.text_content()) for item in summary.xpath("./ul[1]/li")] == (
        scored["run"]["findings"]
    )
    assert RANK_MEANING in one_line(summary.text_content())
    [terms] = tree.xpath("//section[@id='terms']")
    heads = [one_line(head.text_content()) for head in terms.xpath(".//thead//th")][1:]
    names = [re.split(r"official|\d", head)[0] for head in heads]
    in_report = {}
    for row in terms.xpath(".//tbody/tr"):
        source = row.findtext(".//span[@lang='zh']")
        for name, cell in zip(names, row.xpath("./td"), strict=True):
            for span in cell.xpath(".//summary/span"):
                written, _, count = span.text_content()[2:].partition(" ×")
                in_report[source, name, written] = int(count or 1)
    assert in_report == counted(scored)
    for name, head in zip(names, heads, strict=True):
        of_text = [row for row in scored["terms"] if row["system"] == name]
        right, all_of_them = (sum(row[key] for row in of_text) for key in ("right", "occurrences"))
        assert f"{right} of {all_of_them} right" in head
        if name != "reference":
            assert right / all_of_them == row_of(scored, name)["term_accuracy"]
    segments = tree.xpath("//article")
    assert len(segments) == sum(scored["run"]["segments"])


def test_the_notebook_and_the_tracker(scored: Any, run_folder: Path) -> None:
    run = Run(run_folder)
    markup = run.evaluation._repr_html_()
    for row in lxml.html.fromstring(f"<div>{markup}</div>").xpath(".//tbody/tr"):
        name, segments, *cells = [cell.text_content() for cell in row.xpath("./td")]
        assert segments == ("20/40" if name == "partial" else "40")
        assert numbers_of(" ".join(cells)) == shown(row_of(scored, name))
    for sentence in (*scored["run"]["findings"], RANK_MEANING):
        assert sentence in html.unescape(markup)
    plan = plan_run(run)
    assert [plan.parameters["finding/1"], plan.parameters["finding/2"]] == scored["run"]["findings"]
    logged = {point.name: point.value for point in plan.points}
    for name in SYSTEMS:
        row = row_of(scored, name)
        for metric in METRICS:
            assert logged[f"{name}/{metric}"] == row[metric]
            ends = [logged[f"{name}/{metric}/{end}"] for end in ("low", "high")]
            assert ends == row[f"{metric}_ci"]
            assert logged.get(f"{name}/{metric}/rank") == row[f"{metric}_rank"]


def test_histories(command: Command, scored: Any, run_folder: Path) -> None:
    command("history", "--page", "history.html")
    tree = lxml.html.parse(run_folder.parent.parent / "history.html")
    of_page = {
        row.findtext(".//th[@scope='row']/bdi"): one_line(row.text_content())
        for row in tree.xpath("//table[1]//tr[td]")
    }
    of_screen = parts(command("history").split("changed since the run before")[1], SYSTEMS)
    for name in SYSTEMS:
        expected = [number_text(row_of(scored, name)[m], DECIMALS[m]) for m in METRICS]
        for text in (of_page[name], of_screen[name].split("first run")[0]):
            assert re.findall(r"(?<![\d.])\d+\.\d{1,3}(?![\d.])", text)[:3] == expected
    document = json.loads(command("history", "--json"))
    query = "SELECT system, metric, value FROM scores WHERE level = 'system'"
    values = {
        (system, metric): value
        for system, metric, value in json.loads(command("history", "--sql", query, "--json"))[
            "rows"
        ]
    }
    for row in document["runs"][0]["systems"]:
        for metric in METRICS:
            score = row_of(scored, row["system"])[metric]
            assert row[metric] == values[row["system"], metric] == score


@pytest.mark.parametrize("all_pairs", [False, True])
def test_comparisons(command: Command, scored: Any, *, all_pairs: bool) -> None:
    arguments = (
        *("compare", *(f"systems/{name}" for name in COMPLETE), "-m", "chrf", "-m", "bleu"),
        *(("--all-pairs",) if all_pairs else ()),
    )
    document = json.loads(command(*arguments, "--json"))
    tests = {
        (row["metric"], row["system"], row["other"]): row["p_adjusted"] for row in scored["tests"]
    }
    assert len(document["comparisons"]) == len(METRICS) * (6 if all_pairs else 3)
    for row in document["comparisons"]:
        for name, score, ci in (
            (row["system"], row["score"], row["ci"]),
            (row["baseline"], row["baseline_score"], row["baseline_ci"]),
        ):
            expected = row_of(scored, name)
            assert score == expected[row["metric"]]
            assert ci == half_width(expected, row["metric"])
        if all_pairs:
            assert row["p_adjusted"] == tests[row["metric"], row["baseline"], row["system"]]
        # What is said of two systems is what their corrected test says.
        assert (row["verdict"] in ("better", "worse")) == (row["p_adjusted"] < 0.05)
    for row in document["ranks"]:
        assert row["rank"] == row_of(scored, row["system"])[f"{row['metric']}_rank"]
    text = command(*arguments)
    rows = [line for line in text.splitlines() if re.search(r"(chrF|BLEU|Terms) +\d", line)]
    ordered = sorted(
        document["comparisons"],
        key=lambda row: (SYSTEMS.index(row["baseline"]), SYSTEMS.index(row["system"])),
    )
    for line, row in zip(rows, ordered, strict=False):
        decimals = DECIMALS[row["metric"]]
        score, spread, before, spread_before, change, *_ = re.findall(r"[-+]?\d+\.\d+", line)
        assert [score, before] == [
            number_text(row[key], decimals) for key in ("score", "baseline_score")
        ]
        assert [spread, spread_before] == [
            number_text(row[key], decimals) for key in ("ci", "baseline_ci")
        ]
        assert float(change) == pytest.approx(float(score) - float(before))
        assert p_text(row["p_adjusted"]) in line
    if all_pairs:
        sentences = [f"{finding.split(' of the 4')[0]}" for finding in scored["run"]["findings"]]
        assert all(sentence in text for sentence in sentences)
        assert RANK_MEANING in text


def test_the_check_of_terms(command: Command, scored: Any) -> None:
    arguments = ("terms", "check", *(f"systems/{name}" for name in SYSTEMS), "--allow-missing")
    document = json.loads(command(*arguments, "--json"))
    assert document["terms"] == scored["terms"]
    for row in document["systems"]:
        if row["kind"] == "system":
            assert row["occurrence_accuracy"] == row_of(scored, row["system"])["term_accuracy"]
    assert len(document["occurrences"]) == sum(row["occurrences"] for row in scored["terms"])
    text = command(*arguments)
    for count in counted(scored).values():
        assert count == 1 or f" x{count}" in text
    rates = parts(text.split("Scores of terms")[1].split("* best score")[0], SYSTEMS)
    for name in SYSTEMS:
        assert rates[name].split()[1].strip("*") == number_text(
            row_of(scored, name)["term_accuracy"], 3
        )
        assert ("*" in rates[name]) <= (name != "partial")
    assert "partial has no output for 1 of 2 documents, so it is never marked as best" in text
