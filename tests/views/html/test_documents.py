from __future__ import annotations

from mteval.views.html.documents import heat_maps
from tests.comparison.evaluations import column, evaluation_of


def test_heat_is_the_share_of_the_way_from_the_worst_to_the_best_score() -> None:
    points, errors = column("points"), column("errors", higher_is_better=False)
    values = [[10.0, 20.0], [15.0, float("nan")]]
    evaluation = evaluation_of({points: values, errors: values}, sizes=[1, 1])
    [of_points, of_errors] = heat_maps(evaluation)
    assert of_points.heading == "points ↑"
    assert of_points.domains == []
    assert [(line.document, line.segments, line.first) for line in of_points.rows] == [
        ("d0", 1, 0),
        ("d1", 1, 1),
    ]
    assert [[(c.text, c.best, c.heat) for c in line.cells] for line in of_points.rows] == [
        [("10.0", False, 0), ("15.0", True, 50)],
        [("20.0", True, 100), ("", False, 0)],
    ]
    assert [[(c.best, c.heat) for c in line.cells] for line in of_errors.rows] == [
        [(True, 100), (False, 50)],
        [(True, 0), (False, 0)],
    ]


def test_scores_that_are_all_alike_are_half_hot() -> None:
    [found] = heat_maps(evaluation_of({column(): [[3.0], [3.0]]}))
    assert [[(cell.best, cell.heat) for cell in line.cells] for line in found.rows] == [
        [(True, 50), (True, 50)]
    ]
