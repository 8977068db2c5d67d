"""Settings come from the environment, the file and the defaults, and a wrong one is named."""

import json
from pathlib import Path

import pytest

from ivr.errors import ConfigurationError
from ivr.settings import Settings, environment_name, load_settings, require_credentials

TOKEN = "sixteen-characters-or-more"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without ``ivr.toml``, and none of this machine's settings."""
    for key in Settings.model_fields:
        monkeypatch.delenv(environment_name(key), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_defaults_are_for_this_machine_alone() -> None:
    settings = load_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.open
    require_credentials(settings)


def test_environment_wins_over_file_and_arguments_over_both(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_folder / "ivr.toml").write_text('port = 1001\nno_input_s = 9\nlanguage = "en"\n')
    monkeypatch.setenv("IVR_PORT", "1002")
    monkeypatch.setenv("IVR_LANGUAGE", "ja")
    settings = load_settings(port=1003)
    assert (settings.port, settings.language, settings.no_input_s) == (1003, "ja", 9.0)


@pytest.mark.parametrize("written", ["agent_numbers = ['+821055500001', '+12025550104']", None])
def test_agent_numbers_from_a_list_or_from_text(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch, written: str | None
) -> None:
    if written:
        (own_folder / "ivr.toml").write_text(written)
    else:
        monkeypatch.setenv("IVR_AGENT_NUMBERS", "+821055500001, +12025550104,")
    assert load_settings().agent_numbers == ("+821055500001", "+12025550104")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("IVR_PORT", "99999"),
        ("IVR_PORT", "eighty"),
        ("IVR_NO_INPUT_S", "0"),
        ("IVR_NO_INPUT_S", "nan"),
        ("IVR_LANGUAGE", "fr"),
        ("IVR_PUBLIC_URL", "hotline.example.com"),
        ("IVR_API_TOKEN", "short"),
        ("IVR_AGENT_NUMBERS", "010-5550-0001"),
        ("IVR_AGENT_NUMBERS", "+821055500001;+821055500002"),
        ("IVR_AGENTS", "+821055500001"),
        ("IVR_AGENTS", '{"number": "+821055500001"}'),
        ("IVR_VOICE", "nobody"),
        ("IVR_LOG_FORMAT", "xml"),
        ("IVR_MAX_CALLS", "0"),
    ],
)
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=rf"^{variable}: "):
        load_settings()


MINA = {"number": "+821055500001", "name": "Mina", "languages": ("ko", "en"), "topics": ("start_return",)}


@pytest.mark.parametrize("in_file", [True, False])
def test_who_answers_which_number_from_tables_or_from_json(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch, in_file: bool
) -> None:
    if in_file:
        (own_folder / "ivr.toml").write_text(
            'agent_numbers = ["+12025550104", "+821055500001"]\n'
            '[[agents]]\nnumber = "+821055500001"\nname = "Mina"\nlanguages = ["ko", "en"]\n'
            'topics = ["start_return"]\n[[agents]]\nnumber = "+81355550100"\n'
        )
    else:
        monkeypatch.setenv("IVR_AGENT_NUMBERS", "+12025550104,+821055500001")
        monkeypatch.setenv("IVR_AGENTS", json.dumps([MINA, {"number": "+81355550100"}]))
    plain, mina, other = load_settings().phones
    assert mina.model_dump() == MINA
    assert (plain.number, other.number) == ("+12025550104", "+81355550100")
    assert (plain.name, plain.languages, plain.topics) == ("", (), ())


@pytest.mark.parametrize(
    ("agents", "told"),
    [
        ([MINA, {"number": "010-5550-0001"}], "IVR_AGENTS, entry 2, number: .*E.164"),
        ([MINA, {"number": "+82１０５５５００００１"}], "IVR_AGENTS, entry 2, number: .*E.164"),  # full-width
        ([{"name": "Mina"}], "IVR_AGENTS, entry 1, number: .*required"),
        ([{**MINA, "languages": ["ko", "fr"]}], "IVR_AGENTS, entry 1, languages, entry 2: .*'ko', 'en'"),
        ([{**MINA, "languages": "ko"}], "IVR_AGENTS, entry 1, languages: .*tuple"),
        ([{**MINA, "topic": "start_return"}], "IVR_AGENTS, entry 1, topic: "),
        ([MINA, MINA], "IVR_AGENTS: .*entry 1 and in entry 2"),
    ],
)
def test_a_wrong_entry_is_named(monkeypatch: pytest.MonkeyPatch, agents: list[object], told: str) -> None:
    monkeypatch.setenv("IVR_AGENTS", json.dumps(agents))
    with pytest.raises(ConfigurationError, match=f"^{told}"):
        load_settings()


def test_every_wrong_key_is_named_at_once(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own_folder / "ivr.toml").write_text('no_input_s = "long"\nprot = 1\n')
    monkeypatch.setenv("IVR_PORT", "-1")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    told = str(caught.value)
    assert "IVR_PORT: " in told
    assert "ivr.toml: no_input_s" in told
    assert "ivr.toml: prot" in told


def test_a_file_that_is_no_toml_is_named_with_its_line(own_folder: Path) -> None:
    (own_folder / "ivr.toml").write_text("port = 8080\nhost = = x\n")
    with pytest.raises(ConfigurationError, match=r"ivr\.toml: .*line 2"):
        load_settings()


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, ["TWILIO_AUTH_TOKEN", "IVR_API_TOKEN"]),
        ({"api_token": TOKEN}, ["TWILIO_AUTH_TOKEN"]),
        ({"twilio_auth_token": "secret"}, ["IVR_API_TOKEN"]),
        ({"twilio_auth_token": "secret", "api_token": TOKEN}, []),
    ],
)
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_outside_this_machine_credentials_are_needed(host: str, given: dict[str, str], missing: list[str]) -> None:
    settings = load_settings(host=host, **given)
    assert not settings.open
    if not missing:
        require_credentials(settings)
        return
    with pytest.raises(ConfigurationError) as caught:
        require_credentials(settings)
    assert [name for name in ("TWILIO_AUTH_TOKEN", "IVR_API_TOKEN") if name in str(caught.value)] == missing


def test_settings_can_not_be_changed() -> None:
    settings = load_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1
