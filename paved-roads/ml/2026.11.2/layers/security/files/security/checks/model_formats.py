"""Looks into one file and says what it is and what in it could run code or mislead a loader.

Formats that hold data alone are let through after a check of their structure; archives are opened
member by member with bounds on count, size and depth. What cannot be looked into is a finding,
never a pass.
"""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from security.checks.model_structure import (
    Fault,
    check_gguf,
    check_keras,
    check_npy,
    check_onnx,
    check_safetensors,
    check_skops,
    leaves,
)
from security.checks.pickles import is_pickle

HEAD = 1024 * 1024
LARGEST_INNER = 64 * 1024 * 1024
MOST_MEMBERS = 10_000
DEEPEST = 4
PICKLE_SUFFIXES = frozenset(
    (".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib", ".dill", ".cloudpickle")
)
_CLOSED = {
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "rar",
    b"\x04\x22\x4d\x18": "lz4",
    b"\x28\xb5\x2f\xfd": "zstandard",
}
_PACKED: dict[bytes, Callable[[BinaryIO], object]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}


@dataclass
class Seen:
    """What a look into a file found: its format (empty when unknown) and its faults."""

    format: str
    faults: list[Fault]


def look(stream: BinaryIO, name: str, size: int, depth: int = 0) -> Seen:
    """Looks into a file that can be rewound; `size` is in bytes."""
    head = stream.read(HEAD)
    stream.seek(0)
    suffix = PurePosixPath(name).suffix.lower()
    if depth > DEEPEST:
        return Seen("", [Fault("unscannable", f"Archives lie deeper than {DEEPEST} levels.")])
    if is_pickle(head, complete=size <= HEAD):
        return Seen(
            "pickle", [Fault("pickle", "This is a pickle: loading it runs whatever code it names.")]
        )
    for magic, closed in _CLOSED.items():
        if head.startswith(magic):
            return Seen(
                closed, [Fault("unscannable", f"A {closed} archive cannot be looked into here.")]
            )
    for magic, opener in _PACKED.items():
        if head.startswith(magic):
            return _look_packed(opener(stream), name, depth)
    if head[:1] == b"\x78" and head[1:2] in (b"\x01", b"\x5e", b"\x9c", b"\xda"):
        return _look_zlib(stream, name, depth)
    if head[257:262] == b"ustar":
        return _look_tar(stream, depth)
    if suffix == ".safetensors" or _is_safetensors(head, size):
        return Seen("safetensors", list(check_safetensors(stream, size)))
    if zipfile.is_zipfile(stream):
        stream.seek(0)
        return _look_zip(stream, name, depth)
    if head.startswith(b"\x93NUMPY"):
        return Seen("npy", list(check_npy(head)))
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        inside_keras = depth > 0 and PurePosixPath(name).name == "model.weights.h5"
        fault = Fault("legacy-hdf5", "An HDF5 model can hold layers with code.")
        return Seen("hdf5", [] if inside_keras else [fault])
    if PurePosixPath(name).name == "saved_model.pb":
        return Seen(
            "saved-model",
            [Fault("saved-model", "A SavedModel graph can read and write files when it runs.")],
        )
    if head.startswith(b"GGUF"):
        return Seen("gguf", list(check_gguf(head)))
    if head[4:8] == b"TFL3":
        return Seen("tflite", [])
    if suffix == ".onnx":
        stream.seek(0)
        return Seen("onnx", list(check_onnx(stream.read(LARGEST_INNER))))
    if suffix in PICKLE_SUFFIXES:
        return Seen(
            "", [Fault("unsafe-suffix", f"`{suffix}` files are loaded as pickles by most tools.")]
        )
    return Seen(_plain_format(head), [])


def _plain_format(head: bytes) -> str:
    for magic, name in (
        (b"\x89PNG", "png"),
        (b"\xff\xd8\xff", "jpeg"),
        (b"GIF8", "gif"),
        (b"%PDF", "pdf"),
    ):
        if head.startswith(magic):
            return name
    if b"\0" in head:
        return ""
    try:
        head[: max(0, len(head) - 4)].decode("utf-8")
    except UnicodeDecodeError as error:
        return "" if error.start < len(head) - 8 else "text"
    return "text"


def _inner(stream: BinaryIO, name: str, depth: int) -> Seen:
    data = stream.read(LARGEST_INNER + 1)
    if len(data) > LARGEST_INNER:
        # Large members are judged by their beginning; only archives need the rest.
        seen = look(io.BytesIO(data[:HEAD]), name, len(data), depth + 1)
        if seen.format in ("zip", "tar", "packed"):
            return Seen(
                seen.format, [Fault("unscannable", "An inner archive is too large to look into.")]
            )
        return Seen(seen.format, [fault for fault in seen.faults if fault.rule != "safetensors"])
    return look(io.BytesIO(data), name, len(data), depth + 1)


def _look_packed(stream: object, name: str, depth: int) -> Seen:
    try:
        with cast(BinaryIO, stream) as opened:
            seen = _inner(opened, PurePosixPath(name).stem, depth)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        return Seen("packed", [Fault("unscannable", f"The packed file cannot be opened: {error}.")])
    return Seen(
        "packed",
        [Fault(fault.rule, fault.message, fault.inside or "unpacked") for fault in seen.faults],
    )


def _look_zlib(stream: BinaryIO, name: str, depth: int) -> Seen:
    try:
        data = zlib.decompressobj().decompress(stream.read(LARGEST_INNER), LARGEST_INNER)
    except zlib.error:
        return Seen("", [])  # two bytes are a weak mark: other files begin so by chance
    seen = look(io.BytesIO(data), PurePosixPath(name).stem, len(data), depth + 1)
    return Seen(
        "packed",
        [Fault(fault.rule, fault.message, fault.inside or "unpacked") for fault in seen.faults],
    )


def _look_tar(stream: BinaryIO, depth: int) -> Seen:
    faults: list[Fault] = []
    try:
        with tarfile.open(fileobj=stream, mode="r:") as archive:
            for count, member in enumerate(archive):
                if count >= MOST_MEMBERS:
                    return Seen(
                        "tar", [*faults, Fault("unscannable", "The archive has too many members.")]
                    )
                if leaves(member.name) or member.issym() or member.islnk():
                    faults.append(
                        Fault("archive-path", "A member points out of the archive.", member.name)
                    )
                inner = archive.extractfile(member) if member.isfile() else None
                if inner is not None:
                    seen = _inner(cast(BinaryIO, inner), member.name, depth)
                    faults += [
                        Fault(fault.rule, fault.message, member.name) for fault in seen.faults
                    ]
    except (tarfile.TarError, OSError, EOFError) as error:
        faults.append(Fault("unscannable", f"The archive cannot be read to its end: {error}."))
    return Seen("tar", faults)


def _look_zip(stream: BinaryIO, name: str, depth: int) -> Seen:
    faults: list[Fault] = []
    members: dict[str, bytes] = {}
    names: list[str] = []
    try:
        with zipfile.ZipFile(stream) as archive:
            rows = archive.infolist()
            if len(rows) > MOST_MEMBERS:
                return Seen("zip", [Fault("unscannable", "The archive has too many members.")])
            names = [row.filename for row in rows]
            if len(set(names)) != len(names):
                faults.append(
                    Fault(
                        "unscannable",
                        "Two members have the same name, and tools differ in which they load.",
                    )
                )
            for row in rows:
                if leaves(row.filename):
                    faults.append(
                        Fault("archive-path", "A member points out of the archive.", row.filename)
                    )
                if row.is_dir():
                    continue
                with archive.open(row) as member:
                    seen = _inner(cast(BinaryIO, member), row.filename, depth)
                faults += [Fault(fault.rule, fault.message, row.filename) for fault in seen.faults]
                if row.filename in ("config.json", "schema.json") and row.file_size < HEAD * 16:
                    members[row.filename] = archive.read(row)
    except (
        zipfile.BadZipFile,
        RuntimeError,
        NotImplementedError,
        OSError,
        EOFError,
        zlib.error,
    ) as error:
        faults.append(Fault("unscannable", f"The archive cannot be read to its end: {error}."))
    suffix = PurePosixPath(name).suffix.lower()
    if "schema.json" in members or suffix == ".skops":
        return Seen("skops", faults + list(check_skops(members.get("schema.json", b""))))
    if "config.json" in members or suffix == ".keras":
        return Seen("keras", faults + list(check_keras(members.get("config.json", b""))))
    if names and all(item.endswith(".npy") for item in names):
        return Seen("npz", faults)
    if any(PurePosixPath(item).name == "data.pkl" for item in names):
        faults.append(
            Fault("pickle", "This is a torch archive, which is loaded as a pickle.", "data.pkl")
        )
    return Seen("zip", faults)


def _is_safetensors(head: bytes, size: int) -> bool:
    if len(head) < 10 or head[8:9] != b"{":
        return False
    return int(struct.unpack("<Q", head[:8])[0]) <= size - 8
