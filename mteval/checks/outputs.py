"""All checks over all outputs."""

from __future__ import annotations

from collections.abc import Sequence

from mteval.checks.base import Rule, Segment
from mteval.checks.registry import CHECKS
from mteval.io.surrogates import check_texts
from mteval.languages.registry import SOURCE, TARGET, language

__all__ = ["CellIndex", "check_outputs"]

# Index of a system, index of a segment.
CellIndex = tuple[int, int]


def check_outputs(
    sources: Sequence[str] | None,
    references: Sequence[Sequence[str]],
    systems: Sequence[Sequence[str | None]],
    *,
    source_language: str = SOURCE,
    target_language: str = TARGET,
) -> dict[str, dict[CellIndex, str]]:
    """Return what is plainly wrong with translations.

    Without sources only lengths (against references), letters of the source's script and
    repetitions are looked at. Nothing is said of hypotheses that are empty or None.

    Args:
        sources: ``n_segments`` texts, or None.
        references: ``n_references`` columns of ``n_segments`` texts; may be empty.
        systems: ``n_systems`` lists of ``n_segments`` hypotheses.
        source_language: its code, as zh or zh-Hans-CN; of one that is not known, digits are.
        target_language: likewise, of references and systems.

    Returns:
        By the name of a check, in the order of ``CHECKS``: the index of the system and of the
        segment, and what is wrong, in words.

    Raises:
        InputError: a text has half a surrogate pair.
        MissingPackageError: a package that reads numbers of the target is not installed
            (text2num, for English), and there are numbers in the sources.
    """
    check_texts(sources, references, systems)
    languages = language(source_language), language(target_language)
    checkers = [
        _SegmentChecker(
            Segment(
                None if sources is None else sources[i],
                tuple(column[i] for column in references if column[i].strip()),
                *languages,
            )
        )
        for i in range(max((len(system) for system in systems), default=0))
    ]
    found: dict[str, dict[CellIndex, str]] = {check.name: {} for check in CHECKS}
    for s, system in enumerate(systems):
        for i, text in enumerate(system):
            if text is not None and text.strip():
                for name, detail in checkers[i].check(text).items():
                    found[name][s, i] = detail
    return found


class _SegmentChecker:
    """The rules of one segment, made when the first of its hypotheses comes."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._rules: dict[str, Rule | None] = {}
        self._seen: dict[str, dict[str, str]] = {}

    def check(self, text: str) -> dict[str, str]:
        """Return what is wrong with a hypothesis, by the name of the check."""
        if text not in self._seen:
            self._seen[text] = self._check(text)
        return self._seen[text]

    def _check(self, text: str) -> dict[str, str]:
        found = {}
        for check in CHECKS:
            if check.name not in self._rules:
                usable = self._segment.source is not None or not check.needs_source
                self._rules[check.name] = check.prepare(self._segment) if usable else None
            rule = self._rules[check.name]
            detail = None if rule is None else rule(text)
            if detail is not None:
                if check.settles:
                    return {check.name: detail}
                found[check.name] = detail
        return found
