"""What a notice can hold, and what a digest says of many."""

from __future__ import annotations

import orjson
import pytest

from tests.notices.examples import HOSTILE, hostile, notice
from webscale_rl_dagster.notices.message import digest
from webscale_rl_dagster.notices.plain import inert, one_line


def test_whatever_it_is_made_of_each_text_is_one_bounded_printable_line() -> None:
    made = hostile()
    texts = [made.title, *made.lines, *made.failed, str(made.corpus), str(made.shard)]
    assert all(text.isprintable() for text in texts)
    assert max(map(len, texts)) <= 600
    assert len(made.title) <= 160
    assert len(made.lines) == 41
    assert made.lines[-1] == "and 20 more"
    assert made.title.startswith("x Bcc: thief@example.org")
    assert "\\u202e" in made.lines[0]
    assert orjson.loads(orjson.dumps(made.as_json()))["title"] == made.title


@pytest.mark.parametrize("length", [10, 11, 40, 41, 1_000_000])
def test_cut_ends_show(length: int) -> None:
    line = one_line("x" * length, 10)
    assert line == ("x" * 10 if length == 10 else "x" * 9 + "…")


def test_no_chat_finds_markup_in_it() -> None:
    said = inert(one_line(HOSTILE, 600))
    assert not set("<>@*`~[]|#") & set(said)
    assert " _i_ " not in said
    assert inert("classified_documents: 0.5 of 6 & more") == (
        "classified_documents: 0.5 of 6 ＆ more"
    )


def test_addresses_stay_as_they_are() -> None:
    assert notice().as_text(inert).splitlines()[-1] == (
        "run: http://127.0.0.1:3000/runs/r1?a=b&c=d_e"
    )


def test_fields_that_say_nothing_are_left_out() -> None:
    said = notice(corpus=None, failed=()).as_json()
    assert said.keys() == {"kind", "id", "title", "lines", "links", "asset", "shard", "run_id"}


def test_a_digest_names_the_first_and_holds_all() -> None:
    many = [notice(number) for number in range(50)] + [notice(50, kind="failed_run", title="R")]
    made = digest(many, links={"runs": "http://127.0.0.1:3000/runs"})
    assert made.title == "51 notices: 50 gate shut, 1 failed run"
    assert made.lines[0] == many[0].title
    assert made.lines[-1] == "and 11 more"
    said = made.as_json()["of"]
    assert [one["id"] for one in said] == [one.id for one in many]
    assert said[0].keys() == {"id", "kind", "title", "asset", "shard", "run_id"}
    assert made.id == digest(many, links={}).id != digest(many[1:], links={}).id
