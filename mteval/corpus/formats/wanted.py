"""What a reader of a format is asked for: languages, and whose the translations are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mteval.corpus.formats.corpus import listed, main_language
from mteval.corpus.layout import SOURCE_LANGUAGE, TARGET_LANGUAGE
from mteval.errors import InputError, location

__all__ = ["Wanted"]


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a file.

    Attributes:
        source_language: the code of the source language; by default the file says it.
        target_language: the code of the target language; by default the file says it.
        as_system: the system whose output the translations are; by default they are references.
    """

    source_language: str | None = None
    target_language: str | None = None
    as_system: str | None = None

    def languages(
        self, path: Path, sources: Iterable[str], targets: Iterable[str]
    ) -> tuple[str, str]:
        """Return the source and the target language, chosen of those that a file has.

        Args:
            path: the file, for messages.
            sources: languages that can be the source, the likeliest first.
            targets: languages that can be the target; the source may be among them.

        Raises:
            InputError: the language wanted is not there, or several could be meant.
        """
        source = _choose(path, list(sources), self.source_language, SOURCE_LANGUAGE, "source")
        others = [code for code in targets if code != source]
        target = _choose(path, others, self.target_language, TARGET_LANGUAGE, "target")
        return source, target


def _choose(path: Path, found: list[str], wanted: str | None, usual: str, side: str) -> str:
    found = list(dict.fromkeys(found))
    if wanted is not None:
        matching = [code for code in found if code.lower() == wanted.lower()] or [
            code for code in found if main_language(code) == main_language(wanted)
        ]
    else:
        matching = found
        if len(found) > 1:
            matching = [code for code in found if main_language(code) == usual]
    if len(matching) == 1:
        return matching[0]
    has = f"it has {listed(found, 6)}" if found else "it has none"
    which = f"{side} language" + (f" {wanted!a}" if wanted is not None else "")
    raise InputError(
        f"{location(path)}: the {which} cannot be determined ({has}); name it with "
        f"--{side}-language"
    )
