"""The token of a service on your own machine, made when you have not set one."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from .settings import MIN_TOKEN_CHARS, PREFIX, Authentication, Settings, SettingsError

FILE = Path("artifacts/dev-token")
"""Readable by you only, and ignored by git."""


def with_token(settings: Settings, root: Path) -> Settings:
    """Returns settings that hold a token when callers need one.

    On a loopback address a missing token is made and kept in a file. Anywhere else it has to come
    from whoever runs the service.

    Raises:
        SettingsError: when there is no token and the service can be reached from elsewhere.
    """
    server, held = settings.server, settings.secrets
    if server.authentication is Authentication.OFF or held.api_token is not None:
        return settings
    if not server.is_loopback:
        raise SettingsError(
            "There is no token.",
            where=f"host {server.host}",
            why="the service can be reached from other machines, and would answer nobody or all",
            fix=f"set {PREFIX}API_TOKEN_FILE to a file with a token of {MIN_TOKEN_CHARS} or more "
            "characters, or serve on 127.0.0.1",
        )
    token = SecretStr(_kept_token(root / FILE))
    return settings.model_copy(update={"secrets": held.model_copy(update={"api_token": token})})


def _kept_token(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        return _read_token(path)
    token = secrets.token_urlsafe(MIN_TOKEN_CHARS)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(token + "\n")
    return token


def _read_token(path: Path) -> str:
    token = path.read_text(encoding="utf-8").strip()
    if len(token) < MIN_TOKEN_CHARS or path.is_symlink() or path.stat().st_mode & 0o077:
        raise SettingsError(
            "The token of this machine cannot be used.",
            where=str(path),
            why="it is too short, a link, or others can read it",
            fix="delete the file; the next start makes a new one",
        )
    return token
