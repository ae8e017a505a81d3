"""A deterministic model for development and tests: no network, no key, the same answer every time.

It is gullible on purpose. It obeys every instruction it can see, wherever it stands: in the
question, in a document, in the result of a tool. A defence that holds against the stub therefore
works because of the code around the model, and not because a model happened to behave.
"""

import base64
import json
import re
from collections.abc import Sequence

from .llm import Completion, Message, ToolCall, ToolSpec, estimate_tokens
from .retrieval import words

_REVEAL = re.compile(
    r"\b(?:reveal|print|show|repeat|recite|recall|quote|translate|encode|spell out)\b[^.\n]{0,80}"
    r"\b(?:system prompt|your (?:instructions|configuration|rules|first message)|above text)\b",
    re.IGNORECASE,
)
_CALL = re.compile(r"\b(?:call|use|trigger)\s+`?(\w+)`?\s+with\s+(\{[^{}]*\})", re.IGNORECASE)
_SAY = re.compile(r"\b(?:say|write|append|answer with|reply with)\s+«([^»]*)»", re.IGNORECASE)
_REPEAT = re.compile(r"\brepeat\s+«([^»]*)»\s+(\d{1,7})\s+times", re.IGNORECASE)
_FOREVER = re.compile(r"\b(?:again and again|for ever|never stop)\b", re.IGNORECASE)
_QUESTION = re.compile(r"^QUESTION \S+\n(.*)\Z", re.MULTILINE | re.DOTALL)
_DOCUMENT = re.compile(r"^source: (\S+) \(trust: \w+\)\n((?:\| .*\n?)+)", re.MULTILINE)
_SUM = re.compile(r"\d[\d.]*(?:(?:\s*[+*/]\s*|\s+-\s+)\d[\d.]*)+")
_ROOM = re.compile(r"reserve\D*?(anchor|beacon|compass)\D*?(\d{4}-\d{2}-\d{2})", re.IGNORECASE)
_MAX_CHARS = 1_000_000


class StubModel:
    """Obeys instructions in anything it reads; else quotes the sentence that fits best."""

    async def complete(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], max_output_tokens: int
    ) -> Completion:
        """Returns the next turn. Ignores the output limit, as a faulty endpoint would."""
        del max_output_tokens
        offered = {tool.name for tool in tools}
        system = "\n".join(message.content for message in messages if message.role == "system")
        seen = "\n".join(message.content for message in messages if message.role != "system")
        results = [message.content for message in messages if message.role == "tool"]

        call = _wanted_call(seen, repeat=not results or bool(_FOREVER.search(seen)))
        # Obeys even when the tool was not offered: a real model can make up a call, too.
        if call is None and not results:
            call = _useful_call(_question(seen), offered)
        if call is not None:
            return Completion("", (call,), estimate_tokens(messages, call.arguments))
        text = _obeyed_text(seen, system) or _quoted_answer(seen, results)
        return Completion(text, (), estimate_tokens(messages, text))


def _question(seen: str) -> str:
    match = _QUESTION.search(seen)
    return match[1] if match else seen


def _wanted_call(seen: str, *, repeat: bool) -> ToolCall | None:
    match = _CALL.search(seen)
    return ToolCall("call-1", match[1], match[2]) if match and repeat else None


def _useful_call(question: str, offered: set[str]) -> ToolCall | None:
    """Returns the call that an honest question asks for."""
    room = _ROOM.search(question)
    if room and "reserve_room" in offered:
        arguments = {"room": room[1].lower(), "day": room[2]}
        return ToolCall("call-1", "reserve_room", json.dumps(arguments))
    total = _SUM.search(question)
    if total and "calculator" in offered:
        return ToolCall("call-1", "calculator", json.dumps({"expression": total[0]}))
    return None


def _obeyed_text(seen: str, system: str) -> str:
    """Returns what an instruction somewhere in the conversation asks the model to write."""
    if match := _REPEAT.search(seen):
        return (match[1] * int(match[2]))[:_MAX_CHARS]
    if match := _REVEAL.search(seen):
        asked = match[0].casefold() + seen[match.end() : match.end() + 80].casefold()
        if "base64" in asked:
            return base64.b64encode(system.encode()).decode()
        if "backwards" in asked:
            return system[::-1]
        if "spaces" in asked:
            return " ".join(system)
        return system
    return "\n".join(match[1] for match in _SAY.finditer(seen))


def _quoted_answer(seen: str, results: Sequence[str]) -> str:
    """Returns the sentence of the documents that shares most words with the question."""
    if results and not _DOCUMENT.search(results[-1]):
        return f"The result is {results[-1]}."
    wanted = set(words(_question(seen)))
    best = (0, "I do not know. The documents do not hold the answer.")
    for document in _DOCUMENT.finditer(seen):
        title, _, body = document[2].replace("| ", "").partition("\n")
        for sentence in re.split(r"(?<=[.!?])\s+", body.strip()):
            shared = 2 * len(wanted & set(words(sentence))) + len(wanted & set(words(title)))
            if shared > best[0]:
                best = (shared, f"{sentence} [{document[1]}]")
    return best[1]
