"""Which language a text is in."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mteval.errors import MissingPackageError
from mteval.languages.base import Language
from mteval.packages import install_command

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

__all__ = ["identify_language", "is_rather"]

# Headings of a few words and lists of names pass for anything; a line of prose is beyond doubt.
MIN_PROBABILITY = 0.999
# More lines, taken from all over, make nobody surer.
MAX_LINES = 200


def is_rather(text: str, this: Language, that: Language) -> bool:
    """Return whether a text has more words of one language than of another, by their scripts.

    False for languages in one script, which that does not tell apart.
    """
    return this.script != that.script and this.count_words(text) > that.count_words(text)


def identify_language(texts: Sequence[str]) -> str | None:
    """Return the language that texts are in, as ISO 639-1 (py3langid); None if that is not sure.

    Raises:
        MissingPackageError: py3langid is not installed.
    """
    step = -(-len(texts) // MAX_LINES) or 1
    language, probability = _identifier().classify("\n".join(texts[::step]))
    return str(language) if probability > MIN_PROBABILITY else None


@functools.cache
def _identifier() -> LanguageIdentifier:
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ModuleNotFoundError:
        raise MissingPackageError(
            "telling the language of references needs the package py3langid, which is not "
            f"installed; install it with: {install_command('py3langid')}"
        ) from None
    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
