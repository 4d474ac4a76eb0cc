from __future__ import annotations

import re

import pytest

from tests.card.manifests import ADDRESSES, HOSTILE, bare, pair, points, whole
from webscale_rl_dagster.card.markdown import code, plain, table
from webscale_rl_dagster.card.plots import plots
from webscale_rl_dagster.card.text import body
from webscale_rl_dagster.card.values import decimal, shown, web_address

UNESCAPED = re.compile(r"(?<!\\)(?:\\\\)*([`*\[\]<>!|$@&]|(?<![^\W_])_|_(?![^\W_]))")


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.*)$", text, re.MULTILINE)


def line(text: str, start: str) -> str:
    return next(one for one in text.splitlines() if one.startswith(start))


def test_a_bare_manifest_has_the_sections_that_it_has_facts_for() -> None:
    text = body(bare(), [])
    assert headings(text) == [
        "Webscale-RL v1", "How it was made", "Splits", "Loading", "What is in it",
        "Sources and licences", "Known limits", "Tracing a pair",
    ]  # fmt: skip
    assert "cleaned against: no benchmark" in text
    assert "| train | 2 | 3 |" in text
    assert "None" not in text


def test_a_whole_manifest_has_them_all() -> None:
    text = body(whole(), [pair()])
    assert set(headings(text)) >= {"Pass rates", "Diversity", "Cost", "Random pairs", "Changes"}
    assert "| candidate_qa | 8 | 5 | 2 | 1 |" in text
    assert "| candidate_qa | no_answer_span | 2 |" in text
    assert "| answer_empty | 5 | 1 |" in text
    assert "| without it | 3 | 25.0% |" in text
    assert "there are at least 2 of them" in text
    assert "4 pairs from 3 documents" in text
    assert line(text, "| vendi score").endswith("| 3.25 |")
    assert line(text, "| distinct 3-grams").endswith("| – |")
    assert "| removed: contaminated | 1 |" in text


def test_cost_is_that_of_all_calls_by_released_pairs() -> None:
    text = body(whole(), [])
    assert "| all | 6 | 4,000 | 1,000 | 400 | 0.02 |" in text
    assert "| per released pair | 1.5 | 1,000 | 250 | 100 | 0.005 |" in text
    unpriced = whole()
    unpriced["usage"]["checked_qa"]["dollars"] = 0.0
    text = body(unpriced, [])
    assert "| all | 6 | 4,000 | 1,000 | 400 |" in text
    assert "No model has a price" in text


def test_every_picture_is_one_that_is_drawn() -> None:
    for manifest in (bare(), whole()):
        linked = re.findall(r"!\[[^\]]*\]\(plots/(\w+)\.png\)", body(manifest, []))
        assert sorted(linked) == sorted(plots(manifest, points("Math", "Coding")))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"profiles": {"paper": 4}}, "4 pairs were accepted under the profile `paper`"),
        ({"models": {"checker": {"unstated": 4}, "generator": {}}}, "4 pairs name no checker"),
        ({}, "m wrote pairs and checked pairs"),
        ({}, "cleaned against no benchmark: do not evaluate"),
        ({}, "All pairs were written with one prompt, generate.1"),
        ({}, "All questions are of one style, cloze"),
        ({}, r"The licence of 1 pairs \(25.0%\) is unstated"),
    ],
)
def test_limits_are_those_of_the_manifest(change: dict[str, object], said: str) -> None:
    assert said in body(bare() | change, []).replace("(25.0%)", r"\(25.0%\)")


def test_limits_that_a_release_has_not_are_not_claimed() -> None:
    limits = body(whole(), []).split("## Known limits")[1]
    assert "do not evaluate" not in limits
    assert "never answered" not in limits
    assert "1,200 benchmark items" in limits
    assert "English only" in limits
    unprobed = whole()
    unprobed["measures"]["pass_rates"]["open_book"]["measured"] = 1
    assert "1 of 4 pairs were never answered" in body(unprobed, [])


def test_a_pair_is_shown_with_its_source() -> None:
    text = body(bare(), [pair()])
    assert "**1. Question:** What is the capital of Peru?\n" in text
    assert "- **Answer:** Lima\n" in text
    assert "[Peru](https://a.example/wiki/Peru_%28land%29?a=b&amp;c), CC-BY-4.0\n" in text
    assert "- **Id:** `sample.0.1`\n" in text


def test_nothing_in_a_pair_is_markdown() -> None:
    hostile = pair(**dict.fromkeys(("question", "answer", "persona", "title", "licence"), HOSTILE))
    text = body(whole(HOSTILE), [hostile | {"qa_id": "a`b<i>"}])
    assert "pwned" not in " ".join(headings(text))
    assert headings(text) == headings(body(whole(), [pair()]))
    for said in re.findall(
        r"^(?:\*\*1\. Question:\*\*|- \*\*(?:Answer|Kind|Id):\*\*) (.*)$", text, re.M
    ):
        assert not UNESCAPED.search(said), said
    assert not re.search("[\x1b\u202e\u2066\U000e0041]", text)
    assert not re.search(r"https?://evil|www\.evil", text)
    for row in re.findall(r"^\|.*$", text, re.M):
        assert not re.search(r"(?<!\\)<", row)


@pytest.mark.parametrize("url", [*ADDRESSES, None, "", "https://a.example/" + "x" * 3000])
def test_an_address_that_may_mislead_is_no_link(url: str | None) -> None:
    assert web_address(url) is None
    text = body(bare(), [pair(url=url, title=None)])
    assert "](" not in text.split("## Random pairs")[1].split("## Known limits")[0]


def test_an_address_cannot_end_its_link() -> None:
    address = web_address('https://a.example/x)](b"<c>`|*d')
    assert address == "https://a.example/x%29%5D%28b%22%3Cc%3E%60%7C%2Ad"
    assert web_address("https://a.example/Güell?q=1#f") == "https://a.example/G%C3%BCell?q=1#f"
    assert web_address("HTTP://A.example:8080/%20") == "HTTP://A.example:8080/%20"


def test_long_texts_are_cut() -> None:
    text = body(
        bare(), [pair(question="word " * 20_000, answer="x" * 100_000, title="t" * 100_000)]
    )
    assert len(text) < 10_000
    assert shown("a\tb\n\nc") == "a b c"
    assert shown("x" * 500, 10) == "xxxxxxxxxx…"


def test_cells_stay_cells() -> None:
    assert table(("a", "b"), [("1|2", "x\ny")], numbers=1) == (
        "| a | b |\n| --- | ---: |\n| 1\\|2 | x y |"
    )
    assert plain("snake_case s3://a/b.jsonl") == "snake_case s3://a/b.jsonl"
    assert plain("____ _a_ http://b www.c") == r"\_\_\_\_ \_a\_ http\://b www\.c"
    assert code("a`b") == r"a\`b"


@pytest.mark.parametrize(
    ("number", "said"),
    [(None, "–"), (0, "0"), (0.000227, "0.000227"), (2.891, "2.89"), (1864.4, "1,864")],
)
def test_numbers_are_short(number: float | None, said: str) -> None:
    assert decimal(number) == said
