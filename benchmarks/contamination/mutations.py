"""How a benchmark question turns up in training data: as it is, wrapped, cut, or changed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from webscale_rl_dagster.decontamination.items import Item

LONG, SHORT = range(25, 1000), range(6, 13)
"""Words, between spaces, of the questions that the forms are made of."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way, the questions it is made of, and the recall it must reach; None: only reported."""

    name: str
    words: range
    least: float | None
    make: Callable[[Item, random.Random], str]
    with_options: bool = False


_FILLER = (
    "The committee met again in the spring, and little of what had been promised was done.",
    "Some of the older residents still remember how the harbour looked before the wall.",
    "He put the letter back into the drawer and went out to see about the horses.",
    "Measured against the year before, the yield was a little lower than expected.",
    "None of this is new, but it bears repeating for readers who joined us recently.",
    "A second copy was kept in the archive, where it lay untouched for decades.",
)
_WORDS = (
    "harbour lantern orchard velvet marble thicket copper meadow saddle ribbon cellar anchor "
    "barley candle drawer furrow gravel hammer island jacket kettle ladder mitten needle"
).split()


def verbatim(item: Item, chance: random.Random) -> str:
    answer = item.answer or chance.choice(_WORDS)
    return f"Question: {item.question}\nAnswer: {answer}"


def embedded(item: Item, chance: random.Random) -> str:
    before, middle, after = chance.sample(_FILLER, 3)
    return f"{before} {middle} {item.question} {after}"


def lines(item: Item, chance: random.Random) -> str:
    words = item.question.split()
    return "\n".join(" ".join(words[place : place + 8]) for place in range(0, len(words), 8))


def every(step: int) -> Callable[[Item, random.Random], str]:
    """Each step-th word replaced by another."""

    def changed(item: Item, chance: random.Random) -> str:
        words = item.question.split()
        for place in range(step - 1, len(words), step):
            words[place] = chance.choice([word for word in _WORDS if word != words[place]])
        return " ".join(words)

    return changed


def one_changed(item: Item, chance: random.Random) -> str:
    words = item.question.split()
    words[chance.randrange(len(words))] = chance.choice(_WORDS)
    return " ".join(words)


def first_half(item: Item, chance: random.Random) -> str:
    words = item.question.split()
    return " ".join(words[: len(words) // 2])


def reordered(item: Item, chance: random.Random) -> str:
    options = chance.sample(item.options, len(item.options))
    labelled = (f"{letter}. {text}" for letter, text in zip("ABCDEFGHIJ", options, strict=False))
    return "\n".join([item.question, *labelled])


FORMS = (
    Form("verbatim with answer", LONG, 0.98, verbatim),
    Form("embedded in prose", LONG, 0.98, embedded),
    Form("lines of eight words", LONG, 0.98, lines),
    Form("every 13th word changed", LONG, 0.98, every(13)),
    Form("every 9th word changed", LONG, 0.95, every(9)),
    Form("first half only", LONG, 0.9, first_half),
    Form("short, verbatim with answer", SHORT, 0.98, verbatim),
    Form("short, embedded in prose", SHORT, None, embedded),
    Form("short, one word changed", SHORT, None, one_changed),
    Form("of 13 to 24 words, one word changed", range(13, 25), None, one_changed),
    Form("options in another order", LONG, None, reordered, with_options=True),
    Form("short, options in another order", SHORT, None, reordered, with_options=True),
)


def draw(items: Sequence[Item], form: Form, number: int, seed: int = 0) -> list[tuple[Item, str]]:
    """Items of the form's length and what it makes of them; the same for the same seed."""
    chance = random.Random(f"{seed} {form.name}")
    fit = [
        item
        for item in items
        if len(item.question.split()) in form.words and (item.options or not form.with_options)
    ]
    chosen = chance.sample(fit, min(number, len(fit)))
    return [(item, form.make(item, chance)) for item in chosen]
