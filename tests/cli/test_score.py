"""mteval score, as users run it: real processes on real files."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.support import (
    fails,
)
from tests.conftest import ROOT, Run

DOCUMENT = "mnd-2023-11-30-consensus"


def test_score_prints_both_tables_and_keeps_the_run(project: Path, mteval: Run) -> None:
    done = mteval("score", *sorted(project.glob("systems/*")))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Systems")
    assert "Documents" in done.stdout
    assert "state-2023-10-27-blinken-wang" in done.stdout
    assert "bleu: nrefs:1|case:mixed|eff:no|tok:13a" in done.stdout
    assert "README.md: skipped" in done.stderr
    [run] = (path for path in (project / "results").iterdir())
    assert str(run.relative_to(project)) in done.stderr


def test_json_has_the_keys_of_the_design(project: Path, mteval: Run) -> None:
    done = mteval("score", "systems/llm-fluent", "-m", "bleu", "-m", "TER", "--json")
    found = json.loads(done.stdout)
    assert list(found) == [
        *("run", "signatures", "systems", "documents", "terms", "flags", "error_spans"),
    ]
    assert set(found["signatures"]) == {"bleu", "ter"}
    [system] = found["systems"]
    assert (system["system"], system["segments"]) == ("llm-fluent", 26)
    assert {"bleu", "ter"} <= set(system)
    assert [d["segments"] for d in found["documents"]] == [3, 7, 1, 15]
    assert 0 < system["term_accuracy"] < 1
    [term] = [
        t for t in found["terms"] if (t["system"], t["source"]) == ("llm-fluent", "北部·联合")
    ]
    assert (term["occurrences"], term["right"]) == (1, 1)
    [run] = (project / "results").iterdir()
    assert json.loads((run / "run.json").read_text("utf-8")) == found["run"]
    assert found["run"]["command"][:3] == ["mteval", "score", "systems/llm-fluent"]


def test_plain_files_score_as_users_of_sacrebleu_expect(project: Path, mteval: Run) -> None:
    from sacrebleu.metrics.bleu import BLEU

    source, reference = (project / "references" / f"{DOCUMENT}.{x}.txt" for x in ("zh", "en"))
    for name in ("llm-fluent", "llm-literal"):
        shutil.copy(project / "systems" / name / f"{DOCUMENT}.txt", project / f"{name}.txt")
    files = ("llm-fluent.txt", "llm-literal.txt")
    done = mteval(
        "score",
        *files,
        "-s",
        source,
        "-r",
        reference,
        "-r",
        "llm-literal.txt",
        "-m",
        "bleu",
        "--json",
    )
    found = json.loads(done.stdout)
    assert [row["system"] for row in found["systems"]] == ["llm-fluent", "llm-literal"]
    lines = [path.read_text("utf-8").splitlines() for path in (reference, project / files[1])]
    hypothesis = (project / files[0]).read_text("utf-8").splitlines()
    expected = BLEU().corpus_score(hypothesis, lines).score
    assert found["systems"][0]["bleu"] == pytest.approx(expected, abs=1e-9)
    assert found["signatures"]["bleu"].startswith("nrefs:2|")


def test_byte_order_mark_and_crlf_change_nothing(project: Path, mteval: Run) -> None:
    def scores() -> object:
        return json.loads(mteval("score", "systems/llm-fluent", "--json").stdout)["systems"]

    before = scores()
    for path in [*project.glob("references/*.txt"), *project.glob("systems/llm-fluent/*.txt")]:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert scores() == before


def test_missing_documents_are_scored_on_request(project: Path, mteval: Run) -> None:
    (project / "systems" / "llm-fluent" / f"{DOCUMENT}.txt").unlink()
    fails(mteval("score", "systems/llm-fluent"), f"llm-fluent lacks {DOCUMENT}", "--allow-missing")
    assert not (project / "results").exists()
    done = mteval("score", "systems/llm-fluent", "systems/llm-literal", "--allow-missing")
    assert done.returncode == 0
    assert "23/26" in done.stdout
    assert f"llm-fluent lacks {DOCUMENT}" in done.stderr


def test_checks_can_be_left_out(project: Path, mteval: Run) -> None:
    path = project / "systems" / "llm-fluent" / f"{DOCUMENT}.txt"
    source = (project / "references" / f"{DOCUMENT}.zh.txt").read_text("utf-8").split("\n")[0]
    path.write_text(f"{source}\n{path.read_text('utf-8').split(chr(10), 1)[1]}", "utf-8")
    command = ("score", "systems/llm-fluent", "-m", "chrf", "--samples", "0", "--no-cache")
    assert "1 copy" in mteval(*command).stdout
    done = mteval(*command, "--no-checks", "--json")
    [system] = json.loads(done.stdout)["systems"]
    assert set(system["flags"].values()) == {None}


def test_an_empty_hypothesis_line_is_scored_and_counted(project: Path, mteval: Run) -> None:
    path = project / "systems" / "llm-fluent" / f"{DOCUMENT}.txt"
    path.write_text("\n" + path.read_text("utf-8").split("\n", 1)[1])
    done = mteval("score", "systems/llm-fluent")
    assert done.returncode == 0
    assert f"warning: llm-fluent has 1 empty hypothesis ({DOCUMENT}:1)" in done.stderr


def test_bad_files_are_refused_with_their_place(project: Path, mteval: Run) -> None:
    hypothesis = project / "systems" / "llm-fluent" / f"{DOCUMENT}.txt"
    reference = project / "references" / f"{DOCUMENT}.en.txt"
    original = hypothesis.read_bytes(), reference.read_bytes()

    def score() -> subprocess.CompletedProcess[str]:
        return mteval("score", "systems/llm-fluent")

    hypothesis.write_bytes(original[0].split(b"\n", 1)[1])
    fails(score(), f"{DOCUMENT}.txt has 2 lines where", "has 3: they part at line 1 of systems/")
    hypothesis.write_bytes(b"")
    fails(score(), f"systems/llm-fluent/{DOCUMENT}.txt: the file is empty")
    hypothesis.write_bytes("第一段\n第二段\n第三段\n".encode("gb18030"))
    fails(score(), f"{DOCUMENT}.txt:1: the text is not UTF-8 (byte offset 0; it looks like GB")
    hypothesis.write_bytes(original[0])
    reference.write_bytes(b"\n" + original[1].split(b"\n", 1)[1])
    fails(score(), f"references/{DOCUMENT}.en.txt:1: the line is empty")
    reference.write_bytes(b"")
    fails(score(), f"references/{DOCUMENT}.en.txt: the file is empty")
    reference.write_bytes(original[1])
    (project / "systems" / "llm-fluent" / "other.txt").write_text("x\n")
    fails(score(), "the references have no scorable document other")
    assert not (project / "results").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["score", "systems/none"], "systems/none: there is no such folder"),
        (["score", "systems/llm-fluent", "-r", "none"], "none: there is no such folder"),
        (["score", "systems/README.md"], "no system output among the paths given"),
        (["score", "systems/llm-fluent", "-m", "chrff"], "no metric 'chrff': did you mean chrf"),
        (
            ["score", "systems/llm-fluent", "systems/../systems/llm-fluent"],
            "the name llm-fluent",
        ),
        (["score", "systems/llm-fluent", "systems/llm-fluent/"], "llm-fluent is given twice"),
        (["score", "systems/llm-fluent", "-o", "systems/README.md"], "it cannot be written"),
        (["score", "x.txt", "-r", "systems/README.md"], "x.txt: there is no such file"),
        (["score", "x.txt", "-s", "x.zh", "-r", "references"], "is a folder and cannot stand"),
        (["score", "x.txt", "-s", "x.zh"], "x.zh: there is no such file"),
        (["score", "systems/README.md", "-s", "systems/README.md"], "give some with -r"),
        (["score", "x" * 300], "the path cannot be used"),
        (["ingest", "none.txt"], "none.txt: there is no such file"),
        (["ingest", "references"], "this is a folder where a file is wanted"),
    ],
)
def test_bad_arguments_are_refused(
    project: Path, mteval: Run, arguments: list[str], says: str
) -> None:
    fails(mteval(*arguments), says)
    assert not (project / "results").exists()


NAME = "mnd-2023-11-30-consensus"


@pytest.mark.parametrize("flag", ["--resegment", "--realign"])
def test_outputs_are_cut_on_request_by_the_new_name_and_the_old(
    flag: str, mteval: Run, tmp_path: Path
) -> None:
    lines = (ROOT / "systems" / "llm-fluent" / f"{NAME}.txt").read_text("utf-8").splitlines()
    merged = tmp_path / "merged.txt"
    merged.write_text(" ".join(lines) + "\n", "utf-8")
    files = [ROOT / "references" / f"{NAME}.{language}.txt" for language in ("zh", "en")]
    options = ("-s", files[0], "-r", files[1], "-m", "chrf", "--samples", 0, "--json")
    done = mteval("score", merged, *options, flag)
    assert done.returncode == 0, done.stderr
    assert f"re-aligned 1 line to {len(lines)} segments" in done.stderr
    assert json.loads(done.stdout)["systems"][0]["segments"] == len(lines)
    assert mteval("score", merged, *options).returncode == 2
