from __future__ import annotations

import json
import math
from pathlib import Path

from mteval.runs.read import Run
from mteval.tracking.plan import plan_run
from tests.tracking.runs import rows, small_run


def test_a_score_that_is_missing_is_not_logged(tmp_path: Path) -> None:
    plan = plan_run(Run(small_run(tmp_path)))
    names = {point.name for point in plan.points}
    assert {"x/bleu", "x/ter", "x/d/bleu", "x/e/ter", "y/ter", "y/d/ter"} <= names
    assert not [name for name in names if name.startswith("y/e/")]
    assert not [name for name in names if name.endswith(("/low", "/high", "/rank"))]
    assert all(math.isfinite(point.value) for point in plan.points)


def test_a_report_is_logged_where_there_is_one(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    tables = ["systems.csv", "documents.csv", "segments.csv", "run.json"]
    assert [path.name for path in plan_run(Run(run)).assets] == tables
    (run / "report.html").write_text("<p>", "utf-8")
    assert [path.name for path in plan_run(Run(run)).assets] == [*tables, "report.html"]


def test_scores_of_domains_are_logged(tmp_path: Path) -> None:
    run = small_run(tmp_path, domain="news")
    plan = plan_run(Run(run))
    found = {point.name: point.value for point in plan.points if "/domain/" in point.name}
    assert found == {
        f"{row['system']}/domain/{row['domain'] or '(none)'}/{metric}": float(row[metric])
        for row in rows(run / "domains.csv")
        for metric in ("bleu", "ter")
        if row[metric]
    }
    # One system has no document of news.
    assert len(found) == 6
    assert run / "domains.csv" in plan.assets


def test_the_key_is_the_same_for_the_same_run_only(tmp_path: Path) -> None:
    run = small_run(tmp_path / "one")
    copy = small_run(tmp_path / "two")
    key = plan_run(Run(run)).experiment_key
    assert len(key) == 40
    assert key.isalnum()
    assert plan_run(Run(copy)).experiment_key == key
    assert plan_run(Run(small_run(tmp_path / "one", hour=13))).experiment_key != key
    assert plan_run(Run(run)) == plan_run(Run(run))


def test_a_series_goes_back_only_to_what_can_be_compared(tmp_path: Path) -> None:
    small_run(tmp_path, hour=8, last="another reference")
    small_run(tmp_path, hour=9)
    (tmp_path / "20261122T093000Z-damaged").mkdir()
    (tmp_path / "20261122T093000Z-damaged" / "run.json").write_text("{}", "utf-8")
    (tmp_path / "comet.com").mkdir()
    run = small_run(tmp_path, hour=10)
    small_run(tmp_path, hour=11)
    plan = plan_run(Run(run))
    assert [point.step for point in plan.points if point.name == "x/bleu"] == [2, 3]
    # The other reference is one of a document that y lacks.
    assert [point.step for point in plan.points if point.name == "y/bleu"] == [1, 2, 3]
    assert plan.skipped == ("20261122T093000Z-damaged",)


def test_names_stay_whole_and_apart(tmp_path: Path) -> None:
    long = "d" * 120
    run = small_run(tmp_path, document=long)
    plan = plan_run(Run(run))
    names = [point.name for point in plan.points]
    assert len(set(names)) == len(names)
    # comet_ml cuts a name after 100 characters.
    assert max(map(len, [*names, *plan.parameters])) <= 100
    assert len([name for name in names if name.startswith("x/ddddd")]) == 2


def test_a_document_called_term_does_not_meet_a_term(tmp_path: Path) -> None:
    run = small_run(tmp_path, document="term")
    header = "system,kind,concept,source,occurrences,right,renderings\n"
    (run / "terms.csv").write_text(
        f"{header}x,system,ter,蓝,2,1,\nx,system,北部·联合,北部,0,0,\nx,system,军演,军演,4,3,\n",
        "utf-8",
    )
    by_name = {point.name: point.value for point in plan_run(Run(run)).points}
    assert by_name["x/term/军演"] == 0.75
    assert "x/term/北部·联合" not in by_name
    assert by_name["x/term/ter"] > 1
    assert by_name["x/term/ter (term)"] == 0.5


def test_many_texts_are_one_hash_a_side(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    path = run / "run.json"
    record = json.loads(path.read_text("utf-8"))
    record["inputs"]["references"] |= {
        f"d{n}": {"references": ["0"], "source": "0"} for n in range(200)
    }
    path.write_text(json.dumps(record), "utf-8")
    parameters = plan_run(Run(run)).parameters
    hashes = {name: value for name, value in parameters.items() if name.startswith("sha256/")}
    assert {"sha256/references", "sha256/systems/x", "sha256/systems/y"} <= hashes.keys()
    assert len(hashes) < 10
