"""What a search's address asks, and the addresses that lead on from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.exceptions import HTTPException

from webscale_rl_dagster.schemas import STAGES

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

ROWS = 50
"""On a page."""
MOST_PAGES = 200
"""What lies beyond is found by narrowing the search, as the index must rank all rows before it."""
_MOST_TEXT = 500
_MOST_VALUES = 20
"""Of all facets together."""


@dataclass(frozen=True, slots=True)
class Question:
    """The text, the facets' values and the page that an address asks for."""

    path: str
    text: str
    facets: Mapping[str, tuple[str, ...]]
    page: int

    @property
    def offset(self) -> int:
        return (self.page - 1) * ROWS

    @property
    def address(self) -> str:
        pairs = [(name, value) for name, values in self.facets.items() for value in values]
        fields = [("q", self.text)] if self.text else []
        fields += pairs
        if self.page > 1:
            fields.append(("page", str(self.page)))
        query = urlencode(fields, errors="replace")
        return f"{self.path}?{query}" if query else self.path

    def at_page(self, page: int) -> Question:
        return replace(self, page=page)

    def without_text(self) -> Question:
        return replace(self, text="", page=1)

    def toggled(self, name: str, value: str) -> Question:
        """With that value of the facet if it was not asked for, else without."""
        now = self.facets.get(name, ())
        then = tuple(one for one in now if one != value) if value in now else (*now, value)
        facets = {facet: values for facet, values in self.facets.items() if facet != name}
        return replace(self, facets=facets | ({name: then} if then else {}), page=1)


def read(path: str, query: QueryParams, facets: Sequence[str]) -> Question:
    """The question of an address.

    Raises:
        HTTPException: 400, it names what is no facet, or asks for too much.
    """
    asked: dict[str, tuple[str, ...]] = {}
    for name, value in query.multi_items():
        if name in facets and value:
            asked[name] = tuple(dict.fromkeys((*asked.get(name, ()), value)))
        elif name not in (*facets, "q", "page"):
            raise HTTPException(400, f"There is no facet {name!r}; there are: {', '.join(facets)}.")
    texts = [query.get("q", ""), *(value for values in asked.values() for value in values)]
    if any(len(text) > _MOST_TEXT for text in texts) or len(texts) > _MOST_VALUES + 1:
        raise HTTPException(
            400, f"A search may have {_MOST_VALUES} values of {_MOST_TEXT} characters each."
        )
    return Question(path, texts[0].strip(), asked, page_number(query, MOST_PAGES))


def search_of(stage: str) -> str:
    """The path of the search that finds what a stage dropped: the first three drop documents."""
    return "/documents" if stage in STAGES[:3] else "/pairs"


def page_number(query: QueryParams, most: int) -> int:
    """From 1 on.

    Raises:
        HTTPException: 400, that is no page.
    """
    given = query.get("page", "1")
    if not (given.isascii() and given.isdigit() and len(given) < 9 and 1 <= int(given) <= most):
        raise HTTPException(400, f"Pages are numbered from 1 to {most:,}; narrow the search.")
    return int(given)
