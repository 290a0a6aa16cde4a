"""COMET checkpoints in memory: unbabel-comet's own models, run over batches of distinct inputs.

The weights, the tokenizer, the encoder, the pooling and the estimator are unbabel-comet's (Rei et
al. 2020, 2022; Wan et al. 2022; Guerreiro et al. 2023); tests hold the scores equal to its
``predict``. What is done here is which inputs go in: every distinct text or sequence once, sorted
by length, as many in a batch as memory takes.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import pickle
import platform
import sys
import warnings
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mteval.errors import InputError, MissingPackageError, UnavailableError, location
from mteval.executor import available_cores
from mteval.metrics.base import ErrorSpan
from mteval.metrics.comet.checkpoints import ModelFiles
from mteval.metrics.learned.chunks import Limits

if TYPE_CHECKING:
    import torch
    from tokenizers import Encoding

__all__ = ["CometModel", "Scored", "Unit"]

Floats = npt.NDArray[np.float32]

# Tokens a batch: enough to keep two cores busy; more only costs memory.
_CPU_BATCH_TOKENS = 2048
# Where memory is not known (MPS) or plenty; beyond it a GPU gains nothing.
_GPU_BATCH_TOKENS = 65_536
# Bytes of activations for a token, in hidden states: those of every layer, and about as many again
# while a layer is computed.
_STATES_A_LAYER = 2
# Units scored by the estimator at once.
_ESTIMATES = 4096
# xCOMET's severities as MQM points, and the most that count (Guerreiro et al. 2023).
_MQM_POINTS = {"minor": 1, "major": 5, "critical": 10}
_MQM_WORST = 25


class Unit(NamedTuple):
    """Hold what is scored together; None is what the model does not read."""

    source: str | None
    hypothesis: str
    reference: str | None

    def texts(self) -> tuple[str, ...]:
        """List the texts that are there."""
        return tuple(text for text in self if text is not None)

    def cut(self, ranges: Sequence[tuple[int, int]]) -> Unit:
        """Cut each text that is there to its range of characters."""
        parts = iter(ranges)
        source, hypothesis, reference = (
            text if text is None else text[slice(*next(parts))] for text in self
        )
        return Unit(source, hypothesis or "", reference)


class Scored(NamedTuple):
    """Hold a score and the errors found; None where the model does not look for any."""

    score: float
    error_spans: tuple[ErrorSpan, ...] | None


class CometModel:
    """Load a checkpoint and score units with it.

    Args:
        files: where it lies.
        precision: fp32, bf16 or fp16, of the encoder; the estimator always runs in fp32.
        device: auto, cpu, cuda or mps.

    Raises:
        InputError: the checkpoint is broken, hostile or incomplete.
        UnavailableError: the device is not there.
    """

    def __init__(self, files: ModelFiles, *, precision: str = "fp32", device: str = "auto") -> None:
        self._files = files
        self._joint = files.kind in ("unified", "xcomet")
        self._matches = files.kind == "token_matching"
        with _quiet():
            import torch

            self._torch = torch
            self._device = _choose_device(torch, device)
            if self._device.type == "cpu":
                torch.set_num_threads(min(torch.get_num_threads(), available_cores()))
                _reuse_memory()
            self._model = _load(files, torch)
        encoder = self._model.encoder
        self._tokenizer = encoder.tokenizer.backend_tokenizer
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        # Special tokens around one text, and around two that are joined.
        self._n_specials: int = self._tokenizer.num_special_tokens_to_add(is_pair=False)
        self._n_pair_specials: int = self._tokenizer.num_special_tokens_to_add(is_pair=True)
        # What comet/encoders/base.py truncates a text to, and a joint sequence.
        self.text_limit: int = encoder.max_positions - 2
        self.sequence_limit: int = encoder.max_positions
        self._pad: int = encoder.tokenizer.pad_token_id
        self._model.eval().to(self._device)
        if precision == "fp32" and self.device == "cpu":
            _pack_linears(self._model.encoder, torch)
        if precision != "fp32":
            self._lower_precision({"bf16": torch.bfloat16, "fp16": torch.float16}[precision])
        self._budget = self._first_budget()
        self._embeddings: dict[str, Floats] = {}
        self._try()

    def _try(self) -> None:
        """Score a word, so that hyper-parameters which fit no model are found out now."""
        unit = Unit(
            "a" if self._files.reads_source else None,
            "a",
            "a" if self._files.reads_reference else None,
        )
        try:
            self.score([unit], self.tokenize(unit.texts()), lambda _: None)
        except UnavailableError:
            raise
        except Exception as error:  # unbabel-comet raises nothing narrower
            raise InputError(
                f"{location(self._files.hparams_file)}: the model does not run as its "
                f"hyper-parameters say ({' '.join(str(error).split())[:200]}); mend them"
            ) from None
        self._embeddings.clear()

    @property
    def device(self) -> str:
        """Name the device."""
        return str(self._device.type)

    @property
    def window_characters(self) -> int:
        """Give the amount of text that fills ten batches or so, and is scored before it is kept."""
        return (10 if self._joint else 30) * self._budget

    def tokenize(self, texts: Sequence[str]) -> dict[str, Encoding]:
        """Tokenize texts whole, with the special tokens around each."""
        distinct = list(dict.fromkeys(texts))
        return dict(zip(distinct, self._tokenizer.encode_batch(distinct), strict=True))

    def content_limits(self, unit: Unit) -> Limits:
        """Say how many tokens, special ones apart, the texts of a unit may have."""
        alone, pair = self._n_specials, self._n_pair_specials
        each = self.text_limit - alone
        n_texts = len(unit.texts())
        if not self._joint:
            return Limits(each, each * n_texts)
        return Limits(each, self.sequence_limit - alone - (n_texts - 1) * (pair - alone))

    def count(self, encoding: Encoding) -> int:
        """Count the tokens of a text, special ones apart."""
        return len(encoding) - self._n_specials

    def content_tokens(self, encoding: Encoding) -> list[tuple[int, int]]:
        """List the character range of each token, special ones apart."""
        return [
            span
            for span, special in zip(encoding.offsets, encoding.special_tokens_mask, strict=True)
            if not special
        ]

    def score(
        self,
        units: Sequence[Unit],
        encodings: Mapping[str, Encoding],
        progress: Callable[[float], None],
    ) -> list[Scored]:
        """Score units; what is over the limit is cut as unbabel-comet cuts it.

        Args:
            units: what to score.
            encodings: the tokens of every text of theirs.
            progress: called with the share of the work that is done.
        """
        with self._torch.inference_mode():
            if self._joint:
                return self._score_sequences(units, encodings, progress)
            self._embed(units, encodings, progress)
            return self._match(units, encodings) if self._matches else self._estimate(units)

    @property
    def embeds_texts(self) -> bool:
        """Tell whether each text is embedded alone, as one vector, and so can serve again."""
        return not self._joint and not self._matches

    def embeddings(self, texts: Iterable[str]) -> dict[str, Floats]:
        """Give the embeddings that are at hand of these texts."""
        return {text: self._embeddings[text] for text in texts if text in self._embeddings}

    def add_embeddings(self, embeddings: Mapping[str, Floats]) -> None:
        """Take embeddings that were computed before."""
        self._embeddings.update(embeddings)

    def keep_embeddings(self, texts: Container[str]) -> None:
        """Forget the embeddings of all texts but these."""
        for text in [text for text in self._embeddings if text not in texts]:
            del self._embeddings[text]

    # Classes that embed each text alone: regression, referenceless, token_matching.

    def _embed(
        self,
        units: Sequence[Unit],
        encodings: Mapping[str, Encoding],
        progress: Callable[[float], None],
    ) -> None:
        """Embed what is not at hand of the texts of units: as a vector, or token by token."""
        texts = [
            text
            for text in dict.fromkeys(text for unit in units for text in unit.texts())
            if text not in self._embeddings
        ]
        ids = [self._cut(encodings[text].ids) for text in texts]
        embed = (
            self._model.token_states if self._matches else self._model.compute_sentence_embedding
        )

        def work(batch: list[int]) -> None:
            found = embed(*self._padded([ids[i] for i in batch])).float().cpu().numpy()
            for i, row in zip(batch, found, strict=True):
                kept = row[:, : len(ids[i])] if self._matches else row
                self._embeddings[texts[i]] = kept.copy()

        self._in_batches([len(sequence) for sequence in ids], work, progress)

    def _estimate(self, units: Sequence[Unit]) -> list[Scored]:
        """Score units whose texts are embedded, each as a vector."""
        torch = self._torch
        scores: list[Scored] = []
        for start in range(0, len(units), _ESTIMATES):
            part = units[start : start + _ESTIMATES]
            columns = [
                torch.from_numpy(np.stack([self._embeddings[text] for text in column]))
                for column in zip(*(unit.texts() for unit in part), strict=True)
            ]
            features = _features(torch, [column.to(self._device) for column in columns])
            found = self._model.estimator(features).view(-1).cpu().double().tolist()
            scores += [Scored(score, None) for score in found]
        return scores

    def _match(self, units: Sequence[Unit], encodings: Mapping[str, Encoding]) -> list[Scored]:
        """Score units whose texts are embedded, token by token."""
        from mteval.metrics.comet.token_matching import surface_mismatches

        torch = self._torch
        rows, lengths = [], []
        for unit in units:
            sides: list[Any] = []
            for text in unit.texts():
                ids = torch.tensor([self._cut(encodings[text].ids)], device=self._device)
                states = torch.from_numpy(self._embeddings[text])[None].to(self._device)
                sides += [states, self._model.content(ids, torch.ones_like(ids))]
            rows.append(self._model.token_mismatches(*sides))
            lengths.append(self._model.n_tokens(sides[-1]))
        hypotheses, references = zip(*(unit.texts() for unit in units), strict=True)
        surface = torch.from_numpy(surface_mismatches(hypotheses, references)).float()
        mismatches = torch.cat([torch.cat(rows), surface.to(self._device)], 1)
        found = self._model.estimate(mismatches, torch.cat(lengths))
        return [Scored(score, None) for score in found.cpu().double().tolist()]

    # Classes that read hypothesis, source and reference as one sequence: unified, xcomet.

    def _score_sequences(
        self,
        units: Sequence[Unit],
        encodings: Mapping[str, Encoding],
        progress: Callable[[float], None],
    ) -> list[Scored]:
        torch = self._torch
        ids = {text: self._cut(encoding.ids) for text, encoding in encodings.items()}
        inputs_of = [self._inputs(unit) for unit in units]
        sequences = {
            inputs: self._joined([ids[text] for text in inputs])
            for inputs in dict.fromkeys(inputs for several in inputs_of for inputs in several)
        }
        order = list(sequences)
        scores: dict[tuple[str, ...], float] = {}
        labels: dict[tuple[str, ...], Floats] = {}
        segments = bool(self._model.encoder.uses_token_type_ids)

        def read(batch: list[int]) -> None:
            inputs, mask = self._padded([sequences[order[i]] for i in batch])
            kinds = None
            if segments:
                # comet/encoders/base.py: 0 for the hypothesis, 1 for all that follows it.
                width = torch.arange(inputs.shape[1], device=self._device)
                mine = [len(self._joined([ids[order[i][0]]])) for i in batch]
                lengths = torch.tensor(mine, device=self._device)
                kinds = (width[None, :] >= lengths[:, None]).int()
            found = self._model(inputs, mask, token_type_ids=kinds)
            for i, score in zip(batch, found["score"].cpu().double().tolist(), strict=True):
                scores[order[i]] = score
            if self._model.word_level:
                probabilities = torch.softmax(found["logits"].float(), dim=2).cpu().numpy()
                for i, row in zip(batch, probabilities, strict=True):
                    labels[order[i]] = row[: len(ids[order[i][0]])].copy()

        self._in_batches([len(sequences[inputs]) for inputs in order], read, progress)
        return [
            self._combine(
                unit,
                encodings[unit.hypothesis],
                [scores[inputs] for inputs in several],
                [labels[inputs] for inputs in several] if self._model.word_level else None,
            )
            for unit, several in zip(units, inputs_of, strict=True)
        ]

    def _inputs(self, unit: Unit) -> list[tuple[str, ...]]:
        """List the sequences that a unit is read as: with source, with reference, with both."""
        hypothesis, source, reference = unit.hypothesis, unit.source, unit.reference
        if source is not None and reference is not None:
            return [(hypothesis, source), (hypothesis, reference), (hypothesis, source, reference)]
        return [(hypothesis, *(text for text in (source, reference) if text is not None))]

    def _joined(self, parts: Sequence[list[int]]) -> list[int]:
        """Join token ids into one sequence as comet/encoders/base.py ``concat_sequences`` does."""
        # Where a text spells the padding token out, it is dropped.
        joined, *others = ([i for i in part if i != self._pad] for part in parts)
        for part in others:
            joined = self._model.encoder.tokenizer.build_inputs_with_special_tokens(
                joined[1:-1], part[1:-1]
            )
        return joined[: self.sequence_limit]

    def _combine(
        self,
        unit: Unit,
        encoding: Encoding,
        scores: Sequence[float],
        labels: Sequence[Floats] | None,
    ) -> Scored:
        """Make one score of those of the sequences (unified_metric.py, xcomet_metric.py)."""
        spans: tuple[ErrorSpan, ...] | None = None
        found: list[ErrorSpan] = []
        if labels is not None:
            weights = self._model.input_weights_spans.tolist() if len(labels) > 1 else [1.0]
            mixed = sum(
                (np.float32(weight) * row for weight, row in zip(weights, labels, strict=True)),
                start=np.zeros_like(labels[0]),
            )
            found = self._decode(unit.hypothesis, encoding, mixed)
            # Runs of special tokens and spaces count in the score, but hold no text to show.
            spans = tuple(span for span in found if span.text)
        if self._files.kind == "unified":
            return Scored(sum(scores) / len(scores), spans)
        points = sum(_MQM_POINTS.get(span.severity, 0) for span in found)
        mqm = (_MQM_WORST - min(points, _MQM_WORST)) / _MQM_WORST
        *weights, mqm_weight = self._model.score_weights
        capped = [min(score, 1.0) for score in scores]
        if len(capped) == 1:
            # Without a reference the one regression score has the weight of all three.
            regression = capped[0] * sum(weights)
        else:
            regression = sum(w * score for w, score in zip(weights, capped, strict=True))
        return Scored(regression + mqm_weight * mqm, spans)

    def _decode(self, hypothesis: str, encoding: Encoding, labels: Floats) -> list[ErrorSpan]:
        """Read error spans off the label probabilities (n_tokens, n_labels) of a hypothesis.

        A span is a run of tokens that are not "O"; its severity is that of its first token, and a
        run still open at the last token is dropped, as in unbabel-comet, on whose spans the score
        depends. Offsets are made anew: special tokens have none, and white space at the edges of
        a span is not part of it.
        """
        best = labels.argmax(axis=1)
        # Encodings are whole; the last token of a cut one is the special token at the end.
        offsets = [*encoding.offsets[: len(best) - 1], (0, 0)]
        special = [*encoding.special_tokens_mask[: len(best) - 1], 1]
        names = self._model.label_encoder.ids_to_label
        spans = []
        begin: int | None = None
        for token, label in enumerate(best):
            if label and begin is None:
                begin = token
            elif not label and begin is not None:
                inside = [offsets[i] for i in range(begin, token) if not special[i]]
                start = min((a for a, _ in inside), default=0)
                end = max((b for _, b in inside), default=0)
                text = hypothesis[start:end]
                start += len(text) - len(text.lstrip())
                text = text.strip()
                spans.append(
                    ErrorSpan(
                        start=start,
                        end=start + len(text),
                        text=text,
                        severity=names[int(best[begin])].partition("-")[2],
                        confidence=float(labels[begin:token].max(axis=1).mean()),
                    )
                )
                begin = None
        return spans

    # Batches.

    def _cut(self, ids: list[int]) -> list[int]:
        """Cut a text to the limit, its last special token kept."""
        return ids if len(ids) <= self.text_limit else [*ids[: self.text_limit - 1], ids[-1]]

    def _padded(self, sequences: Sequence[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Pad sequences into ids and mask of shape (n_sequences, longest)."""
        lengths = np.array([len(sequence) for sequence in sequences])
        ids = np.full((len(sequences), lengths.max()), self._pad, dtype=np.int64)
        for row, sequence in zip(ids, sequences, strict=True):
            row[: len(sequence)] = sequence
        mask = (np.arange(ids.shape[1]) < lengths[:, None]).astype(np.int64)
        return (
            self._torch.from_numpy(ids).to(self._device),
            self._torch.from_numpy(mask).to(self._device),
        )

    def _in_batches(
        self,
        lengths: Sequence[int],
        work: Callable[[list[int]], None],
        progress: Callable[[float], None],
    ) -> None:
        """Do the work on batches of indices, longest first; smaller ones where memory is short."""
        order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
        total, done, position = sum(lengths), 0, 0
        while position < len(order):
            longest = lengths[order[position]]
            batch = order[position : position + max(1, self._budget // longest)]
            try:
                work(batch)
            except RuntimeError as error:
                if not _out_of_memory(error):
                    raise
                full = True
            else:
                full = False
            # Outside of the handler, as the error holds on to the tensors of its batch.
            if full:
                if len(batch) == 1:
                    raise UnavailableError(
                        f"the memory of the {self.device} does not take one text of {longest} "
                        f"tokens with {self._files.name}; use --precision bf16, --device cpu or "
                        "a smaller model"
                    )
                self._budget = longest * (len(batch) // 2)
                if self.device == "cuda":
                    self._torch.cuda.empty_cache()
                continue
            position += len(batch)
            done += sum(lengths[i] for i in batch)
            progress(done / total)

    def _first_budget(self) -> int:
        """Guess how many tokens a batch may have from the memory that is free."""
        if self.device == "cpu":
            return _CPU_BATCH_TOKENS
        if self.device != "cuda":
            return _GPU_BATCH_TOKENS
        free, _ = self._torch.cuda.mem_get_info(self._device)
        encoder = self._model.encoder
        state = encoder.output_units * 4
        token = state * encoder.num_layers * _STATES_A_LAYER + 8 * state
        return int(min(_GPU_BATCH_TOKENS, max(self.text_limit, free // 2 // token)))

    def _lower_precision(self, dtype: torch.dtype) -> None:
        """Run the encoder in half precision, and what makes a score of its output in fp32."""

        def widen(module: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:  # noqa: ARG001
            return tuple(value.float() for value in inputs)

        self._model.encoder.to(dtype)
        if self._matches:  # widens by itself
            return
        self._model.estimator.register_forward_pre_hook(widen)
        if self._joint and self._model.word_level:
            self._model.hidden2tag.register_forward_pre_hook(widen)


def _features(torch: Any, columns: Sequence[torch.Tensor]) -> torch.Tensor:
    """Put embeddings together for the estimator, (n, width) each, as unbabel-comet does.

    Columns are source, hypothesis and, for the regression class, reference
    (regression_metric.py ``estimate``; referenceless.py ``forward``).
    """
    source, hypothesis = columns[0], columns[1]
    of_source = (hypothesis * source, torch.abs(hypothesis - source))
    if len(columns) == 2:
        return torch.cat((hypothesis, source, *of_source), dim=1)
    reference = columns[2]
    of_reference = (hypothesis * reference, torch.abs(hypothesis - reference))
    return torch.cat((hypothesis, reference, *of_reference, *of_source), dim=1)


def _choose_device(torch: Any, name: str) -> torch.device:
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        name = next(one for one, available in there.items() if available)
    if not there[name]:
        raise UnavailableError(
            f"there is no {name} device that torch {torch.__version__} can use; choose --device "
            "cpu, or install a build of torch for it"
        )
    return torch.device(name)


def _reuse_memory() -> None:
    """Have the C library keep freed blocks for the next batch, where it is glibc.

    Else every batch asks the system for its memory anew: a tenth of the time on virtual machines.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    # malloc.h: M_MMAP_THRESHOLD -3 (32 MiB is its most), M_TRIM_THRESHOLD -1.
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(-3, 1 << 25)
        libc.mallopt(-1, 1 << 30)


def _pack_linears(module: Any, torch: Any) -> None:
    """Lay the weights of linear layers out as oneDNN likes them: a fifth faster on x86.

    These are the operators that torch's own compiler puts in (torch/_inductor, 2.13); where they
    are missing, or the processor is another, nothing is changed.
    """
    operators = torch.ops.mkldnn
    if (
        platform.machine().lower() not in ("x86_64", "amd64")
        or not torch.backends.mkldnn.is_available()
    ):
        return

    class Packed(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, linear: Any) -> None:
            super().__init__()
            weight = linear.weight.detach()
            self._weight = operators._reorder_linear_weight(weight, _CPU_BATCH_TOKENS)
            self._bias = None if linear.bias is None else linear.bias.detach()

        def forward(self, states: Any) -> Any:
            return operators._linear_pointwise(states, self._weight, self._bias, "none", [], "")

    with torch.inference_mode():
        probe, states = torch.nn.Linear(8, 8), torch.ones(2, 8)
        try:
            same = torch.allclose(Packed(probe)(states), probe(states), atol=1e-5)
        except (AttributeError, RuntimeError, TypeError):  # another torch
            return
        if not same:
            return
        for parent in list(module.modules()):
            for name, child in list(parent.named_children()):
                if type(child) is torch.nn.Linear:
                    setattr(parent, name, Packed(child))


def _out_of_memory(error: RuntimeError) -> bool:
    """Tell whether torch ran out of memory; only CUDA has a class of its own for that."""
    text = str(error).lower()
    return "out of memory" in text or "can't allocate memory" in text or "not enough memory" in text


def _load(files: ModelFiles, torch: Any) -> Any:
    """Build the model of a checkpoint and put its weights in."""
    import inspect

    import comet.models
    from transformers.modeling_utils import no_init_weights

    if files.kind == "token_matching":
        import mteval.metrics.comet.token_matching  # noqa: F401 - joins the classes of unbabel-comet

    model_class = comet.models.str2model[str(files.hparams["class_identifier"])]
    checkpoint = _read_checkpoint(files, torch)
    accepted = inspect.signature(model_class.__init__).parameters
    try:
        hparams = dict(checkpoint.get("hyper_parameters") or files.hparams)
        # comet/models/__init__.py: a mark of checkpoints that were trained with softmax after all.
        if files.hparams.get("layer_transformation") == "sparsemax_patch":
            hparams["layer_transformation"] = "softmax"
        settings = {name: value for name, value in hparams.items() if name in accepted}
        settings |= {
            "pretrained_model": str(files.encoder),
            "load_pretrained_weights": False,
            "local_files_only": True,
        }
        with no_init_weights(), _tokenizer_from(files):
            model = model_class(**settings)
        # The mapped file itself becomes the weights: nothing is copied before it is used.
        found = model.load_state_dict(checkpoint["state_dict"], strict=False, assign=True)
        model.float()
        for name in ("input_segments", "encoder_model"):
            said, is_ = files.hparams.get(name), model.hparams.get(name)
            if said is not None and said != is_:
                raise ValueError(f"{name} is {said!r} in hparams.yaml and {is_!r} in the weights")
    # Bare Exceptions and assertions too: tokenizers and unbabel-comet raise nothing narrower.
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise InputError(
            f"{location(files.checkpoint)}: no {files.kind} model can be built of this checkpoint "
            f"and the encoder in {location(files.encoder)} ({reason}); get both again"
        ) from None
    parameters = {name for name, _ in model.named_parameters()}
    missing = sorted(parameters.intersection(found.missing_keys))
    if missing:
        raise InputError(
            f"{location(files.checkpoint)}: the checkpoint lacks {len(missing)} of its model's "
            f"{len(parameters)} weights ({missing[0]}, ...); get it again"
        )
    rows = model.encoder.model.get_input_embeddings().num_embeddings
    if len(model.encoder.tokenizer) > rows:
        raise InputError(
            f"{location(files.tokenizer)}: the tokenizer has {len(model.encoder.tokenizer)} pieces "
            f"and the encoder {rows}; they do not belong together"
        )
    return model


def _read_checkpoint(files: ModelFiles, torch: Any) -> dict[str, Any]:
    """Read a checkpoint without running code that it may hold."""
    import argparse

    from pytorch_lightning.callbacks import EarlyStopping, ModelCheckpoint
    from pytorch_lightning.utilities.parsing import AttributeDict

    path = files.checkpoint
    # Classes that Lightning's own checkpoints name; they hold settings and run nothing.
    harmless = [argparse.Namespace, AttributeDict, EarlyStopping, ModelCheckpoint]
    try:
        with torch.serialization.safe_globals(harmless):
            try:
                found = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
            except RuntimeError:  # the format of before 2020 cannot be mapped
                found = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        reason = " ".join(str(error).split())
        named = reason.partition("GLOBAL ")[2].partition(" ")[0]
        what = f"runs code when it is loaded ({named})" if named else "is no file of torch"
        raise InputError(
            f"{location(path)}: the checkpoint {what}, and is not loaded; use one that holds "
            "weights only, from a source you trust"
        ) from None
    # Whatever unpickling a file of other bytes may raise.
    except Exception as error:
        reason = " ".join(str(error).split()).partition(". ")[0][:150] or "it ends too soon"
        raise InputError(
            f"{location(path)}: the checkpoint is broken ({reason}); get it again"
        ) from None
    if not isinstance(found, dict) or not isinstance(found.get("state_dict"), dict):
        raise InputError(
            f"{location(path)}: there are no weights (state_dict) in this file; it is no "
            "checkpoint of unbabel-comet"
        )
    return found


@contextmanager
def _tokenizer_from(files: ModelFiles) -> Iterator[None]:
    """Let comet's MiniLM encoder, which names a tokenizer on the hub, take the one on disk."""
    if files.hparams.get("encoder_model") != "MiniLM":
        yield
        return
    from comet.encoders import minilm

    original = minilm.XLMRobertaTokenizerFast

    class Local(original):  # type: ignore[misc, valid-type]
        @classmethod
        def from_pretrained(cls, *_: Any, **options: Any) -> Any:
            return original.from_pretrained(str(files.tokenizer), **options)

    minilm.XLMRobertaTokenizerFast = Local
    try:
        yield
    finally:
        minilm.XLMRobertaTokenizerFast = original


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector off: the half million objects of these imports are here to stay.

    It takes a fifth of their time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep imports and loading from printing and warning, and from logging for everybody else."""
    # Said so that tokenizers does not warn of every later fork.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with _no_collection():
                try:
                    import comet.models  # noqa: F401
                    import transformers
                except ImportError as error:
                    raise MissingPackageError(
                        f"unbabel-comet cannot be imported ({error}); install what it wants with: "
                        "pip install 'mteval-toolkit[comet]'"
                    ) from None

            verbosity = transformers.logging.get_verbosity()
            transformers.logging.set_verbosity_error()
            for name in ("comet", "pytorch_lightning"):
                logging.getLogger(name).setLevel(logging.ERROR)
            try:
                yield
            finally:
                transformers.logging.set_verbosity(verbosity)
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
