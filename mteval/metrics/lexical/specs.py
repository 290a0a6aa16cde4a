"""The metrics of matching strings as the registry knows them."""

from __future__ import annotations

from mteval.metrics.base import MetricSpec

__all__ = ["BLEU", "CHRF", "CHRF_PLUS_PLUS", "TER"]

BLEU = MetricSpec(
    name="bleu",
    label="BLEU",
    higher_is_better=True,
    range=(0.0, 100.0),
    needs_source=False,
    needs_reference=True,
    paper="Papineni et al. 2002, BLEU: a Method for Automatic Evaluation of Machine "
    "Translation; as standardised by Post 2018",
    implementation="mteval.metrics.lexical.sacrebleu_metrics:bleu",
    package="sacrebleu",
)
CHRF = MetricSpec(
    name="chrf",
    label="chrF",
    higher_is_better=True,
    range=(0.0, 100.0),
    needs_source=False,
    needs_reference=True,
    paper="Popović 2015, chrF: character n-gram F-score for automatic MT evaluation",
    implementation="mteval.metrics.lexical.sacrebleu_metrics:chrf",
    package="sacrebleu",
    aliases=("chrf2",),
)
CHRF_PLUS_PLUS = MetricSpec(
    name="chrf++",
    label="chrF++",
    higher_is_better=True,
    range=(0.0, 100.0),
    needs_source=False,
    needs_reference=True,
    paper="Popović 2017, chrF++: words helping character n-grams",
    implementation="mteval.metrics.lexical.sacrebleu_metrics:chrf_plus_plus",
    package="sacrebleu",
    aliases=("chrfpp", "chrf2++"),
)
TER = MetricSpec(
    name="ter",
    label="TER",
    higher_is_better=False,
    range=(0.0, None),
    needs_source=False,
    needs_reference=True,
    paper="Snover et al. 2006, A Study of Translation Edit Rate with Targeted Human Annotation",
    implementation="mteval.metrics.lexical.sacrebleu_metrics:ter",
    package="sacrebleu",
)
