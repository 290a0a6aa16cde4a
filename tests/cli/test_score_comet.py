"""COMET in mteval score, with small real checkpoints."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mteval.metrics.comet.checkpoints import find_model
from mteval.metrics.comet.known_models import DEFAULT_MODEL
from tests.cli.support import (
    Done,
    Scored,
    refused,
    said,
    segments,
)
from tests.conftest import Run

SYSTEMS = ("systems/llm-fluent", "systems/llm-glossary", "systems/llm-literal")
LONG = "mnd-2023-12-28-video-call"  # one paragraph, longer than the encoder takes
STANDARD = "Unbabel/wmt22-comet-da"
NO_MODEL = f"the COMET model {STANDARD} is not on this machine"


def test_json_has_comet_s_scores_and_signature(scored: Scored) -> None:
    found = json.loads(scored.cold.stdout)
    assert list(found["signatures"]) == ["bleu", "chrf", "comet"]
    fields = (
        r"nrefs:1\|model:xcomet\|grade:ungraded\|hash:[0-9a-f]{12}\|class:xcomet\|precision:fp32\|"
        r"long:split\|"
    )
    assert re.match(fields, found["signatures"]["comet"])
    rows = segments(scored.folder)
    for system in found["systems"]:
        mine = [float(row["comet"]) for row in rows if row["system"] == system["system"]]
        assert len(mine) == system["segments"] == 26
        assert system["comet"] == pytest.approx(sum(mine) / 26, abs=1e-9)
    assert len({system["comet"] for system in found["systems"]}) == 2
    assert all(isinstance(document["comet"], float) for document in found["documents"])
    assert {"unbabel-comet", "torch", "transformers"} <= set(found["run"]["versions"])


def test_error_spans_index_the_hypothesis(scored: Scored) -> None:
    found = json.loads(scored.cold.stdout)["error_spans"]
    rows = {(r["system"], r["document"], r["segment"]): r for r in segments(scored.folder)}
    keys = ("start", "end", "text", "severity", "confidence", "reference")
    spans: dict[tuple[str, str, str], list[dict[str, Any]]] = {place: [] for place in rows}
    for span in found:
        assert list(span) == ["system", "document", "segment", "metric", *keys]
        assert span["metric"] == "comet"
        place = (span["system"], span["document"], str(span["segment"]))
        text = rows[place]["hypothesis"]
        assert 0 <= span["start"] < span["end"] <= len(text)
        assert text[span["start"] : span["end"]] == span["text"]
        assert span["severity"] in ("minor", "major", "critical")
        assert 0 < span["confidence"] <= 1
        spans[place].append({key: span[key] for key in keys})
    assert len(found) > len(rows)  # the checkpoint finds plenty
    for place, row in rows.items():
        assert json.loads(row["comet_error_spans"]) == spans[place]
    # Also beyond the first chunk of the paragraph that was split.
    assert max(span["start"] for span in found if span["document"] == LONG) > 800


def test_the_long_paragraph_is_flagged_and_told(scored: Scored) -> None:
    found = json.loads(scored.cold.stdout)
    places = [
        {"system": system, "document": LONG, "segment": 1, "flag": "comet-split"}
        for system in ("llm-fluent", "llm-literal")
    ]
    details = [row.pop("detail") for row in found["flags"]]
    assert found["flags"] == places
    # The XLM-R tokenizer's own count of the three texts together.
    assert all(506 < int(detail.removesuffix(" tokens")) < 900 for detail in details)
    flagged = [row for row in segments(scored.folder) if row["flags"]]
    assert [(row["system"], row["document"], row["flags"]) for row in flagged] == [
        (place["system"], LONG, "comet-split") for place in places
    ]
    [note] = [line for line in said(scored.cold) if "longer than" in line]
    assert f"llm-fluent {LONG}:1 ({details[0]}), llm-literal {LONG}:1 ({details[1]})" in note
    assert note.removeprefix("mteval: ") in found["run"]["notes"]


def test_a_second_run_gives_the_same_and_loads_no_torch(scored: Scored) -> None:
    documents = [json.loads(done.stdout) for done in (scored.cold, scored.warm)]
    for document in documents:
        del document["run"]["run"], document["run"]["created"]
    assert documents[0] == documents[1]

    def loaded(done: Done) -> set[str]:
        lines = (line for line in done.stderr.splitlines() if line.startswith("import time:"))
        return {line.rpartition("|")[2].strip() for line in lines}

    heavy = {"torch", "transformers", "comet", "tokenizers"}
    assert heavy <= loaded(scored.cold)
    assert not heavy & loaded(scored.warm)
    assert not [line for line in said(scored.warm) if not line.startswith("mteval: ")]


def test_stderr_has_nothing_but_notes(scored: Scored) -> None:
    assert not [line for line in said(scored.cold) if not line.startswith("mteval: ")]


def test_a_comet_that_is_named_must_be_there(project: Path, here: Callable[..., Done]) -> None:
    refused(
        here("score", "systems/llm-fluent", "-m", "comet", "--comet-model", STANDARD),
        NO_MODEL,
        "`mteval models fetch Unbabel/wmt22-comet-da`",
        "--comet-model",
    )
    assert not (project / "results").exists()


def test_the_model_that_comes_with_mteval_is_named_with_its_grade(
    project: Path, mteval: Run
) -> None:
    done = mteval("score", *SYSTEMS)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    # In the heading of every table, and in a footnote, which says how to use the standard model.
    assert sum("comet-mini-en, small" in line for line in lines[:20]) == 2
    [footnote] = [line for line in lines if line.startswith("COMET is ")]
    assert footnote.startswith("COMET is mteval/comet-mini-en, grade small: ")
    assert f"mteval models fetch {STANDARD}" in footnote
    assert f"--comet-model {STANDARD}" in footnote
    [signature] = [line for line in lines if line.startswith("comet: ")]
    assert "|model:mteval/comet-mini-en|grade:small|" in signature
    assert "|class:token_matching|" in signature
    again = mteval("score", *SYSTEMS)
    assert again.stdout == done.stdout
    # The same scores from a folder of that content are another's, by name.
    copy = shutil.copytree(find_model(DEFAULT_MODEL).hparams_file.parent, project / "mine")
    other = mteval("score", *SYSTEMS, "--comet-model", copy)
    assert "COMET is mine, grade ungraded: " in other.stdout
    rows = [
        [line.split() for line in text.splitlines() if line.startswith("  llm-")]
        for text in (done.stdout, other.stdout)
    ]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 3


FRENCH = (
    "Le porte-parole du ministère de la Défense a déclaré jeudi que les deux parties étaient "
    "convenues de reprendre le dialogue militaire.\n"
)


def test_references_in_another_language_leave_comet_out(tmp_path: Path, mteval: Run) -> None:
    for name in ("hyp.txt", "ref.txt"):
        (tmp_path / name).write_text(FRENCH, encoding="utf-8")
    (tmp_path / "src.txt").write_text("双方同意恢复军事对话。\n", encoding="utf-8")
    command = ("score", "hyp.txt", "-s", "src.txt", "-r", "ref.txt")
    refusal = (
        "the COMET model mteval/comet-mini-en judges translations into en only, and the "
        "references are in fr"
    )
    done = mteval(*command, "--json")
    assert done.returncode == 0, done.stderr
    assert list(json.loads(done.stdout)["signatures"]) == ["bleu", "chrf"]
    [note] = [line for line in done.stderr.splitlines() if "COMET" in line]
    assert note.startswith(f"mteval: COMET is skipped: {refusal}")
    refused(mteval(*command, "-m", "comet"), refusal, f"--comet-model, such as {STANDARD}")


@pytest.mark.parametrize("metric", [[], ["-m", "bleu,comet"]])
def test_a_model_that_is_named_must_be_there(
    project: Path, here: Callable[..., Done], metric: list[str]
) -> None:
    command = ["score", "systems/llm-fluent", *metric, "--comet-model"]
    refused(here(*command, "Org/none"), "the COMET model Org/none is not on this machine")
    refused(here(*command, "models/a/none"), "models/a/none: there is no such file or folder")
    refused(here(*command, "a b/c"), "'a b/c' is neither a file or folder nor a name on the hub")
    refused(here(*command, "systems"), "systems: there is no checkpoint in this folder")
    assert not (project / "results").exists()


def test_a_reference_free_model_needs_only_sources(
    project: Path, here: Callable[..., Done], checkpoints: dict[str, Path]
) -> None:
    name = "mnd-2023-11-30-consensus"
    command = (
        *("score", f"systems/llm-fluent/{name}.txt", "-s", f"references/{name}.zh.txt"),
        *("--comet-model", checkpoints["referenceless"], "--json"),
    )
    for metric in ([], ["-m", "comet"]):
        done = here(*command, *metric)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert list(found["signatures"]) == ["comet"]
        assert found["signatures"]["comet"].startswith("nrefs:0|model:referenceless|")
        assert isinstance(found["systems"][0]["comet"], float)
        assert found["error_spans"] == []
        assert ("BLEU is skipped" in done.stderr) == (not metric)
    refused(
        here(*command[:-2], checkpoints["regression"], "-m", "comet"),
        "the COMET model regression compares with references and there are none",
    )


def test_without_the_cache_nothing_is_read_or_kept(
    warm: Path, here: Callable[..., Done], checkpoints: dict[str, Path], scored: Scored
) -> None:
    def state() -> list[tuple[str, int, bytes]]:
        files = sorted(scored.cache.iterdir())
        return [(file.name, file.stat().st_mtime_ns, file.read_bytes()) for file in files]

    before = state()
    command = ("score", "systems/llm-fluent", "-m", "comet", "--json", "--no-cache")
    done = here(*command, "--comet-model", checkpoints["xcomet"])
    assert done.returncode == 0, done.stderr
    assert state() == before
    [system] = json.loads(done.stdout)["systems"]
    kept = json.loads(scored.cold.stdout)["systems"][0]
    assert system["comet"] == pytest.approx(kept["comet"], abs=1e-5)
