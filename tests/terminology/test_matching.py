from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mteval.terminology.concepts import Concept, Rendering, TermbaseRow
from mteval.terminology.formats.registry import read_termbase
from mteval.terminology.matching import Matcher, Occurrence, Patterns, attached_year
from mteval.terminology.normalise import fold_source, split_words
from mteval.terminology.termbase import Termbase
from mteval.terminology.vocabulary import CasePolicy
from tests.conftest import ROOT

ALPHABET = (
    "甲乙丙丁军軍委会會AaBb2０３e\u0301\u0338·・-－“”「」『』.*+?()[]{}|\\^$&' \u3000\u200b\u200f"
    "שלם🎉👩\u200d🚀𠀀"
)
TEXTS = st.one_of(
    st.text(ALPHABET, max_size=60), st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
)
TERMS = st.lists(
    st.one_of(
        st.text(ALPHABET, min_size=1, max_size=5),
        st.text("甲乙丙丁", min_size=1, max_size=4),
        st.sampled_from(["··", "“”", "-", ".*", "(甲", "[乙]", "\\", "^$", "🎉", "\u0301", "ש"]),
    ),
    min_size=1,
    max_size=12,
)


def matcher(*pairs: tuple[str, str], case: CasePolicy = "auto") -> Matcher:
    """Make a concept of each source term with the rendering beside it."""
    return Matcher([Concept(s, (s,), (Rendering(t, "preferred", case=case),)) for s, t in pairs])


def sources(*terms: str) -> Matcher:
    return matcher(*((term, "x") for term in terms))


def found(terms: Matcher, text: str) -> list[tuple[str, str]]:
    """List (concept, what stands in the text)."""
    return [
        (terms.concepts[o.concepts[0]].id, text[o.start : o.end]) for o in terms.occurrences(text)
    ]


def rendered(rendering: str, text: str, case: CasePolicy = "auto") -> list[str]:
    """List where a text has a rendering."""
    hits = matcher(("甲", rendering), case=case).hits(split_words(text), [0])
    return [text[hit.start : hit.end] for hit in hits]


# --- source


def test_the_longest_term_is_taken_and_those_inside_it_are_not() -> None:
    terms = sources("中央军委", "中央军委委员", "委员")
    text = "中央军委委员刘振立说，中央军委决定。委员们"
    assert found(terms, text) == [
        ("中央军委委员", "中央军委委员"),
        ("中央军委", "中央军委"),
        ("委员", "委员"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Of two that overlap the longer one, wherever it stands; of two as long the first one.
        ("甲乙丙丁", ["乙丙丁"]),
        ("甲乙丙", ["甲乙"]),
        ("甲乙甲乙丙丁", ["甲乙", "乙丙丁"]),
        ("乙丙丁戊己庚", ["戊己庚", "乙丙丁"]),
        ("丁戊己", ["丁戊己"]),
    ],
)
def test_of_overlapping_terms_the_longest_is_taken(text: str, expected: list[str]) -> None:
    terms = sources("甲乙", "乙丙丁", "丁戊", "丁戊己", "戊己庚")
    assert sorted(name for name, _ in found(terms, text)) == sorted(expected)


@pytest.mark.parametrize(
    ("term", "written"),
    [
        ("两军高层沟通", "兩軍高層溝通"),
        ("兩軍高層溝通", "两军高层沟通"),
        ("习近平主席", "習近平主席"),
        ("台湾海峡", "臺灣海峽"),
        ("北部·联合", "北部联合"),
        ("北部联合", "北部・联合"),
        ("北部·联合", "北部 • 联合"),
        ("北部·联合", "北部‧联合"),
        ("北部·联合", "北部･聯合"),
        ("安东尼·J·布林肯", "安东尼·Ｊ·布林肯"),
        ("运-20", "运20"),
        ("运-20", "运－20"),
        ("运20", "运-２０"),
        ("“和平方舟”号", "和平方舟号"),
        ("ABC", "ＡＢＣ"),
        ("第28届", "第２８届"),
        ("COP28", "ＣＯＰ２８"),
        ("中央军委", "中央 军委"),
    ],
)
def test_spellings_of_a_term_are_found_with_their_place(term: str, written: str) -> None:
    assert found(sources(term), f"在{written}的") == [(term, written)]


@pytest.mark.parametrize("written", ["“和平方舟”号", "「和平方舟」號"])
def test_quotation_marks_inside_a_term_are_ignored(written: str) -> None:
    # The mark before the first character is no part of what is found.
    assert found(sources("和平方舟号"), f"在{written}的") == [("和平方舟号", written[1:])]


@pytest.mark.parametrize("text", ["「甲」「乙」", "“甲”“乙”", "甲、乙", "甲。乙", "甲，乙"])
def test_a_term_does_not_run_over_two_quotations_or_a_stop(text: str) -> None:
    assert found(sources("甲乙"), text) == []


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("AI", "MAIN战区", []),
        ("AI", "AI发展", ["AI"]),
        ("AI", "发展AI", ["AI"]),
        ("AI", "发展 AI and", ["AI"]),
        ("AI", "发展AI and", ["AI"]),
        ("AI", "AI2", []),
        ("AI", "ＡＩ、ＭＡＩＮ", ["ＡＩ"]),
        ("运-20", "运-200", []),
        ("运-20", "运-20、运20", ["运-20", "运20"]),
        ("20国集团", "120国集团", []),
        ("20国集团", "20国集团", ["20国集团"]),
        ("第28届", "第28届", ["第28届"]),
    ],
)
def test_latin_words_and_numbers_are_whole(term: str, text: str, expected: list[str]) -> None:
    assert [written for _, written in found(sources(term), text)] == expected


def test_a_homonym_has_all_its_concepts() -> None:
    terms = Termbase.from_rows(
        [
            TermbaseRow("defense-ministry", "国防部", "Ministry of National Defense", "preferred"),
            TermbaseRow("pentagon", "国防部", "Department of Defense", "preferred"),
            TermbaseRow("pentagon", "國防部", "Department of Defense", "preferred"),
        ]
    )
    [occurrence] = Matcher(terms.concepts).occurrences("國防部")
    assert occurrence == Occurrence((0, 1), 0, 3)


def test_a_concept_without_a_rendering_is_not_looked_for() -> None:
    concepts = [
        Concept("a", ("中央军委",), ()),
        Concept("b", ("军委",), (Rendering("x", "admitted"),)),
    ]
    assert Matcher(concepts).occurrences("中央军委") == [Occurrence((1,), 2, 4)]


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("“北部·联合-2023”演习", "2023"),
        ("北部·联合2023", "2023"),
        ("“北部·联合”-2023", "2023"),
        ("北部联合—2023", "2023"),
        ("北部·联合 2023", "2023"),
        ("北部·联合1998演习", "1998"),
        ("北部·联合2023年举行", None),
        ("北部·联合 2023 年举行", None),
        ("北部·联合20231", None),
        ("北部·联合3023", None),
        ("北部·联合，2023", None),
        ("北部·联合", None),
    ],
)
def test_a_year_after_a_name_belongs_to_it(text: str, year: str | None) -> None:
    assert [o.year for o in sources("北部·联合").occurrences(text)] == [year]


def test_the_year_of_a_term_is_no_part_of_its_span() -> None:
    terms, text = sources("金龙", "主席"), "“金龙2023”，主席2023年"
    assert terms.occurrences(text) == [
        Occurrence((0,), 1, 3, "2023"),
        Occurrence((1,), text.index("主席"), text.index("主席") + 2, None),
    ]


def test_shipped_terms_in_a_shipped_paragraph() -> None:
    # Read by hand off paragraph 4 of the press conference.
    path = ROOT / "references" / "mnd-2023-12-28-military-diplomacy.zh.txt"
    text = path.read_text("utf-8").splitlines()[3]
    terms = Matcher(read_termbase(ROOT / "references" / "terms.csv").concepts)
    names = [(text[o.start : o.end], o.year) for o in terms.occurrences(text)]
    assert ("北部·联合", "2023") in names


def test_no_terms_no_occurrences() -> None:
    assert Matcher([]).occurrences("中央军委") == []
    assert Matcher([]).hits(split_words("CMC"), []) == []
    assert Matcher([]).left_in_chinese("中央军委") == []


@settings(max_examples=200)
@given(TERMS, TEXTS)
def test_occurrences_never_overlap_and_are_terms(terms: list[str], text: str) -> None:
    found = (m := sources(*terms)).occurrences(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    whole = fold_source(text)
    for occurrence in found:
        assert 0 <= occurrence.start < occurrence.end <= len(text)
        piece = "".join(
            character
            for character, offset in zip(whole.text, whole.offsets, strict=True)
            if occurrence.start <= offset < occurrence.end
        )
        assert occurrence.concepts
        for concept in occurrence.concepts:
            # A character that folds to several may be in the term in part.
            assert fold_source(m.concepts[concept].sources[0]).text in piece


@settings(max_examples=200)
@given(TERMS, st.lists(st.integers(0, 11), max_size=8))
def test_every_term_planted_in_chinese_is_found(terms: list[str], chosen: list[int]) -> None:
    planted = [terms[n % len(terms)] for n in chosen]
    filler = "山水"
    text = filler + "".join(f"{term}{filler}" for term in planted)
    assert not any(set(filler) & set(term) for term in terms)
    m = sources(*terms)
    expected = [fold_source(term).text for term in planted]
    expected = [term for term in expected if term]
    found = [fold_source(m.concepts[o.concepts[0]].sources[0]).text for o in m.occurrences(text)]
    assert found == expected


@given(TERMS, TEXTS)
def test_terms_left_in_a_text_index_it(terms: list[str], text: str) -> None:
    for left in sources(*terms).left_in_chinese(text):
        assert 0 <= left.start < left.end <= len(text)
        assert all(0 <= concept < len(terms) for concept in left.concepts)


# --- target


@pytest.mark.parametrize(
    ("rendering", "text", "expected"),
    [
        # word boundaries
        ("east", "at least in the Far East and northeast", ["East"]),
        ("Brown", "Brownian motion in Brownsville", []),
        ("Y-20", "a Y-200 and a Y-20", ["Y-20"]),
        # plural, possessive
        ("multilateral platform", "on multilateral platforms", ["multilateral platforms"]),
        ("spokesman", "both spokesmen", ["spokesmen"]),
        ("Foreign Minister", "the Foreign Ministers’ talks", ["Foreign Ministers"]),
        ("Foreign Minister", "the Foreign Minister’s visit", ["Foreign Minister’s"]),
        ("Foreign Minister", "the Foreign Minister's visit", ["Foreign Minister's"]),
        ("Spokesperson's Office", "the Spokesperson Office", ["Spokesperson Office"]),
        ("PLA", "the PLA's and PLA’s", ["PLA's", "PLA’s"]),
        # British and American
        ("theater command", "theatre commands", ["theatre commands"]),
        ("theatre command", "theater command", ["theater command"]),
        ("defense authorities", "defence authorities", ["defence authorities"]),
        (
            "Shanghai Cooperation Organization",
            "the Shanghai Cooperation Organisation.",
            ["Shanghai Cooperation Organisation"],
        ),
        ("nuclear program", "nuclear programmes", ["nuclear programmes"]),
        # what joins two words
        ("high-quality development", "high quality development", ["high quality development"]),
        ("Northern/Interaction", "“Northern Interaction”", ["Northern Interaction"]),
        ("Northern/Interaction", "Northern-Interaction", ["Northern-Interaction"]),
        ("Timor-Leste", "Timor–Leste", ["Timor–Leste"]),
        ("Peace Ark", "the Peace\u00a0Ark", ["Peace\u00a0Ark"]),
        # articles
        (
            "Office of the Spokesperson",
            "Office of Spokesperson",
            ["Office of Spokesperson"],
        ),
        ("member of the CMC", "a member of CMC", ["member of CMC"]),
        ("community with shared future", "a community with a shared future", None),
        # accents
        ("Türkiye", "Turkiye", ["Turkiye"]),
        ("Male", "in Malé", ["Malé"]),
        # acronyms
        ("US President", "the U.S. President", ["U.S. President"]),
        ("U.S. President", "the US President", ["US President"]),
        ("US", "let us, Us", []),
        ("WHO", "who WHO Who", ["WHO"]),
        ("PLAN", "plan a Plan for the PLAN", ["PLAN"]),
        ("Brown", "Charles Q. Brown, Jr.", ["Brown"]),
        ("ADMM+", "ADMM-Plus and ADMM Plus", ["ADMM-Plus", "ADMM Plus"]),
        # headings
        ("Office of the Spokesperson", "OFFICE OF THE SPOKESPERSON", None),
        ("hospital ship", "Hospital Ship", ["Hospital Ship"]),
        # the end of a sentence
        ("Golden Dragon", "It was golden. Dragon boats", []),
        ("Golden Dragon", "It was golden! Dragon boats", []),
        ("Golden Dragon", "It was golden.” Dragon boats", []),
        ("Golden Dragon", "It was golden; dragon boats", []),
        ("Golden Dragon", "golden\ndragon", []),
        ("No. 2", "the No. 2 office and No. 20", ["No. 2"]),
    ],
)
def test_renderings_in_a_text(rendering: str, text: str, expected: list[str] | None) -> None:
    # None: some piece of the text without its articles at the ends, that is all of it.
    if expected is None:
        expected = [text.removeprefix("a ")]
    assert rendered(rendering, text) == expected


@pytest.mark.parametrize(
    ("case", "rendering", "text", "expected"),
    [
        ("auto", "Peace Ark", "peace ark", ["peace ark"]),
        ("auto", "SCO meeting", "sco meeting, SCO Meeting", ["SCO Meeting"]),
        ("exact", "Secretary", "the secretary, the Secretary", ["Secretary"]),
        ("exact", "Secretary", "both Secretaries", ["Secretaries"]),
        ("exact", "Aman Youyi", "Aman youyi, Aman Youyi", ["Aman Youyi"]),
        ("exact", "Aman youyi", "Aman youyi, Aman Youyi", ["Aman youyi"]),
        ("exact", "peace", "Peace be", []),
        ("ignore", "WHO", "who", ["who"]),
        ("ignore", "Peace and Friendship", "peace AND friendship", ["peace AND friendship"]),
    ],
)
def test_letter_case_as_the_rendering_says(
    case: CasePolicy, rendering: str, text: str, expected: list[str]
) -> None:
    assert rendered(rendering, text, case) == expected


def test_a_hit_says_whether_it_is_written_as_listed() -> None:
    terms = matcher(("甲", "hospital ship"))
    hits = terms.hits(split_words("a hospital ship, Hospital Ships, hospital-ship"), [0])
    assert [(hit.exact, hit.words) for hit in hits] == [
        (True, (0, 2)),
        (False, (2, 4)),
        (True, (4, 6)),
    ]


def test_hits_are_only_of_the_concepts_asked_for() -> None:
    terms = matcher(("甲", "Peace Ark"), ("乙", "Ark"), ("丙", "Peace Ark"))
    words = split_words("the Peace Ark")
    assert [hit.concept for hit in terms.hits(words, [1, 2])] == [2, 1]
    assert [hit.concept for hit in terms.hits(words, [0, 1, 2])] == [0, 2, 1]
    assert terms.hits(words, []) == []


@pytest.mark.parametrize("rendering", ["...", "·", "🎉", "( )", "—"])
def test_a_rendering_without_a_word_is_nowhere(rendering: str) -> None:
    assert rendered(rendering, "It was ... · 🎉 ( ) — so") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Beibu Unity-2023,", "Beibu Unity-2023"),
        ("Beibu Unity 2023", "Beibu Unity 2023"),
        ("Beibu Unity - 2023", "Beibu Unity - 2023"),
        ("Beibu Unity–2023", "Beibu Unity–2023"),
        ("Beibu Unity” 2023", "Beibu Unity” 2023"),
        ("Beibu Unity-2022", "Beibu Unity"),
        ("Beibu Unity-20231", "Beibu Unity"),
        ("Beibu Unity, 2023", "Beibu Unity"),
        ("Beibu Unity in 2023", "Beibu Unity"),
        ("Beibu Unity", "Beibu Unity"),
    ],
)
def test_the_year_of_the_term_is_part_of_the_rendering(text: str, expected: str) -> None:
    end = len("Beibu Unity")
    assert text[: attached_year(text, end, "2023")] == expected
    assert attached_year(text, end, None) == end


@given(
    st.lists(st.text("aAbs Ue\u0301'’.-+&(/é1甲", min_size=1, max_size=8), min_size=1, max_size=6),
    st.text("aAbs Ue\u0301'’.-+&(/é1甲", max_size=40),
    st.sampled_from(["auto", "exact", "ignore"]),
)
def test_hits_are_whole_words_in_order(renderings: list[str], text: str, case: CasePolicy) -> None:
    words = split_words(text)
    terms = matcher(*((f"{n}", r) for n, r in enumerate(renderings)), case=case)
    hits = terms.hits(words, range(len(renderings)))
    assert [(h.start, h.end) for h in hits] == sorted((h.start, h.end) for h in hits)
    for hit in hits:
        first, beyond = hit.words
        assert 0 <= first < beyond <= len(words)
        assert (hit.start, hit.end) == (words[first].start, words[beyond - 1].end)
        listed = [word.key for word in split_words(hit.rendering.text)]
        assert [word.key for word in words[first:beyond]] == listed
        assert 0 <= hit.start < hit.end <= len(text)


@given(st.lists(st.text("bcdefgABé1", min_size=1, max_size=6), min_size=1, max_size=4), TEXTS)
def test_a_rendering_is_found_where_it_is_written(words: list[str], around: str) -> None:
    rendering = " ".join(words)
    # An article at the start is no part of what is found.
    assume(split_words(rendering)[0].start == 0)
    text = f"{around} ; {rendering} ; {around}"
    hits = matcher(("甲", rendering), case="exact").hits(split_words(text), [0])
    start = len(around) + 3
    assert (start, start + len(rendering), True) in [(h.start, h.end, h.exact) for h in hits]


# --- patterns


@settings(max_examples=200)
@given(
    st.lists(st.text("ab甲🎉", max_size=4), max_size=10),
    st.text("ab甲🎉", max_size=60),
)
def test_counts_are_those_of_str_count(patterns: Sequence[str], text: str) -> None:
    counts = Patterns(patterns).counts(text)
    assert counts == {p: n for p in patterns if p and (n := text.count(p))}


@settings(max_examples=200)
@given(TERMS, TEXTS)
def test_counts_of_any_text_are_those_of_str_count(patterns: list[str], text: str) -> None:
    text = patterns[0].join([text, *patterns])
    assert Patterns(patterns).counts(text) == {p: n for p in patterns if (n := text.count(p))}


@given(st.lists(st.text("ab甲🎉", max_size=4), max_size=10), st.text("ab甲🎉", max_size=30))
def test_all_places_of_all_patterns_are_found(patterns: list[str], text: str) -> None:
    expected = {
        (p, n, n + len(p)) for p in patterns if p for n in range(len(text)) if text.startswith(p, n)
    }
    places = Patterns(patterns).find(text)
    assert set(places) == expected
    assert len(places) == len(expected)


# --- what is not so yet


@pytest.mark.parametrize("text", ["金龙－２０２３", "金龙２０２３", "金龙－2023"])
def test_a_full_width_year_is_a_year(text: str) -> None:
    assert [o.year for o in sources("金龙").occurrences(text)] == ["2023"]


@pytest.mark.parametrize("text", ["主席2023-12-28", "主席 2023/12/28"])
def test_a_date_is_no_year_of_a_name(text: str) -> None:
    assert [o.year for o in sources("主席").occurrences(text)] == [None]


def test_a_year_that_begins_the_next_term_is_not_attached() -> None:
    occurrences = sources("巴黎", "2024奥运会").occurrences("巴黎2024奥运会")
    assert [(o.start, o.end, o.year) for o in occurrences] == [(0, 2, None), (2, 9, None)]


def test_a_latin_term_is_not_left_inside_an_english_word() -> None:
    assert sources("AI").left_in_chinese("in the MAIN 战区") == []


@pytest.mark.parametrize(
    "rendering", ["United Nations Security Council", "heads of state", "arms control"]
)
def test_renderings_in_headings(rendering: str) -> None:
    heading = f"{rendering.upper()} AND BEYOND"
    assert rendered(rendering, heading) == [rendering.upper()]


def test_plural_of_an_acronym_is_found() -> None:
    assert rendered("UAV", "two UAVs") == ["UAVs"]


@pytest.mark.parametrize(
    ("rendering", "text"),
    [
        ("Taiwan issue", "Taiwan issued a statement"),
        ("Brown", "General Browning spoke"),
        ("public goods", "serve the public better"),
    ],
)
def test_other_words_with_the_same_lemma(rendering: str, text: str) -> None:
    assert rendered(rendering, text) == []
