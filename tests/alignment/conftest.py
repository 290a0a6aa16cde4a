from __future__ import annotations

import pytest

from mteval.languages.encoder import Embed, remembering, sentence_encoder


@pytest.fixture(scope="session")
def embed() -> Embed:
    """Encode each sentence once for all tests of the aligner."""
    return remembering(sentence_encoder())
