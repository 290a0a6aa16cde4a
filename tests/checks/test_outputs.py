from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.checks.outputs import check_outputs
from mteval.checks.registry import CHECKS
from mteval.languages.registry import LANGUAGES
from tests.checks.flags import flags
from tests.conftest import ROOT

REFERENCES = ROOT / "references"
DOCUMENTS = sorted(path.name.removesuffix(".zh.txt") for path in REFERENCES.glob("*.zh.txt"))
SYSTEMS = ("llm-fluent", "llm-glossary", "llm-literal")


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


@pytest.mark.parametrize("text", ["", "  \n", None])
def test_nothing_is_said_of_empty_hypotheses(text: str | None) -> None:
    assert flags("双方达成了20多项共识。" * 9, text, "The two sides. " * 20) == {}


def test_places() -> None:
    sources = ["有30人。", "有40人。"]
    systems: list[list[str | None]] = [
        ["30 people", "40 people"],
        ["30 people", "50 people"],
        [None, "50 people"],
    ]
    found = check_outputs(sources, [], systems)
    assert found["number"] == {(1, 1): "40人 is 50 here", (2, 1): "40人 is 50 here"}
    assert check_outputs(None, [], []) == {check.name: {} for check in CHECKS}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_official_english_passes(document: str) -> None:
    sources = lines(REFERENCES / f"{document}.zh.txt")
    official = lines(REFERENCES / f"{document}.en.txt")
    outputs = [lines(ROOT / "systems" / name / f"{document}.txt") for name in SYSTEMS]
    columns: tuple[list[list[str]], ...] = ([], [official])
    for references in columns:
        found = check_outputs(sources, references, [official, *outputs])
        assert not any(found.values())


HOSTILE = st.text(
    st.one_of(
        # Halves of surrogate pairs have an error of their own.
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(
            "0123456789.,:%/-～第一二两三十百千万亿零余多几分之年月日号世纪周 \n\u2028\x85"
        ),
        st.sampled_from("one two thirds million hundred and a half October XI "),
        st.sampled_from("𝟜²½Ⅻ٣௧㊿㍢﷽ßİ"),
    ),
    max_size=60,
)


@given(HOSTILE, HOSTILE, st.one_of(st.none(), HOSTILE))
def test_hostile_texts(source: str, text: str, reference: str | None) -> None:
    references: list[list[str]] = [] if reference is None else [[reference]]
    for sources in ([source], None):
        for places in check_outputs(sources, references, [[text], [source]]).values():
            for detail in places.values():
                assert detail
                assert len(detail.splitlines()) == 1


@given(
    st.lists(
        st.sampled_from(
            ["三", "万", "亿", "十", "9", "999", ".", ",", "月", "年", "多", "thousand"]
        )
    )
)
def test_endless_numbers(words: list[str]) -> None:
    text = "".join(words) * 40
    check_outputs([text], [], [[" ".join(words) * 40], [text], ["9" * 500]])


def test_blank_references_are_none() -> None:
    assert flags("有30人。", "There are 40 people.", " ", "") == {"number": "30人 is 40 here"}


# --- other languages -----------------------------------------------------------------------------


def flags_between(
    source_language: str, target_language: str, source: str, text: str, *references: str
) -> dict[str, str]:
    found = check_outputs(
        [source],
        [[reference] for reference in references],
        [[text]],
        source_language=source_language,
        target_language=target_language,
    )
    return {name: places[0, 0] for name, places in found.items() if places}


def test_a_registered_language_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LANGUAGES, "eo", "tests.languages.toy:Esperanto")
    assert flags_between("zh", "eo", "1月有200人。", "En januaro du cent 200") == {}
    assert flags_between("zh", "eo", "1月有200人。", "En marto 国防部 20") == {
        "chinese": "国防部 left in Chinese",
        "number": "200人 is 20 here",
        "date": "1月 is marto here",
    }


def test_of_an_unknown_language_digits_are_checked() -> None:
    source = "46.8亿人，2023年10月，3个国家。"
    assert flags_between("zh", "xx", source, "4,68 milliarde, 2023, tri") == {}
    assert flags_between("zh", "xx", source, "4,67 milliarde, 2013, tri") == {
        "number": "46.8亿人 is missing here",
        "date": "2023年 is missing here",
    }
    assert flags_between("xx", "yy", "un 1234 deux", "eins 1234 zwei") == {}
    assert flags_between("xx", "yy", "un 1234 deux", "eins 1235 zwei") == {
        "number": "1234 is missing here"
    }


def test_a_copy_between_languages_of_one_script() -> None:
    text = "Der Minister hat gestern mit 20 Kollegen gesprochen."
    assert flags_between("de", "en", text, text) == {"copy": "the source itself"}
    assert flags_between("de", "en", text, text.replace("gestern", "yesterday")) == {}
    assert flags_between("de", "en", "Porsche 911 Carrera", "Porsche 911 Carrera") == {}


def test_from_english_into_chinese() -> None:
    source = "In 2023, 46.8 million people came, and 352 of them stayed."
    assert flags_between("en", "zh-Hans", source, "2023年有四千六百八十万人来，352人留下。") == {}
    assert flags_between("en", "zh-Hans", source, "2013年有人来，352人留下，the rest。") == {
        "number": "2023 is 2013 here; 46.8 million is missing here",
    }
