from __future__ import annotations

from mteval.ingest.line_languages import settle_languages
from mteval.ingest.lines import extract_lines
from tests.ingest.test_pipeline import ENGLISH


def test_what_both_languages_have_in_the_same_words_is_given_to_each() -> None:
    lines = settle_languages(
        extract_lines(
            "\n".join(["主席報告。", "KPMG", "本年情況良好。", *ENGLISH, "KPMG", ENGLISH[0]])
        )
    )
    assert [line.language for line in lines] == ["zh", "zh", "zh", "en", "en", "en", "en"]
