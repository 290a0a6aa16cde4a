"""Counting the n-grams that texts share, many pairs of texts at a time, without approximation.

Every symbol (a character or a word) has a small number. The n-gram of the highest order that begins
at a symbol is packed with the text it is from into one integer::

    symbol 1 | symbol 2 | ... | symbol n | side: hypothesis 0, references 1, 2, ...

Those of a hypothesis and its references make one row. Sorted, equal n-grams of every order stand
together, because an n-gram of a lower order is a prefix; what is left is to count the sides in runs
of equal prefixes. Nothing is hashed, so no two n-grams are ever confused. Texts are padded with a
symbol that nothing they are compared with has, so that n-grams across the end of a text match
nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Integers", "count_shared", "expand"]

Integers = npt.NDArray[np.int64]

_BITS = 62  # of an integer that stays below ``_LAST``
_LAST = np.iinfo(np.int64).max
# Integers sorted at once: they and what is made of them stay in the cache of a core.
_BLOCK = 1 << 15
# Numbers that no symbol has: the padding of a reference and that of a hypothesis.
_PADDING = 2


def count_shared(
    symbols: npt.NDArray[Any],
    lengths: Integers,
    segments: Integers,
    hypotheses: Integers,
    references: Integers,
    order: int,
) -> Integers:
    """Return how many n-grams each hypothesis shares with its references.

    An n-gram counts as often as the hypothesis has it, but at most as often as that reference
    which has it most often.

    Args:
        symbols: those of all texts, one text after another; numbers from 0.
        lengths: symbols of each text.
        segments: segment of each text; numbers from 0.
        hypotheses: texts, shape (n_pairs,).
        references: texts of the same segments, shape (n_pairs, n_references). No text is both,
            and none stands in two columns.
        order: highest order.

    Returns:
        Shape (n_pairs, order); -1 for pairs of a segment with more different symbols than fit.
    """
    n_pairs, n_references = references.shape
    shared = np.zeros((n_pairs, order), np.int64)
    if not len(symbols) or not n_pairs:
        return shared
    side_bits = n_references.bit_length()
    most = (1 << (_BITS - side_bits) // order) - _PADDING
    largest = int(symbols.max()) + 1
    fits = np.full(n_pairs, True)
    if largest > most:
        symbols, n_symbols = _number_by_segment(symbols, lengths, segments)
        fits = (n_symbols <= most)[segments[hypotheses]]
        shared[~fits] = -1
        if not fits.any():
            return shared
        largest = int(n_symbols[segments[hypotheses]][fits].max())
    width = (largest + _PADDING - 1).bit_length()
    sides = np.zeros(len(lengths), np.int64)
    sides[references] = np.arange(1, n_references + 1)
    packed, starts = _pack(symbols, lengths, sides, order, width, side_bits)
    texts = np.column_stack((hypotheses, references))
    sizes = np.where(fits, lengths[texts].sum(axis=1), 0)
    # Rows of about the same length make a block that is hardly filled up.
    by_size = np.argsort(-sizes, kind="stable")
    begin, n_filled = 0, np.count_nonzero(sizes)
    while begin < n_filled:
        longest = int(sizes[by_size[begin]])
        end = min(begin + max(_BLOCK // longest, 1), n_filled)
        rows = by_size[begin:end]
        block = _fill(packed, starts[texts[rows]], lengths[texts[rows]], longest)
        shared[rows] = _count_block(block, n_references, order, width, side_bits)
        begin = end
    return shared


def expand(starts: Integers, lengths: Integers) -> Integers:
    """Return the indices start, start + 1, ... of each of many ranges, one after another."""
    ends = np.cumsum(lengths)
    n_places = int(ends[-1]) if len(ends) else 0
    return np.arange(n_places) + np.repeat(starts - ends + lengths, lengths)


def _number_by_segment(
    symbols: npt.NDArray[Any], lengths: Integers, segments: Integers
) -> tuple[Integers, Integers]:
    """Number the symbols of each segment from 0; count them by segment."""
    n_segments = int(segments.max()) + 1
    n_symbols = int(symbols.max()) + 1
    keys = np.repeat(segments * n_symbols, lengths) + symbols
    if n_segments * n_symbols <= 4 * len(keys):
        table = np.zeros((n_segments, n_symbols), np.int64)
        table.reshape(-1)[keys] = 1
        counts = table.sum(axis=1)
        np.cumsum(table, axis=1, out=table)
        return table.reshape(-1)[keys] - 1, counts
    found, numbers = np.unique(keys, return_inverse=True)
    firsts = np.searchsorted(found, np.arange(n_segments + 1) * n_symbols)
    return numbers - np.repeat(firsts[segments], lengths), np.diff(firsts)


def _pack(
    symbols: npt.NDArray[Any],
    lengths: Integers,
    sides: Integers,
    order: int,
    width: int,
    side_bits: int,
) -> tuple[Integers, Integers]:
    """Pack the n-gram that begins at each symbol; give also the place of each text's first."""
    padded_lengths = lengths + (order - 1)
    starts = np.cumsum(padded_lengths) - padded_lengths
    padded = np.repeat((sides == 0).astype(np.int64), padded_lengths)
    padded[expand(starts, lengths)] = symbols + _PADDING
    n_grams = len(padded) - order + 1
    packed = padded[:n_grams].copy()
    for place in range(1, order):
        packed <<= width
        packed |= padded[place : place + n_grams]
    packed <<= side_bits
    packed |= np.repeat(sides, padded_lengths)[:n_grams]
    return packed, starts


def _fill(packed: Integers, starts: Integers, lengths: Integers, longest: int) -> Integers:
    """Gather the n-grams of each pair's texts into a row, filled up with ``_LAST``."""
    block = np.full((len(lengths), longest), _LAST)
    places = np.cumsum(lengths, axis=1) - lengths + np.arange(len(lengths))[:, None] * longest
    flat = lengths.ravel()
    block.reshape(-1)[expand(places.ravel(), flat)] = packed[expand(starts.ravel(), flat)]
    return block


def _count_block(
    block: Integers, n_references: int, order: int, width: int, side_bits: int
) -> Integers:
    """Return how many n-grams side 0 of each row shares with the others."""
    n_rows, longest = block.shape
    shared = np.empty((n_rows, order), np.int64)
    block.sort(axis=1)
    keys = block.reshape(-1)
    # The highest bit that differs from the next key says for which orders a run ends here.
    differs = np.empty_like(keys)
    np.bitwise_xor(keys[1:], keys[:-1], out=differs[:-1])
    differs[longest - 1 :: longest] = _LAST
    sides = keys & ((1 << side_bits) - 1)
    # How many keys of each side there are so far; of two sides, how many more of the first.
    if n_references == 1:
        sums = [np.cumsum(1 - 2 * sides, dtype=np.int32)]
    else:
        sums = [np.cumsum(sides == side, dtype=np.int32) for side in range(n_references + 1)]
    for n in range(order, 0, -1):
        ends = np.flatnonzero(differs >= 1 << ((order - n) * width + side_bits))
        differs = differs[ends]
        sums = [total[ends] for total in sums]
        counts = [np.diff(total, prepend=total.dtype.type(0)) for total in sums]
        row_ends = np.flatnonzero(differs == _LAST)
        row_starts = np.concatenate(([0], row_ends[:-1] + 1))
        if n_references == 1:
            # The smaller of two counts is half of what their sum exceeds their difference by.
            apart = np.add.reduceat(np.abs(counts[0]), row_starts, dtype=np.int64)
            shared[:, n - 1] = (longest - apart) // 2
        else:
            fewest = np.minimum(counts[0], np.maximum.reduce(counts[1:]))
            shared[:, n - 1] = np.add.reduceat(fewest, row_starts, dtype=np.int64)
    return shared
