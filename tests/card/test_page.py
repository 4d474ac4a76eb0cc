from __future__ import annotations

import base64
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.card.manifests import ADDRESSES, HOSTILE, bare, pair, points, whole
from webscale_rl_dagster.card.page import page
from webscale_rl_dagster.card.plots import plots

VOID = {"meta", "img"}
TAGS = set(
    "html head meta title style body header h1 h2 p dl div dt dd nav ul ol li a main section "
    "figure figcaption img table thead tbody tr th td details summary pre code bdi footer".split()
)
FILES = {"RELEASE.json", "LICENSES.md", "dropped.parquet", "changes.parquet"}


class Page(HTMLParser):
    """What a browser would make of it: tags, attributes, words; every tag is closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def rendered(manifest: dict[str, Any], pairs: list[dict[str, Any]]) -> Page:
    return Page(page(manifest, pairs, plots(manifest, points("Math", "Coding"))))


def harmless(found: Page) -> None:
    """No script, no handler, nothing loaded, no link but to sections, files and the web."""
    sections = {attributes.get("id") for attributes in found.of("section")}
    for tag, attributes in found.tags:
        assert tag in TAGS
        assert not [name for name in attributes if name.startswith("on")]
        assert not {"style", "srcset", "action"} & attributes.keys()
    for attributes in found.of("img"):
        assert str(attributes["src"]).startswith("data:image/png;base64,")
    for attributes in found.of("a"):
        href = str(attributes["href"])
        if href.startswith("#"):
            assert href[1:] in sections
        elif href not in FILES:
            assert href.startswith(("http://", "https://"))
            assert attributes["rel"] == "noopener noreferrer"


def test_the_page_allows_itself_nothing_but_its_own_pictures() -> None:
    found = rendered(whole(), [pair()])
    metas = {
        one.get("http-equiv") or one.get("name"): one.get("content") for one in found.of("meta")
    }
    policy = str(metas["Content-Security-Policy"]).split("; ")
    assert policy[:3] == ["default-src 'none'", "img-src data:", "style-src 'unsafe-inline'"]
    assert "width=device-width" in str(metas["viewport"])
    harmless(found)


@pytest.mark.parametrize("manifest", [bare(), whole()])
def test_it_holds_every_picture_and_says_what_it_shows(manifest: dict[str, Any]) -> None:
    drawn = plots(manifest, points("Math", "Coding"))
    found = Page(page(manifest, [], drawn))
    harmless(found)
    shown = [str(one["src"]).split(",")[1] for one in found.of("img")]
    assert sorted(map(base64.b64decode, shown)) == sorted(drawn.values())
    assert all(len(str(one["alt"])) > 10 for one in found.of("img"))


def test_a_picture_that_was_not_drawn_is_left_out() -> None:
    assert not Page(page(whole(), [pair()], {})).of("img")


def test_a_bare_manifest_makes_a_page_without_empty_sections() -> None:
    found = rendered(bare(), [])
    titles = {attributes["id"] for attributes in found.of("section")}
    assert not titles & {"diversity", "cost", "pass-rates", "random-pairs", "changes"}
    assert len(found.of("nav")) == 1
    assert "None" not in found.text


def test_it_says_the_headline_figures_and_the_facts() -> None:
    text = rendered(whole(), [pair()]).text
    for said in ("pairs 4", "documents 3", "personas ≥ 2", "of the candidates released 80.0%",
                 "tokens a pair 1,100", "dollars for 1,000 pairs 5"):  # fmt: skip
        assert said in text
    assert "What is the capital of Peru? Lima Travel & Lifestyle, entity, for: travel agent" in text
    assert "vendi score" in text
    assert "English only" in text


def test_nothing_in_a_pair_is_html() -> None:
    columns = (
        "question",
        "answer",
        "domain",
        "persona",
        "answer_type",
        "title",
        "licence",
        "qa_id",
    )
    hostile = pair(**dict.fromkeys(columns, HOSTILE), url=HOSTILE)
    breaking = pair(question='"></bdi></p></li></ol><script>x</script>', title="' onclick='x")
    found = rendered(whole(HOSTILE), [hostile, breaking])
    harmless(found)
    assert "<script>alert(1)</script>" in found.text
    assert not set("\x1b\u202e\u2066\U000e0041") & set(found.text)
    assert [tag for tag, _ in found.tags].count("li") == [
        tag for tag, _ in rendered(whole(), [pair(), pair()]).tags
    ].count("li")


def test_links_lead_to_the_web_alone() -> None:
    found = rendered(bare(), [pair(), *(pair(url=url, title=None) for url in ADDRESSES)])
    harmless(found)
    outside = [str(one["href"]) for one in found.of("a") if "rel" in one]
    assert outside == ["https://a.example/wiki/Peru_%28land%29?a=b&c"]
    assert "javascript:alert(1) , CC-BY-4.0" in found.text


def test_long_texts_are_cut() -> None:
    long = pair(question="q" * 100_000, answer="a " * 100_000, persona="p" * 100_000)
    assert len(page(bare(), [long] * 20, {})) < 150_000
