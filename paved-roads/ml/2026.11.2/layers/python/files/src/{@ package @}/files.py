"""Digests of files, and writing that is either complete or not there."""

import hashlib
import os
import tempfile
from pathlib import Path


def digest(content: bytes) -> str:
    """Returns the SHA-256 of the bytes, written `sha256:<64 hex digits>`."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def file_digest(path: Path) -> str:
    """Returns the SHA-256 of the file, read in pieces, written `sha256:<64 hex digits>`."""
    with path.open("rb") as stream:
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()


def write_atomically(path: Path, content: bytes) -> None:
    """Writes the file so that a reader sees the old content or the new one, never a part.

    Missing folders are made. The mode of an existing file is kept, a new file gets `0o644`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
