from __future__ import annotations

import pytest

from mteval.languages.base import Language
from mteval.languages.registry import LANGUAGES, SOURCE, TARGET, language


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        *((tag, "zh") for tag in ("zh", "zh-Hans-CN", "zh_TW", "ZH", "zho", "cmn-Hant", " zh ")),
        *((tag, "en") for tag in ("en", "en-US", "en_GB", "eng", "EN")),
    ],
)
def test_tags_find_their_language(tag: str, code: str) -> None:
    assert language(tag).code == code
    assert language(tag) is language(code)


def test_every_language_is_one() -> None:
    for tag, path in LANGUAGES.items():
        found = language(tag)
        assert path.endswith(f":{type(found).__name__}")
        assert found.code in LANGUAGES
        assert found.name[0].isupper()
        assert len(found.script) == 4
        assert found.letters
    assert {language(SOURCE).name, language(TARGET).name} == {"Chinese", "English"}


def test_an_unknown_language_has_its_code() -> None:
    found = language("sw-KE")
    assert type(found) is Language
    assert (found.code, found.name, found.script, found.letters) == ("sw", "sw", "", "")
    assert repr(found) == "Language('sw')"


def test_a_language_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LANGUAGES, "eo", "tests.languages.toy:Esperanto")
    assert language("eo-001").name == "Esperanto"
    assert language("eo").read_figures("Cent du en marto").numbers == {100.0: "cent", 2.0: "du"}


def test_a_line_that_names_no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LANGUAGES, "eo", "mteval.languages.text:count_han")
    with pytest.raises(TypeError):
        language("eo")
