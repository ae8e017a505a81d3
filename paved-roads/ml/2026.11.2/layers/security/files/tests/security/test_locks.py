"""The lock policy catches entries that could change, lag behind or are known to be malicious."""

import shutil
from pathlib import Path

import pytest

from security.checks import audit, locks
from security.checks.report import CouldNotCheck

PROJECT = Path(__file__).parents[2]
HASH = "--hash=sha256:" + "0a" * 32
RUN = Path("locks/requirements-run.txt")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the parts that the policy reads."""
    shutil.copytree(PROJECT / "locks", tmp_path / "locks")
    (tmp_path / "security").mkdir()
    for name in ("pyproject.toml", "security/denied.toml"):
        shutil.copyfile(PROJECT / name, tmp_path / name)
    return tmp_path


def rules(project: Path) -> set[str]:
    findings, _ = locks.check_all(project)
    return {finding.rule for finding in findings}


def drop_first(project: Path) -> None:
    """Takes the first direct dependency out of the run lock."""
    entries = locks.read_lock(project / RUN)
    pyproject = (project / "pyproject.toml").read_text(encoding="utf-8")
    first = next(entry for entry in entries if f'"{entry.name}>=' in pyproject)
    lines = (project / RUN).read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(f"{first.name}==")]
    (project / RUN).write_text("\n".join(kept) + "\n", encoding="utf-8")


def test_the_locks_of_this_project_are_in_order(project: Path) -> None:
    findings, count = locks.check_all(project)
    assert findings == []
    assert count > 10


PLANTED = {
    "numpy>=2": "lock-form",
    "numpy==2.4.6": "lock-form",
    "--extra-index-url https://example.com/simple": "lock-form",
    f"thing @ https://example.com/thing.whl {HASH}": "lock-form",
    "-e .": "lock-form",
    f"litellm==1.82.8 {HASH}": "denied-version",
    f"LiteLLM==1.82.7 ; sys_platform == 'linux' \\\n    {HASH}": "denied-version",
}


@pytest.mark.parametrize("line", PLANTED)
def test_a_planted_line_is_found(project: Path, line: str) -> None:
    with (project / RUN).open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
    assert PLANTED[line] in rules(project)


def test_a_missing_lock_is_found(project: Path) -> None:
    (project / RUN).unlink()
    assert "lock-missing" in rules(project)


def test_a_dependency_that_the_lock_lacks_is_found(project: Path) -> None:
    drop_first(project)
    assert rules(project) & {"lock-lacks", "lock-form"}


@pytest.mark.parametrize(
    ("wanted", "rule"),
    [
        ("sample>=2", "lock-range"),
        ("other>=1", "lock-lacks"),
        ("sample @ https://example.com/sample.whl", "dependency-address"),
        ("not a requirement", "dependency-form"),
    ],
)
def test_a_range_that_the_lock_breaks_is_found(wanted: str, rule: str) -> None:
    entries = [locks.Entry("sample", "1.5", "", ("0a" * 32,), 1)]
    assert {finding.rule for finding in locks.check_ranges(RUN, entries, [wanted])} == {rule}
    assert list(locks.check_ranges(RUN, entries, ["sample>=1,<2"])) == []


def test_an_index_in_the_repository_is_found(project: Path) -> None:
    (project / "uv.toml").touch()
    assert "index-override" in rules(project)
    (project / "uv.toml").unlink()
    with (project / "pyproject.toml").open("a", encoding="utf-8") as stream:
        stream.write('\n[tool.uv]\nextra-index-url = ["https://example.com/simple"]\n')
    assert "index-override" in rules(project)


def test_a_deny_list_out_of_order_is_not_a_clean_one(project: Path) -> None:
    (project / locks.DENIED).write_text("updated = 2026-11-23\npackage = []\n", encoding="utf-8")
    with pytest.raises(CouldNotCheck):
        locks.check_all(project)


def test_an_audit_that_looked_at_too_little_is_not_clean() -> None:
    entries = [locks.Entry("sample", "1.5", "python_version < '3.12'", (), 7)]
    for text in ("", "{}", '{"dependencies": []}'):
        with pytest.raises(CouldNotCheck):
            audit.findings_of([text], RUN, entries)
    other = '{"dependencies": [{"name": "sample", "version": "1.6", "vulns": []}]}'
    with pytest.raises(CouldNotCheck, match=r"sample 1\.5"):
        audit.findings_of([other], RUN, entries)
    skipped = '{"dependencies": [{"name": "sample", "skip_reason": "unknown"}]}'
    with pytest.raises(CouldNotCheck, match="skipped"):
        audit.findings_of([skipped], RUN, entries)


def test_the_audit_gets_every_entry_whatever_its_condition() -> None:
    entries = [
        locks.Entry("sample", "1.5", "python_version < '3.12'", ("0a" * 32,), 1),
        locks.Entry("sample", "1.6", "python_version >= '3.12'", ("0a" * 32,), 2),
        locks.Entry("other", "2", "sys_platform == 'win32'", ("0a" * 32,), 3),
    ]
    assert audit.copies(entries) == [
        f"sample==1.5 {HASH}\nother==2 {HASH}\n",
        f"sample==1.6 {HASH}\n",
    ]


def test_a_vulnerability_is_reported_at_its_line() -> None:
    entries = [locks.Entry("sample", "1.5", "", (), 7)]
    fault = '{"id": "ID-1", "fix_versions": ["1.6"]}'
    row = f'{{"name": "sample", "version": "1.5", "vulns": [{fault}]}}'
    findings, count = audit.findings_of([f'{{"dependencies": [{row}]}}'], RUN, entries)
    assert [(finding.rule, finding.line) for finding in findings] == [("ID-1", 7)]
    assert count == 1


def test_setup_installs_built_packages_alone() -> None:
    script = (PROJECT / "scripts/setup.sh").read_text(encoding="utf-8").replace("\\\n", " ")
    installs = [line for line in script.splitlines() if "--require-hashes" in line]
    assert len(installs) == 2
    assert all("--only-binary :all:" in line for line in installs)
