"""Actions that wait for a person. The model can prepare one; only a person lets it run."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

MAX_WAITING = 100
"""More than this at once means that somebody floods the approver; further ones are refused."""


class TooManyWaiting(RuntimeError):
    """The list of waiting actions is full."""


@dataclass(frozen=True)
class PendingAction:
    """One action, exactly as it will run."""

    id: str
    request_id: str
    """The request in which the model asked for it."""
    tool: str
    summary: str
    """What the person sees and the audit log keeps. Made by our code from checked arguments,
    never by the model."""
    run: Callable[[], str]
    expires: float
    """On the clock of the list, in seconds."""


class Approvals:
    """Waiting actions in memory. Each runs at most once, and not at all after its time."""

    def __init__(self, minutes: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = minutes * 60
        self._clock = clock
        self._waiting: dict[str, PendingAction] = {}

    def add(
        self, tool: str, summary: str, run: Callable[[], str], *, request_id: str
    ) -> PendingAction:
        """Puts an action on the list and returns it.

        Args:
            tool: Name of the tool.
            summary: What the person sees, made from checked arguments.
            run: Does it, and returns what came of it.
            request_id: The request in which the model asked for it.

        Raises:
            TooManyWaiting: when the list is full.
        """
        self._forget_expired()
        if len(self._waiting) >= MAX_WAITING:
            raise TooManyWaiting
        expires = self._clock() + self._seconds
        action_id = secrets.token_urlsafe(16)
        action = PendingAction(action_id, request_id, tool, summary, run, expires)
        self._waiting[action_id] = action
        return action

    def take(self, action_id: str) -> PendingAction | None:
        """Removes an action from the list and returns it, or None when it is gone or expired."""
        self._forget_expired()
        return self._waiting.pop(action_id, None)

    def waiting(self) -> list[PendingAction]:
        """Returns the actions that still wait, oldest first."""
        self._forget_expired()
        return list(self._waiting.values())

    def _forget_expired(self) -> None:
        now = self._clock()
        self._waiting = {key: item for key, item in self._waiting.items() if item.expires > now}
