"""What the official texts do with the terms: the shipped references, and small ones by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from mteval.corpus.layout import load_test_set, load_unscored
from mteval.corpus.model import Document, TestSet
from mteval.terminology.audit import PROBLEMS, AuditRow, audit
from mteval.terminology.checking import take_inventory
from mteval.terminology.concepts import TermbaseRow
from mteval.terminology.formats.registry import read_termbase
from mteval.terminology.termbase import Termbase
from tests.conftest import ROOT, Run

DIPLOMACY = "mnd-2023-12-28-military-diplomacy"


def rows_of(
    terms: Sequence[TermbaseRow],
    segments: Sequence[tuple[str, str]],
    english_only: Mapping[str, Sequence[str]] | None = None,
    second: Sequence[str] = (),
) -> dict[str, AuditRow]:
    """Audit one document and give the rows by concept."""
    sources, reference = (list(column) for column in zip(*segments, strict=True))
    references = [reference, list(second)] if second else [reference]
    test_set = TestSet((Document.from_columns("d", sources, references),))
    termbase = Termbase.from_rows(terms)
    rows = audit(take_inventory(test_set, {"s": reference}, termbase), english_only or {})
    return {row["concept"]: row for row in rows}


ARK = [
    TermbaseRow("ark", "和平方舟", "Peace Ark", "preferred"),
    TermbaseRow("ark", "和平方舟", "Ark of Peace", "admitted"),
    TermbaseRow("ark", "和平方舟", "Ark Peace", "deprecated"),
]


def test_the_shipped_references_are_known_to_err() -> None:
    test_set = load_test_set(ROOT / "references")
    terms = read_termbase(ROOT / "references" / "terms.csv")
    english_only = load_unscored(ROOT / "references")
    assert [document.id for document in english_only] == ["li-shangfu-russia-visit"]
    lines_of = {d.id: [segment.references[0] for segment in d.segments] for d in english_only}
    rows = {r["source"]: r for r in audit(take_inventory(test_set, {}, terms), lines_of)}
    order = [concept.sources[0] for concept in terms.concepts]
    assert sorted(rows, key=order.index) == list(rows)
    for source, preferred, deprecated in (
        ("北部·联合", "Northern/Interaction", "Beibu Unity-2023"),
        ("和平友谊", "Aman Youyi", "Aman youyi-2023"),
        ("和平方舟", "Peace Ark", "Ark Peace"),
    ):
        row = rows[source]
        assert (row["target"], row["problems"]) == (preferred, ["deprecated"])
        [found] = row["renderings"]
        assert (found["rendering"], found["verdict"]) == (deprecated, "deprecated")
        [place] = found["places"]
        lines = (ROOT / "references" / f"{DIPLOMACY}.en.txt").read_text("utf-8").splitlines()
        assert place["document"] == DIPLOMACY
        assert deprecated in lines[place["segment"] - 1]
        assert found["count"] == 1
    # The State Department writes both PRC and People's Republic of China.
    assert rows["中华人民共和国"]["problems"] == ["inconsistent"]
    assert {f["rendering"] for f in rows["中华人民共和国"]["renderings"]} == {
        "PRC",
        "People’s Republic of China",
    }
    for row in rows.values():
        assert row["problems"]
        counts = [found["count"] for found in row["renderings"]]
        assert counts == sorted(counts, reverse=True)


def test_each_problem_and_none() -> None:
    terms = [
        *ARK,
        TermbaseRow("consensus", "共识", "consensus", "preferred"),
        TermbaseRow("navy", "海军", "Navy", "preferred"),
        TermbaseRow("bali", "巴厘", "Bali", "preferred"),
        TermbaseRow("talks", "会谈", "talks", "preferred"),
    ]
    rows = rows_of(
        terms,
        [
            ("和平方舟", "The Peace Ark"),
            ("和平方舟", "the Ark of Peace"),
            ("和平方舟", "an Ark Peace"),
            ("共识", "a consensus"),
            ("共识", "two consensuses"),
            ("海军", "haijun"),
            ("巴厘", "it left 巴厘"),
            ("会谈", "they met"),
        ],
    )
    # Plural and article make no other rendering, so nothing is said of the consensus.
    assert {concept: row["problems"] for concept, row in rows.items()} == {
        "ark": ["deprecated", "inconsistent"],
        "navy": ["unlisted"],
        "bali": ["unlisted"],
        "talks": ["omitted"],
    }
    assert set(PROBLEMS) == {problem for row in rows.values() for problem in row["problems"]}
    assert [(f["rendering"], f["verdict"], f["count"]) for f in rows["ark"]["renderings"]] == [
        ("Peace Ark", "preferred", 1),
        ("Ark of Peace", "admitted", 1),
        ("Ark Peace", "deprecated", 1),
    ]
    assert rows["talks"]["renderings"][0]["rendering"] is None


def test_counts_and_places_are_those_of_the_text() -> None:
    rows = rows_of(
        ARK, [("和平方舟,和平方舟", "Ark Peace and Ark Peace"), ("和平方舟", "Ark Peace")]
    )
    [found] = rows["ark"]["renderings"]
    assert found["count"] == 3
    assert found["places"] == [{"document": "d", "segment": 1}, {"document": "d", "segment": 2}]


def test_a_second_reference_is_looked_at_too() -> None:
    rows = rows_of(ARK, [("和平方舟", "Peace Ark")], second=["Ark Peace"])
    assert rows["ark"]["problems"] == ["deprecated", "inconsistent"]


def test_systems_are_none_of_its_business() -> None:
    test_set = TestSet((Document.from_columns("d", ["和平方舟"], [["Peace Ark"]]),))
    inventory = take_inventory(test_set, {"x": ["Ark Peace"]}, Termbase.from_rows(ARK))
    assert audit(inventory, {}) == []


def test_deprecated_wording_of_english_only_text_is_found() -> None:
    english_only = {"e": ["Nothing here", "The Ark Peaces of old", "Peace Ark", "Ark Peace"]}
    rows = rows_of(ARK, [("没有", "nothing")], english_only)
    [found] = rows["ark"]["renderings"]
    assert rows["ark"]["problems"] == ["deprecated"]
    assert (found["verdict"], found["count"]) == ("deprecated", 2)
    assert found["places"] == [{"document": "e", "segment": 2}, {"document": "e", "segment": 4}]


def test_one_rendering_in_both_kinds_of_text_is_consistent() -> None:
    rows = rows_of(ARK, [("和平方舟", "Ark Peace")], {"e": ["Ark Peace"]})
    assert rows["ark"]["problems"] == ["deprecated"]
    assert sum(found["count"] for found in rows["ark"]["renderings"]) == 2


def test_a_deprecated_rendering_inside_a_right_one_is_none() -> None:
    terms = [
        TermbaseRow("bri", "一带一路", "Belt and Road Initiative", "preferred"),
        TermbaseRow("bri", "一带一路", "Belt and Road", "deprecated"),
    ]
    line = "the Belt and Road Initiative"
    # Aligned, the longest match wins, as everywhere.
    assert rows_of(terms, [("一带一路", line)]) == {}
    assert rows_of(terms, [("没有", "nothing")], {"e": [line]}) == {}


def test_what_is_right_for_another_concept_is_no_error() -> None:
    terms = [
        TermbaseRow("a", "美中关系", "US-China relations", "preferred"),
        TermbaseRow("b", "中美关系", "China-US relations", "preferred"),
        TermbaseRow("b", "中美关系", "US-China relations", "deprecated"),
    ]
    # Without the Chinese nobody can tell which of the two it renders.
    assert rows_of(terms, [("没有", "nothing")], {"e": ["US-China relations"]}) == {}


def write_references(folder: Path, date: str) -> None:
    """Write a scored document, an English-only one of some day, and a termbase."""
    folder.mkdir()
    (folder / "d.zh.txt").write_text("土耳其\n", "utf-8")
    (folder / "d.en.txt").write_text("Türkiye\n", "utf-8")
    (folder / "e.en.txt").write_text("Visit to Turkey\nIn Turkey\n", "utf-8")
    (folder / "e.toml").write_text(f'languages = ["en"]\ndate = "{date}"\n', "utf-8")
    (folder / "terms.csv").write_text(
        "concept,source,target,status,valid_from,valid_to\n"
        "turkey,土耳其,Turkey,preferred,,2022-06-01\n"
        "turkey,土耳其,Turkey,deprecated,2022-06-02,\n"
        "turkey,土耳其,Türkiye,preferred,2022-06-02,\n",
        "utf-8",
    )


def test_the_command_reads_english_only_documents(tmp_path: Path, mteval: Run) -> None:
    write_references(tmp_path / "references", "2023-01-01")
    done = mteval("terms", "audit", "--no-search", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["termbase"] == "references/terms.csv"
    [row] = found["terms"]
    # d has no date, so Türkiye counts as right there.
    assert row["concept"] == "turkey"
    assert "deprecated" in row["problems"]
    [turkey] = [f for f in row["renderings"] if f["verdict"] == "deprecated"]
    assert (turkey["rendering"], turkey["count"]) == ("Turkey", 2)
    assert turkey["places"] == [{"document": "e", "segment": 1}, {"document": "e", "segment": 2}]
    table = mteval("terms", "audit", "--no-search").stdout
    assert "e:1, e:2" in table
    assert "Türkiye" in table


def test_english_only_text_is_judged_by_what_was_in_force(tmp_path: Path, mteval: Run) -> None:
    # Turkey was the right name on that day.
    write_references(tmp_path / "references", "2021-01-01")
    done = mteval("terms", "audit", "--no-search", "--json")
    assert json.loads(done.stdout)["terms"] == []
