from __future__ import annotations

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
