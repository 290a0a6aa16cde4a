"""Where two line-aligned texts of unequal length part."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

__all__ = ["parting_line"]

# A change point is named only if it explains this much more of the mean similarity of a line than
# the next best one; below that, any line would do as well. By hand: half a line.
_MIN_GAIN = 0.5
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")


def parting_line(left: Sequence[str], right: Sequence[str]) -> int | None:
    """Return the first line (from 1) at which two texts of unequal line counts part.

    Looks for the one place where lines were lost or added as a block: before it line i goes with
    line i, after it line i goes with line i plus the difference in counts. Lines are compared by
    the words they share, or by their numbers where the two are in different scripts. Time and
    memory are linear in the number of lines.

    Returns:
        The line number in the shorter text, or None where the lines do not tell.
    """
    short, long = (left, right) if len(left) <= len(right) else (right, left)
    gap = len(long) - len(short)
    if gap == 0:
        return None
    short_sets, long_sets = _comparable(short, long)
    straight = np.array([_jaccard(s, long_sets[i]) for i, s in enumerate(short_sets)])
    shifted = np.array([_jaccard(s, long_sets[i + gap]) for i, s in enumerate(short_sets)])
    # total[p]: lines before p go straight, lines from p on are shifted.
    total = np.concatenate([[0.0], np.cumsum(straight)]) + np.concatenate(
        [np.cumsum(shifted[::-1])[::-1], [0.0]]
    )
    best = int(np.argmax(total))
    rivals = np.delete(total, best)
    gain = total[best] - (rivals.max() if rivals.size else 0.0)
    if total[best] <= 0 or (short and gain < _MIN_GAIN * total[best] / len(short)):
        return None
    return best + 1


def _comparable(
    left: Sequence[str], right: Sequence[str]
) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    words = [_features(left, _WORD), _features(right, _WORD)]
    shared = frozenset().union(*words[0]) & frozenset().union(*words[1])
    # Numbers alone where hardly a word is shared: a Chinese source beside its English.
    if sum(not word.isdigit() for word in shared) < max(2, len(left) // 10):
        words = [_features(left, _DIGITS), _features(right, _DIGITS)]
    return words[0], words[1]


def _features(lines: Sequence[str], pattern: re.Pattern[str]) -> list[frozenset[str]]:
    return [frozenset(pattern.findall(line.lower())) for line in lines]


def _jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    union = len(left | right)
    return len(left & right) / union if union else 0.0
