import json
import math
from pathlib import Path

import pytest

from redteam import __main__ as command
from redteam import report, runner, thresholds
from redteam.check import Check, Context, Result
from redteam.checks import CHECKS
from redteam.thresholds import Threshold, ThresholdError


def check(name: str, value: float) -> Check:
    return Check(name, "an attack", lambda context: value, "do better", ("AML.T0015",))


def broken(context: Context) -> float:
    raise RuntimeError("no model")


def run(tmp_path: Path, *checks: Check, bound: str = "max", limit: float = 0.5) -> list[Result]:
    limits = {check.name: Threshold(bound, limit) for check in checks}
    return runner.run(checks, limits, Context(tmp_path, tmp_path / "config.toml"))


@pytest.mark.parametrize(
    ("bound", "value", "passed"),
    [
        ("max", 0.5, True),
        ("max", 0.51, False),
        ("min", 0.5, True),
        ("min", 0.49, False),
        ("max", math.nan, False),
        ("min", math.nan, False),
    ],
)
def test_a_value_is_held_against_its_limit(
    tmp_path: Path, bound: str, value: float, passed: bool
) -> None:
    (result,) = run(tmp_path, check("one", value), bound=bound)
    assert result.passed is passed
    assert report.exit_code([result]) == (0 if passed else 1)


def test_an_attack_that_breaks_is_not_a_defence(tmp_path: Path) -> None:
    results = run(tmp_path, check("one", 0.1), Check("two", "an attack", broken, "", ()))
    assert [result.passed for result in results] == [True, False]
    assert results[1].error == "RuntimeError: no model"
    assert report.exit_code(results) == 3
    assert "BROKEN two" in report.table(results)


def test_no_check_at_all_is_not_green() -> None:
    assert report.exit_code([]) == 3


def test_the_table_teaches_where_it_is_red(tmp_path: Path) -> None:
    text = report.table(run(tmp_path, check("good", 0.1), check("bad", 0.9)))
    assert text.count("do better") == 1
    assert "1 of 2 checks passed" in text


def test_the_report_is_json_with_a_verdict(tmp_path: Path) -> None:
    report.write(run(tmp_path, check("one", math.nan), check("two", 0.1)), tmp_path / "r.json")
    document = json.loads((tmp_path / "r.json").read_text())
    assert document["passed"] is False
    assert [row["name"] for row in document["results"]] == ["one", "two"]
    assert document["results"][0]["value"] is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[other]\nmax = 1\nwhy = 'x'\n",
        "[one]\nmax = 1\n",
        "[one]\nmax = 1\nmin = 0\nwhy = 'x'\n",
        "[one]\nmax = nan\nwhy = 'x'\n",
        "[one]\nmax = true\nwhy = 'x'\n",
        "one = 1\n",
        "[one\n",
    ],
)
def test_limits_that_do_not_fit_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "thresholds.toml"
    path.write_text(text)
    with pytest.raises(ThresholdError):
        thresholds.load(path, ["one"])


def test_the_limits_of_this_project_fit_its_checks(project: Path) -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    assert set(thresholds.load(project / thresholds.PATH, names)) == set(names)
    assert all(check.attack and check.lesson and check.standards for check in CHECKS)


def test_the_command_explains_limits_that_are_gone(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / thresholds.PATH).unlink()
    assert command.main([]) == 2
    assert "\n  next:  " in capsys.readouterr().err


def test_the_command_returns_the_verdict_and_writes_the_report(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / thresholds.PATH).write_text("[one]\nmax = 0.5\nwhy = 'x'\n")
    monkeypatch.setattr(command, "CHECKS", (check("one", 0.9),))
    assert command.main([]) == 1
    assert "FAIL" in capsys.readouterr().out
    assert json.loads((project / report.PATH).read_text())["passed"] is False
