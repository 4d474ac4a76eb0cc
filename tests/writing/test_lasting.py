"""Which figures are facts that last."""

import pytest

from webscale_rl_dagster.writing.found import SpanKind
from webscale_rl_dagster.writing.lasting import lasts


def fair(sentence: str, kind: SpanKind) -> bool:
    """`sentence` with its figure in brackets."""
    before, _, rest = sentence.partition("[")
    answer, _, after = rest.partition("]")
    return lasts(before, answer, after, kind)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("The storm destroyed [75] houses of the town.", "number"),
        ("The coast of the country is [4,970 km] long.", "unit"),
        ("The lake covers [29%] of the area of the province.", "unit"),
        ("In 1998 the town had [4,210] inhabitants.", "number"),
        ("The bridge cost [£670,000] when it was rebuilt.", "unit"),
        ("Education took [4.4%] of the budget in 2011.", "unit"),
        ("The text is written in [four] columns.", "term"),
    ],
)
def test_a_fact_lasts(sentence: str, kind: SpanKind) -> None:
    assert fair(sentence, kind)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("The continent has [20] airports.", "number"),
        ("About half lives in towns, [60%] of them on the coast.", "unit"),
        ("The life expectancy was [77 years].", "unit"),
        ("The order book stood at [61] dollars.", "number"),
        ("For example, a saver who pays [110] euros is ahead.", "number"),
        ("A yearly plan may include [12] monthly periods.", "number"),
        ("Take [500 g] of flour and knead it.", "unit"),
        ("The income was estimated at [$82,800] in 2014.", "unit"),
        ("The economy shrank by [0.6%] in 2009.", "unit"),
        ("It earned [$16,600] per capita in 2014.", "unit"),
        ("World production in 2004 was about [180 million tonnes].", "unit"),
        ("Schooling was [16 years] in 2010: 14 years for men and 17 for women.", "unit"),
        ("The firm cut [85] jobs in May.", "number"),
        ("The two lines are thought to have split [87 million years ago].", "unit"),
    ],
)
def test_a_figure_of_its_day_or_its_authors_choice_does_not(sentence: str, kind: SpanKind) -> None:
    assert not fair(sentence, kind)
