"""COMET against the library itself: its ``predict`` on the same checkpoints is the oracle."""

from __future__ import annotations

import random
import shutil
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mteval.errors import InputError, MismatchError, UnavailableError
from mteval.io.store import ScoreCache, cache_folder
from mteval.metrics.base import Metric, Statistics
from mteval.metrics.comet.checkpoints import find_model
from mteval.metrics.comet.kinds import load_model
from mteval.metrics.comet.metric import comet
from mteval.metrics.comet.model import CometModel
from mteval.metrics.learned.batches import TokenBatches
from mteval.metrics.learned.inputs import ModelInput
from mteval.metrics.learned.long_inputs import plan_input
from mteval.wording import counted
from tests.conftest import ROOT

# unbabel-comet's own arithmetic in fp32, over other batches.
TOLERANCE = 1e-5
KINDS = ["regression", "referenceless", "unified", "xcomet"]
DOCUMENTS = [
    "mnd-2023-11-30-consensus",
    "mnd-2023-12-28-military-diplomacy",
    "mnd-2023-12-28-video-call",
    "state-2023-10-27-blinken-wang",
]


def read(pattern: str) -> list[str]:
    """Read the repository's own 26 paragraphs, and a whole document as a segment of its own."""
    parts = [(ROOT / pattern.format(name)).read_text("utf-8").splitlines() for name in DOCUMENTS]
    between = "" if ".zh" in pattern else " "
    return [*(line for part in parts for line in part), between.join(parts[1])]


SOURCES = read("references/{}.zh.txt")
REFERENCES = read("references/{}.en.txt")
SYSTEMS = [read(f"systems/{name}/{{}}.txt") for name in ("llm-fluent", "llm-literal")]
N = len(SOURCES)
LONG = [N - 1]


def library_scores(
    folder: Path,
    hypotheses: Sequence[str],
    references: Sequence[str] | None = REFERENCES,
    sources: Sequence[str] | None = SOURCES,
) -> Any:
    """Score with unbabel-comet 2.2.7, as its documentation says."""
    from comet.models import load_from_checkpoint

    columns = {"mt": hypotheses, "src": sources, "ref": references}
    given = {name: column for name, column in columns.items() if column is not None}
    samples = [dict(zip(given, row, strict=True)) for row in zip(*given.values(), strict=True)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = load_from_checkpoint(str(folder / "checkpoints" / "model.ckpt"))
        return model.predict(samples, batch_size=4, gpus=0, progress_bar=False)


def score(metric: Metric, systems: Sequence[Sequence[str | None]], **columns: Any) -> Statistics:
    sources = columns.get("sources", SOURCES)
    references = columns.get("references", [REFERENCES])
    return metric.statistics(sources, references, systems)


@pytest.mark.parametrize("kind", KINDS)
def test_scores_equal_the_library_s_predict(checkpoints: dict[str, Path], kind: str) -> None:
    # An empty hypothesis, a copy of the reference, the untranslated source; one text is too long.
    odd = [*SYSTEMS[1]]
    odd[0], odd[1], odd[2] = "", REFERENCES[1], SOURCES[2]
    metric = comet(str(checkpoints[kind]), long_inputs="truncate", cache=False)
    found = score(metric, [SYSTEMS[0], odd])
    for s, hypotheses in enumerate((SYSTEMS[0], odd)):
        wanted = library_scores(checkpoints[kind], hypotheses).scores
        assert np.std(wanted) > 0.05  # the checkpoint tells texts apart
        np.testing.assert_allclose(found.values[s, :, 0], wanted, rtol=0, atol=TOLERANCE)
    assert (found.values[..., 1] == 1).all()
    [flag] = found.flags
    assert flag.name == "comet-truncated"
    assert {i for _, i in flag.details} >= set(LONG)


@pytest.mark.parametrize("kind", ["referenceless", "unified", "xcomet"])
def test_models_that_need_no_reference_run_without_one(
    checkpoints: dict[str, Path], kind: str
) -> None:
    metric = comet(str(checkpoints[kind]), long_inputs="truncate", cache=False)
    found = score(metric, SYSTEMS[:1], references=[])
    wanted = library_scores(checkpoints[kind], SYSTEMS[0], references=None).scores
    np.testing.assert_allclose(found.values[0, :, 0], wanted, rtol=0, atol=TOLERANCE)
    assert metric.signature(0).startswith("nrefs:0|model:")


# Hyper-parameters that published checkpoints differ in.
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "layers normalised": ("regression", {"layer_norm": True}),
    "first token": ("regression", {"pool": "cls"}),
    "maximum": ("regression", {"pool": "max"}),
    "one layer": ("referenceless", {"layer": 1}),
    "sparsemax": ("regression", {"layer_transformation": "sparsemax"}),
    "sparsemax that was softmax": ("regression", {"layer_transformation": "sparsemax_patch"}),
    "sigmoid": ("regression", {"final_activation": "Sigmoid"}),
    "source only": ("unified", {"input_segments": ["mt", "src"]}),
    "reference only": ("unified", {"input_segments": ["mt", "ref"]}),
    "unified with error spans": ("unified", {"word_level_training": True}),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_every_hyperparameter_of_the_library_counts(
    name: str, checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    from tests.checkpoints import build_checkpoint

    kind, hparams = VARIANTS[name]
    folder = build_checkpoint(tmp_path / "model", checkpoints["encoder"], kind, **hparams)
    metric = comet(str(folder), long_inputs="truncate", cache=False)
    found = score(metric, SYSTEMS[:1])
    wanted = library_scores(folder, SYSTEMS[0])
    np.testing.assert_allclose(found.values[0, :, 0], wanted.scores, rtol=0, atol=TOLERANCE)
    assert [note for note in found.notes if "normalises layers" in note] == (
        list(found.notes) if name == "layers normalised" else []
    )


def test_layers_are_normalised_a_segment_at_a_time(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    # What the note on layer_norm says of the library.
    from tests.checkpoints import build_checkpoint

    folder = build_checkpoint(tmp_path / "model", checkpoints["encoder"], layer_norm=True)
    together = library_scores(folder, SYSTEMS[0][:8], REFERENCES[:8], SOURCES[:8]).scores
    alone = [
        library_scores(folder, [h], [r], [s]).scores[0]
        for h, r, s in zip(SYSTEMS[0][:2], REFERENCES[:2], SOURCES[:2], strict=True)
    ]
    np.testing.assert_allclose(together[:2], alone, rtol=0, atol=TOLERANCE)


def test_an_encoder_with_token_types_reads_them(tmp_path: Path) -> None:
    from tests.checkpoints import build_bert_encoder, build_checkpoint

    encoder = build_bert_encoder(tmp_path / "encoder")
    for kind in ("regression", "unified", "xcomet"):
        folder = build_checkpoint(tmp_path / kind, encoder, kind, encoder_model="BERT")
        found = score(comet(str(folder), long_inputs="truncate", cache=False), SYSTEMS[:1])
        wanted = library_scores(folder, SYSTEMS[0]).scores
        np.testing.assert_allclose(found.values[0, :, 0], wanted, rtol=0, atol=TOLERANCE)


def test_error_spans_are_the_library_s_and_index_the_text(checkpoints: dict[str, Path]) -> None:
    metric = comet(str(checkpoints["xcomet"]), long_inputs="truncate", cache=False)
    # Full-width letters and runs of spaces, which the tokenizer rewrites.
    hypotheses = [*SYSTEMS[0]]
    hypotheses[3] = "  Ｔｈｅ   two sides  ﬁnally agreed … on “relations”  "
    found = score(metric, [hypotheses])
    wanted = library_scores(checkpoints["xcomet"], hypotheses).metadata.error_spans
    assert found.error_spans is not None
    assert sum(map(len, wanted)) > 30
    for i, every in enumerate(wanted):
        ours = found.error_spans[0, i]
        # Spans of nothing but special tokens and spaces count in the score; there is no text.
        theirs = [
            span for span in every if span["text"].replace("<s>", "").replace("</s>", "").strip()
        ]
        assert [span.severity for span in ours] == [span["severity"] for span in theirs]
        np.testing.assert_allclose(
            [span.confidence for span in ours], [span["confidence"] for span in theirs], atol=1e-5
        )
        for span in ours:
            assert hypotheses[i][span.start : span.end] == span.text
            assert span.text == span.text.strip()
            assert span.reference == 0
        # Where no special token is in a span, the library's offsets hold the same words.
        for span, other in zip(ours, theirs, strict=True):
            if other["end"] > other["start"]:
                assert hypotheses[i][other["start"] : other["end"]].strip() == span.text


def test_several_references_give_the_mean(checkpoints: dict[str, Path]) -> None:
    other = [text.replace("China", "the Chinese side") for text in REFERENCES]
    metric = comet(str(checkpoints["regression"]), long_inputs="truncate", cache=False)
    found = score(metric, SYSTEMS[:1], references=[REFERENCES, other])
    wanted = [
        library_scores(checkpoints["regression"], SYSTEMS[0], column).scores
        for column in (REFERENCES, other)
    ]
    np.testing.assert_allclose(
        found.values[0, :, 0], np.mean(wanted, axis=0), rtol=0, atol=TOLERANCE
    )
    assert metric.signature(2).startswith("nrefs:2|refs:mean|")
    assert "refs:mean" not in metric.signature(1)


def test_sums_of_statistics_are_means_over_segments(checkpoints: dict[str, Path]) -> None:
    metric = comet(str(checkpoints["regression"]), cache=False)
    values = score(metric, [[*SYSTEMS[0][:-1], None]]).values
    assert not values[0, -1].any()
    np.testing.assert_allclose(metric.score(values.sum(axis=1)), values[0, :-1, 0].mean())
    assert np.isnan(metric.score(np.zeros(2)))


def test_what_the_model_reads_must_be_there(checkpoints: dict[str, Path]) -> None:
    regression = comet(str(checkpoints["regression"]), cache=False)
    with pytest.raises(UnavailableError, match=r"reads the source and there is none; give it with"):
        score(regression, SYSTEMS, sources=None)
    with pytest.raises(UnavailableError, match="compares with references and there are none"):
        score(regression, SYSTEMS, references=[])
    with pytest.raises(MismatchError, match="columns have 26 and 27 segments"):
        score(regression, [SYSTEMS[0][:-1]])


def spy(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Note the shape of every batch that goes into an encoder."""
    shapes: list[tuple[int, int]] = []
    padded = TokenBatches.padded

    def noted(self: TokenBatches, sequences: Sequence[Sequence[int]]) -> Any:
        shapes.append((len(sequences), max(map(len, sequences))))
        return padded(self, sequences)

    monkeypatch.setattr(TokenBatches, "padded", noted)
    monkeypatch.setattr(CometModel, "try_out", lambda self: None)  # what it scores is no text
    return shapes


def test_every_distinct_text_is_encoded_once_and_a_new_system_only_itself(
    checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MTEVAL_CACHE_DIR", str(tmp_path))
    shapes = spy(monkeypatch)
    short = [i for i in range(N) if i not in LONG]
    sources, references = ([column[i] for i in short] for column in (SOURCES, REFERENCES))
    first, second = ([system[i] for i in short] for system in SYSTEMS)
    first[0] = references[0]
    model = str(checkpoints["regression"])
    comet(model).statistics(sources, [references], [first, first])
    assert sum(n for n, _ in shapes) == len({*sources, *references, *first})
    shapes.clear()
    again = comet(model).statistics(sources, [references], [first, second])
    assert sum(n for n, _ in shapes) == len({*second} - {*first, *sources, *references})
    fresh = comet(model, cache=False).statistics(sources, [references], [first, second])
    np.testing.assert_allclose(again.values, fresh.values, rtol=0, atol=1e-6)


def test_joint_models_read_every_distinct_sequence_once(
    checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = spy(monkeypatch)
    metric = comet(str(checkpoints["unified"]), cache=False, long_inputs="truncate")
    # Two references: hypothesis with source is shared, the other two sequences are not.
    other = [f"{text} Indeed." for text in REFERENCES]
    score(metric, [SYSTEMS[0], SYSTEMS[0]], references=[REFERENCES, other])
    assert sum(n for n, _ in shapes) == N * (1 + 2 + 2)


def test_batches_are_sorted_by_tokens_and_hold_the_budget(
    checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = spy(monkeypatch)
    score(comet(str(checkpoints["regression"]), cache=False), SYSTEMS)
    assert all(n == 1 or n * longest <= 2048 for n, longest in shapes)
    assert [longest for _, longest in shapes] == sorted((x for _, x in shapes), reverse=True)


def test_batches_are_halved_where_memory_is_short(
    checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Torch says this of a GPU that is full; here the encoder says it of batches over 700 tokens.
    shapes = spy(monkeypatch)
    model = load_model(find_model(str(checkpoints["regression"])))
    embed = model._library.compute_sentence_embedding

    def small(inputs: Any, mask: Any) -> Any:
        if inputs.numel() > 700:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return embed(inputs, mask)

    units = [ModelInput(*row) for row in zip(SOURCES, SYSTEMS[0], REFERENCES, strict=True)]
    encodings = model.tokenize([text for unit in units for text in unit.texts()])
    wanted = model.score(units, encodings, lambda share: None)
    model.keep_embeddings(set())
    shapes.clear()
    monkeypatch.setattr(model._library, "compute_sentence_embedding", small)
    shares: list[float] = []
    found = model.score(units, encodings, shares.append)
    np.testing.assert_allclose(
        [one.score for one in found], [one.score for one in wanted], rtol=0, atol=1e-6
    )
    assert any(n * longest > 700 for n, longest in shapes)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    model.keep_embeddings(set())

    def none(inputs: Any, mask: Any) -> Any:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(model._library, "compute_sentence_embedding", none)
    with pytest.raises(UnavailableError, match="does not take one text of"):
        model.score(units, encodings, lambda share: None)


def test_other_errors_of_torch_are_not_taken_for_a_lack_of_memory(
    checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_model(find_model(str(checkpoints["regression"])))

    def broken(inputs: Any, mask: Any) -> Any:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(model._library, "compute_sentence_embedding", broken)
    unit = ModelInput(SOURCES[0], SYSTEMS[0][0], REFERENCES[0])
    with pytest.raises(RuntimeError, match="shapes do not match"):
        model.score([unit], model.tokenize(unit.texts()), lambda share: None)


@pytest.mark.parametrize("kind", KINDS)
def test_long_inputs_are_split_aligned_and_pooled(
    checkpoints: dict[str, Path], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[Any] = []

    def noted(*arguments: Any, split: bool) -> Any:
        planned.append(plan_input(*arguments, split=split))
        return planned[-1]

    monkeypatch.setattr("mteval.metrics.learned.long_inputs.plan_input", noted)
    metric = comet(str(checkpoints[kind]), cache=False)
    found = score(metric, SYSTEMS[:1])
    [flag] = found.flags
    assert flag.name == "comet-split"
    assert {i for _, i in flag.details} >= set(LONG)
    for i, one in enumerate(planned):
        texts = (SOURCES[i], SYSTEMS[0][i], REFERENCES[i])
        if (0, i) not in flag.details:
            assert one.chunks == [
                ModelInput(*texts[:2], None if kind == "referenceless" else texts[2])
            ]
            continue
        assert len(one.chunks) > 1
        # Nothing is lost, and every chunk ends where a sentence does.
        for whole, *parts in zip(texts, *one.chunks, strict=True):
            if kind == "referenceless" and whole == texts[2]:
                continue
            assert "".join(parts) == whole
            assert all(part.rstrip()[-1] in '.。！？?!”"' for part in parts)
        wanted = library_scores(
            checkpoints[kind],
            [chunk.hypothesis for chunk in one.chunks],
            [chunk.reference or "" for chunk in one.chunks],
            [chunk.source or "" for chunk in one.chunks],
        ).scores
        np.testing.assert_allclose(
            found.values[0, i, 0],
            np.average(wanted, weights=one.weights),
            rtol=0,
            atol=TOLERANCE,
        )
        # The longer chunk of the source counts for more.
        order = np.argsort([len(chunk.source or "") for chunk in one.chunks])
        assert [one.weights[k] for k in order] == sorted(one.weights)
    if found.error_spans is not None:
        for (_, i), spans in found.error_spans.items():
            assert all(SYSTEMS[0][i][span.start : span.end] == span.text for span in spans)


def test_a_killed_run_s_windows_are_kept_and_the_rest_is_scored_later(
    checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MTEVAL_CACHE_DIR", str(tmp_path))
    model = str(checkpoints["regression"])
    monkeypatch.setattr(CometModel, "window_characters", 4000)
    calls: list[int] = []

    def stop(done: int, total: int) -> None:
        calls.append(done)
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        comet(model).statistics(SOURCES, [REFERENCES], SYSTEMS, stop)
    shapes = spy(monkeypatch)
    resumed = comet(model).statistics(SOURCES, [REFERENCES], SYSTEMS)
    encoded = sum(n for n, _ in shapes)
    assert 0 < encoded < len({*SOURCES, *REFERENCES, *SYSTEMS[0], *SYSTEMS[1]}) - 10
    fresh = comet(model, cache=False).statistics(SOURCES, [REFERENCES], SYSTEMS)
    np.testing.assert_allclose(resumed.values, fresh.values, rtol=0, atol=1e-6)
    assert resumed.flags == fresh.flags


@pytest.mark.parametrize("kind", KINDS)
def test_the_cache_gives_back_what_was_computed(
    checkpoints: dict[str, Path], kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MTEVAL_CACHE_DIR", str(tmp_path))
    model = str(checkpoints[kind])
    first = score(comet(model), SYSTEMS)
    shapes = spy(monkeypatch)
    second = score(comet(model), SYSTEMS)
    assert not shapes
    np.testing.assert_array_equal(first.values, second.values)
    assert first.flags == second.flags
    assert first.error_spans == second.error_spans
    # Another policy, precision or model is another signature.
    other = score(comet(model, long_inputs="truncate"), SYSTEMS)
    assert shapes
    assert other.flags != first.flags


def test_the_signature_follows_the_content_of_the_model(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    from tests.checkpoints import build_checkpoint

    one, two = (
        build_checkpoint(tmp_path / str(seed) / "same-name", checkpoints["encoder"], seed=seed)
        for seed in (2, 3)
    )
    signatures = [comet(str(folder)).signature(1) for folder in (one, two)]
    for signature in signatures:
        assert "|model:same-name|grade:ungraded|hash:" in signature
        assert "|class:regression|precision:fp32|long:split|rev:1|comet:2.2.7|torch:" in signature
    assert signatures[0] != signatures[1]
    assert comet(str(one)).signature(1) == signatures[0]


def test_a_model_that_was_moved_keeps_its_scores(
    checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MTEVAL_CACHE_DIR", str(tmp_path / "cache"))
    first = score(comet(str(checkpoints["regression"])), SYSTEMS[:1])
    shutil.copytree(checkpoints["regression"], tmp_path / "moved")
    shutil.copytree(checkpoints["encoder"], tmp_path / "moved" / "encoder")
    shapes = spy(monkeypatch)
    again = score(comet(str(tmp_path / "moved")), SYSTEMS[:1])
    assert not shapes
    np.testing.assert_array_equal(first.values, again.values)


def test_a_tokenizer_that_is_set_otherwise_is_another_model(tmp_path: Path) -> None:
    from tests.checkpoints import build_bert_encoder, build_checkpoint

    encoder = build_bert_encoder(tmp_path / "encoder")
    folder = build_checkpoint(tmp_path / "model", encoder, encoder_model="BERT")
    before = comet(str(folder)).signature(1)
    settings = encoder / "tokenizer_config.json"
    text = settings.read_text("utf-8")
    assert '"do_lower_case": true' in text
    settings.write_text(text.replace('"do_lower_case": true', '"do_lower_case": false'), "utf-8")
    assert comet(str(folder)).signature(1) != before


@pytest.mark.parametrize("kind", KINDS)
def test_texts_that_spell_special_tokens_score_as_in_the_library(
    checkpoints: dict[str, Path], kind: str
) -> None:
    odd = ["hello <pad> world", "<s> both </s> sides", "<pad>", "</s></s>", "<mask> agreed"]
    n = len(odd)
    sources, references = (
        [*SOURCES[: n - 1], "双方 <pad> 同意"],
        [*REFERENCES[: n - 1], "a <pad> b"],
    )
    metric = comet(str(checkpoints[kind]), cache=False)
    found = metric.statistics(sources, [references], [odd])
    wanted = library_scores(checkpoints[kind], odd, references, sources).scores
    np.testing.assert_allclose(found.values[0, :, 0], wanted, rtol=0, atol=TOLERANCE)


def test_what_cannot_even_be_split_is_cut_and_flagged_so(
    checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mteval.metrics.learned.long_inputs.split_aligned", lambda *_: None)
    found = score(comet(str(checkpoints["regression"]), cache=False), SYSTEMS[:1])
    assert [flag.name for flag in found.flags] == ["comet-truncated"]


@pytest.mark.parametrize(
    ("hparams", "says"),
    [
        ({"pool": "median"}, "Invalid pooling technique"),
        ({"layer": 99}, "Invalid model layer"),
        ({"activations": "Foo"}, "Foo is not a valid activation function"),
    ],
)
def test_hyperparameters_that_fit_no_model_are_refused(
    checkpoints: dict[str, Path], tmp_path: Path, hparams: dict[str, Any], says: str
) -> None:
    import torch

    from tests.checkpoints import build_checkpoint

    folder = build_checkpoint(tmp_path / "model", checkpoints["encoder"])
    path = folder / "checkpoints" / "model.ckpt"
    stored = torch.load(path, weights_only=True)
    stored["hyper_parameters"] |= hparams
    torch.save(stored, path)
    with pytest.raises(InputError, match=says):
        score(comet(str(folder), cache=False), SYSTEMS[:1])


def test_texts_come_out_in_the_order_they_went_in(checkpoints: dict[str, Path]) -> None:
    metric = comet(str(checkpoints["xcomet"]), cache=False)
    straight = score(metric, SYSTEMS).values
    order = list(range(N))
    random.Random(5).shuffle(order)

    def shuffled(column: Sequence[str]) -> list[str]:
        return [column[i] for i in order]

    mixed = metric.statistics(
        shuffled(SOURCES), [shuffled(REFERENCES)], [shuffled(system) for system in SYSTEMS]
    )
    np.testing.assert_allclose(mixed.values, straight[:, order], rtol=0, atol=1e-6)


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
@pytest.mark.parametrize("kind", KINDS)
def test_half_precision_is_near_and_says_so(
    checkpoints: dict[str, Path], kind: str, precision: str
) -> None:
    exact = score(comet(str(checkpoints[kind]), cache=False), SYSTEMS[:1]).values
    metric = comet(str(checkpoints[kind]), precision=precision, cache=False)
    near = score(metric, SYSTEMS[:1]).values
    assert f"|precision:{precision}|" in metric.signature(1)
    assert not np.array_equal(near, exact)
    # Random weights amplify rounding; what matters here is that nothing is mixed up.
    np.testing.assert_allclose(near[..., 0], exact[..., 0], rtol=0, atol=0.5)
    assert np.corrcoef(near[0, :, 0], exact[0, :, 0])[0, 1] > 0.7


def test_a_cache_that_cannot_be_used_is_said_and_done_without(
    checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("no folder")
    monkeypatch.setenv("MTEVAL_CACHE_DIR", str(in_the_way))
    found = score(comet(str(checkpoints["regression"])), SYSTEMS[:1])
    assert any("the cache of scores cannot be used" in note for note in found.notes)
    assert np.isfinite(found.values).all()


def test_scores_that_are_no_numbers_are_missing_and_said(
    checkpoints: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from tests.checkpoints import build_checkpoint

    monkeypatch.setenv("MTEVAL_CACHE_DIR", str(tmp_path / "cache"))
    folder = build_checkpoint(tmp_path / "model", checkpoints["encoder"])
    path = folder / "checkpoints" / "model.ckpt"
    tokenizer = load_model(find_model(str(folder)), device="cpu")
    tokens = tokenizer.tokenize(SYSTEMS[0])
    ids = [set(tokens[text].ids) for text in SYSTEMS[0]]
    # A piece of the first segment that hardly any other has.
    rare = min(ids[0], key=lambda piece: sum(piece in others for others in ids))
    broken = [i for i in range(N) if rare in ids[i]]
    assert 0 < len(broken) < N / 2
    stored = torch.load(path, weights_only=True)
    # All weights are finite, and what comes of this one is not.
    name = "encoder.model.embeddings.word_embeddings.weight"
    stored["state_dict"][name][rare] = 3e38
    torch.save(stored, path)
    found = score(comet(str(folder)), SYSTEMS[:1])
    assert np.flatnonzero(np.isnan(found.values[0, :, 0])).tolist() == broken
    said = f"gave no number for {counted(len(broken), 'segment')}"
    assert any(said in note for note in found.notes)
    with pytest.raises(UnavailableError, match="gave no number for any of 1 segment; choose"):
        comet(str(folder)).statistics(SOURCES[:1], [REFERENCES[:1]], [SYSTEMS[0][:1]])
    cache = ScoreCache(cache_folder())
    signature = comet(str(folder)).signature(1).partition("|")[2]
    assert not cache.get(signature, [(SOURCES[0], SYSTEMS[0][0], REFERENCES[0])])
    cache.close()


def test_progress_counts_distinct_hypotheses(
    checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CometModel, "window_characters", 8000)
    calls: list[tuple[int, int]] = []
    report: Callable[[int, int], None] = lambda done, total: calls.append((done, total))  # noqa: E731
    metric = comet(str(checkpoints["regression"]), cache=False)
    metric.statistics(SOURCES, [REFERENCES], [SYSTEMS[0], SYSTEMS[0]], report)
    assert calls[-1] == (N, N)
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert len({done for done, _ in calls}) > 3
