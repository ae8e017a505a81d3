"""Reads YAML as a tree with line numbers; it builds no objects and loses no repeated key."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LARGEST = 100_000


class Unparsed(ValueError):
    """A file that is no YAML, repeats a key, or is too large to be read as a pipeline."""


@dataclass(frozen=True)
class Node:
    """A text, a list or a mapping, with the line where it begins (from 1)."""

    line: int
    value: "str | list[Node] | dict[str, Node]"

    @property
    def text(self) -> str:
        """The text of a scalar, empty for anything else."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def items(self) -> "list[Node]":
        """The members of a list, nothing for anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def fields(self) -> "dict[str, Node]":
        """The fields of a mapping, nothing for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    def get(self, key: str) -> "Node | None":
        """A field of a mapping."""
        return self.fields.get(key)

    def walk(self, key: str = "") -> "Iterator[tuple[str, Node]]":
        """This node and all below it, each with the key under which it stands."""
        yield key, self
        for member in self.items:
            yield from member.walk(key)
        for name, member in self.fields.items():
            yield from member.walk(name)

    def texts(self) -> list[str]:
        """All texts in this node, in order."""
        return [node.text for _, node in self.walk() if node.text]


def read(path: Path) -> Node:
    """The tree of a file.

    Raises:
        Unparsed: see there.
    """
    yaml: Any = importlib.import_module("yaml")
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise Unparsed(str(error).replace("\n", " ")) from error
    if root is None:
        raise Unparsed("the file is empty")
    left = LARGEST

    def convert(node: Any, above: tuple[int, ...]) -> Node:
        nonlocal left
        left -= 1
        if left < 0 or id(node) in above:
            raise Unparsed("too large, or a part of it contains itself")
        line, inside = node.start_mark.line + 1, (*above, id(node))
        if isinstance(node, yaml.ScalarNode):
            return Node(line, str(node.value))
        if isinstance(node, yaml.SequenceNode):
            return Node(line, [convert(member, inside) for member in node.value])
        fields: dict[str, Node] = {}
        for key, member in node.value:
            name = str(key.value)
            if name in fields:
                raise Unparsed(f"line {key.start_mark.line + 1}: the key `{name}` is there twice")
            fields[name] = convert(member, inside)
        return Node(line, fields)

    return convert(root, ())
