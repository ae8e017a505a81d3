"""The runner and the stages report honestly: what was not looked at is never green."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
STAGES = sorted(path.stem for path in (PROJECT / "security/stages").glob("*.sh"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The stages alone, without tools, git or locks."""
    shutil.copytree(PROJECT / "security", tmp_path / "security")
    return tmp_path


def run(project: Path, *stages: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "security/run.sh", *stages],
        cwd=project,
        env={"PATH": os.environ["PATH"], "HOME": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )


def replace(project: Path, stage: str, body: str) -> None:
    head = f'. "$(dirname "${{BASH_SOURCE[0]}}")/../lib.sh"\nbegin {stage}\n'
    (project / f"security/stages/{stage}.sh").write_text(head + body + "\n", encoding="utf-8")


def test_without_tools_no_stage_is_green(project: Path) -> None:
    for stage in STAGES:
        result = run(project, stage)
        if "not applicable" not in result.stdout:
            assert result.returncode in (1, 3), f"{stage}: {result.stdout}{result.stderr}"


def test_an_unknown_stage_is_wrong_use(project: Path) -> None:
    result = run(project, "nonsense")
    assert result.returncode == 2
    assert "choose from" in result.stderr


@pytest.mark.parametrize(
    ("body", "outcome", "code"),
    [
        ("failed 'a fault'\nfinish", "FAIL", 1),
        ("unchecked 'no service'\nfinish", "COULD NOT CHECK", 3),
        ("failed 'a fault'\nunchecked 'no service'\nfinish", "FAIL", 1),
        ("false\nfinish", "COULD NOT CHECK", 3),
        ("note 'all well'", "COULD NOT CHECK", 3),
    ],
)
def test_the_summary_says_what_happened(project: Path, body: str, outcome: str, code: int) -> None:
    replace(project, "code", body)
    result = run(project, "code")
    assert result.returncode == code
    assert outcome in result.stdout.splitlines()[-2]


def test_a_stage_that_leaves_no_result_is_not_green(project: Path) -> None:
    (project / "security/stages/code.sh").write_text("exit 0\n", encoding="utf-8")
    result = run(project, "code")
    assert result.returncode == 3
    assert "left no result" in result.stdout


def test_a_failing_stage_outweighs_the_others(project: Path) -> None:
    replace(project, "code", "failed 'a fault'\nfinish")
    replace(project, "models", "unchecked 'no service'\nfinish")
    assert run(project, "models", "code", "models").returncode == 1
