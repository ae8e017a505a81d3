"""What a secret looks like: published token formats first, then named values with high entropy.

Text goes in, matches with the rule and the position come out. Standard library only and Python 3.8
or later, because the commit hook runs this before any environment exists.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import string
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from security.checks.secret_formats import PROVIDER_RULES, Rule

_CODE_SUFFIXES = """
.py .pyi .js .jsx .ts .tsx .java .kt .scala .go .rs .c .h .cc .cpp .cs .rb .php .swift .r .jl .lua
.sql
"""
CODE_SUFFIXES = frozenset(_CODE_SUFFIXES.split())

# Parts of a value, and whole values, that only documentation and templates use.
_SAMPLE_WORDS = re.compile(
    r"example|placeholder|change[-_]?me|replace[-_]?me|your[-_]|redacted|dummy|insert[-_]|_here\b"
    r"|<[^>]*>|x{5,}|\*{3,}|\.{3}",
    re.IGNORECASE,
)
_SAMPLES = """
password passwd pass secret token changeme postgres root admin guest user test testing none null
true false
"""
_SAMPLE_VALUES = frozenset(_SAMPLES.split())
_REFERENCE = re.compile(
    r"^\$[A-Za-z_{(]|^%\w+%$|^[!&*][\w.]+$|\$\{|\{\{|\{[A-Za-z_.]*\}|%\(|^env[.:]|^arn:"
    r"|^[a-z][a-z0-9+.-]*://|^\.{1,2}/|^/[a-z]+/|^<|^\["
)
_DOTTED_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_BASE64_RUN = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,}={0,2}")
_PRINTABLE = frozenset(string.printable.encode())


@dataclass(frozen=True)
class Match:
    """A rule, the offset of the value in the text, the value, and a remark for the reader."""

    rule: Rule
    start: int
    value: str
    remark: str = ""


_NAMES = (
    r"passw(?:or)?d|passwd|passphrase|(?<![A-Za-z])pass(?![A-Za-z])|(?<![A-Za-z])pwd"
    r"|secret|token|credentials?|api[_\-. ]?key|_?auth(?![A-Za-z])"
    r"|(?<![A-Za-z_.\-])key|(?:access|auth|account|secret|private|encryption|signing|client|master"
    r"|storage|service|license|admin)[_\-.]?key"
)
_QUOTED = r"[rbf]?(?P<quote>[\"'`])(?P<quoted>(?:\\.|(?!(?P=quote))[^\\\s]){8,300})(?P=quote)"
_BARE = r"(?P<bare>[^\s\"'`,;#()\[\]{}<>\\]{8,300})"
_SEPARATOR = (
    r"[\"'\]]{0,2}\s{0,4}"
    r"(?::\s{0,2}[A-Za-z][\w.|\[\] ]{0,40}?=|={1,3}|:=?|=>)"  # `name: type =`, `=`, `:`, `=>`
    r"\s{0,6}(?:\(\s{0,40})?"
)
_ASSIGNMENT = re.compile(rf"(?i:(?P<name>{_NAMES})){_SEPARATOR}(?:{_QUOTED}|{_BARE})")
_DEFAULT = re.compile(
    rf"(?:getenv|environ\.get|\.get|setdefault)\(\s{{0,40}}[\"'][\w\-.]{{0,60}}?"
    rf"(?i:(?P<name>{_NAMES}))[\"'],\s{{0,40}}{_QUOTED}"
)
_ELEMENT = re.compile(rf"(?i:(?P<name>{_NAMES}))>\s{{0,4}}(?P<bare>[^\s<>]{{8,300}})</")
_FLAG = re.compile(rf"--[\w\-]{{0,30}}?(?i:(?P<name>{_NAMES}))[ \t]{{1,4}}(?:{_QUOTED}|{_BARE})")
_NETRC = re.compile(r"login\s{1,8}\S{1,80}\s{1,8}(?P<name>password)\s{1,8}(?P<bare>\S{8,300})")
_VOCABULARY = re.compile(
    r"(?:pad|eos|bos|unk|mask|sep|cls|special|stop|start|end|begin|image|next|prev|max|min|num"
    r"|csrf_header)_?$",
    re.IGNORECASE,
)
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_HINT = re.compile(r"pass|pwd|secret|token|credential|key|auth")

GENERIC_RULE = Rule(
    "named-secret",
    "value of a name like password, token or key",
    _ASSIGNMENT,
    (),
    "a value under such a name is most often a live credential",
)


def entropy(value: str) -> float:
    """Shannon entropy of the characters, in bits per character (0 for an empty string)."""
    total = len(value)
    counts = (value.count(character) for character in set(value))
    return -sum(count / total * math.log2(count / total) for count in counts)


def _longest_sequence(value: str) -> int:
    """Length of the longest run of equal or consecutive characters, as in `aaaa` or `1234`."""
    best = same = rising = 1
    for index in range(1, len(value)):
        step = ord(value[index]) - ord(value[index - 1])
        same = same + 1 if step == 0 else 1
        rising = rising + 1 if step == 1 else 1
        best = max(best, same, rising)
    return best


def is_sample(value: str) -> bool:
    """Whether the value is visibly made up: a word of documentation, `aaaaaaaa`, `12345678`."""
    if _SAMPLE_WORDS.search(value) or value.lower() in _SAMPLE_VALUES:
        return True
    return _longest_sequence(value) >= 8 or len(set(value)) < 5


def _is_credential(name: str, value: str, quoted: bool) -> bool:
    """Whether a named value is random enough to be a credential and no reference to one."""
    if is_sample(value) or _REFERENCE.search(value) or _DOTTED_NAME.fullmatch(value):
        return False
    if name.lower() == "key" and (not quoted or len(value) < 32):
        return False  # too common a word: only a long quoted value under it is worth a look
    letters = any(character.isalpha() for character in value)
    digits = any(character.isdigit() for character in value)
    symbols = any(not character.isalnum() and character not in "-_./: " for character in value)
    bits = entropy(value)
    if len(value) >= 10 and bits >= 3.0 and _case_changes(value) >= 0.35:
        return True
    if "pass" in name.lower() or name.lower() == "pwd":
        return bits >= 2.5 and letters and (digits or (quoted and symbols))
    return bits >= 3.0 and letters and digits


def _case_changes(value: str) -> float:
    """The share of neighbours of different case: near 0.5 in random text, low in CamelCase."""
    pairs = [value[index : index + 2] for index in range(len(value) - 1)]
    changes = sum(pair.isalpha() and pair[0].isupper() != pair[1].isupper() for pair in pairs)
    return changes / len(pairs)


def _github_checksum(value: str) -> str:
    """A remark when the last six characters are the CRC32 that GitHub puts there."""
    body, check = value[4:-6], value[-6:]
    alphabet = string.digits + string.ascii_uppercase + string.ascii_lowercase
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, rest = divmod(number, 62)
        digits = alphabet[rest] + digits
    valid = digits.rjust(6, "0") == check
    return "its checksum is right, so it was issued by the provider" if valid else ""


def _provider_matches(text: str) -> Iterator[Match]:
    for rule in PROVIDER_RULES:
        if not any(anchor in text for anchor in rule.anchors):
            continue
        for found in rule.pattern.finditer(text):
            value = found.group(1)
            if is_sample(value) or (rule.name != "url-password" and entropy(value) < 2.8):
                continue
            loose = rule.name in ("openai-key", "bearer-header")
            if loose and not any(character.isdigit() for character in value):
                continue
            remark = _github_checksum(value) if rule.name == "github-token" else ""
            yield Match(rule, found.start(1), value, remark)


def _named_matches(text: str, code: bool) -> Iterator[Match]:
    for start, end in _windows(text):
        yield from _named_within(text, start, end, code)


def _windows(text: str) -> list[tuple[int, int]]:
    """The parts of the text near a word that may name a secret; slow patterns only look there."""
    merged: list[tuple[int, int]] = []
    for hint in _HINT.finditer(text.translate(_LOWER)):
        start, end = max(0, hint.start() - 100), hint.end() + 420
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _named_within(text: str, start: int, end: int, code: bool) -> Iterator[Match]:
    for pattern in (_ASSIGNMENT, _DEFAULT, _ELEMENT, _FLAG, _NETRC):
        for found in pattern.finditer(text, start, end):
            groups = found.groupdict()
            value, quoted = groups.get("quoted"), True
            if value is None:
                value, quoted = groups.get("bare"), False
            if value is None or (code and not quoted and pattern is not _ELEMENT):
                continue
            before = text[max(0, found.start("name") - 24) : found.start("name")]
            if found.group("name").lower() == "token" and _VOCABULARY.search(before):
                continue
            if _is_credential(found.group("name"), value, quoted):
                yield Match(GENERIC_RULE, found.start("quoted" if quoted else "bare"), value)


def _decoded(text: str) -> Iterator[tuple[int, str]]:
    """Readable texts that are hidden as base64 in `text`, with their offsets."""
    for run in _BASE64_RUN.finditer(text):
        body = run.group().rstrip("=").replace("-", "+").replace("_", "/")
        head = body[:64]
        try:
            if not set(base64.b64decode(head[: len(head) // 4 * 4])) <= _PRINTABLE:
                continue
            raw = base64.b64decode(body + "=" * (-len(body) % 4))
        except (binascii.Error, ValueError):
            continue
        yield run.start(), raw.decode("latin-1")


def scan(text: str, suffix: str = "", named: bool = True) -> list[Match]:
    """All secrets in `text`, each once, in order of position.

    `suffix` is the file's suffix: in source code only quoted values count as named secrets.
    `named=False` leaves the named values out, for bytes that are not text.
    """
    found = list(_provider_matches(text))
    if named:
        found += _named_matches(text, code=suffix.lower() in CODE_SUFFIXES)
        for offset, inner in _decoded(text):
            hidden = (*_provider_matches(inner), *_named_matches(inner, code=False))
            remark = "it is hidden as base64"
            found += [Match(match.rule, offset, match.value, remark) for match in hidden]
    return _without_overlaps(found)


def _without_overlaps(matches: Iterable[Match]) -> list[Match]:
    kept: list[Match] = []
    for match in matches:  # provider rules come first and win
        end = match.start + len(match.value)
        if all(
            end <= other.start or other.start + len(other.value) <= match.start for other in kept
        ):
            kept.append(match)
    return sorted(kept, key=lambda match: match.start)
