"""The HTTP interface: three jobs (health, ask, approve), described in docs/API.md."""

from dataclasses import dataclass
from typing import Literal

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from .approvals import PendingAction
from .audit import AuditError
from .edge import Application, Edge, Rejected, Role, client_host, error_body
from .limits import client_of
from .retrieval import Passage
from .service import Answer, Service, Unavailable


class _Body(BaseModel):
    """A part of a request or an answer; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Question(_Body):
    """What `/v1/ask` takes."""

    question: str


class Decision(_Body):
    """What `/v1/approvals/{action_id}` takes."""

    decision: Literal["approve", "reject"]


class SourceView(_Body):
    """A passage that the answer names."""

    source: str
    title: str
    trust: str


class ActionView(_Body):
    """An action that waits for a person."""

    id: str
    tool: str
    summary: str


class AnswerView(_Body):
    """What `/v1/ask` gives."""

    request_id: str
    answer: str
    refusal: str | None
    sources: list[SourceView]
    removed: list[str]
    tools: list[str]
    waiting: list[ActionView]


class DecisionView(_Body):
    """What came of an action."""

    result: str


class HealthView(_Body):
    """Whether the service works, and the parts that do not."""

    status: str
    problems: list[str]


@dataclass(frozen=True)
class _Routes:
    """The handlers, bound to one service."""

    service: Service

    async def live(self) -> HealthView:
        return HealthView(status="live", problems=[])

    async def ready(self) -> JSONResponse:
        problems = self.service.problems()
        view = HealthView(status="not ready" if problems else "ready", problems=problems)
        return JSONResponse(view.model_dump(), 503 if problems else 200)

    async def ask(self, question: Question, request: Request) -> AnswerView:
        limit = self.service.settings.server.max_question_chars
        if len(question.question) > limit:
            raise Rejected(422, "too-long", f"A question has at most {limit} characters.")
        client = client_of(client_host(request.scope))
        return _answer_view(await self.service.ask(question.question, client=client))

    async def waiting(self) -> list[ActionView]:
        return [_action_view(action) for action in self.service.approvals.waiting()]

    async def decide(self, action_id: str, decision: Decision) -> DecisionView:
        result = await self.service.decide(action_id, approve=decision.decision == "approve")
        if result is None:
            raise Rejected(404, "not-found", "No such action waits; it may have expired.")
        return DecisionView(result=result)


def create_app(service: Service) -> Application:
    """Returns the application, with everything behind the edge.

    The generated pages of FastAPI are off: they load scripts from elsewhere and describe the
    service to everybody.
    """
    api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    routes = _Routes(service)
    approver = [Depends(_approver_only)]
    api.get("/health/live")(routes.live)
    api.get("/health/ready", response_model=HealthView)(routes.ready)
    api.post("/v1/ask")(routes.ask)
    api.get("/v1/approvals", dependencies=approver)(routes.waiting)
    api.post("/v1/approvals/{action_id}", dependencies=approver)(routes.decide)
    api.add_exception_handler(Rejected, _rejected)
    api.add_exception_handler(Unavailable, _unavailable)
    api.add_exception_handler(AuditError, _not_logged)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http_error)
    api.add_exception_handler(Exception, _fault)
    return Edge(api, service.settings)


async def _approver_only(request: Request) -> None:
    if request.state.role is not Role.APPROVER:
        raise Rejected(403, "forbidden", "This needs the token of an approver.")


def _answer_view(answer: Answer) -> AnswerView:
    return AnswerView(
        request_id=answer.request_id,
        answer=answer.text,
        refusal=answer.refusal,
        sources=[_source_view(passage) for passage in answer.sources],
        removed=list(answer.removed),
        tools=list(answer.tools),
        waiting=[_action_view(action) for action in answer.waiting],
    )


def _source_view(passage: Passage) -> SourceView:
    return SourceView(source=passage.source, title=passage.title, trust=passage.trust.value)


def _action_view(action: PendingAction) -> ActionView:
    return ActionView(id=action.id, tool=action.tool, summary=action.summary)


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse(error_body(code, message), status)


async def _rejected(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, Rejected):
        raise error
    return JSONResponse(error_body(error.code, error.message), error.status, error.headers)


async def _unavailable(_: Request, error: Exception) -> JSONResponse:
    return _error(503, "unavailable", str(error))


async def _not_logged(_: Request, error: Exception) -> JSONResponse:
    del error
    return _error(503, "not-logged", "The request could not be logged, so it was not answered.")


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    # The details repeat the input, so they are not passed on.
    del error
    return _error(422, "invalid", "The body does not fit; docs/API.md shows what is expected.")


async def _fault(_: Request, error: Exception) -> JSONResponse:
    del error  # the edge logs where it happened
    return _error(500, "internal", "The service failed. Try again later.")


async def _http_error(_: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _error(status, "http-error", "There is nothing here for this method and path.")
