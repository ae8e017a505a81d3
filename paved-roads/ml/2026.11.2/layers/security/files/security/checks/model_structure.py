"""Checks formats that hold data alone: what a file claims must be what it holds."""

import ast
import json
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO

_SIZES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I16": 2, "U16": 2, "F16": 2,
    "BF16": 2, "I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8, "C64": 8,
}  # fmt: skip
_SKOPS_MODULES = frozenset(
    ("sklearn", "numpy", "scipy", "builtins", "skops", "collections", "datetime")
)
_SKOPS_TYPES = """
dict list tuple set frozenset slice str int float bool bytes bytearray complex NoneType type
"""
_SKOPS_BUILTINS = frozenset(_SKOPS_TYPES.split())


@dataclass(frozen=True)
class Fault:
    """What is wrong with a file; `inside` names the member of an archive."""

    rule: str
    message: str
    inside: str = ""


def leaves(name: str) -> bool:
    """Whether a name in an archive or a model points out of its folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or name[1:2] == ":"


def check_safetensors(stream: BinaryIO, size: int) -> Iterator[Fault]:
    """The header of a safetensors file must describe exactly the bytes that follow it."""
    stream.seek(0)
    first = stream.read(8)
    length = int(struct.unpack("<Q", first)[0]) if len(first) == 8 else size
    if length > min(size - 8, 100_000_000):
        yield Fault("safetensors", "The header is longer than the file.")
        return
    try:
        pairs = json.loads(stream.read(length), object_pairs_hook=list)
        tensors: list[dict[str, Any]] = [dict(row) for name, row in pairs if name != "__metadata__"]
        spans = sorted(_span(row) for row in tensors)
    except (ValueError, TypeError, KeyError, RecursionError):
        yield Fault("safetensors", "The header is no valid description of tensors.")
        return
    if len({name for name, _ in pairs}) != len(pairs):
        yield Fault("safetensors", "The header names a tensor twice.")
    position = 0
    for begin, end, size_of_tensor in spans:
        if begin != position or end - begin != size_of_tensor:
            yield Fault(
                "safetensors", "The tensors overlap, leave gaps, or are not as large as they say."
            )
            return
        position = end
    if position != size - 8 - length:
        yield Fault("safetensors", "The file holds bytes that belong to no tensor.")


# Operator sets that a plain runtime has built in.
_ONNX_DOMAINS = (b"", b"ai.onnx", b"ai.onnx.ml", b"ai.onnx.preview.training", b"com.microsoft")


def _span(row: dict[str, Any]) -> tuple[int, int, int]:
    """Begin and end of a tensor in bytes, and the size that its shape and type give."""
    begin, end = (int(offset) for offset in row["data_offsets"])
    size = math.prod(int(extent) for extent in row["shape"]) * _SIZES[str(row["dtype"])]
    return begin, end, size


def check_npy(head: bytes) -> Iterator[Fault]:
    """An array of objects is a pickle under another name."""
    wide = head[6:7] != b"\x01"
    start = 12 if wide else 10
    length = int.from_bytes(head[8:start], "little")
    try:
        header = ast.literal_eval(head[start : start + length].decode("latin-1").strip())
        description = str(header["descr"])
    except (ValueError, SyntaxError, KeyError, TypeError, RecursionError, MemoryError):
        yield Fault("unscannable", "The header of the array cannot be read.")
        return
    if "O" in description:
        yield Fault(
            "object-array", "This array holds Python objects, which are loaded as a pickle."
        )


def _walk(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _walk(member)
    elif isinstance(value, list):
        for member in value:
            yield from _walk(member)


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def check_keras(config: bytes) -> Iterator[Fault]:
    """Layers that carry code, or classes from outside Keras."""
    document = _json(config)
    if document is None:
        yield Fault("unscannable", "The configuration of the Keras model cannot be read.")
    for node in _walk(document):
        if node.get("class_name") in ("Lambda", "__lambda__", "TorchModuleWrapper"):
            yield Fault("keras-lambda", f"A layer of class {node['class_name']} holds code.")
        module = node.get("module")
        if isinstance(module, str) and module.split(".")[0] not in ("keras", "builtins"):
            yield Fault("keras-module", f"The model names `{module}`, which Keras would import.")


def check_skops(schema: bytes) -> Iterator[Fault]:
    """Types from modules that a scikit-learn model does not need."""
    document = _json(schema)
    if document is None:
        yield Fault("unscannable", "The schema of the skops file cannot be read.")
    for node in _walk(document):
        module, name = str(node.get("__module__", "builtins")), str(node.get("__class__", "dict"))
        trusted = module.split(".")[0] in _SKOPS_MODULES
        if not trusted or (module == "builtins" and name not in _SKOPS_BUILTINS):
            yield Fault("skops-type", f"The file names the type `{module}.{name}`.")


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The length-delimited fields of a protocol buffer message; others are passed over."""
    position, size = 0, len(data)
    while position < size:
        key, position = _varint(data, position)
        kind = key & 7
        if kind == 0:
            _, position = _varint(data, position)
        elif kind == 2:
            length, position = _varint(data, position)
            if position + length > size:
                raise ValueError("a field is longer than the message")
            yield key >> 3, data[position : position + length]
            position += length
        elif kind in (1, 5):
            position += 8 if kind == 1 else 4
        else:
            raise ValueError("an unknown kind of field")


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if position >= len(data) or shift > 63:
            raise ValueError("a number is cut off")
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position


def check_gguf(head: bytes) -> Iterator[Fault]:
    """A chat template that reaches into Python objects: some runners render it uncaged."""
    if any(word in head for word in (b"__class__", b"__globals__", b"__subclasses__", b"__init__")):
        yield Fault("gguf-template", "The chat template of the model reaches into Python objects.")


def check_onnx(data: bytes) -> Iterator[Fault]:
    """Operators that run foreign code, and tensors at places that a hostile model chooses."""
    # ModelProto.graph = 7, GraphProto.node = 1, NodeProto.domain = 7; GraphProto.initializer = 5,
    # TensorProto.external_data = 13, and of its entries key = 1 and value = 2.
    try:
        for graph in (value for field, value in _fields(data) if field == 7):
            for node in (value for field, value in _fields(graph) if field == 1):
                for domain in (value for field, value in _fields(node) if field == 7):
                    if domain not in _ONNX_DOMAINS:
                        name = domain.decode("utf-8", "replace")
                        text = f"The operators of `{name}` come as foreign code."
                        yield Fault("onnx-operator", text)
            for tensor in (value for field, value in _fields(graph) if field == 5):
                for entry in (value for field, value in _fields(tensor) if field == 13):
                    pair = dict(_fields(entry))
                    if pair.get(1) == b"location" and leaves(
                        pair.get(2, b"").decode("utf-8", "replace")
                    ):
                        yield Fault(
                            "onnx-external",
                            "The model reads tensors from a file outside its folder.",
                        )
    except ValueError as error:
        yield Fault("unscannable", f"The ONNX file cannot be read: {error}.")
