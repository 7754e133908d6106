"""Settings: documented, grouped, read from the environment."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from service.settings import Settings
from service.settings_table import render_settings


def test_every_setting_is_documented() -> None:
    groups = Settings.model_fields
    assert groups
    for name, group in groups.items():
        assert group.description, name
        kind = group.annotation
        assert isinstance(kind, type)
        assert issubclass(kind, BaseModel), name
        for setting, field in kind.model_fields.items():
            assert field.description, f"{name}.{setting}"


def test_the_page_of_the_settings_is_current() -> None:
    file = Path(__file__).parents[2] / "docs" / "settings.md"
    assert file.read_text(encoding="utf-8") == render_settings(), (
        "run: python -m service.settings_table docs/settings.md"
    )


def test_the_environment_sets_one_value_and_leaves_its_neighbours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TELITI_SERVER__PORT", "9000")
    monkeypatch.setenv("TELITI_CATALOGUE__SPECS_DIR", "/srv/specs")

    settings = Settings()

    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 9000)
    assert settings.catalogue.specs_dir == Path("/srv/specs")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELITI_SERVER__PORT", "70000"),
        ("TELITI_SERVER__PORTT", "80"),
        ("TELITI_INSPECTION__WORKERS", "0"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()
