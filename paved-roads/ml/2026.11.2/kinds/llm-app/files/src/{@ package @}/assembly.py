"""Puts the service together from its settings. The only place that knows every part."""

import secrets
from pathlib import Path

from .approvals import Approvals
from .endpoint import load_endpoint
from .guard import Guard
from .limits import TokenBudget
from .llm import ChatModel, OpenAIChatModel
from .prompts import HiddenContext
from .retrieval import Index, load_passages
from .service import Service
from .settings import Backend, Settings
from .stub import StubModel
from .tools import Toolbox, default_tools


def build_model(settings: Settings, root: Path) -> ChatModel:
    """Returns the model of the settings.

    Raises:
        ProjectError: when the card of the remote model is missing, changed or not recorded.
    """
    if settings.model.backend is Backend.STUB:
        return StubModel()
    endpoint = load_endpoint(settings.model.endpoint, root)
    return OpenAIChatModel(endpoint, settings.model, settings.secrets.model_api_key)


def build_service(
    settings: Settings, root: Path, *, model: ChatModel | None = None, index: Index | None = None
) -> Service:
    """Returns the service, with its documents read and every part checked.

    Args:
        settings: The settings.
        root: Project folder.
        model: Used in place of the model of the settings.
        index: Used in place of the registered data sets.

    Raises:
        ProjectError: when a data set, the card of the model or a permission is not in order.
    """
    index = Index(load_passages(settings.retrieval, root)) if index is None else index
    approvals = Approvals(settings.tools.approval_minutes)
    hidden = HiddenContext()
    return Service(
        settings=settings,
        root=root,
        index=index,
        model=build_model(settings, root) if model is None else model,
        toolbox=Toolbox(default_tools(index, root), settings.tools.permissions, approvals),
        approvals=approvals,
        guard=Guard(settings.guard, hidden, settings.secrets.values()),
        hidden=hidden,
        budget=TokenBudget(settings.model.tokens_per_hour),
        audit_key=secrets.token_bytes(32),
    )
