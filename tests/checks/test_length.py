from __future__ import annotations

import pytest

from tests.checks.flags import flags

SENTENCE = "The two sides agreed to resume talks, on the basis of equality and respect, as before. "


def test_half_a_translation_is_short() -> None:
    reference = (SENTENCE * 3).strip()
    half = reference[: len(reference) // 2]
    assert flags(None, reference, reference) == {}
    assert flags(None, half, reference)["short"].startswith("50% of the expected length")
    assert flags("好" * 60 + "。", half)["short"].startswith("48% of the expected length")
    # Concise is not cut off.
    assert flags(None, SENTENCE * 2, reference) == {}
    assert flags(None, SENTENCE * 2 + "It was", reference) == {
        "short": "69% of the expected length, and no end to the last sentence"
    }
    # A heading ends without a full stop.
    assert flags("好" * 60, SENTENCE * 2 + "It was") == {}


def test_short_texts_tell_nothing() -> None:
    assert flags("简报", "Readout of the Meeting Held by the Secretary of State", "READOUT") == {}
    assert flags("双方讨论了。", "So", "The two sides had a discussion.") == {}


def test_far_too_long() -> None:
    text = " ".join(f"{word} of it" for word in "abcdefghijklmnopqrstuvwxyz" * 3)
    assert flags(None, text, SENTENCE) == {"long": "7.2 times the expected length"}
    assert "long" in flags("国防部发言人吴谦。", text)


def text_of(length: int, end: str = ".") -> str:
    """Make a text of so many characters without repetitions."""
    text = "-".join(f"w{n}" for n in range(length))
    return text[: length - len(end) - 1] + "x" + end


@pytest.mark.parametrize(
    ("expected", "length", "end", "detail"),
    [
        (200, 99, ".", "50% of the expected length"),
        (200, 101, ".", None),
        (200, 149, "", "74% of the expected length, and no end to the last sentence"),
        (200, 151, "", None),
        (100, 10, ".", "10% of the expected length"),
        (99, 10, ".", None),
    ],
)
def test_where_short_begins(expected: int, length: int, end: str, detail: str | None) -> None:
    text = text_of(length, end)
    assert len(text) == length
    assert flags(None, text, text_of(expected)).get("short") == detail
    # The mean of references counts.
    references = text_of(expected - 50), text_of(expected + 50)
    assert flags(None, text, *references).get("short") == detail


@pytest.mark.parametrize(
    ("source", "length", "end", "detail"),
    [
        ("好" * 40 + "。", 75, ".", "42% of the expected length"),
        ("好" * 40 + "。", 76, ".", None),
        ("好" * 40 + "。", 134, "", "74% of the expected length, and no end to the last sentence"),
        ("好" * 40 + "。", 136, "", None),
        ("好" * 20 + "a" * 90 + "。", 75, ".", "42% of the expected length"),
        ("好" * 22, 10, ".", None),
    ],
)
def test_where_short_begins_without_references(
    source: str, length: int, end: str, detail: str | None
) -> None:
    assert flags(source, text_of(length, end)).get("short") == detail


@pytest.mark.parametrize(
    ("source", "reference", "length", "detail"),
    [
        (None, text_of(200), 440, None),
        (None, text_of(200), 441, "2.2 times the expected length"),
        (None, text_of(10), 110, None),
        (None, text_of(10), 111, "11.1 times the expected length"),
        ("好" * 40, None, 450, None),
        ("好" * 40, None, 451, "2.5 times the expected length"),
        (None, "A.", 99, None),
    ],
)
def test_where_long_begins(
    source: str | None, reference: str | None, length: int, detail: str | None
) -> None:
    references = () if reference is None else (reference,)
    assert flags(source, text_of(length), *references).get("long") == detail
