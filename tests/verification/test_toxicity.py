import pytest

from .cases import fails


@pytest.mark.parametrize(
    "text",
    ["bullshit", "What bullsh1t is this", "an asshole", "A55hole", "you wanker", "shiiit",
     "son of a bitch", "bollocks"],
)  # fmt: skip
def test_toxic(text: str) -> None:
    assert fails("toxic", answer=text)
    assert fails("toxic", question=f"Which {text} of a painter made Guernica?")


@pytest.mark.parametrize(
    "text",
    [
        "breast cancer",
        "semen analysis",
        "the penis",
        "Scunthorpe",
        "Dick Cheney",
        "Hitchcock",
        "assassination",
        "Essex",
        "Fukushima",
        "a foreign key FK",
        "ABO blood group",
        "great tit",
        "African wild ass",
        "Negro League",
        "rapeseed oil",
        "flame retardant",
        "skin prick test",
        "Uranus",
        "Turdus merula",
        "William the Bastard",
        "Moby-Dick",
        "shiitake",
    ],
)
def test_not_toxic(text: str) -> None:
    assert not fails("toxic", question=f"Who first described {text} in print?")
