"""What changed between runs, from rows made by hand (real runs: tests/cli/test_terms.py)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mteval.errors import InputError
from mteval.runs.read import find_runs, read_rows
from mteval.runs.schema.rows import OccurrenceRow, TermTally
from mteval.terminology.history import changes, trend
from tests.rows import occurrence


def row(
    verdict: str, rendering: str | None = None, *, segment: int = 1, **other: Any
) -> OccurrenceRow:
    of_term = {"concept": "ark", "source": "和平方舟"} | other
    return occurrence(segment=segment, verdict=verdict, rendering=rendering, **of_term)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("preferred", "deprecated", "new"),
        ("admitted", "omitted", "new"),
        ("deprecated", "preferred", "fixed"),
        ("omitted", "admitted", "fixed"),
        ("transliterated", "left in Chinese", "still wrong"),
        ("other", "other", "still wrong"),
        ("preferred", "admitted", None),
        ("admitted", "admitted", None),
    ],
)
def test_an_occurrence_is_new_fixed_or_still_wrong(
    before: str, after: str, change: str | None
) -> None:
    found = changes([row(before, "A")], [row(after, "B")])
    if change is None:
        assert found == []
    else:
        assert found == [
            {
                "change": change,
                "system": "x",
                "document": "d",
                "segment": 1,
                "concept": "ark",
                "source": "和平方舟",
                "verdict_before": before,
                "rendering_before": "A",
                "verdict": after,
                "rendering": "B",
            }
        ]


def test_what_was_not_there_before_is_new_if_it_is_wrong() -> None:
    there = row("preferred", segment=3)
    found = changes([there], [row("omitted"), row("preferred", "Peace Ark", segment=2), there])
    assert [(f["change"], f["verdict_before"], f["rendering_before"]) for f in found] == [
        ("new", None, None)
    ]
    # And of what is gone nothing can be said.
    assert changes([row("omitted")], []) == []


def test_occurrences_pair_by_place_and_number() -> None:
    before = [row("preferred"), row("omitted"), row("omitted", segment=2)]
    after = [row("omitted"), row("preferred"), row("omitted", segment=2)]
    found = changes(before, after)
    assert [(f["segment"], f["change"]) for f in found] == [
        (1, "new"),
        (1, "fixed"),
        (2, "still wrong"),
    ]
    # Another term is another occurrence; of another system or document nothing can be said.
    [only] = changes([row("omitted", source="other")], [row("omitted")])
    assert (only["change"], only["verdict_before"]) == ("new", None)
    for other in (row("omitted", system="other"), row("omitted", document="other")):
        assert changes([other], [row("omitted")]) == []


def test_references_are_left_out() -> None:
    reference = row("omitted", kind="reference")
    assert changes([reference], [reference]) == []
    there = row("preferred", segment=3)
    assert changes([reference, there], [row("omitted"), there])[0]["change"] == "new"


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        # 救援 is a term of relief and of rescue; what is omitted counts for the first of them.
        (("relief", "omitted"), ("rescue", "preferred"), "fixed"),
        (("rescue", "deprecated"), ("relief", "omitted"), "still wrong"),
    ],
)
def test_a_homonym_stays_the_same_occurrence(
    before: tuple[str, str], after: tuple[str, str], change: str
) -> None:
    [found] = changes(
        [row(before[1], concept=before[0], source="救援")],
        [row(after[1], concept=after[0], source="救援")],
    )
    assert found["change"] == change


def term(system: str, concept: str, right: int, kind: str = "system") -> TermTally:
    return TermTally(
        system=system,
        kind=kind,
        concept=concept,
        source=f"源{concept}",
        occurrences=2,
        right=right,
        renderings=f"{right} right",
    )


def test_each_term_is_followed_over_the_runs_that_have_it() -> None:
    found = trend(
        [
            (
                "run-1",
                [term("y", "a", 0), term("x", "b", 1), term("reference", "a", 2, "reference")],
            ),
            ("run-2", [term("x", "b", 2), term("x", "a", 2)]),
            ("run-3", []),
        ]
    )
    assert [(entry["system"], entry["concept"], entry["source"]) for entry in found] == [
        ("x", "a", "源a"),
        ("x", "b", "源b"),
        ("y", "a", "源a"),
    ]
    assert [[(run["run"], run["right"]) for run in entry["runs"]] for entry in found] == [
        [("run-2", 2)],
        [("run-1", 1), ("run-2", 2)],
        [("run-1", 0)],
    ]
    assert found[1]["runs"][1] == {
        "run": "run-2",
        "occurrences": 2,
        "right": 2,
        "renderings": "2 right",
    }
    assert trend([]) == []


TERMS = "system,kind,concept,source,occurrences,right,renderings\n"


def run_folder(folder: Path, terms: str, occurrences: str = "x") -> Path:
    folder.mkdir()
    (folder / "terms.csv").write_text(terms, "utf-8")
    (folder / "occurrences.csv").write_text(occurrences, "utf-8")
    return folder


def test_runs_come_oldest_first_and_only_those_with_terms(tmp_path: Path) -> None:
    for name in ("20261122T120000Z-b", "20251122T120000Z-c", "20261122T115959Z-a"):
        run_folder(tmp_path / name, TERMS)
    (tmp_path / "20271122T120000Z-d").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    assert [run.name[-1] for run in find_runs(tmp_path)] == ["c", "a", "b"]
    # Whatever their names, as in `mteval history`.
    for run, created in (
        ("20251122T120000Z-c", "2026-12-01"),
        ("20261122T120000Z-b", "2025-12-01"),
    ):
        record = {"systems": [], "created": f"{created}T12:00:00Z"}
        (tmp_path / run / "run.json").write_text(json.dumps(record), "utf-8")
    assert [run.name[-1] for run in find_runs(tmp_path)] == ["a", "b", "c"]
    with pytest.raises(InputError, match="there is no such folder of results"):
        find_runs(tmp_path / "none")
    with pytest.raises(InputError, match="there is no such folder of results"):
        find_runs(tmp_path / "notes.txt")


def test_the_scratch_folder_of_a_killed_run_is_no_run(tmp_path: Path) -> None:
    # write_run fills a folder of such a name before it renames it.
    run_folder(tmp_path / ".20261122T120000Z-ab.x1y2", TERMS)
    run_folder(tmp_path / "20261122T115959Z-cd", TERMS)
    assert [run.name for run in find_runs(tmp_path)] == ["20261122T115959Z-cd"]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted in /proc")
def test_reading_a_run_leaves_no_pool_of_threads(tmp_path: Path) -> None:
    # "terminate called without an active exception", exit code 134 (apache/arrow#34314).
    run = run_folder(tmp_path / "run", TERMS + "x,system,c,s,2,1,r\n")
    code = (
        "import os, sys; from pathlib import Path\n"
        "import numpy, pyarrow.csv\n"
        "from mteval.runs.read import read_rows\n"
        "before = len(os.listdir('/proc/self/task'))\n"
        "assert read_rows(Path(sys.argv[1]), 'terms.csv')\n"
        "print(len(os.listdir('/proc/self/task')) - before, flush=True)\n"
        "os._exit(0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(run)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) <= 1


def test_rows_keep_names_that_look_like_something_else(tmp_path: Path) -> None:
    names = ["NA", "null", "1", "true", 'a,"b"', "北部·联合"]
    lines = "".join('"{}",system,c,s,2,1,\n'.format(n.replace('"', '""')) for n in names)
    rows = read_rows(run_folder(tmp_path / "r", TERMS + lines), "terms.csv")
    assert [r.system for r in rows] == names
    assert {(r.occurrences, r.right, r.renderings) for r in rows} == {(2, 1, None)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no,such,columns\n1,2,3\n",
        TERMS.replace("right", "left") + "x,system,c,s,2,1,r\n",
        TERMS + "x,system,c,s,many,1,r\n",
        TERMS + "x,system\n",
        TERMS + '"x,system,c,s,2,1,r\n',
    ],
)
def test_a_broken_file_of_a_run_is_refused(tmp_path: Path, text: str) -> None:
    run = run_folder(tmp_path / "run", text)
    with pytest.raises(InputError) as caught:
        read_rows(run, "terms.csv")
    message = str(caught.value)
    assert re.match(rf"{re.escape(str(run / 'terms.csv'))}:\d+: this is not a file that", message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("line", ["x,system,c,s,,1,r", ",system,c,s,2,1,r"])
def test_an_empty_cell_is_refused_too(tmp_path: Path, line: str) -> None:
    run = run_folder(tmp_path / "run", f"{TERMS}{line}\n")
    with pytest.raises(InputError):
        read_rows(run, "terms.csv")


def test_changes_come_in_the_order_of_the_later_run() -> None:
    places = [(3, "deprecated"), (1, "omitted"), (2, "other")]
    before = [row("preferred", segment=3), row("other", segment=2)]
    found = changes(before, [row(verdict, segment=segment) for segment, verdict in places])
    assert [f["segment"] for f in found] == [3, 1, 2]
    assert [f["change"] for f in found] == ["new", "new", "still wrong"]
