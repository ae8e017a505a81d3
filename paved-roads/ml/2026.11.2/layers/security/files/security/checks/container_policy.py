"""The policy of this project for its image.

A base by digest, an ordinary user, a health check, no secret among the variables, no script from
the network, and nothing private in the build context.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from security.checks.report import CouldNotCheck, Finding, Rules, conclude, could_not_check

TOOL = "container-policy"
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_VARIABLE = re.compile(r"\$(?:\{(?P<long>\w+)(?::?-(?P<default>[^}]*))?\}|(?P<short>\w+))")
_SECRET_NAME = re.compile(
    r"passw|passphrase|secret|token|credential|(?:api|access|private)_?key", re.IGNORECASE
)
_REMOTE_SCRIPT = re.compile(
    r"\b(?:curl|wget)\b.*\|\s*(?:sudo\s+)?(?:(?:ba|da|z|k)?sh|python3?|perl)\b"
    r"|\b(?:ba|da|z|k)?sh\s+(?:-c\s+)?[\"']?[<$]\(\s*(?:curl|wget)\b",
    re.DOTALL,
)
_PIP_INSTALL = re.compile(r"\bpip3?\b(?:(?!&&|;|\|).)*?\binstall\b(?:(?!&&|;|\|).)*", re.DOTALL)
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")

RULES = Rules(
    {
        "from-digest": (
            "The image `{image}` can be another one tomorrow.",
            "Name it with its digest: name:tag@sha256:...",
        ),
        "no-base": ("The file has no FROM.", "Begin with a base named by digest."),
        "root-container": (
            "The container runs as root, so a break-in owns everything in it.",
            "End with `USER` and a number such as 10001.",
        ),
        "no-healthcheck": (
            "Nothing tells a container that hangs from one that works.",
            "Add a HEALTHCHECK to the last stage.",
        ),
        "secret-variable": (
            "`{name}` stays readable in the image and its history.",
            "Pass it when the container starts, or use a build secret.",
        ),
        "remote-add": (
            "A file from the network enters the image.",
            "Copy a file of the repository instead.",
        ),
        "remote-script": (
            "A script from the network runs unseen.",
            "Install from a lock with hashes, or keep the script here.",
        ),
        "unlocked-install": (
            "pip installs whatever is newest today.",
            "Install from the lock with --require-hashes.",
        ),
        "no-dockerignore": (
            "Everything in the folder enters the build.",
            "Add a .dockerignore that denies by default.",
        ),
        "private-context": (
            "A file such as `{probe}` would enter the build.",
            "Begin with `*` and name what the image needs.",
        ),
    }
)

# What must stay out of the build context, one probe for each kind of private file.
PRIVATE = (
    ".env",
    "src/.env.production",
    ".git/config",
    "data/planted.csv",
    "artifacts/planted.safetensors",
    "audit/data-access.jsonl",
    "src/planted.pkl",
)


@dataclass(frozen=True)
class Instruction:
    """One instruction: its line, its name in capitals, and the rest with continuations joined."""

    line: int
    name: str
    rest: str


def instructions(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile, with comments left out and heredocs joined."""
    found: list[Instruction] = []
    lines = text.splitlines()
    index = 0
    while index < len(lines):
        start, parts = index, list[str]()
        while index < len(lines):
            line = lines[index].strip()
            index += 1
            if line.startswith("#") or (not line and parts):
                continue
            parts.append(line.removesuffix("\\"))
            if not line.endswith("\\"):
                break
        whole = " ".join(parts).strip()
        for mark in _HEREDOC.findall(whole) if whole.upper().startswith(("RUN", "COPY")) else []:
            while index < len(lines) and lines[index].strip() != mark:
                whole += "\n" + lines[index]
                index += 1
            index += 1
        if whole:
            name, _, rest = whole.partition(" ")
            found.append(Instruction(start + 1, name.upper(), rest.strip()))
    return found


def expand(text: str, defaults: dict[str, str]) -> str:
    """The text with variables replaced by their defaults; one without a default becomes empty."""

    def value(found: re.Match[str]) -> str:
        name = found["long"] or found["short"]
        return defaults.get(name, "") or (found["default"] or "")

    return _VARIABLE.sub(value, text)


def check_sources(path: str, steps: Sequence[Instruction]) -> Iterator[Finding]:
    """Images that are not named by digest, in FROM and in COPY --from."""
    defaults: dict[str, str] = {}
    stages: set[str] = {"scratch"}
    for step in steps:
        if step.name == "ARG" and not stages - {"scratch"}:
            name, _, default = step.rest.partition("=")
            defaults[name.strip()] = default.strip().strip("\"'")
        elif step.name == "FROM":
            words = [word for word in step.rest.split() if not word.startswith("--")]
            image = expand(words[0] if words else "", defaults)
            if image.lower() not in stages and not _DIGEST.search(image):
                yield RULES.at(path, step.line, "from-digest", image=image or step.rest)
            stages.add(words[2].lower() if len(words) == 3 else f"#{step.line}")
        elif step.name == "COPY":
            for source in re.findall(r"--from=(\S+)", step.rest):
                image = expand(source, defaults)
                known = image.lower() in stages or image.isdigit()
                if not known and not _DIGEST.search(image):
                    yield RULES.at(path, step.line, "from-digest", image=image)


def check_final(path: str, steps: Sequence[Instruction]) -> Iterator[Finding]:
    """The user and the health check of the last stage."""
    last = max((number for number, step in enumerate(steps) if step.name == "FROM"), default=-1)
    if last < 0:
        yield RULES.at(path, 0, "no-base")
        return
    final = steps[last:]
    users = [step for step in final if step.name == "USER"]
    user = users[-1].rest.split(":")[0].strip("\"'") if users else ""
    if user.lower() in ("", "root", "0") or "$" in user:
        line = users[-1].line if users else steps[last].line
        yield RULES.at(path, line, "root-container")
    checks = [step for step in final if step.name == "HEALTHCHECK"]
    if not checks or checks[-1].rest.upper().startswith("NONE"):
        yield RULES.at(path, steps[last].line, "no-healthcheck")


def check_steps(path: str, steps: Sequence[Instruction]) -> Iterator[Finding]:
    """Secrets among the variables, scripts and packages from the network that nothing checks."""
    for step in steps:
        if step.name in ("ENV", "ARG"):
            names = re.findall(r"(?:^|\s)(\w+)(?==)", step.rest) or step.rest.split()[:1]
            for name in names:
                if _SECRET_NAME.search(name):
                    yield RULES.at(path, step.line, "secret-variable", name=name)
        if step.name == "ADD" and re.search(r"\b(?:https?|ftp|git)://|^git@", step.rest):
            yield RULES.at(path, step.line, "remote-add")
        if step.name in ("RUN", "CMD", "ENTRYPOINT"):
            if _REMOTE_SCRIPT.search(step.rest):
                yield RULES.at(path, step.line, "remote-script")
            for command in _PIP_INSTALL.findall(step.rest):
                if "--require-hashes" not in command:
                    yield RULES.at(path, step.line, "unlocked-install")


def ignores(patterns: Sequence[str], path: str) -> bool:
    """Whether the patterns of a .dockerignore keep a path out: the last match decides."""
    out = False
    parts = path.split("/")
    names = ["/".join(parts[: number + 1]) for number in range(len(parts))]
    for line in patterns:
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        keep = pattern.startswith("!")
        glob = _glob(pattern.lstrip("!").strip().strip("/"))
        if any(glob.fullmatch(name) for name in names):
            out = not keep
    return out


def _glob(pattern: str) -> re.Pattern[str]:
    result = ""
    for token in re.findall(r"\*\*/|\*\*|\*|\?|\[[^\]]*\]|.", pattern):
        simple = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
        result += simple.get(token) or (token if token.startswith("[") else re.escape(token))
    return re.compile(result)


def check_context(path: Path) -> Iterator[Finding]:
    """Private files that the build context would hold."""
    own = path.with_name(path.name + ".dockerignore")
    for ignore in [own] if own.exists() else [Path(".dockerignore")]:
        if not ignore.is_file():
            yield RULES.at(ignore.as_posix(), 0, "no-dockerignore")
            continue
        patterns = ignore.read_text(encoding="utf-8").splitlines()
        for probe in PRIVATE:
            if not ignores(patterns, probe):
                yield RULES.at(ignore.as_posix(), 0, "private-context", probe=probe)


def check_file(path: Path) -> list[Finding]:
    """All findings in one Dockerfile."""
    steps = instructions(path.read_text(encoding="utf-8"))
    name = path.as_posix()
    return [*check_sources(name, steps), *check_final(name, steps), *check_steps(name, steps)]


def main() -> int:
    """Reads the command line and checks the files."""
    parser = argparse.ArgumentParser(prog=TOOL, description=__doc__)
    parser.add_argument("--planted", type=Path, required=True)
    parser.add_argument("--sarif", type=Path)
    parser.add_argument("files", type=Path, nargs="*")
    arguments = parser.parse_args()
    wanted = {"from-digest", "root-container", "no-healthcheck", "remote-script"}
    try:
        if wanted - {finding.rule for finding in check_file(arguments.planted)}:
            raise CouldNotCheck("the check does not see the planted faults")
        if not arguments.files:
            raise CouldNotCheck("there is no Dockerfile")
        findings = [finding for path in arguments.files for finding in check_file(path)]
        findings += {finding for path in arguments.files for finding in check_context(path)}
    except (CouldNotCheck, OSError, UnicodeDecodeError) as error:
        return could_not_check(TOOL, error)
    return conclude(TOOL, findings, arguments.sarif, f"{len(arguments.files)} files, policy kept")


if __name__ == "__main__":
    sys.exit(main())
