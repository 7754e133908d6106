"""The page beside the API."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import settings_for
from fastapi.testclient import TestClient

from service import webclient
from service.app import create_app

HTML = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<title>Station</title>")
    (dist / "sw.js").write_text("// worker")
    (dist / "assets" / "app-1a2b.js").write_text("// app")
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setattr(webclient, "BUNDLE", dist)
    with TestClient(create_app(settings_for(tmp_path))) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/history", "/inspections/7"])
def test_every_page_is_the_client(browser: TestClient, path: str) -> None:
    response = browser.get(path, headers=HTML)
    assert (response.status_code, response.text) == (200, "<title>Station</title>")
    assert response.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "cache"),
    [("/sw.js", "no-cache"), ("/assets/app-1a2b.js", "public, max-age=31536000, immutable")],
)
def test_only_files_named_by_content_are_kept(browser: TestClient, path: str, cache: str) -> None:
    response = browser.get(path)
    assert response.status_code == 200
    assert response.headers["cache-control"] == cache


@pytest.mark.parametrize(
    "path", ["/v1/none", "/assets/gone.js", "/..%2fsecret.txt", "/%2e%2e/secret.txt"]
)
def test_what_is_not_there_is_a_problem_not_the_page(browser: TestClient, path: str) -> None:
    response = browser.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-cache"


def test_an_unknown_endpoint_is_no_page_for_a_browser_either(browser: TestClient) -> None:
    assert browser.get("/v1/none", headers=HTML).status_code == 404


def test_the_api_goes_before_the_page(browser: TestClient) -> None:
    assert browser.get("/health", headers=HTML).json() == {"status": "ok"}


def test_without_the_bundle_the_page_says_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webclient, "BUNDLE", tmp_path / "nowhere")
    with TestClient(create_app(settings_for(tmp_path))) as client:
        page = client.get("/", headers=HTML)
        assert page.status_code == 503
        assert "make web" in page.text
        assert client.get("/health").status_code == 200
