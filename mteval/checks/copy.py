"""Outputs that repeat the source instead of translating it."""

from __future__ import annotations

from collections import Counter

from mteval.checks.base import Check, Rule, Segment, fold_letters

__all__ = ["COPY"]

# So large a share of the source's letters, and of those of its script in the output, are the same:
# a few may have been changed or translated.
_MIN_SHARE = 0.8
# Fewer letters of the source's script are a name.
_MIN_LETTERS = 4
# In languages of one script, so many words are no name any more: Porsche 911, Radio Télévision.
_MIN_WORDS = 5


def _prepare(segment: Segment) -> Rule | None:
    source = fold_letters(segment.source or "")
    language = segment.source_language
    if not language.script or language.script == segment.target_language.script:
        words = language.count_words(segment.source or "")
        return _same_words(source) if words >= _MIN_WORDS else None
    wanted = language.script_runs(source)
    n_wanted = sum(map(len, wanted))

    def rule(text: str) -> str | None:
        # Without a letter of the source's script there may be nothing to translate: Porsche 911.
        if not language.script_runs(text):
            return None
        copy = fold_letters(text)
        if source == copy:
            return "the source itself"
        kept = language.script_runs(copy)
        n_kept = sum(map(len, kept))
        if n_kept < _MIN_LETTERS or n_kept * 2 < len(copy):
            return None
        common = (Counter("".join(wanted)) & Counter("".join(kept))).total()
        if common < _MIN_SHARE * n_wanted or common < _MIN_SHARE * n_kept:
            return None
        return f"{common} of the {n_wanted} {language.name} characters of the source"

    return rule


def _same_words(source: str) -> Rule:
    return lambda text: "the source itself" if fold_letters(text) == source else None


COPY = Check(
    "copy",
    "that repeat the source instead of translating it",
    _prepare,
    needs_source=True,
    settles=True,
)
