"""Scoring inputs that may be longer than an encoder takes: whole, in aligned chunks, or cut."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from mteval.io.store import CachedScore
from mteval.metrics.learned.chunks import Limits, split_aligned
from mteval.metrics.learned.inputs import ModelInput, Scored
from mteval.metrics.learned.model import LearnedModel

if TYPE_CHECKING:
    from tokenizers import Encoding

__all__ = ["Plan", "plan_input", "score_inputs"]

# A chunk tokenized alone may have some tokens more than it had within its text; tried in turn.
_MARGINS = (4, 16, 64)


class Plan(NamedTuple):
    """How an input is scored: as which chunks, with which weights, and what was too long."""

    chunks: list[ModelInput]
    weights: list[int]
    starts: list[int]  # of each chunk in the hypothesis, in characters
    excess: dict[str, Any]  # where something is too long: tokens, limit, whether together, cut


def score_inputs(
    model: LearnedModel,
    inputs: Sequence[ModelInput],
    *,
    split: bool,
    progress: Callable[[float], None],
) -> list[CachedScore]:
    """Return the score of each input, of those that are too long from their chunks.

    Args:
        model: what scores.
        inputs: distinct inputs.
        split: score what is too long in aligned chunks; else cut it.
        progress: called with the share of the work that is done.
    """
    encodings = model.tokenize([text for input in inputs for text in input.texts()])
    plans = [plan_input(model, input, encodings, split=split) for input in inputs]
    chunks = list(dict.fromkeys(chunk for plan in plans for chunk in plan.chunks))
    found = dict(zip(chunks, model.score(chunks, encodings, progress), strict=True))
    return [
        _pooled(plan, [found[chunk] for chunk in plan.chunks], model.multiplies_chunks)
        for plan in plans
    ]


def plan_input(
    model: LearnedModel, input: ModelInput, encodings: dict[str, Encoding], *, split: bool
) -> Plan:
    """Return how an input is scored, and add the tokens of the chunks of one that is too long."""
    limits = model.content_limits(input)
    counts = [model.count(encodings[text]) for text in input.texts()]
    if limits.allow(counts):
        return Plan([input], [1], [0], {})
    alone = max(counts) > limits.each
    excess = {
        "tokens": max(counts) if alone else sum(counts),
        "limit": limits.each if alone else limits.together,
        "together": not alone,
        "cut": not split,
    }
    if not split:
        return Plan([input], [1], [0], excess)
    texts = input.texts()
    tokens = [model.content_tokens(encodings[text]) for text in texts]
    for margin in _MARGINS:
        smaller = Limits(limits.each - margin, limits.together - margin * len(texts))
        spans = split_aligned(texts, tokens, smaller)
        if spans is None:
            continue
        chunks = [input.cut(ranges) for ranges in spans]
        encodings |= model.tokenize([text for chunk in chunks for text in chunk.texts()])
        if all(
            limits.allow([model.count(encodings[text]) for text in chunk.texts()])
            for chunk in chunks
        ):
            break
    else:
        return Plan([input], [1], [0], excess | {"cut": True})
    # By the source, or the reference: how much a chunk counts is not for the system to say.
    by = 0 if input.source is not None else len(texts) - 1
    weights = [
        sum(start <= a < end for a, _ in tokens[by]) for start, end in (s[by] for s in spans)
    ]
    hypothesis = 0 if input.source is None else 1
    starts = [ranges[hypothesis][0] for ranges in spans]
    return Plan(chunks, weights if any(weights) else [1] * len(chunks), starts, excess)


def _pooled(plan: Plan, scored: Sequence[Scored], multiplied: bool) -> CachedScore:
    """Return one score of those of the chunks: multiplied, or averaged by their lengths."""
    if multiplied:
        score = math.prod(one.score for one in scored)
    else:
        total = sum(plan.weights)
        score = sum(w * one.score for w, one in zip(plan.weights, scored, strict=True)) / total
    detail: dict[str, Any] = dict(plan.excess)
    if any(one.error_spans is not None for one in scored):
        detail["error_spans"] = [
            [span.start + start, span.end + start, span.text, span.severity, span.confidence]
            for start, one in zip(plan.starts, scored, strict=True)
            for span in one.error_spans or ()
        ]
    return CachedScore(score, detail)
