"""When a round trip has found the answer back."""

from __future__ import annotations

import pytest

from webscale_rl_dagster.writing.agreement import agrees


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ("1869", "1869"),
        ("193", "193 kilometres"),
        ("193 kilometres", "193"),
        ("The Suez Canal Company", "Suez Canal Company"),
        ("1,500 km", "1500 km"),
        ("Ferdinand de Lesseps", "ferdinand de lesseps."),
        ("by Ferdinand de Lesseps", "Ferdinand de Lesseps"),
    ],
)
def test_the_same_answer_agrees(found: str, wanted: str) -> None:
    assert agrees(found, wanted)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ("", "1869"),
        ("1869", ""),
        ("19", "193 kilometres"),
        ("1956", "1869"),
        ("the Red Sea", "the Mediterranean Sea"),
        ("Roman", "Romania"),
        (
            "A long answer that could hold any name, Ferdinand de Lesseps too",
            "Lesseps",
        ),
    ],
)
def test_another_answer_does_not(found: str, wanted: str) -> None:
    assert not agrees(found, wanted)
