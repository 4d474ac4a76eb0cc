"""The site of the newest validations: what is kept for it, that it is inert, how it is replaced."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from tests.browser.hostile import MARK, PAYLOADS
from webscale_rl_dagster.config import Config, GatesConfig
from webscale_rl_dagster.expectations.data_docs import INDEX, build_data_docs
from webscale_rl_dagster.expectations.kept import KeptValidation, keep_validation, kept_validations
from webscale_rl_dagster.expectations.links import audit_page, data_docs_page
from webscale_rl_dagster.expectations.report import headline
from webscale_rl_dagster.expectations.validation import Validation, validate
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

from .builders import SHARD, held, sound, with_rows

GATES = GatesConfig(min_rows_for_mix=1, max_domain_share=0.01)


def kept(
    validation: Validation, *, minute: int = 0, table: str = "raw_documents"
) -> KeptValidation:
    return KeptValidation(
        table,
        SHARD,
        passed=validation.passed,
        why=headline(validation),
        time=f"2026-01-01T10:{minute:02}:00+00:00",
        result=validation.result,
    )


@pytest.fixture
def validated(tables: Tables) -> Validation:
    frame, facts = sound("raw_documents", tables)
    return validate("raw_documents", held(frame), facts=facts, gates=GATES)


class Links(HTMLParser):
    """Where a page's links lead."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [value for name, value in attributes if name == "href" and value]


def test_the_list_leads_to_a_page_for_each_validation(
    objects: Objects, validated: Validation
) -> None:
    for minute in range(3):
        keep_validation(objects, kept(validated, minute=minute), most=50)
    built = build_data_docs(objects, most=50)
    assert (built.validations, built.shut, built.without_page) == (3, 0, 0)
    index, *pages = Links(objects.get(INDEX)).found
    assert len(set(pages)) == 3
    for page in pages:
        assert SHARD.replace("/", ".").encode() in objects.get(f"data_docs/{page}")
    assert b"raw_documents" in objects.get(f"data_docs/{index}")


def test_only_the_newest_are_kept_and_shown(objects: Objects, validated: Validation) -> None:
    for minute in range(7):
        keep_validation(objects, kept(validated, minute=minute), most=4)
    shown = kept_validations(objects, most=3)
    assert [one.time[14:16] for one in shown] == ["06", "05", "04"]
    assert len(list(objects.list("data_docs/validations"))) == 4


def test_a_new_site_takes_the_place_of_the_old_one_at_once(
    objects: Objects, validated: Validation
) -> None:
    keep_validation(objects, kept(validated), most=2)
    read, older = ("20200102T000000-0a0a0a0a", "20200101T000000-0b0b0b0b")
    for site in (read, older):
        objects.put(f"data_docs/sites/{site}/index.html", b"")
    objects.put(INDEX, f'<a href="sites/{read}/index.html">'.encode())
    build_data_docs(objects, most=2)
    new = Links(objects.get(INDEX)).found[0].split("/")[1]
    left = {key.split("/")[2] for key in objects.list("data_docs/sites")}
    assert left == {read, new}


def test_a_build_leaves_what_another_is_writing(
    objects: Objects, validated: Validation, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_validation(objects, kept(validated), most=2)
    put_file = objects.put_file
    begun: list[str] = []

    def beside_another(key: str, path: Path) -> None:
        put_file(key, path)
        begun.append(key)
        if len(begun) == 1:
            build_data_docs(objects, most=2)

    monkeypatch.setattr(objects, "put_file", beside_another)
    build_data_docs(objects, most=2)
    assert [key for key in begun if not objects.exists(key)] == []
    for page in Links(objects.get(INDEX)).found:
        assert objects.exists(f"data_docs/{page}")


def test_what_a_model_wrote_does_not_become_markup(objects: Objects, tables: Tables) -> None:
    frame, facts = sound("classified_documents", tables)
    texts = [PAYLOADS[number % len(PAYLOADS)] for number in range(frame.height)]
    spoilt = frame.with_columns(pl.Series("domain", texts), kept=pl.lit(value=True))
    validation = validate("classified_documents", held(spoilt), facts=facts, gates=GATES)
    assert {"domain_known", "domain_mix"} <= set(validation.shut_by)
    keep_validation(objects, kept(validation, table="classified_documents"), most=5)
    keep_validation(objects, kept(Validation.crashed(ValueError(PAYLOADS[0])), minute=1), most=5)
    built = build_data_docs(objects, most=5)
    assert (built.shut, built.without_page) == (2, 1)
    pages = [key for key in objects.list("data_docs") if key.endswith(".html")]
    said = b"".join(objects.get(key) for key in pages).decode()
    assert MARK in said
    for payload in PAYLOADS[:-1]:
        assert payload not in said
    tags = Links(objects.get(INDEX)).tags
    assert not {"script", "img", "svg", "iframe"} & set(tags)


def test_a_crash_is_kept_without_its_traceback_and_no_text_is_long(
    objects: Objects, tables: Tables
) -> None:
    frame, facts = sound("classified_documents", tables)
    spoilt = with_rows(frame, domain="x" * 100_000)
    validation = validate("classified_documents", held(spoilt), facts=facts, gates=GATES)
    keep_validation(objects, kept(validation, table="classified_documents"), most=5)
    [key] = objects.list("data_docs/validations")
    assert len(objects.get(key)) < 60_000
    assert b"site-packages" not in objects.get(key)


def test_without_a_validation_the_list_says_so(objects: Objects) -> None:
    assert build_data_docs(objects, most=5).validations == 0
    assert b"No check has run yet" in objects.get(INDEX)


def test_links_lead_where_the_configuration_says() -> None:
    plain = Config(storage="/store")
    assert audit_page("checked_qa", SHARD, plain) is None
    assert data_docs_page(plain) == "/store/data_docs/index.html"
    urls = Config.model_validate(
        {"audit": {"url": "https://audit.example/"}, "data_docs": {"url": "https://docs.example/"}}
    )
    assert audit_page("checked_qa", SHARD, urls) == f"https://audit.example/shard/{SHARD}"
    assert audit_page("dataset_release", "v 1", urls) == "https://audit.example/release/v%201"
    assert data_docs_page(urls) == "https://docs.example/index.html"
