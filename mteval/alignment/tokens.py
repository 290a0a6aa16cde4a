"""Tokens that both languages have: numbers, months, words in Latin letters, names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mteval.alignment.weights import KEY_DIGITS
from mteval.languages.base import Language
from mteval.languages.names import common_names
from mteval.languages.numbers import Number

__all__ = ["LATIN_WORD", "common_tokens"]

LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9&]+")


def common_tokens(
    languages: tuple[Language, Language], sources: Sequence[str], targets: Sequence[str]
) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """Return what each source and each target has that can be found again in the other language.

    Args:
        languages: of the sources and of the targets.
        sources: texts, folded.
        targets: texts, folded.
    """
    source, target = languages
    latin = [frozenset(map(str.lower, LATIN_WORD.findall(text))) for text in sources]
    known = frozenset().union(*latin)
    names = common_names(source, sources, targets)
    return (
        [
            frozenset(_number_tokens(source.find_numbers(text))) | own | name
            for text, own, name in zip(sources, latin, names[0], strict=True)
        ],
        [
            frozenset(_number_tokens(target.find_numbers(text)))
            | {word for word in map(str.lower, LATIN_WORD.findall(text)) if word in known}
            | name
            for text, name in zip(targets, names[1], strict=True)
        ],
    )


def _number_tokens(numbers: Iterable[Number]) -> Iterator[str]:
    for number in numbers:
        if number.month is not None:
            yield f"month {number.month}"
        else:
            # The first value is its own; what else may stand for it would count as missing. Of a
            # range, both ends are.
            for value in number.values[: 1 if number.upper is None else None]:
                yield f"{value:.{KEY_DIGITS}g}"
