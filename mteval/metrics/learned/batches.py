"""Batches of token sequences: the longest first, as many in a batch as memory takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mteval.errors import UnavailableError
from mteval.metrics.learned.devices import Device, is_out_of_memory

__all__ = ["TokenBatches"]


class TokenBatches:
    """Runs work over batches of sequences, with fewer tokens in each once memory proves short.

    Args:
        device: where the work is done.
        budget: tokens, padding included, that a batch may have.
        pad: the token that fills short sequences up.
        advice: what to do where not even one sequence fits, to follow "memory is short; ".
    """

    def __init__(self, device: Device, budget: int, pad: int, advice: str) -> None:
        self._device = device
        self.budget = budget
        self._pad = pad
        self._advice = advice

    def padded(self, sequences: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        """Return ids and mask of padded sequences, tensors of shape (n_sequences, longest)."""
        lengths = np.array([len(sequence) for sequence in sequences])
        ids = np.full((len(sequences), lengths.max()), self._pad, dtype=np.int64)
        for row, sequence in zip(ids, sequences, strict=True):
            row[: len(sequence)] = sequence
        mask = (np.arange(ids.shape[1]) < lengths[:, None]).astype(np.int64)
        from_numpy = self._device.torch.from_numpy
        return from_numpy(ids).to(self._device.device), from_numpy(mask).to(self._device.device)

    def run(
        self,
        lengths: Sequence[int],
        work: Callable[[list[int]], None],
        progress: Callable[[float], None],
    ) -> None:
        """Run the work on batches of indices, longest first; smaller ones where memory is short.

        Args:
            lengths: of the sequences, in tokens.
            work: what is done with the sequences of some indices.
            progress: called with the share of the tokens that are done.

        Raises:
            UnavailableError: the device has no memory for a single sequence.
        """
        order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
        total, done, position = sum(lengths), 0, 0
        while position < len(order):
            longest = lengths[order[position]]
            batch = order[position : position + max(1, self.budget // longest)]
            if self._fits(work, batch):
                position += len(batch)
                done += sum(lengths[i] for i in batch)
                progress(done / total)
                continue
            if len(batch) == 1:
                raise UnavailableError(
                    f"the memory of the {self._device.name} does not take one text of {longest} "
                    f"tokens {self._advice}"
                )
            self.budget = longest * (len(batch) // 2)
            if self._device.name == "cuda":
                self._device.torch.cuda.empty_cache()

    @staticmethod
    def _fits(work: Callable[[list[int]], None], batch: list[int]) -> bool:
        """Run the work on a batch, and return whether memory sufficed.

        The error is gone when this returns, as it holds on to the tensors of its batch.
        """
        try:
            work(batch)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            return False
        return True
