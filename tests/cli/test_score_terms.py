"""Terms in the runs of mteval score."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mteval.terminology.formats.registry import read_termbase
from tests.cli.support import (
    TERMS,
    csv_rows,
    record_of,
    refused,
)
from tests.conftest import Run

SYSTEMS = ("llm-fluent", "llm-glossary", "llm-literal")


def test_score_keeps_the_terms_and_two_runs_are_alike(project: Path, mteval: Run) -> None:
    command = ("score", *(f"systems/{name}" for name in SYSTEMS), "-m", "bleu", "-o")
    table = mteval(*command, "one")
    done = mteval(*command, "two", "--json")
    assert (table.returncode, done.returncode) == (0, 0), table.stderr + done.stderr
    assert "x Beibu Unity-2023" in table.stdout
    assert "+ Northern/Interaction-2023" in table.stdout
    found = json.loads(done.stdout)
    [one], [two] = ([*(project / name).iterdir()] for name in ("one", "two"))
    for name in ("terms.csv", "occurrences.csv"):
        assert (one / name).read_bytes() == (two / name).read_bytes()
    records = [json.loads((run / "run.json").read_text("utf-8")) for run in (one, two)]
    assert records[0]["fingerprint"] == records[1]["fingerprint"]
    assert records[1] == found["run"]
    terms = found["terms"]
    flat = csv_rows((one / "terms.csv").read_text("utf-8"))
    assert [row["concept"] for row in flat] == [row["concept"] for row in terms]
    occurrences = csv_rows((one / "occurrences.csv").read_text("utf-8"))
    assert sum(int(row["occurrences"]) for row in flat) == len(occurrences)
    assert {row["kind"] for row in flat} == {"reference", "system"}
    unity = {r["system"]: r for r in terms if r["source"] == "北部·联合"}
    assert list(unity) == ["reference", *SYSTEMS]
    assert unity["reference"]["renderings"] == [
        {"rendering": "Beibu Unity-2023", "verdict": "deprecated", "count": 1}
    ]
    [fluent, *_] = unity["llm-fluent"]["renderings"]
    assert (fluent["rendering"], fluent["verdict"]) == ("Northern/Interaction-2023", "preferred")

    def accuracy(**place: object) -> float:
        rows = [o for o in occurrences if all(o[key] == value for key, value in place.items())]
        return sum(o["verdict"] in ("preferred", "admitted") for o in rows) / len(rows)

    for row in found["systems"]:
        assert row["term_accuracy"] == pytest.approx(accuracy(system=row["system"]))
    for row in found["documents"]:
        place = {key: row[key] for key in ("system", "document")}
        assert row["term_accuracy"] == pytest.approx(accuracy(**place))
    for row in csv_rows((one / "segments.csv").read_text("utf-8")):
        place = {key: row[key] for key in ("system", "document", "segment")}
        if row["term_accuracy"] not in ("", "nan"):
            assert float(row["term_accuracy"]) == pytest.approx(accuracy(**place))


def test_a_segment_without_a_term_has_an_empty_cell(small: Path, mteval: Run) -> None:
    assert mteval("score", "systems/a", "-m", "bleu").returncode == 0
    [run] = (small / "results").iterdir()
    rows = csv_rows((run / "segments.csv").read_text("utf-8"))
    assert [row["term_accuracy"] for row in rows] == ["1", "1", ""]


def test_one_cell_of_the_termbase_changes_the_fingerprint(small: Path, mteval: Run) -> None:
    first = record_of(small, mteval, "one")["run"]
    assert first["inputs"]["terms"] == read_termbase(small / "references/terms.csv").fingerprint()
    path = small / "references" / "terms.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    same = record_of(small, mteval, "two")["run"]
    path.write_text(TERMS.replace("minor,,", "minor,a note,"), "utf-8")
    other = record_of(small, mteval, "three")["run"]
    assert same["fingerprint"] == first["fingerprint"]
    assert other["fingerprint"] != first["fingerprint"]
    assert other["inputs"]["references"] == first["inputs"]["references"]


def test_the_date_of_a_document_changes_the_fingerprint(small: Path, mteval: Run) -> None:
    path = small / "references" / "terms.csv"
    path.write_text(TERMS.replace("preferred,critical,,,,", "preferred,critical,,,,2020-01-01"))
    runs = []
    for day in ("2020-01-01", "2020-01-02"):
        (small / "references" / "d.toml").write_text(f'date = "{day}"\n')
        runs.append(record_of(small, mteval, day))
    assert [run["systems"][0]["term_accuracy"] for run in runs] == pytest.approx([1, 1 / 3])
    assert runs[0]["run"]["fingerprint"] != runs[1]["run"]["fingerprint"]


def test_the_versions_name_what_matched_the_terms(small: Path, mteval: Run) -> None:
    versions = record_of(small, mteval, "results")["run"]["versions"]
    assert {"ahocorasick-rs", "breame", "opencc", "pypinyin", "simplemma"} <= set(versions)


def test_without_a_termbase_score_is_what_it_was(small: Path, mteval: Run) -> None:
    (small / "references" / "terms.csv").unlink()
    found = record_of(small, mteval, "results")
    assert found["terms"] == []
    assert "terms" not in found["run"]["inputs"]
    assert set(found["signatures"]) == {"bleu"}
    assert "term_accuracy" not in found["systems"][0]
    [run] = (small / "results").iterdir()
    assert {path.name for path in run.iterdir()} == {
        *(
            "evaluation.json",
            "report.html",
            "run.json",
            "scores.parquet",
            "statistics.npz",
            "systems.csv",
            "documents.csv",
            "segments.csv",
        ),
    }
    # Named, it need not lie in the references.
    (small / "mine.csv").write_text(TERMS, "utf-8")
    done = mteval("score", "systems/b", "-m", "bleu", "--terms", "mine.csv", "--json")
    assert json.loads(done.stdout)["systems"][0]["term_accuracy"] == pytest.approx(1 / 3)


def test_score_without_sources_leaves_terms_out_or_refuses(small: Path, mteval: Run) -> None:
    plain = ("score", "systems/a/d.txt", "-r", "references/d.en.txt", "-m", "bleu")
    done = mteval(*plain, "--terms", "references/terms.csv")
    refused(done, "sources, and the test set has none; give them with -s")
    assert not (small / "results").exists()
    assert mteval(*plain).returncode == 0
