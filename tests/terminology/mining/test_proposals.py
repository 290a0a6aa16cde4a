from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mteval.corpus.layout import load_test_set
from mteval.errors import MismatchError
from mteval.languages.encoder import sentence_encoder
from mteval.terminology.concepts import TermbaseRow
from mteval.terminology.formats.base import COLUMNS
from mteval.terminology.formats.csv import append_rows
from mteval.terminology.formats.registry import read_termbase
from mteval.terminology.mining.proposals import Proposal, mine
from mteval.terminology.mining.rows import proposed_rows
from mteval.terminology.normalise import fold_source, split_words
from mteval.terminology.termbase import Termbase
from tests.conftest import ROOT

REFERENCES = ROOT / "references"
Texts = tuple[list[str], list[str], list[tuple[str, int]]]


@pytest.fixture(scope="module")
def texts() -> Texts:
    documents = load_test_set(REFERENCES).documents
    rows = [
        (segment.source or "", segment.references[0], (document.id, number))
        for document in documents
        for number, segment in enumerate(document.segments, 1)
    ]
    assert len(rows) == 26
    return [a for a, _, _ in rows], [b for _, b, _ in rows], [c for _, _, c in rows]


@pytest.fixture(scope="module")
def mined(texts: Texts) -> list[Proposal]:
    return mine(*texts, None, sentence_encoder())


@pytest.fixture(scope="module")
def known() -> Termbase:
    return read_termbase(REFERENCES / "terms.csv")


@pytest.fixture(scope="module")
def lacking(texts: Texts, known: Termbase) -> list[Proposal]:
    return mine(*texts, known, sentence_encoder())


def mine_pairs(*pairs: tuple[str, str], termbase: Termbase | None = None) -> list[Proposal]:
    places = [("d", number) for number in range(1, len(pairs) + 1)]
    return mine([a for a, _ in pairs], [b for _, b in pairs], places, termbase, sentence_encoder())


def termbase(*rows: tuple[str, str, str]) -> Termbase:
    return Termbase.from_rows(TermbaseRow(id, zh, en, "preferred") for id, zh, en in rows)


def keys(text: str) -> list[str]:
    return [word.key for word in split_words(text)]


# Both sides as in references/*.zh.txt and *.en.txt, of which the kind says how they were found.
EXPECTED = [
    ("北部·联合", "Beibu Unity", "quoted"),
    ("金龙", "Golden Dragon", "quoted"),
    ("友谊盾牌", "Friendship Shield", "quoted"),
    ("和平方舟", "Ark Peace", "quoted"),
    ("香格里拉对话会", "Shangri-La dialogue", "name"),
    ("全球安全倡议", "Global Security Initiative", "name"),
    ("北京香山论坛", "Beijing Xiangshan Forum", "name"),
    ("中非和平安全论坛", "China-Africa Peace and Security Forum", "name"),
    ("中央军委", "Central Military Commission", "name"),
    ("刘振立", "Liu Zhenli", "name"),
    ("王毅", "Wang Yi", "name"),
    ("国务卿", "Secretary", "recurrent"),
    ("兩國元首", "two heads of state", "recurrent"),
    ("务实合作", "practical cooperation", "recurrent"),
]


@pytest.mark.parametrize(("source", "target", "kind"), EXPECTED)
def test_the_four_pages_have_these_terms(
    mined: list[Proposal], source: str, target: str, kind: str
) -> None:
    [found] = [each for each in mined if each.source == source]
    assert (found.target, found.kind) == (target, kind)


# Read by hand, 2026-11: which of the proposals are wrong on one side or both.
WRONG = {"联合国安理会常任理事国", "舉行會晤"}


def test_most_proposals_are_right(mined: list[Proposal], lacking: list[Proposal]) -> None:
    for proposals in (mined, lacking):
        wrong = [each for each in proposals if each.source in WRONG]
        assert len(wrong) <= max(1, 0.1 * len(proposals))
    assert len(mined) >= 40


def test_a_proposal_says_where_it_comes_from(mined: list[Proposal], texts: Texts) -> None:
    sources, references, places = texts
    of_place = dict(zip(places, zip(sources, references, strict=True), strict=True))
    for each in mined:
        assert each.documents == tuple(dict.fromkeys(document for document, _ in each.places))
        assert each.source in of_place[each.places[0]][0]
        for place in each.places:
            assert fold_source(each.source).text in fold_source(of_place[place][0]).text
        joined = " ".join(" ".join(keys(of_place[place][1])) for place in each.places)
        assert " ".join(keys(each.target)) in joined
        assert 1 <= each.paired <= each.count >= len(each.places)
        assert 0 < each.confidence <= 1
        assert (each.target, each.paired) in each.renderings
        assert [n for _, n in each.renderings] == sorted((n for _, n in each.renderings))[::-1]
        assert not re.match("(?:the|an?) ", each.target, re.IGNORECASE)
    values = [each.count * each.confidence for each in mined]
    assert values == sorted(values, reverse=True)
    assert len({fold_source(each.source).text for each in mined}) == len(mined)


def test_what_the_termbase_has_is_not_proposed(lacking: list[Proposal], known: Termbase) -> None:
    have = {fold_source(source).text for concept in known.concepts for source in concept.sources}
    assert lacking
    assert not have & {fold_source(each.source).text for each in lacking}


def test_what_lies_inside_a_known_term_is_not_proposed() -> None:
    text = ("参加“金龙”演习。", "It joined the “Golden Dragon” exercise.")
    assert [each.source for each in mine_pairs(text)] == ["金龙"]
    assert mine_pairs(text, termbase=termbase(("x", "金龍", "Golden Dragon"))) == []
    assert mine_pairs(text, termbase=termbase(("x", "“金龙”演习", "Golden Dragon"))) == []


def test_mining_twice_gives_the_same(texts: Texts) -> None:
    few = tuple(column[6:8] for column in texts)
    sources, references, places = few
    first = mine(sources, references, places, None, sentence_encoder())  # type: ignore[arg-type]
    again = mine(sources, references, places, None, sentence_encoder())  # type: ignore[arg-type]
    assert first == again
    assert first


def test_a_year_is_no_part_of_a_name() -> None:
    [found] = mine_pairs(
        ("举行“友谊盾牌-2023”演习。", "The exercise “Friendship Shield-2023” was held.")
    )
    assert (found.source, found.target, found.kind) == ("友谊盾牌", "Friendship Shield", "quoted")


def test_traditional_and_simplified_characters_are_one_term() -> None:
    [found] = mine_pairs(
        ("「金龍」演習開始。", "The “Golden Dragon” drill has begun."),
        ("“金龙”演习结束。", "The “Golden Dragon” drill has ended."),
    )
    assert (found.source, found.count, found.paired) == ("金龍", 2, 2)
    assert found.places == (("d", 1), ("d", 2))


def test_an_acronym_in_parentheses_is_a_rendering(mined: list[Proposal]) -> None:
    [commission] = [each for each in mined if each.source == "中央军委"]
    assert ("CMC", 1) in commission.renderings
    [staff] = [each for each in mined if each.source == "中央军委联合参谋部"]
    assert [text for text, _ in staff.renderings] == [staff.target]


@pytest.mark.parametrize(
    "pair",
    [
        ("", ""),
        ("没有英文", ""),
        ("", "No Chinese At All"),
        ("no Han", "No Han"),
        (".*[(“(?P<a>)”)]\\d+$", "A.* B[( “(?P<a>)” \\d+$"),
        ("“.*”", "“.*”"),
        ("“·”《·-》、、等", "“” ‘'’ & of the And"),
        ("长" * 300, "Long " * 60),
        ("|“金|龙”||", "The | Golden|Dragon"),
    ],
)
def test_odd_texts_are_read_all_the_same(pair: tuple[str, str]) -> None:
    for each in mine_pairs(pair, pair):
        assert each.source in pair[0]


def test_nothing_gives_nothing() -> None:
    assert mine([], [], [], None, sentence_encoder()) == []
    assert mine([], [], [], termbase(("x", "金", "Gold")), sentence_encoder()) == []
    assert proposed_rows([], None) == []


def test_three_sequences_must_pair() -> None:
    with pytest.raises(MismatchError, match="1 sources, 2 references and 1 places"):
        mine(["a"], ["b", "c"], [("d", 1)], None, sentence_encoder())


SOURCE = st.lists(
    st.sampled_from(
        ["金龙", "“", "”", "《", "》", "、", "等", "·", "的", "国务卿", "-2023", "A", ",", "2023"]
    )
    | st.text(max_size=4),
    max_size=14,
).map("".join)
TARGET = st.lists(
    st.sampled_from(
        ["Golden ", "Dragon ", "of ", "the ", "“", "”", "(GD)", "'s ", "2023", ". ", "Jin Long "]
    )
    | st.text(max_size=4),
    max_size=14,
).map("".join)


@settings(max_examples=150, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(st.tuples(SOURCE, TARGET), max_size=3), st.booleans())
def test_any_text_is_mined(pairs: Sequence[tuple[str, str]], with_terms: bool) -> None:
    terms = termbase(("gd", "金龙", "Golden Dragon")) if with_terms else None
    proposals = mine_pairs(*pairs, termbase=terms)
    for each in proposals:
        assert all(place[0] == "d" and 1 <= place[1] <= len(pairs) for place in each.places)
        assert each.source in pairs[each.places[0][1] - 1][0]
        assert each.target.strip() == each.target != ""
        assert not with_terms or fold_source(each.source).text != "金龙"
    if proposals:
        Termbase.from_rows(proposed_rows(proposals, terms))


def test_all_that_is_mined_can_be_read_again(
    mined: list[Proposal], lacking: list[Proposal], known: Termbase, tmp_path: Path
) -> None:
    path = tmp_path / "new" / "terms.csv"
    append_rows(path, proposed_rows(mined, None))
    assert path.read_text("utf-8").splitlines()[0] == ",".join(COLUMNS)
    read = read_termbase(path)
    assert len(read.concepts) == len(mined)

    path = tmp_path / "terms.csv"
    before = (REFERENCES / "terms.csv").read_bytes()
    path.write_bytes(before)
    append_rows(path, proposed_rows(lacking, known))
    assert path.read_bytes().startswith(before)
    read = read_termbase(path)
    assert read.concepts[: len(known.concepts)] == known.concepts
    assert len(read.concepts) == len(known.concepts) + len(lacking)
