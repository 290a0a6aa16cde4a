"""A half of a surrogate pair in a text given from Python is an error of ours that says where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mteval
from mteval.alignment.aligner import align
from mteval.alignment.resegment import resegment
from mteval.checks.outputs import check_outputs
from mteval.corpus.model import Document, Segment, SystemOutput, TestSet
from mteval.errors import InputError, MtevalError
from mteval.evaluation.terms import check_terms
from mteval.io.hashing import sha256
from mteval.io.store import CachedScore, ScoreCache
from mteval.io.surrogates import check_surrogates, check_texts, utf8
from mteval.io.writing import write_file, write_files, write_folder
from mteval.languages.encoder import sentence_encoder
from mteval.languages.registry import language
from mteval.metrics.registry import METRICS, load_metric
from mteval.terminology.concepts import Concept, Rendering, TermbaseRow
from mteval.terminology.formats.csv import append_rows
from mteval.terminology.matching import Matcher
from mteval.terminology.normalise import fold_source, split_words
from mteval.terminology.termbase import Termbase

BAD = "和平\ud800方舟 three hundred in October, 3,000"
ZH, EN = "和平方舟来了。", "The Peace Ark came."
TEXTS = TestSet((Document("d", (Segment(ZH, (EN,)),)),))
SYSTEM = SystemOutput("x", {"d": (EN,)})


def unused(_: object) -> Any:
    raise AssertionError("the texts are checked first")


def statistics(name: str, hypothesis: str = EN, reference: str = EN) -> object:
    metric = load_metric(METRICS[name])
    return metric.statistics([ZH], [[reference]], [[hypothesis]])


def termbase(name: str = "c", source: str = ZH, target: str = EN, note: str = "") -> Termbase:
    rendering = Rendering(target, "preferred", note=note)
    return Termbase((Concept(name, (source,), (rendering,)),))


def document(**names: str) -> Document:
    return Document(**({"id": "d", "segments": (Segment(ZH, (EN,)),)} | names))  # type: ignore[arg-type]


def kept(folder: Path) -> None:
    cache = ScoreCache(folder)
    try:
        cache.put("s", {(BAD,): CachedScore(1.0, {})})
    finally:
        cache.close()


CALLS: Mapping[str, Callable[[Path], object]] = {
    "source": lambda _: Document("d", (Segment(BAD, (EN,)),)),
    "reference": lambda _: Document.from_columns("d", [ZH], [[BAD]]),
    **{
        name: lambda _, name=name: document(**{name: BAD})  # type: ignore[misc]
        for name in ("id", "title", "date", "publisher", "domain")
    },
    "unscored": lambda _: TestSet(TEXTS.documents, (BAD,)),
    "hypothesis": lambda _: SystemOutput("x", {"d": (BAD,)}),
    "system": lambda _: SystemOutput(BAD, {"d": (EN,)}),
    "document of a system": lambda _: SystemOutput("x", {BAD: (EN,)}),
    "metric": lambda _: mteval.evaluate(TEXTS, [SYSTEM], [BAD]),
    "path": lambda _: mteval.evaluate(Path(BAD), [SYSTEM], ["bleu"]),
    "path of a termbase": lambda _: check_terms(TEXTS, [SYSTEM], Path(BAD)),
    **{
        f"{name} {argument}": lambda _, name=name, argument=argument: statistics(  # type: ignore[misc]
            name, **{argument: BAD}
        )
        for name in ("bleu", "chrf", "ter")
        for argument in ("hypothesis", "reference")
    },
    **{
        f"check {number}": lambda _, given=given: check_outputs(*given)  # type: ignore[misc]
        for number, given in enumerate(
            (([BAD], [[EN]], [[EN]]), ([ZH], [[BAD]], [[EN]]), ([ZH], [[EN]], [[BAD]]))
        )
    },
    "align source": lambda _: align([BAD], [EN], unused),
    "align target": lambda _: align([ZH], [BAD], unused),
    "resegment": lambda _: resegment([ZH], [BAD], unused),
    "encoder": lambda _: sentence_encoder()([BAD]),
    **{
        f"termbase {name}": lambda _, name=name: termbase(**{name: BAD})  # type: ignore[misc]
        for name in ("name", "source", "target", "note")
    },
    "rows": lambda _: Termbase.from_rows([TermbaseRow("c", ZH, BAD, "preferred")]),
    "append": lambda path: append_rows(path / "t.csv", [TermbaseRow("c", ZH, BAD, "preferred")]),
    "match": lambda _: Matcher(termbase().concepts).occurrences(BAD),
    "fold_source": lambda _: fold_source(BAD),
    "write_file": lambda path: write_file(path / "x", BAD),
    "write_files": lambda path: write_files(path, {"x": "text", "y": BAD}),
    "write_folder": lambda path: write_folder(path / "x", {"y": BAD}),
    "name of a file": lambda path: write_file(path / BAD, "text"),
    "name of a folder": lambda path: write_folder(path / BAD, {"x": "text"}),
    "results": lambda path: mteval.write_run(
        mteval.evaluate(TEXTS, [SYSTEM], ["bleu"], samples=0), path / BAD
    ),
    "hash": lambda _: sha256(BAD),
    "cache": kept,
}


@pytest.mark.parametrize("call", CALLS)
def test_every_door_has_a_sentence(call: str, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    with pytest.raises(MtevalError) as caught:
        CALLS[call](tmp_path / "cache")
    assert "half a surrogate pair" in str(caught.value) or "\\ud800" in str(caught.value)
    assert not [path for path in (tmp_path / "cache").iterdir() if "sqlite" not in path.name]


METHODS = (
    *("fold", "count_words", "count_letters", "script_runs", "lemma", "romanise"),
    *("ends_sentence", "is_question", "is_heading", "split_sentences", "sentence_ends"),
    *("clause_ends", "find_numbers", "expected_numbers", "read_figures"),
)
HALVES = st.text(
    st.characters(categories=["Cs"]) | st.sampled_from("和三百万月 one hundred 3,.'XI日"),
    max_size=20,
)


@given(HALVES)
def test_languages_take_it_or_say_so(text: str) -> None:
    for code in ("zh", "en", "de"):
        for method in METHODS:
            with suppress(InputError):
                getattr(language(code), method)(text)
    split_words(text)


@given(HALVES)
def test_a_text_passes_just_if_it_can_be_written(text: str) -> None:
    try:
        expected = text.encode("utf-8")
    except UnicodeEncodeError:
        for check in (check_surrogates, utf8, lambda text: check_texts(None, [], [[None, text]])):
            with pytest.raises(InputError, match="half a surrogate pair"):
                check(text)
    else:
        check_surrogates(text)
        check_texts([text], [[text]], [[text]])
        assert utf8(text) == expected


def test_the_message_says_where() -> None:
    with pytest.raises(InputError) as caught:
        check_texts([ZH], [[EN]], [[EN, None, BAD]])
    assert str(caught.value) == (
        "hypothesis 3 has half a surrogate pair (U+D800), which UTF-8 cannot hold, in "
        "'和平\\ud800方舟 three '; remove it"
    )
