"""The commands on terms as users run them: real processes on real files."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from mteval.terminology.formats.registry import read_termbase
from tests.cli.support import (
    HEADER,
    all_refused,
    csv_rows,
    lines_of,
    record_of,
    refused,
)
from tests.conftest import Run

SYSTEMS = ("llm-fluent", "llm-glossary", "llm-literal")


def track2(project: Path, system: str) -> tuple[float, int]:
    """Give the term success rate and its pairs, straight from the files, by WMT25's definition."""
    sources: defaultdict[str, list[str]] = defaultdict(list)
    targets: defaultdict[str, list[str]] = defaultdict(list)
    for row in csv_rows((project / "references" / "terms.csv").read_text("utf-8")):
        for column, found in (("source", sources), ("target", targets)):
            if row[column] not in found[row["concept"]] and (
                column == "source" or row["status"] != "deprecated"
            ):
                found[row["concept"]].append(row[column])
    rates = []
    for path in sorted((project / "references").glob("*.zh.txt")):
        id = path.name.removesuffix(".zh.txt")
        hypothesis = project / "systems" / system / f"{id}.txt"
        if system == "reference":
            hypothesis = path.with_name(f"{id}.en.txt")
        source, reference, text = (
            "\n".join(lines_of(each)).strip().lower()
            for each in (path, path.with_name(f"{id}.en.txt"), hypothesis)
        )
        rates += [
            min(sum(text.count(t.lower()) for t in targets[c]) / source.count(s.lower()), 1)
            for c in sources
            for s in sources[c]
            if s.lower() in source and any(t.lower() in reference for t in targets[c])
        ]
    return sum(rates) / len(rates), len(rates)


def test_check_tells_everything_as_json(project: Path, mteval: Run) -> None:
    shutil.move(project / "references" / "terms.csv", project / "mine.csv")
    done = mteval(
        *("terms", "check", *sorted(project.glob("systems/*")), "-r", "references"),
        *("--terms", "mine.csv", "--no-search", "--json"),
    )
    assert done.returncode == 0, done.stderr
    shutil.move(project / "mine.csv", project / "references" / "terms.csv")
    assert "README.md: skipped" in done.stderr
    found = json.loads(done.stdout)
    assert list(found) == [
        *("termbase", "signature", "systems", "documents", "terms", "occurrences"),
    ]
    assert found["termbase"] == "mine.csv"
    assert [row["system"] for row in found["systems"]] == [*SYSTEMS, "reference"]
    assert len(found["documents"]) == 4 * 4
    keys = {
        *("system", "kind", "occurrences", "right", "occurrence_accuracy", "tsr_wmt25"),
        *("tsr_pairs", "consistency_macro", "consistency_micro", "consistency_macro_preferred"),
        *("consistency_micro_preferred", "deprecated_rate", "severity_weighted_error_rate"),
        "verdicts",
    }
    for row in found["systems"]:
        assert set(row) == keys
        rate, pairs = track2(project, row["system"])
        assert row["tsr_wmt25"] == pytest.approx(rate, abs=1e-12)
        assert row["tsr_pairs"] == pairs > 50
        mine = [o for o in found["occurrences"] if o["system"] == row["system"]]
        right = [o for o in mine if o["verdict"] in ("preferred", "admitted")]
        assert (row["occurrences"], row["right"]) == (len(mine), len(right))
        assert row["occurrence_accuracy"] == pytest.approx(len(right) / len(mine))
        assert sum(t["right"] for t in found["terms"] if t["system"] == row["system"]) == len(right)
    for row in found["occurrences"]:
        source = project / "references" / f"{row['document']}.zh.txt"
        text = project / "systems" / row["system"] / f"{row['document']}.txt"
        if row["kind"] == "reference":
            text = source.with_name(f"{row['document']}.en.txt")
        line = lines_of(source)[row["segment"] - 1]
        assert line[row["source_start"] : row["source_end"]] == row["source"]
        if row["start"] is not None:
            line = lines_of(text)[row["segment"] - 1]
            assert line[row["start"] : row["end"]] == row["rendering"]


def test_check_prints_tables_context_and_csv(small: Path, mteval: Run) -> None:
    with ThreadPoolExecutor(3) as pool:
        table, context, rows = pool.map(
            lambda option: mteval("terms", "check", "systems/a", "systems/b", *option),
            [["--no-search"], ["--no-search", "--context"], ["--no-search", "--csv", "--context"]],
        )
    assert (table.returncode, table.stderr) == (0, "")
    assert table.stdout.startswith("Terms")
    assert "x Ark Peace x2" in table.stdout
    assert "+ Peace Ark x2" in table.stdout
    # a has all three right, b one of three; 55 = 25 + 25 + 5 is the most that errors can cost.
    [a] = [line.split() for line in table.stdout.splitlines() if line.startswith("  a ")]
    [b] = [line.split() for line in table.stdout.splitlines() if line.startswith("  b ")]
    assert a[1:] == ["3", "1.000*", "1.000*", "1.000*", "1.000*", "0.000*", "0.000*"]
    # Consistently wrong is consistent; of two valid pairs one succeeds; 50 / 55 = 0.909.
    assert b[1:] == ["3", "0.333", "0.500", "1.000*", "1.000*", "0.667", "0.909"]
    assert "* best score of the systems that have every segment there" in table.stdout
    assert "[Ark Peace]" not in table.stdout
    assert "Xiangshan Forum and [Ark Peace]" in context.stdout
    assert "[Xiangshan Forum] and Ark Peace" in context.stdout
    found = csv_rows(rows.stdout)
    assert len(found) == 3 * 3
    assert rows.stdout == rows.stdout.rstrip("\n") + "\n"
    wrong = [row for row in found if row["verdict"] == "deprecated"]
    assert [(r["system"], r["segment"], r["start"], r["end"], r["text"]) for r in wrong] == [
        ("b", "1", "0", "9", "Ark Peace"),
        ("b", "2", "20", "29", "Xiangshan Forum and Ark Peace"),
    ]
    assert {row["confidence"] for row in found} == {""}


def test_check_takes_plain_files(small: Path, mteval: Run) -> None:
    done = mteval(
        *("terms", "check", "systems/b/d.txt", "-s", "references/d.zh.txt"),
        *("-r", "references/d.en.txt", "-r", "systems/a/d.txt"),
        *("--terms", "references/terms.csv", "--no-search", "--json"),
    )
    found = json.loads(done.stdout)
    assert [(row["system"], row["kind"], row["right"]) for row in found["systems"]] == [
        ("d", "system", 1),
        ("reference", "reference", 3),
        ("reference_2", "reference", 3),
    ]
    assert {row["document"] for row in found["documents"]} == {"d.zh"}


def test_a_lacking_document_is_null(small: Path, mteval: Run) -> None:
    (small / "systems" / "a" / "d.txt").unlink()
    refused(mteval("terms", "check", "systems/a", "systems/b"), "a lacks d", "--allow-missing")
    done = mteval(
        *("terms", "check", "systems/a", "systems/b", "--allow-missing", "--no-search", "--json")
    )
    assert "a lacks d" in done.stderr
    a, *_ = json.loads(done.stdout)["systems"]
    assert (a["system"], a["occurrences"], a["occurrence_accuracy"]) == ("a", 0, None)
    assert (a["tsr_wmt25"], a["tsr_pairs"], a["consistency_macro"]) == (None, 0, None)


def test_history_tells_what_is_new_fixed_and_still_wrong(small: Path, mteval: Run) -> None:
    before = record_of(small, mteval, "results")
    refused(mteval("terms", "history"), "results holds fewer than two runs with terms")
    # a gets one wrong; b mends one, keeps one.
    (small / "systems/a/d.txt").write_text("Peace Ark\nFragrant Hills Forum and Peace Ark\n")
    (small / "systems/b/d.txt").write_text("Peace Ark\nXiangshan Forum and Ark Peace\n")
    after = record_of(small, mteval, "results")
    assert [row["term_accuracy"] for row in before["systems"]] == pytest.approx([1, 1 / 3])
    assert [row["term_accuracy"] for row in after["systems"]] == pytest.approx([2 / 3, 2 / 3])
    done = mteval("terms", "history", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["before"], found["after"]) == (before["run"]["run"], after["run"]["run"])
    ark = ["ark", "和平方舟"]
    assert [list(row.values()) for row in found["changes"]] == [
        ["fixed", "b", "d", 1, *ark, "deprecated", "Ark Peace", "preferred", "Peace Ark"],
        [
            *("new", "a", "d", 2, "forum", "香山论坛"),
            *("preferred", "Xiangshan Forum", "deprecated", "Fragrant Hills Forum"),
        ],
        ["still wrong", "b", "d", 2, *ark, "deprecated", "Ark Peace", "deprecated", "Ark Peace"],
    ]
    rates = {
        (entry["system"], entry["concept"]): [
            (run["run"], run["right"], run["occurrences"]) for run in entry["runs"]
        ]
        for entry in found["terms"]
    }
    first, second = found["before"], found["after"]
    assert rates == {
        ("a", "ark"): [(first, 2, 2), (second, 2, 2)],
        ("a", "forum"): [(first, 1, 1), (second, 0, 1)],
        ("b", "ark"): [(first, 0, 2), (second, 1, 2)],
        ("b", "forum"): [(first, 1, 1), (second, 1, 1)],
    }
    table = mteval("terms", "history", f"results/{second}", f"results/{first}").stdout
    # The other way round what was fixed is new.
    assert table.rstrip().endswith(
        "1 new, 1 fixed, 1 still wrong (1 of them with the same rendering, not shown)"
    )
    assert "Fragrant Hills Forum (deprecated)" in table
    (small / "results" / first / "terms.csv").write_text("x\n")
    shutil.copytree(small / "results" / second, small / "cut")
    occurrences = (small / "cut/occurrences.csv").read_bytes()
    (small / "cut/occurrences.csv").write_bytes(occurrences[:-20])
    all_refused(
        mteval,
        [
            (["terms", "history"], f"results/{first}/terms.csv:1: this is not a file that mteval"),
            (["terms", "history", f"results/{first}"], "name two"),
            (["terms", "history", "x", "y", "z"], "3 runs are named"),
            (["terms", "history", "x", f"results/{second}"], "x/occurrences.csv: there is no such"),
            (["terms", "history", "cut", f"results/{second}"], "this is not a file that mteval"),
            (["terms", "history", "-o", "none"], "none: there is no such folder of results"),
        ],
    )


def test_convert_keeps_the_termbase(project: Path, mteval: Run) -> None:
    chain = ["references/terms.csv", "a.tbx", "b.xlsx", "c.csv", "d.tbx", "e.csv"]
    for before, after in pairwise(chain):
        style = ["--style", "dct"] if after == "d.tbx" else []
        done = mteval("terms", "convert", before, after, *style)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert f"mteval: 129 concepts written to {after}\n" in done.stderr
    original = read_termbase(project / chain[0])
    assert len(original.concepts) == 129
    for name in chain[1:]:
        assert read_termbase(project / name) == original
        assert read_termbase(project / name).fingerprint() == original.fingerprint()
    assert (project / "c.csv").read_bytes() == (project / "e.csv").read_bytes()

    # Cell by cell: every rendering of a concept stands with each of its sources.
    def stated(name: str) -> set[tuple[str, ...]]:
        rows = csv_rows((project / name).read_text("utf-8"))
        columns = ("concept", "target", "status", "severity", "case", "valid_from", "valid_to")
        return {tuple(row[column] for column in columns) for row in rows}

    assert stated("c.csv") == stated(chain[0])


BAD_TERMS: dict[str, tuple[str, str]] = {
    "empty": ("", "empty.csv: the file is empty"),
    "header": (HEADER, "header.csv: there is no term here"),
    "column": ("source,target,colour\n甲,b,red\n", "column.csv:1: "),
    "lacking": ("source,status\n甲,preferred\n", "lacking.csv:1: "),
    "short": (f"{HEADER}甲,甲,b\n", "short.csv:2: the line has 3 cells where the header has 9"),
    "source": ("concept,source,target\nc,甲,b\nc,,c\n", "source.csv:3: the source is empty"),
    "target": ("source,target\n甲,b\n乙,  \n", "target.csv:3: the target is empty"),
    "status": ("source,target,status\n甲,b,right\n", "status.csv:2: status is 'right'; use one of"),
    "severity": (f"{HEADER}甲,甲,b,preferred,fatal,,,,\n", "severity.csv:2: severity is 'fatal'"),
    "case": (f"{HEADER}甲,甲,b,preferred,,,upper,,\n", "case.csv:2: case is 'upper'"),
    "date": (
        f"{HEADER}甲,甲,b,preferred,,,,2023-02-30,\n",
        "date.csv:2: valid_from is '2023-02-30'",
    ),
    "period": (
        f"{HEADER}甲,甲,b,preferred,,,,2023-02-02,2023-02-01\n",
        "period.csv:2: valid_from (2023-02-02) is after valid_to (2023-02-01)",
    ),
    "contradiction": (
        "source,target,status\n甲,b,preferred\n甲,B,deprecated\n",
        "contradiction.csv:3: concept '甲' has the contradictory status deprecated for 'B', which "
        "contradiction.csv:2 has 'b' as preferred",
    ),
    "overlap": (
        f"{HEADER}甲,甲,b,preferred,,,,,2023-01-01\n甲,甲,b,preferred,,,,2023-01-01,\n",
        "overlap.csv:3: overlapping validity of 'b'",
    ),
    "duplicate": (
        "source,target,status\n甲,b,preferred\n甲,b,preferred\n",
        "duplicate.csv:3: duplicate: '甲' -> 'b' (preferred) is in concept '甲' already, at "
        "duplicate.csv:2",
    ),
    "clash": (
        f"{HEADER}c,甲,b,preferred,minor,,,,\nc,乙,b,preferred,major,,,,\n",
        "clash.csv:3: the severity 'major' of 'b' in concept 'c' is 'minor' at clash.csv:2",
    ),
    "quote": ('source,target\n甲,"b\n乙,c\n', "quote.csv"),
}


def test_a_broken_termbase_is_refused_with_its_line(small: Path, mteval: Run) -> None:
    for name, (text, _) in BAD_TERMS.items():
        (small / f"{name}.csv").write_text(text, "utf-8")
    (small / "gbk.csv").write_bytes("source,target\n北部,Beibu\n".encode("gb18030"))
    (small / "fake.xlsx").write_text("source,target\n")
    (small / "fake.tbx").write_text("<martif>")
    (small / "folder.csv").mkdir()
    shutil.copy(small / "status.csv", small / "references" / "terms.csv")
    cases: list[tuple[Sequence[object], str]] = [
        (["terms", "convert", f"{name}.csv", "out.tbx"], f"mteval: {says}")
        for name, (_, says) in BAD_TERMS.items()
    ]
    cases += [
        (["terms", "convert", "gbk.csv", "out.tbx"], "mteval: gbk.csv:2: the text is not UTF-8"),
        (["terms", "convert", "fake.xlsx", "out.tbx"], "mteval: fake.xlsx"),
        (["terms", "convert", "fake.tbx", "out.csv"], "mteval: fake.tbx"),
        (["terms", "convert", "folder.csv", "out.csv"], "folder.csv: this is a folder"),
        (["terms", "convert", "none.csv", "out.csv"], "none.csv: there is no such file"),
        (["terms", "check", "systems/a"], "mteval: references/terms.csv:2: status is 'right'"),
        (["terms", "audit"], "mteval: references/terms.csv:2: status is 'right'"),
        (["score", "systems/a", "-m", "bleu"], "references/terms.csv:2: status is 'right'"),
    ]
    all_refused(mteval, cases)
    assert not (small / "results").exists()
    assert not list(small.glob("out.*"))


def test_bad_arguments_are_refused(small: Path, mteval: Run) -> None:
    (small / "file").write_text("x")
    check = ("terms", "check", "systems/a")
    terms = "references/terms.csv"
    plain = ("terms", "check", "systems/a/d.txt", "-s", "references/d.zh.txt")
    all_refused(
        mteval,
        [
            ([*check, "--csv", "--json"], "--csv and --json exclude each other"),
            ([*check, "-r", "none"], "none: there is no such folder"),
            ([*check, "-r", "references", "-r", "references"], "is a folder and cannot stand"),
            ([*check, "--terms", "none.csv"], "none.csv: there is no such file"),
            ([*check, "--terms", "references"], "references: "),
            (["terms", "check", "none"], "none: there is no such folder"),
            (["terms", "check", "file"], "no system output among the paths given"),
            (["terms", "check", "systems/a", "systems/a"], "a is given twice"),
            ([*plain, "-r", "references/d.en.txt"], "name a termbase with --terms"),
            (
                [
                    "terms",
                    "check",
                    "systems/a/d.txt",
                    "-r",
                    "references/d.en.txt",
                    "--terms",
                    terms,
                ],
                "sources, and the test set has none",
            ),
            (["terms", "audit", "-r", "none"], "none: there is no such folder"),
            (["terms", "convert", terms, "out.doc"], "out.doc: no format of termbases has"),
            (["terms", "convert", terms, "file/out.csv"], "file/out.csv: it cannot be written"),
        ],
    )
    (small / "references" / "terms.csv").unlink()
    refused(mteval(*check), "references: there is no terms.csv here; name a termbase with --terms")
    assert not (small / "results").exists()


def test_audit_without_a_reference_is_refused(small: Path, mteval: Run) -> None:
    command = ("-s", "references/d.zh.txt", "--terms", "references/terms.csv", "--no-search")
    refused(mteval("terms", "audit", *command), "-r")


def test_an_empty_source_is_called_so_without_a_column_of_concepts(
    small: Path, mteval: Run
) -> None:
    (small / "bad.csv").write_text("source,target\n甲,b\n,c\n", "utf-8")
    refused(mteval("terms", "convert", "bad.csv", "out.tbx"), "bad.csv:3: the source is empty")
