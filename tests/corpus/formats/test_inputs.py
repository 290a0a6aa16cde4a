"""What `mteval score` takes files for: references, systems, plain lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mteval.corpus.formats.inputs import read_inputs
from mteval.corpus.formats.read import read_corpus
from mteval.corpus.formats.write import write_corpus
from mteval.corpus.model import SystemOutput
from mteval.errors import InputError, MismatchError, UsageError

ROWS = [("好", "Good."), ("天气很冷", "It is cold.")]


def tmx(path: Path, rows: list[tuple[str, str]], domains: tuple[str, ...] = ()) -> Path:
    props = [f'<prop type="x-domain">{domain}</prop>' for domain in domains] or [""] * len(rows)
    units = "".join(
        f'<tu>{prop}<tuv xml:lang="zh"><seg>{zh}</seg></tuv>'
        f'<tuv xml:lang="en"><seg>{en}</seg></tuv></tu>'
        for prop, (zh, en) in zip(props, rows, strict=True)
    )
    path.write_text(
        '<tmx version="1.4"><header creationtool="x" creationtoolversion="1" segtype="sentence" '
        'o-tmf="x" adminlang="en" srclang="zh" datatype="plaintext"/>'
        f"<body>{units}</body></tmx>",
        "utf-8",
    )
    return path


def test_one_document_pairs_with_one_of_another_name(tmp_path: Path) -> None:
    references = tmx(tmp_path / "SET.tmx", ROWS)
    system = tmx(tmp_path / "MT.tmx", [(zh, en.lower()) for zh, en in ROWS])
    inputs = read_inputs([references], None, [system])
    [output] = inputs.systems
    assert isinstance(output, SystemOutput)
    assert output.name == "MT"
    assert dict(output.documents) == {"SET": ("good.", "it is cold.")}
    assert any("its one document is taken for SET" in note for note in inputs.notes)
    other = tmx(tmp_path / "other.tmx", [("坏", "Bad."), ROWS[1]])
    with pytest.raises(MismatchError, match="segment 1 of document SET translates"):
        read_inputs([references], None, [other])


def test_references_beside_systems_are_no_system(tmp_path: Path) -> None:
    references = tmx(tmp_path / "SET.tmx", ROWS)
    system = tmp_path / "all.jsonl"
    system.write_text(
        "".join(
            json.dumps({"source": zh, "reference": en, "hypothesis:a": en.upper()}) + "\n"
            for zh, en in ROWS
        ),
        "utf-8",
    )
    inputs = read_inputs([references], None, [system])
    assert [output.name for output in inputs.systems] == ["a"]
    assert any("the references in it are ignored" in note for note in inputs.notes)


@pytest.mark.parametrize("place", ["system", "reference", "source"])
def test_other_formats_are_not_taken_for_plain_lines(tmp_path: Path, place: str) -> None:
    for name in ("system", "reference", "source"):
        (tmp_path / name).write_text("一\n二\n" if name == "source" else "one\ntwo\n", "utf-8")
    files = {name: tmp_path / name for name in ("system", "reference", "source")}
    files[place] = tmp_path / "set.jsonl"
    rows = [json.dumps({"source": zh, "reference": en}) + "\n" for zh, en in ROWS]
    files[place].write_text("".join(rows), "utf-8")
    with pytest.raises(UsageError, match="not a file of plain lines, but jsonl"):
        read_inputs([files["reference"]], files["source"], [files["system"]])


def test_a_document_of_two_domains_has_none(tmp_path: Path) -> None:
    corpus = read_corpus(tmx(tmp_path / "two.tmx", ROWS, ("news", "law")))
    assert [document.domain for document in corpus.test_set.documents] == [None]
    assert any("segments of the domains news, law" in note for note in corpus.notes)
    corpus = read_corpus(tmx(tmp_path / "one.tmx", ROWS, ("law", "law")))
    assert [document.domain for document in corpus.test_set.documents] == ["law"]


def test_summaries_are_kept_or_said_to_be_lost(tmp_path: Path) -> None:
    folder = tmp_path / "references"
    folder.mkdir()
    (folder / "a.zh.txt").write_text("一\n二\n", "utf-8")
    (folder / "a.en.txt").write_text("one\ntwo\n", "utf-8")
    (folder / "a.toml").write_text("summaries = [2]\n", "utf-8")
    corpus = read_corpus(folder)
    assert write_corpus(corpus, tmp_path / "again", "folder") == []
    assert read_corpus(tmp_path / "again").test_set.documents[0].summaries == (2,)
    notes = write_corpus(corpus, tmp_path / "x.jsonl", "jsonl")
    assert any("which references are summaries: lost for a:2" in note for note in notes)


def test_mt_metrics_eval_reads_back_ids_with_spaces(tmp_path: Path) -> None:
    table = tmp_path / "t.tsv"
    table.write_text("document\tdomain\tsource\treference\nd 1\tnews\t好\tGood\n", "utf-8")
    write_corpus(read_corpus(table), tmp_path / "mme", "mt-metrics-eval")
    [document] = read_corpus(tmp_path / "mme").test_set.documents
    assert (document.id, document.domain) == ("d%201", "news")


def test_xliff_files_in_other_languages_are_left_out(tmp_path: Path) -> None:
    files = "".join(
        f'<file original="{code}" source-language="zh-CN" target-language="{code}" '
        'datatype="plaintext"><body><trans-unit id="1"><source>好</source>'
        f"<target>{text}</target></trans-unit></body></file>"
        for code, text in (("en-US", "Good"), ("fr-FR", "Bien"))
    )
    path = tmp_path / "two.xlf"
    path.write_text(
        f'<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">{files}</xliff>',
        "utf-8",
    )
    corpus = read_corpus(path)
    assert [segment.references for d in corpus.test_set.documents for segment in d.segments] == [
        ("Good",)
    ]
    assert any("skipped files in other languages: fr-FR" in note for note in corpus.notes)


@pytest.mark.parametrize("suffix", ["tsv", "csv"])
def test_an_empty_line_of_one_column_is_an_empty_text(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_text("hypothesis:x\na\n\nb\n", "utf-8")
    [system] = read_corpus(path).systems
    assert list(system.documents.values()) == [("a", "", "b")]


def test_what_is_too_long_or_too_many_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    row = {"source": "好", "reference": "a" * 1_000_001}
    path.write_text(json.dumps(row), "utf-8")
    with pytest.raises(InputError, match="no segment has more than 1,000,000"):
        read_corpus(path)
    row = {"source": "好"} | {f"reference_{n}": "a" for n in range(1, 29)}
    path.write_text(json.dumps(row), "utf-8")
    with pytest.raises(InputError, match="28 references, and a folder holds 26"):
        write_corpus(read_corpus(path), tmp_path / "folder", "folder")
    path = tmp_path / "x.tsv"
    path.write_text("source\tref_099999999\n好\tx\n", "utf-8")
    assert any("ref_099999999" in note for note in read_corpus(path).notes)
