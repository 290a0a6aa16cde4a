from __future__ import annotations

import pytest

from mteval.ingest.dates import iso_date, strip_dates


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2023-12-28", "2023-12-28"),
        ("2024/1/5 08:00", "2024-01-05"),
        ("发布于 2024年3月5日", "2024-03-05"),
        ("Updated: December 5, 2023 19:05", "2023-12-05"),
        ("5 Sept. 2023", "2023-09-05"),
        ("28 May, 2023", "2023-05-28"),
        # Digits go before names of months, wherever they are.
        ("March 5, 2024 (2024-03-06)", "2024-03-06"),
        ("2024-13-05 or 2024-12-32", None),
        ("No. 12023-12-05", None),
        ("Decorations 5, 2023", None),
        ("nothing", None),
    ],
)
def test_the_first_date_comes_out_as_iso(text: str, date: str | None) -> None:
    assert iso_date(text) == date


def test_all_dates_are_stripped() -> None:
    assert strip_dates("a 2024年3月5日 b March 5, 2024 c") == "a  b  c"
    assert strip_dates("2024-03-05x", "~") == "~x"
