"""The commit hook in a repository of its own: it stops what it must and passes the rest."""

import json
import os
import shutil
import string
import subprocess
from pathlib import Path

import pytest

from tests.security.test_secrets import made_up

PROJECT = Path(__file__).parents[2]


def git(folder: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """Runs git apart from the settings of whoever runs the tests."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    environment |= {"PATH": path or environment["PATH"]}
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    return subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository without a commit, with the hooks active and no environment."""
    for name in (".githooks", "security"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "config", "core.hooksPath", ".githooks")
    git(tmp_path, "add", "--all")
    return tmp_path


def commit(folder: Path, name: str, content: str) -> subprocess.CompletedProcess[str]:
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(content, encoding="utf-8")
    git(folder, "add", "--force", name)
    return git(folder, "commit", "-m", "change")


def key() -> str:
    return "AK" + "IA" + made_up(16, string.ascii_uppercase)


def test_a_clean_first_commit_passes(repository: Path) -> None:
    result = commit(repository, "src/a.py", 'KEY = os.environ["KEY"]\n')
    assert result.returncode == 0, result.stderr


PLANTED = {
    "src/a.py": 'ID = "KEY"\n',
    "notebooks/a.ipynb": json.dumps({"cells": [{"outputs": [{"text": ["KEY"]}]}]}),
    ".env": "ID=KEY\n",
    "configs/with space é.toml": 'id = "KEY"\n',
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_key_stops_the_first_commit(repository: Path, name: str) -> None:
    result = commit(repository, name, PLANTED[name].replace("KEY", key()))
    assert result.returncode != 0
    assert name in result.stderr
    assert "revoke" in result.stderr
    assert key() not in result.stderr + result.stdout
    assert git(repository, "rev-parse", "--verify", "HEAD").returncode != 0


def test_a_file_of_environment_values_is_stopped_without_a_key(repository: Path) -> None:
    result = commit(repository, ".env", "NAME=\n")
    assert result.returncode != 0
    assert ".env.example" in result.stderr


def test_what_is_staged_counts_and_not_what_lies_in_the_folder(repository: Path) -> None:
    place = repository / "a.py"
    place.write_text(f'ID = "{key()}"\n', encoding="utf-8")
    git(repository, "add", "a.py")
    place.write_text("ID = None\n", encoding="utf-8")
    assert git(repository, "commit", "-m", "hidden").returncode != 0


def test_a_large_file_is_stopped(repository: Path) -> None:
    result = commit(repository, "weights.bin", "0" * 1_100_000)
    assert result.returncode != 0
    assert "weights.bin" in result.stderr


def test_without_python_the_commit_is_stopped_with_a_reason(repository: Path) -> None:
    tools = repository.parent / f"{repository.name}-tools"
    tools.mkdir()
    for name in ("git", "bash", "env", "awk", "sed", "cat"):
        program = shutil.which(name)
        if program:
            (tools / name).symlink_to(program)
    result = git(repository, "commit", "-m", "blind", path=str(tools))
    assert result.returncode != 0
    assert "no Python 3.8" in result.stderr


def test_a_missing_scanner_stops_the_commit(repository: Path) -> None:
    (repository / "security/checks/secret_scan.py").unlink()
    result = git(repository, "commit", "-m", "blind")
    assert result.returncode != 0
    assert "could not run" in result.stderr
