"""The report as a file: what is in it whatever was evaluated."""

from __future__ import annotations

import dataclasses
import html
import re
from datetime import datetime, timezone
from html.parser import HTMLParser

import pytest

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.runs.evaluation import Evaluation
from mteval.views.html.report import report_page

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=timezone.utc)
NAMES = ["$x^2$ & co", "_a", "系统 #1", "<b>", "a'\"b", "%d {x}", "=1+1", "a b"]


class Elements(HTMLParser):
    """Collect the elements of a page, with their attributes, and its text outside scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._silent = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._silent = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text += data


def page(evaluation: Evaluation) -> str:
    return report_page(evaluation, evaluation.run_record("a run", NOON, ["mteval", "score", "a b"]))


def evaluate(
    names: list[str],
    metrics: list[str],
    *,
    sources: bool = True,
    references: int = 1,
    samples: int = 100,
) -> Evaluation:
    texts = ["one ship sailed far", "two ships did not", "the third one sank"]
    test_set = TestSet(
        tuple(
            Document.from_columns(
                f"d{d}", ["甲", "乙", "丙"] if sources else None, [texts] * references
            )
            for d in range(2)
        )
    )
    systems = [
        SystemOutput(name, {f"d{d}": tuple(t[: len(t) - n] for t in texts) for d in range(2)})
        for n, name in enumerate(names)
    ]
    return mteval.evaluate(test_set, systems, metrics, samples=samples)


@pytest.mark.parametrize("metrics", [["ter"], ["chrf", "bleu"], ["bleu", "chrf", "ter", "chrf++"]])
@pytest.mark.parametrize("names", [["x"], NAMES, [f"s{n}" for n in range(15)]])
def test_every_system_and_score_is_in_it(names: list[str], metrics: list[str]) -> None:
    evaluation = evaluate(names, metrics)
    found = Elements(page(evaluation))
    for row in evaluation.system_rows():
        assert row["system"] in found.text
        for metric in metrics:
            assert f"{row[metric]:.1f}" in found.text
    ids = [attributes["id"] for _, attributes in found.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))


def test_domains_come_before_documents_with_their_scores() -> None:
    names = ["<b>news & more</b>", None, "speech"]
    test_set = TestSet(
        tuple(
            Document.from_columns(f"d{n}", None, [["one ship sailed far"]], domain=name)
            for n, name in enumerate([*names, names[0]])
        )
    )
    outputs = [
        SystemOutput(name, {f"d{n}": (text,) for n in range(4)})
        for name, text in (("x", "one ship sailed"), ("y", "one ship"))
    ]
    evaluation = mteval.evaluate(test_set, outputs, ["chrf", "ter"], samples=0)
    text = page(evaluation)
    # One heat map a metric, each with the domains in a body of rows of their own.
    bodies = re.findall(r'<tbody class="domains">(.*?)</tbody>', text, re.DOTALL)
    assert len(bodies) == 2
    for body, metric, best in zip(bodies, ("chrf", "ter"), ("x", "x"), strict=True):
        rows = body.split("</tr>")[:-1]
        assert [re.findall("<bdi>(.*?)</bdi>", row) for row in rows] == [
            ["&lt;b&gt;news &amp; more&lt;/b&gt;"],
            ["(none)"],
            ["speech"],
        ]
        assert [re.findall('"count">(.*?)</td>', row) for row in rows] == [["2"], ["1"], ["1"]]
        for row, name in zip(rows, names, strict=True):
            found = re.findall(r'<td class="num( best)?" style="--h:\d+">(.*?)</td>', row)
            wanted = {r["system"]: r for r in evaluation.domain_rows() if r["domain"] == name}
            assert found == [
                (" best" if s == best else "", f"{wanted[s][metric]:.1f}") for s in ("x", "y")
            ]
    assert ("select", {"name": "domain"}) in Elements(text).elements
    assert "domain" not in page(evaluate(["x"], ["chrf"])).split("<script>")[0].split("</style>")[1]


def test_an_incomplete_system_is_never_best() -> None:
    texts = ["one ship sailed far", "two ships did not"]
    test_set = TestSet(
        (
            Document.from_columns("d", None, [texts], domain="news"),
            Document.from_columns("e", None, [["the third one sank"]], domain="news"),
        )
    )
    outputs = [
        SystemOutput("near", {"d": ("one ship sailed", "two ships"), "e": ("the third sank",)}),
        SystemOutput("far", {"d": ("a ship", "two"), "e": ("it sank",)}),
        # What it has is the reference.
        SystemOutput("part", {"d": tuple(texts)}),
    ]
    evaluation = mteval.evaluate(
        test_set, outputs, ["chrf", "ter"], samples=0, allow_missing=True, checks=False
    )
    assert evaluation.scores["chrf"]["system"].argmax() == 2
    text = page(evaluation)
    assert (
        "chrF and TER: near scores best of the 2 systems with every segment and a score; part has "
        "no output for 1 of 2 documents, so it is not ranked."
    ) in Elements(text).text
    summary, _, documents = text.partition('<section id="documents"')
    rows = dict(re.findall(r"<tr><th scope=\"row\"><bdi>(\w+)</bdi>(.*?)</tr>", summary, re.DOTALL))
    assert {name: row.count("best") for name, row in rows.items()} == {
        "near": 2,
        "far": 0,
        "part": 0,
    }
    assert re.findall('"num">(100.0|0.0)<', rows["part"]) == ["100.0", "0.0"]
    # In the domain it lacks a document; the one that it has it has whole, and best.
    cells = re.findall(r"<bdi>(news|d|e)</bdi>.*?</tr>", documents)
    assert cells == ["news", "d", "e"] * 2
    marks = {
        name: re.findall(r'class="(num best|num|none)"', row)
        for name, row in re.findall(r"<bdi>(news|d|e)</bdi>(.*?)</tr>", documents)
    }
    assert marks == {
        "news": ["num best", "num", "num"],
        "d": ["num", "num", "num best"],
        "e": ["num best", "num", "none"],
    }


def test_the_same_evaluation_gives_the_same_page() -> None:
    assert page(evaluate(NAMES, ["bleu", "chrf"])) == page(evaluate(NAMES, ["bleu", "chrf"]))


@pytest.mark.filterwarnings("error")
def test_long_names_leave_room_for_the_plots() -> None:
    text = page(evaluate(["x" * 3000, *map(str, range(14))], ["bleu", "chrf"]))
    in_plots = re.findall("<text[^>]*>(x+…?)</text>", text)
    assert in_plots
    assert set(in_plots) == {"x" * 31 + "…"}
    assert "x" * 3000 in Elements(text).text


@pytest.mark.parametrize(
    "evaluation",
    [
        evaluate(["x", "y"], ["chrf"], sources=False),
        evaluate(["x", "y"], ["chrf"], references=2),
        evaluate(["x", "y"], ["chrf"], samples=0),
    ],
    ids=["no sources", "two references", "no resamples"],
)
def test_what_lacks_is_left_out(evaluation: Evaluation) -> None:
    text = page(evaluation)
    assert ("data-t=source" in text) == (evaluation.sources is not None)
    assert text.count("data-t=reference_2") == (6 if len(evaluation.references) == 2 else 0)
    assert ("±" in Elements(text).text) == bool(evaluation.intervals)


def test_nothing_in_it_points_outside() -> None:
    for tag, attributes in Elements(page(evaluate(NAMES, ["bleu", "chrf"]))).elements:
        for name, value in attributes.items():
            if name in ("src", "href", "xlink:href", "action", "data", "poster", "srcset"):
                assert value is not None
                assert value.startswith(("#", "data:image/png")), (tag, name, value)
    # Names of XML's vocabularies are no addresses.
    outside = set(re.findall(r"https?://[^\s\"'<]+", page(evaluate(["x"], ["chrf"]))))
    assert {address.split("/")[2] for address in outside} <= {
        "www.w3.org",
        "purl.org",
        "creativecommons.org",
        "matplotlib.org",
    }


def test_the_recipe_names_versions_that_a_registry_has() -> None:
    versions = {
        "python": "3.11.7",
        "torch": "2.13.0+cpu",
        "a": "1.0rc1+g1.d2",
        "b": "2!1.0.post1",
        "mteval-toolkit": "0.1.0",
    }
    evaluation = dataclasses.replace(evaluate(["a"], ["bleu"]), versions=versions)
    [recipe] = [
        text
        for text in re.findall("<pre>(.*?)</pre>", page(evaluation), re.DOTALL)
        if "pip" in text
    ]
    lines = html.unescape(recipe).splitlines()
    assert (
        lines[0]
        == "pip install 'torch==2.13.0' 'a==1.0rc1' 'b==2!1.0.post1' 'mteval-toolkit==0.1.0'"
    )
    assert [line for line in lines if "build" in line] == [
        "# torch here was 2.13.0+cpu, a build of its own that may not be in the registry",
        "# a here was 1.0rc1+g1.d2, a build of its own that may not be in the registry",
    ]
