from __future__ import annotations

import re

import pytest

from mteval.runs.evaluation import Evaluation
from mteval.runs.read import Run
from mteval.runs.schema.record import RunRecord
from mteval.views.exports.export import export_run
from tests.views.exports.hostile import HOSTILE
from tests.views.exports.readers import (
    SHOWN_TAGS,
    TEXT_COLUMNS,
    expected,
    page,
)


@pytest.mark.parametrize("table", TEXT_COLUMNS)
def test_markdown_shows_every_text_as_it_is(
    hostile: tuple[Evaluation, RunRecord], table: str
) -> None:
    found = page(export_run(*hostile, "markdown", [table]))
    assert found.tags <= SHOWN_TAGS
    head, *rows = found.rows
    assert {len(row) for row in rows} == {len(head)}
    if table == "terms":
        assert [row[0] for row in rows] == [f"{text}\nc{i}" for i, text in enumerate(HOSTILE)]
        assert [row[1] for row in rows] == [f"? {text or 'other'}" for text in HOSTILE]
        return
    for column in TEXT_COLUMNS[table]:
        at = head.index(column)
        assert [row[at] for row in rows] == expected(hostile[0], table, column)


def test_github_finds_nothing_to_link_in_a_text(
    hostile: tuple[Evaluation, RunRecord],
) -> None:
    # What GitHub looks for stands in one text node, once Markdown is HTML.
    sought = re.compile(r"@\w|#\d|://|:[a-z0-9_+-]+:|www\.|GH-\d", re.IGNORECASE | re.ASCII)
    nodes = page(export_run(*hostile, "markdown", ["segments"])).nodes
    assert not [node for node in nodes if sought.search(node)]
    assert {node for node in nodes if "$" in node} == {"$"}


def test_markdown_has_what_score_shows(run: Run) -> None:
    text = export_run(run.evaluation, run.record, "markdown").decode("utf-8")
    found = page(text.encode())
    titles = ("Systems", "Domains", "Documents")
    assert tuple(node for node in found.nodes if node in titles) == titles
    [domain] = [row for row in found.rows if row[:2] == ["news", "x"]]
    assert domain[3] == f"{run.evaluation.domain_rows()[0]['bleu']:.1f}"
    assert [row[1] for row in found.rows if row[0] == "(none)"] == ["x"]
    [x, y, z] = found.rows[1:4]
    assert re.fullmatch(r"\d+\.\d ±\d+\.\d \(1\)", x[2])
    assert y[1] == "2/3"
    assert "(" not in y[2]
    assert f"**{x[3].split(' ')[0]}** ±" in text
    assert z[3].split(" ")[0] in text
    assert run.evaluation.signatures()["bleu"] in "".join(found.nodes)
    assert "ter: " in text.split("\n| ")[-1]


def test_who_asks_for_terms_gets_all_of_them(hostile: tuple[Evaluation, RunRecord]) -> None:
    gravest = page(export_run(*hostile, "markdown"))
    assert "Terms that a system has wrong (12 of 1000, the gravest; all are in terms.csv)" in (
        gravest.nodes
    )
    assert len(page(export_run(*hostile, "markdown", ["terms"])).rows) == 1001
