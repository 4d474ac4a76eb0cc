"""Spans are marked where they are, whatever they are, and no character goes missing unsaid."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from webscale_rl_dagster.web.highlight import AROUND, OPEN, Passage, clipped, passages

edge = st.integers(-20, 12_000)
span = st.none() | st.tuples(edge, edge)
spans = st.fixed_dictionaries({"answer": span, "evidence": span, "window": span})


def text_of(size: int) -> str:
    return "".join(chr(0x4E00 + number % 20_000) for number in range(size))


def marked(found: list[Passage], kind: str) -> str:
    pieces = (piece for passage in found for piece in passage.pieces)
    return "".join(piece.text for piece in pieces if kind in piece.kinds)


@given(size=st.integers(0, 12_000), spans=spans)
def test_a_span_is_marked_exactly(size: int, spans: dict[str, tuple[int, int] | None]) -> None:
    text = text_of(size)
    found = passages(text, spans)
    assert "".join(piece.text for passage in found for piece in passage.pieces) == text
    for kind, edges in spans.items():
        start, end = (max(0, edge) for edge in edges) if edges else (0, 0)
        assert marked(found, kind) == text[start:end]
        opened = [passage for passage in found if not passage.folded]
        assert marked(opened, kind) == text[start:end]


@given(size=st.integers(0, 12_000), spans=spans, limit=st.integers(2, 3_000))
def test_what_is_left_out_is_counted(
    size: int, spans: dict[str, tuple[int, int] | None], limit: int
) -> None:
    text = text_of(size)
    for passage in passages(text, spans, limit=limit):
        assert sum(len(piece.text) for piece in passage.pieces) <= limit
        place = passage.start
        for piece in passage.pieces:
            assert text.startswith(piece.text, place)
            place += len(piece.text) + piece.left_out
        assert place == passage.end


def test_the_surroundings_are_open_and_the_rest_is_folded() -> None:
    text = text_of(50_000)
    before, shown, after = passages(text, {"answer": [30_000, 30_010]})
    assert [before.folded, shown.folded, after.folded] == [True, False, True]
    assert (shown.start, shown.end) == (30_000 - AROUND, 30_010 + AROUND)


def test_spans_far_apart_are_shown_apart() -> None:
    found = passages(text_of(50_000), {"answer": (100, 110), "evidence": (40_000, 40_100)})
    assert [passage.folded for passage in found] == [False, True, False, True]
    assert sum(passage.characters for passage in found) == 50_000


def test_a_long_text_without_spans_shows_its_beginning() -> None:
    shown, folded = passages(text_of(OPEN + 1), {"answer": None})
    assert (shown.start, shown.folded, shown.end) == (0, False, OPEN)
    assert folded.folded
    assert passages("", {}) == []


def test_a_clipped_text_says_how_much_of_its_middle_is_missing() -> None:
    head, gap, tail = clipped("a" * 10 + "b" * 1_000_000 + "c" * 10, 20)
    assert (head.text, gap.left_out, tail.text) == ("a" * 10, 1_000_000, "c" * 10)
    assert [piece.text for piece in clipped("short", 20)] == ["short"]
    assert clipped("") == []
