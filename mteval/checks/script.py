"""Words that outputs leave in the script of the source, where that is not the target's."""

from __future__ import annotations

from mteval.checks.base import MAX_SHOWN, Check, Rule, Segment
from mteval.languages.text import shorten
from mteval.wording import listing

__all__ = ["LEFT_IN_SOURCE_SCRIPT"]

# Names in Latin letters stay so in texts of any script.
_EVERYWHERE = "Latn"
# Characters of a run that are shown.
_WIDTH = 20


def _prepare(segment: Segment) -> Rule | None:
    language = segment.source_language
    if language.script in ("", _EVERYWHERE, segment.target_language.script):
        return None
    # A name that a reference has in its own characters is no fault.
    excused = frozenset(run for text in segment.references for run in language.script_runs(text))

    def rule(text: str) -> str | None:
        runs = [run for run in dict.fromkeys(language.script_runs(text)) if run not in excused]
        if not runs:
            return None
        return (
            f"{listing([shorten(run, _WIDTH) for run in runs], MAX_SHOWN)} left in {language.name}"
        )

    return rule


# The name is that of its first language, as in the runs of before.
LEFT_IN_SOURCE_SCRIPT = Check(
    "chinese", "with characters of the source's script left in, as Chinese in English", _prepare
)
