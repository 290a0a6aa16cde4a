"""The inputs that score, compare and terms check are given: any format, the same numbers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Run

SYSTEMS = sorted(path for path in (ROOT / "systems").iterdir() if path.is_dir())
QUICK = ("-m", "bleu", "-m", "chrf", "--samples", "0", "--json")


@pytest.fixture(scope="module")
def folders() -> dict[str, Any]:
    """Score the folders: what every other format must give as well."""
    from mteval.evaluation.orchestrator import evaluate

    evaluation = evaluate(ROOT / "references", SYSTEMS, ["bleu", "chrf"], samples=0)
    return {row["system"]: row for row in evaluation.system_rows()}


def scored(done: Any) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    return {row["system"]: row for row in json.loads(done.stdout)["systems"]}


def check_equal(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert set(found) == set(wanted)
    for name, row in wanted.items():
        assert [found[name][key] for key in ("segments", "bleu", "chrf")] == [
            row[key] for key in ("segments", "bleu", "chrf")
        ]


@pytest.mark.parametrize("output", ["set.xml", "set"])
def test_a_test_set_with_its_systems_scores_as_the_folders_do(
    mteval: Run, root: Path, folders: dict[str, Any], output: str
) -> None:
    assert mteval("convert", root / "references", *SYSTEMS, output).returncode == 0
    check_equal(scored(mteval("score", "-r", output, *QUICK)), folders)


def test_systems_in_every_form_beside_a_test_set(
    mteval: Run, root: Path, tmp_path: Path, folders: dict[str, Any]
) -> None:
    fluent, glossary, literal = SYSTEMS
    mteval("convert", root / "references", "set.tmx")
    # A folder, a CAT program's file, and a line for each segment of the whole test set.
    mteval("convert", root / "references", literal, "all.jsonl")
    rows = [json.loads(line) for line in Path(tmp_path, "all.jsonl").read_text().splitlines()]
    lines = [row["hypothesis:llm-literal"] for row in rows]
    (tmp_path / "llm-literal.txt").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    for row in rows:
        del row["hypothesis:llm-literal"]
        path = glossary / f"{row['document']}.txt"
        row["target"] = path.read_text("utf-8").splitlines()[int(row["segment"]) - 1]
        del row["reference"]
    table = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "llm-glossary.jsonl").write_text(table, "utf-8")
    given = (fluent, "llm-glossary.jsonl", "llm-literal.txt")
    check_equal(scored(mteval("score", *given, "-r", "set.tmx", *QUICK)), folders)
    # The same file as a system against the folder of references.
    found = scored(mteval("score", "llm-glossary.jsonl", "-r", root / "references", *QUICK))
    check_equal(found, {"llm-glossary": folders["llm-glossary"]})


def test_translations_of_another_source_are_refused(
    mteval: Run, root: Path, tmp_path: Path
) -> None:
    mteval("convert", root / "references", "set.jsonl")
    text = (tmp_path / "set.jsonl").read_text("utf-8")
    (tmp_path / "mt.jsonl").write_text(text.replace("北部", "南部"), "utf-8")
    done = mteval("score", "mt.jsonl", "-r", "set.jsonl", "-m", "bleu")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("mteval: mt.jsonl: segment 4 of document mnd-2023-12-28-military")
    assert len(done.stderr.splitlines()) == 1


def test_a_test_set_of_sacrebleu_is_named(
    mteval: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home" / "wmt22"
    home.mkdir(parents=True)
    for field, lines in {
        "src": "甲\n乙\n",
        "ref-A": "This is one thing and no more.\nThese are two things and no more.\n",
        "ref-B": "One thing.\nTwo things.\n",
        "docid": "d1\nd2\n",
        "domain": "news\nsocial\n",
    }.items():
        (home / f"wmt22.zh-en.{field}").write_text(lines, "utf-8")
    shutil.copy(home / "wmt22.zh-en.ref-A", tmp_path / "mt.txt")
    monkeypatch.setenv("SACREBLEU", str(tmp_path / "home"))
    done = mteval("score", "mt.txt", "-t", "wmt22", "-l", "zh-en", *QUICK)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["systems"][0]["bleu"] == pytest.approx(100.0)
    assert [row["domain"] for row in document["domains"]] == ["news", "social"]
    both = mteval("score", "mt.txt", "-t", "wmt22", "-l", "zh-en", "-r", "x.txt")
    assert (both.returncode, both.stderr) == (
        2,
        "mteval: -t names a test set instead of -s and -r; drop one of them\n",
    )
    compared = mteval("compare", "mt.txt", "-t", "wmt22", *QUICK[:2])
    assert compared.stderr == (
        "mteval: -t and -l go together, as in: -t wmt22 -l zh-en; give both\n"
    )


def test_terms_are_checked_in_any_format(mteval: Run, root: Path, tmp_path: Path) -> None:
    mteval("convert", root / "references", *SYSTEMS, "set.xml")
    terms = root / "references" / "terms.csv"
    done = mteval("terms", "check", "-r", "set.xml", "--terms", terms, "--no-search", "--json")
    assert done.returncode == 0, done.stderr
    wanted = mteval("terms", "check", *SYSTEMS, "-r", root / "references", "--no-search", "--json")
    found, expected = (json.loads(text)["systems"] for text in (done.stdout, wanted.stdout))
    assert found == expected


def test_lines_are_not_given_to_documents_in_pieces(mteval: Run, tmp_path: Path) -> None:
    rows = [("a", "甲", "one"), ("b", "乙", "two"), ("a", "丙", "three")]
    table = "".join(
        json.dumps({"document": d, "source": zh, "reference": en}) + "\n" for d, zh, en in rows
    )
    (tmp_path / "set.jsonl").write_text(table, "utf-8")
    (tmp_path / "mt.txt").write_text("one\ntwo\nthree\n", "utf-8")
    done = mteval("score", "mt.txt", "-r", "set.jsonl", "-m", "bleu")
    assert done.returncode == 2
    assert "lines cannot be paired by their order" in done.stderr


def test_links_out_of_the_folders_are_not_followed(mteval: Run, root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "references", tmp_path / "references")
    system = tmp_path / "systems" / "x"
    shutil.copytree(SYSTEMS[0], system)
    (tmp_path / "secret.txt").write_text("secret\n" * 3)
    target = system / "mnd-2023-11-30-consensus.txt"
    target.unlink()
    target.symlink_to(tmp_path / "secret.txt")
    done = mteval("score", "systems/x", "-m", "bleu")
    assert done.returncode == 2
    assert "consensus.txt: this is a link that leads out of systems/x" in done.stderr
    # The folder itself may be a link: it is what was named.
    target.unlink()
    shutil.copy(SYSTEMS[0] / target.name, target)
    (tmp_path / "linked").symlink_to(system)
    assert mteval("score", "linked", "-m", "bleu", "--samples", "0").returncode == 0
    # What is not read may lead anywhere.
    shutil.rmtree(tmp_path / "references" / "raw")
    (tmp_path / "references" / "raw").symlink_to("/")
    assert mteval("score", "linked", "-m", "bleu", "--samples", "0").returncode == 0
