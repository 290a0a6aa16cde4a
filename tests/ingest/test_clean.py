from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.ingest.clean import Change, clean_line, find_damage, strip_glosses


@pytest.mark.parametrize(
    ("given", "stripped", "count"),
    [
        # Page 000 of references/raw.
        ("防務(wù)部門溝通落實(shí)", "防務部門溝通落實", 2),
        ("兩國元首共識（shí）", "兩國元首共識", 1),
        ("綠(lǜ)色", "綠色", 1),
        # A neutral syllable goes only if the character is read so.
        ("我們(men)", "我們", 1),
        ("中国(a)方案", "中国(a)方案", 0),
        ("表(b)", "表(b)", 0),
        # Brackets that are no gloss stay.
        ("中央军委(CMC)", "中央军委(CMC)", 0),
        ("运-20(Y-20)", "运-20(Y-20)", 0),
        ("the Ministry (wù)", "the Ministry (wù)", 0),
    ],
)
def test_glosses_go_and_other_brackets_stay(given: str, stripped: str, count: int) -> None:
    assert strip_glosses(given) == (stripped, count)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=20))
def test_any_text_glossed_with_its_own_readings_comes_back(text: str) -> None:
    from pypinyin import Style
    from pypinyin import pinyin as readings

    glossed = "".join(
        f"{character}({readings(character, style=Style.TONE)[0][0]})" for character in text
    )
    stripped, count = strip_glosses(glossed)
    # A few rare characters have readings that no keyboard writes (ê̄, hm); they keep their gloss.
    kept = sum(character in "()" for character in stripped) // 2
    assert count + kept == len(text)
    assert kept <= len(text) // 4 + 1


def test_steps_say_what_they_did() -> None:
    text, changes = clean_line(7, "\u3000\u200b防務(wù)  部")
    assert text == "防務 部"
    assert changes == [
        Change("invisible characters dropped", 7, 1),
        Change("white space folded", 7, 1),
        Change("pinyin glosses stripped", 7, 1),
    ]
    assert clean_line(1, "clean") == ("clean", [])


def test_damage_is_found_with_its_place() -> None:
    # Page 000, line 9: meant is 領域對話合作.
    [damage] = find_damage(9, "探討了各領域?qū)υ捄献?,在政治外交")
    assert (damage.line, damage.column) == (9, 7)
    assert "?qū)υ捄献?" in damage.text
    [damage] = find_damage(7, "記者:當?shù)貢r間11月15日")
    assert damage.text.startswith(":當?shù)")


@pytest.mark.parametrize(
    "text",
    [
        "吴谦:2023年是全面贯彻党的二十大精神的开局之年。",
        "“北部·联合-2023”、运-20、COP28、A股、U型、T恤",
        "真的吗?不是。",
        "The façade of the naïve résumé: “so” — ‘yes’…",
        "",
    ],
)
def test_sound_text_is_not_called_damaged(text: str) -> None:
    assert find_damage(1, text) == []


def test_mojibake_is_damage() -> None:
    [damage] = find_damage(3, "made clear Chinaâ€™s positions")
    assert damage.column == 17
