"""The reviewed list of false positives of the secret scanner, `security/allow-secrets.toml`.

Each entry names one finding by path, rule and fingerprint, and says why, who answers for it and
until when. Read by a parser of its own (a strict part of TOML), because the commit hook may run on
a Python that has none.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from pathlib import Path

from security.checks.report import CouldNotCheck

ALLOW_FILE = "security/allow-secrets.toml"
MAXIMUM_DAYS = 180
_KEYS = ("path", "rule", "fingerprint", "reason", "owner", "until")
_LINE = re.compile(r'([a-z]+)\s*=\s*"([^"\\]*)"\s*(?:#.*)?')
_DAY = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True)
class Allowed:
    """One accepted false positive. `until` is a day, as in 2027-01-31."""

    path: str
    rule: str
    fingerprint: str
    reason: str
    owner: str
    until: str


def fingerprint(rule: str, value: str) -> str:
    """A short name for a value that does not tell the value.

    The hash is slow on purpose: a log that shows it is no help in guessing a password.
    """
    salt = f"highroad secret {rule}".encode()
    return hashlib.pbkdf2_hmac("sha256", value.encode(), salt, 200_000).hex()[:16]


def read(path: Path, today: str = "") -> list[Allowed]:
    """Reads the list; a missing file is an empty list.

    Raises:
        CouldNotCheck: on anything but complete, current entries. A typo here must not open a hole.
    """
    if not path.exists():
        return []
    now = today or time.strftime("%Y-%m-%d", time.gmtime())
    latest = time.strftime("%Y-%m-%d", time.gmtime(_seconds(now) + MAXIMUM_DAYS * 86_400))
    entries: list[dict[str, str]] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, text in enumerate((line.strip() for line in lines), start=1):
        if not text or text.startswith("#"):
            continue
        if re.fullmatch(r"\[\[allow\]\]\s*(?:#.*)?", text):
            entries.append({})
            continue
        pair = _LINE.fullmatch(text)
        if (
            pair is None
            or not entries
            or pair.group(1) not in _KEYS
            or pair.group(1) in entries[-1]
        ):
            raise CouldNotCheck(
                f'{ALLOW_FILE}:{number}: expected `[[allow]]` and then lines like key = "value" '
                f"with the keys {', '.join(_KEYS)}, each once"
            )
        entries[-1][pair.group(1)] = pair.group(2)
    return [_checked(entry, now, latest) for entry in entries]


def _checked(entry: dict[str, str], now: str, latest: str) -> Allowed:
    missing = [key for key in _KEYS if not entry.get(key, "").strip()]
    place = f"{ALLOW_FILE}: the entry for {entry.get('path') or 'an unnamed path'}"
    if missing:
        raise CouldNotCheck(f"{place} lacks {', '.join(missing)}")
    if not _DAY.fullmatch(entry["until"]):
        raise CouldNotCheck(f"{place} has no day in `until`; write it as 2027-01-31")
    if entry["until"] < now:
        raise CouldNotCheck(
            f"{place} ended on {entry['until']}; remove the value, or review it and set a new day"
        )
    if entry["until"] > latest:
        raise CouldNotCheck(
            f"{place} runs longer than {MAXIMUM_DAYS} days; choose a day up to {latest}"
        )
    return Allowed(**entry)


def _seconds(day: str) -> float:
    return time.mktime(time.strptime(day, "%Y-%m-%d")) - time.timezone
