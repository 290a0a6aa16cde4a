from __future__ import annotations

import sys

import pytest

from mteval.errors import MissingPackageError
from mteval.languages import detect
from mteval.languages.base import Language
from mteval.languages.registry import language
from tests.languages.toy import Esperanto

ENGLISH = "The two sides agreed to resume talks on the basis of equality and respect."


def test_which_of_two_languages() -> None:
    chinese, english = language("zh"), language("en")
    assert detect.is_rather("双方同意 resume 会谈", chinese, english)
    assert not detect.is_rather("The two sides (双方) agreed", chinese, english)
    assert detect.is_rather("The two sides (双) agreed", english, chinese)
    assert not detect.is_rather(ENGLISH, english, english)
    assert not detect.is_rather(ENGLISH, Language("de"), Language("fr"))
    assert not detect.is_rather("双 A", chinese, english)
    # Words of another script say nothing of two languages that share theirs.
    assert not detect.is_rather("Два слова", Esperanto(), english)


def test_any_language() -> None:
    assert detect.identify_language([ENGLISH] * 3) == "en"
    assert detect.identify_language(["双方同意在平等和尊重的基础上恢复会谈。"] * 3) == "zh"
    assert detect.identify_language(["OK"]) is None
    assert detect.identify_language(["OK", ENGLISH, ENGLISH]) == "en"


def test_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "py3langid.langid", None)
    detect._identifier.cache_clear()
    with pytest.raises(MissingPackageError, match=r"'mteval-toolkit\[bertscore\]'"):
        detect.identify_language([ENGLISH])
