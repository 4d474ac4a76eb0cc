"""Vectors of short texts by a model that comes inside a wheel.

Static vectors of tokens, averaged: they tell subjects and wordings apart and know no word order.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import distribution
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODEL = "wordllama l2_supercat 256"
DIMENSIONS = 256
LONGEST = 4000
"""Characters of a text that are read."""

_UNKNOWN = [0]
"""The token of a text that has none."""


def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """A row of length one for each text."""
    tokenizer, tokens = _model()
    vectors = np.empty((len(texts), DIMENSIONS), np.float32)
    for row, text in enumerate(texts):
        # One at a time: a batch would be padded to its longest text, and start threads.
        ids = tokenizer.encode(text[:LONGEST], add_special_tokens=False).ids or _UNKNOWN
        mean = tokens[ids].mean(axis=0, dtype=np.float64)
        vectors[row] = mean / np.linalg.norm(mean)
    return vectors


def _model() -> tuple[Tokenizer, npt.NDArray[np.float16]]:
    """The files of the wheel, without its code.

    To import wordllama 0.4 sets up the root logger, and its loader looks for the packaged
    tokenizer in a folder of another name, then downloads one.
    """
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    wheel = distribution("wordllama")
    weights = wheel.locate_file("wordllama/weights/l2_supercat_256.safetensors")
    words = wheel.locate_file("wordllama/tokenizers/l2_supercat_tokenizer_config.json")
    return Tokenizer.from_file(str(words)), load_file(str(weights))["embedding.weight"]
