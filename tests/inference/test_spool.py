"""The spool: what the journal knows, on disk rather than in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from webscale_rl_dagster.identity import sha256_text
from webscale_rl_dagster.inference.protocol import Completion
from webscale_rl_dagster.inference.spool import Spool


@pytest.fixture
def spool() -> Iterator[Spool]:
    with closing(Spool()) as found:
        yield found


def test_a_completion_comes_back_as_it_went_in(spool: Spool) -> None:
    said = Completion("é \u0000 ∃\n", "length", 12, 3)
    assert spool.add(sha256_text("a"), said)
    assert spool.get(sha256_text("a")) == said
    assert spool.get(sha256_text("b")) is None


def test_the_first_completion_of_a_key_stays(spool: Spool) -> None:
    first, second = Completion("1", "stop", 1, 1), Completion("2", "stop", 1, 1)
    assert spool.add(sha256_text("a"), first)
    assert not spool.add(sha256_text("a"), second)
    spool.add_rows([(sha256_text("a"), "3", "stop", 1, 1), (sha256_text("b"), "4", "stop", 1, 1)])
    assert spool.get(sha256_text("a")) == first
    assert spool.get(sha256_text("b")) == Completion("4", "stop", 1, 1)
