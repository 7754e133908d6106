"""The example of two nodes fits the settings and itself; containers are not run here."""

from __future__ import annotations

import re
import shlex
import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML
from typer.main import get_command

from service import health
from service.cli import serve
from service.settings import Settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "deploy"
NODES = ("node-1", "node-2")
ENV = {
    "TELITI_HOST": "teliti.workshop.lan",
    "DB_PASSWORD": "p4ss",
    "S3_KEY": "key",
    "S3_SECRET": "secret",
}


@pytest.fixture(scope="module")
def compose() -> Any:
    text = (FOLDER / "compose.yaml").read_text("utf-8")
    assert set(re.findall(r"\$\{(\w+):\?\}", text)) == set(ENV)
    assert len(re.findall(r"\$\{", text)) == len(re.findall(r"\$\{\w+:\?\}", text))
    return YAML(typ="safe").load(re.sub(r"\$\{(\w+):\?\}", lambda m: ENV[m[1]], text))


def test_every_setting_exists_and_nodes_keep_nothing_to_themselves(
    compose: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (compose["services"][name] for name in NODES)
    assert first["environment"] == second["environment"]
    assert first["volumes"] == second["volumes"]
    for name, value in first["environment"].items():
        assert isinstance(value, str), name
        monkeypatch.setenv(name, value)
    settings = Settings()  # a variable of a group that has no such setting is refused
    assert {name for name in first["environment"] if name.startswith("TELITI_")} == {
        "TELITI_STORAGE__DATABASE_URL",
        "TELITI_STORAGE__OBJECTS_URL",
        "TELITI_SERVER__PUBLIC_URL",
    }
    url = settings.storage.database_url
    assert url is not None
    database = compose["services"]["database"]["environment"]
    user, password = database["POSTGRES_USER"], database["POSTGRES_PASSWORD"]
    assert url.get_secret_value() == (
        f"postgresql://{user}:{password}@database/{database['POSTGRES_DB']}"
    )
    assert settings.storage.objects_url is not None
    bucket = settings.storage.objects_url.removeprefix("s3://").partition("/")[0]
    endpoint = first["environment"]["AWS_ENDPOINT_URL"]
    assert compose["services"]["bucket"]["command"].endswith(f"{endpoint}/{bucket}")


def test_what_is_named_is_there(compose: Any) -> None:
    services = compose["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", ())) <= set(services), name
        assert set(service["networks"]) <= set(compose["networks"]), name
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            there = (FOLDER / source).is_file() or source in compose["volumes"]
            assert there, volume
        for config in service.get("configs", ()):
            assert config["source"] in compose["configs"]
        if "build" in service:
            context = FOLDER / service["build"]["context"]
            assert (context / service["build"]["dockerfile"]).is_file()
            assert (context / "pyproject.toml").is_file()


def test_only_the_proxy_is_reached_from_outside_and_believed(compose: Any) -> None:
    assert [name for name, s in compose["services"].items() if "ports" in s] == ["proxy"]
    (subnet,) = compose["networks"]["inside"]["ipam"]["config"]
    for name in NODES:
        believed = compose["services"][name]["environment"]["FORWARDED_ALLOW_IPS"]
        assert ip_network(believed) == ip_network(subnet["subnet"])


def test_the_proxy_asks_both_nodes_whether_they_are_ready() -> None:
    text = (FOLDER / "Caddyfile").read_text("utf-8")
    assert re.search(r"reverse_proxy (.*) \{", text)[1].split() == [
        f"{name}:8000" for name in NODES
    ]
    (uri,) = re.findall(r"health_uri (\S+)", text)
    assert uri in {route.path for route in health.router.routes}


def test_the_image_starts_the_service_with_options_that_exist() -> None:
    text = (FOLDER / "Dockerfile").read_text("utf-8")
    (command,) = re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)
    words = shlex.split(command.strip("[]").replace(",", " "))
    assert words[:2] == ["qc", "serve"]
    app = typer.Typer()
    app.command()(serve)
    known = {option for p in get_command(app).params for option in p.opts}
    assert {word for word in words if word.startswith("--")} <= known
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (extra,) = re.findall(r"/src\[(\w+)\]", text)
    assert extra in extras["optional-dependencies"]
