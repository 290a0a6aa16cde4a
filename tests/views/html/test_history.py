"""The page of a history, as to what is in its cells; tests/runs/test_history.py has the rest."""

from __future__ import annotations

import re
from typing import Any

from mteval.views.html.history import history_page
from tests.views.histories import HISTORY, point


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
    assert "Shown are" not in page


def test_plots_show_no_more_systems_than_are_told_apart() -> None:
    """Two runs; the earlier has the best scores, but of systems that nobody has any more."""
    points = [
        *((f"old-{n:02}", "first", 90.0 + n) for n in range(50)),
        *((f"new-{n:02}", run, 10.0 + n) for n in range(50) for run in ("first", "second")),
    ]
    trends: dict[str, Any] = {}
    for system, run, score in points:
        of_system = trends.setdefault(system, {"system": system, "metric": "bleu", "runs": []})
        of_system["runs"].append(point(run, score, None, None, comparable=True))
    page = history_page(HISTORY | {"trends": {"systems": list(trends.values()), "terms": []}}, {})
    [plot] = re.findall('<figure class="plot">(.*?)</figure>', page, re.DOTALL)
    drawn = set(re.findall(r"(?:old|new)-\d\d", plot))
    assert drawn == {f"new-{n}" for n in range(10, 50)}
    assert "Shown are 40 of 100 systems: those with the best scores in the latest runs." in page
