"""The container policy finds each fault that it names."""

import shutil
from pathlib import Path

import pytest

from security.checks import canary, container_policy

PROJECT = Path(__file__).parents[2]
BASE = "FROM python:3.12@sha256:" + "0a" * 32
GOOD = f"""{BASE} AS build
RUN pip install --require-hashes -r lock.txt
FROM build
USER 10001
HEALTHCHECK CMD true
"""

PLANTED = {
    GOOD.replace("@sha256:" + "0a" * 32, ""): "from-digest",
    GOOD.replace(BASE, "ARG BASE=python:3.12\nFROM ${BASE}"): "from-digest",
    GOOD + "COPY --from=python:3.12 /a /b\n": "from-digest",
    GOOD.replace("USER 10001", "USER root"): "root-container",
    GOOD.replace("USER 10001\n", ""): "root-container",
    GOOD.replace("USER 10001", "USER 10001\nUSER 0:0"): "root-container",
    GOOD.replace("HEALTHCHECK CMD true\n", ""): "no-healthcheck",
    GOOD.replace("HEALTHCHECK CMD true", "HEALTHCHECK NONE"): "no-healthcheck",
    GOOD + "ENV API_TOKEN=abc\n": "secret-variable",
    GOOD + "ARG DB_PASSWORD\n": "secret-variable",
    GOOD + "RUN curl -s https://example.com/i.sh \\\n  | sh\n": "remote-script",
    GOOD + 'RUN bash -c "$(curl https://example.com/i.sh)"\n': "remote-script",
    GOOD + "ADD https://example.com/a.tar /a\n": "remote-add",
    GOOD + "RUN pip install --no-cache-dir numpy\n": "unlocked-install",
    GOOD + "RUN <<END\npip install numpy\nEND\n": "unlocked-install",
}


def rules(folder: Path, text: str) -> set[str]:
    path = folder / "Dockerfile"
    path.write_text(text, encoding="utf-8")
    return {finding.rule for finding in container_policy.check_file(path)}


@pytest.mark.parametrize("text", sorted(PLANTED))
def test_a_planted_fault_is_found(tmp_path: Path, text: str) -> None:
    assert PLANTED[text] in rules(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace(BASE, f"ARG BASE={BASE.removeprefix('FROM ')}\nFROM ${{BASE}}"),
        GOOD.replace(BASE, f"ARG BASE\nFROM ${{BASE:-{BASE.removeprefix('FROM ')}}}"),
    ],
)
def test_a_sound_recipe_passes(tmp_path: Path, text: str) -> None:
    assert rules(tmp_path, text) == set()


def test_the_planted_recipe_is_seen(tmp_path: Path) -> None:
    canary.container(tmp_path)
    found = {finding.rule for finding in container_policy.check_file(tmp_path / "Dockerfile")}
    assert {"from-digest", "root-container", "no-healthcheck", "remote-script"} <= found


def test_the_build_context_holds_nothing_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(PROJECT / ".dockerignore", ".dockerignore")
    assert list(container_policy.check_context(Path("Dockerfile"))) == []
    Path(".dockerignore").write_text("*\n!data/\n", encoding="utf-8")
    (finding,) = container_policy.check_context(Path("Dockerfile"))
    assert "data/planted.csv" in finding.message
    Path(".dockerignore").unlink()
    (finding,) = container_policy.check_context(Path("Dockerfile"))
    assert finding.rule == "no-dockerignore"
