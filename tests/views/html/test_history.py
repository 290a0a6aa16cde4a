"""The page of a history, as to what is in its cells; tests/runs/test_history.py has the rest."""

from __future__ import annotations

import re

from mteval.views.html.history import history_page
from tests.views.histories import HISTORY


def test_every_run_has_its_scores_marks_and_differences() -> None:
    page = history_page(HISTORY, {"first": "first/report.html"})
    bodies = re.findall(r'<tbody id="run-(\d)">(.*?)</tbody>', page, re.DOTALL)
    assert [number for number, _ in bodies] == ["1", "2", "3"]
    cells = [re.findall(r'<td class="num">(.*?)</td>', body) for _, body in bodies]
    assert cells == [
        ["3", "20.0", "60.00", "-", "-", "60.00 <small>=</small>"],
        ["3", "30.0 ≠", "58.50 <small>-1.50</small>"],
        [],
    ]
    assert "no scores" in bodies[2][1]
    assert '<a href="first/report.html"><bdi>first</bdi></a>' in bodies[0][1]
    assert "<a" not in bodies[1][1]
    assert "<code>mteval score</code>" in bodies[0][1]


def test_trends_are_of_several_runs_and_terms_of_changes() -> None:
    page = history_page(HISTORY, {})
    steps = re.findall(r'<td class="steps">\n(.*?)\n?</td>', page, re.DOTALL)
    plain = [re.sub(r"\s+", " ", re.sub("<.*?>", " ", step)).strip() for step in steps]
    assert plain == ["1 20.0 2 ≠ 30.0", "1 60.00 2 58.50 (-1.50)", "1 1/2 2 2/2"]
    # One plot a metric.
    assert page.count('<figure class="plot">') == 2
