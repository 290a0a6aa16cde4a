from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mteval.languages.encoder import Embed, sentence_encoder
from mteval.terminology.concepts import Concept, Rendering
from mteval.terminology.features import FEATURES
from mteval.terminology.matching import Matcher
from mteval.terminology.normalise import BREAK, split_words
from mteval.terminology.passages import Passage, Question
from mteval.terminology.search import Candidates, candidates, choose
from mteval.terminology.vectors import Vectors

ODD = st.text("甲军A aé.,;(|)'’“”\"-·🎉ש\u0301\u200b2023\n&+", max_size=40)


@pytest.fixture(scope="session")
def embed() -> Embed:
    return sentence_encoder()


def passage(text: str) -> Passage:
    return Passage(text, split_words(text))


def question(
    source: str,
    term: str,
    text: str | Passage,
    listed: Sequence[str] = (),
    *,
    reference: str | None = None,
    elsewhere: Sequence[str] = (),
    without: Sequence[str] = (),
) -> Question:
    matcher = Matcher([Concept("c", (term,), (Rendering("x", "preferred"),))])
    return Question(
        passage(text) if isinstance(text, str) else text,
        source,
        matcher.occurrences(source)[0],
        tuple(listed),
        reference,
        [passage(each) for each in elsewhere],
        [passage(each) for each in without],
    )


def feature(asked: Question, embed: Embed, name: str) -> dict[str, float]:
    """Give one number of every candidate by its text."""
    found = candidates(asked, Vectors(embed))
    column = found.features[:, FEATURES.index(name)]
    return dict(zip(texts(asked, found), map(float, column), strict=True))


def texts(asked: Question, found: Candidates) -> list[str]:
    words = asked.passage.words
    return [asked.passage.text[words[i].start : words[j - 1].end] for i, j in found.spans]


def answered(asked: Question, embed: Embed) -> str | None:
    answer = choose(asked, candidates(asked, Vectors(embed)))
    return None if answer is None else asked.passage.text[answer.start : answer.end]


# --- vectors


def test_every_text_is_embedded_once(embed: Embed) -> None:
    asked: list[str] = []

    def counting(texts: Sequence[str]) -> npt.NDArray[Any]:
        asked.extend(texts)
        return embed(texts)

    vectors = Vectors(counting)
    vectors(["军委", "navy", "军委"])
    again = vectors(["navy", "air force", "军委"])
    grown = vectors([f"word {n}" for n in range(9)])
    assert sorted(asked) == sorted(["军委", "navy", "air force", *(f"word {n}" for n in range(9))])
    np.testing.assert_allclose(again, embed(["navy", "air force", "军委"]), atol=1e-5)
    np.testing.assert_allclose(grown, embed([f"word {n}" for n in range(9)]), atol=1e-5)
    np.testing.assert_allclose(vectors(["军委"]), again[2:], atol=0)


# --- passages


def test_places_are_interpolated_between_what_is_explained() -> None:
    text = passage("a" * 10 + " " + "b" * 89)
    # By hand: 100 characters for 50; then a term at 10 of the source that stands at 60.
    assert text.expected(50, [0, 25, 50]).tolist() == [0, 50, 100]
    text.take((0, 1), 10, 60)
    assert text.expected(50, [0, 5, 10, 30, 50]).tolist() == [0, 30, 60, 80, 100]
    assert text.taken.tolist() == [True, False]


def test_breaks_are_never_free() -> None:
    text = passage("North. South, East; West")
    assert [w.text for w, taken in zip(text.words, text.is_break, strict=True) if not taken] == [
        "North",
        "South",
        "East",
        "West",
    ]


def test_words_by_their_letters() -> None:
    text = passage("Xi'an, XIAN and Y-20")
    assert text.spelt == ["xian", "xian", "and", "y", ""]
    assert text.by_letters["xian"] == [0, 1]


def test_function_words_are_told_apart() -> None:
    assert passage("In front OF them").is_function_word.tolist() == [True, False, True, True]


# --- choosing


def single(text: str = "one two three four") -> Question:
    return question("在军委里", "军委", text)


def rows(*constants: float) -> Candidates:
    """Make candidates that differ in a feature of positive weight only."""
    features = np.zeros((len(constants), len(FEATURES)))
    features[:, FEATURES.index("like the term")] = constants
    return Candidates([(n, n + 1) for n in range(len(constants))], features)


def test_nothing_is_chosen_of_nothing() -> None:
    assert choose(single(), rows()) is None


def test_confidence_is_that_of_a_conditional_logit() -> None:
    # McFadden (1974): P(k) = exp(v_k) / (1 + sum of exp(v)), where none has v = 0.
    answer = choose(single(), rows(0.5))
    assert answer is not None
    assert answer.confidence == pytest.approx(1 / (1 + np.exp(-answer.odds)), abs=5e-5)
    assert answer.confidence == round(answer.confidence, 4)
    three = choose(single(), rows(0.25, 0.5, 0.25))
    assert three is not None
    assert (three.words, three.odds) == ((1, 2), answer.odds)
    total = np.exp(answer.odds) + 2 * np.exp(answer.odds / 2)
    assert three.confidence == pytest.approx(total / (1 + total), abs=5e-5)
    assert (three.start, three.end) == (4, 7)


def test_nothing_is_claimed_where_none_is_likelier() -> None:
    # Two candidates of odds v say something together from 2 exp(v) = 1 on, one from v = 0 on.
    answer = choose(single(), rows(1.0))
    assert answer is not None
    unit = answer.odds
    assert choose(single(), rows(-0.01 / unit)) is None
    assert choose(single(), rows(0.01 / unit)) is not None
    assert choose(single(), rows(*[-(np.log(2) - 0.01) / unit] * 2)) is not None
    assert choose(single(), rows(*[-(np.log(2) + 0.01) / unit] * 2)) is None


# --- candidates

# Paragraph 4 of mnd-2023-12-28-military-diplomacy, shortened, and the words of llm-literal.
EXERCISE = "参加俄方“北部·联合-2023”演习"
LITERAL = "China took part in Russia's “North Part · Joint - 2023” exercise, and others."


def test_the_rendering_of_a_quoted_name_is_found(embed: Embed) -> None:
    asked = question(EXERCISE, "北部·联合", LITERAL, ["Northern/Interaction", "Beibu Unity"])
    assert answered(asked, embed) == "North Part · Joint"


def test_nothing_is_found_in_what_is_about_something_else(embed: Embed) -> None:
    asked = question(EXERCISE, "北部·联合", "The weather is fine today.", ["Northern/Interaction"])
    assert answered(asked, embed) is None


@pytest.mark.parametrize("text", ["", "·· “”", "of the and", "。"])
def test_text_without_content_has_no_candidates(text: str, embed: Embed) -> None:
    found = candidates(question(EXERCISE, "北部·联合", text), Vectors(embed))
    assert found.spans == []
    assert found.features.shape == (0, len(FEATURES))


def test_candidates_are_free_and_no_function_word_is_at_their_ends(embed: Embed) -> None:
    text = passage("The chief of the staff (of the navy) met one of the ministers of defense.")
    text.take((5, 6), 2, 30)
    asked = question("海军参谋长会见国防部长", "参谋长", text)
    found = candidates(asked, Vectors(embed))
    assert "chief of the staff" in texts(asked, found)
    for i, j in found.spans:
        assert not text.taken[i:j].any()
        assert not text.is_function_word[[i, j - 1]].any()
    assert len(set(found.spans)) == len(found.spans)


def test_taken_words_leave_another_answer(embed: Embed) -> None:
    text = "The war zone leaders met."
    asked = question("战区领导开会", "战区领导", text, ["theater commander"])
    first = choose(asked, candidates(asked, Vectors(embed)))
    assert first is not None
    assert text[first.start : first.end] == "war zone leaders"
    asked.passage.take(first.words, 2, 12)
    second = choose(asked, candidates(asked, Vectors(embed)))
    assert second is None or text[second.start : second.end] == "met"


def test_distance_is_that_from_the_expected_place(embed: Embed) -> None:
    # Middle of the term 4/10 of the source; of 30 characters 12. Centre of "bbbb" 12, "cccc" 27.
    text = "aaaa aaaa bbbb cccc dddd cc dd"
    asked = question("甲甲甲军委甲甲甲甲甲", "军委", text)
    assert len(text) == 30
    distance = feature(asked, embed, "distance")
    assert distance["bbbb"] == pytest.approx(0)
    assert distance["cccc"] == pytest.approx(5 / 200)


def test_length_is_compared_with_that_of_the_listed(embed: Embed) -> None:
    asked = question("军委", "军委", "aaaaa bbbb", ["x" * 5, "x" * 5, "x" * 30])
    assert feature(asked, embed, "length") == pytest.approx(
        {"aaaaa": 0, "bbbb": np.log(10 / 9), "aaaaa bbbb": np.log(15 / 10)}
    )


def test_quotation_marks_around_term_and_candidate(embed: Embed) -> None:
    asked = question("参加“金龙”演习", "金龙", "the “Gold Loong,” drill")
    marks = feature(asked, embed, "quotation marks")
    assert marks["Gold Loong"] == 1
    assert marks["Gold"] == marks["drill"] == 0
    assert marks["Gold Loong,” drill"] == -1


def test_the_year_of_the_term_counts_for_a_candidate(embed: Embed) -> None:
    asked = question("金龙2023演习", "金龙", "Gold Loong-2023 drill 7")
    digits = feature(asked, embed, "digits")
    assert digits["Gold Loong"] == digits["Loong"] == 1
    assert digits["Gold"] == digits["drill"] == 0
    assert digits["drill 7"] == -1


def test_numbers_of_the_term_count_for_a_candidate(embed: Embed) -> None:
    digits = feature(question("运-20飞机", "运-20", "Transport-20 plane 7"), embed, "digits")
    assert digits["Transport-20"] == 1
    assert digits["Transport"] == 0
    assert digits["plane 7"] == -1


def test_capitals_speak_for_names_and_against_the_rest(embed: Embed) -> None:
    text = "Chief of staff"
    name = question("参谋长", "参谋长", text, ["Chief of Staff"])
    word = question("参谋长", "参谋长", text, ["chief of staff"])
    assert feature(name, embed, "capitals") == {"Chief": 1, "staff": 0, "Chief of staff": 0.5}
    assert feature(word, embed, "capitals") == {"Chief": -1, "staff": 0, "Chief of staff": -0.5}


def test_commas_that_the_term_does_not_have(embed: Embed) -> None:
    text = "peace, war"
    assert feature(question("和平", "和平", text), embed, "commas")["peace, war"] == 1
    assert feature(question("和、平", "和、平", text), embed, "commas")["peace, war"] == 0


def test_what_the_text_has_wherever_the_term_occurs(embed: Embed) -> None:
    asked = question(
        "军委",
        "军委",
        "gold dragon",
        elsewhere=["gold dragon", "the Gold Dragons", "dragon gold", "golden"],
        without=["gold", "nothing"],
    )
    # By hand: of four passages with the term less of two without it.
    assert feature(asked, embed, "wherever the term occurs") == {
        "gold": 3 / 4 - 1 / 2,
        "dragon": 3 / 4,
        "gold dragon": 2 / 4,
    }
    assert set(
        feature(question("军委", "军委", "gold dragon"), embed, "wherever the term occurs").values()
    ) == {0.0}


def test_likeness_is_that_of_the_encoder(embed: Embed) -> None:
    asked = question("軍委", "军委", "navy army", ["fleet", "army"], reference="navy")
    # Simplified as the occurrence is traditional.
    term, fleet, army, navy = embed(["军委", "fleet", "army", "navy"])
    found = feature(asked, embed, "like the term")
    assert found["navy"] == pytest.approx(float(navy @ term), abs=1e-4)
    found = feature(asked, embed, "like a listed rendering")
    assert found["army"] == pytest.approx(1, abs=1e-4)
    assert found["navy"] == pytest.approx(float(max(navy @ fleet, navy @ army)), abs=1e-4)
    found = feature(asked, embed, "like the rendering of the reference")
    assert found["navy"] == pytest.approx(1, abs=1e-4)
    assert found["army"] == pytest.approx(float(navy @ army), abs=1e-4)


def test_the_reference_helps_to_find_what_the_others_have(embed: Embed) -> None:
    text = "They joined the drill Cold Loon with others."
    alone = question("参加金龙演习", "金龙", text, ["Golden Dragon"])
    helped = question("参加金龙演习", "金龙", text, ["Golden Dragon"], reference="Cold Loon")
    assert answered(helped, embed) == "Cold Loon"
    found = candidates(alone, Vectors(embed))
    better = candidates(helped, Vectors(embed))
    column = FEATURES.index("like the rendering of the reference")
    assert not found.features[:, column].any()
    assert better.features[:, column].max() == pytest.approx(1, abs=1e-4)


@settings(max_examples=60)
@given(ODD, ODD, ODD, st.lists(ODD.filter(str.strip), max_size=2))
def test_candidates_of_any_text_are_finite(
    before: str, after: str, text: str, listed: list[str]
) -> None:
    vectors = Vectors(sentence_encoder())
    asked = question(f"{before}山水火{after}", "山水火", text, listed)
    found = candidates(asked, vectors)
    assert found.features.shape == (len(found.spans), len(FEATURES))
    assert np.isfinite(found.features).all()
    words = asked.passage.words
    for i, j in found.spans:
        assert 0 <= i < j <= len(words)
        assert all(word.key != BREAK for word in words[i:j])
    answer = choose(asked, found)
    if answer is not None:
        assert answer.words in found.spans
        assert 0.5 <= answer.confidence <= 1
        assert 0 <= answer.start < answer.end <= len(text)
