"""The report counts renderings as terms.csv does, and finds where each is."""

from __future__ import annotations

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.terminology.concepts import TermbaseRow
from mteval.terminology.termbase import Termbase
from mteval.views.html.terms import term_section
from mteval.views.renderings import occurrences_by_rendering, rendering_key

SOURCES = ["中国"] * 5 + ["演习2023", "演习"]
LINES = (
    *("The PRC said", "the PRC's ships", "PRC", "China's aim", "China"),
    *("Drill 2023", "The drills began"),
)


def test_inflected_forms_and_years_are_one_rendering() -> None:
    termbase = Termbase.from_rows(
        [
            TermbaseRow("prc", "中国", "PRC", "preferred"),
            TermbaseRow("prc", "中国", "China", "admitted"),
            TermbaseRow("drill", "演习", "drill", "preferred"),
        ]
    )
    test_set = TestSet((Document.from_columns("d", SOURCES, [["x"] * len(SOURCES)]),))
    systems = [SystemOutput("x", {"d": LINES})]
    evaluation = mteval.evaluate(test_set, systems, ["chrf"], terms=termbase, checks=False)
    section = term_section(evaluation)
    in_report = {
        (term.concept, rendering.verdict, rendering.rendering): rendering
        for term in section.rows
        for text, cell in zip(section.texts, term.cells, strict=True)
        for rendering in cell.renderings
        if text.name == "x"
    }
    in_table = {
        (row.concept, found.verdict, found.rendering or found.verdict): found.count
        for row in evaluation.terms
        for found in row.renderings
        if row.system == "x"
    }
    assert {key: found.count for key, found in in_report.items()} == in_table
    assert in_table["prc", "preferred", "PRC"] == 3
    assert in_table["prc", "admitted", "China"] == 2
    assert sum(count for (concept, *_), count in in_table.items() if concept == "drill") == 2
    # Every occurrence has its link.
    for found in in_report.values():
        assert (len(found.places), found.more) == (found.count, 0)
    located = occurrences_by_rendering(evaluation)["prc", "x"]
    assert [row.segment for row in located[rendering_key("preferred", "PRC's")]] == [1, 2, 3]
