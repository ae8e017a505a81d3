"""The language model: what the service asks of one, and a client for remote endpoints."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from .endpoint import Endpoint
from .settings import ModelSettings

Role = Literal["system", "user", "assistant", "tool"]
JsonObject = dict[str, object]

CHARS_PER_TOKEN = 4
"""Rough size of a token, for endpoints that do not report how many they used."""


class ModelError(RuntimeError):
    """No usable answer. The message holds nothing that the model or the user wrote."""


@dataclass(frozen=True)
class ToolCall:
    """A wish of the model to run a tool. Nothing in it can be trusted."""

    id: str
    name: str
    arguments: str
    """JSON text, as the model wrote it."""


@dataclass(frozen=True)
class Message:
    """One turn of the conversation with the model."""

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""

    def to_wire(self) -> JsonObject:
        """Returns the message in the form of the chat-completions protocol."""
        wire: JsonObject = {"role": self.role, "content": self.content}
        if self.tool_calls:
            wire["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in self.tool_calls
            ]
        if self.tool_call_id:
            wire["tool_call_id"] = self.tool_call_id
        return wire


@dataclass(frozen=True)
class ToolSpec:
    """A tool as the model sees it."""

    name: str
    description: str
    parameters: Mapping[str, object]
    """JSON schema of the arguments."""

    def to_wire(self) -> JsonObject:
        """Returns the tool in the form of the chat-completions protocol."""
        function = {
            "name": self.name,
            "description": self.description,
            "parameters": dict(self.parameters),
        }
        return {"type": "function", "function": function}


@dataclass(frozen=True)
class Completion:
    """What the model answered."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    tokens: int = 0
    """Tokens of the request and the answer together."""


class ChatModel(Protocol):
    """Anything that continues a conversation."""

    async def complete(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], max_output_tokens: int
    ) -> Completion:
        """Returns the next turn, or raise `ModelError`."""
        ...


def estimate_tokens(messages: Sequence[Message], text: str) -> int:
    """Returns about how many tokens a request and its answer took."""
    chars = sum(len(message.content) for message in messages) + len(text)
    return max(1, chars // CHARS_PER_TOKEN)


class _Answer(BaseModel):
    """Base of the parts of an answer that are read; the rest of it is ignored."""

    model_config = ConfigDict(hide_input_in_errors=True)


class _Function(_Answer):
    name: str = Field(max_length=64)
    arguments: str = Field(default="{}", max_length=8_192)


class _WireToolCall(_Answer):
    id: str = Field(default="", max_length=128)
    function: _Function


class _WireMessage(_Answer):
    content: str | None = None
    tool_calls: list[_WireToolCall] | None = Field(default=None, max_length=64)


class _Choice(_Answer):
    message: _WireMessage


class _Usage(_Answer):
    total_tokens: int = Field(default=0, ge=0)


class _WireCompletion(_Answer):
    choices: list[_Choice] = Field(min_length=1, max_length=8)
    usage: _Usage | None = None


class OpenAIChatModel:
    """Client of any endpoint that speaks the OpenAI chat-completions protocol.

    TLS is verified, redirects are not followed (the key would travel with them), and both the time
    and the size of an answer are bounded.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        settings: ModelSettings,
        api_key: SecretStr | None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        # No compression: a small body that unpacks to a huge one would get past the size limit.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if api_key is not None:
            headers["Authorization"] = f"Bearer {api_key.get_secret_value()}"
        self._endpoint = endpoint
        self._settings = settings
        self._client = httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(settings.timeout_seconds),
            limits=httpx.Limits(max_connections=20),
            follow_redirects=False,
            verify=True,
            transport=transport,
        )

    async def complete(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], max_output_tokens: int
    ) -> Completion:
        """Returns the endpoint's next turn, or raise `ModelError`."""
        payload: JsonObject = {
            "model": self._endpoint.name,
            "messages": [message.to_wire() for message in messages],
            "max_tokens": max_output_tokens,
            "temperature": 0,
            "stream": False,
        }
        if tools:
            payload["tools"] = [tool.to_wire() for tool in tools]
        answer = _parse(await self._post(payload))
        message = answer.choices[0].message
        text = message.content or ""
        tokens = answer.usage.total_tokens if answer.usage else 0
        calls = tuple(
            ToolCall(call.id or f"call-{number}", call.function.name, call.function.arguments)
            for number, call in enumerate(message.tool_calls or [])
        )
        return Completion(text, calls, tokens or estimate_tokens(messages, text))

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _post(self, payload: JsonObject) -> bytes:
        url = f"{self._endpoint.base_url}/chat/completions"
        body = bytearray()
        try:
            async with self._client.stream("POST", url, json=payload) as response:
                if response.status_code != httpx.codes.OK:
                    raise ModelError(f"the model endpoint answered with {response.status_code}")
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > self._settings.max_response_bytes:
                        raise ModelError("the answer of the model endpoint is too large")
        except httpx.HTTPError as error:
            # The type is enough to act on; the text could repeat the URL or the request.
            raise ModelError(f"the model endpoint failed: {type(error).__name__}") from error
        return bytes(body)


def _parse(body: bytes) -> _WireCompletion:
    try:
        return _WireCompletion.model_validate(json.loads(body))
    except (ValueError, ValidationError, RecursionError) as error:
        raise ModelError("the model endpoint sent something that is no chat completion") from error
