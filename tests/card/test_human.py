from __future__ import annotations

from typing import Any

from tests.card.manifests import bare, whole
from webscale_rl_dagster.card.page import page
from webscale_rl_dagster.card.text import body
from webscale_rl_dagster.lineage.agreement import Opinion, agreement


def opinion(number: int, verdict: str, people: int, unanimous: bool, accepted: bool) -> Opinion:
    return Opinion(str(number), verdict, people, unanimous, accepted)


SAID = [
    *(opinion(number, "good", 1, True, True) for number in range(3)),
    opinion(3, "bad", 2, True, True),
    opinion(4, "contested", 2, False, True),
    *(opinion(number, "bad", 1, True, False) for number in range(5, 9)),
    opinion(9, "good", 3, False, False),
]


def manifest(*, here: int = 5) -> dict[str, Any]:
    human = {"release": agreement(SAID[:here]).as_json(), "all": agreement(SAID).as_json()}
    return bare() | {"pairs": 1200, "measures": {"human": human}}


def test_what_people_said_is_told_with_its_uncertainty() -> None:
    text = body(manifest(), [])
    assert (
        "People marked 5 of the 1,200 pairs in here: 3 good, 1 bad, 1 contested, which is as many "
        "for as against." in text
    )
    assert "they marked 10." in text
    for row in (
        "| pairs in here that people call good | 3 | 4 | 75.0% | 30.1% to 95.4% |",
        "| candidates on which people and the pipeline agree | 7 | 9 | 77.8% | 45.3% to 93.7% |",
        "| accepted candidates that people call good | 3 | 4 | 75.0% | 30.1% to 95.4% |",
        "| rejected candidates that people call good | 1 | 5 | 20.0% | 3.6% to 62.4% |",
        "| candidates read by several people who all agree | 1 | 3 | 33.3% | 6.1% to 79.2% |",
    ):
        assert row in text
    assert "| good, of 4 that people read |" in text
    assert "People read 5 of 1,200 pairs; 1 that they call bad are in here." in text
    assert "Nobody" not in text


def test_the_page_says_the_same() -> None:
    shown = page(manifest(), [], {})
    for said in ("Read by people", "30.1% to 95.4%", "good, of 4 that people read"):
        assert said in shown


def test_marks_on_other_pairs_do_not_make_these_read() -> None:
    text = body(manifest(here=0), [])
    assert "People marked 0 of the 1,200 pairs" in text
    assert "| pairs in here that people call good | 0 | 0 | – | – |" in text
    assert "Nobody read the pairs" in text
    assert "that people read |" not in text


def test_without_marks_nothing_is_claimed() -> None:
    unread = whole()
    unread["measures"]["human"] = None
    for one in (bare(), whole(), unread):
        text = body(one, [])
        assert "Read by people" not in text
        assert "Nobody read the pairs" in text
