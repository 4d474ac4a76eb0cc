"""What a browser would make of a page, as far as it can do harm or be lost in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})
_APART = frozenset({"p", "dt", "dd", "th", "td", "li", "h1", "h2", "h3", "pre", "summary"})
"""What follows them is not the same word."""


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    text: str = ""
    """Of the element and of all within it."""


@dataclass
class Page(HTMLParser):
    """Every element of a page in order."""

    html: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag == "br":
            self.handle_data(" ")
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass
        if tag in _APART:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def within(self, name: str) -> str:
        """The text of the element with this id."""
        [found] = [one for one in self.elements if one.attributes.get("id") == name]
        return " ".join(found.text.split())

    @property
    def text(self) -> str:
        [body] = self.all("body")
        return " ".join(body.text.split())

    @property
    def links(self) -> list[str]:
        return [element.attributes.get("href") or "" for element in self.all("a")]


def assert_harmless(html: str) -> None:
    """Nothing in it runs, loads, leads to a script, or turns the direction of text."""
    page = Page(html)
    assert not page.all("script", "iframe", "object", "embed", "img", "style", "base")
    for element in page.elements:
        assert not [name for name in element.attributes if name.startswith("on")]
        assert not {"style", "srcdoc", "autofocus"} & set(element.attributes)
    assert all(link.startswith(("/", "#", "?", "http://", "https://")) for link in page.links)
    assert not set("\x1b\x07\u202e\u2066\u200f") & set(html)


def assert_readable(html: str) -> None:
    """Headings are in order, what must be unique is, and every field has a name."""
    page = Page(html)
    levels = [int(element.tag[1]) for element in page.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    ids = [str(one.attributes["id"]) for one in page.elements if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    anchors = [link[1:] for link in page.links if link.startswith("#")]
    assert set(anchors) <= set(ids)
    named = {element.attributes.get("for") for element in page.all("label")}
    for element in page.all("input", "textarea"):
        if element.attributes.get("type") not in ("hidden", "radio"):
            assert element.attributes.get("id") in named
