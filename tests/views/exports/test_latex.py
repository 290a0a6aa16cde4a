from __future__ import annotations

import re

import pytest

from mteval.runs.evaluation import Evaluation
from mteval.runs.read import Run
from mteval.runs.schema.record import RunRecord
from mteval.views.exports.export import export_run
from tests.views.exports.readers import (
    TEXT_COLUMNS,
    expected,
    unlatex,
)


@pytest.mark.parametrize("table", ["segments", "flags", "error_spans", "occurrences"])
def test_latex_sets_every_text_as_it_is(hostile: tuple[Evaluation, RunRecord], table: str) -> None:
    text = export_run(*hostile, "latex", [table]).decode("utf-8")
    assert text.startswith("%")
    assert "xeCJK" in text
    body = re.split(r"\\endfoot\n|\\end\{longtable\}", text)[1]
    [head] = re.findall(r"\\toprule\n(.*) \\\\\n\\midrule\n\\endfirsthead", text)
    headings = [unlatex(cell) for cell in head.split(" & ")]
    rows = []
    for line in body.removesuffix("\n").split("\n"):
        assert line.endswith(" \\\\")
        rows.append([unlatex(cell) for cell in line.removesuffix(" \\\\").split(" & ")])
    for column in TEXT_COLUMNS[table]:
        at = headings.index(column)
        assert [row[at] for row in rows] == expected(hostile[0], table, column)


def test_latex_has_what_score_shows(run: Run) -> None:
    text = export_run(run.evaluation, run.record, "latex").decode("utf-8")
    assert text.count("\\begin{tabular}{") == text.count("\\end{tabular}") == 3
    assert text.count("\\toprule") == text.count("\\bottomrule") == 3
    assert r"\textbf{" in text
    assert r"2/3 & " in text
    assert (
        unlatex(text.split("bleu: ")[1].split("\\\\\n")[0]) == (run.evaluation.signatures()["bleu"])
    )
