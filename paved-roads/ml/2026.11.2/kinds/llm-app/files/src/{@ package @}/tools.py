"""The tools that the model may ask for. There is no other way from the model to the world.

A tool is a typed function with checked arguments. None has a shell or a network. Which tool may run
is decided by the settings and by what the model has read, never by the model: an unknown tool, a
tool that is not permitted and arguments that do not fit are refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from . import audit
from .approvals import Approvals, PendingAction, TooManyWaiting
from .calculator import CalculationError, calculate
from .errors import ProjectError
from .llm import ToolCall, ToolSpec
from .retrieval import Index, Passage
from .settings import Permission

RESERVATIONS = Path("audit/reservations.jsonl")
MAX_DAYS_AHEAD = 60
MAX_SUMMARY_CHARS = 500
"""A person has to read it and the audit log keeps it; a call with a longer one is refused."""


class ToolSettingsError(ProjectError, ValueError):
    """Permissions that make no sense."""


class ToolRefused(ValueError):
    """A call that does not run. The message goes back to the model and holds no foreign text."""


class Arguments(BaseModel):
    """Base of the arguments of a tool: strict types, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True)
class Outcome:
    """What a tool gives back to the model."""

    text: str = ""
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """A call with checked arguments, ready to run."""

    run: Callable[[], Outcome]
    summary: str
    """One sentence for the person who approves, made from the checked arguments."""


@dataclass(frozen=True)
class Tool:
    """A function the model may ask for. Made by `tool`."""

    spec: ToolSpec
    prepare: Callable[[str], Prepared]
    """Checks the arguments, JSON text, and raises `ToolRefused` when they do not fit."""
    effects: bool
    """Whether it changes anything outside the answer; then a person approves each run."""


def tool(
    name: str,
    description: str,
    arguments: type[A],
    run: Callable[[A], Outcome],
    *,
    effects: bool = False,
    summary: Callable[[A], str] = str,
) -> Tool:
    """Returns a tool whose arguments are checked before it runs.

    Args:
        name: What the model calls it.
        description: What the model is told about it.
        arguments: Type of the arguments.
        run: The function. It raises `ToolRefused` for a call that it cannot serve.
        effects: Whether it changes anything outside the answer.
        summary: Says in one sentence what a run with these arguments does. A person reads it and
            the audit log keeps it, so leave out what must not be kept there.
    """

    def prepare(text: str) -> Prepared:
        try:
            checked = arguments.model_validate_json(text)
        except ValueError as error:
            raise ToolRefused(f"the arguments of {name} are not valid") from error
        return Prepared(lambda: run(checked), summary(checked))

    spec = ToolSpec(name, description, arguments.model_json_schema())
    return Tool(spec, prepare, effects)


class _Calculation(Arguments):
    expression: str = Field(max_length=200, description="for example 3 * (0.20 + 1)")


class _Lookup(Arguments):
    source: str = Field(max_length=200, description="a source id, for example handbook#borrowing")


class _Reservation(Arguments):
    room: Literal["anchor", "beacon", "compass"]
    day: date = Field(description="the day, written 2026-12-31")


def calculator() -> Tool:
    """Returns the tool that does arithmetic."""

    def run(arguments: _Calculation) -> Outcome:
        try:
            return Outcome(f"{calculate(arguments.expression):.10g}")
        except CalculationError as error:
            raise ToolRefused(str(error)) from error

    return tool("calculator", "Work out an arithmetic expression.", _Calculation, run)


def lookup_document(index: Index) -> Tool:
    """Returns the tool that reads one passage of the index."""

    def run(arguments: _Lookup) -> Outcome:
        passage = index.get(arguments.source)
        if passage is None:
            raise ToolRefused("there is no document with this source id")
        return Outcome(passages=(passage,))

    return tool("lookup_document", "Read one document by its source id.", _Lookup, run)


def reserve_room(root: Path, today: Callable[[], date] = date.today) -> Tool:
    """Returns the tool that reserves a meeting room: the example of a tool with an effect.

    A reservation is a line in a log. Replace `run` with a call of your own system.
    """

    def run(arguments: _Reservation) -> Outcome:
        if not today() <= arguments.day <= today() + timedelta(days=MAX_DAYS_AHEAD):
            raise ToolRefused(f"a room can be reserved from today to {MAX_DAYS_AHEAD} days ahead")
        event = {"room": arguments.room, "day": arguments.day.isoformat()}
        audit.append(root / RESERVATIONS, event)
        return Outcome(f"{arguments.room} is reserved on {arguments.day.isoformat()}")

    return tool(
        "reserve_room",
        "Reserve a meeting room for one day.",
        _Reservation,
        run,
        effects=True,
        summary=lambda a: f"reserve the room {a.room} on {a.day.isoformat()}",
    )


def default_tools(index: Index, root: Path) -> list[Tool]:
    """Returns the tools of this service. To add one, write a function above and list it here."""
    return [calculator(), lookup_document(index), reserve_room(root)]


class Toolbox:
    """Decides which calls run. Everything that is not permitted is refused."""

    def __init__(
        self,
        tools: Sequence[Tool],
        permissions: Mapping[str, Permission],
        approvals: Approvals,
    ) -> None:
        self._tools = {tool.spec.name: tool for tool in tools}
        self._permissions = permissions
        self._approvals = approvals
        for name, permission in permissions.items():
            if name not in self._tools:
                raise _odd_permission(name, f"the tools are {', '.join(sorted(self._tools))}")
            if self._tools[name].effects and permission is Permission.AUTO:
                raise _odd_permission(name, "a tool with effects never runs without a person")

    def permission(self, name: str, *, untrusted: bool) -> Permission:
        """Returns what may be done with a tool now.

        Args:
            name: Name of the tool, known or not.
            untrusted: Whether the model has read text that strangers can write. Then a tool with
                effects is denied, since the wish may be theirs.
        """
        tool = self._tools.get(name)
        if tool is None or (tool.effects and untrusted):
            return Permission.DENY
        return self._permissions.get(name, Permission.DENY)

    def specs(self, *, untrusted: bool) -> list[ToolSpec]:
        """Returns the tools that are offered to the model now."""
        return [
            tool.spec
            for name, tool in self._tools.items()
            if self.permission(name, untrusted=untrusted) is not Permission.DENY
        ]

    def call(self, call: ToolCall, *, untrusted: bool, request_id: str) -> Outcome | PendingAction:
        """Runs a call, or puts it before a person.

        Args:
            call: What the model asks for, not checked yet.
            untrusted: Whether the model has read text that strangers can write.
            request_id: The request that it belongs to; a waiting action carries it.

        Raises:
            ToolRefused: when the call is not permitted, does not fit or fails.
        """
        permission = self.permission(call.name, untrusted=untrusted)
        if permission is Permission.DENY:
            raise ToolRefused("this tool is not available")
        tool = self._tools[call.name]
        prepared = tool.prepare(call.arguments)
        if permission is Permission.AUTO and not tool.effects:
            return prepared.run()
        if len(prepared.summary) > MAX_SUMMARY_CHARS:
            raise ToolRefused("the action is too long for a person to read")
        try:
            return self._approvals.add(
                call.name,
                prepared.summary,
                lambda: prepared.run().text,
                request_id=request_id,
            )
        except TooManyWaiting as error:
            raise ToolRefused("too many actions wait for approval") from error


def _odd_permission(name: str, why: str) -> ToolSettingsError:
    return ToolSettingsError(
        f"The permission of the tool `{name}` cannot be used.",
        where="the section [tools.permissions] of the settings",
        why=why,
        fix="correct the name or the permission",
    )
