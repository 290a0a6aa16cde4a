"""Counting n-grams: sacrebleu's own counts, integer for integer, are what must come out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from mteval.errors import InputError
from mteval.metrics.lexical import ngrams
from mteval.metrics.lexical import sacrebleu_metrics as lexical
from mteval.metrics.lexical.ngrams import count_shared
from mteval.metrics.registry import METRICS, load_metric

ORACLES: dict[str, Any] = {"bleu": BLEU, "chrf": CHRF, "chrf++": lambda: CHRF(word_order=2)}
NAMES = list(ORACLES)

WHITE_SPACE = "".join(map(chr, range(0x3001)))
WHITE_SPACE = "".join(character for character in WHITE_SPACE if character.isspace())
# All that the rules of 13a name, and neighbours that decide: digits of other scripts, quotes.
MARKS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~09٣५a’“—·。，"
HOSTILE = st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from(MARKS),
    st.sampled_from(WHITE_SPACE),
    st.sampled_from(
        "aab\u0301\u0308\u200d\u200e\u202e\u2066\ufe0f👩👨👧🏽אבעربي\x01\x7f\u0085\ufeff𝔘𐍈"
    ),
)
WORD = st.one_of(
    st.text(HOSTILE, max_size=6),
    st.text(st.sampled_from(MARKS), max_size=6),
    st.sampled_from(
        ["the", "cat", "U.S.", "3.5%", "5-", "-5", "a-b", "1-2", "...", ",,", ".5", "5.", "('a')"]
    ),
    st.sampled_from(
        [
            "<skipped>",
            "&quot;",
            "&amp;lt;",
            "&amp",
            "a-\nb",
            "-<skipped>\n",
            "\n",
            "a..5",
            "<skip<skipped>ped>",
        ]
    ),
)
SEPARATOR = st.sampled_from([" ", " ", "  ", "", "\t", "\u3000", "\u2028", "\x85", "\r\n"])
TEXT = st.one_of(
    st.lists(st.tuples(WORD, SEPARATOR), max_size=15).map(
        lambda pairs: "".join(word + separator for word, separator in pairs)
    ),
    st.builds(
        lambda text, n: text * n, st.text(st.sampled_from("ab "), max_size=3), st.integers(0, 90)
    ),
)


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[list[str]], list[list[str]]]:
    """Draw references (1-4 columns) and systems (1-9) of 1-4 segments that share many texts."""
    n = draw(st.integers(1, 4))
    texts = draw(st.lists(TEXT, min_size=1, max_size=8))
    shared = st.one_of(TEXT, st.sampled_from(texts))
    column = st.lists(shared, min_size=n, max_size=n)
    return (
        draw(st.lists(column, min_size=1, max_size=4)),
        draw(st.lists(column, min_size=1, max_size=9)),
    )


def theirs(
    name: str, references: list[list[str]], systems: list[list[str]]
) -> list[list[list[int]]]:
    oracle = ORACLES[name]()
    return [oracle._extract_corpus_statistics(system, references) for system in systems]


def ours(name: str, references: list[list[str]], systems: list[list[str]]) -> Any:
    return load_metric(METRICS[name]).statistics(None, references, systems).values


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=400)
@given(corpus=corpora())
def test_every_integer_is_sacrebleus(
    name: str, corpus: tuple[list[list[str]], list[list[str]]]
) -> None:
    np.testing.assert_array_equal(ours(name, *corpus), theirs(name, *corpus))


@pytest.fixture(params=[2, 3, 4])
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave so few bits for a symbol that texts must be numbered by segment or do not fit."""
    # Of chrF's six characters, BLEU's four and chrF++'s two words.
    monkeypatch.setattr(ngrams, "_BITS", 6 * request.param + 2)
    monkeypatch.setattr(ngrams, "_BLOCK", 7)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("narrow")
def test_what_does_not_fit_is_counted_by_sacrebleu(name: str) -> None:
    @settings(max_examples=150)
    @given(corpus=corpora())
    def check(corpus: tuple[list[list[str]], list[list[str]]]) -> None:
        np.testing.assert_array_equal(ours(name, *corpus), theirs(name, *corpus))

    check()


def test_line_breaks_take_part_in_words() -> None:
    """Cut once, not twice: 13a leaves ".5" whole behind another stop."""
    texts = ["a..5 b-\nc <skip<skipped>ped>", "a..5 b-c d\n", "a..5 bc", "a . . 5 bc\nd.\n\n", "\n"]
    systems = [[text] * len(texts) for text in texts]
    np.testing.assert_array_equal(ours("bleu", [texts], systems), theirs("bleu", [texts], systems))
    np.testing.assert_array_equal(
        ours("bleu", [texts, texts[::-1]], systems), theirs("bleu", [texts, texts[::-1]], systems)
    )


def cjk(first: int, length: int) -> str:
    return "".join(chr(0x4E00 + (first + 7 * i) % 20_000) for i in range(length))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("length", [40, 700, 1022, 1023, 3_000])
def test_large_alphabets(name: str, length: int) -> None:
    """Together too large, alone small enough; at the limit of a segment; beyond it."""
    references = [[cjk(i, length) for i in range(0, 15_000, 3_000)]]
    systems = [
        [text[::-1] for text in references[0]],
        [text[: length // 2] + " " + text[length // 3 :] for text in references[0]],
    ]
    np.testing.assert_array_equal(
        ours(name, references, systems), theirs(name, references, systems)
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_vocabulary_too_large_for_its_bits(name: str) -> None:
    references = [[" ".join(f"w{i}" for i in range(40_000)), "a short one"]]
    systems = [[" ".join(f"w{i}" for i in range(20_000, 50_000)), "a short one, too"]]
    np.testing.assert_array_equal(
        ours(name, references, systems), theirs(name, references, systems)
    )


@pytest.mark.parametrize("name", NAMES)
def test_many_systems_many_references_and_holes(name: str) -> None:
    references = [[f"the {i} cats of {r} “towns”." * (i % 3) for i in range(9)] for r in range(5)]
    systems: list[list[str | None]] = [
        [None if (i + s) % 5 == 0 else f"the {s} cats, of {i} towns" for i in range(9)]
        for s in range(200)
    ]
    found = load_metric(METRICS[name]).statistics(None, references, systems).values
    expected = np.array(
        theirs(name, references, [[text or "" for text in system] for system in systems])
    )
    holes = np.array([[text is None for text in system] for system in systems])
    np.testing.assert_array_equal(found[~holes], expected[~holes])
    assert not found[holes].any()


@pytest.mark.parametrize("name", NAMES)
def test_batches_and_workers_change_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    references = [[f"the {i} cats, of {i % 7} towns" * (i % 4) for i in range(300)]]
    systems: list[list[str | None]] = [
        [None if i % 50 < 9 else f"{i} cats of {i % s} towns." for i in range(300)] for s in (2, 7)
    ]
    metric = load_metric(METRICS[name])
    whole = metric.statistics(None, references, systems).values
    monkeypatch.setattr(lexical.SacrebleuMetric, "_batch_weight", 100)
    calls: list[tuple[int, int]] = []

    def note(done: int, total: int) -> None:
        calls.append((done, total))

    cut = metric.statistics(None, references, systems, note).values
    np.testing.assert_array_equal(cut, whole)
    assert len(calls) > 10
    assert calls == sorted(calls)
    assert calls[-1][0] == calls[-1][1]
    monkeypatch.setenv("MTEVAL_CORES", "2")
    monkeypatch.setattr(lexical.SacrebleuMetric, "_parallel_weight", 0)
    shared = metric.statistics(None, references, systems).values
    np.testing.assert_array_equal(shared, whole)


@pytest.mark.parametrize("name", NAMES)
def test_lone_surrogates_are_refused(name: str) -> None:
    metric = load_metric(METRICS[name])
    with pytest.raises(InputError, match=r"^reference 1 has half a surrogate pair"):
        metric.statistics(None, [["a \ud800 b"]], [["a b"]])
    with pytest.raises(InputError, match=r"^hypothesis 2 has half a surrogate pair"):
        metric.statistics(None, [["a b", "c"]], [["a b", "\udfff"]])


@pytest.mark.parametrize("name", NAMES)
def test_nothing_to_count(name: str) -> None:
    metric = load_metric(METRICS[name])
    assert metric.statistics(None, [[]], [[], []]).values.shape == (2, 0, metric.n_statistics)
    assert not metric.statistics(None, [["a"]], [[None], [None]]).values.any()
    assert metric.statistics(None, [["a"]], []).values.shape == (0, 1, metric.n_statistics)


@pytest.mark.parametrize("name", NAMES)
def test_two_systems_of_wmt22(name: str, wmt22: Path) -> None:
    systems = [
        (wmt22 / "systems" / f"{system}.en").read_text("utf-8").split("\n")[:-1]
        for system in ("Lan-Bridge", "Online-Y")
    ]
    references = [(wmt22 / f"ref.{r}.en").read_text("utf-8").split("\n")[:-1] for r in "AB"]
    for columns in (references[:1], references):
        np.testing.assert_array_equal(ours(name, columns, systems), theirs(name, columns, systems))


@settings(max_examples=200)
@given(
    rows=st.lists(
        st.lists(st.lists(st.integers(0, 5), max_size=12), min_size=3, max_size=3),
        min_size=1,
        max_size=6,
    ),
    scale=st.sampled_from([1, 10**3, 10**5]),
)
def test_shared_n_grams_are_clipped_by_the_richest_reference(
    rows: list[list[list[int]]], scale: int
) -> None:
    texts = [text for row in rows for text in row]
    firsts = 3 * np.arange(len(rows))
    shared = count_shared(
        np.array([scale * symbol for text in texts for symbol in text], np.int64),
        np.array([len(text) for text in texts]),
        np.repeat(np.arange(len(rows)), 3),
        firsts,
        np.column_stack((firsts + 1, firsts + 2)),
        4,
    )
    for row, found in zip(rows, shared, strict=True):
        for n in range(1, 5):
            hypothesis, *references = (
                Counter(tuple(text[i : i + n]) for i in range(len(text) - n + 1)) for text in row
            )
            assert found[n - 1] == (hypothesis & (references[0] | references[1])).total()
