from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mteval.errors import InputError
from mteval.io.csv_rows import FORMULA, NEUTRALISED, neutralise, parse_csv, restore


def test_rows_come_with_the_lines_that_they_start_at() -> None:
    text = 'a,"b\nc"\n\n"d ""e""",\n' + "x" * 200_000
    assert list(parse_csv(Path("x.csv"), text)) == [
        (1, ["a", "b\nc"]),
        (3, []),
        (4, ['d "e"', ""]),
        (5, ["x" * 200_000]),
    ]


def test_what_is_no_csv_is_refused_with_its_line() -> None:
    rows = parse_csv(Path("x.csv"), 'a,b\n"c" d\n')
    assert next(rows) == (1, ["a", "b"])
    with pytest.raises(InputError, match=r"^x\.csv:2: this is not valid CSV \(.*; check the quot"):
        next(rows)


@given(st.text())
def test_an_apostrophe_put_before_a_text_can_be_taken_away(text: str) -> None:
    safe = neutralise(text)
    assert restore(safe) == text
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe in (text, f"'{text}")


@pytest.mark.parametrize(
    ("text", "safe"),
    [("=1", "'=1"), ("'=1", "''=1"), ("''@", "'''@"), ("'s", "'s"), ("", ""), ("'", "'")],
)
def test_the_rule_of_apostrophes(text: str, safe: str) -> None:
    assert neutralise(text) == safe


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.from_regex(r"'*[=+\-@\t\r]"))
)
def test_arrow_does_with_columns_what_python_does_with_texts(texts: list[str]) -> None:
    safe = [neutralise(text) for text in texts]
    for given_texts, pattern, replacement, wanted in (
        (texts, FORMULA, r"'\1", safe),
        (safe, NEUTRALISED, r"\1", texts),
    ):
        column = pa.array(given_texts, pa.string())
        found = pa.compute.replace_substring_regex(column, pattern, replacement)
        assert found.to_pylist() == wanted
