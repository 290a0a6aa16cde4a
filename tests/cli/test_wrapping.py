"""Where texts break in a terminal: between words and wide characters, never within numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mteval.cli.wrapping import least_width, longest_word, pad, wrap

TEXTS = st.text(st.sampled_from("ab-_/| .,3７+±国「」，。é\u0301é👍ש\n"), max_size=40)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("too few segments to tell", 11, ["too few", "segments to", "tell"]),
        # Names break at their joints; dates, numbers and signs do not.
        ("mnd-2023-12-28-military-diplomacy", 16, ["mnd-2023-12-28-", "military-", "diplomacy"]),
        ("at 2026-11-27 -9.5", 11, ["at", "2026-11-27", "-9.5"]),
        ("Exercise2023", 10, ["Exercise", "2023"]),
        ("12345678", 4, ["12345678"]),
        ("significant at 5 %", 16, ["significant at", "5 %"]),
        ("COMET ↑ small", 6, ["COMET", "↑", "small"]),
        # Wide characters take two cells, and a mark stands at no beginning of a line.
        ("国家主权、安全", 8, ["国家主", "权、安全"]),
        ("（国家）", 6, ["（国", "家）"]),
        ("nospacesatall", 5, ["nospa", "cesat", "all"]),
        # What begins with a sign hangs under its text, number or not.
        ("+ Secretary of State x2\n? other", 14, ["+ Secretary of", "  State x2", "? other"]),
        ("3 segments and more", 11, ["3 segments", "and more"]),
        ("", 5, [""]),
    ],
)
def test_lines_break_where_they_may(text: str, width: int, lines: list[str]) -> None:
    assert list(wrap(text, width)) == lines


@given(TEXTS, st.integers(1, 30))
def test_nothing_is_lost_and_lines_fit_where_they_can(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    if width >= least_width(text):
        assert all(cell_len(line) <= width for line in lines)


def test_widths_are_those_of_cells() -> None:
    assert longest_word("COMET ↑ (small)") == 7
    assert least_width("mnd-2023-12-28-military-diplomacy") == 15
    assert least_width("nospaces" * 8) == 20
    assert least_width("+ a 1234567890123456789012345") == 27
    assert pad("国é", 5, right=True) == "  国é"
    assert pad("国", 5, right=False) == "国   "
