from __future__ import annotations

from pathlib import Path

import pytest

from mteval.errors import InputError
from mteval.io.csv_rows import parse_csv


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
