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
from mteval.terminology import spotting
from mteval.terminology.formats.base import COLUMNS
from mteval.terminology.formats.csv import append_rows
from mteval.terminology.formats.registry import read_termbase
from mteval.terminology.mining import Proposal, mine, proposed_rows
from mteval.terminology.normalise import fold_source, split_words
from mteval.terminology.termbase import Termbase, TermbaseRow
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


def proposal(
    target: str,
    *renderings: tuple[str, int],
    source: str = "金龙",
    documents: tuple[str, ...] = ("d",),
    count: int = 2,
) -> Proposal:
    return Proposal(
        source, target, "name", count, count, documents, ((target, count), *renderings), 0.934, ()
    )


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
    ("source", "spans"),
    [
        ("“北部·联合-2023”演习", ["北部·联合"]),
        ("《条约》和「金龍」", ["条约", "金龍"]),
        ("‘ 金龙 ’", ["金龙"]),
        ("他说:“我们不会这样做”", []),
        ("“一、二,三”“。”“龙”“A”", []),
        (f"“{'长' * 21}”", []),
    ],
)
def test_a_quoted_name_is_short_and_no_sentence(source: str, spans: list[str]) -> None:
    pair = spotting.Pair(source, "")
    assert [source[start:end] for start, end in pair.quoted] == spans


def test_quotations_pair_only_where_both_sides_have_as_many() -> None:
    pair = spotting.Pair("“金龙”和“盾牌”", "“Golden Dragon” and “Shield”")
    assert list(spotting._quoted_alike(pair)) == [(1, 3, (0, 2)), (6, 8, (3, 4))]
    assert not list(spotting._quoted_alike(spotting.Pair("“金龙”和“盾牌”", "“Golden Dragon”")))


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("the Shangri-La dialogue, and", {"Shangri-La", "Shangri-La dialogue"}),
        ("he met Antony Blinken here", {"Antony Blinken"}),
        ("they say United States seeks talks", {"United States"}),
        (
            "the Ministry of National Defense.",
            {"Ministry of National Defense", "National Defense"},
        ),
        ("However hard", set()),
        ("He saw Peru, Chile; Cuba", set()),
        ("SOUTH CHINA SEA", set()),
        ("the PRC said", {"PRC"}),
    ],
)
def test_capitals_make_names(text: str, phrases: set[str]) -> None:
    pair = spotting.Pair("中", text)
    found = {
        pair.surface(words)
        for i, j in spotting.capitalised_runs(pair)
        for words in spotting._phrases(pair, i, j)
    }
    assert found == phrases


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("主席习近平说", "Xi Jinping said", [("习近平", "Xi Jinping")]),
        (
            "吕秀莲到重庆",
            "Lü Xiulian in Chongqing",
            [("吕秀莲", "Lü Xiulian"), ("重庆", "Chongqing")],
        ),
        ("曾荫权", "Zeng Yinquan", [("曾荫权", "Zeng Yinquan")]),
        ("布林肯", "Antony Blinken", []),
        ("李明", "", []),
    ],
)
def test_names_in_pinyin(source: str, text: str, found: list[tuple[str, str]]) -> None:
    pair = spotting.Pair(source, text)
    spelt = [
        each for i, j in spotting.capitalised_runs(pair) for each in spotting._spelt(pair, i, j)
    ]
    assert [(source[start:end], pair.surface(words)) for words, start, end in spelt] == found


@pytest.mark.parametrize(
    ("text", "is_term"),
    [
        ("国务卿", True),
        ("中央军委", True),
        ("和平发展", True),
        ("以色列", True),
        ("的国务卿", False),
        ("和美国人", False),
        ("者和企业", False),
        ("国务卿在", False),
        ("业时间等最新", False),
        ("高等教育", True),
        ("中国的军队", False),
        ("国务", False),
        ("运输机A", False),
        ("长" * 16, False),
        ("", False),
    ],
)
def test_terms_do_not_begin_or_end_with_what_only_joins(text: str, is_term: bool) -> None:
    assert spotting.is_term(text) is is_term


def recurrent(*sources: str) -> list[str]:
    return spotting.recurrent_terms(
        spotting.Neighbours([spotting.Pair(source, "") for source in sources])
    )


def test_a_recurrent_phrase_is_the_longest_between_changing_neighbours() -> None:
    assert recurrent("他见国务卿谈话", "请国务卿来访") == ["国务卿"]
    assert recurrent("谈两国元首", "看两国元首", "问两国元首") == ["两国元首"]
    # In one segment only; always before the same character.
    assert recurrent("他见国务卿谈话,请国务卿来访") == []
    assert "国务卿" not in recurrent("见国务卿谈", "请国务卿谈")
    assert recurrent() == recurrent("") == []


def test_half_a_word_is_told_by_its_neighbours() -> None:
    neighbours = spotting.Neighbours(
        [spotting.Pair(source, "") for source in ("强军思想", "外交思想", "主义思想体系")]
    )
    assert neighbours.is_cut("强军思", 3)
    assert not neighbours.is_cut("强军思想", 3)
    assert not neighbours.is_cut("强军思", 4)


def test_what_stands_in_an_enumeration() -> None:
    pair = spotting.Pair("出访汤加、瓦努阿图、东帝汶等5国,访问甲、乙和丙。", "")
    assert list(spotting.listed_terms([pair])) == ["瓦努阿图", "东帝汶"]


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


def test_rows_of_a_proposal() -> None:
    found = proposal(
        "Golden Dragon", ("golden dragon", 2), ("GD", 2), ("Dragon", 1), documents=("a", "b")
    )
    note = "mined: 2 occurrences, documents a, b, confidence 0.93"
    assert proposed_rows([found], None) == [
        TermbaseRow("golden-dragon", "金龙", "Golden Dragon", "preferred", "minor", note),
        TermbaseRow("golden-dragon", "金龙", "GD", "admitted", "minor", note),
    ]
    [one] = proposed_rows([proposal("X", count=1)], None)
    assert one.note == "mined: 1 occurrence, document d, confidence 0.93"


def test_names_of_concepts_are_unique() -> None:
    known = termbase(("golden-dragon", "甲", "A"), ("Golden-Dragon-2", "乙", "B"))
    found = [
        proposal("Golden Dragon"),
        proposal("golden dragon", source="龙"),
        proposal("People's Défense"),
        proposal("中文"),
    ]
    rows = proposed_rows(found, known)
    assert [row.concept for row in rows] == [
        "golden-dragon-3",
        "golden-dragon-4",
        "peoples-defense",
        "term",
    ]


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
