"""What `docs/threat-model.md` promises and no feature's own tests show; and that it names tests."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from uuid import uuid4

import dependency_audit
import pytest
from conftest import House, OpenHouse, jpeg
from visitors import Staff

from service import credentials
from service.cookies import SESSION_COOKIE
from service.people.roles import Role

ROOT = Path(__file__).parents[2]
SCRIPT = "<script>alert(1)</script>"


@pytest.mark.files
@pytest.mark.parametrize("name", ["../../evil.jpg", "/etc/evil.jpg", "..\\evil.jpg"])
def test_the_name_of_a_file_leads_nowhere(house: House, tmp_path: Path, name: str) -> None:
    before = set(tmp_path.rglob("*evil*"))
    answer = house.client.post(
        "/v1/inspections",
        data={"client_id": str(uuid4()), "spec": "test-bowl"},
        files=[("photos", (name, jpeg(), "image/jpeg"))],
    )
    assert answer.status_code == 201, answer.text
    data = house.runtime.settings.storage.data_dir
    kept = {path.relative_to(data) for path in (data / "photos").rglob("*") if path.is_file()}
    assert all(re.fullmatch(r"photos/(\.[-a-z]+|[0-9a-f]{2}/[0-9a-f]{64})", str(p)) for p in kept)
    assert set(tmp_path.rglob("*evil*")) == before
    assert not Path("/etc/evil.jpg").exists()


@pytest.mark.parametrize(
    "path",
    [
        "/v1/inspections/..%2f..%2fteliti.sqlite3",
        "/v1/specs/..%2f..%2fdata/1",
        "/v1/specs/test-bowl/2/golden/..%2f..%2fx",
        "/v1/releases/..%2f..%2fdetector@1/gate",
        "/v1/reports/..%2f..%2fteliti.sqlite3",
    ],
)
def test_an_id_leads_to_no_file(house: House, path: str) -> None:
    answer = house.browser(Role.ADMIN).get(path)
    assert answer.status_code in (404, 405, 422), answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert "SQLite" not in answer.text


def test_a_script_in_a_text_is_data_that_no_browser_runs(house: House) -> None:
    body = {
        "client_id": str(uuid4()),
        "spec": "test-bowl",
        "order_number": SCRIPT,
        "size": 50,
    }
    assert house.lead().post("/v1/lots", json=body).status_code == 201
    answer = house.client.get("/v1/lots")
    assert answer.json()["items"][0]["order_number"] == SCRIPT
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    scripts = re.search(r"script-src ([^;]*)", answer.headers["content-security-policy"])
    assert scripts is None or "unsafe" not in scripts[1]


def test_the_page_has_no_way_to_take_a_text_for_html() -> None:
    """Svelte escapes every text; these are the ways around it."""
    around = re.compile(r"\{@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")
    sources = [
        path
        for path in (ROOT / "service" / "web" / "src").rglob("*")
        if path.suffix in {".svelte", ".ts"}
    ]
    assert len(sources) > 100
    assert [path.name for path in sources if around.search(path.read_text("utf-8"))] == []


def test_a_session_that_somebody_else_chose_is_not_opened(house: House) -> None:
    """Session fixation: whoever signs in gets a new token, whatever cookie came along."""
    lead = Staff(house.runtime).add("Lead", Role.LEAD)
    planted = credentials.new_token()
    victim = house.browser()
    victim.cookies.set(SESSION_COOKIE, planted)
    body = {"name": lead.name, "password": lead.secret}
    opened = victim.post("/v1/session/password", json=body)
    assert opened.is_success
    assert opened.cookies[SESSION_COOKIE] != planted
    attacker = house.browser()
    attacker.cookies.set(SESSION_COOKIE, planted)
    assert attacker.get("/v1/specs").status_code == 401


def test_whoever_is_not_there_takes_as_long_as_who_is(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every attempt costs exactly one Argon2 comparison, so its time tells nothing."""
    house = open_house()
    staff = Staff(house.runtime)
    sari, lead = staff.add("Sari", Role.PACKER), staff.add("Lead", Role.LEAD)
    credentials.is_secret("0000", None)  # nobody's hash is made once
    compared: list[object] = []
    hashing = credentials._HASH

    class Counted:
        def verify(self, typed: str, hashed: str) -> bool:
            compared.append(hashed)
            return hashing.verify(typed, hashed)

        def hash(self, secret: str) -> str:
            return hashing.hash(secret)

    monkeypatch.setattr(credentials, "_HASH", Counted())
    tablet, browser = house.browser(tablet=True), house.browser()
    for person in (sari.id, lead.id, uuid4()):  # known; without a PIN; not known
        tablet.post("/v1/session/pin", json={"person": str(person), "pin": "0000"})
    for name in (lead.name, sari.name, "Nobody"):
        browser.post("/v1/session/password", json={"name": name, "password": "not the right one"})
    assert len(compared) == 6


def test_every_test_that_the_threat_model_names_is_there() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) > 30
    missing = []
    for file, test in named:
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        if test not in {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}:
            missing.append(f"{file}::{test}")
    assert missing == []


CONTROL = [{"name": "jinja2", "version": "2.4.1", "vulns": [{"id": "CVE-2014-1402"}]}]
SOUND = {"name": "numpy", "version": "2.4.0", "vulns": []}
BAD = {"name": "x", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
SKIPPED = {"name": "jinja2", "skip_reason": "not found on PyPI"}


@pytest.mark.parametrize(
    ("control", "dependencies", "status", "said"),
    [
        ([], [], 2, "could not be asked"),
        ([SKIPPED], [SOUND, SOUND], 2, "Nothing is known"),
        (CONTROL, [SOUND, SOUND], 0, "2 of 2"),
        (CONTROL, [SOUND, BAD], 1, "x 1: CVE-1, mended in 2"),
        (CONTROL, [SOUND, SKIPPED], 2, "1 of 2"),
        (CONTROL, [SOUND], 2, "1 were not answered"),
    ],
)
def test_an_audit_that_heard_nothing_is_no_clean_one(
    control: list[dict[str, object]],
    dependencies: list[dict[str, object]],
    status: int,
    said: str,
) -> None:
    found, lines = dependency_audit.judge(control, dependencies, 2)
    assert found == status
    assert said in "\n".join(lines)
