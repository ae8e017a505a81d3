"""The edge of the service: every request passes here before any other code of ours sees it.

Deny by default: a new route is behind the token, the limits and the headers from the start.
"""

import asyncio
import hashlib
import hmac
import json
import math
import traceback
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from enum import StrEnum
from typing import Any

from .limits import RateLimiter, client_of
from .logs import get_logger
from .settings import Authentication, Settings, is_loopback

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

OPEN_PATHS = frozenset({"/health/live", "/health/ready"})
"""Answer without a token; they say nothing but whether the service works."""

SECURITY_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
BODY_SECONDS = 10.0
"""How long a client may take to send its body."""

_log = get_logger(__name__)


class Role(StrEnum):
    """What a caller may do."""

    ASKER = "asker"
    APPROVER = "approver"


class Rejected(Exception):
    """A request that goes no further."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def error_body(code: str, message: str) -> dict[str, dict[str, str]]:
    """Returns the body of every error answer."""
    return {"error": {"code": code, "message": message}}


class Edge:
    """Wraps the application with headers, limits and authentication."""

    def __init__(self, application: Application, settings: Settings) -> None:
        self._application = application
        self._server = settings.server
        self._limiter = RateLimiter(settings.server.requests_per_minute)
        self._running = 0
        held = {
            Role.ASKER: settings.secrets.api_token,
            Role.APPROVER: settings.secrets.approver_token,
        }
        self._tokens = {
            role: _digest(secret.get_secret_value().encode())
            for role, secret in held.items()
            if secret is not None
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one connection of the server."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._application(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def guarded_send(event: Event) -> None:
            nonlocal started
            if event["type"] == "http.response.start":
                started = True
                event["headers"] = [*event.get("headers", ()), *SECURITY_HEADERS]
            await send(event)

        try:
            if scope["path"] in OPEN_PATHS:
                await self._application(scope, receive, guarded_send)
            else:
                await self._checked(scope, receive, guarded_send)
        except Rejected as rejected:
            await _send_error(guarded_send, rejected)
        except Exception as error:
            # Only where and what kind: the text of an error can repeat what the user wrote.
            places = "".join(traceback.format_tb(error.__traceback__))
            _log.error("request failed with %s at %s", type(error).__name__, places)
            if not started:
                fault = Rejected(500, "internal", "The service failed. Try again later.")
                await _send_error(guarded_send, fault)

    async def _checked(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        self._check_rate(scope)
        scope.setdefault("state", {})["role"] = self._role(headers)
        body = await self._read_body(headers, receive)
        if self._running >= self._server.max_concurrent_requests:
            raise Rejected(503, "busy", "Too many requests at once.", {"Retry-After": "1"})
        self._running += 1
        try:
            await self._application(scope, _replay(body, receive), send)
        finally:
            self._running -= 1

    def _check_rate(self, scope: Scope) -> None:
        wait = self._limiter.wait(client_of(client_host(scope)))
        if wait:
            headers = {"Retry-After": str(math.ceil(wait))}
            raise Rejected(429, "too-many-requests", "Wait before the next request.", headers)

    def _role(self, headers: Mapping[bytes, bytes]) -> Role:
        scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
        given = _digest(token.strip())
        # Every token is compared, each in constant time, so that timing tells nothing.
        matches = [
            role for role, known in self._tokens.items() if hmac.compare_digest(given, known)
        ]
        if matches and scheme.lower() == b"bearer":
            return matches[0]
        if self._server.authentication is Authentication.OFF:
            self._check_local_host(headers)
            return Role.ASKER
        raise Rejected(
            401,
            "unauthorised",
            "Send a valid token in the header Authorization: Bearer.",
            {"WWW-Authenticate": "Bearer"},
        )

    def _check_local_host(self, headers: Mapping[bytes, bytes]) -> None:
        """Keeps web pages out that point their own name at this machine."""
        host = headers.get(b"host", b"").decode("latin-1")
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        if not is_loopback(name):
            raise Rejected(421, "wrong-host", "This service answers only under a local name.")

    async def _read_body(self, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        limit = self._server.max_body_bytes
        too_large = Rejected(413, "too-large", f"A request has at most {limit} bytes.")
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit() or len(announced) > 12 or int(announced) > limit:
            raise too_large
        body, more = bytearray(), True
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while more:
                    event = await receive()
                    if event["type"] != "http.request":
                        raise Rejected(400, "incomplete", "The request ended too early.")
                    body += event.get("body", b"")
                    if len(body) > limit:
                        raise too_large
                    more = event.get("more_body", False)
        except TimeoutError as error:
            raise Rejected(408, "too-slow", "The request took too long to arrive.") from error
        return bytes(body)


def client_host(scope: Mapping[str, Any]) -> str | None:
    """Returns the address of the other end of the connection.

    Headers such as X-Forwarded-For are not read: everybody can write them.
    """
    client = scope.get("client")
    return str(client[0]) if client else None


def _replay(body: bytes, receive: Receive) -> Receive:
    """Returns a channel that gives the body once and then what the server says."""
    waiting = [body]

    async def replayed() -> Event:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replayed


async def _send_error(send: Send, rejected: Rejected) -> None:
    body = json.dumps(error_body(rejected.code, rejected.message)).encode()
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **rejected.headers,
    }
    encoded = [(key.lower().encode(), value.encode()) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": rejected.status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


def _digest(token: bytes) -> bytes:
    """Returns a digest of equal length for every token, so that a comparison hides the length."""
    return hashlib.sha256(token).digest()
