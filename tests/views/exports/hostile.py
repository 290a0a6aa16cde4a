"""Texts that some format or other would take for more than text, and a run of them."""

from __future__ import annotations

import dataclasses
import random
import re
from datetime import datetime, timezone

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.runs.evaluation import Evaluation
from mteval.runs.schema.rows import ErrorSpan, OccurrenceRow, Rendering, TermRow

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=timezone.utc)


PIECES = [
    *("</script><script>alert(1)</script>", "<b>", "<!-- x -->", "<!--", "-->", "]]>", "<![CDATA["),
    *("&amp;", "&lt;", "&#65;", "&nbsp", "&", "<", ">", '"', '""', "'", "''", "'=", "''+1", "'@x"),
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(", "=cmd|' /C calc'!A0"),
    *("http://a.example/b?c=d#e", "www.example.com", "mailto:a@b.example", "ftp://x", "//x"),
    *("@octocat", "#123", "GH-45", "a/b#6", ":smile:", ":+1:", "12:30:45", "$x^2$", "$$", "$5"),
    *("*a*", "**a**", "_a_", "__a__", "~~a~~", "`a`", "``", "[a](b)", "![a](b)", "[^1]", "[x]: y"),
    *("|", "||", r"\|", "\\", "\\\\", r"\*", "---", "| --- |", "# a", "- a", "1. a", "> a", "```"),
    *(r"\textbf{x}", r"\input{/etc/passwd}", r"\\", r"\\[2cm]", "%", "{", "}", "{}", "^^41", "^"),
    *("~", "--", "---", "''''", "``q''", "?`", "!`", ",,", "<<a>>", "[1]", "*", r"\newline{}"),
    *("_x0041_", "_x005F_", "_x000D_", "x005F_", "__x0041__", "_X0041_"),
    *("\t", "\r", "\f", "\v", "\x01", "\x08", "\x1b[31m", "\x1c", "\x1f", "\x7f", "\x80", "\x85"),
    *("\u2028", "\u2029", "\u200b", "\u200d", "\u200e", "\u200f", "\u202e", "\u2066", "\ufeff"),
    *(
        "\u00a0",
        "\u3000",
        "\ufffe",
        "\uffff",
        "\ufffd",
        "e\u0301\u0301",
        "עברית",
        "🚢",
        "👩‍🚀",
        "𠀋",
    ),
    *(
        " ",
        "  ",
        "中国人民解放军",
        "，",
        "。",
        "；",
        "NaN",
        "null",
        "None",
        "",
        "0012",
        "1e5",
        "TRUE",
    ),
    *("±", "↑", "↓", "a", "The end.", ";", ",", "a,b", "x" * 3000, "|" * 50),
]


def hostile_texts(count: int) -> list[str]:
    """Return texts that some format or other would take for more than text."""
    chance = random.Random(20261122)
    texts = [*PIECES, *(f"a{p}" for p in PIECES), *(f"{p}a" for p in PIECES)]
    while len(texts) < count:
        text = "".join(chance.choices(PIECES, k=chance.randint(2, 6)))
        # The one thing that no workbook of XlsxWriter holds; it is refused.
        if not re.search("_x[0-9A-F]{4}_x[0-9A-F]{4}_", text):
            texts.append(text)
    return texts[:count]


HOSTILE = hostile_texts(1000)


NAMES = ["=1+1|x", "*_<b>&@octocat"]


def evaluation_of(texts: list[str]) -> Evaluation:
    """Return an evaluation of texts as hypotheses and sources, with them in other tables too."""
    sources = [text if text.strip() else "甲" for text in texts]
    test_set = TestSet(
        (
            Document.from_columns(
                "d", sources, [["a reference"] * len(texts)], domain="=1+<b>|\\&_@x"
            ),
        )
    )
    systems = [
        SystemOutput(NAMES[0], {"d": tuple(texts)}),
        SystemOutput(NAMES[1], {"d": tuple(reversed(texts))}),
    ]
    found = mteval.evaluate(test_set, systems, ["chrf"], samples=0, checks=False)
    return dataclasses.replace(
        found,
        metrics=(
            *found.metrics,
            dataclasses.replace(
                found.metrics[0], name="term_accuracy", signature="terms", is_metric=False
            ),
        ),
        scores={**found.scores, "term_accuracy": found.scores["chrf"]},
        flags={"number": {(0, i): text for i, text in enumerate(texts)}},
        error_spans={
            "chrf": {
                (0, i): [
                    ErrorSpan(
                        start=0, end=len(text), text=text, severity="minor", confidence=0.1 + 0.2
                    )
                ]
                for i, text in enumerate(texts)
            }
        },
        terms=[
            TermRow(
                system=NAMES[0],
                kind="system",
                concept=f"c{i}",
                source=text,
                target=text,
                severity="major",
                occurrences=1,
                right=0,
                accuracy=0.0,
                verdicts={"other": 1},
                renderings=[Rendering(text or None, "other", 1)],
            )
            for i, text in enumerate(texts)
        ],
        occurrences=[
            OccurrenceRow(
                system=NAMES[0],
                kind="system",
                document="d",
                segment=i,
                concept=f"c{i}",
                source=text,
                source_start=0,
                source_end=1,
                verdict="other",
                rendering=text,
                start=None,
                end=None,
                listed=None,
                severity="major",
                confidence=None,
            )
            for i, text in enumerate(texts, 1)
        ],
    )
