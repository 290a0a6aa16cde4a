"""The encoder, tuned through the matching of tokens on pairs of texts whose order is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from mteval.metrics.comet.token_matching import TokenMatchingMetric
from training.data import Judgements
from training.synthetic import Corruptor

__all__ = ["Settings", "tune"]


@dataclass(frozen=True)
class Settings:
    """Say how long and how fast.

    Attributes:
        epochs: times that every source is seen.
        learning_rate: at its peak, after a tenth of the steps; then linearly to 0.
        sources: in a batch, each with all its translations.
        share: of translations that an error is put into, for a pair.
        temperature: difference of mismatch that matters.
        margin: difference that a pair ought to have where the worse is no translation.
        faultless: MQM score from which a translation is better than a reference with two errors.
    """

    epochs: int = 1
    learning_rate: float = 5e-5
    sources: int = 4
    share: float = 0.5
    temperature: float = 0.05
    margin: float = 0.3
    faultless: float = -1.0


@dataclass(frozen=True)
class _Case:
    """Hold the texts of one source, and pairs of them: better, worse, how far apart at least."""

    reference: str
    texts: list[str]
    pairs: list[tuple[int, int, float]]


def tune(
    model: TokenMatchingMetric,
    judgements: Judgements,
    rows: npt.NDArray[np.bool_],
    settings: Settings,
    seed: int,
) -> None:
    """Tune the encoder on the sources of some rows.

    Known is: a translation is better than itself with an error put in; a reference with one error
    is better than with another one on top, and that better than its words in any order or than the
    reference of another source; a translation that the expert found next to faultless is better
    than all of these from two errors on, though most of them have more of the reference's words.
    The loss is logistic in the difference of token mismatches. Embeddings of pieces stay as they
    are, so that pieces which the judgements lack do not fall behind.
    """
    chance = np.random.default_rng(seed)
    groups = [group for group in judgements.groups() if rows[group[0]]]
    firsts = [int(group[0]) for group in groups]
    corruptor = Corruptor([judgements.references[i] for i in firsts], seed)
    model.encoder.freeze_embeddings()
    tuned = list(model.encoder.model.encoder.parameters())
    optimizer = torch.optim.AdamW(tuned, lr=settings.learning_rate)
    n_steps = max(1, settings.epochs * -(-len(groups) // settings.sources))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (0.1 * n_steps), 1 - step / n_steps)
    )
    for _ in range(settings.epochs):
        order = chance.permutation(len(groups))
        for start in range(0, len(order), settings.sources):
            cases = [
                _case(judgements, groups[k], firsts, corruptor, settings, chance)
                for k in order[start : start + settings.sources]
            ]
            optimizer.zero_grad()
            _loss(model, cases, settings).backward()
            torch.nn.utils.clip_grad_norm_(tuned, 1.0)
            optimizer.step()
            schedule.step()


def _case(
    judgements: Judgements,
    group: npt.NDArray[np.int64],
    others: Sequence[int],
    corruptor: Corruptor,
    settings: Settings,
    chance: np.random.Generator,
) -> _Case:
    another = judgements.references[chance.choice([i for i in others if i != group[0]])]
    source, reference = judgements.sources[group[0]], judgements.references[group[0]]
    texts = [judgements.hypotheses[i] for i in group]
    pairs: list[tuple[int, int, float]] = []
    for k in range(len(group)):
        worse = corruptor.corrupt(texts[k], source) if chance.random() < settings.share else None
        if worse is not None:
            pairs.append((k, len(texts), 0.0))
            texts.append(worse)
    once = corruptor.corrupt(reference, source)
    twice = None if once is None else corruptor.corrupt(once, source)
    if once is not None and twice is not None:
        pairs.append((len(texts), len(texts) + 1, 0.0))
        faultless = [k for k, i in enumerate(group) if judgements.mqm[i] >= settings.faultless]
        pairs += [(k, len(texts) + 1, 0.0) for k in faultless]
        words = reference.split()
        shuffled = " ".join(chance.permutation(words))
        for wrong in (len(texts) + 2, len(texts) + 3):
            pairs += [(k, wrong, settings.margin) for k in [*faultless, len(texts) + 1]]
        texts += [once, twice, shuffled, another]
    return _Case(reference, texts, pairs)


def _loss(model: TokenMatchingMetric, cases: list[_Case], settings: Settings) -> torch.Tensor:
    tokenizer = model.encoder.tokenizer
    texts = [text for case in cases for text in case.texts]
    batch = tokenizer(
        [*texts, *(case.reference for case in cases)],
        padding=True,
        truncation=True,
        max_length=model.encoder.max_positions - 2,
        return_tensors="pt",
    )
    states = model.token_states(batch["input_ids"], batch["attention_mask"])
    weights = model.content(batch["input_ids"], batch["attention_mask"]).detach()
    losses = []
    start = 0
    for k, case in enumerate(cases):
        end, reference = start + len(case.texts), len(texts) + k
        mismatches = model.token_mismatches(
            states[start:end],
            weights[start:end],
            states[reference : reference + 1].expand(end - start, -1, -1, -1),
            weights[reference : reference + 1].expand(end - start, -1),
        )
        # Without the order of matches, which has no gradient.
        found = mismatches[:, :-1].mean(1)
        if case.pairs:
            better, worse, margin = zip(*case.pairs, strict=True)
            short = found[list(better)] - found[list(worse)] + torch.tensor(margin)
            losses.append(functional.softplus(short / settings.temperature).mean())
        start = end
    return torch.stack(losses).mean() if losses else states.sum() * 0.0
