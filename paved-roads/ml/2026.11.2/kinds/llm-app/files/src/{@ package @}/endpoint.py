"""The card of the remote model: which endpoint may see the questions, and what is known about it.

The card is a file in the project and an entry in `models.toml`. A service that is told to use the
remote model checks the card against that entry first, so nobody can point it at another server by
changing one line that no reviewer sees.
"""

import json
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from .errors import ProjectError
from .files import write_atomically
from .inventory import ModelMismatch, UnknownModel, record_model, verify_model
from .paths import inside
from .settings import is_loopback

COMMAND = "the command `connect`"


class EndpointError(ProjectError, ValueError):
    """A card that cannot be used."""


class Endpoint(BaseModel):
    """A remote model that the owning team accepted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=200)
    """Name of the model, as the endpoint knows it."""
    version: str = Field(min_length=1, max_length=100)
    """Version of the model. `unknown` is an honest answer; it is then a known risk."""
    base_url: str
    """URL up to, and without, `/chat/completions`."""
    provider: str = Field(min_length=1, max_length=200)
    """Who runs the endpoint, and so who reads every question and document sent there."""
    known_risks: tuple[str, ...] = ()

    @field_validator("base_url")
    @classmethod
    def _encrypted_and_without_secrets(cls, value: str) -> str:
        url = urlsplit(value)
        if url.username or url.password or url.query or url.fragment:
            raise ValueError("holds a user, key or query; keys are passed as a variable")
        local = url.scheme == "http" and is_loopback(url.hostname or "")
        if not (local or (url.scheme == "https" and url.hostname)):
            raise ValueError("must be https, or http to a server on this machine")
        return value.rstrip("/")


def load_endpoint(card: str, root: Path) -> Endpoint:
    """Returns the endpoint of a card that is in the model inventory.

    Args:
        card: Path of the card, relative to the project.
        root: Project folder.

    Raises:
        EndpointError: when there is no card, it is not in order, or the inventory does not hold it
            as it is.
        ProjectError: when the inventory is not in order.
    """
    path = inside(root, card)
    try:
        content = path.read_text(encoding="utf-8")
        verify_model(path, root)
        return Endpoint.model_validate(tomllib.loads(content))
    except ValidationError as error:
        why = "; ".join(f"{item['loc'][0]}: {item['msg']}" for item in error.errors())
        raise _unusable(card, why) from error
    except (UnknownModel, ModelMismatch) as error:
        raise _unusable(card, error.why) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unusable(card, str(error)) from error


def connect(endpoint: Endpoint, card: str, root: Path, data_sources: list[str]) -> None:
    """Writes the card and records it in the model inventory.

    Args:
        endpoint: The endpoint to accept.
        card: Path of the card, relative to the project.
        root: Project folder.
        data_sources: Names of the data sets whose passages are sent to the endpoint.

    Raises:
        ProjectError: when the card or the inventory cannot be written.
    """
    path = inside(root, card)
    fields = endpoint.model_dump(mode="json")
    # A JSON string or list of strings is TOML as well.
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items())
    write_atomically(path, text.encode())
    record_model(
        path,
        name=endpoint.name,
        version=endpoint.version,
        data_sources=data_sources,
        metrics={},
        known_risks=endpoint.known_risks,
        root=root,
    )


def _unusable(card: str, why: str) -> EndpointError:
    return EndpointError(
        "The card of the remote model cannot be used.",
        where=card,
        why=why,
        fix=f"restore it, or accept an endpoint with {COMMAND} and have the change reviewed",
    )
