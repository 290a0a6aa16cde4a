"""COMET on the command line, with small real checkpoints.

Processes of their own where that is the point; the rest runs in this one, where torch is loaded.
"""

from __future__ import annotations

import csv
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mteval.metrics.comet.checkpoints import find_model
from mteval.metrics.comet.known_models import DEFAULT_MODEL
from tests.conftest import ROOT, Run, without_progress

Done = subprocess.CompletedProcess[str]
SYSTEMS = ("systems/llm-fluent", "systems/llm-glossary", "systems/llm-literal")
LONG = "mnd-2023-12-28-video-call"  # one paragraph, longer than the encoder takes
STANDARD = "Unbabel/wmt22-comet-da"
NO_MODEL = f"the COMET model {STANDARD} is not on this machine"


def copy_project(folder: Path) -> Path:
    for name in ("references", "systems"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def fails(done: Done, *says: str) -> None:
    """Check that bad input was answered by one sentence and exit code 2, with nothing written."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    [sentence] = without_progress(done.stderr).splitlines()
    assert sentence.startswith("mteval: ")
    for text in says:
        assert text in sentence


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the shipped references and systems into an empty folder."""
    return copy_project(tmp_path)


@pytest.fixture
def here(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Done]:
    """Run the command line in an empty folder, in this process."""
    from mteval.cli.commands import main

    def run(*arguments: object) -> Done:
        command = ["mteval", *map(str, arguments)]
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.chdir(tmp_path)
            patch.setattr(sys, "argv", command)
            with pytest.raises(SystemExit) as exit:
                main()
        code = exit.value.code
        assert code is None or isinstance(code, int)
        return subprocess.CompletedProcess(command, code or 0, *capsys.readouterr())

    return run


class Scored(NamedTuple):
    """Hold one project scored twice, in processes of their own."""

    folder: Path
    cache: Path
    cold: Done
    warm: Done


@pytest.fixture(scope="module")
def scored(checkpoints: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Scored:
    folder = copy_project(tmp_path_factory.mktemp("project"))
    cache = tmp_path_factory.mktemp("cache")
    done = [
        subprocess.run(
            [
                *(sys.executable, "-X", "importtime", "-m", "mteval", "score"),
                *("systems/llm-fluent", "systems/llm-literal"),
                *("--comet-model", str(checkpoints["xcomet"]), "--json"),
            ],
            cwd=folder,
            env=os.environ | {"MTEVAL_CACHE_DIR": str(cache)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        for _ in range(2)
    ]
    assert [one.returncode for one in done] == [0, 0], done[0].stderr[-2000:]
    return Scored(folder, cache, *done)


@pytest.fixture
def warm(scored: Scored, monkeypatch: pytest.MonkeyPatch, project: Path) -> Path:
    """Give a project whose scores by the xCOMET checkpoint are known."""
    monkeypatch.setenv("MTEVAL_CACHE_DIR", str(scored.cache))
    return project


def said(done: Done) -> list[str]:
    return [line for line in done.stderr.splitlines() if not line.startswith("import time:")]


def segments(folder: Path) -> list[dict[str, str]]:
    run = min((folder / "results").iterdir())
    with (run / "segments.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


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
    fails(
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
    fails(mteval(*command, "-m", "comet"), refusal, f"--comet-model, such as {STANDARD}")


@pytest.mark.parametrize("metric", [[], ["-m", "bleu,comet"]])
def test_a_model_that_is_named_must_be_there(
    project: Path, here: Callable[..., Done], metric: list[str]
) -> None:
    command = ["score", "systems/llm-fluent", *metric, "--comet-model"]
    fails(here(*command, "Org/none"), "the COMET model Org/none is not on this machine")
    fails(here(*command, "models/a/none"), "models/a/none: there is no such file or folder")
    fails(here(*command, "a b/c"), "'a b/c' is neither a file or folder nor a name on the hub")
    fails(here(*command, "systems"), "systems: there is no checkpoint in this folder")
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
    fails(
        here(*command[:-2], checkpoints["regression"], "-m", "comet"),
        "the COMET model regression compares with references and there are none",
    )


def test_settings_name_the_model(
    warm: Path,
    here: Callable[..., Done],
    checkpoints: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command = ("score", "systems/llm-fluent", "--json")

    def model(*more: object) -> str:
        done = here(*command, *more)
        assert done.returncode == 0, done.stderr
        return str(json.loads(done.stdout)["signatures"]["comet"].split("|")[1])

    shutil.copytree(checkpoints["xcomet"], warm / "models" / "xcomet")
    (warm / "mteval.toml").write_text('comet_model = "models/xcomet"\n')
    assert model() == "model:xcomet"
    assert any("comet-split" in row["flags"] for row in segments(warm))
    (warm / "mteval.toml").write_text('comet_model = "Org/file"\n')
    fails(here(*command), "the COMET model Org/file is not on this machine")
    monkeypatch.setenv("MTEVAL_COMET_MODEL", str(checkpoints["xcomet"]))
    assert model() == "model:xcomet"
    monkeypatch.setenv("MTEVAL_COMET_MODEL", "Org/variable")
    fails(here(*command), "the COMET model Org/variable is not on this machine")
    assert model("--comet-model", checkpoints["xcomet"]) == "model:xcomet"
    (warm / "mteval.toml").write_text("comet_model = 5\n")
    fails(here(*command), "mteval.toml: comet_model is 5; give it as a text in quotes")


def test_long_inputs_may_be_truncated(
    project: Path, here: Callable[..., Done], checkpoints: dict[str, Path]
) -> None:
    command = ("score", "systems/llm-fluent", "-m", "comet", "--json")
    named = ("--comet-model", checkpoints["xcomet"], "--long-inputs", "truncate")
    done = here(*command, *named)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [(row["document"], row["flag"]) for row in found["flags"]] == [(LONG, "comet-truncated")]
    assert "|long:truncate|" in found["signatures"]["comet"]
    assert f"llm-fluent {LONG}:1" in done.stderr
    assert [row["flags"] for row in segments(project) if row["flags"]] == ["comet-truncated"]


@pytest.mark.parametrize(
    ("option", "choices"),
    [
        ("--long-inputs", "split, truncate"),
        ("--precision", "fp32, bf16, fp16"),
        ("--device", "auto, cpu, cuda, mps"),
    ],
)
def test_bad_values_are_refused_with_the_choices(
    project: Path, here: Callable[..., Done], option: str, choices: str
) -> None:
    done = here("score", "systems/llm-fluent", option, "other")
    fails(done, f"{option} is 'other'; choose from {choices}")
    assert not (project / "results").exists()


def test_bad_values_in_the_settings_are_refused_too(
    project: Path, here: Callable[..., Done]
) -> None:
    (project / "mteval.toml").write_text('precision = "int8"\n')
    fails(here("score", "systems/llm-fluent"), "precision", "'int8'", "fp32, bf16, fp16")


def test_a_device_that_is_not_there_is_refused(
    project: Path, here: Callable[..., Done], checkpoints: dict[str, Path]
) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    command = ("score", "systems/llm-fluent", "-m", "comet", "--no-cache", "--device", "cuda")
    done = here(*command, "--comet-model", checkpoints["regression"])
    fails(done, "there is no cuda device", "--device cpu")
    assert not (project / "results").exists()


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


def test_models_are_listed(
    here: Callable[..., Done], checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = here("models")
    assert done.returncode == 0
    assert done.stdout.startswith("COMET models")
    assert done.stdout.count("not fetched") == 8
    assert "mteval/comet-mini-en" in done.stdout
    monkeypatch.setenv("MTEVAL_COMET_MODEL", str(checkpoints["unified"]))
    rows = json.loads(here("models", "--json").stdout)["models"]
    bundled = str(find_model(DEFAULT_MODEL).hparams_file.parent)
    assert [row["path"] for row in rows] == [bundled, *[None] * 8, str(checkpoints["unified"])]
    assert all(list(row) == ["model", "licence", "reads", "path"] for row in rows)
    assert str(checkpoints["unified"]) in here("models").stdout
    monkeypatch.setenv("MTEVAL_COMET_MODEL", "models/a/none")
    fails(here("models"), "models/a/none: there is no such file or folder")


def test_fetching_without_a_network_is_refused(
    mteval: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    fails(mteval("models", "fetch", "x/y"), "x/y cannot be downloaded (", "check the network")


def test_what_is_on_disk_is_not_fetched(
    here: Callable[..., Done], checkpoints: dict[str, Path]
) -> None:
    fails(here("models", "fetch", checkpoints["xcomet"]), "only names on the hub are fetched")
    fails(here("models", "fetch", "a b/c"), "a b/c cannot be downloaded")


def test_the_cache_is_shown_and_cleared(
    here: Callable[..., Done], scored: Scored, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("MTEVAL_CACHE_DIR", str(cache))
    empty = {"folder": str(cache), "bytes": 0, "signatures": []}
    assert json.loads(here("cache", "--json").stdout) == empty
    assert here("cache").stdout == f"{cache}: 0.0 MB\n"
    assert not cache.exists()

    shutil.copytree(scored.cache, cache)
    found = json.loads(here("cache", "--json").stdout)
    signature = json.loads(scored.cold.stdout)["signatures"]["comet"].removeprefix("nrefs:1|")
    assert found["bytes"] == sum(path.stat().st_size for path in cache.iterdir())
    # 26 segments of two systems; what two systems say alike is one.
    [kept] = found["signatures"]
    assert kept["signature"] == signature
    assert 26 < kept["scores"] <= 52
    assert signature in here("cache").stdout

    (cache / "of somebody else").touch()
    done = here("cache", "clear")
    assert done.returncode == 0
    assert re.match(r"mteval: \d+\.\d MB removed from", done.stderr)
    assert "MB removed from" in done.stderr
    assert [path.name for path in cache.iterdir()] == ["of somebody else"]
    assert json.loads(here("cache", "--json").stdout) == empty
    (cache / "scores-1.sqlite3").write_bytes(b"no database" * 1000)
    fails(here("cache"), "the cache of scores cannot be read", "mteval cache clear")
    assert here("cache", "clear").returncode == 0


class Hostile:
    """Run a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self._command = command

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (self._command,)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def no_checkpoint(path: Path) -> None:
    path.write_text("<html>404: there is no such file</html>\n" * 100)


def hostile(path: Path) -> None:
    import torch

    torch.save({"state_dict": Hostile(f"touch {path.parents[1] / 'ran'}")}, path)


def hostile_plain_pickle(path: Path) -> None:
    content = {"state_dict": Hostile(f"touch {path.parents[1] / 'ran'}")}
    path.write_bytes(pickle.dumps(content, protocol=2))


def hostile_pickle_of_today(path: Path) -> None:
    content = {"state_dict": Hostile(f"touch {path.parents[1] / 'ran'}")}
    path.write_bytes(pickle.dumps(content))


def _change(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    import torch

    found = torch.load(path, map_location="cpu", weights_only=True)
    change(found)
    torch.save(found, path)


def lacks_a_weight(path: Path) -> None:
    def change(found: dict[str, Any]) -> None:
        weights = found["state_dict"]
        del weights[next(name for name in weights if name.startswith("estimator"))]

    _change(path, change)


def lacks_all_weights(path: Path) -> None:
    _change(path, lambda found: found.pop("state_dict"))


def wrong_shape(path: Path) -> None:
    def change(found: dict[str, Any]) -> None:
        weights = found["state_dict"]
        name = next(name for name in weights if name.startswith("estimator"))
        weights[name] = weights[name][:-1].clone()

    _change(path, change)


def no_tensor(path: Path) -> None:
    def change(found: dict[str, Any]) -> None:
        found["state_dict"][next(iter(found["state_dict"]))] = "a text"

    _change(path, change)


def odd_hyperparameters(path: Path) -> None:
    def change(found: dict[str, Any]) -> None:
        found["hyper_parameters"] = ["a list"]

    _change(path, change)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (truncated, "the checkpoint is broken ("),
        (empty, "the checkpoint is broken ("),
        (no_checkpoint, "the checkpoint is not a file of torch, and is not loaded"),
        (hostile, "runs code when it is loaded (posix.system), and is not loaded"),
        (hostile_plain_pickle, "runs code when it is loaded (posix.system), and is not loaded"),
        (hostile_pickle_of_today, "and is not loaded"),
        (lacks_a_weight, "the checkpoint lacks 1 of its model's"),
        (lacks_all_weights, "there are no weights (state_dict) in this file"),
        (wrong_shape, "size mismatch for estimator"),
        (no_tensor, "no regression model can be built of this checkpoint"),
        (odd_hyperparameters, "no regression model can be built of this checkpoint"),
    ],
)
def test_a_harmed_checkpoint_is_refused_in_one_sentence(
    harm: Callable[[Path], None],
    says: str,
    project: Path,
    here: Callable[..., Done],
    checkpoints: dict[str, Path],
) -> None:
    model = project / "models" / "mine"
    shutil.copytree(checkpoints["regression"], model)
    checkpoint = model / "checkpoints" / "model.ckpt"
    harm(checkpoint)
    done = here("score", "systems/llm-fluent", "-m", "comet", "--comet-model", model)
    fails(done, str(checkpoint), says)
    assert not (model / "ran").exists()
    assert not (project / "results").exists()
