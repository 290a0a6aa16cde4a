"""Error spans: from label probabilities of tokens to runs of characters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mteval.metrics.base import ErrorSpan
from mteval.metrics.learned.inputs import Floats

if TYPE_CHECKING:
    from tokenizers import Encoding

__all__ = ["decode_spans"]


def decode_spans(
    hypothesis: str, encoding: Encoding, labels: Floats, names: Mapping[int, str]
) -> list[ErrorSpan]:
    """Return the error spans that label probabilities of a hypothesis tell of.

    A span is a run of tokens that are not "O"; its severity is that of its first token, and a
    run still open at the last token is dropped, as in unbabel-comet, on whose spans the score
    depends. Offsets are computed again: special tokens have none, and white space at the edges of
    a span is not part of it.

    Args:
        hypothesis: the text.
        encoding: its tokens, uncut.
        labels: probabilities (n_tokens, n_labels); the last token is the special one at the end.
        names: of the labels, by index.
    """
    best = labels.argmax(axis=1)
    # Encodings are whole; the last token of a cut one is the special token at the end.
    offsets = [*encoding.offsets[: len(best) - 1], (0, 0)]
    special = [*encoding.special_tokens_mask[: len(best) - 1], 1]
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
