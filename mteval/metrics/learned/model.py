"""A model in memory, as a learned metric runs it: texts to tokens, inputs to scores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from mteval.metrics.learned.batches import TokenBatches
from mteval.metrics.learned.chunks import Limits
from mteval.metrics.learned.inputs import Floats, ModelInput, Scored
from mteval.metrics.learned.libraries import broken_tokenizer, without_panics

if TYPE_CHECKING:
    from tokenizers import Encoding

__all__ = ["LearnedModel", "ModelReference"]


class ModelReference(Hashable, Protocol):
    """What a worker loads a model by, wherever it runs; it is small when pickled."""

    def load(self) -> LearnedModel:
        """Return the model, loaded.

        Raises:
            InputError: its files cannot be used.
            UnavailableError: a package or the device is not there.
        """


class LearnedModel(ABC):
    """A model that scores inputs, and remembers what it has embedded.

    Args:
        tokenizer: of the library tokenizers; it is set to cut and pad nothing.
        tokenizer_file: what it was made of, which messages name.
        batches: runs sequences of tokens.
        text_limit: tokens that a text may have, special ones included.

    Attributes:
        multiplies_chunks: the score of a whole is the product of the scores of its chunks, and not
            their mean by length.
        embeds_texts: each text is embedded alone, as one vector, and so can serve again.
        batches_a_window: how many batches are scored before their scores are kept.
    """

    multiplies_chunks = False
    embeds_texts = False
    batches_a_window = 30

    def __init__(
        self, tokenizer: Any, tokenizer_file: Path, batches: TokenBatches, text_limit: int
    ) -> None:
        self._tokenizer = tokenizer
        self._tokenizer_file = tokenizer_file
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._batches = batches
        self.text_limit = text_limit
        # Special tokens around one text.
        self._n_specials: int = self._tokenizer.num_special_tokens_to_add(is_pair=False)
        self._embeddings: dict[str, Floats] = {}

    @abstractmethod
    def score(
        self,
        inputs: Sequence[ModelInput],
        encodings: Mapping[str, Encoding],
        progress: Callable[[float], None],
    ) -> list[Scored]:
        """Return the score of each input; texts over the limit are cut.

        Args:
            inputs: what to score.
            encodings: the tokens of every text of theirs.
            progress: called with the share of the work that is done.
        """

    @property
    def window_characters(self) -> int:
        """The amount of text that fills some batches, and is scored before it is kept."""
        return self.batches_a_window * self._batches.budget

    def tokenize(self, texts: Sequence[str]) -> dict[str, Encoding]:
        """Return the tokens of whole texts, with the special tokens around each.

        Raises:
            InputError: the tokenizer cannot be run on one of them.
        """
        distinct = list(dict.fromkeys(texts))
        # Its file may be anything: with some it fails on some texts only.
        try:
            with without_panics(self._tokenizer_file):
                encoded = self._tokenizer.encode_batch(distinct)
        except Exception as error:
            if type(error) is not Exception:  # tokenizers raises nothing narrower
                raise
            raise broken_tokenizer(self._tokenizer_file, error) from None
        return dict(zip(distinct, encoded, strict=True))

    def content_limits(self, input: ModelInput) -> Limits:
        """Return how many tokens, special ones apart, the texts of an input may have."""
        each = self.text_limit - self._n_specials
        return Limits(each, each * len(input.texts()))

    def count(self, encoding: Encoding) -> int:
        """Return the number of tokens of a text, special ones apart."""
        return len(encoding) - self._n_specials

    def content_tokens(self, encoding: Encoding) -> list[tuple[int, int]]:
        """Return the character range of each token, special ones apart."""
        return [
            span
            for span, special in zip(encoding.offsets, encoding.special_tokens_mask, strict=True)
            if not special
        ]

    def embeddings(self, texts: Iterable[str]) -> dict[str, Floats]:
        """Return the embeddings that are at hand of these texts."""
        return {text: self._embeddings[text] for text in texts if text in self._embeddings}

    def add_embeddings(self, embeddings: Mapping[str, Floats]) -> None:
        """Take embeddings that were computed before."""
        self._embeddings.update(embeddings)

    def keep_embeddings(self, texts: Container[str]) -> None:
        """Forget the embeddings of all texts but these."""
        for text in [text for text in self._embeddings if text not in texts]:
            del self._embeddings[text]

    def _embed_missing(
        self,
        inputs: Sequence[ModelInput],
        encodings: Mapping[str, Encoding],
        embed: Callable[[list[list[int]]], Iterable[Floats]],
        progress: Callable[[float], None],
    ) -> None:
        """Embed what is not at hand of the texts of inputs, every distinct text once.

        Args:
            inputs: whose texts are embedded.
            encodings: their tokens.
            embed: returns the embeddings of a batch of sequences of token ids.
            progress: called with the share of the work that is done.
        """
        texts = [
            text
            for text in dict.fromkeys(text for input in inputs for text in input.texts())
            if text not in self._embeddings
        ]
        ids = [self._cut(encodings[text].ids) for text in texts]

        def work(batch: list[int]) -> None:
            found = embed([ids[i] for i in batch])
            for i, embedding in zip(batch, found, strict=True):
                self._embeddings[texts[i]] = embedding

        self._batches.run([len(sequence) for sequence in ids], work, progress)

    def _cut(self, ids: list[int]) -> list[int]:
        """Return the tokens of a text cut to the limit, its last special token kept."""
        return ids if len(ids) <= self.text_limit else [*ids[: self.text_limit - 1], ids[-1]]
