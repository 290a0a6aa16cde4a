"""The languages that are known, by code; a line each."""

from __future__ import annotations

import functools
import importlib
import re

from mteval.languages.base import Language

__all__ = ["LANGUAGES", "SOURCE", "TARGET", "language"]

# ISO 639 code -> the module and class, which is loaded on use.
LANGUAGES: dict[str, str] = {
    **dict.fromkeys(("zh", "zho", "chi", "cmn"), "mteval.languages.zh:Chinese"),
    **dict.fromkeys(("en", "eng"), "mteval.languages.en:English"),
}
# The direction that is meant where nothing else is said.
SOURCE, TARGET = "zh", "en"
_SUBTAG = re.compile("[-_]")


def language(tag: str) -> Language:
    """Return the language of a tag (BCP 47, or an ISO 639 code): zh-Hans-CN and zh_CN are Chinese.

    Of a language that is not in ``LANGUAGES`` nothing but its code is known.
    """
    code = _SUBTAG.split(tag.strip().lower())[0]
    path = LANGUAGES.get(code)
    return Language(code) if path is None else _load(path)


@functools.cache
def _load(path: str) -> Language:
    module, name = path.split(":")
    found = getattr(importlib.import_module(module), name)()
    if not isinstance(found, Language):
        raise TypeError(f"{path} is no Language")
    return found
