import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webscale_rl_dagster.verification.answer_types import aliases, answer_type
from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.rules import RULES, Findings, judge

from .cases import SOUND

ANY_TEXT = st.text(st.characters(codec=None), max_size=80)
TRICKY = st.text(st.sampled_from("aA1²½.,-–$\\{}_ \n'`?/^()%@+x日\ud800\ufffd\u0301"), max_size=60)
WORDS = st.lists(
    st.sampled_from(
        "the it who million hundred and 1,000 3/0 10 ^ times half third $ % km ? or , that".split()
    ),
    max_size=25,
).map(" ".join)
TEXT = ANY_TEXT | TRICKY | WORDS


def test_a_sound_pair_passes_with_its_evidence() -> None:
    start = SOUND.document.index("mitochondria")
    assert judge(SOUND) == Findings((), (start, start + len("mitochondria")), "exact")


def test_every_defect_is_reported_in_the_order_of_the_rules() -> None:
    failed = judge(replace(SOUND, question="Is it the latest?", answer="yes")).failed
    assert failed == tuple(token for token in RULES if token in failed)
    assert {"not_a_question", "yes_no", "time_sensitive", "not_grounded"} <= set(failed)


@settings(max_examples=150, deadline=None)
@given(TEXT, TEXT, TEXT, TEXT, st.sampled_from(["open", "cloze"]))
def test_no_text_raises(question: str, answer: str, document: str, title: str, style: str) -> None:
    candidate = Candidate(question, answer, document + answer, title, (title,), style)
    verdicts = judge(candidate)
    assert set(verdicts.failed) <= set(RULES)
    if verdicts.evidence:
        start, end = verdicts.evidence
        assert 0 <= start < end <= len(candidate.document)
    assert answer_type(answer, question)
    assert isinstance(aliases(answer), tuple)


HOSTILE = ["a", " ", "1", "1,", "1.", "a.", "(", "$", "{", "\\left", "?", " or ", ", ", "_", "@a.",
           "+1 ", "1 ", "4111 ", "AB12", "million ", "one hundred and ", "this ", "the author ",
           "Aa ", "\n", "a(", "<", "`", "“", "and what ", "it is ", "A ", "'", "\u0301", "x^", "=",
           "a_", "--", ". A", "日", "/", "a/", "how can i ", "ignore ", "which of a, ",
           "make a ", "my ", "it ", "the company ", "$25 ", "fu", "der ", "50% "]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    text = unit * (40_000 // len(unit))
    began = time.thread_time()
    judge(Candidate(f"In dogs, what {text}?", text, text, text))
    judge(Candidate(text, unit, text, style="cloze"))
    assert time.thread_time() - began < 5
