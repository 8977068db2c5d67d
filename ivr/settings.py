"""All settings, with their units, ranges and defaults.

Each comes from the environment (``IVR_NAME``), else from ``ivr.toml`` in the working folder (one table,
lower-case names without the prefix), else from its default here. ``python -m ivr settings`` prints them.
"""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from ivr.agent_phones import AgentPhone, e164, each_once, merged, read_agents
from ivr.errors import ConfigurationError

SETTINGS_FILE = "ivr.toml"
_LOOPBACK_HOSTS = {"127.0.0.1", "localhost", "::1"}


class Settings(BaseSettings):
    """One deployment's settings. Immutable once loaded."""

    model_config = SettingsConfigDict(
        env_prefix="IVR_", toml_file=SETTINGS_FILE, frozen=True, extra="forbid", populate_by_name=True
    )

    # The server
    host: str = Field("127.0.0.1", description="Address to listen on; not loopback: credentials are required.")
    port: int = Field(8080, ge=0, le=65535, description="TCP port; 0 takes a free one.")
    public_url: str | None = Field(
        None,
        pattern=r"^https?://",
        description="How the outside reaches this server (https://…): Twilio signs this address. "
        "None: taken from each request.",
    )
    api_token: str | None = Field(
        None, min_length=16, description="Bearer token for /api and the pages; 16 characters or more."
    )
    max_calls: int = Field(30, ge=1, le=500, description="Calls at once; one more is sent straight to a person.")
    drain_s: float = Field(
        30.0,
        ge=0,
        le=600,
        description="Seconds live calls may go on after SIGTERM before they go to a person.",
    )

    # Logins
    login_idle_s: float = Field(
        3600.0, ge=60, le=86400, description="Seconds without a request after which a browser must log in again."
    )
    login_max_s: float = Field(
        43200.0, ge=300, le=604800, description="Seconds after which it must log in again in any case."
    )
    api_rate_per_min: int = Field(
        1200,
        ge=10,
        le=100_000,
        description="Requests a minute that one person or token may make; more get 429. Not limited on the "
        "embedded default.",
    )
    rate_storage_url: str = Field(
        "memory://",
        pattern=r"^(memory|rediss?)://",
        description="Where requests are counted: this process, or `redis://…` for several (needs the `redis` "
        "package).",
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=5,
        description="Proxies in front that each add the client's address to X-Forwarded-For; 0: the header is "
        "not believed.",
    )

    # Twilio
    twilio_account_sid: str | None = Field(
        None,
        validation_alias=AliasChoices("TWILIO_ACCOUNT_SID", "twilio_account_sid"),
        description="Twilio account (environment: TWILIO_ACCOUNT_SID).",
    )
    twilio_auth_token: str | None = Field(
        None,
        validation_alias=AliasChoices("TWILIO_AUTH_TOKEN", "twilio_auth_token"),
        description="Checks Twilio's signatures (environment: TWILIO_AUTH_TOKEN). None: unsigned calls from "
        "loopback only.",
    )
    agent_numbers: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Telephone numbers of agents, comma-separated, E.164 (+8210…): dialled at a hand-off."
    )
    agents: Annotated[tuple[AgentPhone, ...], NoDecode] = Field(
        (),
        description="Who answers which number: tables `[[agents]]` in the file (environment: the same as a JSON "
        "array) with `number`, `name`, `languages`, `topics` (intents). A number that is not among "
        "IVR_AGENT_NUMBERS is rung, too.",
    )
    agent_ring_s: int = Field(20, ge=5, le=600, description="Seconds an agent's phone rings.")
    agent_ring_order: Literal["simultaneous", "in_order"] = Field(
        "simultaneous",
        description="Whether the phones of all free agents who fit a caller ring at once, or one after the other.",
    )
    carrier_api_url: str = Field(
        "https://api.twilio.com",
        pattern=r"^https?://",
        description="Twilio's REST API: rings agents while the caller waits, and fetches messages. Used with "
        "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.",
    )
    stream_token_s: float = Field(
        60.0, ge=5, le=3600, description="Seconds in which a stream token must be used; once only."
    )

    # What is kept
    database_url: str = Field(
        "sqlite:///var/ivr.sqlite3",
        description="The calls' database: `sqlite:///FILE`, or `postgresql://…` with requirements-postgres.txt.",
    )
    shop_database_url: str = Field(
        "sqlite:///var/shop.sqlite3",
        description="SQLAlchemy URL of the demo shop; made and seeded when SQLite.",
    )
    record_calls: bool = Field(
        False, description="Whether calls are recorded, encrypted; callers are told so in the greeting."
    )
    recording_key: str | None = Field(
        None,
        description="Encrypts recordings: 32 bytes in base64. Several, comma-separated: the first encrypts, the "
        "others still open older recordings.",
    )
    recordings_dir: Path = Field(Path("var/recordings"), description="Folder of the encrypted recordings.")
    keep_recordings_days: int = Field(30, ge=1, le=3650, description="Days after which recordings are deleted.")
    keep_transcripts_days: int = Field(
        90,
        ge=1,
        le=3650,
        description="Days after a call's end at which words, numbers, summaries and notes are deleted.",
    )
    keep_signs_days: int = Field(
        90,
        ge=1,
        le=3650,
        description="Days after a call's end at which what its voice and feelings showed is deleted.",
    )
    keep_audit_days: int = Field(
        365, ge=30, le=3650, description="Days after which entries of the audit log are deleted."
    )
    cache_dir: Path = Field(
        Path(platformdirs.user_cache_dir("voice-hotline")),
        description="Folder for the assembled weights and the spoken prompts.",
    )
    prompts_dir: Path = Field(Path("prompts"), description="Folder of the managers' prompts and requests.")
    judge_agents: bool = Field(
        False,
        description="Whether how agents sound is judged and stored as well, where feelings are: their pitch, speed "
        "and emotion. Nothing is decided by it; ask your law on judging people at work first.",
    )
    mask_numbers: bool = Field(
        True,
        description="Whether card, resident registration, account and telephone numbers and e-mail addresses are "
        "hidden in stored transcripts and summaries (in logs they always are).",
    )

    # Handing off
    polish_url: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Base address of an OpenAI-compatible service that polishes hand-off summaries "
        "(https://…/v1); what callers say is sent there. None: the plain summary.",
    )
    polish_model: str = Field("", max_length=200, description="Name of its model; needed with IVR_POLISH_URL.")
    polish_key: str | None = Field(None, description="Its key, sent as a bearer token. None: sent without one.")
    polish_timeout_s: float = Field(
        2.0, ge=0.2, le=30, description="Seconds it may take; the plain summary is shown meanwhile, and after that."
    )

    # Hearing
    whisper_model: str = Field(
        "base", description="The bundled `base`, or any faster-whisper model name or folder."
    )
    recognition_workers: int = Field(1, ge=1, le=64, description="Decodes at once.")
    recognition_threads: int = Field(2, ge=1, le=64, description="CPU threads of one decode.")
    recognition_deadline_s: float = Field(
        6.0, ge=1, le=60, description="Seconds after which a final decode counts as failed."
    )
    language: Literal["ko", "en", "ja", "zh"] = Field(
        "ko", description="The hotline's own language: greeted in, and assumed until the caller is heard."
    )

    # Understanding
    sentence_encoder: str = Field(
        "bundled",
        description="Sentence encoder beside the character n-grams: `e5`, `use`, `bundled` (`e5`, or `use` on "
        "machines for which it is not packaged) or `none`.",
    )

    # Feeling
    emotion_model: str = Field(
        "bundled",
        description="How callers' voices are judged: `bundled`, `index` (no training, relative to the caller's own "
        "calm voice), `off`, or a file written by `python -m ivr train-emotion`.",
    )

    # The agents' desk
    desk: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether callers who are to get a person wait on the line for an agent at `/desk`: `on`, `off` "
        "(agents' phones or voicemail), or `auto`: when no IVR_AGENT_NUMBERS or IVR_AGENTS are set and an agent is "
        "on duty.",
    )
    desk_breather_s: float = Field(
        120.0,
        ge=0,
        le=3600,
        description="Seconds after a hard call in which nothing is offered to the agent who had it, at the desk or "
        "by telephone.",
    )
    desk_wrap_up_s: float = Field(
        60.0, ge=0, le=3600, description="Seconds for writing a call up; then the agent is available again."
    )

    # Turn-taking
    no_input_s: float = Field(
        6.0, ge=1, le=60, description="Seconds of silence after a question before it is asked again."
    )
    reply_deadline_s: float = Field(
        10.0,
        ge=2,
        le=60,
        description="Seconds from the end of a turn to a reply; later the caller gets a person.",
    )
    fulfilment_deadline_s: float = Field(
        4.0, ge=0.5, le=30, description="Seconds a database or service may take before the caller is told."
    )
    greet_known_callers: bool = Field(
        True,
        description="Whether a caller whose last call (14 days) waits for a person or a call-back is told so.",
    )
    max_call_s: float = Field(
        1800.0, ge=30, le=14400, description="Seconds a call with the machine may last; then a person."
    )

    # Speaking
    voice: Literal["espeak"] = Field("espeak", description="Synthesiser: `espeak` (pyttsx3 with espeak-ng).")

    # Operations
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe log line.")
    log_format: Literal["json", "text"] = Field("text", description="`json` for machines, `text` for people.")

    @field_validator("agent_numbers", mode="before")
    @classmethod
    def _split_numbers(cls, value: object) -> object:
        """Accept a comma-separated string (environment) or a list (TOML)."""
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        if isinstance(value, list | tuple):
            return tuple(e164(number) for number in value)
        return value

    @field_validator("agents", mode="before")
    @classmethod
    def _read_agents(cls, value: object) -> object:
        """Accept JSON text (environment) or tables (TOML)."""
        return read_agents(value)

    @field_validator("agents")
    @classmethod
    def _each_once(cls, value: tuple[AgentPhone, ...]) -> tuple[AgentPhone, ...]:
        each_once(value)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before file before defaults; arguments (tests, the command line) before all."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def phones(self) -> tuple[AgentPhone, ...]:
        """Agents' telephones, in the order in which they were written down."""
        return merged(self.agent_numbers, self.agents)

    @property
    def loopback(self) -> bool:
        """Whether the server is reachable from this machine only."""
        return self.host in _LOOPBACK_HOSTS

    @property
    def open(self) -> bool:
        """Whether this is the embedded default: loopback and no Twilio credentials, so nobody need log in."""
        return self.loopback and not self.twilio_auth_token and not self.api_token


def load_settings(**overrides: Any) -> Settings:
    """Load and check the settings.

    Args:
        **overrides: Values that win over environment and file (tests, command-line options).

    Raises:
        ConfigurationError: names every wrong key and what is allowed.
    """
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise ConfigurationError(
            "\n".join(f"{_where(problem['loc'])}: {problem['msg']}" for problem in error.errors())
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{SETTINGS_FILE}: not valid TOML: {error}") from error
    return settings


def environment_name(key: str) -> str:
    """The environment variable of a setting."""
    return key.upper() if key.startswith("twilio_") else f"IVR_{key.upper()}"


def _where(location: tuple[int | str, ...]) -> str:
    """The name under which people know a key: its environment variable, and the file when it came from there."""
    key = str(location[0]) if location else "settings"
    variable = environment_name(key.lower())
    named = variable if variable in os.environ else f"{variable} ({SETTINGS_FILE}: {key.lower()})"
    inside = (f"entry {part + 1}" if isinstance(part, int) else part for part in location[1:])
    return ", ".join((named, *inside))


def require_credentials(settings: Settings) -> None:
    """Refuse to be reachable from outside without credentials.

    Raises:
        ConfigurationError: the bind address is not loopback and a credential is missing.
    """
    if settings.loopback:
        return
    missing = [
        name
        for name, value in (
            ("TWILIO_AUTH_TOKEN", settings.twilio_auth_token),
            ("IVR_API_TOKEN", settings.api_token),
        )
        if not value
    ]
    if missing:
        raise ConfigurationError(
            f"IVR_HOST: {settings.host} is reachable from outside this machine, so {' and '.join(missing)} "
            "must be set. Use 127.0.0.1 to try the hotline without credentials."
        )
