"""Finds loads of models, data and code that run what they load, in Python files and notebook cells.

Bandit and ruff know the general faults; this knows the ones of machine learning.
"""

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from security.checks.report import CouldNotCheck, Finding, Rules, conclude, could_not_check

TOOL = "ml-code"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_FULL_LOADS = {
    "joblib.load",
    "cloudpickle.load",
    "cloudpickle.loads",
    "dill.load",
    "dill.loads",
    "pickle.load",
    "pickle.loads",
    "pickle.Unpickler",
    "pandas.read_pickle",
    "shelve.open",
    "marshal.load",
    "marshal.loads",
    "torch.package.PackageImporter",
}
_HUB_CALLS = {
    "huggingface_hub.hf_hub_download",
    "huggingface_hub.snapshot_download",
    "datasets.load_dataset",
    "transformers.pipeline",
}

RULES = Rules(
    {
        "unparsed": (
            "This is not valid Python: {error}.",
            "Make it valid; nothing can be checked before.",
        ),
        "unsafe-load": (
            "`{name}` runs code of the file that it loads.",
            "Use safetensors, ONNX or skops.",
        ),
        "torch-load": (
            "`torch.load` without `weights_only=True` can run code of the file.",
            "Pass weights_only=True, or use safetensors.",
        ),
        "numpy-pickle": (
            "`numpy.load` with `allow_pickle` can run code of the file.",
            "Store plain arrays and leave the argument out.",
        ),
        "keras-unsafe": (
            "Without its safe mode Keras runs code of the model file.",
            "Leave safe mode on and register the layers that you need.",
        ),
        "yaml-load": (
            "`{name}` can build any Python object from the text.",
            "Use yaml.safe_load.",
        ),
        "skops-trusted": (
            "`trusted=True` accepts every type that the file names.",
            "List the types that you expect.",
        ),
        "remote-code": (
            "`trust_remote_code` runs code from the model's repository.",
            "Use a model that needs none, or review its code and keep it here.",
        ),
        "torch-hub": (
            "`torch.hub.load` runs code of a repository.",
            "Load weights as safetensors into a class of your own.",
        ),
        "hub-revision": (
            "`{name}` without a commit as revision can bring other files tomorrow.",
            "Pass revision= with the full commit.",
        ),
    }
)


def _dotted(node: ast.expr) -> str:
    """`a.b.c` for an attribute chain, empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _aliases(tree: ast.AST) -> dict[str, str]:
    """Local names and the full names that imports gave them."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    names[alias.asname] = alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _full_name(function: ast.expr, aliases: dict[str, str]) -> str:
    name = _dotted(function)
    first, _, rest = name.partition(".")
    first = aliases.get(first, first)
    return f"{first}.{rest}" if rest else first


def _keyword(call: ast.Call, name: str) -> object:
    """The constant given for a keyword, `...` for anything else, `None` when it is not given."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value.value if isinstance(keyword.value, ast.Constant) else ...
    return None


def _loads(call: ast.Call, name: str) -> Iterator[str]:
    if name in _FULL_LOADS:
        yield "unsafe-load"
    if name == "torch.load" and _keyword(call, "weights_only") is not True:
        yield "torch-load"
    if name == "numpy.load" and _keyword(call, "allow_pickle") not in (None, False):
        yield "numpy-pickle"
    if _keyword(call, "safe_mode") is False or name.endswith(".enable_unsafe_deserialization"):
        yield "keras-unsafe"
    unsafe = name == "yaml.load" and not _is_safe_yaml(call)
    if unsafe or name in ("yaml.unsafe_load", "yaml.full_load"):
        yield "yaml-load"
    if name == "skops.io.load" and _keyword(call, "trusted") is True:
        yield "skops-trusted"


def _is_safe_yaml(call: ast.Call) -> bool:
    given = [keyword.value for keyword in call.keywords if keyword.arg == "Loader"] + call.args[1:2]
    return any(_dotted(value).endswith(("SafeLoader", "CSafeLoader")) for value in given)


def _hub(call: ast.Call, name: str) -> Iterator[str]:
    if _keyword(call, "trust_remote_code") not in (None, False):
        yield "remote-code"
    if name == "torch.hub.load":
        yield "torch-hub"
    if name not in _HUB_CALLS and not name.endswith(".from_pretrained"):
        return
    source = call.args[0] if call.args else None
    text = source.value if isinstance(source, ast.Constant) else None
    if isinstance(text, str) and (text.startswith((".", "/")) or text.count("/") > 1):
        return
    if name == "transformers.pipeline" and _keyword(call, "model") is None:
        text = None
    revision = _keyword(call, "revision")
    pinned = revision is ... or (isinstance(revision, str) and _COMMIT.fullmatch(revision))
    if not pinned and _keyword(call, "local_files_only") is not True:
        yield "hub-revision"


def faults_in(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Every fault: its line, its rule and the name of the call."""
    aliases = {"np": "numpy", "pd": "pandas", **_aliases(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _full_name(node.func, aliases)
            for rule in (*_loads(node, name), *_hub(node, name)):
                yield node.lineno, rule, name


def sources(path: Path) -> Iterator[tuple[str, str]]:
    """The pieces of Python in a file, each with a remark: the whole, or one for each cell.

    Raises:
        CouldNotCheck: when a notebook is not valid.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        yield "", text
        return
    try:
        cells = json.loads(text)["cells"]
        for number, cell in enumerate(cells, start=1):
            if cell["cell_type"] == "code":
                lines = "".join(cell["source"]).splitlines()
                kept = ("pass" if line.lstrip().startswith(("%", "!")) else line for line in lines)
                yield f" (cell {number})", "\n".join(kept)
    except (ValueError, KeyError, TypeError) as error:
        raise CouldNotCheck(f"{path} is no valid notebook: {error}") from error


def check_file(path: Path) -> list[Finding]:
    """All findings of one file; one that does not parse is a finding too."""
    findings = []
    for remark, text in sources(path):
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError) as error:
            findings.append(RULES.at(path.as_posix(), 0, "unparsed", error=f"{error}{remark}"))
            continue
        for line, rule, name in faults_in(tree):
            place = 0 if remark else line
            findings.append(RULES.at(path.as_posix(), place, rule, name=name + remark))
    return findings


def check_files(paths: Sequence[Path], planted: Path) -> list[Finding]:
    """All findings.

    Raises:
        CouldNotCheck: when there is no file, one cannot be read, or the planted fault is not seen.
    """
    if "torch-load" not in {finding.rule for finding in check_file(planted)}:
        raise CouldNotCheck("the check does not see the planted fault")
    if not paths:
        raise CouldNotCheck("there was no file to look at")
    return [finding for path in paths for finding in check_file(path)]


def main() -> int:
    """Reads the command line and checks the files."""
    parser = argparse.ArgumentParser(prog=TOOL, description=__doc__)
    parser.add_argument("--planted", type=Path, required=True)
    parser.add_argument("--sarif", type=Path)
    parser.add_argument("files", type=Path, nargs="*")
    arguments = parser.parse_args()
    try:
        findings = check_files(arguments.files, arguments.planted)
    except (CouldNotCheck, OSError, UnicodeDecodeError) as error:
        return could_not_check(TOOL, error)
    return conclude(
        TOOL, findings, arguments.sarif, f"{len(arguments.files)} files, no unsafe load"
    )


if __name__ == "__main__":
    sys.exit(main())
