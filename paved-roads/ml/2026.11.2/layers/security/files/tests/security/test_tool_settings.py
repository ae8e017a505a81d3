"""The tests stage sees when the repository makes ruff, mypy or pytest look away."""

import tomllib
from pathlib import Path

import pytest

from security.checks import tests_ran, tool_settings

PROJECT = Path(__file__).parents[2]


def test_the_settings_of_this_project_are_not_weaker() -> None:
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    assert tool_settings.weaker(tomllib.loads(text)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[tool.ruff]\n", "[tool.ruff]\nextend-exclude = ['src']\n"),
        ("[tool.ruff.lint]\n", "[tool.ruff.lint]\nexclude = ['src/**']\n"),
        ('    "S", # security\n', ""),
        ("ignore = [\n", 'ignore = [\n    "S301",\n'),
        ('"tests/**" = [', '"src/**" = ["S"]\n"tests/**" = ['),
        ("[tool.mypy]\nstrict = true\n", "[tool.mypy]\nstrict = false\n"),
        ("[tool.mypy]\n", "[tool.mypy]\nexclude = 'src'\n"),
        ("[tool.mypy]\n", "[tool.mypy]\nignore_errors = true\n"),
        ("[tool.mypy]\n", "[tool.mypy]\nfollow_imports = 'skip'\n"),
        ("[tool.pytest]\n", "[tool.pytest]\npython_files = ['one.py']\n"),
        (
            "[tool.pytest]\n",
            "[[tool.mypy.overrides]]\nmodule = 'a'\nignore_errors = true\n[tool.pytest]\n",
        ),
    ],
)
def test_a_weaker_setting_is_found(old: str, new: str) -> None:
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    if "overrides" in new and "[[tool.mypy.overrides]]" not in text:
        changed = text + "\n" + new.removesuffix("[tool.pytest]\n")
    assert tool_settings.weaker(tomllib.loads(changed))


def test_a_second_file_of_settings_and_a_remark_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    Path("pyproject.toml").write_text(text, encoding="utf-8")
    Path("src").mkdir()
    Path("src/one.py").write_text("# mypy" + ": ignore-errors\n", encoding="utf-8")
    Path("src/two.py").write_text("# ruff" + ": noqa\n", encoding="utf-8")
    Path("src/ok.py").write_text("x = 1  # a remark on mypy\n", encoding="utf-8")
    names = ["src/one.py", "src/two.py", "src/ok.py", "src/ruff.toml", "src/pyproject.toml"]
    found = tool_settings.check_files([Path(name) for name in names])
    assert {finding.path for finding in found} == set(names) - {"src/ok.py"}


def test_a_test_file_that_did_not_run_is_found() -> None:
    report = (
        '<testsuite><testcase classname="a" file="tests/test_a.py" time="0.1" />'
        '<testcase classname="b" file="tests/test_b.py" time="0"><skipped>x</skipped></testcase>'
        "</testsuite>"
    )
    names = ["tests/test_a.py", "tests/test_b.py", "tests/test_c.py"]
    found = tests_ran.left_out(tests_ran.tests_in(report), names)
    assert [finding.path for finding in found] == names[1:]


def test_the_stage_overrules_what_pyproject_says_to_pytest() -> None:
    stage = (PROJECT / "security/stages/tests.sh").read_text(encoding="utf-8")
    for setting in ("-o addopts=", "-o testpaths=tests", "-c pyproject.toml", "check tests_ran"):
        assert setting in stage
