"""A history of three runs, made by hand, so that all that is shown of it can be worked out."""

from __future__ import annotations

from typing import Any


def point(
    run: str, score: float, delta: float | None, before: str | None, *, comparable: bool
) -> dict[str, Any]:
    """Return a score of a run, with its difference from the run before it that compares."""
    return {
        **{"run": run, "score": score, "delta": delta, "compared_with": before},
        "comparable": comparable,
    }


HISTORY: dict[str, Any] = {
    "runs": [
        {
            "run": "first",
            "created": "2026-11-22T12:00:00Z",
            "fingerprint": None,
            "command": ["mteval", "score"],
            "changed": ["first run"],
            "systems": [
                {"system": "x", "segments": 3, "changed": ["first run"], "incomparable": []},
                {"system": "y", "segments": None, "changed": ["first run"], "incomparable": []},
            ],
            "signatures": {},
        },
        {
            "run": "second",
            "created": None,
            "fingerprint": None,
            "command": [],
            "changed": ["termbase", "references of d"],
            "systems": [
                {
                    "system": "x",
                    "segments": 3,
                    "changed": ["termbase", "references of d"],
                    "incomparable": ["bleu"],
                },
            ],
            "signatures": {},
        },
        {
            "run": "empty",
            "created": "2026-11-23T12:00:00Z",
            "fingerprint": None,
            "command": [],
            "changed": ["system x removed"],
            "systems": [],
            "signatures": {},
        },
    ],
    "metrics": {
        "bleu": {"label": "BLEU", "higher_is_better": True, "decimals": 1},
        "ter": {"label": "TER", "higher_is_better": False, "decimals": 2},
    },
    "trends": {
        "systems": [
            {
                "system": "x",
                "metric": "bleu",
                "runs": [
                    {
                        "run": "first",
                        "score": 20.0,
                        "delta": None,
                        "compared_with": None,
                        "comparable": True,
                    },
                    {
                        "run": "second",
                        "score": 30.0,
                        "delta": None,
                        "compared_with": None,
                        "comparable": False,
                    },
                ],
            },
            {
                "system": "x",
                "metric": "ter",
                "runs": [
                    {
                        "run": "first",
                        "score": 60.0,
                        "delta": None,
                        "compared_with": None,
                        "comparable": True,
                    },
                    {
                        "run": "second",
                        "score": 58.5,
                        "delta": -1.5,
                        "compared_with": "first",
                        "comparable": True,
                    },
                ],
            },
            {
                "system": "y",
                "metric": "ter",
                "runs": [
                    {
                        "run": "first",
                        "score": 60.0,
                        "delta": 0,
                        "compared_with": "first",
                        "comparable": True,
                    }
                ],
            },
        ],
        "terms": [
            {
                "system": "x",
                "concept": "k",
                "source": "演习",
                "runs": [
                    {"run": "first", "occurrences": 2, "right": 1},
                    {"run": "second", "occurrences": 2, "right": 2},
                ],
            },
            {
                "system": "x",
                "concept": "same",
                "source": None,
                "runs": [
                    {"run": "first", "occurrences": 1, "right": 1},
                    {"run": "second", "occurrences": 1, "right": 1},
                ],
            },
        ],
    },
}
