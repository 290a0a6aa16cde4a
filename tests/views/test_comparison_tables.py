from __future__ import annotations

import json
from typing import Any

from mteval.comparison.systems import compare
from mteval.runs.schema.validation import checked
from mteval.views.comparison_tables import ComparisonDocument, comparison_tables
from tests.comparison.evaluations import column, evaluation_of
from tests.rows import occurrence
from tests.views.cells import details, texts

POINTS, ERRORS = column("points"), column("errors", higher_is_better=False)
METRICS = (POINTS, ERRORS)
EVALUATION = evaluation_of(
    {
        POINTS: [[1, 2, 3, 4], [2, 2, 4, 6], [3, 3, 3, 3]],
        ERRORS: [[9, 9, 9, 9], [1, 2, 1, 2], [9, 9, 9, 8]],
    },
    sizes=[1, 3],
    references=["a word"] * 3 + ["word " * 12],
    occurrences=[
        occurrence(system="a", document="d1", verdict="other", rendering="drill"),
        occurrence(system="b", document="d1", verdict="omitted", rendering=None),
        occurrence(system="c", document="d1", verdict="other", rendering="drill"),
    ],
)


def documents() -> list[dict[str, Any]]:
    """Return comparisons with the first system and of all pairs, as JSON has them."""
    return [
        json.loads(json.dumps(compare(EVALUATION, all_pairs=both).as_dict()))
        for both in (False, True)
    ]


def test_what_tables_read_is_what_comparisons_have() -> None:
    for document in documents():
        checked(document, ComparisonDocument)


def test_one_baseline_is_in_the_title_and_pairs_are_groups() -> None:
    document = documents()[0]
    tests, by_document, by_words, terms, segments = comparison_tables(document, METRICS)
    assert tests.title == "Comparison with a"
    headings = [heading.heading for heading in tests.columns]
    assert headings[:5] == ["system", "metric", "score", "baseline score", "difference"]
    # Two pairs are tested, so that p-values are corrected.
    assert headings[5] == "p (Holm)"
    assert [len(group) for group in tests.groups] == [2, 2]
    rows = texts(tests)
    assert [row[:5] for row in rows] == [
        ["b", "points", "3.5", "2.5", "+1.0"],
        ["", "errors", "1.5", "9.0", "-7.5"],
        ["c", "points", "3.0", "2.5", "+0.5"],
        ["", "errors", "8.8", "9.0", "-0.2"],
    ]
    first = document["comparisons"][0]
    assert rows[0][5:] == [
        f"{first['p_adjusted']:.4f}",
        "-",
        f"{first['detectable']:.1f}",
        "3/1/0",
        first["verdict"],
    ]
    low, high = first["delta_ci"]
    assert details(tests)[0][2:5] == [
        f"±{first['ci']:.1f}",
        f"±{first['baseline_ci']:.1f}",
        f"±{(high - low) / 2:.1f}",
    ]
    assert texts(by_document)[:3] == [
        ["d0", "b", "2.0", "1.0"],
        ["", "c", "3.0", "9.0"],
        ["d1", "b", "4.0", "1.7"],
    ]
    assert details(by_document)[0] == ["", "", "+1.0", "-8.0"]
    assert [row[:2] for row in texts(by_words)] == [
        *(["1-10", "b"], ["", "c"], ["11-20", "b"], ["", "c"]),
    ]
    assert texts(terms) == [["b", "d1:1", "演习", "drill (other)", "omitted"]]
    assert texts(segments)[0][:4] == ["b", "points", "d1:3", "4.0 -> 6.0"]


def test_of_all_pairs_each_names_its_baseline_and_ranks_come_second() -> None:
    document = documents()[1]
    tests, ranks = comparison_tables(document, METRICS)
    assert tests.title == "Comparison of all pairs"
    assert [row[:3] for row in texts(tests)] == [
        *(["a", "b", "points"], ["", "", "errors"]),
        *(["a", "c", "points"], ["", "", "errors"]),
        *(["b", "c", "points"], ["", "", "errors"]),
    ]
    assert tests.columns[6].heading == "p (Holm)"
    assert texts(tests)[0][6] == f"{document['comparisons'][0]['p_adjusted']:.4f}"
    rank = {(row["system"], row["metric"]): str(row["rank"]) for row in document["ranks"]}
    assert sorted(texts(ranks)) == [
        [name, rank[name, "points"], rank[name, "errors"]] for name in ("a", "b", "c")
    ]
    assert [row[1] for row in texts(ranks)] == sorted(row[1] for row in texts(ranks))


def test_what_cannot_be_known_is_a_dash() -> None:
    document = documents()[0]
    [row] = [r for r in document["comparisons"] if (r["system"], r["metric"]) == ("b", "points")]
    unknown = {
        **row,
        **dict.fromkeys(("score", "delta", "p_adjusted", "ci", "baseline_ci", "detectable")),
        "delta_ci": [None, None],
    }
    empty: dict[str, Any] = {key: [] for key in document if key != "settings"}
    [table] = comparison_tables({**empty, "comparisons": [unknown]}, METRICS)
    assert texts(table)[0][2:8] == ["-", "2.5", "-", "-", "-", "-"]
    assert set(details(table)[0]) == {""}
