"""Marks: added by whoever is signed in, from a page of ours, and never changed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.reading import Page, assert_harmless, assert_readable
from tests.web.sites import FROM_OUR_PAGE, client_of, signed_in, site_on
from tests.web.test_access import Clock
from tests.web.towns import HOSTILE, Towns
from webscale_rl_dagster.lineage.marks import Mark, add_mark, all_marks, marks_of
from webscale_rl_dagster.web.agreed import EVERY_S, Agreed
from webscale_rl_dagster.web.marks import ON_A_PAGE
from webscale_rl_dagster.web.pairs import NAME_COOKIE
from webscale_rl_dagster.web.site import Site

pytestmark = pytest.mark.slow


@pytest.fixture
def site(towns: Towns, tmp_path: Path) -> Site:
    """The page on a storage of the test's own."""
    shutil.copytree(towns.pipeline.settings["storage"], tmp_path / "store")
    return site_on(str(tmp_path / "store"))


@pytest.fixture
def qa_id(towns: Towns) -> str:
    found: str = towns.pair(kept=True)["qa_id"]
    return found


def form_of(client: TestClient, qa_id: str) -> dict[str, str]:
    """The form as the pair's page has it, filled in."""
    fields = Page(client.get(f"/pair/{qa_id}").text).all("input")
    sent = {str(one.attributes["name"]): one.attributes.get("value") or "" for one in fields}
    return sent | {"verdict": "bad", "note": "two answers\r\nare right", "by": "Ada Lovelace"}


def send(client: TestClient, qa_id: str, form: dict[str, str], **headers: str) -> tuple[int, str]:
    answer = client.post(f"/pair/{qa_id}/mark", data=form, headers=FROM_OUR_PAGE | headers)
    return answer.status_code, answer.headers.get("location", answer.text)


def stored(site: Site) -> list[Mark]:
    return list(all_marks(site.objects))


def test_a_mark_is_stored_and_leads_back_to_the_pair(site: Site, qa_id: str) -> None:
    client = signed_in(site)
    assert send(client, qa_id, form_of(client, qa_id)) == (303, f"/pair/{qa_id}#marks")
    [mark] = marks_of(site.objects, qa_id)
    assert (mark.good, mark.note, mark.by) == (False, "two answers\nare right", "Ada Lovelace")
    assert send(client, qa_id, form_of(client, qa_id) | {"verdict": "good"})[0] == 303
    assert [mark.good for mark in marks_of(site.objects, qa_id)] == [False, True]
    said = Page(client.get(f"/pair/{qa_id}").text).within("marks")
    assert said.index("bad Ada Lovelace") < said.index("good Ada Lovelace")


def test_the_name_is_remembered(site: Site, qa_id: str) -> None:
    client = signed_in(site)
    send(client, qa_id, form_of(client, qa_id) | {"by": 'Zoë "<b>"; x'})
    [name] = [
        one
        for one in Page(client.get(f"/pair/{qa_id}").text).all("input")
        if one.attributes.get("id") == "by"
    ]
    assert name.attributes["value"] == 'Zoë "<b>"; x'
    cookie = next(one for one in client.cookies.jar if one.name == NAME_COOKIE)
    assert cookie.path == "/pair"
    assert cookie.has_nonstandard_attr("HttpOnly")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"verdict": ""}, "Choose good or bad."),
        ({"verdict": "perhaps"}, "Choose good or bad."),
        ({"by": " \u202e "}, "name of whoever"),
        ({"by": "x" * 101}, "cut it to 100"),
        ({"note": "x" * 2001}, "cut it to 2,000"),
    ],
)
def test_a_mark_that_is_refused_is_kept_in_the_form(
    site: Site, qa_id: str, change: dict[str, str], said: str
) -> None:
    client = signed_in(site)
    status, html = send(client, qa_id, form_of(client, qa_id) | change)
    assert status == 422
    page = Page(html)
    assert said in page.within("wrong")
    [note] = page.all("textarea")
    assert note.text.strip() == change.get("note", "two answers\r\nare right")
    assert_readable(html)
    assert stored(site) == []


def test_whoever_is_not_signed_in_is_led_there_and_back(site: Site, qa_id: str) -> None:
    client = client_of(site)
    page = Page(client.get(f"/pair/{qa_id}").text)
    assert not page.all("form")
    [there] = [link for link in page.links if link.startswith("/sign-in?")]
    fields = Page(client.get(there).text).all("input")
    sent = {str(one.attributes["name"]): one.attributes.get("value") or "" for one in fields}
    token = {"token": site.access.token}
    answer = client.post("/sign-in", data=sent | token, headers=FROM_OUR_PAGE)
    assert answer.headers["location"] == f"/pair/{qa_id}#mark"


def test_whoever_is_not_signed_in_does_nothing(site: Site, qa_id: str) -> None:
    assert send(client_of(site), qa_id, {"verdict": "bad", "by": "Ada"})[0] == 403
    assert stored(site) == []


@pytest.mark.parametrize("change", [{"form_token": ""}, {"form_token": "0" * 64}])
def test_a_form_that_is_not_ours_does_nothing(
    site: Site, qa_id: str, change: dict[str, str]
) -> None:
    client = signed_in(site)
    assert send(client, qa_id, form_of(client, qa_id) | change)[0] == 403
    assert stored(site) == []


def test_another_site_does_nothing(site: Site, qa_id: str) -> None:
    client = signed_in(site)
    form = form_of(client, qa_id)
    assert send(client, qa_id, form, **{"sec-fetch-site": "cross-site"})[0] == 403
    away = {"origin": "https://evil.example"}
    answer = client.post(f"/pair/{qa_id}/mark", data=form, headers=away)
    assert answer.status_code == 403
    assert client.get(f"/pair/{qa_id}/mark").status_code == 405
    assert stored(site) == []


def test_a_pair_that_is_not_there_is_not_marked(site: Site, qa_id: str) -> None:
    client = signed_in(site)
    form = form_of(client, qa_id)
    wrong = qa_id[:-1] + ("0" if qa_id[-1] != "0" else "1")
    assert send(client, wrong, form)[0] == 404
    assert send(client, "..%2F..%2Fx", form)[0] == 404
    assert stored(site) == []


def test_hostile_marks_are_shown_and_do_nothing(site: Site, qa_id: str) -> None:
    client = signed_in(site)
    form = form_of(client, qa_id) | {"note": HOSTILE, "by": HOSTILE[:99]}
    assert send(client, qa_id, form)[0] == 303
    for path in (f"/pair/{qa_id}", "/marks"):
        html = client.get(path).text
        assert_harmless(html)
        assert_readable(html)
        assert "<script>document.title='owned'</script>" in Page(html).text


def test_all_marks_are_listed_newest_first_and_counted(
    site: Site, towns: Towns, qa_id: str
) -> None:
    client = client_of(site)
    assert "Nobody has marked a pair" in client.get("/marks").text
    rejected = towns.pair(kept=False)["qa_id"]
    for number in range(ON_A_PAGE):
        add_mark(site.objects, qa_id, good=True, note="", by=f"Reader {number}")
    add_mark(site.objects, rejected, good=True, note="", by="Last")
    first = Page(client.get("/marks").text)
    assert f"{ON_A_PAGE + 1} marks, newest first" in first.text
    assert first.all("tr")[1].text.split()[-1] == rejected
    figures = [" ".join(one.text.split()) for one in first.all("div")]
    assert "pairs marked 2 good, 0 bad, 0 contested 2" in figures
    assert "people agree with the pipeline 1 of 2, 95%: 9.5% to 90.5% 50.0%" in figures
    assert "?page=2" in first.links
    second = Page(client.get("/marks?page=2").text)
    assert len(second.all("tr")) == 2
    assert "Reader 0" in second.text
    for odd in ("0", "-1", "x", "9" * 30, "%F0%9F%98%80", "²"):
        assert client.get(f"/marks?page={odd}").status_code == 200
    assert "There is no page 9" in client.get("/marks?page=9").text


def test_the_figures_are_counted_once_a_minute_at_most(
    site: Site, towns: Towns, qa_id: str
) -> None:
    clock = Clock()
    agreed = Agreed(site.tables, clock)
    add_mark(site.objects, qa_id, good=True, note="", by="Ada")
    first = agreed.last()
    assert first is not None
    assert first.agreement.marked == 1
    add_mark(site.objects, towns.pair(kept=False)["qa_id"], good=True, note="", by="Ada")
    clock.now += EVERY_S - 1
    assert agreed.last() == first
    clock.now += 1
    agreed.last()
    agreed._counting.result()
    second = agreed.last()
    assert second is not None
    assert second.agreement.marked == 2
    assert second.time > first.time
    said = f"Counted at {second.time:%Y-%m-%d %H:%M:%S} UTC"
    client = client_of(replace(site, agreed=agreed))
    assert all(said in client.get(f"/marks?page={page}").text for page in (1, 2, 9))


def test_marks_that_cannot_be_counted_are_told(
    site: Site, qa_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    mark = add_mark(site.objects, qa_id, good=True, note="", by="Ada")
    [key] = site.objects.list("marks")
    site.objects.put(key.replace(mark.id, "0" * 32), b"no mark")
    answer = client_of(site).get("/marks?page=2")
    assert answer.status_code == 503
    assert "is no mark" in caplog.text
