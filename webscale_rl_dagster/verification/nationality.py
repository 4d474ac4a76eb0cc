"""Countries and the adjectives of their people, by which `French` and `France` are one clue."""

from functools import cache

from webscale_rl_dagster.rewards.normalise import normalise

_OTHERS = {
    "england": ("english",),
    "europe": ("european",),
    "africa": ("african",),
    "asia": ("asian",),
    "argentina": ("argentine",),
    "iceland": ("icelandic",),
    "ireland": ("gaelic",),
    "spain": ("spaniard",),
    "france": ("frenchman", "frenchwoman"),
    "denmark": ("dane",),
    "sweden": ("swede",),
    "finland": ("finn",),
    "poland": ("pole",),
    "turkey": ("turk",),
    "scotland": ("scot", "scots"),
    "soviet union": ("soviet",),
    "united states": ("usa", "us"),
    "united kingdom": ("uk", "briton"),
}
"""What the list of states lacks: parts of them, continents, second words."""


@cache
def _adjectives() -> dict[str, frozenset[str]]:
    from countryinfo import all_countries  # reads 250 files

    names: dict[str, set[str]] = {name: set(words) for name, words in _OTHERS.items()}
    for state in all_countries():
        words = (normalise(word) for word in (state.demonym() or "").split(","))
        names.setdefault(normalise(state.name()), set()).update(filter(None, words))
    return {name: frozenset(words - {name}) for name, words in names.items()}


@cache
def _countries() -> dict[str, frozenset[str]]:
    """By adjective."""
    found: dict[str, set[str]] = {}
    for country, adjectives in _adjectives().items():
        for adjective in adjectives:
            found.setdefault(adjective, set()).add(country)
    return {adjective: frozenset(countries) for adjective, countries in found.items()}


def is_nationality(name: str) -> bool:
    """French, but not France."""
    return name in _countries()


def kin(name: str) -> frozenset[str]:
    """A country's adjectives and an adjective's countries, in normal form; mostly none."""
    return _adjectives().get(name, frozenset()) | _countries().get(name, frozenset())
