"""How lengths of a text and its translation compare, by pair of languages.

One quantity, measured by different rules for different uses; weights and limits were fitted with
each, so each use keeps its value. Checked by ``python -m benchmarks.length_ratios`` (2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass

from mteval.languages.base import Language

__all__ = ["ZH_EN", "LengthRatios", "length_ratios"]


@dataclass(frozen=True, slots=True)
class LengthRatios:
    """Characters of the target for one letter of the source, as each use counts them.

    Attributes:
        alignment: what is in another script than the source's taken as it is; the weights of
            ``mteval.alignment`` were fitted with it.
        checks: counted likewise, but of other test sets; None where it is not known.
        terms: for any character of a term, where its rendering is looked for; the weights of
            ``mteval.terminology.search`` were fitted with it.
        words: letters of the source for one word of the target, where the languages of a page are
            weighed.
    """

    alignment: float = 1.0
    checks: float | None = None
    terms: float = 1.0
    words: float = 1.0


ZH_EN = LengthRatios(
    alignment=4.4,  # median of WMT21 news zh-en; of WMT22 4.39 (reference A), 4.44 (B)
    checks=4.5,  # median of WMT22 zh-en: 4.50 (A), 4.54 (B)
    terms=3.9,  # median of WMT21 news zh-en; of WMT22 3.88 (A), 3.92 (B)
    words=1.6,  # all of WMT21 news zh-en; of WMT22 1.30 (A), 1.32 (B)
)
_RATIOS = {("zh", "en"): ZH_EN}


def length_ratios(source: Language, target: Language) -> LengthRatios:
    """Return the length ratios of a pair of languages; of a pair not known, equal lengths."""
    return _RATIOS.get((source.code, target.code), LengthRatios())
