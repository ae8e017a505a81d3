"""Settings: typed values from a TOML file and the environment, secrets from the environment only.

The file holds what everybody may read. Keys and tokens come from a variable, or from the file that
the variable `..._FILE` names (a mounted secret); they are never logged. An unknown key, in the file
or among the variables, is an error: a typo in a security setting must not be silence.
"""

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from .errors import ProjectError

PREFIX = f"{__name__.partition('.')[0].upper()}_"
"""What the names of this service's variables begin with, for example `DEMO_`."""

MIN_TOKEN_CHARS = 32
"""A shorter bearer token could be guessed; it is refused."""


class SettingsError(ProjectError, ValueError):
    """Settings that cannot be used."""


class Trust(StrEnum):
    """Who could have written a document."""

    REVIEWED = "reviewed"
    """Only people of the owning team, through review."""
    UNTRUSTED = "untrusted"
    """Anybody else. Its text is data and never grounds for an action."""


class Permission(StrEnum):
    """What the model may do with a tool."""

    AUTO = "auto"
    """Run at once. Refused for tools with effects outside the answer."""
    APPROVAL = "approval"
    """Prepared by the model, run after a person approves."""
    DENY = "deny"
    """Not offered, and refused when called all the same."""


class Backend(StrEnum):
    """Where answers come from."""

    STUB = "stub"
    """The deterministic model inside this package; needs no network."""
    OPENAI = "openai"
    """Any endpoint that speaks the OpenAI chat-completions protocol."""


class Authentication(StrEnum):
    """Who may send a request."""

    REQUIRED = "required"
    """Callers show a bearer token."""
    OFF = "off"
    """Everybody who reaches the port. Only accepted on a loopback address."""


class _Section(BaseModel):
    """A part of the settings: immutable, and strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ServerSettings(_Section):
    """The HTTP service and its limits."""

    authentication: Authentication = Authentication.REQUIRED
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    max_body_bytes: int = Field(default=16_384, ge=256, le=1_048_576)
    max_question_chars: int = Field(default=2_000, ge=1, le=20_000)
    requests_per_minute: int = Field(default=30, ge=1)
    max_concurrent_requests: int = Field(default=8, ge=1)
    request_timeout_seconds: float = Field(default=30.0, gt=0, le=300)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return is_loopback(self.host)


class ModelSettings(_Section):
    """The language model."""

    backend: Backend = Backend.STUB
    endpoint: str = "configs/endpoint.toml"
    """Card of the approved endpoint, relative to the project. Read when the backend is `openai`."""
    timeout_seconds: float = Field(default=20.0, gt=0, le=300)
    max_output_tokens: int = Field(default=512, ge=1, le=8_192)
    max_response_bytes: int = Field(default=262_144, ge=1_024)
    tokens_per_hour: int = Field(default=200_000, ge=1)


class SourceSettings(_Section):
    """One registered data set that answers may be drawn from."""

    dataset: str
    trust: Trust = Trust.UNTRUSTED


class RetrievalSettings(_Section):
    """What is searched, and how much of it the model sees."""

    role: str = "service"
    purpose: str = "answering"
    passages: int = Field(default=4, ge=1, le=20)
    max_passage_chars: int = Field(default=600, ge=100, le=4_000)
    sources: tuple[SourceSettings, ...] = Field(min_length=1)


class ToolSettings(_Section):
    """What the model may do, and how often."""

    max_rounds: int = Field(default=3, ge=0, le=10)
    max_calls_per_round: int = Field(default=4, ge=1, le=16)
    approval_minutes: float = Field(default=30.0, gt=0)
    permissions: dict[str, Permission] = Field(default_factory=dict)


class GuardSettings(_Section):
    """What an answer may contain."""

    max_answer_chars: int = Field(default=4_000, ge=100, le=40_000)
    min_support: float = Field(default=0.6, ge=0, le=1)
    """Part of the words of an answer that must occur in the sources it names."""
    allowed_link_hosts: frozenset[str] = frozenset()
    redact_personal_data: bool = True


class Secrets(_Section):
    """Keys and tokens. They print as asterisks."""

    model_api_key: SecretStr | None = None
    api_token: SecretStr | None = None
    approver_token: SecretStr | None = None

    def values(self) -> tuple[str, ...]:
        """Returns the plain values, for the guard that keeps them out of answers."""
        held = (self.model_api_key, self.api_token, self.approver_token)
        return tuple(secret.get_secret_value() for secret in held if secret is not None)


class Settings(_Section):
    """Everything the service needs to start."""

    server: ServerSettings = ServerSettings()
    model: ModelSettings = ModelSettings()
    retrieval: RetrievalSettings
    tools: ToolSettings = ToolSettings()
    guard: GuardSettings = GuardSettings()
    secrets: Secrets = Secrets()

    @model_validator(mode="after")
    def _open_service_stays_local(self) -> "Settings":
        if self.server.authentication is Authentication.OFF and not self.server.is_loopback:
            raise ValueError(
                f"authentication is off and the host is {self.server.host}: "
                "an open service is only accepted on a loopback address"
            )
        return self


_VARIABLES: dict[str, tuple[str, str]] = {
    "HOST": ("server", "host"),
    "PORT": ("server", "port"),
    f"{PREFIX}MODEL_BACKEND": ("model", "backend"),
    f"{PREFIX}MODEL_ENDPOINT": ("model", "endpoint"),
}
_STRICT_PREFIXES = tuple(PREFIX + part for part in ("MODEL_", "API_", "APPROVER_"))
_GUIDE = "docs/API.md lists every key and variable"


def load_settings(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Returns the settings of the file, with the variables on top.

    Args:
        path: The TOML file.
        environ: The variables, default those of the process.

    Raises:
        SettingsError: when the file cannot be read, a key is unknown or a value is out of range.
    """
    environ = os.environ if environ is None else environ
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(
            "The settings cannot be read.",
            where=str(path),
            why=str(error),
            fix="run the command inside the project, or name the file with --config",
        ) from error
    if "secrets" in values:
        raise SettingsError(
            "The settings file has a section [secrets].",
            where=str(path),
            why="git tracks this file, so keys and tokens do not belong in it",
            fix=f"pass them as variables such as {PREFIX}API_TOKEN_FILE; {_GUIDE}",
        )
    for variable, (section, key) in _VARIABLES.items():
        if variable in environ:
            values.setdefault(section, {})[key] = environ[variable]
    values["secrets"] = _read_secrets(environ)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(
            "The settings cannot be used.",
            where=str(path),
            why="; ".join(_reason(item["loc"], item["msg"]) for item in error.errors()),
            fix=f"correct the file or the variable; {_GUIDE}",
        ) from error


def is_loopback(host: str) -> bool:
    """Says whether the host is this machine and nothing else."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _reason(location: tuple[int | str, ...], message: str) -> str:
    where = ".".join(str(part) for part in location)
    return f"{where}: {message}" if where else message


def _read_secrets(environ: Mapping[str, str]) -> dict[str, SecretStr]:
    """Reads each secret from its variable, or from the file that its `_FILE` variable names."""
    known = set(_VARIABLES)
    found: dict[str, SecretStr] = {}
    for field in Secrets.model_fields:
        variable = PREFIX + field.upper()
        known |= {variable, f"{variable}_FILE"}
        value = _secret_value(variable, environ)
        if value is None:
            continue
        if field != "model_api_key" and len(value) < MIN_TOKEN_CHARS:
            raise SettingsError(
                "A token is too short.",
                where=variable,
                why=f"fewer than {MIN_TOKEN_CHARS} characters can be guessed",
                fix="make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
            )
        found[field] = SecretStr(value)
    strict = {name for name in environ if name.startswith(_STRICT_PREFIXES)}
    if unknown := sorted(strict - known):
        raise SettingsError(
            "A variable is unknown.",
            where=", ".join(unknown),
            why="a misspelt variable would leave a setting at its default without a word",
            fix=f"use one of {', '.join(sorted(known))}",
        )
    if "api_token" in found and found["api_token"] == found.get("approver_token"):
        raise SettingsError(
            "The two tokens are the same.",
            where=f"{PREFIX}API_TOKEN and {PREFIX}APPROVER_TOKEN",
            why="whoever asks could then approve as well",
            fix="make two different tokens",
        )
    return found


def _secret_value(variable: str, environ: Mapping[str, str]) -> str | None:
    file = environ.get(f"{variable}_FILE")
    if file is None:
        return environ.get(variable, "").strip() or None
    try:
        value = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise _bad_secret_file(variable, file, str(error)) from error
    if variable in environ:
        raise _bad_secret_file(variable, file, f"{variable} is set as well")
    if not value:
        raise _bad_secret_file(variable, file, "the file is empty")
    return value


def _bad_secret_file(variable: str, file: str, why: str) -> SettingsError:
    return SettingsError(
        "A secret cannot be read.",
        where=f"{variable}_FILE={file}",
        why=why,
        fix="mount the secret as a file that this user can read, and set only the variable for it",
    )
