"""Unsafe loads are found in files and cells, and a tool that sees nothing is not believed."""

import json
from pathlib import Path

import pytest

from security.checks import canary, ml_code, tool_findings
from security.checks.report import CouldNotCheck, Finding

PLANTED = {
    "import torch\ntorch.load(p)": "torch-load",
    "import torch as t\nt.load(p, weights_only=False)": "torch-load",
    "from torch import load\nload(p)": "torch-load",
    "import numpy as np\nnp.load(p, allow_pickle=True)": "numpy-pickle",
    "import joblib\njoblib.load(p)": "unsafe-load",
    "from cloudpickle import loads as read\nread(b)": "unsafe-load",
    "import pandas as pd\npd.read_pickle(p)": "unsafe-load",
    "import keras\nkeras.models.load_model(p, safe_mode=False)": "keras-unsafe",
    "import keras\nkeras.config.enable_unsafe_deserialization()": "keras-unsafe",
    "from transformers import AutoModel\nAutoModel.from_pretrained('a/b')": "hub-revision",
    "x.from_pretrained(n, revision='main')": "hub-revision",
    "x.from_pretrained(n, trust_remote_code=True)": "remote-code",
    "from huggingface_hub import snapshot_download\nsnapshot_download('a/b')": "hub-revision",
    "from datasets import load_dataset\nload_dataset('a/b')": "hub-revision",
    "import torch\ntorch.hub.load('a/b', 'm')": "torch-hub",
    "import yaml\nyaml.load(t, Loader=yaml.Loader)": "yaml-load",
    "import skops.io\nskops.io.load(p, trusted=True)": "skops-trusted",
    "def broken(:": "unparsed",
}
CLEAN = """
import numpy as np, torch, yaml
torch.load(p, weights_only=True)
np.load(p)
yaml.load(t, Loader=yaml.SafeLoader)
json.load(f)
x.from_pretrained("./artifacts/model")
x.from_pretrained("a/b", revision="0123456789012345678901234567890123456789")
"""


def rules(path: Path) -> set[str]:
    return {finding.rule for finding in ml_code.check_file(path)}


@pytest.mark.parametrize("code", sorted(PLANTED))
def test_an_unsafe_load_is_found_in_files_and_cells(tmp_path: Path, code: str) -> None:
    (tmp_path / "a.py").write_text(code, encoding="utf-8")
    cells = [{"cell_type": "code", "source": ["%matplotlib inline\n", code]}]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert PLANTED[code] in rules(tmp_path / "a.py")
    assert PLANTED[code] in rules(tmp_path / "a.ipynb")


def test_safe_loads_pass(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CLEAN, encoding="utf-8")
    assert rules(tmp_path / "a.py") == set()


def test_the_check_needs_its_planted_fault_and_a_subject(tmp_path: Path) -> None:
    canary.code(tmp_path)
    planted = tmp_path / "planted.py"
    with pytest.raises(CouldNotCheck, match="no file"):
        ml_code.check_files([], planted)
    planted.write_text("pass\n", encoding="utf-8")
    with pytest.raises(CouldNotCheck, match="planted"):
        ml_code.check_files([planted], planted)


def test_a_tool_that_does_not_see_the_planted_fault_is_not_believed(tmp_path: Path) -> None:
    inside = Finding(str(tmp_path / "planted.py"), 1, "bandit-B602", "shell", "fix")
    outside = Finding("src/a.py", 1, "bandit-B602", "shell", "fix")
    both = [inside, outside]
    assert tool_findings.without_planted("x", both, tmp_path, ["bandit-B602"]) == [outside]
    with pytest.raises(CouldNotCheck, match="B307"):
        tool_findings.without_planted("x", both, tmp_path, ["bandit-B602", "bandit-B307"])
    with pytest.raises(CouldNotCheck):
        tool_findings.without_planted("x", [outside], tmp_path, ["bandit-B602"])


def test_output_that_cannot_be_read_is_not_clean(tmp_path: Path) -> None:
    for suffix, text in ((".out", ""), (".err", "it crashed"), (".status", "2")):
        (tmp_path / f"bandit{suffix}").write_text(text, encoding="utf-8")
    with pytest.raises(CouldNotCheck, match="it crashed"):
        tool_findings.read("bandit", tmp_path / "bandit")
