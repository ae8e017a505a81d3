"""The guard: checks on what goes into the model and on what comes out of it.

The checks of the question and of the passages catch known wordings; a new wording gets past them.
So the checks of the answer do not care how an attack was worded: they look for what must not leave.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from .prompts import HiddenContext
from .retrieval import Passage, words
from .settings import GuardSettings

_INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}"
    r"\b(?:instructions?|rules|prompts?|guidelines|above|previous|before)\b"
    r"|\b(?:reveal|print|show|repeat|recite)\b[^.\n]{0,40}\b(?:system prompt|your instructions)\b"
    r"|\b(?:you are now|act as|pretend to be)\b[^.\n]{0,60}\b(?:without|no|unrestricted|admin)\b"
    r"|\b(?:call|use|run|invoke)\b[^.\n]{0,40}\bwith\s*\{"
    r"|<\|[^|\n]{1,40}\|>|\[/?INST\]|^\s*#*\s*(?:system|assistant)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
_CANARY_PART = 8
"""This many characters of the marker in a row are a leak."""
_PROMPT_PART = 8
"""This many words of the system prompt in a row are a leak."""
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{12,}")

_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*KEY-----.*?(?:-----END [A-Z ]*KEY-----|\Z)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\b(?:gh[pousr]|github_pat|glpat|sk|xox[abprs]|hf|npm|pypi)[-_][A-Za-z0-9_-]{16,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
    r"|\bBearer\s+[A-Za-z0-9._~+/-]{16,}=*",
    re.DOTALL,
)
_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_PHONE = re.compile(r"(?<![\w.])(?:\+|00|0)\d(?:[ ()/-]?\d){7,13}(?![\w.])")

_IMAGE = re.compile(r"!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])?")
_LINK = re.compile(r"\[([^\]\n]*)\]\(\s*<?([^)\s>]*)>?[^)\n]*\)")
_URL = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*:)?//[^\s<>\"'`)\]]+"
    r"|\b(?:javascript|vbscript|data|file|mailto):[^\s<>\"'`)\]]+"
    r"|\bwww\.[^\s<>\"'`)\]]+",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(?=[a-z/!?])", re.IGNORECASE)
_CITATION = re.compile(r"\[([\w-]+#[\w-]+)\]")
_GLUE = frozenset(words("the answer result sum total of that is equals"))
"""Words that carry no statement of their own."""
_NOTE = re.compile(r"\([a-z]+ removed\)")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class Blocked(ValueError):
    """Text that must not pass. `reason` is a fixed word, safe to show and to log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class CheckedAnswer:
    """An answer that may leave, and what was taken out of it."""

    text: str
    removed: tuple[str, ...]


class Guard:
    """The checks of one service."""

    def __init__(
        self, settings: GuardSettings, hidden: HiddenContext, secret_values: Iterable[str] = ()
    ) -> None:
        """Keeps what the checks compare with.

        Args:
            settings: What an answer may contain.
            hidden: The prompt and the marker that no answer may hold.
            secret_values: Keys and tokens of this service, taken out word for word.
        """
        self._settings = settings
        self._canary = _fold(hidden.canary)
        self._prompt_parts = frozenset(_parts(hidden.system_prompt))
        self._secret_values = tuple(sorted(secret_values, key=len, reverse=True))

    def check_question(self, question: str) -> str:
        """Returns the question without invisible characters.

        Raises:
            Blocked: when the question tries to give orders, or nothing is left of it.
        """
        clean = visible(question).strip()
        if not clean:
            raise Blocked("empty-question")
        if _INJECTION.search(clean):
            raise Blocked("instructions-in-question")
        return clean

    def screen_passages(self, passages: Sequence[Passage]) -> list[Passage]:
        """Returns the passages that give no orders, without invisible characters.

        Reviewed documents are screened as well: a review can miss a line.
        """
        cleaned = [Passage(p.source, visible(p.title), visible(p.text), p.trust) for p in passages]
        return [p for p in cleaned if not _INJECTION.search(f"{p.title}\n{p.text}")]

    def check_answer(self, text: str) -> CheckedAnswer:
        """Returns the answer as inert text: no secrets, no markup, no foreign links.

        Raises:
            Blocked: when the answer holds a part of the hidden context, also encoded or reversed.
        """
        removed: list[str] = []
        if len(text) > self._settings.max_answer_chars:
            text = text[: self._settings.max_answer_chars]
            removed.append("length")
        text = visible(text)
        if self._leaks(text):
            raise Blocked("hidden-context-in-answer")
        for kind, change in (
            ("secret", self._without_secrets),
            ("personal-data", self._without_personal_data),
            ("link", self._without_links),
            ("markup", _without_markup),
        ):
            changed = change(text)
            if changed != text:
                removed.append(kind)
            text = changed
        return CheckedAnswer(text.strip(), tuple(removed))

    def check_support(self, text: str, cited: Sequence[Passage], results: Sequence[str]) -> None:
        """Returns when the answer rests on the passages that it names and on results of tools.

        Enough of its words and all of its numbers have to occur there. That does not prove the
        answer right; it stops text that somebody made the model say.

        Args:
            text: The checked answer.
            cited: The passages that the answer names.
            results: Arguments and results of tools.

        Raises:
            Blocked: when the answer does not rest on anything it was given.
        """
        said = _NOTE.sub("", _CITATION.sub("", text))
        given = "\n".join([*(f"{p.title} {p.text}" for p in cited), *results])
        if not set(_NUMBER.findall(said)) <= set(_NUMBER.findall(given)):
            raise Blocked("not-supported")
        said_words, given_words = set(words(said)) - _GLUE, set(words(given))
        shared = len(said_words & given_words)
        if not shared or shared < self._settings.min_support * len(said_words):
            raise Blocked("not-supported")

    def _leaks(self, text: str) -> bool:
        return any(self._holds_hidden(form) for form in (text, text[::-1], *_decoded(text)))

    def _holds_hidden(self, text: str) -> bool:
        folded = _fold(text)
        starts = range(len(self._canary) - _CANARY_PART + 1)
        if any(self._canary[start : start + _CANARY_PART] in folded for start in starts):
            return True
        return not self._prompt_parts.isdisjoint(_parts(text))

    def _without_secrets(self, text: str) -> str:
        for value in self._secret_values:
            text = text.replace(value, "(secret removed)")
        return _SECRETS.sub("(secret removed)", text)

    def _without_personal_data(self, text: str) -> str:
        if not self._settings.redact_personal_data:
            return text
        return _PHONE.sub("(number removed)", _EMAIL.sub("(address removed)", text))

    def _without_links(self, text: str) -> str:
        text = _LINK.sub(r"\1 (\2)", _IMAGE.sub("(image removed)", text))
        # What the two patterns did not understand must not be understood by a renderer either.
        text = text.replace("![", "! [").replace("](", "] (").replace("]:", "] :")
        return _URL.sub(self._allowed_link, text)

    def _allowed_link(self, match: re.Match[str]) -> str:
        url = match[0]
        try:
            parts = urlsplit(url)
            allowed = (
                parts.scheme == "https" and parts.hostname in self._settings.allowed_link_hosts
            )
        except ValueError:
            allowed = False
        return url if allowed else "(link removed)"


def cited_in(text: str, passages: Sequence[Passage]) -> list[Passage]:
    """Returns the passages that the text names in square brackets."""
    named = set(_CITATION.findall(text))
    return [passage for passage in passages if passage.source in named]


def visible(text: str) -> str:
    """Returns the text in its compatible form, without control and invisible characters.

    Line breaks and tabs stay. Direction marks, zero-width and tag characters hide text from people
    that a model still reads, and escape sequences steer a terminal.
    """
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", text)
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cs")
    )


def _fold(text: str) -> str:
    """Returns the letters and digits of the text, so that spacing and case hide nothing."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _parts(text: str) -> Iterable[str]:
    """Returns every run of `_PROMPT_PART` words."""
    found = re.findall(r"\w+", text.casefold())
    return {" ".join(found[i : i + _PROMPT_PART]) for i in range(len(found) - _PROMPT_PART + 1)}


def _decoded(text: str) -> Iterable[str]:
    """Returns what pieces of the text say when read as base64 or hexadecimal."""
    compact = re.sub(r"\s+", "", text)
    for match in _ENCODED.finditer(compact):
        run = match[0].replace("-", "+").replace("_", "/")
        for start in range(4):
            piece = run[start:]
            piece = piece[: len(piece) // 4 * 4]
            yield base64.b64decode(piece).decode("utf-8", errors="ignore")
        digits = re.sub(r"[^0-9A-Fa-f]", "", run)
        for start in range(2):
            piece = digits[start:]
            yield binascii.unhexlify(piece[: len(piece) // 2 * 2]).decode("utf-8", errors="ignore")


def _without_markup(text: str) -> str:
    """Returns the text with tags that a browser would show as text."""
    return _TAG.sub("&lt;", text)
