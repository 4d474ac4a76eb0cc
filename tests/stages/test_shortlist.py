"""The lexicon's shortlist of domains."""

from __future__ import annotations

import pytest

from webscale_rl_dagster.prompts.schemas import DOMAINS
from webscale_rl_dagster.stages.shortlist import likely_domains


@pytest.mark.parametrize(
    ("title", "text", "domain"),
    [
        ("Loans", "A bank lends money at interest; the loan is repaid from income.", DOMAINS[6]),
        ("Hash table", "A hash table is a data structure; code looks a string up.", DOMAINS[2]),
        ("Measles", "The patient has symptoms of an infection; treatment is rest.", DOMAINS[7]),
        ("Prime", "A theorem on prime numbers and its proof by algebra.", DOMAINS[0]),
        ("Basalt", "Basalt is a rock that forms when lava of a volcano cools.", DOMAINS[4]),
    ],
)
def test_the_likeliest_domain_comes_first(title: str, text: str, domain: str) -> None:
    assert likely_domains(text, title=title, limit=1) == [domain]


def test_the_shortlist_is_as_long_as_asked_and_has_no_repeats() -> None:
    assert sorted(likely_domains("", title="", limit=10)) == sorted(DOMAINS)
    assert len(likely_domains("nothing known", title="", limit=3)) == 3
