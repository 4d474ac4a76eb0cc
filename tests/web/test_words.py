"""Every token that a table may hold is said in words."""

from __future__ import annotations

import pytest

from webscale_rl_dagster.schemas import VERDICTS
from webscale_rl_dagster.stages.heuristics import RULES
from webscale_rl_dagster.web.words import in_words


@pytest.mark.parametrize("token", [*VERDICTS, *RULES])
def test_each_verdict_and_rule_has_words(token: str) -> None:
    assert in_words(token) not in (token, token.replace("_", " "))


def test_a_reason_that_carries_another_is_told_by_that() -> None:
    assert in_words("rule_vague") == in_words("vague")
    assert in_words("malformed_truncated") == "the model's answer was cut off"
    assert in_words("over_share_domain") == "the release has its share of this domain"


def test_a_reason_of_a_later_version_is_its_own_words() -> None:
    assert in_words("not_yet_known") == "not yet known"
    assert in_words(None) == "no reason is recorded"
