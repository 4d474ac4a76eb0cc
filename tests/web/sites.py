"""The audit page on a storage, asked as a browser or a script asks it."""

from __future__ import annotations

import re
from typing import Any

from starlette.testclient import TestClient

from webscale_rl_dagster.config import Config
from webscale_rl_dagster.web.app import create_app
from webscale_rl_dagster.web.site import Site, open_site

HOME = "http://127.0.0.1:3080"
TOKEN = "a token of the tests"
FROM_OUR_PAGE = {"sec-fetch-site": "same-origin"}


def site_on(storage: str, **options: Any) -> Site:
    return open_site(Config(storage=storage), **options)


def client_of(site: Site, **options: Any) -> TestClient:
    """Of a browser without a session. A mistake of ours is answered, as uvicorn would."""
    options = {"base_url": HOME, "raise_server_exceptions": False} | options
    return TestClient(create_app(site), follow_redirects=False, **options)


def signed_in(site: Site, **options: Any) -> TestClient:
    client = client_of(site, **options)
    answer = client.get("/sign-in", params={"token": site.access.token})
    assert answer.status_code == 303
    return client


def form_token(client: TestClient) -> str:
    """That of any page with a form."""
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', client.get("/").text)
    assert found
    return found[1]
