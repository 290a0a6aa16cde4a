from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mteval.languages.encoder import Embed
from mteval.terminology.concepts import TermbaseRow
from mteval.terminology.formats.registry import read_termbase
from mteval.terminology.matching import Matcher
from mteval.terminology.termbase import Termbase
from mteval.terminology.verdicts import Finding, check
from mteval.terminology.vocabulary import RIGHT, VERDICTS, Status
from tests.conftest import ROOT

CONFERENCE = "mnd-2023-12-28-military-diplomacy"


@pytest.fixture(scope="session")
def embed() -> Embed:
    return meanings


@pytest.fixture(scope="session")
def shipped_terms() -> Matcher:
    return Matcher(read_termbase(ROOT / "references" / "terms.csv").concepts)


_Row = tuple[str, str] | tuple[str, str, Status]


def matcher(*rows: _Row) -> Matcher:
    """Make a concept of each source term; its renderings are preferred unless said otherwise."""
    return Matcher(
        Termbase.from_rows(
            TermbaseRow(source, source, target, *(status or ["preferred"]))
            for source, target, *status in rows
        ).concepts
    )


# English words by the Chinese characters that they render.
SYNONYMS = {
    "gold": "金",
    "golden": "金",
    "loong": "龙",
    "dragon": "龙",
    "north": "北",
    "union": "联",
    # Of a wider meaning: less like each of the characters.
    "gilt": "金钱财",
}


def meanings(texts: Sequence[str]) -> npt.NDArray[Any]:
    """Embed texts by hand: a dimension for each character and word, those of SYNONYMS as one."""
    vectors = np.zeros((len(texts), 512))
    for vector, text in zip(vectors, texts, strict=True):
        for token in re.findall(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+|[^\w\s]", text.lower()):
            for meaning in SYNONYMS.get(token, [token]):
                vector[zlib.crc32(meaning.encode()) % 512] += 1
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-9))


TERMS: tuple[_Row, ...] = (
    ("北部·联合", "Northern/Interaction"),
    ("金龙", "Golden Dragon"),
    ("金龙", "Gold Dragon", "admitted"),
    ("金龙", "Golden Loong", "deprecated"),
    ("中央军委", "CMC"),
    ("中央军委委员", "member of the CMC"),
    ("刘振立", "Liu Zhenli"),
)


def verdicts(
    source: str, text: str, terms: Matcher | None = None, embed: Embed | None = None
) -> list[tuple[str, str | None]]:
    """List (verdict, what stands in the text)."""
    terms = matcher(*TERMS) if terms is None else terms
    [findings] = check([terms], [source], [[text]], embed).findings
    assert all(f.segment == 0 for f in findings)
    return [(f.verdict, None if f.start is None else text[f.start : f.end]) for f in findings]


# --- listed renderings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the Golden Dragon drill", ("preferred", "Golden Dragon")),
        ("the Gold Dragons drill", ("admitted", "Gold Dragons")),
        ("the golden-loong drill", ("deprecated", "golden-loong")),
        ("Gold Dragon or Golden Dragon", ("preferred", "Golden Dragon")),
        ("Golden. Dragon", ("omitted", None)),
        ("Goldens Dragonfly", ("omitted", None)),
    ],
)
def test_listed_renderings(text: str, expected: tuple[str, str | None]) -> None:
    source = "金龙演习" if "or" not in text else "和金龙"
    assert verdicts(source, text) == [expected]


def test_one_rendering_is_not_used_for_two_occurrences(embed: Embed) -> None:
    for encoder in (None, embed):
        found = verdicts("金龙和金龙", "Golden Dragon only", None, encoder)
        assert found == [("preferred", "Golden Dragon"), ("omitted", None)]


def test_two_occurrences_have_their_renderings_in_order() -> None:
    assert verdicts("金龙，中央军委，金龙", "Gold Dragon, CMC, Golden Loong") == [
        ("admitted", "Gold Dragon"),
        ("preferred", "CMC"),
        ("deprecated", "Golden Loong"),
    ]


def test_a_longer_rendering_is_not_used_for_a_shorter_one() -> None:
    text = "The CMC met; a member of the CMC spoke."
    assert verdicts("中央军委开会，中央军委委员讲话", text) == [
        ("preferred", "CMC"),
        ("preferred", "member of the CMC"),
    ]
    assert verdicts("中央军委和中央军委委员", "a member of the CMC") == [
        ("omitted", None),
        ("preferred", "member of the CMC"),
    ]


def test_a_homonym_is_judged_by_the_concept_that_is_rendered() -> None:
    terms = matcher(("国防部", "Ministry of National Defense"))
    rows = [
        TermbaseRow("ministry", "国防部", "Ministry of National Defense", "preferred"),
        TermbaseRow("pentagon", "国防部", "Department of Defense", "admitted"),
    ]
    terms = Matcher(Termbase.from_rows(rows).concepts)
    text = "the Department of Defence"
    [[finding]] = check([terms], ["国防部"], [[text]]).findings
    assert (finding.concept, finding.verdict) == (1, "admitted")
    assert finding.listed == terms.concepts[1].renderings[0]
    [[finding]] = check([terms], ["国防部"], [["nothing"]]).findings
    assert (finding.concept, finding.verdict, finding.listed) == (0, "omitted", None)


def test_the_year_of_the_term_is_part_of_what_was_found() -> None:
    assert verdicts("金龙2023", "Golden Dragon-2023!") == [("preferred", "Golden Dragon-2023")]
    assert verdicts("金龙2023", "Golden Dragon-2022!") == [("preferred", "Golden Dragon")]
    assert verdicts("金龙", "Golden Dragon-2023!") == [("preferred", "Golden Dragon")]


# --- Chinese and pinyin


@pytest.mark.parametrize(
    ("source", "text", "start", "end"),
    [
        ("金龙", "the 金龙 drill", 4, 6),
        ("金龙", "the 金龍 drill", 4, 6),
        ("金龍", "the “金龙” drill", 5, 7),
        ("北部·联合-2023", "joined 北部联合 here", 7, 11),
        ("北部·联合-2023", "joined 北部・聯合-2023 here", 7, 17),
    ],
)
def test_left_in_chinese(source: str, text: str, start: int, end: int) -> None:
    [[finding]] = check([matcher(*TERMS)], [source], [[text]]).findings
    assert (finding.verdict, finding.start, finding.end) == ("left in Chinese", start, end)
    assert finding.listed is None
    assert finding.confidence is None


def test_what_is_listed_beside_what_is_left_in_chinese() -> None:
    assert verdicts("中央军委和中央军委委员", "the CMC or 中央军委委员") == [
        ("preferred", "CMC"),
        ("left in Chinese", "中央军委委员"),
    ]


@pytest.mark.parametrize(
    "written",
    [
        "Beibu Lianhe",
        "Beibu-Lianhe",
        "BeibuLianhe",
        "Bei Bu Lian He",
        "beibu lianhe-2023",
        "BEIBULIANHE",
    ],
)
def test_transliterated(written: str, embed: Embed) -> None:
    # Pinyin by hand: 北 bei 部 bu 联 lian 合 he.
    for encoder in (None, embed):
        found = verdicts("参加北部·联合-2023演习", f"the drill “{written}” there", None, encoder)
        assert found == [("transliterated", written)]


@pytest.mark.parametrize("text", ["Beibu Lian", "Bei Lianhe", "xBeibu Lianhe", "Beibu, x Lianhe"])
def test_other_words_are_no_pinyin_of_the_term(text: str) -> None:
    assert verdicts("北部·联合", text) == [("omitted", None)]


def test_names_listed_in_pinyin_are_right(shipped_terms: Matcher) -> None:
    # 吴谦 and 刘振立 are listed as Wu Qian and Liu Zhenli; the termbase says surname first.
    text = "Wu Qian met Zhenli Liu."
    assert verdicts("吴谦会见刘振立", text, shipped_terms) == [
        ("preferred", "Wu Qian"),
        ("deprecated", "Zhenli Liu"),
    ]


def test_a_single_character_is_not_looked_for_in_pinyin() -> None:
    assert verdicts("他的港", "a gang of men", matcher(("港", "port"))) == [("omitted", None)]


# --- nothing there


@pytest.mark.parametrize("text", ["", " ", "。", "The weather is fine today.", "🎉"])
def test_omitted(text: str, embed: Embed) -> None:
    for encoder in (None, embed):
        found = verdicts("北部·联合和金龙", text, None, encoder)
        assert found == [("omitted", None), ("omitted", None)]


def test_a_text_that_is_not_translated_has_no_findings(embed: Embed) -> None:
    terms = [matcher(*TERMS)] * 3
    sources = ["金龙", "没有", "中央军委"]
    checked = check(terms, sources, [[None, None, None], ["Golden Dragon", "", None]], embed)
    [none, some] = checked.findings
    assert none == []
    assert [(f.segment, f.verdict) for f in some] == [(0, "preferred")]
    assert (checked.unexplained, checked.searched) == (0, True)


def test_nothing_to_check() -> None:
    assert check([], [], [[], []]).findings == [[], []]
    assert check([], [], []).findings == []


# --- searching

LISTED_CHINESE_PINYIN_OTHER = (
    "金龙、金龙、北部·联合、刘振立",
    "Golden Dragon, 金龙, North Union, Liu Zhenli",
)


def test_without_an_encoder_nothing_is_searched(embed: Embed) -> None:
    source, text = LISTED_CHINESE_PINYIN_OTHER
    terms = [matcher(*TERMS)]
    without = check(terms, [source], [[text]])
    found = [f.verdict for f in without.findings[0]]
    assert found == ["preferred", "left in Chinese", "omitted", "preferred"]
    assert (without.unexplained, without.searched) == (1, False)
    having = check(terms, [source], [[text]], embed)
    assert having.searched
    finding = having.findings[0][2]
    assert (finding.verdict, text[finding.start : finding.end]) == ("other", "North Union")
    assert finding.confidence is not None
    assert 0.5 <= finding.confidence <= 1
    assert finding.listed is None


@pytest.mark.parametrize(("most", "searched"), [(1, False), (2, True), (None, True), (0, False)])
def test_too_much_to_search_for(most: int | None, searched: bool, embed: Embed) -> None:
    asked: list[str] = []

    def counting(texts: Sequence[str]) -> npt.NDArray[Any]:
        asked.extend(texts)
        return embed(texts)

    source, text = LISTED_CHINESE_PINYIN_OTHER
    terms = [matcher(*TERMS)] * 2
    columns = [[text, text]]
    checked = check(terms, [source] * 2, columns, counting, most_searched=most)
    assert (checked.unexplained, checked.searched) == (2, searched)
    assert bool(asked) is searched
    found = [f.verdict for f in checked.findings[0]]
    unexplained = "other" if searched else "omitted"
    assert found == ["preferred", "left in Chinese", unexplained, "preferred"] * 2


def test_texts_are_judged_each_by_itself(embed: Embed) -> None:
    terms = [matcher(*TERMS)]
    columns = [["Golden Dragon"], ["Gold Dragon"], ["金龙"]]
    together = check(terms, ["金龙"], columns, embed).findings
    apart = [check(terms, ["金龙"], [column], embed).findings[0] for column in columns]
    assert together == apart
    assert [[f.verdict for f in column] for column in together] == [
        ["preferred"],
        ["admitted"],
        ["left in Chinese"],
    ]


# --- near and far

FILLER = "so it was "


def unexplained(source: str, text: str, terms: Matcher | None = None) -> int:
    """Count what no listed rendering near its place, pinyin or Chinese explains."""
    return check([terms or matcher(*TERMS)], [source], [[text]]).unexplained


@pytest.mark.parametrize(("length", "far"), [(173, 0), (174, 1)])
def test_a_rendering_is_near_within_80_characters(length: int, far: int) -> None:
    # The middle of "Golden Dragon" is at 6.5, that of the term is expected in the middle of the
    # text: 86.5 - 6.5 = 80 of at most 80, and 80.5.
    text = "Golden Dragon".ljust(length, ".")
    assert unexplained("金龙", text) == far
    assert unexplained("金龙", text[::-1].replace("nogarD nedloG", "Golden Dragon")) == far
    # Without a search it is found all the same.
    assert verdicts("金龙", text) == [("preferred", "Golden Dragon")]


@pytest.mark.parametrize(("start", "far"), [(98, 0), (99, 1)])
def test_a_rendering_is_near_within_a_quarter_of_the_text(start: int, far: int) -> None:
    # The term is expected at 1 % of 400 characters; the middle of "Golden Loong" is at 104, 100
    # characters on, and at 105.
    text = f"{'.' * start}Golden Loong".ljust(400, ".")
    assert unexplained(f"金龙{'。' * 98}", text) == far


@pytest.mark.parametrize(("start", "far"), [(80, 0), (79, 1)])
def test_what_is_paired_before_says_where_the_next_is_expected(start: int, far: int) -> None:
    # 甲乙 is at 1 of 10 characters, its rendering at 6 of 186, and 金龙 at 9: it is expected at
    # 6 + 8/9 x 180 = 166, and "Golden Loong" is at 86 or 85, 80 characters off or 81.
    terms = matcher(("甲乙", "Aaa Bbb Cccc"), ("金龙", "Golden Loong"))
    text = f"{'Aaa Bbb Cccc'.ljust(start, '.')}Golden Loong".ljust(186, ".")
    assert unexplained(f"甲乙{'。' * 6}金龙", text, terms) == far


def test_what_is_far_off_is_no_match_for_pinyin_or_chinese_at_the_place() -> None:
    for written, verdict in (("Jinlong", "transliterated"), ("金龙", "left in Chinese")):
        near = f"{written} {FILLER * 2}Golden Dragon {FILLER * 3}"
        assert verdicts("金龙", near) == [("preferred", "Golden Dragon")]
        far = f"{written} {FILLER * 30}Golden Dragon"
        assert verdicts(f"金龙{'。' * 100}", far) == [(verdict, written)]


def test_with_a_search_what_is_nearer_and_likely_is_taken_before_what_is_listed_far_off() -> None:
    source = f"金龙{'。' * 100}"
    far = f"{FILLER * 30}Golden Dragon"
    assert verdicts(source, f"Gold Loong {far}", None, meanings) == [("other", "Gold Loong")]
    # Out of reach of the search there is nothing likelier.
    out_of_reach = f"{FILLER * 90}Golden Dragon"
    [[found]] = check([matcher(*TERMS)], [source], [[out_of_reach]], meanings).findings
    assert (found.verdict, found.start, found.confidence) == ("preferred", 900, None)
    # Not searched for, as that would be too much.
    checked = check([matcher(*TERMS)], [source], [[far]], meanings, most_searched=0)
    assert (checked.unexplained, checked.searched) == (1, False)
    assert [f.verdict for f in checked.findings[0]] == ["preferred"]


# --- which rendering belongs to which occurrence


def test_the_rendering_written_as_listed_comes_before_a_nearer_inflected_one() -> None:
    text = f"Golden Dragon {FILLER * 3}Golden Dragons {FILLER}"
    assert verdicts(f"{'。' * 6}金龙", text) == [("preferred", "Golden Dragon")]


def test_the_nearer_rendering_comes_before_a_better_one() -> None:
    text = f"Golden Dragon {FILLER * 3}Golden Loong {FILLER}"
    assert verdicts(f"{'。' * 6}金龙", text) == [("deprecated", "Golden Loong")]
    assert verdicts(f"金龙{'。' * 6}", text) == [("preferred", "Golden Dragon")]


def test_of_renderings_alike_in_distance_the_better_then_the_first_is_taken() -> None:
    terms = matcher(("甲乙", "Abc"), ("甲乙", "Xyz", "deprecated"), ("甲乙", "Klm", "admitted"))
    # Both are two characters from the middle of the text.
    assert verdicts("甲乙", "Xyz Abc", terms) == [("preferred", "Abc")]
    assert verdicts("甲乙", "Xyz Klm", terms) == [("admitted", "Klm")]
    [[found]] = check([terms], ["甲乙"], [["Abc Abc"]]).findings
    assert found.start == 0


def test_what_is_paired_shifts_where_the_next_term_is_expected() -> None:
    # "Member" is at the end, so that CMC after it is expected at the very end, too.
    terms = matcher(
        ("委员会议", "Long Member Meeting"), ("军委", "CMC"), ("军委", "Cmc", "admitted")
    )
    text = "Cmc and so it was that CMC had its Long Member Meeting"
    assert verdicts("委员会议军委", text, terms) == [
        ("preferred", "Long Member Meeting"),
        ("preferred", "CMC"),
    ]


def test_words_that_are_taken_are_no_part_of_another_rendering() -> None:
    terms = matcher(("中央军委委员", "member of the CMC"), ("军委", "CMC"), ("会", "of the"))
    assert verdicts("中央军委委员军委会", "a member of the CMC", terms) == [
        ("preferred", "member of the CMC"),
        ("omitted", None),
        ("omitted", None),
    ]


def test_a_finding_says_which_words_of_which_rendering_it_found() -> None:
    terms = matcher(*TERMS)
    [[first, second]] = check(
        [terms], ["金龙和中央军委"], [["A Gold Dragon met the CMC."]]
    ).findings
    assert (first.segment, first.concept, first.verdict) == (0, 1, "admitted")
    assert (first.start, first.end, first.confidence) == (2, 13, None)
    assert first.listed == terms.concepts[1].renderings[1]
    assert (first.occurrence.start, first.occurrence.end) == (0, 2)
    assert (second.concept, second.verdict, second.start, second.end) == (2, "preferred", 22, 25)


def test_findings_are_those_of_each_segment_by_its_own_terms() -> None:
    some, others = (
        matcher(("金龙", "Golden Dragon")),
        matcher(("金龙", "Gold Dragon", "deprecated")),
    )
    text = "Gold Dragon"
    [findings] = check([some, others], ["金龙", "金龙"], [[text, text]]).findings
    assert [(f.segment, f.verdict) for f in findings] == [(0, "omitted"), (1, "deprecated")]


def test_sources_and_terms_must_pair() -> None:
    with pytest.raises(ValueError, match="zip"):
        check([matcher(*TERMS)], ["金龙", "金龙"], [["x", "y"]])


# --- Chinese and pinyin, several times


def test_each_left_in_chinese_is_one_occurrence() -> None:
    text = "金龙 and 金龙"
    [[first, second, third]] = check([matcher(*TERMS)], ["金龙金龙金龙"], [[text]]).findings
    assert [(f.verdict, f.start, f.end) for f in (first, second, third)] == [
        ("left in Chinese", 0, 2),
        ("left in Chinese", 7, 9),
        ("omitted", None, None),
    ]
    assert first.concept == 1


def test_each_spelling_in_pinyin_is_one_occurrence() -> None:
    text = "Jinlong, Jin Long or jinlong-2023"
    [findings] = check([matcher(*TERMS)], ["金龙，金龙和金龙-2023，金龙"], [[text]]).findings
    # First as two words, then as one.
    assert [(f.verdict, f.start, f.end) for f in findings] == [
        ("transliterated", 9, 17),
        ("transliterated", 0, 7),
        ("transliterated", 21, 33),
        ("omitted", None, None),
    ]


def test_chinese_comes_before_pinyin() -> None:
    assert verdicts("金龙", "Jinlong 金龙") == [("left in Chinese", "金龙")]


def test_pinyin_that_is_listed_elsewhere_is_what_it_is_listed_as() -> None:
    terms = matcher(("刘振立", "Liu Zhenli"), ("刘振立", "Zhenli", "deprecated"))
    far = f"{FILLER * 20}Liu Zhenli"
    [[found]] = check([terms], [f"刘振立{'。' * 200}"], [[far]]).findings
    assert (found.verdict, found.listed) == ("preferred", terms.concepts[0].renderings[0])
    assert unexplained(f"刘振立{'。' * 200}", far, terms) == 0


def test_pinyin_is_whole_words_only() -> None:
    assert verdicts("金龙", "Jin, Jinlo and nlong") == [("omitted", None)]
    assert verdicts("金龙", "Jin 5 long") == [("omitted", None)]
    assert verdicts("金龙", "the Jin") == [("omitted", None)]


# --- what the search knows


def test_what_the_reference_has_helps_to_find_the_same_elsewhere() -> None:
    # Quoted on both sides "Gilt" is likely enough; as it stands only with what is known of it.
    columns = [["the “Gilt” drill"], ["the Gilt drill"]]

    def found(references: int, columns: Sequence[Sequence[str]]) -> list[str]:
        terms = [matcher(("金龙", "Golden Dragon"))]
        checked = check(terms, ["参加“金龙”"], columns, meanings, references=references)
        return [finding.verdict for [finding] in checked.findings]

    assert found(0, columns) == ["other", "omitted"]
    assert found(1, columns) == ["other", "other"]
    assert found(2, columns[::-1]) == ["omitted", "other"]
    # The first reference that has something counts.
    assert found(2, [["nothing"], *columns]) == ["omitted", "other", "other"]
    assert found(1, [["nothing"], *columns]) == ["omitted", "other", "omitted"]


def search_in(*segments: tuple[str, str]) -> list[str]:
    """Search several segments; return the verdicts of the first."""
    terms = [matcher(("金龙", "Golden Dragon"), ("军委", "CMC"))] * len(segments)
    sources, texts = [a for a, _ in segments], [b for _, b in segments]
    [findings] = check(terms, sources, [texts], meanings).findings
    return [finding.verdict for finding in findings if finding.segment == 0]


def test_what_the_text_has_wherever_the_term_occurs_is_likelier() -> None:
    here, there = ("金龙演习", "the gilt drill"), ("看金龙", "a gilt ship")
    elsewhere = ("军委", "gilt CMC")
    assert search_in(here) == ["omitted"]
    assert search_in(here, there) == ["other"]
    # What the text has where the term does not occur is none of its renderings.
    assert search_in(here, there, elsewhere) == ["omitted"]
    # A few passages are looked into, the first ones.
    lacking = ("有金龙", "nothing")
    assert search_in(here, *[there] * 6, *[lacking] * 14) == ["other"]
    assert search_in(here, *[lacking] * 6, *[there] * 14) == ["omitted"]
    without = ("军委", "the CMC")
    assert search_in(here, there, *[without] * 6, *[elsewhere] * 14) == ["other"]


def test_the_surest_answer_comes_first_and_its_words_are_gone() -> None:
    between = "。" * 60
    text = f"{'.' * 50} Gold Loong"
    assert verdicts(f"金龙{between}金龙", text, None, meanings) == [
        ("omitted", None),
        ("other", "Gold Loong"),
    ]
    # Both are likeliest to be the first of the two; the farther one then takes the other.
    text = f"{'.' * 30} “Gold Loong” {'.' * 20} Golden Loong"
    terms = matcher(("金龙", "Great Drill"))
    assert verdicts(f"“金龙”{between}“金龙”", text, terms, meanings) == [
        ("other", "Gold Loong"),
        ("other", "Golden Loong"),
    ]


def test_what_the_search_finds_may_be_listed() -> None:
    terms = matcher(*TERMS)
    far = f"{FILLER * 12}Gold Dragon"
    [[found]] = check([terms], [f"金龙{'。' * 12}"], [[far]], meanings).findings
    assert (found.verdict, found.listed) == ("admitted", terms.concepts[1].renderings[1])
    assert found.confidence is not None
    assert 0.5 < found.confidence < 1
    assert (found.start, found.end) == (120, 131)


def test_the_listed_renderings_help_the_search() -> None:
    terms = matcher(("金龙", "gilt pillar stone", "deprecated"))
    assert verdicts("金龙", "gilt stone pillar", terms, meanings)[0][0] == "other"
    terms = matcher(("金龙", "Great Drill", "deprecated"))
    assert verdicts("金龙", "gilt stone pillar", terms, meanings)[0][0] == "omitted"


# --- any text

ALPHABET = "甲乙丙军軍会會Aab é.,;:()|[]*+?\\^$'’“”「」·-－🎉ש\u0301\u200b5"
ANY = st.one_of(
    st.text(ALPHABET, max_size=40),
    st.lists(
        st.sampled_from(
            [
                "甲乙",
                "乙丙",
                "甲",
                "jia",
                "Yi",
                "jiayi",
                "Ab",
                "ab",
                "Ab ab",
                "(",
                "a.b",
                "2023",
                "军会",
                "军会-2023",
                "the",
                "US",
                "U.S.",
                "·",
                " ",
                "、",
            ]
        ),
        max_size=12,
    ).map(" ".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
CELL = st.text(ALPHABET, min_size=1, max_size=6).filter(str.strip)
ROWS = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from(["甲乙", "乙丙", "甲乙丙", "军会", "··", "“”", "\\", "a.b"]), CELL
        ),
        st.one_of(st.sampled_from(["Ab", "ab ab", "the", "US", "...", "(ab)", "a.b"]), CELL),
        st.sampled_from(["preferred", "admitted", "deprecated"]),
        st.sampled_from(["", "exact", "ignore"]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row[0].strip(),
)


def assert_sound(
    findings: Sequence[Finding], sources: Sequence[str], texts: Sequence[str | None]
) -> None:
    """Check what every finding promises."""
    places = [(f.segment, f.occurrence.start) for f in findings]
    assert places == sorted(set(places))
    for finding in findings:
        text = texts[finding.segment]
        occurrence = finding.occurrence
        assert text is not None
        assert 0 <= occurrence.start < occurrence.end <= len(sources[finding.segment])
        assert finding.concept in occurrence.concepts
        assert finding.verdict in VERDICTS
        assert (finding.start is None) == (finding.end is None) == (finding.verdict == "omitted")
        listed = None if finding.listed is None else finding.listed.status
        assert listed == (finding.verdict if finding.verdict in RIGHT | {"deprecated"} else None)
        if finding.start is not None and finding.end is not None:
            assert 0 <= finding.start < finding.end <= len(text)
        if finding.confidence is not None:
            assert finding.verdict not in ("omitted", "left in Chinese", "transliterated")
            assert 0.5 <= finding.confidence <= 1
    for segment in {f.segment for f in findings}:
        spans = sorted(
            (f.start, f.end)
            for f in findings
            if f.segment == segment and f.start is not None and f.end is not None
        )
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


def check_rows(
    rows: Sequence[tuple[str, str, str, str]],
    sources: Sequence[str],
    texts: Sequence[str | None],
    embed: Embed | None,
) -> None:
    terms = Termbase.from_rows(
        TermbaseRow(source, source, target, status, case=case)
        for source, target, status, case in rows
    )
    matchers = [Matcher(terms.concepts)] * len(sources)
    checked = check(matchers, sources, [texts, texts], embed, references=1)
    for findings in checked.findings:
        assert_sound(findings, sources, texts)
        expected = [
            (i, occurrence)
            for i, source in enumerate(sources)
            if texts[i] is not None
            for occurrence in matchers[i].occurrences(source)
        ]
        assert [(f.segment, f.occurrence) for f in findings] == expected
    assert checked.searched == (embed is not None)


@settings(max_examples=50)
@given(ROWS, st.lists(st.tuples(ANY, st.one_of(st.none(), ANY)), max_size=3))
@example([("甲乙", "Ab", "preferred", "")], [("甲乙甲乙", "Ab 甲乙 jiayi")])
def test_any_text_without_search(
    rows: list[tuple[str, str, str, str]], segments: list[tuple[str, str | None]]
) -> None:
    check_rows(rows, [s for s, _ in segments], [t for _, t in segments], None)


# --- what is not so yet


@pytest.mark.parametrize(
    "rendering", ["No. 2 Department", "St. Petersburg", "Party (CCP) Commission", "2.5 billion"]
)
def test_a_rendering_with_a_stop_in_it(rendering: str) -> None:
    found = verdicts("金龙", f"the {rendering} there", matcher(("金龙", rendering)))
    assert found == [("preferred", rendering)]


@pytest.mark.parametrize(
    "text", ["中央军委委员刘振立", "中央军委委员刘振立上将参加", "the 中央军委委员刘振立 met"]
)
def test_a_text_copied_from_the_source_is_left_in_chinese(text: str) -> None:
    assert verdicts("中央军委委员刘振立上将参加", text) == [
        ("left in Chinese", "中央军委委员"),
        ("left in Chinese", "刘振立"),
    ]


def test_a_shipped_source_left_in_chinese_has_all_its_terms(shipped_terms: Matcher) -> None:
    path = ROOT / "references" / f"{CONFERENCE}.zh.txt"
    for source in path.read_text("utf-8").splitlines():
        assert {verdict for verdict, _ in verdicts(source, source, shipped_terms)} <= {
            "left in Chinese"
        }


def test_a_term_with_a_comma_is_left_in_chinese(shipped_terms: Matcher) -> None:
    term = "国家主权、安全、发展利益"
    assert verdicts(f"维护{term}", f"to defend {term}", shipped_terms) == [
        ("left in Chinese", term)
    ]


def test_a_longer_term_left_in_chinese_is_not_a_shorter_one() -> None:
    assert verdicts("中央军委和中央军委委员", "中央军委委员") == [
        ("omitted", None),
        ("left in Chinese", "中央军委委员"),
    ]


def test_one_character_with_a_number_is_not_looked_for_in_pinyin() -> None:
    # 港 gang
    assert verdicts("港5", "a gang of men", matcher(("港5", "Port 5"))) == [("omitted", None)]


@pytest.mark.parametrize("written", ["Lüshun", "Lǚshùn"])
def test_pinyin_with_marks(written: str) -> None:
    # 旅 lǚ 顺 shùn
    assert verdicts("旅顺", f"in {written}", matcher(("旅顺", "Port Arthur"))) == [
        ("transliterated", written)
    ]


def test_findings_share_no_character() -> None:
    terms = matcher(("巴黎", "Paris"), ("2024奥运会", "2024 Olympics"))
    assert verdicts("巴黎2024奥运会", "the Paris 2024 Olympics", terms) == [
        ("preferred", "Paris"),
        ("preferred", "2024 Olympics"),
    ]
