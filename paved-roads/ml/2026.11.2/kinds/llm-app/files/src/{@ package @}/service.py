"""Answers one question: check, find, ask the model, run tools, check again, write it down.

The model is not trusted with anything. It sees screened passages, it gets the tools that this
request may use, its rounds and tokens are counted, and its text leaves only through the guard.
"""

import asyncio
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import audit
from .approvals import Approvals, PendingAction
from .guard import Blocked, Guard, cited_in
from .limits import TokenBudget
from .llm import ChatModel, Completion, Message, ModelError, ToolCall, ToolSpec
from .logs import get_logger
from .prompts import HiddenContext, conversation, fence
from .retrieval import Index, Passage
from .settings import Settings, Trust
from .tools import Outcome, Toolbox, ToolRefused

REQUESTS = Path("audit/requests.jsonl")
"""One line for each request: who, when, how it ended, digests of the texts, never the texts.
One line for each decision about an action: which request, which action, and what it does."""

REFUSALS = {
    "empty-question": "The question is empty.",
    "instructions-in-question": "The question reads like orders to the assistant. Reword it.",
    "hidden-context-in-answer": "The answer held text that must stay inside, so it was withheld.",
    "not-supported": "The documents do not hold the answer to this.",
    "no-answer": "The model gave no answer within its limits.",
}

_log = get_logger(__name__)


class Unavailable(RuntimeError):
    """The service cannot answer now. The message is fixed text, safe to show."""


@dataclass(frozen=True)
class Answer:
    """What the caller gets."""

    request_id: str
    text: str
    sources: tuple[Passage, ...]
    """The passages that the answer names and the model was really given."""
    refusal: str | None = None
    """Why there is no answer, a key of `REFUSALS`, or None."""
    removed: tuple[str, ...] = ()
    """Kinds of content that the guard took out of the answer."""
    tools: tuple[str, ...] = ()
    """Tools that ran."""
    waiting: tuple[PendingAction, ...] = ()
    """Actions that the model asks for and a person has to approve."""


class _Turn:
    """What one request has gathered so far."""

    def __init__(self, request_id: str, passages: list[Passage], messages: list[Message]) -> None:
        self.request_id = request_id
        self.passages = passages
        self.messages = messages
        self.tools: list[str] = []
        self.results: list[str] = []
        """Arguments and results of the tools that ran."""
        self.waiting: list[PendingAction] = []

    @property
    def untrusted(self) -> bool:
        """Whether the model has read text that strangers can write."""
        return any(passage.trust is Trust.UNTRUSTED for passage in self.passages)


@dataclass(frozen=True)
class Service:
    """The parts of the service. Build it with `assembly.build_service`."""

    settings: Settings
    root: Path
    index: Index
    model: ChatModel
    toolbox: Toolbox
    approvals: Approvals
    guard: Guard
    hidden: HiddenContext
    budget: TokenBudget
    audit_key: bytes

    async def ask(self, question: str, *, client: str) -> Answer:
        """Returns the answer to a question, or a refusal.

        Args:
            question: Text of the user, not checked yet.
            client: Who asks, for the audit log. Only its digest is kept.

        Raises:
            Unavailable: when the model fails, the hourly budget is spent or time is up.
            AuditError: when the request cannot be logged; then nothing is answered.
        """
        request_id, start = secrets.token_hex(8), time.monotonic()
        event = {"request": request_id, "client": self._digest(client)}
        event["question"] = self._digest(question)
        try:
            async with asyncio.timeout(self.settings.server.request_timeout_seconds):
                answer = await self._answer(question, request_id)
        except Exception as error:
            await self._record(event, start, {"outcome": "failed"})
            if isinstance(error, ModelError | TimeoutError):
                _log.warning("request %s failed: %s", request_id, str(error) or "time is up")
                raise Unavailable("The model gave no answer. Try again later.") from error
            raise
        outcome = {
            "outcome": answer.refusal or "answered",
            "answer": self._digest(answer.text),
            "sources": " ".join(passage.source for passage in answer.sources),
            "tools": " ".join(answer.tools),
            "waiting": " ".join(action.tool for action in answer.waiting),
            "removed": " ".join(answer.removed),
        }
        await self._record(event, start, outcome)
        return answer

    def problems(self) -> list[str]:
        """Returns the parts that keep the service from answering, as fixed words."""
        log = self.root / REQUESTS
        folder = log.parent if log.parent.exists() else self.root
        writable = os.access(log if log.exists() else folder, os.W_OK)
        return [] if writable else ["audit-log"]

    async def decide(self, action_id: str, *, approve: bool) -> str | None:
        """Runs or drops a waiting action for a person who may approve.

        The audit log says what was decided on, in the words that the person saw.

        Returns:
            What came of it, or None when no such action waits.

        Raises:
            AuditError: when the decision cannot be logged; then nothing runs.
        """
        action = self.approvals.take(action_id)
        if action is None:
            return None
        event = {
            "request": action.request_id,
            "action": action.id,
            "tool": action.tool,
            "summary": action.summary,
        }
        decision = "approved" if approve else "rejected"
        await self._record(event, time.monotonic(), {"outcome": decision})
        if not approve:
            return "The action was dropped."
        try:
            return await asyncio.to_thread(action.run)
        except ToolRefused as error:
            return f"The action was not possible: {error}."

    async def _answer(self, question: str, request_id: str) -> Answer:
        try:
            question = self.guard.check_question(question)
            found = self.index.search(question, self.settings.retrieval.passages)
            passages = self.guard.screen_passages(found)
            turn = _Turn(request_id, passages, conversation(question, passages, self.hidden))
            text = await self._converse(turn)
            if not text.strip() and not turn.waiting:
                raise Blocked("no-answer")
            checked = self.guard.check_answer(text)
            cited = cited_in(checked.text, turn.passages)
            if not turn.waiting:
                self.guard.check_support(checked.text, cited, turn.results)
        except Blocked as blocked:
            return Answer(request_id, REFUSALS[blocked.reason], (), refusal=blocked.reason)
        return Answer(
            request_id,
            checked.text,
            tuple(cited),
            removed=checked.removed,
            tools=tuple(turn.tools),
            waiting=tuple(turn.waiting),
        )

    async def _converse(self, turn: _Turn) -> str:
        """Lets the model call tools for a bounded number of rounds. Returns its last text."""
        for tool_round in range(self.settings.tools.max_rounds + 1):
            last = tool_round == self.settings.tools.max_rounds
            specs = [] if last else self.toolbox.specs(untrusted=turn.untrusted)
            completion = await self._complete(turn.messages, specs)
            if not completion.tool_calls:
                return completion.text
            if last:
                break
            self._run_tools(completion, turn)
            if turn.waiting:
                return "A person has to approve this first: " + "; ".join(
                    action.summary for action in turn.waiting
                )
        return ""

    async def _complete(self, messages: list[Message], specs: list[ToolSpec]) -> Completion:
        if self.budget.exhausted():
            raise Unavailable("The token budget of this hour is spent.")
        limit = self.settings.model.max_output_tokens
        completion = await self.model.complete(messages, specs, limit)
        self.budget.spend(completion.tokens)
        return completion

    def _run_tools(self, completion: Completion, turn: _Turn) -> None:
        calls = completion.tool_calls[: self.settings.tools.max_calls_per_round]
        turn.messages.append(Message("assistant", completion.text, calls))
        for call in calls:
            turn.messages.append(Message("tool", self._run_tool(call, turn), (), call.id))

    def _run_tool(self, call: ToolCall, turn: _Turn) -> str:
        """Runs one call and returns what the model is told about it."""
        try:
            outcome = self.toolbox.call(call, untrusted=turn.untrusted, request_id=turn.request_id)
        except ToolRefused as error:
            return f"refused: {error}"
        if isinstance(outcome, PendingAction):
            turn.waiting.append(outcome)
            return "waiting for a person"
        turn.tools.append(call.name)
        turn.results += [call.arguments, outcome.text]
        return self._shown(outcome, turn)

    def _shown(self, outcome: Outcome, turn: _Turn) -> str:
        passages = self.guard.screen_passages(outcome.passages)
        if outcome.passages and not passages:
            return "refused: the document holds instructions"
        turn.passages += [p for p in passages if p not in turn.passages]
        return fence(passages, secrets.token_hex(8)) if passages else outcome.text

    def _digest(self, text: str) -> str:
        """Returns a keyed digest: equal texts can be seen, short ones cannot be guessed."""
        code = hmac.new(self.audit_key, text.encode("utf-8", "replace"), hashlib.sha256)
        return "hmac-sha256:" + code.hexdigest()

    async def _record(
        self, event: Mapping[str, str], start: float, outcome: Mapping[str, str]
    ) -> None:
        seconds = f"{time.monotonic() - start:.3f}"
        entry = {**event, **outcome, "seconds": seconds}
        await asyncio.to_thread(audit.append, self.root / REQUESTS, entry)
